package bot

import (
	"context"
	"log/slog"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// An Observer counts what the bots do. It is told by several goroutines at once
// and must not block.
type Observer interface {
	// Answered is told of each question that was answered, or could not be.
	Answered(ctx context.Context, o Outcome)
}

// A Monitor is told by the adapters how they get on with their platforms. It is
// told by several goroutines at once and must not block.
type Monitor interface {
	// Linked says whether the platform is connected: up each time that it was
	// heard from, down when a connection or a poll has failed.
	Linked(platform string, up bool)
	// Retried says that a call is made once more; limited: because the platform
	// said that there were too many (HTTP 429).
	Retried(platform string, limited bool)
	// Delivered says that the whole reply to a message has been sent, and how
	// long that took from when the message was received.
	Delivered(platform string, took time.Duration)
}

// NoMonitor is a [Monitor] that hears nothing: what an adapter has where none
// is given.
type NoMonitor struct{}

// Linked implements [Monitor].
func (NoMonitor) Linked(string, bool) {}

// Retried implements [Monitor].
func (NoMonitor) Retried(string, bool) {}

// Delivered implements [Monitor].
func (NoMonitor) Delivered(string, time.Duration) {}

// An Outcome is what became of a question.
type Outcome struct {
	Platform string
	Answer   *rag.Answer   // nil where there is none
	Cost     float64       // of the model, in the currency of the prices
	Began    time.Time     // when the bot was called
	Took     time.Duration // from then to its reply
}

// Status is that of the answer, "failed" where there is none.
func (o Outcome) Status() string {
	if o.Answer == nil {
		return "failed"
	}
	return string(o.Answer.Status)
}

// Mode is that of the answer, "none" where there is none.
func (o Outcome) Mode() string {
	if o.Answer == nil {
		return "none"
	}
	return string(o.Answer.Mode)
}

// Dropped counts the sentences of a model that were not shown, by the reason.
func (o Outcome) Dropped() map[string]int {
	out := map[string]int{}
	if o.Answer == nil || o.Answer.Trace == nil {
		return out
	}
	for i := range o.Answer.Trace.Sentences {
		if s := &o.Answer.Trace.Sentences[i]; !s.Shown {
			out[string(s.Reason)]++
		}
	}
	return out
}

// observe tells the tally, the observer and the log what became of a question.
func (b *Bot) observe(ctx context.Context, m Message, o Outcome) {
	b.config.Tally.add(o)
	if b.config.Observer == nil {
		return
	}
	b.config.Observer.Answered(ctx, o)
	b.logger.LogAttrs(ctx, slog.LevelInfo, "question answered", o.logged(m, b.config.Key)...)
}

// logged is what the log says of a question: counts and names of what is in the
// reports, nothing that was said and nobody who said it.
func (o Outcome) logged(m Message, key Key) []slog.Attr {
	out := []slog.Attr{
		slog.String("platform", m.Platform), slog.String("event", key.pseudonym("event", m.Platform, m.ID)),
		slog.String("status", o.Status()), slog.String("mode", o.Mode()), slog.Int64("took_ms", o.Took.Milliseconds()),
	}
	a := o.Answer
	if a == nil {
		return out
	}
	var passages []string
	for _, c := range a.Citations {
		passages = append(passages, c.Passage)
	}
	dropped := 0
	for _, n := range o.Dropped() {
		dropped += n
	}
	return append(out,
		slog.String("intent", a.Intent), slog.String("language", a.Language),
		slog.Int("sentences", len(a.Sentences)), slog.Int("citations", len(a.Citations)), slog.Int("projects", len(a.Projects)),
		slog.Any("passages", passages), slog.Bool("conflict", a.Conflict), slog.Int64("engine_ms", a.Elapsed.Milliseconds()),
		slog.Int("prompt_tokens", a.Usage.PromptTokens), slog.Int("completion_tokens", a.Usage.CompletionTokens),
		slog.Int("model_calls", a.Usage.Calls), slog.Float64("cost", o.Cost), slog.String("prompt", promptOf(a)), slog.Int("dropped", dropped),
	)
}

// promptOf names the prompt that an answer came from, with its version; "" for none.
func promptOf(a *rag.Answer) string {
	if a.Trace == nil || len(a.Trace.Calls) == 0 {
		return ""
	}
	last := a.Trace.Calls[len(a.Trace.Calls)-1]
	return last.Prompt + "@" + last.Version
}
