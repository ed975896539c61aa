package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
)

func event(id, lane string) bot.Event {
	return bot.Event{Platform: "telegram", ID: id, Lane: lane, User: "u" + lane, Payload: []byte(`{"text":"` + id + `"}`)}
}

func put(t testing.TB, s bot.Inbox, events ...bot.Event) {
	t.Helper()
	for _, e := range events {
		if fresh, err := s.Put(t.Context(), e); err != nil || !fresh {
			t.Fatalf("put %s: new %t, %v", e.ID, fresh, err)
		}
	}
}

// take takes what there is to be taken at once.
func take(t testing.TB, s bot.Work, platforms ...string) bot.Task {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	task, err := s.Take(ctx, platforms...)
	noError(t, err)
	return task
}

// wantNothing holds that nothing can be taken now.
func wantNothing(t testing.TB, s bot.Work, platforms ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if task, err := s.Take(ctx, platforms...); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("took %+v, %v, want nothing", task, err)
	}
}

// quick makes the inbox look often.
func quick(c *store.Config) { c.Inbox.Poll = 5 * time.Millisecond }

func TestInbox(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		e := event("1", "c/9")
		e.Payload = []byte{0, 0xff, '{'} // an adapter's own affair
		put(t, s, e)
		if fresh, err := s.Put(t.Context(), e); err != nil || fresh {
			t.Errorf("put again: new %t, %v", fresh, err)
		}
		got, now := take(t, s), p.clock.now()
		e.Received = now
		if diff := cmp.Diff(bot.Task{Event: e, Number: got.Number, Taken: 1, Until: now.Add(30 * time.Second)}, got); diff != "" {
			t.Error(diff)
		}
		wantNothing(t, s)
		noError(t, s.Done(t.Context(), got))
		wantNothing(t, s)
		if fresh, err := s.Put(t.Context(), e); err != nil || fresh {
			t.Errorf("put when it was answered: new %t, %v", fresh, err)
		}
		wantNowhere(t, s, "uc/9")
		if _, err := s.Put(t.Context(), bot.Event{Platform: "telegram"}); err == nil {
			t.Error("an event without an id was taken")
		}
	})
}

func TestLanes(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, other := p.open(t, quick), p.open(t, quick)
		put(t, s, event("a1", "a"), event("a2", "a"), event("b1", "b"))
		a1, b1 := take(t, s), take(t, other)
		if a1.ID != "a1" || b1.ID != "b1" {
			t.Fatalf("took %s and %s, want the first of each lane", a1.ID, b1.ID)
		}
		wantNothing(t, s)
		noError(t, s.Fail(t.Context(), a1, errors.New("no")))
		wantNothing(t, other) // the lane waits
		p.clock.pass(2 * time.Second)
		if a1 = take(t, other); a1.ID != "a1" || a1.Failures != 1 || a1.Taken != 2 {
			t.Fatalf("took %+v, want the one that failed", a1)
		}
		noError(t, other.Done(t.Context(), a1))
		if a2 := take(t, s); a2.ID != "a2" {
			t.Fatalf("took %s, want a2", a2.ID)
		}
	})
}

func TestPlatforms(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, d := p.open(t, quick), event("1", "a")
		d.Platform = "discord"
		put(t, s, event("1", "a"), d)
		wantNothing(t, s, "slack", "matrix")
		if got := take(t, s, "slack", "discord"); got.Platform != "discord" || got.User != "ua" {
			t.Errorf("took %+v, want Discord's", got)
		}
		if got := take(t, s, "telegram"); got.Platform != "telegram" {
			t.Errorf("took %+v, want Telegram's", got)
		}
	})
}

// TestFinal holds that a task that no further try can help is a dead letter at once.
func TestFinal(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		put(t, s, event("1", "a"), event("2", "a"))
		noError(t, s.Fail(t.Context(), take(t, s), fmt.Errorf("send: %w: 403", bot.ErrFinal)))
		dead, err := s.Dead(t.Context(), 10)
		noError(t, err)
		if len(dead) != 1 || dead[0].ID != "1" || dead[0].Failures != 1 {
			t.Errorf("dead letters: %+v", dead)
		}
		if got := take(t, s); got.ID != "2" {
			t.Errorf("took %+v, want the next of the lane", got)
		}
		got, err := s.Backlogs(t.Context())
		noError(t, err)
		if diff := cmp.Diff(map[string]bot.Backlog{"telegram": {Working: 1, Dead: 1, Oldest: p.clock.now().Truncate(time.Microsecond)}}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTakeSideBySide holds that who waits for one platform's tasks does not keep
// another from taking those of its own.
func TestTakeSideBySide(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		ctx, cancel := context.WithCancel(t.Context())
		waits := make(chan error, 1)
		go func() {
			_, err := s.Take(ctx, "discord")
			waits <- err
		}()
		defer func() {
			cancel()
			if err := <-waits; !errors.Is(err, context.Canceled) {
				t.Errorf("the one that waits: %v", err)
			}
		}()
		time.Sleep(20 * time.Millisecond) // it looks
		put(t, s, event("1", "a"))
		if got := take(t, s, "telegram"); got.ID != "1" {
			t.Errorf("took %+v", got)
		}
	})
}

