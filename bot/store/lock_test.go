package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/store"
)

// TestLock holds that one program at a time has a lock, and that the next one
// has it as soon as the first has let go of it.
func TestLock(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		first, second := p.open(t), p.open(t)
		held, release := lock(t, first, "poll")
		_, releaseOther := lock(t, second, "something else")
		defer releaseOther()

		wait, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		if _, _, err := second.Lock(wait, "poll"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("a lock that another program holds: %v, want that the wait ended", err)
		}
		if held.Err() != nil {
			t.Error("the lock is lost")
		}
		release()
		if held.Err() == nil {
			t.Error("a lock that was released is held")
		}
		began := time.Now()
		_, release = lock(t, second, "poll")
		release()
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the next program had the lock after %v", took)
		}
	})
}

// TestLockLost holds that who holds a lock hears that the server is gone.
func TestLockLost(t *testing.T) {
	p := postgresPlace(t)
	s, other := p.open(t), p.open(t)
	held, release := lock(t, s, "poll")
	defer release()
	_, err := other.Database().ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database =
		(SELECT oid FROM pg_database WHERE datname = current_database())`)
	noError(t, err)
	select {
	case <-held.Done():
	case <-time.After(10 * time.Second):
		t.Error("the lock is held without a connection")
	}
}

func lock(t *testing.T, s *store.Store, name string) (held context.Context, release func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	held, release, err := s.Lock(ctx, name)
	noError(t, err)
	return held, release
}
