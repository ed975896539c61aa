package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// journal notes what happened, in order.
type journal struct {
	mu  sync.Mutex
	all []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = append(j.all, s)
}

func TestQueueOrderAndBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(t.Context(), QueueLimits{Workers: 3, PerChat: 100, Total: 1000}, quiet())
		var running, most atomic.Int32
		done := map[string]*journal{}
		for chat := range 5 {
			name := fmt.Sprint("chat", chat)
			j := &journal{}
			done[name] = j
			for n := range 10 {
				err := q.Add(name, func(context.Context) {
					most.Store(max(most.Load(), running.Add(1)))
					time.Sleep(time.Second)
					j.add(fmt.Sprintf("%02d", n))
					running.Add(-1)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		began := time.Now()
		if err := q.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if most.Load() != 3 {
			t.Errorf("%d jobs at a time, want 3", most.Load())
		}
		if took := time.Since(began); took > 18*time.Second {
			t.Errorf("50 jobs of 1 s on 3 workers took %s", took)
		}
		for name, j := range done {
			if len(j.all) != 10 || !slices.IsSorted(j.all) {
				t.Errorf("%s ran %v", name, j.all)
			}
		}
		if n := len(q.chats) + len(q.ready) + len(q.slots); n != 0 {
			t.Errorf("%d things are left in the queue", n)
		}
	})
}

func TestQueueOneChatDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(t.Context(), QueueLimits{Workers: 2}, quiet())
		for range 5 {
			_ = q.Add("slow", func(context.Context) { time.Sleep(time.Minute) })
		}
		began := time.Now()
		took := make(chan time.Duration, 1)
		_ = q.Add("fast", func(context.Context) { took <- time.Since(began) })
		if d := <-took; d != 0 {
			t.Errorf("the other chat waited %s", d)
		}
		_ = q.Drain(t.Context())
	})
}

func TestQueueRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(t.Context(), QueueLimits{Workers: 1, PerChat: 2, Total: 3}, quiet())
		var ran journal
		add := func(chat, name string) error {
			return q.Add(chat, func(context.Context) { time.Sleep(time.Second); ran.add(name) })
		}
		for i, want := range []error{nil, nil, ErrBusy} {
			if err := add("a", fmt.Sprint("a", i)); !errors.Is(err, want) {
				t.Errorf("job %d of a chat: %v, want %v", i, err, want)
			}
		}
		if err := q.AddWait(t.Context(), "a", nil); !errors.Is(err, ErrBusy) {
			t.Errorf("waiting for a full chat: %v, want ErrBusy", err)
		}
		if err := add("b", "b0"); err != nil {
			t.Errorf("third job of all: %v", err)
		}
		if err := add("c", "c0"); !errors.Is(err, ErrBusy) {
			t.Errorf("fourth job of all: %v, want ErrBusy", err)
		}
		synctest.Wait() // a0 is running
		if err := q.AddUrgent("a", func(context.Context) { ran.add("urgent") }); err != nil {
			t.Errorf("urgent job: %v", err)
		}
		began := time.Now()
		if err := q.AddWait(t.Context(), "c", func(context.Context) { ran.add("c1") }); err != nil || time.Since(began) != time.Second {
			t.Errorf("waited %s for room: %v", time.Since(began), err)
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Error(err)
		}
		if err := add("a", "late"); !errors.Is(err, ErrStopped) {
			t.Errorf("after the end: %v, want ErrStopped", err)
		}
		if err := q.AddUrgent("a", nil); !errors.Is(err, ErrStopped) {
			t.Errorf("urgent after the end: %v, want ErrStopped", err)
		}
		if a, u := slices.Index(ran.all, "a1"), slices.Index(ran.all, "urgent"); u < 0 || u > a || len(ran.all) != 5 {
			t.Errorf("ran %v", ran.all)
		}
	})
}

func TestQueueWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(t.Context(), QueueLimits{Workers: 1, Total: 1}, quiet())
		_ = q.Add("a", func(context.Context) { time.Sleep(time.Hour) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := q.AddWait(ctx, "b", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		_ = q.Drain(t.Context())
	})
}

func TestQueueDrainDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(t.Context(), QueueLimits{Workers: 1}, quiet())
		var ran journal
		for i := range 3 {
			_ = q.Add("a", func(ctx context.Context) {
				<-ctx.Done()
				ran.add(fmt.Sprint(i, " ", ctx.Err()))
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		if err := q.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second {
			t.Errorf("drained in %s: %v", time.Since(began), err)
		}
		if want := "[0 context canceled 1 context canceled 2 context canceled]"; fmt.Sprint(ran.all) != want {
			t.Errorf("ran %v: each job that was taken runs once", ran.all)
		}
	})
}

func TestQueueOutlivesItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := NewQueue(ctx, QueueLimits{}, quiet())
	cancel()
	ended := make(chan error, 1)
	if err := q.Add("a", func(ctx context.Context) { ended <- ctx.Err() }); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("a job's context ended with the caller's: %v", err)
	}
	if err := q.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestQueueSurvivesPanic(t *testing.T) {
	var log bytes.Buffer
	q := NewQueue(t.Context(), QueueLimits{Workers: 1}, slog.New(slog.NewTextHandler(&log, nil)))
	_ = q.Add("a", func(context.Context) { panic("broken job") })
	ran := false
	_ = q.Add("a", func(context.Context) { ran = true })
	_ = q.Drain(t.Context())
	if !ran || !bytes.Contains(log.Bytes(), []byte("broken job")) {
		t.Errorf("ran the next: %v, log: %s", ran, &log)
	}
}
