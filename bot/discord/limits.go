package discord

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits remember until when Discord asked not to be asked again, by bucket:
// https://docs.discord.com/developers/topics/rate-limits
type limits struct {
	mu    sync.Mutex
	until map[string]time.Time // by bucket; everywhere is for all that carry the bot's token
	last  map[string]time.Time // buckets that let one request through until then
}

// everywhere is the bucket of the global limit.
const everywhere = ""

func newLimits() *limits {
	return &limits{until: make(map[string]time.Time), last: make(map[string]time.Time)}
}

func (c restCall) bucket() string { return c.route + " " + c.major }

// wait returns when call may be sent, or why ctx ended.
func (l *limits) wait(ctx context.Context, call restCall) error {
	for {
		until := l.blocked(call)
		if until.IsZero() {
			return ctx.Err()
		}
		if err := sleep(ctx, time.Until(until)); err != nil {
			return err
		}
	}
}

// blocked returns until when call has to wait; zero when it need not.
func (l *limits) blocked(call restCall) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	until := l.until[call.bucket()]
	if all := l.until[everywhere]; !call.open && all.After(until) {
		until = all
	}
	if !until.After(time.Now()) {
		return time.Time{}
	}
	return until
}

// learn keeps what an answer says about the next request.
func (l *limits) learn(call restCall, h http.Header, answer *apiError) {
	wait, bucket, times := time.Duration(0), call.bucket(), l.until
	switch {
	case answer.status == http.StatusTooManyRequests:
		wait = answer.retryAfter
		if answer.global {
			bucket = everywhere
		}
	case h.Get("X-RateLimit-Remaining") == "0":
		wait = seconds(h.Get("X-RateLimit-Reset-After"))
	case h.Get("X-RateLimit-Remaining") == "1":
		wait, times = seconds(h.Get("X-RateLimit-Reset-After")), l.last
	}
	if wait <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget()
	if until := time.Now().Add(wait); until.After(times[bucket]) {
		times[bucket] = until
	}
}

// scarce reports whether call would have to wait now, or would make the next
// one to its bucket wait.
func (l *limits) scarce(call restCall) bool {
	if !l.blocked(call).IsZero() {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last[call.bucket()].After(time.Now())
}

// forget drops what is over, so that no interaction's bucket outlives it.
func (l *limits) forget() {
	now := time.Now()
	for _, times := range []map[string]time.Time{l.until, l.last} {
		for bucket, until := range times {
			if now.After(until) {
				delete(times, bucket)
			}
		}
	}
}

// cautious is how long to wait when a 429 does not say.
const cautious = 5 * time.Second

// retryAfter returns how long a 429 asks to wait: its body is more precise than
// its header, which has whole seconds.
func retryAfter(body float64, h http.Header) time.Duration {
	if body > 0 {
		return time.Duration(body * float64(time.Second))
	}
	if wait := seconds(h.Get("Retry-After")); wait > 0 {
		return wait
	}
	return cautious
}

// seconds reads a decimal number of seconds; 0 when it is none.
func seconds(text string) time.Duration {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f > 24*60*60 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}
