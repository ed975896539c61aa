package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestGenerate(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	g := b.generator(t)
	p := towers()
	var pieces []string
	text, usage, err := g.Generate(t.Context(), p, func(s string) error {
		pieces = append(pieces, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if text != answer(t) || strings.Join(pieces, "") != text || len(pieces) < 3 {
		t.Errorf("text %q in pieces %q", text, pieces)
	}
	if usage.PromptTokens < 500 || usage.CompletionTokens < 10 {
		t.Errorf("usage %+v", usage)
	}
	r := b.Requests()[0]
	if r.Prompt.System != p.System || r.Prompt.User != p.User || r.Model != "pretend" || !r.Stream || !r.IncludeUsage {
		t.Errorf("request %+v", r)
	}
	if r.Temperature == nil || *r.Temperature > math.SmallestNonzeroFloat32 || r.MaxTokens == nil || *r.MaxTokens != openai.DefaultMaxTokens {
		t.Errorf("temperature %v, max_tokens %v", r.Temperature, r.MaxTokens)
	}
	if strings.Contains(string(r.Body), canary) {
		t.Error("the body holds the key")
	}
	if g.Name() != "openai:pretend" {
		t.Errorf("name %q", g.Name())
	}
}

func TestGenerateShapes(t *testing.T) {
	t.Parallel()
	for _, shape := range []ragtest.Shape{"", ragtest.OllamaShape, ragtest.LlamaCppShape, ragtest.VLLMShape} {
		t.Run("server "+string(shape), func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Shape: shape})
			text, usage, err := b.generator(t).Generate(t.Context(), towers(), nil)
			if err != nil || text != answer(t) || usage.CompletionTokens == 0 {
				t.Errorf("text %q, usage %+v, error %v", text, usage, err)
			}
		})
	}
	b := start(t, ragtest.ModelOptions{})
	patient, impatient := b.generator(t), b.impatient().generator(t)
	for _, f := range ragtest.StreamShapes() {
		t.Run(f.Name, func(t *testing.T) {
			g := patient
			if hangs(f.Name) {
				g = impatient
			}
			b.Next(ragtest.Chat, f)
			before := b.count(ragtest.Chat)
			text, _, err := g.Generate(t.Context(), towers(), nil)
			if err != nil || text != answer(t) {
				t.Errorf("text %q, error %v", text, err)
			}
			if n := b.count(ragtest.Chat) - before; n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// streamKinds says what each fault of a stream is to the caller, when it comes
// before the first piece of text.
var streamKinds = map[string]error{
	"cut":                   openai.ErrTruncated,
	"done-without-finish":   openai.ErrTruncated,
	"half-line":             openai.ErrUnreachable,
	"half-json-line":        openai.ErrBadResponse,
	"error":                 openai.ErrBusy,
	"error-spaced":          openai.ErrBusy,
	"error-after-comments":  openai.ErrBusy,
	"error-numbered":        openai.ErrBusy,
	"error-context":         openai.ErrContextLength,
	"error-without-data":    openai.ErrBusy,
	"error-then-open":       openai.ErrBusy,
	"aborted":               openai.ErrUnreachable,
	"reset":                 openai.ErrUnreachable,
	"stall":                 openai.ErrTimeout,
	"stall-with-pings":      openai.ErrTimeout,
	"endless-line":          openai.ErrBadResponse,
	"json-not-stream":       openai.ErrBadResponse,
	"json-error-not-stream": openai.ErrBusy,
	"length":                openai.ErrLength,
	"content-filter":        openai.ErrContentFilter,
	"unknown-finish":        openai.ErrBadResponse,
	"tool-call":             openai.ErrBadResponse,
	"refusal":               openai.ErrRefused,
	"only-thoughts":         openai.ErrEmpty,
	"only-space":            openai.ErrEmpty,

	// The error bodies inside a stream, where there is no status but the one that
	// a body may hold.
	"said-rate-limit":           openai.ErrBusy,
	"said-azure-rate-limit":     openai.ErrBusy,
	"said-quota":                openai.ErrQuota,
	"said-payment":              openai.ErrServer,
	"said-loading":              openai.ErrBusy,
	"said-overloaded":           openai.ErrBusy,
	"said-context":              openai.ErrContextLength,
	"said-context-llamacpp":     openai.ErrContextLength,
	"said-context-vllm":         openai.ErrContextLength,
	"said-context-vllm-old":     openai.ErrContextLength,
	"said-not-found-vllm":       openai.ErrNotFound,
	"said-not-found-vllm-old":   openai.ErrNotFound,
	"said-not-found-ollama":     openai.ErrServer,
	"said-not-found-ollama-own": openai.ErrServer,
	"said-azure-no-deployment":  openai.ErrServer,
	"said-batch-tei":            openai.ErrServer,
	"said-detail-fastapi":       openai.ErrTruncated, // no error frame by any form
	"said-detail-string":        openai.ErrTruncated,
	"said-content-policy":       openai.ErrContentFilter,
	"said-bad-key":              openai.ErrAuth,
	"said-azure-bad-key":        openai.ErrAuth,
	"said-forbidden":            openai.ErrServer,
	"said-null-code":            openai.ErrServer,
	"said-crashed-ollama":       openai.ErrServer,
	"said-long-message":         openai.ErrServer,
}

// final are the kinds that another attempt would not change.
func final(kind error) bool {
	for _, k := range []error{
		openai.ErrContextLength, openai.ErrBadResponse, openai.ErrLength, openai.ErrContentFilter, openai.ErrRefused, openai.ErrEmpty,
		openai.ErrQuota, openai.ErrAuth, openai.ErrNotFound, openai.ErrTooLarge, openai.ErrRejected,
	} {
		if kind == k { //nolint:errorlint // sentinels
			return true
		}
	}
	return false
}

func TestGenerateStreamFaults(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	patient, impatient := b.generator(t), b.impatient().generator(t)
	for _, f := range ragtest.StreamFaults() {
		t.Run(f.Name, func(t *testing.T) {
			g := patient
			if hangs(f.Name) {
				g = impatient
			}
			name, after := strings.CutSuffix(f.Name, "-after")
			kind, ok := streamKinds[strings.TrimSuffix(name, "-before")]
			if !ok {
				t.Fatal("no expectation for this fault")
			}
			b.Next(ragtest.Chat, f)
			before := b.count(ragtest.Chat)
			var shown strings.Builder
			text, _, err := g.Generate(t.Context(), towers(), func(piece string) error {
				shown.WriteString(piece)
				return nil
			})
			if shown.String() != text {
				t.Errorf("emitted %q, returned %q", shown.String(), text)
			}
			requests := b.count(ragtest.Chat) - before
			if !after && !final(kind) {
				if err != nil || text != answer(t) || requests != 2 {
					t.Errorf("want a second attempt that answers; %d requests, text %q, error %v", requests, text, err)
				}
				return
			}
			if err == nil || requests != 1 {
				t.Fatalf("%d requests, text %q, error %v; want one request and an error", requests, text, err)
			}
			checkError(t, err)
			if !errors.Is(err, kind) {
				t.Errorf("error %v is not %v", err, kind)
			}
			if !after {
				return
			}
			var cut *openai.TruncatedError
			if !errors.As(err, &cut) || cut.Bytes != len(text) || text == "" || !strings.HasPrefix(answer(t), text) {
				t.Errorf("text so far %q, error %v", text, err)
			}
		})
	}
}

// While nobody sees the pieces a cut stream is asked for again, too.
func TestGenerateUnseenRetries(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	patient, impatient := b.generator(t), b.impatient().generator(t)
	for _, f := range ragtest.StreamFaults() {
		name, after := strings.CutSuffix(f.Name, "-after")
		if !after {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			g := patient
			if hangs(f.Name) {
				g = impatient
			}
			b.Next(ragtest.Chat, f)
			before := b.count(ragtest.Chat)
			text, _, err := g.Generate(t.Context(), towers(), nil)
			requests := b.count(ragtest.Chat) - before
			if kind := streamKinds[name]; final(kind) {
				var cut *openai.TruncatedError
				if !errors.Is(err, kind) || !errors.As(err, &cut) || requests != 1 {
					t.Errorf("error %v after %d requests, want %v after one", err, requests, kind)
				}
			} else if err != nil || text != answer(t) || requests != 2 {
				t.Errorf("text %q, error %v after %d requests, want an answer to the second", text, err, requests)
			}
		})
	}
}

// Without a second attempt each fault before the first piece has its kind.
func TestGenerateStreamFaultsOnce(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Attempts = 1
	patient, impatient := b.generator(t), b.impatient().generator(t)
	for _, f := range ragtest.StreamFaults() {
		name, before := strings.CutSuffix(f.Name, "-before")
		if !before {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			g := patient
			if hangs(f.Name) {
				g = impatient
			}
			b.Next(ragtest.Chat, f)
			text, _, err := g.Generate(t.Context(), towers(), nil)
			if text != "" || !errors.Is(err, streamKinds[name]) {
				t.Fatalf("text %q, error %v; want %v", text, err, streamKinds[name])
			}
			checkError(t, err)
		})
	}
}

func TestGenerateEndsWithContext(t *testing.T) {
	for _, name := range []string{"slow", "stall-before", "stall-after"} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f, _ := ragtest.FaultNamed(ragtest.Chat, name)
			b.Always(ragtest.Chat, ragtest.Fault{Name: name, Play: func(c *ragtest.Call) {
				if name != "stall-after" {
					cancel()
				}
				f.Play(c)
			}})
			_, _, err := b.generator(t).Generate(ctx, towers(), func(string) error {
				cancel()
				return nil
			})
			if !errors.Is(err, context.Canceled) || err.Error() != "generate with pretend: context canceled" || b.count(ragtest.Chat) != 1 {
				t.Errorf("error %v after %d requests", err, b.count(ragtest.Chat))
			}
		})
	}
}

