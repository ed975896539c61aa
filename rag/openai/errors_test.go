package openai_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// An answerKind is what an error answer is to the caller, and how long the
// client waits before it tries again: 0 means that it chooses by itself, -1
// that it does not try again.
type answerKind struct {
	kind error
	wait time.Duration
}

var answerKinds = map[string]answerKind{
	"rate-limit":              {openai.ErrBusy, 0},
	"rate-limit-seconds":      {openai.ErrBusy, 7 * time.Second},
	"rate-limit-milliseconds": {openai.ErrBusy, 1500 * time.Millisecond},
	"rate-limit-date":         {openai.ErrBusy, 9 * time.Second}, // or less: a date has no fractions
	"rate-limit-past":         {openai.ErrBusy, 0},
	"rate-limit-garbage":      {openai.ErrBusy, 0},
	"rate-limit-hour":         {openai.ErrBusy, -1}, // not waited for
	"quota":                   {openai.ErrQuota, -1},
	"payment":                 {openai.ErrQuota, -1},
	"azure-rate-limit":        {openai.ErrBusy, 0},
	"azure-no-deployment":     {openai.ErrNotFound, -1},
	"azure-bad-key":           {openai.ErrAuth, -1},
	"crashed-ollama":          {openai.ErrServer, 0},
	"not-found-ollama-own":    {openai.ErrNotFound, -1},
	"context-vllm":            {openai.ErrContextLength, -1},
	"loading-date":            {openai.ErrBusy, 9 * time.Second},
	"loading":                 {openai.ErrBusy, 0},
	"loading-seconds":         {openai.ErrBusy, 3 * time.Second},
	"overloaded":              {openai.ErrBusy, 0},
	"context":                 {openai.ErrContextLength, -1},
	"context-llamacpp":        {openai.ErrContextLength, -1},
	"context-vllm-old":        {openai.ErrContextLength, -1},
	"not-found-vllm":          {openai.ErrNotFound, -1},
	"not-found-vllm-old":      {openai.ErrNotFound, -1},
	"not-found-ollama":        {openai.ErrNotFound, -1},
	"not-found-text":          {openai.ErrNotFound, -1},
	"batch-tei":               {openai.ErrTooLarge, -1},
	"detail-fastapi":          {openai.ErrRejected, -1},
	"detail-string":           {openai.ErrRejected, -1},
	"content-policy":          {openai.ErrContentFilter, -1},
	"bad-key":                 {openai.ErrAuth, -1},
	"key-echoed":              {openai.ErrAuth, -1},
	"forbidden":               {openai.ErrAuth, -1},
	"html":                    {openai.ErrServer, 0},
	"empty":                   {openai.ErrServer, 0},
	"null-code":               {openai.ErrServer, 0},
	"long-message":            {openai.ErrServer, 0},
	"redirect":                {openai.ErrRejected, -1},
	"no-answer":               {openai.ErrUnreachable, 0},
	"slow":                    {openai.ErrTimeout, 0},
	"ok-html":                 {openai.ErrBadResponse, -1},
	"ok-empty":                {openai.ErrBadResponse, -1},
	"ok-cut":                  {openai.ErrUnreachable, 0},
	"ok-other-json":           {openai.ErrBadResponse, -1},
}

// testErrorAnswers tries every error answer against the calls of a client, once
// with the fault staying and once with it gone at the second attempt.
func testErrorAnswers(t *testing.T, b *bench, route ragtest.Route, client func() (call func(context.Context) error), differs map[string]answerKind) {
	patient := client()
	b.impatient()
	impatient := client()
	for _, f := range ragtest.ErrorAnswers() {
		t.Run(f.Name, func(t *testing.T) {
			want, ok := answerKinds[f.Name]
			if !ok {
				t.Fatal("no expectation for this fault")
			}
			if other, ok := differs[f.Name]; ok {
				want = other
			}
			call := patient
			if hangs(f.Name) {
				call = impatient
			}
			b.Always(route, f)
			b.waits = nil
			before := b.count(route)
			err := call(t.Context())
			b.Heal()
			if !errors.Is(err, want.kind) {
				t.Fatalf("error %v, want %v", err, want.kind)
			}
			checkError(t, err)
			if want.wait < 0 {
				if len(b.waits) != 0 {
					t.Errorf("tried again after %v", b.waits)
				}
				return
			}
			if n := b.count(route) - before; n != openai.DefaultAttempts || len(b.waits) != n-1 {
				t.Fatalf("%d requests with the waits %v, want %d", n, b.waits, openai.DefaultAttempts)
			}
			for i, w := range b.waits {
				least, most := want.wait, want.wait
				if want.wait == 0 {
					least = 250 * time.Millisecond << i
					most = 3 * least
				} else if strings.HasSuffix(f.Name, "-date") {
					least -= 4 * time.Second
				}
				if w < least || w > most {
					t.Errorf("wait %d is %v, want %v to %v", i+1, w, least, most)
				}
			}
			b.Next(route, f)
			if err := call(t.Context()); err != nil {
				t.Errorf("at the second attempt: %v", err)
			}
		})
	}
}

