package openai_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// fault finds a fault of a route.
func fault(t *testing.T, r ragtest.Route, name string) ragtest.Fault {
	t.Helper()
	f, ok := ragtest.FaultNamed(r, name)
	if !ok {
		t.Fatalf("no fault %s", name)
	}
	return f
}

// Failures of the server in a row open the breaker. It lets one request through
// after the pause: a failure opens it again, an answer closes it.
func TestBreaker(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.BreakAfter, b.cfg.Attempts = 3, 1
	transport := &http.Transport{DisableKeepAlives: true}
	b.cfg.Transport = transport
	synctest.Test(t, func(t *testing.T) { // the time is the bubble's, the server stands outside
		g := b.generator(t)
		generate := func() error {
			_, _, err := g.Generate(t.Context(), towers(), nil)
			return err
		}
		b.Always(ragtest.Chat, fault(t, ragtest.Chat, "html"))
		for range 3 {
			if err := generate(); !errors.Is(err, openai.ErrServer) {
				t.Fatalf("error %v", err)
			}
		}
		time.Sleep(10 * time.Second)
		var e *openai.Error
		if err := generate(); !errors.Is(err, openai.ErrSuspended) || !errors.As(err, &e) || e.RetryAfter != 20*time.Second {
			t.Fatalf("error %v, which says to wait for %v", err, e.RetryAfter)
		} else if want := "generate with pretend: the model server failed several times in a row and is left alone for a while"; err.Error() != want {
			t.Errorf("error %v", err)
		}
		time.Sleep(20*time.Second + 1)
		if err := generate(); !errors.Is(err, openai.ErrServer) {
			t.Fatalf("the probe: %v", err)
		}
		if err := generate(); !errors.Is(err, openai.ErrSuspended) {
			t.Fatalf("after a probe that failed: %v", err)
		}
		b.Heal()
		time.Sleep(openai.DefaultBreakFor + 1)
		for range 2 {
			if err := generate(); err != nil {
				t.Fatalf("after the server is well again: %v", err)
			}
		}
	})
	if n := b.count(ragtest.Chat); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
	for _, words := range []string{"leaving it alone", "answers again"} {
		if !strings.Contains(b.log.String(), words) {
			t.Errorf("no %q in the log", words)
		}
	}
}

// While the breaker tries the server, one request at a time goes out.
func TestBreakerProbesOnce(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.BreakAfter, b.cfg.BreakFor, b.cfg.Attempts = 1, time.Nanosecond, 1
	g := b.generator(t)
	asks, answers := make(chan struct{}), make(chan struct{})
	b.Next(ragtest.Chat, fault(t, ragtest.Chat, "empty"), ragtest.Fault{Name: "held", Play: func(c *ragtest.Call) {
		close(asks)
		<-answers
		c.Answer()
	}})
	if _, _, err := g.Generate(t.Context(), towers(), nil); !errors.Is(err, openai.ErrServer) {
		t.Fatalf("error %v", err)
	}
	var probe sync.WaitGroup
	probe.Go(func() {
		if _, _, err := g.Generate(t.Context(), towers(), nil); err != nil {
			t.Errorf("the probe: %v", err)
		}
	})
	<-asks
	if _, _, err := g.Generate(t.Context(), towers(), nil); !errors.Is(err, openai.ErrSuspended) {
		t.Errorf("beside the probe: %v", err)
	}
	close(answers)
	probe.Wait()
	if _, _, err := g.Generate(t.Context(), towers(), nil); err != nil {
		t.Errorf("after the probe: %v", err)
	}
}

