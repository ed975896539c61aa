package openai

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

// Check tries the connection, the key and the model, once and without a retry:
// it looks for the model in the server's list and, when the list does not
// settle it, asks for a word. ctx bounds it.
func (g *Generator) Check(ctx context.Context) error {
	known, err := g.models(ctx)
	switch {
	case err == nil && slices.Contains(known, g.cfg.Model):
		return nil
	case err != nil && !listRefused(err):
		return g.server.explain(err, nil)
	}
	probe := Generator{cfg: g.cfg, server: g.server, retry: g.retry, slots: g.slots}
	probe.retry.attempts = 1
	probe.refused.Store(g.refused.Load())
	_, _, err = probe.Generate(ctx, rag.Prompt{Name: "check", User: "Reply with the word ok."}, nil)
	if errors.Is(err, ErrLength) || errors.Is(err, ErrEmpty) {
		return nil // a poor answer, but the model works
	}
	return g.server.explain(err, known)
}

func (g *Generator) models(ctx context.Context) ([]string, error) {
	x := g.server.exchange("list the models")
	var ids []string
	err := x.within(ctx, g.cfg.Timeout, func(ctx context.Context) error {
		list, err := x.client().ListModels(ctx)
		for _, m := range list.Models {
			ids = append(ids, m.ID)
		}
		return err
	})
	return ids, err
}

// listRefused reports whether a server that gives no list may still answer:
// many do not know the path, and a key may be restricted to some of them.
func listRefused(err error) bool {
	var e *Error
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrRejected) || errors.Is(err, ErrBadResponse) ||
		errors.As(err, &e) && e.Status == 403
}

// explain adds to err what would help against it.
func (s *server) explain(err error, known []string) error {
	switch {
	case !errors.Is(err, ErrNotFound):
		return err
	case s.azure:
		return fmt.Errorf("%w; want a base URL like https://NAME.openai.azure.com/openai/v1, and the name of a deployment as the model", err)
	case len(known) > 0:
		return fmt.Errorf("%w; the server lists: %s", err, clip(s.redact(strings.Join(known, ", "))))
	case !strings.HasSuffix(s.base, "/v1"):
		return fmt.Errorf("%w; the base URL %s may need /v1 at its end", err, s.base)
	}
	return err
}

// Check tries the connection, the key and the model with one short text, once
// and without a retry. After it Dimensions is known.
func (e *Embedder) Check(ctx context.Context) error {
	return e.server.explain(e.ask(ctx, "embed a word with "+e.cfg.Model, []string{"ok"}, make([][]float32, 1)), nil)
}

// Check tries the connection, the key and the model with two short texts, once
// and without a retry.
func (r *Reranker) Check(ctx context.Context) error {
	err := r.askAny(ctx, "rerank two words with "+r.cfg.Model, "ok", []string{"ok", "no"}, make([]float64, 2))
	return r.server.explain(err, nil)
}
