package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

// A newsroom is what the reports state, and the chats that hear of it.
type newsroom struct {
	mu      sync.Mutex
	edition rag.Edition
	err     error // of the next notices
	pause   time.Duration
	heard   map[string]int
}

func (n *newsroom) Edition(context.Context) (rag.Edition, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.edition, nil
}

// publish adds a report.
func (n *newsroom) publish(title string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.edition.Reports = append(n.edition.Reports[:len(n.edition.Reports):len(n.edition.Reports)], rag.EditionReport{ID: title, Title: title, Sum: title})
}

func (n *newsroom) Notify(_ context.Context, chat string, r bot.Reply) error {
	time.Sleep(n.pause)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return n.err
	}
	n.heard[chat+": "+r.Sources[len(r.Sources)-1].Title]++
	return nil
}

// courier is one program's.
func (n *newsroom) courier(s *store.Store) bot.Courier {
	return bot.Courier{
		Digests: s, Marks: s, Editions: s, Subscriptions: s, Newsroom: n,
		Notifiers: map[string]bot.Notifier{"telegram": n}, Logger: slog.New(slog.DiscardHandler),
	}
}

// subscribe subscribes chats to daily news at 9:00, of what comes from now on.
func (n *newsroom) subscribe(t *testing.T, s *store.Store, chats ...string) {
	t.Helper()
	name, err := n.edition.Name()
	noError(t, err)
	raw, err := n.edition.Encode()
	noError(t, err)
	noError(t, s.KeepEdition(t.Context(), name, raw))
	for _, chat := range chats {
		noError(t, s.Subscribe(t.Context(), bot.Subscription{Platform: "telegram", Chat: chat, Kind: "news", Language: "en", Minute: 9 * 60, Covered: name}))
	}
}

func (n *newsroom) wants(t *testing.T, want map[string]int) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if diff := cmp.Diff(want, n.heard); diff != "" {
		t.Error(diff)
	}
}

func newNewsroom() *newsroom {
	n := &newsroom{heard: map[string]int{}}
	n.publish("first")
	return n
}

func TestDigestsTellWhatIsNew(t *testing.T) {
	onEach(t, func(t *testing.T, p place) { // Saturday, 14 March 2026, 15:09 UTC
		s, n := p.open(t), newNewsroom()
		n.subscribe(t, s, "1", "2")
		round := func() { t.Helper(); noError(t, n.courier(s).Run(t.Context())) }
		p.clock.pass(day)
		round() // nothing new
		n.wants(t, map[string]int{})
		wantDue(t, s)
		n.publish("second")
		round() // not yet due
		n.wants(t, map[string]int{})
		p.clock.pass(day)
		round()
		round()
		want := map[string]int{"1: second": 1, "2: second": 1}
		n.wants(t, want)
		p.clock.pass(day)
		round() // nothing since
		n.wants(t, want)
		n.publish("third")
		_, err := s.Unsubscribe(t.Context(), "telegram", "2", "news")
		noError(t, err)
		n.subscribe(t, s, "3", "1") // 1 changes its mind about nothing: it is still told of what it has not heard of
		p.clock.pass(day)
		round()
		want["1: third"] = 1
		n.wants(t, want)
	})
}

// TestDigestsOfWhoIsDenied holds that who is denied hears nothing, and of all that
// they missed once they are let in again.
func TestDigestsOfWhoIsDenied(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, n := p.open(t), newNewsroom()
		n.subscribe(t, s)
		name, err := n.edition.Name()
		noError(t, err)
		for _, to := range []bot.Subscription{
			{Chat: "-1"}, {Chat: "-2/3"}, {Chat: "41", Server: "40"}, {Chat: "7", Person: "7"}, {Chat: "8", Person: "8"},
		} {
			to.Platform, to.Kind, to.Language, to.Minute, to.Covered = "telegram", "news", "en", 9*60, name
			noError(t, s.Subscribe(t.Context(), to))
		}
		denied := []bot.Entry{
			{Kind: bot.EntryChat, Platform: "telegram", ID: "-2"}, {Kind: bot.EntryServer, Platform: "telegram", ID: "40"},
			{Kind: bot.EntryUser, Platform: "telegram", ID: "7"},
		}
		for _, e := range denied {
			noError(t, s.SetEntry(t.Context(), e))
		}
		n.publish("second")
		c := n.courier(s)
		round := func() {
			t.Helper()
			p.clock.pass(day)
			c.Access = bot.NewAccess(bot.AccessConfig{People: s})
			noError(t, c.Run(t.Context()))
			noError(t, c.Run(t.Context()))
			wantDue(t, s)
		}
		round()
		want := map[string]int{"-1: second": 1, "8: second": 1}
		n.wants(t, want)
		for _, e := range denied {
			_, err := s.DropEntry(t.Context(), e)
			noError(t, err)
		}
		round()
		for _, chat := range []string{"-2/3", "41", "7"} {
			want[chat+": second"] = 1
		}
		n.wants(t, want)
	})
}

const day = 24 * time.Hour

