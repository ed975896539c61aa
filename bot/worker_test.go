package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A desk is work, and leases, in memory.
type desk struct {
	tasks chan bot.Task
	take  func() error // fails the next Take; nil: none does
	hold  func() error

	mu    sync.Mutex
	ended []string
	held  int
}

func newDesk(ids ...string) *desk {
	d := &desk{tasks: make(chan bot.Task, 10)}
	for i, id := range ids {
		d.tasks <- bot.Task{Event: bot.Event{Platform: "t", ID: id}, Number: int64(i)}
	}
	return d
}

func (d *desk) Take(ctx context.Context, _ ...string) (bot.Task, error) {
	if d.take != nil {
		if err := d.take(); err != nil {
			return bot.Task{}, err
		}
	}
	select {
	case t := <-d.tasks:
		return t, nil
	case <-ctx.Done():
		return bot.Task{}, ctx.Err()
	}
}

func (d *desk) Done(ctx context.Context, t bot.Task) error { return d.end(ctx, t.ID+" done") }

func (d *desk) Fail(ctx context.Context, t bot.Task, cause error) error {
	return d.end(ctx, t.ID+" "+cause.Error())
}

func (d *desk) end(ctx context.Context, how string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = append(d.ended, how)
	return ctx.Err()
}

func (d *desk) Hold(context.Context, bot.Task) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held++
	if d.hold != nil {
		return d.hold()
	}
	return nil
}

func (d *desk) wantEnded(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.ended)
	if !slices.Equal(d.ended, want) {
		t.Errorf("ended: %q, want %q", d.ended, want)
	}
}

func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := newDesk("a", "b", "c")
		w := bot.Workers{Work: d, Handle: func(_ context.Context, task bot.Task) error {
			switch task.ID {
			case "b":
				return errors.New("no")
			case "c":
				panic("oh")
			}
			return nil
		}}
		go w.Run(ctx)
		synctest.Wait()
		cancel()
		synctest.Wait()
		d.wantEnded(t, "a done", "b no", "c answer task: panic: oh")
	})
}

// TestWorkersAreBounded holds that no more tasks run at a time than was said.
func TestWorkersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d, begin := newDesk("a", "b", "c", "d", "e"), time.Now()
		w := bot.Workers{Work: d, Number: 2, Handle: func(context.Context, bot.Task) error {
			time.Sleep(time.Second)
			return nil
		}}
		go w.Run(ctx)
		time.Sleep(2500 * time.Millisecond)
		d.wantEnded(t, "a done", "b done", "c done", "d done")
		cancel()
		synctest.Wait()
		if time.Since(begin) < 2*time.Second {
			t.Error("too many ran at a time")
		}
		time.Sleep(time.Second) // the one under way is answered
		d.wantEnded(t, "a done", "b done", "c done", "d done", "e done")
	})
}

// TestWorkersStop holds that what is under way has its grace, and is given back
// after it.
func TestWorkersStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d, stopped := newDesk("long", "short"), make(chan struct{})
		w := bot.Workers{Work: d, Grace: 5 * time.Second, Handle: func(ctx context.Context, task bot.Task) error {
			if task.ID == "short" {
				time.Sleep(3 * time.Second)
				return ctx.Err()
			}
			<-ctx.Done()
			return fmt.Errorf("send: %w", ctx.Err())
		}}
		go func() {
			defer close(stopped)
			w.Run(ctx)
		}()
		synctest.Wait()
		cancel()
		time.Sleep(4 * time.Second)
		d.wantEnded(t, "short done")
		time.Sleep(2 * time.Second)
		d.wantEnded(t, "long "+bot.ErrStopped.Error(), "short done")
		select {
		case <-stopped:
		default:
			t.Error("it runs still")
		}
	})
}

// TestWorkersRenew holds that the lease of a long task is renewed, and that one
// that is lost ends without a word about it.
func TestWorkersRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := newDesk("a")
		d.hold = func() error {
			switch d.held {
			case 2:
				return errors.New("no connection")
			case 4:
				return bot.ErrLost
			}
			return nil
		}
		var lasted time.Duration
		w := bot.Workers{Work: d, Lease: d, Renew: time.Second, Handle: func(ctx context.Context, _ bot.Task) error {
			begin := time.Now()
			<-ctx.Done()
			lasted = time.Since(begin)
			return ctx.Err()
		}}
		go w.Run(ctx)
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		if lasted != 4*time.Second {
			t.Errorf("the task ran for %s, want 4 s", lasted)
		}
		d.wantEnded(t)
	})
}

// TestWorkersGoOn holds that an inbox that cannot be read is tried again.
func TestWorkersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d, times := newDesk("a"), 0
		d.take = func() error {
			if times++; times <= 3 {
				return errors.New("no connection")
			}
			return nil
		}
		w := bot.Workers{Work: d, Number: 1, Handle: func(context.Context, bot.Task) error { return nil }}
		go w.Run(ctx)
		time.Sleep(2500 * time.Millisecond)
		d.wantEnded(t)
		time.Sleep(time.Second)
		d.wantEnded(t, "a done")
		cancel()
		synctest.Wait()
	})
}