func TestGenerateErrorAnswers(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	testErrorAnswers(t, b, ragtest.Chat, func() func(context.Context) error {
		g := b.generator(t)
		return func(ctx context.Context) error {
			_, _, err := g.Generate(ctx, towers(), nil)
			return err
		}
	}, map[string]answerKind{
		"ok-empty": {openai.ErrTruncated, 0}, // a stream that was cut at once
	})
}

func TestGenerateErrorDetails(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Attempts = 1
	b.cfg.FirstToken = 300 * time.Millisecond
	g := b.generator(t)
	for name, want := range map[string]string{
		"rate-limit-seconds": "generate with pretend: the model server is busy (429): Rate limit reached for requests",
		"html":               "generate with pretend: the model server failed (502): 502 Bad Gateway",
		"empty":              "generate with pretend: the model server failed (500)",
		"detail-fastapi":     "generate with pretend: the model server rejects the request (422): body.input field required",
		"not-found-vllm-old": "generate with pretend: the model server does not know the model or the path (404): The model `x` does not exist.",
		"bad-key":            "generate with pretend: the model server refuses the key (401): Incorrect API key provided: [redacted].",
		"slow":               "generate with pretend: the model server is too slow: nothing for 300ms",
	} {
		f, ok := ragtest.FaultNamed(ragtest.Chat, name)
		if !ok {
			t.Fatalf("no fault %s", name)
		}
		b.Next(ragtest.Chat, f)
		_, _, err := g.Generate(t.Context(), towers(), nil)
		if err == nil || err.Error() != want {
			t.Errorf("%s: error %v\nwant %s", name, err, want)
		}
	}
	f, _ := ragtest.FaultNamed(ragtest.Chat, "rate-limit-seconds")
	b.Next(ragtest.Chat, f)
	_, _, err := g.Generate(t.Context(), towers(), nil)
	var e *openai.Error
	if !errors.As(err, &e) || e.Status != 429 || e.Code != "rate_limit_exceeded" || e.RetryAfter != 7*time.Second {
		t.Errorf("error %+v", e)
	}
}

func TestGenerateUnreachable(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	other, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b.cfg.BaseURL = other.URL()
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err = b.generator(t).Generate(t.Context(), towers(), nil)
	if !errors.Is(err, openai.ErrUnreachable) || !errors.Is(err, syscall.ECONNREFUSED) || len(b.waits) != openai.DefaultAttempts-1 {
		t.Errorf("error %v after the waits %v", err, b.waits)
	}
	checkError(t, err)
}

// A server that says the key back inside a stream does not get it into an
// error either.
func TestGenerateStreamEchoesKey(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	g := b.generator(t)
	for name, raw := range map[string]string{
		"report":      "data: {\"error\":{\"message\":\"bad token " + canary + "\",\"code\":\"" + canary + "\",\"param\":\"" + canary + "\"}}\n\n",
		"stray":       "who is " + canary + "?\n",
		"stray error": "{\"error\":\"" + canary + "\"}\n",
		"finish":      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" + canary + "\"}]}\n\n",
	} {
		for _, after := range []int{0, 2} {
			b.Always(ragtest.Chat, ragtest.Streams(name, ragtest.Stream{After: after, Then: func(c *ragtest.Call) { c.Raw(raw) }}))
			_, _, err := g.Generate(t.Context(), towers(), nil)
			if err == nil {
				t.Fatalf("%s: no error", name)
			}
			checkError(t, err)
			var e *openai.Error
			if errors.As(err, &e) && strings.Contains(e.Code+e.Param+e.Message, canary) {
				t.Errorf("%s: error %+v", name, e)
			}
		}
	}
	b.Always(ragtest.Chat, ragtest.Answers("no stream", 200, "text/plain", "who is "+canary+"?"))
	_, _, err := g.Generate(t.Context(), towers(), nil)
	if !errors.Is(err, openai.ErrBadResponse) {
		t.Fatalf("error %v", err)
	}
	checkError(t, err)
}
