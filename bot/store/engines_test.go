package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/bot/store"
)

// helperVariable tells a copy of the test program what to do instead of testing.
const helperVariable = "WAYMARK_STORE_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVariable) != "" {
		os.Exit(help(os.Getenv(helperVariable)))
	}
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the Postgres server:", err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// A place is where the programs of one test keep their state.
type place struct {
	engine string
	config store.Config
	clock  *clock
}

// open opens the state as another program would.
func (p place) open(t testing.TB, change ...func(*store.Config)) *store.Store {
	t.Helper()
	c := p.config
	for _, f := range change {
		f(&c)
	}
	s, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// onEach runs a test on both engines, each with a state of its own.
func onEach(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, sqlitePlace(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, postgresPlace(t)) })
}

func sqlitePlace(t testing.TB) place {
	c := newClock()
	return place{"sqlite", store.Config{Dir: t.TempDir(), Now: c.now}, c}
}

func postgresPlace(t testing.TB) place {
	c := newClock()
	return place{"postgres", store.Config{URL: shared.database(t), Now: c.now}, c}
}

// A clock stands still until it is told to move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// noError ends the test on an error.
func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