// The first piece may take longer than those after it.
func TestGeneratePatience(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Idle, b.cfg.Attempts = 150*time.Millisecond, 1
	g := b.generator(t)
	b.Next(ragtest.Chat, ragtest.Streams("late", ragtest.Stream{First: 400 * time.Millisecond}))
	if text, _, err := g.Generate(t.Context(), towers(), nil); err != nil || text != answer(t) {
		t.Errorf("late: text %q, error %v", text, err)
	}
	b.Next(ragtest.Chat, fault(t, ragtest.Chat, "stall-after"))
	_, _, err := g.Generate(t.Context(), towers(), nil)
	if !errors.Is(err, openai.ErrTimeout) || !strings.Contains(err.Error(), "nothing for 150ms") {
		t.Errorf("stalled: %v", err)
	}
	b.cfg.FirstToken, b.cfg.Idle = 150*time.Millisecond, time.Minute
	b.Next(ragtest.Chat, ragtest.Streams("too late", ragtest.Stream{First: time.Minute})) // its headers come at once
	if _, _, err := b.generator(t).Generate(t.Context(), towers(), nil); !errors.Is(err, openai.ErrTimeout) {
		t.Errorf("too late: %v", err)
	}
}

// A pause that would outlast the context is not begun.
func TestGenerateDoesNotWaitPastDeadline(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	f, _ := ragtest.FaultNamed(ragtest.Chat, "rate-limit-seconds")
	b.Always(ragtest.Chat, f)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, _, err := b.generator(t).Generate(ctx, towers(), nil)
	if !errors.Is(err, openai.ErrBusy) || len(b.waits) != 0 {
		t.Errorf("error %v after the waits %v", err, b.waits)
	}
}

