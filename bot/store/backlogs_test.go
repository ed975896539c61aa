package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
)

func wantBacklogs(t *testing.T, s *store.Store, want map[string]bot.Backlog) {
	t.Helper()
	got, err := s.Backlogs(t.Context())
	noError(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBacklogs holds that what waits, is worked on and was given up is counted by
// its platform, and what was answered is not.
func TestBacklogs(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, func(c *store.Config) { c.Inbox.Failures = 1 })
		wantBacklogs(t, s, map[string]bot.Backlog{})
		begin := p.clock.now().Truncate(time.Microsecond)
		at := func(minute int) time.Time { return begin.Add(time.Duration(minute) * time.Minute) }
		for i, platform := range []string{"telegram", "telegram", "discord", "telegram"} {
			_, err := s.Put(t.Context(), bot.Event{Platform: platform, ID: platform + string(rune('a'+i)), Lane: string(rune('a' + i)), Received: at(i - 10)})
			noError(t, err)
		}
		wantBacklogs(t, s, map[string]bot.Backlog{"telegram": {Waiting: 3, Oldest: at(-10)}, "discord": {Waiting: 1, Oldest: at(-8)}})
		first, err := s.Take(t.Context(), "telegram")
		noError(t, err)
		second, err := s.Take(t.Context(), "telegram")
		noError(t, err)
		wantBacklogs(t, s, map[string]bot.Backlog{"telegram": {Waiting: 1, Working: 2, Oldest: at(-10)}, "discord": {Waiting: 1, Oldest: at(-8)}})
		noError(t, s.Fail(t.Context(), first, errors.New("no luck"))) // the first time is the last one
		noError(t, s.Done(t.Context(), second))
		wantBacklogs(t, s, map[string]bot.Backlog{"telegram": {Waiting: 1, Dead: 1, Oldest: at(-7)}, "discord": {Waiting: 1, Oldest: at(-8)}})
	})
}
