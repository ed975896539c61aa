package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

func TestNewNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := handlerFunc(func(context.Context, bot.Message) bot.Reply { return bot.Reply{} })
	for want, c := range map[string]Config{
		"token":             {Token: " Bot ", Handler: h},
		"handler":           {Token: "x"},
		"endpoint \"nope\"": {Token: "x", Handler: h, Endpoint: "nope"},
		"endpoint \"ftp":    {Token: "x", Handler: h, Endpoint: "ftp://a.example"},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want one that says %q", c, err, want)
		}
	}
	a, err := New(Config{Token: "Bot x", Handler: h})
	if err != nil || a.Name() != "discord" || a.rest.base != "https://discord.com/api/v9" || a.rest.token != "x" {
		t.Errorf("%+v, %v", a, err)
	}
}

// The wait is what was asked for, is that of one bucket or of all with the
// token, and leaves nothing behind.
func TestLimits(t *testing.T) {
	t.Parallel()
	one := restCall{route: "POST /a", major: "1"}
	other := restCall{route: "POST /a", major: "2"}
	open := restCall{route: "POST /b", major: "token", open: true}
	limited := func(after time.Duration, global bool) *apiError {
		return &apiError{status: http.StatusTooManyRequests, retryAfter: after, global: global}
	}
	synctest.Test(t, func(t *testing.T) {
		l := newLimits()
		waits := func(call restCall, want time.Duration) {
			t.Helper()
			start := time.Now()
			if err := l.wait(t.Context(), call); err != nil || time.Since(start) != want {
				t.Errorf("%s %s waited %v, %v; want %v", call.route, call.major, time.Since(start), err, want)
			}
			l.done(call)
		}
		waits(one, 0)
		l.learn(one, http.Header{}, limited(1500*time.Millisecond, false))
		waits(other, 0)
		waits(one, 1500*time.Millisecond)
		l.learn(one, http.Header{}, limited(2*time.Second, true))
		waits(open, 0)
		waits(other, 2*time.Second)
		l.learn(one, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {"0.25"}}, &apiError{status: 200})
		waits(one, 250*time.Millisecond)

		l.learn(one, http.Header{}, limited(time.Hour, false))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.wait(ctx, one); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait past its context: %v", err)
		}
		for i := range 1000 {
			l.learn(restCall{route: "POST /b", major: fmt.Sprint(i)}, http.Header{}, limited(time.Second, false))
		}
		time.Sleep(2 * time.Hour)
		l.learn(restCall{route: "POST /c"}, http.Header{}, limited(time.Second, false))
		if len(l.buckets) != 1 {
			t.Errorf("%d buckets are kept", len(l.buckets))
		}
	})
}

// TestLimitsTogether holds that requests that are under way at the same time
// never are more than a bucket has left.
func TestLimitsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit, window = 5, 5 * time.Second
		l, call := newLimits(), restCall{route: "POST /a", major: "1"}
		var mu sync.Mutex
		var ends time.Time
		used := 0
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				if err := l.wait(t.Context(), call); err != nil {
					t.Error(err)
				}
				defer l.done(call)
				time.Sleep(20 * time.Millisecond) // to the server
				mu.Lock()
				now := time.Now()
				if now.After(ends) {
					ends, used = now.Add(window), 0
				}
				if used++; used > limit {
					t.Errorf("request %d of a window of %d", used, limit)
				}
				h := http.Header{}
				h.Set("X-RateLimit-Limit", fmt.Sprint(limit))
				h.Set("X-RateLimit-Remaining", fmt.Sprint(limit-used))
				h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", ends.Sub(now).Seconds()))
				mu.Unlock()
				time.Sleep(20 * time.Millisecond) // and back
				l.learn(call, h, &apiError{status: http.StatusOK})
			})
		}
		all.Wait()
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body   float64
		header string
		want   time.Duration
	}{
		{0.35, "1", 350 * time.Millisecond},
		{0, "2", 2 * time.Second},
		{0, "", cautious},
		{0, "soon", cautious},
		{-1, "-1", cautious},
	} {
		if got := retryAfter(test.body, http.Header{"Retry-After": {test.header}}); got != test.want {
			t.Errorf("retryAfter(%v, %q) = %v, want %v", test.body, test.header, got, test.want)
		}
	}
}

// The token goes to the endpoint only, not where that points to.
func TestTokenFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("redirected with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c := newRestClient(server.URL, Config{Token: "canary", Timing: quick().withDefaults()})
	defer c.close()
	err := c.once(t.Context(), restCall{route: "GET /x", path: "/x"}, nil)
	if _, status := codeOf(err); status != http.StatusTemporaryRedirect {
		t.Errorf("got %v", err)
	}
}

// Errors keep their cause and lose their URL.
func TestWithoutURL(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("send: %w", withoutURL(&url.Error{Op: "Post", URL: "https://a.example/canary", Err: io.ErrUnexpectedEOF}))
	if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
	c := newRestClient("http://a.example/canary\x00", Config{Timing: quick().withDefaults()})
	if err := c.once(t.Context(), restCall{route: "GET /x"}, nil); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func TestSeen(t *testing.T) {
	t.Parallel()
	s := newSeen(3)
	for i := range 10 {
		if id := fmt.Sprint(i); !s.add(id) || s.add(id) {
			t.Errorf("%s is not new once", id)
		}
	}
	if len(s.ids) != 3 || s.add("7") || !s.add("6") {
		t.Errorf("kept %v", s.ids)
	}
}
