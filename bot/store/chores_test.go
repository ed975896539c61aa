package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// TestChores holds that of several programs one does a chore in each period, and
// that what goes wrong is tried again.
func TestChores(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var hourly, flaky atomic.Int32
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		done := make(chan struct{}, 1)
		chores := []store.Chore{
			{Name: "purge", Every: 1000 * time.Hour, Run: func(context.Context) error { hourly.Add(1); return nil }},
			{Name: "flaky", Every: 1000 * time.Hour, Run: func(context.Context) error {
				if flaky.Add(1) == 1 {
					return errors.New("no")
				}
				done <- struct{}{}
				return nil
			}},
		}
		var programs sync.WaitGroup
		for range 2 {
			s := p.open(t)
			programs.Go(func() {
				if err := s.Chores(ctx, chores...); err != nil {
					t.Error(err)
				}
			})
		}
		select {
		case <-done:
		case <-ctx.Done():
			t.Error("the chores were not done in half a minute")
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		programs.Wait()
		if hourly.Load() != 1 || flaky.Load() != 2 {
			t.Errorf("done %d times, and %d with a failure, want 1 and 2", hourly.Load(), flaky.Load())
		}
	})
}

func TestChoresRefused(t *testing.T) {
	s := sqlitePlace(t).open(t)
	run := func(context.Context) error { return nil }
	for name, all := range map[string][]store.Chore{
		"no name":   {{Every: time.Hour, Run: run}},
		"too often": {{Name: "a", Every: time.Millisecond, Run: run}},
		"twice":     {{Name: "a", Every: time.Hour, Run: run}, {Name: "a", Every: time.Hour, Run: run}},
	} {
		if err := s.Chores(t.Context(), all...); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestChoresEndQuietly holds that a stop is nothing to complain about, whenever it comes.
func TestChoresEndQuietly(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		log := &bottest.Log{}
		s := p.open(t, func(c *store.Config) { c.Logger = slog.New(slog.NewTextHandler(log, nil)) })
		nothing := store.Chore{Name: "nothing", Every: time.Second, Run: func(context.Context) error { return nil }}
		for n := range 30 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*10*time.Millisecond)
			_ = s.Chores(ctx, nothing) // it may not have begun
			cancel()
		}
		if got := log.String(); got != "" {
			t.Errorf("logged: %s", got)
		}
	})
}
