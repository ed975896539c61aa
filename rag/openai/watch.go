package openai

import (
	"context"
	"errors"
	"time"
)

// A watch ends a context when nothing has restarted it for a while. Its methods
// are called from one goroutine.
type watch struct {
	timer *time.Timer
	limit time.Duration
	since time.Time   // when it was started last
	ran   func() bool // it was the watch that ended the context
	end   context.CancelCauseFunc
}

var errRanOut = errors.New("nothing came in time")

func watchFor(ctx context.Context, d time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watch{
		timer: time.AfterFunc(d, func() { cancel(errRanOut) }),
		limit: d,
		since: time.Now(),
		ran:   func() bool { return errors.Is(context.Cause(ctx), errRanOut) },
		end:   cancel,
	}
}

func (w *watch) pause() { w.timer.Stop() }

func (w *watch) restart(d time.Duration) {
	w.limit, w.since = d, time.Now()
	w.timer.Reset(d)
}

// silent is how long nothing has restarted it.
func (w *watch) silent() time.Duration { return time.Since(w.since) }

func (w *watch) stop() {
	w.timer.Stop()
	w.end(nil)
}
