package openai

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// A Fallback is two generators: the second is asked when the first fails before
// anybody has seen a piece of its text. It is safe for concurrent use if they are.
type Fallback struct {
	first, second rag.Generator
	log           *slog.Logger
}

var _ rag.Generator = (*Fallback)(nil)

// NewFallback returns first with second behind it. A nil log logs nothing.
func NewFallback(first, second rag.Generator, log *slog.Logger) *Fallback {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Fallback{first: first, second: second, log: log}
}

// Name is both names with a "|" between them. Which of the two answered stands
// in the Usage of each answer.
func (f *Fallback) Name() string { return f.first.Name() + "|" + f.second.Name() }

// Generate asks the first generator and, when it fails, the second. It does not
// ask the second when a piece was emitted, when ctx has ended, or when the
// failure is an answer in itself: a refusal, a content filter. When both fail
// the error is of both their kinds.
//
// Where ctx has a deadline, the first has to begin its text in half of the time
// that is left, and to end it in that time where the prompt has a schema.
func (f *Fallback) Generate(ctx context.Context, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	text, usage, shown, err := f.tryFirst(ctx, p, emit)
	if err == nil || shown || ctx.Err() != nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrContentFilter) {
		return text, usage, err
	}
	f.log.WarnContext(ctx, "model failed, asking the second one", "model", f.first.Name(), "second", f.second.Name(), "error", err)
	text, usage, second := ask(ctx, f.second, p, emit)
	if second != nil {
		return text, usage, fmt.Errorf("%w; before that, %w", second, err)
	}
	return text, usage, nil
}

// tryFirst asks the first generator. shown reports whether the caller has got a
// piece of its text.
func (f *Fallback) tryFirst(ctx context.Context, p rag.Prompt, emit func(piece string) error) (text string, usage rag.Usage, shown bool, err error) {
	begun := func() {}
	if deadline, ok := ctx.Deadline(); ok {
		watched, w := watchFor(ctx, time.Until(deadline)/2)
		defer w.stop()
		ctx, begun = watched, w.pause
	}
	text, usage, err = ask(ctx, f.first, p, func(piece string) error {
		begun()
		if emit == nil {
			return nil
		}
		shown = true
		return emit(piece)
	})
	return text, usage, shown, err
}

// ask asks one generator; its name stands in the usage of its answer.
func ask(ctx context.Context, g rag.Generator, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	text, usage, err := g.Generate(ctx, p, emit)
	if err == nil && usage.Model == "" {
		usage.Model = g.Name()
	}
	return text, usage, err
}