// The pause itself ends with the context.
func TestGenerateCancelledWhileWaiting(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	b.cfg.Sleep = nil
	b.cfg.Logger = nil
	f, _ := ragtest.FaultNamed(ragtest.Chat, "rate-limit-seconds")
	b.Always(ragtest.Chat, ragtest.Fault{Name: "busy", Play: func(c *ragtest.Call) {
		f.Play(c)
		time.AfterFunc(20*time.Millisecond, cancel)
	}})
	began := time.Now()
	_, _, err := b.generator(t).Generate(ctx, towers(), nil)
	if !errors.Is(err, context.Canceled) || time.Since(began) > 5*time.Second {
		t.Errorf("error %v after %v", err, time.Since(began))
	}
}

func TestGenerateEmit(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Idle = 300 * time.Millisecond
	g := b.generator(t)
	full := errors.New("the chat is gone")
	text, _, err := g.Generate(t.Context(), towers(), func(string) error { return full })
	if !errors.Is(err, full) || text == "" || !strings.HasPrefix(answer(t), text) || b.count(ragtest.Chat) != 1 {
		t.Errorf("text %q, error %v after %d requests", text, err, b.count(ragtest.Chat))
	}
	// A slow reader is no stall of the server.
	slow := true
	long := strings.Repeat("The tower is red [1]. ", 200)
	b.SetVoice(ragtest.Says(long))
	text, _, err = g.Generate(t.Context(), towers(), func(string) error {
		if slow {
			time.Sleep(b.cfg.Idle + 100*time.Millisecond)
			slow = false
		}
		return nil
	})
	if err != nil || text != long {
		t.Errorf("%d bytes of text, error %v", len(text), err)
	}
}

