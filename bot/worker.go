package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Workers answer what is in the inbox.
type Workers struct {
	Work      Work
	Lease     Lease    // renewed while a task is worked on; nil: not
	Platforms []string // whose tasks; nil: of all

	// Handle answers a task. Its context ends when the task is lost to another
	// worker; then, and where it returns an error, it has answered nothing.
	Handle func(ctx context.Context, t Task) error

	Number int           // tasks at a time; 0 means 8
	Renew  time.Duration // between renewals of a lease; 0 means 10 s
	Grace  time.Duration // of the tasks under way when Run's context ends; 0 means 10 s
	Pause  time.Duration // after the inbox could not be read; 0 means a second
	Logger *slog.Logger  // nil: nothing is logged
}

func (w Workers) withDefaults() Workers {
	if w.Number <= 0 {
		w.Number = 8
	}
	for _, d := range []struct {
		set     *time.Duration
		without time.Duration
	}{{&w.Renew, 10 * time.Second}, {&w.Grace, 10 * time.Second}, {&w.Pause, time.Second}} {
		if *d.set <= 0 {
			*d.set = d.without
		}
	}
	if w.Logger == nil {
		w.Logger = slog.New(slog.DiscardHandler)
	}
	return w
}

// Run works until ctx ends and the tasks under way are answered, or their grace
// is over: what is not answered then is given back. It returns when nothing of
// it runs any more.
func (w Workers) Run(ctx context.Context) {
	w = w.withDefaults()
	working, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	var done sync.WaitGroup
	for range w.Number {
		done.Go(func() { w.work(ctx, working) })
	}
	ended := make(chan struct{})
	go func() {
		done.Wait()
		close(ended)
	}()
	<-ctx.Done()
	grace := time.NewTimer(w.Grace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
		cut(ErrStopped)
		<-ended
	}
}

// work takes tasks until ctx ends. Those that it has taken run in working.
func (w Workers) work(ctx, working context.Context) {
	for ctx.Err() == nil {
		t, err := w.Work.Take(ctx, w.Platforms...)
		switch {
		case err == nil:
			w.task(working, t)
		case ctx.Err() == nil:
			w.Logger.ErrorContext(ctx, "inbox not read", "error", err)
			pause(ctx, w.Pause)
		}
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// task answers one task and says what became of it.
func (w Workers) task(working context.Context, t Task) {
	ctx, lose := context.WithCancelCause(working)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		w.renew(ctx, t, lose)
	}()
	err := w.handle(ctx, t)
	cause := context.Cause(ctx)
	lose(nil)
	<-renewed
	if errors.Is(cause, ErrLost) || errors.Is(err, ErrLost) {
		w.Logger.WarnContext(ctx, "task was lost to another worker", "task", t.Number, "platform", t.Platform)
		return
	}
	if err != nil && errors.Is(cause, ErrStopped) {
		err = cause // not its own fault
	}
	w.report(context.WithoutCancel(working), t, err)
}

// report says what became of t. Where that cannot be said the task is taken
// again when its lease has ended, and its marks say what was shown.
func (w Workers) report(ctx context.Context, t Task, err error) {
	if err == nil {
		err = w.Work.Done(ctx, t)
	} else {
		if !errors.Is(err, ErrStopped) {
			w.Logger.ErrorContext(ctx, "task failed", "task", t.Number, "platform", t.Platform, "failures", t.Failures+1, "error", err)
		}
		err = w.Work.Fail(ctx, t, err)
	}
	if err != nil {
		w.Logger.ErrorContext(ctx, "end of a task not noted", "task", t.Number, "platform", t.Platform, "error", err)
	}
}

// handle keeps a task that panics from taking the program with it.
func (w Workers) handle(ctx context.Context, t Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.Logger.ErrorContext(ctx, "panic in a task", "task", t.Number, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("answer task: panic: %v", p)
		}
	}()
	return w.Handle(ctx, t)
}

// renew renews the lease of t until ctx ends, and ends it when t is lost.
func (w Workers) renew(ctx context.Context, t Task, lose context.CancelCauseFunc) {
	if w.Lease == nil {
		return
	}
	tick := time.NewTicker(w.Renew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch err := w.Lease.Hold(ctx, t); {
		case errors.Is(err, ErrLost):
			lose(ErrLost)
			return
		case err != nil && ctx.Err() == nil: // perhaps the next time
			w.Logger.WarnContext(ctx, "lease not renewed", "task", t.Number, "error", err)
		}
	}
}
