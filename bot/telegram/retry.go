package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	callTimeout  = 30 * time.Second // of every call but the long poll
	longestPause = 30 * time.Second // between two tries, when the server names no wait
)

// try runs one call within timeout.
func (a *Adapter) try(ctx context.Context, timeout time.Duration, method string, params tgbotapi.Params, out any) error {
	call, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := a.client.call(call, method, params, out)
	a.note(ctx, method, err)
	return err
}

// A retry spaces the tries of one call: as long as the server asks for, else
// longer each time, with jitter.
type retry struct {
	backoff backoff.BackOff
	tries   int // failed ones that the server did not ask to wait after
}

func (a *Adapter) newRetry() *retry {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = a.config.Backoff, 2, longestPause
	return &retry{backoff: b}
}

// wait waits before the try after err. It returns an error when ctx ends first.
func (r *retry) wait(ctx context.Context, err error) error {
	var e *callError
	pause := time.Duration(0)
	if errors.As(err, &e) && e.RetryAfter > 0 {
		pause = e.RetryAfter
	} else {
		r.tries++
		pause = r.backoff.NextBackOff()
	}
	return sleep(ctx, pause)
}

// reset begins anew after a success.
func (r *retry) reset() {
	r.tries = 0
	r.backoff.Reset()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