// What is no fault of the server's does not open the breaker: it takes the
// count back, or leaves it.
func TestBreakerCounts(t *testing.T) {
	for name, tt := range map[string]struct{ counts, clears bool }{
		"empty": {counts: true}, "no-answer": {counts: true}, "loading": {counts: true}, "cut-before": {counts: true},
		"error-before": {counts: true}, "reset-after": {counts: true}, "said-null-code-before": {counts: true},
		"context": {clears: true}, "not-found-vllm": {clears: true}, "bad-key": {clears: true}, "detail-fastapi": {clears: true},
		"quota": {clears: true}, "length": {clears: true}, "content-policy": {clears: true},
		"rate-limit": {}, "azure-rate-limit": {}, "said-rate-limit-before": {},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			b.cfg.BreakAfter, b.cfg.Attempts = 2, 1
			g := b.generator(t)
			b.Next(ragtest.Chat, fault(t, ragtest.Chat, "empty"), fault(t, ragtest.Chat, name), fault(t, ragtest.Chat, "empty"))
			for range 3 {
				_, _, _ = g.Generate(t.Context(), towers(), nil)
			}
			want, requests := !tt.clears, 3 // the third failure is the second that counts
			if tt.counts {
				requests = 2
			}
			_, _, err := g.Generate(t.Context(), towers(), nil)
			if errors.Is(err, openai.ErrSuspended) != want || want && b.count(ragtest.Chat) != requests {
				t.Errorf("error %v after %d requests", err, b.count(ragtest.Chat))
			}
		})
	}
	t.Run("caller", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{})
		b.cfg.BreakAfter = 1
		g := b.generator(t)
		b.Next(ragtest.Chat, fault(t, ragtest.Chat, "slow"))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, _, err := g.Generate(ctx, towers(), nil); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, openai.ErrTimeout) {
			t.Errorf("error %v", err)
		}
		gone := errors.New("gone")
		if _, _, err := g.Generate(t.Context(), towers(), func(string) error { return gone }); !errors.Is(err, gone) {
			t.Errorf("error %v", err)
		}
		if _, _, err := g.Generate(t.Context(), towers(), nil); err != nil {
			t.Errorf("error %v", err)
		}
	})
	t.Run("deadline of a silent server", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{})
		b.cfg.BreakAfter, b.cfg.Idle = 1, 40*time.Millisecond
		g := b.generator(t)
		b.Next(ragtest.Chat, fault(t, ragtest.Chat, "slow"))
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, _, err := g.Generate(ctx, towers(), nil); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, openai.ErrTimeout) {
			t.Errorf("error %v", err)
		}
		if _, _, err := g.Generate(t.Context(), towers(), nil); !errors.Is(err, openai.ErrSuspended) {
			t.Errorf("error %v", err)
		}
	})
}

// Each client has a breaker of its own, embedder and reranker too.
func TestBreakerOfOthers(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.BreakAfter, b.cfg.Attempts = 1, 1
	b.Always(ragtest.Embeddings, fault(t, ragtest.Embeddings, "empty"))
	b.Always(ragtest.Rerank, fault(t, ragtest.Rerank, "empty"))
	e, r := b.embedder(t), b.reranker(t)
	for _, want := range []error{openai.ErrServer, openai.ErrSuspended} {
		if _, err := e.Embed(t.Context(), texts(1)); !errors.Is(err, want) {
			t.Errorf("embed: %v, want %v", err, want)
		}
		if _, err := r.Rerank(t.Context(), query, candidates()); !errors.Is(err, want) {
			t.Errorf("rerank: %v, want %v", err, want)
		}
	}
	if _, _, err := b.generator(t).Generate(t.Context(), towers(), nil); err != nil {
		t.Errorf("generate: %v", err)
	}
}

// No more completions than Concurrency run at the same time, and the wait for a
// place ends with the context.
func TestGenerateConcurrency(t *testing.T) {
	const limit, calls = 3, 12
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Concurrency = limit
	g := b.generator(t)
	var running, most atomic.Int64
	full, free := make(chan struct{}), make(chan struct{})
	b.Always(ragtest.Chat, ragtest.Fault{Name: "count", Play: func(c *ragtest.Call) {
		n := running.Add(1)
		defer running.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == limit {
			select {
			case full <- struct{}{}:
			default:
			}
		}
		<-free
		c.Answer()
	}})
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			if text, _, err := g.Generate(t.Context(), towers(), nil); err != nil || text != answer(t) {
				t.Errorf("text %q, error %v", text, err)
			}
		})
	}
	select {
	case <-full:
	case <-time.After(5 * time.Second):
		t.Error("fewer run than may")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, usage, err := g.Generate(ctx, towers(), nil)
	if !errors.Is(err, context.DeadlineExceeded) || usage.Model != "" || !strings.Contains(err.Error(), "wait for others to end") {
		t.Errorf("waiting: %v", err)
	}
	close(free)
	all.Wait()
	if most.Load() != limit || b.count(ragtest.Chat) != calls {
		t.Errorf("%d at the same time, want %d; %d requests, want %d", most.Load(), limit, b.count(ragtest.Chat), calls)
	}
}

// A dial that takes too long is the server's matter, not the caller's deadline.
func TestDialTimeout(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.BreakAfter, b.cfg.Attempts = 1, 1
	b.cfg.Transport = &http.Transport{DialContext: (&net.Dialer{Deadline: time.Now().Add(-time.Second)}).DialContext}
	g, e := b.generator(t), b.embedder(t)
	for _, want := range []error{openai.ErrUnreachable, openai.ErrSuspended} {
		_, _, err := g.Generate(t.Context(), towers(), nil)
		_, embedErr := e.Embed(t.Context(), texts(1))
		for _, err := range []error{err, embedErr} {
			if !errors.Is(err, want) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want %v", err, want)
			}
		}
	}
}
