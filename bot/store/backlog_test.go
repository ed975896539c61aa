package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
)

func wantBacklog(t *testing.T, s *store.Store, want bot.Backlog) {
	t.Helper()
	got, err := s.Backlog(t.Context())
	noError(t, err)
	if got != want {
		t.Errorf("backlog %+v, want %+v", got, want)
	}
}

func TestBacklog(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, func(c *store.Config) { c.Inbox.Failures = 1 })
		wantBacklog(t, s, bot.Backlog{})
		for i, id := range []string{"1", "2", "3"} {
			received := p.clock.now().Add(-time.Duration(10-i) * time.Minute)
			_, err := s.Put(t.Context(), bot.Event{Platform: "telegram", ID: id, Lane: id, Received: received})
			noError(t, err)
		}
		wantBacklog(t, s, bot.Backlog{Waiting: 3, Oldest: 10 * time.Minute})
		first, err := s.Take(t.Context())
		noError(t, err)
		second, err := s.Take(t.Context())
		noError(t, err)
		wantBacklog(t, s, bot.Backlog{Waiting: 1, Working: 2, Oldest: 10 * time.Minute})
		noError(t, s.Fail(t.Context(), first, errors.New("no luck"))) // the first time is the last one
		noError(t, s.Done(t.Context(), second))
		wantBacklog(t, s, bot.Backlog{Waiting: 1, Dead: 1, Oldest: 8 * time.Minute})
	})
}
