package openai

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// A breaker keeps requests from a server that has failed several times in a
// row, so that nobody waits for what will not come. After a pause one request
// is let through; its outcome decides whether the others follow.
type breaker struct {
	circuit *gobreaker.CircuitBreaker[struct{}] // nil never opens
	pause   time.Duration
	opened  atomic.Int64 // when it opened last, in nanoseconds of the Unix time
}

func newBreaker(c Config) *breaker {
	b := &breaker{pause: c.BreakFor}
	if c.BreakAfter < 0 {
		return b
	}
	b.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:         c.Model,
		MaxRequests:  1,
		Timeout:      c.BreakFor,
		ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= uint32(c.BreakAfter) },
		IsSuccessful: func(err error) bool { return !serversFault(err) },
		IsExcluded:   saysNothing,
		OnStateChange: func(model string, _, to gobreaker.State) {
			b.changed(c.Logger, model, to)
		},
	})
	return b
}

func (b *breaker) changed(log *slog.Logger, model string, to gobreaker.State) {
	switch to {
	case gobreaker.StateOpen:
		b.opened.Store(time.Now().UnixNano())
		log.Warn("model server failed several times in a row, leaving it alone", "model", model, "for", b.pause)
	case gobreaker.StateClosed:
		log.Info("model server answers again", "model", model)
	case gobreaker.StateHalfOpen:
	}
}

// do calls, unless the breaker is open: then its error is [ErrSuspended].
func (b *breaker) do(op string, call func() error) error {
	if b.circuit == nil {
		return call()
	}
	_, err := b.circuit.Execute(func() (struct{}, error) { return struct{}{}, call() })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		left := b.pause - time.Since(time.Unix(0, b.opened.Load()))
		return &Error{Op: op, Kind: ErrSuspended, RetryAfter: max(left, 0)}
	}
	return err
}

// serversFault reports whether err tells that the server does not work, and not
// that it refuses this request. What saysNothing accepts does not come here.
func serversFault(err error) bool {
	var cut *TruncatedError
	switch {
	case errors.As(err, &cut) && cut.Err == nil:
		return cut.Reason == "cut"
	case errors.Is(err, ErrUnreachable), errors.Is(err, ErrTimeout), errors.Is(err, ErrServer), errors.Is(err, ErrBusy):
		return true
	}
	return false
}

// limitsRate reports whether the server works, and has had enough of this client.
func limitsRate(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Code == "rate_limit_exceeded")
}

// saysNothing reports whether err tells nothing about the server: the caller
// gave up, or the server only limits the rate.
func saysNothing(err error) bool {
	var emitted errEmit
	switch {
	case errors.As(err, &emitted):
		return true
	case errors.Is(err, ErrTimeout):
		return false
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return errors.Is(err, ErrBusy) && limitsRate(err)
}