func TestGenerateContext(t *testing.T) {
	long := rag.Prompt{System: "Be brief.", User: strings.Repeat("The tower stands by the sea. ", 1000)}
	t.Run("refused", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Window: 2048})
		_, _, err := b.generator(t).Generate(t.Context(), long, nil)
		if !errors.Is(err, openai.ErrContextLength) || b.count(ragtest.Chat) != 1 {
			t.Errorf("error %v after %d requests", err, b.count(ragtest.Chat))
		}
	})
	t.Run("cut in silence", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Window: 2048, Truncate: true})
		_, usage, err := b.generator(t).Generate(t.Context(), long, nil)
		var cut *openai.TruncatedError
		if !errors.As(err, &cut) || cut.Reason != "prompt" || !errors.Is(err, openai.ErrContextLength) || usage.PromptTokens != 2048 {
			t.Errorf("usage %+v, error %v", usage, err)
		}
		if !strings.Contains(b.log.String(), "model server cut the prompt") {
			t.Error("nothing in the log")
		}
	})
	t.Run("equal to the window", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Window: 5000, Truncate: true})
		b.cfg.Window = 5000
		_, _, err := b.generator(t).Generate(t.Context(), long, nil)
		if !errors.Is(err, openai.ErrContextLength) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("whole", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Window: 10000})
		b.cfg.Window = 10000
		for _, user := range []string{long.User, strings.Repeat("灯塔在海边，", 1000), strings.Repeat("| 3,141 | 2,718 |\n", 300)} {
			if _, _, err := b.generator(t).Generate(t.Context(), rag.Prompt{User: user}, nil); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestGenerateReasoningModels(t *testing.T) {
	yes, no := true, false
	for name, tt := range map[string]struct {
		model     string
		reasoning *bool
		want      bool
	}{
		"plain":          {"llama3.2:3b", nil, false},
		"o3":             {"o3-mini", nil, true},
		"gpt-5":          {"gpt-5-nano", nil, true},
		"gateway":        {"openai/gpt-5-nano", nil, true},
		"set":            {"my-deployment", &yes, true},
		"set to not":     {"vendor/o1-like", &no, false},
		"refused by us":  {"gpt-6-sol", nil, true},
		"not by a chunk": {"demo1", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			b.cfg.Model, b.cfg.Reasoning, b.cfg.ReasoningEffort = tt.model, tt.reasoning, "low"
			if _, _, err := b.generator(t).Generate(t.Context(), towers(), nil); err != nil {
				t.Fatal(err)
			}
			r := b.Requests()[0]
			if got := r.Temperature == nil && r.MaxTokens == nil && r.MaxCompletionTokens != nil; got != tt.want {
				t.Errorf("temperature %v, max_tokens %v, max_completion_tokens %v", r.Temperature, r.MaxTokens, r.MaxCompletionTokens)
			}
			if tt.want && *r.MaxCompletionTokens != openai.DefaultReasoningMaxTokens {
				t.Errorf("max_completion_tokens %d", *r.MaxCompletionTokens)
			}
			if !strings.Contains(string(r.Body), `"reasoning_effort":"low"`) {
				t.Errorf("no reasoning_effort in %s", r.Body)
			}
		})
	}
}

