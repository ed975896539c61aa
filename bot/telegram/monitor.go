package telegram

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// note tells the monitor how a call went. Whether Telegram is there shows in
// the polls: they are always under way. A poll that the end of ctx cut short
// says nothing.
func (a *Adapter) note(ctx context.Context, method string, err error) {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	if method == "getMe" || method == "getUpdates" {
		a.config.Monitor.Linked(Name, err == nil)
	}
}

// retried tells the monitor that a call is made once more after err.
func (a *Adapter) retried(err error) {
	var e *callError
	a.config.Monitor.Retried(Name, errors.As(err, &e) && e.Code == http.StatusTooManyRequests)
}

// delivered tells the monitor of a reply that was sent.
func (a *Adapter) delivered(t *target) {
	if !t.received.IsZero() {
		a.config.Monitor.Delivered(Name, time.Since(t.received))
	}
}
