// Package onnx is an embedder that runs inside the program: it reads a
// sentence model in the ONNX format (https://onnx.ai) out of a folder and needs
// no server, no key and no network.
//
// Start at [New], which takes a folder as the sentence-transformers project lays
// it out (https://sbert.net): model.onnx (or onnx/model.onnx), tokenizer.json,
// config.json, 1_Pooling/config.json and, where the model has them, modules.json,
// sentence_bert_config.json and config_sentence_transformers.json. folder.go
// reads the settings, tokenizer.go and its neighbours turn a text into token
// ids, session.go runs the graph, pool.go makes one vector of the tokens'.
//
// The graph runs on gomlx, in pure Go. The tokenizers are our own: BERT's
// WordPiece and SentencePiece's Unigram, which the sentence models for English
// and Chinese use.
//
// What it does not do: it never downloads anything, trains nothing, reads no
// half-precision weights, and uses no graphics card. A query and a passage are
// embedded alike.
package onnx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

// maxBatch is how many texts run through the model at once. More are not
// faster: a text of 128 tokens takes about as long beside 3 others as beside 15.
// ctx is looked at between two batches, so fewer end a cancelled call sooner.
const maxBatch = 4

// ErrClosed is the error of an embedder that was closed.
var ErrClosed = errors.New("the model is closed")

// An Embedder is a sentence model in a folder. It is safe for concurrent use:
// one batch runs at a time, on all cores.
type Embedder struct {
	folder folder
	turn   chan struct{} // holds the one turn at what follows
	loaded *loaded       // nil before the first text
	closed bool
}

var _ rag.Embedder = (*Embedder)(nil)

// A loaded is what the first text reads into memory.
type loaded struct {
	tokens  *tokenizer
	session *session
}

// New returns the embedder of the model in dir. It reads the settings and the
// checksum of the model; weights and vocabulary wait for the first text. An
// error names the file and what is wanted in it.
func New(dir string) (*Embedder, error) {
	f, err := readFolder(dir)
	if err != nil {
		return nil, err
	}
	e := &Embedder{folder: f, turn: make(chan struct{}, 1)}
	e.turn <- struct{}{}
	return e, nil
}

// Name is "onnx:", the name of the folder, "@" and the first 12 hex digits of a
// checksum over model, vocabulary and settings. It does not say where the folder
// stands: the same model gives the same vectors everywhere.
func (e *Embedder) Name() string { return "onnx:" + e.folder.name + "@" + e.folder.sum[:12] }

// Dimensions is the length of the vectors.
func (e *Embedder) Dimensions() int { return e.folder.dimensions }

// Embed returns one vector of length 1 a text, in order. What a text holds
// beyond the model's limit of tokens does not count. ctx ends it between two
// batches.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			return nil, fmt.Errorf("embed with %s: text %d of %d is empty", e.folder.name, i+1, len(texts))
		}
	}
	out := make([][]float32, len(texts))
	for batch := range slices.Chunk(byLength(texts), maxBatch) {
		if err := e.embed(ctx, texts, batch, out); err != nil {
			return nil, fmt.Errorf("embed with %s: %w", e.folder.name, err)
		}
	}
	return out, nil
}

// byLength returns the numbers of texts, those of similar length beside each
// other: a batch is padded to its longest text.
func byLength(texts []string) []int {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(texts[a]), len(texts[b])) })
	return order
}

// embed puts the vectors of those texts that batch numbers into out.
func (e *Embedder) embed(ctx context.Context, texts []string, batch []int, out [][]float32) error {
	release, err := e.take(ctx)
	if err != nil {
		return err
	}
	defer release()
	m, err := e.load()
	if err != nil {
		return err
	}
	rows := make([][]int64, len(batch))
	for i, n := range batch {
		rows[i] = m.tokens.encode(e.folder.prepare(texts[n]), e.folder.maxTokens)
	}
	vectors, err := m.session.run(rows, e.folder)
	if err != nil {
		return fmt.Errorf("run %s: %w", e.folder.model, err)
	}
	for i, n := range batch {
		if !rag.Normalise(vectors[i]) {
			return fmt.Errorf("run %s: the vector of text %d has no direction: all zero, or not finite", e.folder.model, n+1)
		}
		out[n] = vectors[i]
	}
	return nil
}

// take waits for the turn at the model. release gives it back.
func (e *Embedder) take(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-e.turn:
		return func() { e.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// load reads weights and vocabulary, once. A failure is tried again with the
// next text.
func (e *Embedder) load() (*loaded, error) {
	if e.closed {
		return nil, ErrClosed
	}
	if e.loaded != nil {
		return e.loaded, nil
	}
	t, err := readTokenizer(e.folder.path(tokenizerFile))
	if err != nil {
		return nil, err
	}
	if err := e.folder.checkVocabulary(t); err != nil {
		return nil, err
	}
	s, err := openSession(e.folder)
	if err != nil {
		return nil, err
	}
	e.loaded = &loaded{tokens: t, session: s}
	return e.loaded, nil
}

// Check loads the model and embeds a word with it.
func (e *Embedder) Check(ctx context.Context) error {
	_, err := e.Embed(ctx, []string{"ok"})
	return err
}

// Close gives the memory of the model back, after the batch that runs. Later
// calls of Embed fail with [ErrClosed]; Close itself never does.
func (e *Embedder) Close() error {
	<-e.turn
	defer func() { e.turn <- struct{}{} }()
	if e.loaded != nil {
		e.loaded.session.close()
	}
	e.loaded, e.closed = nil, true
	return nil
}