// A deployment whose name tells nothing refuses a parameter: it is left out
// from then on.
func TestGenerateLearnsParameters(t *testing.T) {
	refuse := func(param string) ragtest.Fault {
		return ragtest.Answers(param, 400, "application/json", fmt.Sprintf(
			`{"error":{"message":"Unsupported parameter: '%s' is not supported with this model.","type":"invalid_request_error","param":"%s","code":"unsupported_parameter"}}`, param, param))
	}
	b := start(t, ragtest.ModelOptions{})
	g := b.generator(t)
	b.Next(ragtest.Chat, refuse("max_tokens"), refuse("temperature"), refuse("stream_options"))
	for range 2 {
		if text, _, err := g.Generate(t.Context(), towers(), nil); err != nil || text != answer(t) {
			t.Fatalf("text %q, error %v", text, err)
		}
	}
	all := b.Requests()
	if len(all) != 5 || len(b.waits) != 0 {
		t.Fatalf("%d requests with the waits %v, want 5 without", len(all), b.waits)
	}
	for _, r := range all[3:] {
		if r.Temperature != nil || r.MaxTokens != nil || r.MaxCompletionTokens == nil || r.IncludeUsage {
			t.Errorf("request %s", r.Body)
		}
	}
	b.Always(ragtest.Chat, refuse("temperature"))
	if _, _, err := g.Generate(t.Context(), towers(), nil); !errors.Is(err, openai.ErrRejected) {
		t.Errorf("refused again: %v", err)
	}
	if n := len(b.Requests()); n != 6 {
		t.Errorf("%d requests, want 6: nothing is left to leave out", n)
	}
}

func TestGenerateHostileVoices(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	g := b.generator(t)
	for _, v := range ragtest.Hostile() {
		t.Run(v.Name, func(t *testing.T) {
			b.SetVoice(v.Voice)
			want, _ := v.Voice(towers())
			if v.Name == "thinks-aloud" {
				want = answer(t)
			}
			text, _, err := g.Generate(t.Context(), towers(), nil)
			if strings.TrimSpace(want) == "" {
				if !errors.Is(err, openai.ErrEmpty) {
					t.Errorf("error %v, want %v", err, openai.ErrEmpty)
				}
				return
			}
			if err != nil || text != want {
				t.Errorf("text %.80q, error %v", text, err)
			}
		})
	}
}

func TestGenerateWithoutSystem(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	if _, _, err := b.generator(t).Generate(t.Context(), rag.Prompt{User: "hello"}, nil); err != nil {
		t.Fatal(err)
	}
	var body struct{ Messages []json.RawMessage }
	if err := json.Unmarshal(b.Requests()[0].Body, &body); err != nil || len(body.Messages) != 1 {
		t.Errorf("messages %s, error %v", body.Messages, err)
	}
}
