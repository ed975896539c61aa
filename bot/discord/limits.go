package discord

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits hold requests back until Discord takes them, so that it need not say
// so: https://docs.discord.com/developers/topics/rate-limits . What each answer
// says of its bucket is remembered, and what is under way counts as used.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
	until   time.Time // Discord asked all that carry the bot's token to wait
	global  []time.Time
}

// Discord takes 50 requests a second with a bot's token, of all its programs:
// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
const (
	mostGlobal = 40
	globalSpan = 1050 * time.Millisecond
)

// A bucket is what is known of one.
type bucket struct {
	known   bool
	limit   int       // requests in a window
	left    int       // of them, by the latest answer
	resets  time.Time // when they are as many as limit again
	blocked time.Time // not before, as a 429 said
	flying  int       // under way
	used    time.Time
}

func newLimits() *limits { return &limits{buckets: make(map[string]*bucket)} }

func (c restCall) bucket() string { return c.route + " " + c.major }

// wait returns when call may be sent, or why ctx ended. It counts as under way
// then, until done.
func (l *limits) wait(ctx context.Context, call restCall) error {
	for {
		pause := l.take(call, time.Now())
		if pause <= 0 {
			if ctx.Err() != nil {
				l.done(call)
			}
			return ctx.Err()
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// again is how long to wait for the answers to requests under way.
const again = 5 * time.Millisecond

// take lets call through, or returns how long to wait before asking again.
func (l *limits) take(call restCall, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(call, now)
	if pause := b.pause(now); pause > 0 {
		return pause
	}
	if !call.open {
		if pause := l.pause(now); pause > 0 {
			return pause
		}
		if len(l.global) >= mostGlobal {
			l.global = append(l.global[:0], l.global[len(l.global)-mostGlobal+1:]...)
		}
		l.global = append(l.global, now)
	}
	b.flying++
	return 0
}

// pause is how long the next request with the bot's token has to wait.
func (l *limits) pause(now time.Time) time.Duration {
	pause := l.until.Sub(now)
	if n := len(l.global); n >= mostGlobal {
		pause = max(pause, l.global[n-mostGlobal].Add(globalSpan).Sub(now))
	}
	return pause
}

// pause is how long the next request to the bucket has to wait. Where nothing is
// known of it one request at a time finds out.
func (b *bucket) pause(now time.Time) time.Duration {
	switch {
	case b.blocked.After(now):
		return b.blocked.Sub(now)
	case !b.known && b.flying > 0:
		return again
	case !b.known:
		return 0
	case !b.resets.After(now): // a new window
		b.left = b.limit
	}
	switch {
	case b.left > b.flying:
		return 0
	case b.left <= 0 && b.resets.After(now):
		return b.resets.Sub(now)
	}
	return again
}

// bucket returns that of a call. A new one is the time to forget old ones.
func (l *limits) bucket(call restCall, now time.Time) *bucket {
	b := l.buckets[call.bucket()]
	if b == nil {
		l.forget(now)
		b = &bucket{}
		l.buckets[call.bucket()] = b
	}
	b.used = now
	return b
}

// done says that call is not under way any more.
func (l *limits) done(call restCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[call.bucket()]; b != nil && b.flying > 0 {
		b.flying--
	}
}

// learn keeps what an answer says about the next request.
func (l *limits) learn(call restCall, h http.Header, answer *apiError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.bucket(call, now)
	if answer.status == http.StatusTooManyRequests {
		until := now.Add(answer.retryAfter)
		switch {
		case !answer.global && until.After(b.blocked):
			b.blocked = until
		case answer.global && until.After(l.until):
			l.until = until
		}
	}
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil {
		return
	}
	limit, _ := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	resets := now.Add(seconds(h.Get("X-RateLimit-Reset-After")))
	same := b.known && b.resets.After(now) && resets.Sub(b.resets).Abs() < time.Second
	if same && b.left < left { // answers overtake each other
		left = b.left
	}
	b.known, b.limit, b.left, b.resets = true, max(limit, 1), left, resets
}

// scarce reports whether call would have to wait now, or would make the next
// one to its bucket wait.
func (l *limits) scarce(call restCall) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.buckets[call.bucket()]
	if b == nil {
		return false
	}
	return b.blocked.After(now) || b.known && b.resets.After(now) && b.left-b.flying <= 1
}

// forgotten is how long a bucket is remembered that nobody uses.
const forgotten = time.Minute

// forget drops what is over, so that no interaction's bucket outlives it.
func (l *limits) forget(now time.Time) {
	for name, b := range l.buckets {
		if b.flying == 0 && now.Sub(b.used) > forgotten && now.After(b.resets) && now.After(b.blocked) {
			delete(l.buckets, name)
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
