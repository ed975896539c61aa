package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/store"
)

// TestKilled holds that events that come while programs are killed at any moment
// are answered, each message of each answer once and in its chat's order.
func TestKilled(t *testing.T) {
	const events, kills, lanes = 300, 20, 10
	onEach(t, func(t *testing.T, p place) {
		p.config.Now = nil
		s, where := p.open(t, quick), p.config.Dir+p.config.URL
		c := chat(filepath.Join(t.TempDir(), "chat"))
		for i := range kills {
			worker := startWorker(t, where, c)
			begin := time.Now()
			for n := range events / kills {
				id := i*events/kills + n
				put(t, s, event(fmt.Sprintf("%d-%03d", id%lanes, id), fmt.Sprint(id%lanes)))
			}
			time.Sleep(time.Duration(20+rand.IntN(80))*time.Millisecond - time.Since(begin))
			kill(t, worker)
		}
		last := startWorker(t, where, c)
		defer kill(t, last)
		deadline := time.Now().Add(time.Minute)
		for waiting(t, s) > 0 && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		said, err := c.messages()
		noError(t, err)
		t.Logf("%d events were taken more than once", again(t, s))
		wantOnce(t, said, 2*events)
	})
}

func startWorker(t *testing.T, where string, c chat) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	noError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = []string{helperVariable + "=work " + where + " " + string(c)}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	noError(t, cmd.Start())
	return cmd
}

func kill(t *testing.T, c *exec.Cmd) {
	t.Helper()
	noError(t, c.Process.Kill())
	if err := c.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the worker ended by itself: %v", err)
	}
}

// waiting is how many events are not answered yet.
func waiting(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	noError(t, s.Database().QueryRowContext(t.Context(), `SELECT count(*) FROM inbox WHERE state IN ('waiting', 'working')`).Scan(&n))
	return n
}

// wantOnce holds that there are n messages, none twice, those of each chat in order.
func wantOnce(t *testing.T, said []string, n int) {
	t.Helper()
	if len(said) != n {
		t.Errorf("%d messages, want %d", len(said), n)
	}
	last := map[byte]string{}
	for _, message := range said {
		id, _, _ := strings.Cut(message, " ")
		if id <= last[id[0]] {
			t.Errorf("%s was said after %s", id, last[id[0]])
		}
		last[id[0]] = id
	}
	slices.Sort(said)
	if len(slices.Compact(said)) != n {
		t.Errorf("%d messages are different, want %d", len(slices.Compact(said)), n)
	}
}

// again is how many events were taken more than once.
func again(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	noError(t, s.Database().QueryRowContext(t.Context(), `SELECT count(*) FROM inbox WHERE taken > 1`).Scan(&n))
	return n
}
