package index

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// embeddingsFile keeps the vectors of a build that has not finished.
const embeddingsFile = "embeddings.jsonl"

// embedBatch is how many passages go to the embedder at a time: small enough
// that a killed build loses little.
const embedBatch = 64

// embeddings remembers vectors by the hash of their text, on disk, so that a
// build that was killed goes on where it stopped. A nil *embeddings remembers nothing.
type embeddings struct {
	known map[string][]float32
	file  *os.File
}

// embeddingLine is one line of the file: V holds little-endian float32s.
type embeddingLine struct {
	Embedder string `json:"embedder"`
	Key      string `json:"key"`
	V        []byte `json:"v"`
}

// openEmbeddings reads what an earlier build of the same embedder left, and
// its last, possibly torn line not at all.
func openEmbeddings(root, embedder string) (*embeddings, error) {
	file := filepath.Join(root, embeddingsFile)
	c := &embeddings{known: map[string][]float32{}}
	old, err := os.Open(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read embeddings: %w", err)
	}
	if err == nil {
		c.read(old, embedder)
		_ = old.Close()
	}
	if c.file, err = os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("keep embeddings: %w", err)
	}
	_, err = c.file.WriteString("\n") // ends a torn line
	return c, err
}

func (c *embeddings) read(f *os.File, embedder string) {
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var l embeddingLine
		if json.Unmarshal(s.Bytes(), &l) == nil && l.Embedder == embedder {
			c.known[l.Key] = unpack(l.V)
		}
	}
}

// remember adds vectors that an unfinished build did not leave.
func (c *embeddings) remember(vectors map[string][]float32) {
	for key, v := range vectors {
		if c.known[key] == nil {
			c.known[key] = v
		}
	}
}

func (c *embeddings) get(key string) []float32 {
	if c == nil {
		return nil
	}
	return c.known[key]
}

func (c *embeddings) put(embedder string, keys []string, vecs [][]float32) error {
	if c == nil {
		return nil
	}
	var out []byte
	for i, k := range keys {
		line, err := json.Marshal(embeddingLine{embedder, k, pack(vecs[i])})
		if err != nil {
			return fmt.Errorf("keep embeddings: %w", err)
		}
		out = append(append(out, line...), '\n')
	}
	if _, err := c.file.Write(out); err != nil {
		return fmt.Errorf("keep embeddings: %w", err)
	}
	return nil
}

func (c *embeddings) close() error {
	if c == nil {
		return nil
	}
	return c.file.Close()
}

// embedAll returns one vector a passage, in order, from the cache where it can.
func embedAll(ctx context.Context, passages []corpus.Passage, e rag.Embedder, cache *embeddings, progress Progress) ([][]float32, error) {
	if _, ok := e.(Lexical); ok {
		cache = nil // quicker to make than to read
	}
	vecs := make([][]float32, len(passages))
	var todo []int
	for i, p := range passages {
		if vecs[i] = cache.get(embeddingKey(p)); vecs[i] == nil {
			todo = append(todo, i)
		}
	}
	done := len(passages) - len(todo)
	progress.report("embed", done, len(passages))
	for len(todo) > 0 {
		n := min(embedBatch, len(todo))
		if err := embedSome(ctx, passages, todo[:n], e, cache, vecs); err != nil {
			return nil, err
		}
		todo = todo[n:]
		done += n
		progress.report("embed", done, len(passages))
	}
	return vecs, checkVectors(passages, vecs, e)
}

func embedSome(ctx context.Context, passages []corpus.Passage, which []int, e rag.Embedder, cache *embeddings, vecs [][]float32) error {
	texts, keys := make([]string, len(which)), make([]string, len(which))
	for j, i := range which {
		texts[j], keys[j] = embeddingText(passages[i]), embeddingKey(passages[i])
	}
	got, err := e.Embed(ctx, texts)
	if err != nil {
		return fmt.Errorf("embed passages from %s: %w", passages[which[0]].ID, err)
	}
	if len(got) != len(texts) {
		return fmt.Errorf("embed passages from %s: %s returned %d vectors for %d texts", passages[which[0]].ID, e.Name(), len(got), len(texts))
	}
	for j, i := range which {
		vecs[i] = got[j]
	}
	return cache.put(e.Name(), keys, got)
}

// checkVectors refuses vectors of unequal length: chromem would only notice at a query.
func checkVectors(passages []corpus.Passage, vecs [][]float32, e rag.Embedder) error {
	want := e.Dimensions()
	for i, v := range vecs {
		if want == 0 {
			want = len(v)
		}
		if len(v) != want || len(v) == 0 {
			return fmt.Errorf("embed passage %s: %s returned a vector of %d dimensions, want %d; if the model has changed, `waymark ingest --rebuild` embeds all anew", passages[i].ID, e.Name(), len(v), want)
		}
	}
	return nil
}

// embeddingText is what is embedded of a passage: its header and its text.
func embeddingText(p corpus.Passage) string { return p.Header + "\n" + p.Text }

func embeddingKey(p corpus.Passage) string {
	h := sha256.Sum256([]byte(embeddingText(p)))
	return hex.EncodeToString(h[:])
}

func pack(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func unpack(b []byte) []float32 {
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}
