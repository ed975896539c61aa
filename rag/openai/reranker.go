package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/waymark-bot/waymark/rag"
)

// A Dialect is the form of a rerank request.
type Dialect string

// The dialects. Answers are read in either form, whatever was asked.
const (
	// Documents is {model, query, documents, top_n} at /rerank below the base
	// URL: Cohere, Jina, vLLM, LiteLLM, llama.cpp.
	Documents Dialect = "documents"
	// Texts is {query, texts} at /rerank below the base URL without a final
	// /v1: TEI (https://huggingface.github.io/text-embeddings-inference).
	Texts Dialect = "texts"
)

// A Reranker is a cross-encoder behind /rerank. It is safe for concurrent use.
type Reranker struct {
	cfg     Config
	server  *server
	retry   retrier
	batch   atomic.Int64
	settled atomic.Pointer[Dialect] // nil until a request in it was answered
}

var _ rag.Reranker = (*Reranker)(nil)

// NewReranker returns the reranker of cfg. It opens no connection.
func NewReranker(cfg Config) (*Reranker, error) {
	cfg = cfg.withDefaults()
	setDefault(&cfg.Batch, DefaultRerankBatch)
	s, err := newServer(&cfg)
	if err != nil {
		return nil, fmt.Errorf("reranker: %w", err)
	}
	r := &Reranker{cfg: cfg, server: s, retry: newRetrier(cfg)}
	r.batch.Store(int64(cfg.Batch))
	switch cfg.Dialect {
	case "":
	case Documents, Texts:
		r.settled.Store(&cfg.Dialect)
	default:
		return nil, fmt.Errorf("reranker: dialect %q: want %q or %q, or none", cfg.Dialect, Documents, Texts)
	}
	return r, nil
}

// Rerank returns one score a text, in order; higher is better. The scores of
// some servers are probabilities and of others raw logits: compare them within
// one call only.
func (r *Reranker) Rerank(ctx context.Context, query string, texts []string) ([]float64, error) {
	scores := make([]float64, len(texts))
	for start := 0; start < len(texts); {
		end := min(start+int(r.batch.Load()), len(texts))
		if err := r.rerank(ctx, query, texts[start:end], scores[start:end]); err != nil {
			return nil, err
		}
		start = end
	}
	return scores, nil
}

// rerank puts the scores of texts into into, in two halves when the server
// refuses the size. One cross-encoder scores each text by itself, so the scores
// of the parts compare.
func (r *Reranker) rerank(ctx context.Context, query string, texts []string, into []float64) error {
	op := fmt.Sprintf("rerank %s with %s", count(len(texts)), r.cfg.Model)
	err := r.retry.do(ctx, op, retryable, func() error { return r.askAny(ctx, op, query, texts, into) })
	if !sizeRefused(err) || len(texts) == 1 {
		return err
	}
	half := (len(texts) + 1) / 2
	r.cfg.Logger.InfoContext(ctx, "rerank batch refused, halving it", "op", op, "batch", half)
	if err := r.rerank(ctx, query, texts[:half], into[:half]); err != nil {
		return err
	}
	if err := r.rerank(ctx, query, texts[half:], into[half:]); err != nil {
		return err
	}
	shrink(&r.batch, half)
	return nil
}

// askAny asks in the settled dialect, or tries both and settles on the one that
// is answered.
func (r *Reranker) askAny(ctx context.Context, op, query string, texts []string, into []float64) error {
	if d := r.settled.Load(); d != nil {
		return r.ask(ctx, op, *d, query, texts, into)
	}
	var first error
	for _, d := range []Dialect{Documents, Texts} {
		err := r.ask(ctx, op, d, query, texts, into)
		switch {
		case err == nil, tooMany(err):
			r.settled.Store(&d)
			return err
		case !notUnderstood(err):
			return err
		case first == nil:
			first = err
		}
	}
	return first
}

func tooMany(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusRequestEntityTooLarge
}

// notUnderstood reports whether the other dialect may be the right one.
func notUnderstood(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrRejected)
}

func (r *Reranker) ask(ctx context.Context, op string, d Dialect, query string, texts []string, into []float64) error {
	x := r.server.exchange(op)
	return x.within(ctx, r.cfg.Timeout, func(ctx context.Context) error {
		var answer json.RawMessage
		if err := x.postJSON(ctx, r.url(d), r.body(d, query, texts), &answer); err != nil {
			return err
		}
		return readScores(x, answer, into)
	})
}

func (r *Reranker) url(d Dialect) string {
	if d == Texts {
		return strings.TrimSuffix(r.server.base, "/v1") + "/rerank"
	}
	return r.server.base + "/rerank"
}

func (r *Reranker) body(d Dialect, query string, texts []string) any {
	if d == Texts {
		return map[string]any{"query": query, "texts": texts, "truncate": true}
	}
	return map[string]any{
		"model": r.cfg.Model, "query": query, "documents": texts,
		"top_n": len(texts), "return_documents": false,
	}
}

// A score is one result in any of the dialects.
type score struct {
	Index     *int     `json:"index"`
	Relevance *float64 `json:"relevance_score"` // Cohere and its kin, llama.cpp
	Score     *float64 `json:"score"`           // TEI
}

// readScores reads {results: [...]} or a bare list, sorted or not.
func readScores(x *exchange, answer json.RawMessage, into []float64) error {
	var list []score
	if err := json.Unmarshal(answer, &list); err != nil {
		var object struct {
			Results []score `json:"results"`
		}
		if err := json.Unmarshal(answer, &object); err != nil {
			return err
		}
		list = object.Results
	}
	if len(list) != len(into) {
		return x.unusable("%d scores for %d texts", len(list), len(into))
	}
	seen := make([]bool, len(into))
	for _, s := range list {
		value := s.Relevance
		if value == nil {
			value = s.Score
		}
		switch {
		case s.Index == nil || value == nil:
			return x.unusable("a result without index or score")
		case *s.Index < 0 || *s.Index >= len(into):
			return x.unusable("a score with the index %d for %d texts", *s.Index, len(into))
		case seen[*s.Index]:
			return x.unusable("two scores with the index %d", *s.Index)
		}
		seen[*s.Index] = true
		into[*s.Index] = *value
	}
	return nil
}
