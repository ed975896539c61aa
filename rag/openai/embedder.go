package openai

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	api "github.com/sashabaranov/go-openai"
	"golang.org/x/sync/errgroup"

	"github.com/waymark-bot/waymark/rag"
)

// An Embedder is an embedding model behind /embeddings. It is safe for
// concurrent use.
type Embedder struct {
	cfg    Config
	server *server
	retry  retrier
	dims   atomic.Int64 // 0 until the first answer, unless it is configured
	batch  atomic.Int64 // inputs a request; shrinks when the server refuses the size
}

var _ rag.Embedder = (*Embedder)(nil)

// mostInputs is OpenAI's limit of inputs a request:
// https://platform.openai.com/docs/api-reference/embeddings/create
const mostInputs = 2048

// NewEmbedder returns the embedder of cfg. It opens no connection.
func NewEmbedder(cfg Config) (*Embedder, error) {
	cfg = cfg.withDefaults()
	setDefault(&cfg.Batch, DefaultBatch)
	setDefault(&cfg.Concurrency, 1)
	cfg.Batch = min(cfg.Batch, mostInputs)
	s, err := newServer(&cfg)
	if err != nil {
		return nil, fmt.Errorf("embedder: %w", err)
	}
	e := &Embedder{cfg: cfg, server: s, retry: newRetrier(cfg)}
	e.dims.Store(int64(max(cfg.Dimensions, 0)))
	e.batch.Store(int64(cfg.Batch))
	return e, nil
}

// Name is "openai:", the model and, when a length of the vectors is asked for,
// "@" and that length. It does not hold the server's address: the same model
// gives the same vectors everywhere.
func (e *Embedder) Name() string {
	if e.cfg.Dimensions > 0 {
		return e.cfg.name() + "@" + strconv.Itoa(e.cfg.Dimensions)
	}
	return e.cfg.name()
}

// Dimensions is the length of the vectors; 0 before the first answer, unless
// it is configured.
func (e *Embedder) Dimensions() int { return int(e.dims.Load()) }

// Embed returns one vector of length 1 a text, in order. It asks in batches,
// and again in smaller ones when the server refuses the size (413, 422).
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			return nil, fmt.Errorf("embed with %s: text %d of %d is empty", e.cfg.Model, i+1, len(texts))
		}
	}
	vectors := make([][]float32, len(texts))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(e.cfg.Concurrency)
	for start := 0; start < len(texts) && gctx.Err() == nil; {
		end := min(start+int(e.batch.Load()), len(texts))
		part, into := texts[start:end], vectors[start:end]
		g.Go(func() error { return e.embed(gctx, part, into) })
		start = end
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("embed %s with %s: %w", count(len(texts)), e.cfg.Model, err)
	}
	return vectors, nil
}

// embed puts the vectors of texts into into. A batch whose size is refused goes
// in two halves; when they pass, their size becomes the limit.
func (e *Embedder) embed(ctx context.Context, texts []string, into [][]float32) error {
	op := fmt.Sprintf("embed %s with %s", count(len(texts)), e.cfg.Model)
	err := e.retry.do(ctx, op, retryable, func() error { return e.ask(ctx, op, texts, into) })
	if !sizeRefused(err) || len(texts) == 1 {
		return err
	}
	half := (len(texts) + 1) / 2
	e.cfg.Logger.InfoContext(ctx, "embedding batch refused, halving it", "op", op, "batch", half)
	if err := e.embed(ctx, texts[:half], into[:half]); err != nil {
		return err
	}
	if err := e.embed(ctx, texts[half:], into[half:]); err != nil {
		return err
	}
	shrink(&e.batch, half)
	return nil
}

// shrink lowers batch to n, unless it is lower already.
func shrink(batch *atomic.Int64, n int) {
	for {
		now := batch.Load()
		if int64(n) >= now || batch.CompareAndSwap(now, int64(n)) {
			return
		}
	}
}

func count(texts int) string {
	if texts == 1 {
		return "1 text"
	}
	return strconv.Itoa(texts) + " texts"
}

// sizeRefused reports whether fewer texts in one request may do: TEI answers
// 413, FastAPI servers 422, OpenAI 400 beyond 300,000 tokens in all
// (https://platform.openai.com/docs/api-reference/embeddings/create).
func sizeRefused(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusRequestEntityTooLarge ||
		e.Status == http.StatusUnprocessableEntity || e.Code == "max_tokens_per_request")
}

func (e *Embedder) ask(ctx context.Context, op string, texts []string, into [][]float32) error {
	x := e.server.exchange(op)
	return x.within(ctx, e.cfg.Timeout, func(ctx context.Context) error {
		answer, err := x.client().CreateEmbeddings(ctx, api.EmbeddingRequestStrings{
			Input:          texts,
			Model:          api.EmbeddingModel(e.cfg.Model),
			Dimensions:     e.cfg.Dimensions,
			EncodingFormat: api.EmbeddingEncodingFormatFloat,
		})
		if err != nil {
			return err
		}
		return e.place(x, answer.Data, into)
	})
}

// place puts each vector, made unit length, where its index says: a server may
// answer in any order.
func (e *Embedder) place(x *exchange, data []api.Embedding, into [][]float32) error {
	if len(data) != len(into) {
		return x.unusable("%d vectors for %d texts", len(data), len(into))
	}
	clear(into)
	for _, d := range data {
		if d.Index < 0 || d.Index >= len(into) {
			return x.unusable("a vector with the index %d for %d texts", d.Index, len(into))
		}
		if into[d.Index] != nil {
			return x.unusable("two vectors with the index %d", d.Index)
		}
		if err := e.checkLength(x, len(d.Embedding)); err != nil {
			return err
		}
		if !rag.Normalise(d.Embedding) {
			return x.unusable("vector %d has no direction: all zero, or not finite", d.Index)
		}
		into[d.Index] = d.Embedding
	}
	return nil
}

func (e *Embedder) checkLength(x *exchange, n int) error {
	if n == 0 {
		return x.unusable("an empty vector")
	}
	e.dims.CompareAndSwap(0, int64(n))
	if want := e.Dimensions(); n != want {
		return x.unusable("a vector of %d numbers, want %d", n, want)
	}
	return nil
}
