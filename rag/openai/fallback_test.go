package openai_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// pair returns two servers, and a generator that falls back from the one to the
// other. The second server says other things.
func pair(t *testing.T, change func(*openai.Config)) (first, second *bench, f *openai.Fallback) {
	t.Helper()
	first, second = start(t, ragtest.ModelOptions{}), start(t, ragtest.ModelOptions{Voice: ragtest.Says("From the second [1].")})
	first.cfg.Model, second.cfg.Model = "one", "two"
	if change != nil {
		change(&first.cfg)
	}
	return first, second, openai.NewFallback(first.generator(t), second.generator(t), first.cfg.Logger)
}

func TestFallback(t *testing.T) {
	first, second, f := pair(t, nil)
	if f.Name() != "openai:one|openai:two" {
		t.Errorf("name %q", f.Name())
	}
	text, usage, err := f.Generate(t.Context(), towers(), nil)
	if err != nil || text != answer(t) || usage.Model != "openai:one" || len(second.Requests()) != 0 {
		t.Errorf("text %q, usage %+v, error %v", text, usage, err)
	}
	for _, name := range []string{
		"rate-limit", "rate-limit-hour", "quota", "loading", "overloaded", "context", "context-llamacpp", "not-found-vllm", "bad-key", "forbidden",
		"html", "empty", "no-answer", "ok-html", "cut-before", "error-before", "length", "only-space",
	} {
		t.Run(name, func(t *testing.T) {
			fault, ok := ragtest.FaultNamed(ragtest.Chat, name)
			if !ok {
				t.Fatal("no such fault")
			}
			first.Always(ragtest.Chat, fault)
			before := second.count(ragtest.Chat)
			text, usage, err := f.Generate(t.Context(), towers(), nil)
			if err != nil || text != "From the second [1]." || usage.Model != "openai:two" || second.count(ragtest.Chat) != before+1 {
				t.Errorf("text %q, usage %+v, error %v", text, usage, err)
			}
		})
	}
	if !strings.Contains(first.log.String(), "model=openai:one second=openai:two") {
		t.Error("nothing in the log")
	}
}