// TestTakeWaits holds that a worker who waits is given an event as soon as it is
// put, by this program and by others.
func TestTakeWaits(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, other := p.open(t, quick), p.open(t, quick)
		for i, putter := range []*store.Store{s, other} {
			id, got := fmt.Sprint(i), make(chan bot.Task, 1)
			var done sync.WaitGroup
			done.Go(func() { got <- take(t, s) })
			time.Sleep(10 * time.Millisecond)
			put(t, putter, event(id, id))
			done.Wait()
			if task := <-got; task.ID != id {
				t.Errorf("took %s, want %s", task.ID, id)
			}
		}
	})
}

func TestLease(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		put(t, s, event("1", "a"), event("2", "a"))
		first := take(t, s)
		p.clock.pass(20 * time.Second)
		noError(t, s.Hold(t.Context(), first))
		p.clock.pass(20 * time.Second)
		wantNothing(t, s)
		p.clock.pass(10 * time.Second)
		second := take(t, s) // the first worker is gone
		if second.ID != "1" || second.Taken != 2 || second.Failures != 1 {
			t.Fatalf("took %+v, want the first again", second)
		}
		for doing, err := range map[string]error{
			"hold": s.Hold(t.Context(), first), "done": s.Done(t.Context(), first), "fail": s.Fail(t.Context(), first, errors.New("no")),
			"keep": s.Keep(t.Context(), first, []byte("a")),
		} {
			if !errors.Is(err, bot.ErrLost) {
				t.Errorf("%s by a worker that was gone: %v, want %v", doing, err, bot.ErrLost)
			}
		}
		if _, err := s.Sending(t.Context(), first, 0); !errors.Is(err, bot.ErrLost) {
			t.Errorf("send by a worker that was gone: %v, want %v", err, bot.ErrLost)
		}
		noError(t, s.Done(t.Context(), second))
	})
}

func TestGivenBack(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		put(t, s, event("1", "a"))
		for i := range 20 { // more often than it may fail
			task := take(t, s)
			if task.Failures != 0 || task.Taken != i+1 {
				t.Fatalf("took %+v, want one that never failed", task)
			}
			noError(t, s.Fail(t.Context(), task, fmt.Errorf("answer: %w", context.Canceled)))
		}
	})
}

func TestDeadLetters(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick, func(c *store.Config) { c.Inbox.Failures = 3 })
		received := p.clock.now()
		put(t, s, event("1", "a"), event("2", "a"), event("3", "b"))
		var waited []time.Duration
		for i := range 3 {
			task, begin := take(t, s, "telegram"), p.clock.now()
			for task.ID != "1" {
				noError(t, s.Done(t.Context(), task))
				task = take(t, s)
			}
			noError(t, s.Fail(t.Context(), task, fmt.Errorf("time %d\x00", i)))
			for i < 2 && waitsFor(t, s, "1") {
				p.clock.pass(time.Second)
			}
			waited = append(waited, p.clock.now().Sub(begin))
		}
		if diff := cmp.Diff([]time.Duration{2 * time.Second, 4 * time.Second, 0}, waited); diff != "" {
			t.Error("waits between the tries: ", diff)
		}
		if task := take(t, s); task.ID != "2" { // the lane goes on
			t.Errorf("took %s, want 2", task.ID)
		}
		got, err := s.Dead(t.Context(), 10)
		noError(t, err)
		want := []bot.Letter{{Platform: "telegram", ID: "1", Lane: "a", Received: received, Failures: 3, Error: "time 2"}}
		if len(got) == 1 {
			want[0].Number = got[0].Number
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		for _, want := range []bool{true, false} {
			if revived, err := s.Revive(t.Context(), got[0].Number); err != nil || revived != want {
				t.Errorf("revived: %t, %v, want %t", revived, err, want)
			}
		}
	})
}

// waitsFor reports whether an event is not due yet.
func waitsFor(t *testing.T, s *store.Store, id string) bool {
	t.Helper()
	var due int64
	noError(t, s.Database().QueryRowContext(t.Context(), `SELECT due_at FROM inbox WHERE event = $1`, id).Scan(&due))
	return due > s.Now().UnixMicro()
}

// TestPoison holds that an event that ends its worker each time is given up.
func TestPoison(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick, func(c *store.Config) { c.Inbox.Failures = 3 })
		put(t, s, event("1", "a"))
		for range 3 {
			take(t, s)
			p.clock.pass(time.Minute)
		}
		wantNothing(t, s)
		got, err := s.Dead(t.Context(), 10)
		noError(t, err)
		if len(got) != 1 || got[0].Failures != 3 {
			t.Errorf("%+v, want the one", got)
		}
	})
}