// TestDigestsOnce lets two programs send the same digests, by River's hand and
// then without it.
func TestDigestsOnce(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, ctx context.Context, s *store.Store, c bot.Courier) error{
		"river": func(_ *testing.T, ctx context.Context, s *store.Store, c bot.Courier) error {
			return s.Chores(ctx, store.Chore{Name: "digests", Every: time.Second, Run: c.Run})
		},
		"at once": func(_ *testing.T, ctx context.Context, _ *store.Store, c bot.Courier) error {
			for ctx.Err() == nil {
				if err := c.Run(ctx); err != nil && ctx.Err() == nil {
					return err
				}
				time.Sleep(5 * time.Millisecond)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, p place) {
				n := newNewsroom()
				n.pause = 20 * time.Millisecond
				replicas := []*store.Store{p.open(t), p.open(t)}
				want := map[string]int{}
				for i := range 20 {
					n.subscribe(t, replicas[0], fmt.Sprint(i))
					want[fmt.Sprint(i)+": second"] = 1
				}
				n.publish("second")
				p.clock.pass(day)
				ctx, cancel := context.WithCancel(t.Context())
				var running sync.WaitGroup
				for _, s := range replicas {
					running.Go(func() {
						if err := run(t, ctx, s, n.courier(s)); err != nil {
							t.Error(err)
						}
					})
				}
				for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
					if due, err := replicas[0].Due(t.Context(), 1); err == nil && len(due) == 0 {
						break
					}
				}
				time.Sleep(1500 * time.Millisecond) // the next period begins
				cancel()
				running.Wait()
				n.wants(t, want)
			})
		})
	}
}

func TestDigestMarks(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, n := p.open(t), newNewsroom()
		n.subscribe(t, s, "1")
		n.publish("second")
		p.clock.pass(day)
		due, err := s.Due(t.Context(), 10)
		noError(t, err)
		wants := func(want bot.MarkState, wantErr error) {
			t.Helper()
			if got, err := s.SendingDigest(t.Context(), due[0]); got != want || !errors.Is(err, wantErr) {
				t.Errorf("%q, %v, want %q, %v", got, err, want, wantErr)
			}
		}
		wants(bot.PartFresh, nil)
		wants("", bot.ErrLost) // somebody is at it
		noError(t, n.courier(s).Run(t.Context()))
		n.wants(t, map[string]int{})
		p.clock.pass(6 * time.Minute) // whoever was at it is dead
		wants(bot.PartUnsure, nil)
		wants("", bot.ErrLost)
		p.clock.pass(6 * time.Minute)
		noError(t, n.courier(s).Run(t.Context())) // it may stand there already
		n.wants(t, map[string]int{})
		wantDue(t, s)
		wants("", bot.ErrLost) // it is done with
	})
}

func TestDigestsFail(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, n := p.open(t), newNewsroom()
		n.subscribe(t, s, "1", "2")
		n.publish("second")
		n.err = errors.New("no luck")
		p.clock.pass(day)
		for range 4 {
			noError(t, n.courier(s).Run(t.Context()))
		}
		if due, err := s.Due(t.Context(), 10); err != nil || len(due) != 2 {
			t.Errorf("%d due, %v, want two after four failures", len(due), err)
		}
		noError(t, n.courier(s).Run(t.Context()))
		wantDue(t, s) // given up for today
		n.err = nil
		p.clock.pass(day)
		noError(t, n.courier(s).Run(t.Context()))
		want := map[string]int{"1: second": 1, "2: second": 1}
		n.wants(t, want)
		n.publish("third")
		n.err = fmt.Errorf("notify: %w", bot.ErrGone)
		p.clock.pass(day)
		noError(t, n.courier(s).Run(t.Context()))
		n.err = nil
		p.clock.pass(day)
		noError(t, n.courier(s).Run(t.Context()))
		n.wants(t, want)
		if was, err := s.Unsubscribe(t.Context(), "telegram", "1", "news"); err != nil || was {
			t.Errorf("still subscribed: %t, %v", was, err)
		}
	})
}

func TestEditions(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		wants := func(name, want string) {
			t.Helper()
			if got, err := s.Edition(t.Context(), name); err != nil || string(got) != want {
				t.Errorf("edition %s: %q, %v, want %q", name, got, err, want)
			}
		}
		wants("a", "")
		for _, name := range []string{"a", "b", "c", "b"} {
			noError(t, s.KeepEdition(t.Context(), name, []byte("of "+name)))
		}
		if err := s.KeepEdition(t.Context(), "", []byte("x")); err == nil {
			t.Error("an edition without a name was kept")
		}
		noError(t, s.Subscribe(t.Context(), bot.Subscription{Platform: "telegram", Chat: "1", Kind: "news", Covered: "a"}))
		p.clock.pass(day + time.Second)
		noError(t, s.KeepEdition(t.Context(), "c", []byte("of c")))
		gone, err := s.Purge(t.Context())
		if err != nil || gone["editions"] != 1 {
			t.Errorf("purged %v, %v", gone, err)
		}
		wants("a", "of a") // somebody was told of it last
		wants("b", "")
		wants("c", "of c") // of today
	})
}
