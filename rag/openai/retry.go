package openai

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// The pause before the second attempt, and the longest that is chosen here (a
// server may ask for more, up to Config.MaxWait).
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 20 * time.Second
)

// A retrier repeats calls that may succeed a little later.
type retrier struct {
	attempts int
	maxWait  time.Duration
	now      func() time.Time
	sleep    func(ctx context.Context, d time.Duration) error
	log      *slog.Logger
}

func newRetrier(c Config) retrier {
	return retrier{attempts: c.Attempts, maxWait: c.MaxWait, now: c.Now, sleep: c.Sleep, log: c.Logger}
}

// do calls until there is no error, or none that again accepts, or no attempt
// or no time is left.
func (r retrier) do(ctx context.Context, op string, again func(error) bool, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || attempt >= r.attempts || ctx.Err() != nil || !again(err) {
			return err
		}
		wait := r.pause(attempt, err)
		if !r.worthwhile(ctx, wait) {
			return err
		}
		r.log.WarnContext(ctx, "model call failed, trying again", "op", op, "attempt", attempt, "wait", wait, "error", err)
		if ended := r.sleep(ctx, wait); ended != nil {
			return fmt.Errorf("%w while waiting to try again after: %w", ended, err)
		}
	}
}

// pause is as long as the server asks, else it doubles from attempt to attempt
// and varies by half, so that many callers do not come back together.
func (r retrier) pause(attempt int, err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	d := min(firstPause<<min(attempt-1, 10), longestPause)
	return d/2 + rand.N(d)
}

func (r retrier) worthwhile(ctx context.Context, wait time.Duration) bool {
	if wait > r.maxWait {
		return false
	}
	deadline, ok := ctx.Deadline()
	return !ok || r.now().Add(wait).Before(deadline)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