// A refusal is an answer, and what was seen cannot be taken back.
func TestFallbackNot(t *testing.T) {
	first, second, f := pair(t, nil)
	see := func(string) error { return nil }
	for name, want := range map[string]error{
		"refusal": openai.ErrRefused, "content-policy": openai.ErrContentFilter, "content-filter": openai.ErrContentFilter,
		"cut-after": openai.ErrTruncated, "reset-after": openai.ErrUnreachable, "error-after": openai.ErrBusy,
	} {
		fault, ok := ragtest.FaultNamed(ragtest.Chat, name)
		if !ok {
			t.Fatalf("no fault %s", name)
		}
		first.Always(ragtest.Chat, fault)
		text, _, err := f.Generate(t.Context(), towers(), see)
		if !errors.Is(err, want) || len(second.Requests()) != 0 {
			t.Errorf("%s: text %q, error %v", name, text, err)
		}
		if strings.HasSuffix(name, "-after") && text == "" {
			t.Errorf("%s: the text so far is lost", name)
		}
	}
	first.Heal()
	gone := errors.New("the chat is gone")
	if _, _, err := f.Generate(t.Context(), towers(), func(string) error { return gone }); !errors.Is(err, gone) || len(second.Requests()) != 0 {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Generate(ctx, towers(), nil); !errors.Is(err, context.Canceled) || len(second.Requests()) != 0 {
		t.Errorf("error %v", err)
	}
}

// Pieces that nobody has seen are no reason to keep the failure.
func TestFallbackUnseen(t *testing.T) {
	first, _, f := pair(t, nil)
	fault, _ := ragtest.FaultNamed(ragtest.Chat, "cut-after")
	first.Always(ragtest.Chat, fault)
	text, usage, err := f.Generate(t.Context(), towers(), nil)
	if err != nil || text != "From the second [1]." || usage.Model != "openai:two" {
		t.Errorf("text %q, usage %+v, error %v", text, usage, err)
	}
}

func TestFallbackJSON(t *testing.T) {
	first, second, f := pair(t, nil)
	first.SetVoice(ragtest.Says("no JSON"))
	second.SetVoice(ragtest.Says(towerValue))
	var got string
	text, usage, err := f.Generate(t.Context(), asked(), func(s string) error { got += s; return nil })
	if err != nil || text != towerValue || got != towerValue || usage.Model != "openai:two" {
		t.Errorf("text %s, emitted %s, usage %+v, error %v", text, got, usage, err)
	}
}

// When both fail the error is of both kinds, and tells no secret.
func TestFallbackBothFail(t *testing.T) {
	first, second, f := pair(t, nil)
	for b, name := range map[*bench]string{first: "key-echoed", second: "quota"} {
		fault, _ := ragtest.FaultNamed(ragtest.Chat, name)
		b.Always(ragtest.Chat, fault)
	}
	text, usage, err := f.Generate(t.Context(), towers(), nil)
	if text != "" || usage != (rag.Usage{}) || !errors.Is(err, openai.ErrAuth) || !errors.Is(err, openai.ErrQuota) {
		t.Fatalf("text %q, usage %+v, error %v", text, usage, err)
	}
	mustNotLeak(t, "the error", err.Error())
	if !strings.HasPrefix(err.Error(), "generate with two: the model server's quota is used up (429)") || !strings.Contains(err.Error(), "; before that, generate with one: ") {
		t.Errorf("error %v", err)
	}
}

// The breaker of the first server leads straight to the second.
func TestFallbackSuspended(t *testing.T) {
	first, second, f := pair(t, func(c *openai.Config) { c.BreakAfter = 2; c.Attempts = 2 })
	fault, _ := ragtest.FaultNamed(ragtest.Chat, "empty")
	first.Always(ragtest.Chat, fault)
	for range 3 {
		if _, usage, err := f.Generate(t.Context(), towers(), nil); err != nil || usage.Model != "openai:two" {
			t.Fatalf("usage %+v, error %v", usage, err)
		}
	}
	if n := first.count(ragtest.Chat); n != 2 || second.count(ragtest.Chat) != 3 {
		t.Errorf("%d requests to the first, want the 2 that opened the breaker", n)
	}
}

// A generatorFunc is a generator that is a function.
type generatorFunc func(ctx context.Context, emit func(string) error) (string, error)

func (generatorFunc) Name() string { return "func" }

func (g generatorFunc) Generate(ctx context.Context, _ rag.Prompt, emit func(string) error) (string, rag.Usage, error) {
	text, err := g(ctx, emit)
	return text, rag.Usage{}, err
}

// A first model that says nothing leaves half of the time to the second; one
// that has begun may use all of it.
func TestFallbackSharesTheTime(t *testing.T) {
	silent := generatorFunc(func(ctx context.Context, _ func(string) error) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	slow := generatorFunc(func(ctx context.Context, emit func(string) error) (string, error) {
		if err := emit("piece "); err != nil {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "piece ", ctx.Err()
		case <-time.After(50 * time.Second):
			return "piece by piece", nil
		}
	})
	for name, tt := range map[string]struct {
		first rag.Generator
		want  string
		after time.Duration
	}{
		"silent": {silent, "from the second", 30 * time.Second},
		"slow":   {slow, "piece by piece", 50 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				f := openai.NewFallback(tt.first, ragtest.NewGenerator(ragtest.Says("from the second")), nil)
				text, usage, err := f.Generate(ctx, towers(), nil)
				if err != nil || text != tt.want || usage.Model == "" || time.Since(began) != tt.after {
					t.Errorf("text %q, usage %+v, error %v after %v", text, usage, err, time.Since(began))
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // the time of the second is up, too
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, _, err := openai.NewFallback(silent, silent, nil).Generate(ctx, towers(), nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
	second := ragtest.NewGenerator(ragtest.Says("too late"))
	f := openai.NewFallback(generatorFunc(func(context.Context, func(string) error) (string, error) { return "", io.ErrUnexpectedEOF }), second, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Generate(ctx, towers(), nil); !errors.Is(err, io.ErrUnexpectedEOF) || len(second.Prompts()) != 0 {
		t.Errorf("error %v, and the second was asked %d times", err, len(second.Prompts()))
	}
}

// Over a socket: a first server that stalls is too slow by then, which its
// breaker counts.
func TestFallbackStalls(t *testing.T) {
	first, _, f := pair(t, func(c *openai.Config) { c.BreakAfter = 1 })
	fault, _ := ragtest.FaultNamed(ragtest.Chat, "stall-before")
	first.Always(ragtest.Chat, fault)
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		text, _, err := f.Generate(ctx, towers(), nil)
		cancel()
		if err != nil || text != "From the second [1]." {
			t.Fatalf("text %q, error %v", text, err)
		}
	}
	if n := first.count(ragtest.Chat); n != 1 {
		t.Errorf("%d requests to the server that stalls, want 1", n)
	}
}