func TestInboxIsBounded(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick, func(c *store.Config) { c.Inbox.PerLane, c.Inbox.Total = 2, 3 })
		put(t, s, event("a1", "a"), event("a2", "a"))
		for range 2 { // also when the platform tells it again
			fresh, err := s.Put(t.Context(), event("a3", "a"))
			if fresh != errors.Is(err, bot.ErrBusy) {
				t.Errorf("put too much: new %t, %v", fresh, err)
			}
		}
		put(t, s, event("b1", "b"))
		if fresh, err := s.Put(t.Context(), event("c1", "c")); !fresh || !errors.Is(err, bot.ErrBusy) {
			t.Errorf("put too much in all: new %t, %v", fresh, err)
		}
		noError(t, s.Done(t.Context(), take(t, s)))
		put(t, s, event("a4", "a"))
		wantNowhere(t, s, `{"text":"a3"}`)
	})
}

func TestMarks(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		put(t, s, event("1", "a"))
		task := take(t, s)
		noError(t, s.Keep(t.Context(), task, []byte("the reply")))
		wantMark(t, s, task, 0, bot.Mark{State: bot.PartFresh})
		noError(t, s.Sent(t.Context(), task, 0, "m1"))
		wantMark(t, s, task, 1, bot.Mark{State: bot.PartFresh})
		p.clock.pass(time.Minute) // it crashed while it sent the second part

		again := take(t, s)
		if string(again.Reply) != "the reply" {
			t.Errorf("reply %q, want the one that was kept", again.Reply)
		}
		if a, b := task.Nonce(1), again.Nonce(1); a != b || a == task.Nonce(0) || len(a) > 25 {
			t.Errorf("nonces %s and %s, want the same of the same part", a, b)
		}
		wantMark(t, s, again, 0, bot.Mark{State: bot.PartSent, Message: "m1"})
		wantMark(t, s, again, 1, bot.Mark{State: bot.PartUnsure})
		wantMark(t, s, again, 2, bot.Mark{State: bot.PartFresh})
		noError(t, s.Done(t.Context(), again))
		if err := s.Sent(t.Context(), task, 9, "m"); !errors.Is(err, bot.ErrLost) {
			t.Errorf("a part that nobody began: %v, want %v", err, bot.ErrLost)
		}
	})
}

func wantMark(t *testing.T, s bot.Marks, task bot.Task, part int, want bot.Mark) {
	t.Helper()
	if got, err := s.Sending(t.Context(), task, part); err != nil || got != want {
		t.Errorf("part %d: %+v, %v, want %+v", part, got, err, want)
	}
}

// TestWorkOfSeveral holds that programs with several workers each, some of which
// fail or end without a word, answer each event, one of a lane at a time and in
// its order.
func TestWorkOfSeveral(t *testing.T) {
	const lanes, each = 7, 12
	onEach(t, func(t *testing.T, p place) {
		many := func(c *store.Config) {
			quick(c)
			c.Now, c.Inbox.Backoff, c.Inbox.Failures = time.Now, time.Millisecond, 1000
		}
		w := &watch{busy: map[string]string{}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var done sync.WaitGroup
		for i := range 3 {
			s := p.open(t, many)
			for range 4 {
				done.Go(func() { w.work(ctx, t, s, lanes*each, cancel) })
			}
			done.Go(func() { // each event comes to each program
				for n := range each {
					for lane := range lanes {
						e := event(fmt.Sprintf("%d-%02d", lane, n), fmt.Sprint(lane))
						if _, err := s.Put(t.Context(), e); err != nil {
							t.Errorf("program %d: %v", i, err)
						}
					}
				}
			})
		}
		done.Wait()
		if len(w.answered) != lanes*each {
			t.Fatalf("%d events were answered, want %d", len(w.answered), lanes*each)
		}
		last := map[byte]string{}
		for _, id := range w.answered {
			if id <= last[id[0]] {
				t.Errorf("%s was answered after %s", id, last[id[0]])
			}
			last[id[0]] = id
		}
	})
}

// A watch sees what workers do.
type watch struct {
	mu       sync.Mutex
	busy     map[string]string // lane to the event that is worked on
	answered []string
	count    atomic.Int64
}

func (w *watch) work(ctx context.Context, t *testing.T, s *store.Store, all int, end func()) {
	for {
		task, err := s.Take(ctx)
		if err != nil {
			if ctx.Err() == nil {
				t.Error(err)
			}
			return
		}
		switch rand.IntN(10) {
		case 0: // it ends without a word, and its lease with it
			_, err = s.Database().ExecContext(ctx, `UPDATE inbox SET due_at = 0 WHERE id = $1 AND taken = $2`, task.Number, task.Taken)
		case 1:
			err = s.Fail(ctx, task, errors.New("no"))
		default:
			w.begin(t, task)
			time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
			w.end(task)
			err = s.Done(ctx, task)
			if w.count.Add(1) == int64(all) {
				end()
				return
			}
		}
		if err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	}
}

func (w *watch) begin(t *testing.T, task bot.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if other := w.busy[task.Lane]; other != "" {
		t.Errorf("%s is worked on beside %s", task.ID, other)
	}
	w.busy[task.Lane] = task.ID
}

func (w *watch) end(task bot.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy[task.Lane] = ""
	w.answered = append(w.answered, task.ID)
}
