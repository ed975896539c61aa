package discord

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// state opens a state of its own for a test.
func state(t *testing.T, change ...func(*store.Config)) *store.Store {
	t.Helper()
	c := store.Config{Dir: t.TempDir()}
	c.Inbox = store.InboxLimits{Poll: 50 * time.Millisecond, Backoff: 10 * time.Millisecond, Lease: 2 * time.Second}
	for _, f := range change {
		f(&c)
	}
	s, err := store.Open(t.Context(), c)
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

// with lets an adapter answer out of m.
func with(m bot.Mail) func(*Config) { return func(c *Config) { c.Mail, c.Late = m, time.Hour } }

// TestStoredConformance holds the way through the state to what every adapter promises.
func TestStoredConformance(t *testing.T) {
	slash := byTurns()
	bottest.TestAdapter(t, func(t *testing.T, h bot.Handler, logger *slog.Logger) bottest.Platform {
		p := setup(slash)(t, h, logger).(*platform)
		s := state(t, func(c *store.Config) { c.Inbox.Lease = 30 * time.Second })
		p.adapter.config.Mail = s
		return stored{p, s}
	})
}

// stored is a platform whose state ends with it.
type stored struct {
	*platform
	state *store.Store
}

func (s stored) Close() {
	s.platform.Close()
	_ = s.state.Close()
}

// stop ends the adapter as SIGTERM does.
func (b *bench) stop() {
	b.t.Helper()
	b.cancel()
	if err := b.end(); err != nil {
		b.t.Error(err)
	}
}

// dyingAt is mail whose program dies before it knows that a part was sent; -1: that
// the task is done.
func dyingAt(s *store.Store, part int) bottest.Dying {
	if part < 0 {
		return bottest.NewDying(s, bottest.WhileFinishing, 0)
	}
	return bottest.NewDying(s, bottest.WhileSending, part)
}

// TestDiesWhileSending holds that the program after one that died makes one
// answer of what stands in the channel.
func TestDiesWhileSending(t *testing.T) {
	for _, slash := range []bool{true, false} {
		for part := -1; part < 2; part++ {
			t.Run(fmt.Sprintf("slash %t, part %d", slash, part), func(t *testing.T) {
				s := state(t)
				d := serve(t, bottest.DiscordOptions{})
				first := dyingAt(s, part)
				h := handlerFunc(func(context.Context, bot.Message) bot.Reply { return lines(3) })
				b := run(t, d, h, with(first)).ready()
				p := &platform{Discord: d, place: d.Server(), slash: slash}
				if err := p.Ask(b.ctx, "all of it?"); err != nil {
					t.Fatal(err)
				}
				select {
				case <-first.Died():
				case <-b.ctx.Done():
					t.Fatalf("the program did not come so far\nlog:\n%s", b.logs)
				}
				b.stop()
				b = run(t, d, h, with(s)).ready()
				wantLines(t, b, s, 3)
			})
		}
	}
}

// wantLines waits until nothing waits in s, and holds that each line of the reply
// lines(n) was said once. A placeholder is no line.
func wantLines(t *testing.T, b *bench, s *store.Store, n int) {
	t.Helper()
	all := func() string {
		var text strings.Builder
		for _, m := range b.Answers(b.Server().Channel) {
			text.WriteString(m.Text() + "\n")
		}
		return text.String()
	}
	last := fmt.Sprintf("line %d ", n-1)
	if err := b.Wait(b.ctx, func() bool { return strings.Contains(all(), last) }); err != nil {
		t.Fatalf("%v\nlog:\n%s", err, b.logs)
	}
	time.Sleep(100 * time.Millisecond) // no proof, but several times what another one would take
	for i := range n {
		if got := strings.Count(all(), fmt.Sprintf("line %d ", i)); got != 1 {
			t.Errorf("line %d was said %d times", i, got)
		}
	}
}

// TestStoredTokenOver holds that a command that nobody answered in time is answered by
// a message that names who asked, and is a dead letter where none may be sent.
func TestStoredTokenOver(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{true, false} {
		t.Run(fmt.Sprint("allowed ", allowed), func(t *testing.T) {
			t.Parallel()
			clock := newClock()
			s := state(t, func(c *store.Config) { c.Inbox.Lease = 30 * time.Second })
			d := serve(t, bottest.DiscordOptions{Now: clock.Now})
			slow := func(c *Config) { c.Now = clock.Now; c.Timing.Grace = time.Millisecond }
			b := run(t, d, handlerFunc(func(ctx context.Context, _ bot.Message) bot.Reply {
				<-ctx.Done()
				return reply("stopped")
			}), with(s), slow).ready()
			id, err := d.Slash(d.Server(), d.Member(), "ask", map[string]string{"question": "still there?"})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.WaitResponse(b.ctx, id); err != nil {
				t.Fatal(err)
			}
			b.stop()
			clock.advance(16 * time.Minute)
			if !allowed {
				d.Inject(bottest.DiscordFault{Route: routeMessage, Times: -1, Status: 403, Code: 50013})
			}
			b = run(t, d, &parrot{}, with(s), slow).ready()
			if allowed {
				got, err := d.WaitAnswers(b.ctx, d.Server().Channel, 1)
				if err != nil || got[0].Content != "<@"+d.Member()+">\nheard: still there?" {
					t.Errorf("said %+v, %v", got, err)
				}
				return
			}
			var dead []bot.Letter
			for len(dead) == 0 && b.ctx.Err() == nil {
				if dead, err = s.Dead(b.ctx, 10); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Millisecond)
			}
			if len(dead) != 1 || !strings.Contains(dead[0].Error, "403") {
				t.Errorf("dead letters: %+v", dead)
			}
		})
	}
}

// TestTwoPrograms holds that of two programs that hear of everything one answers.
func TestTwoPrograms(t *testing.T) {
	t.Parallel()
	s := state(t, func(c *store.Config) { c.Inbox.Lease = 30 * time.Second })
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, &parrot{}, with(s)).ready()
	other := run(t, d, &parrot{}, with(s)).ready()
	_ = other
	const n = 20
	for i := range n {
		question := fmt.Sprintf("question %d", i)
		if i%2 == 0 {
			d.Mention(d.Server(), d.Member(), question)
		} else if _, err := d.Slash(d.Server(), d.Member(), "ask", map[string]string{"question": question}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.WaitAnswers(b.ctx, d.Server().Channel, n)
	if err != nil {
		t.Fatalf("%v\nlog:\n%s", err, b.logs)
	}
	time.Sleep(100 * time.Millisecond)
	seen := map[string]int{}
	for _, m := range d.Answers(d.Server().Channel) {
		seen[m.Text()]++
	}
	if len(got) != n || len(seen) != n {
		t.Errorf("%d answers, %d of them different, want %d: %v", len(got), len(seen), n, seen)
	}
}

// TestStoredBusy holds that a person hears once that too much waits, and each
// slash command that it is not taken.
func TestStoredBusy(t *testing.T) {
	t.Parallel()
	s := state(t, func(c *store.Config) { c.Inbox.PerLane, c.Inbox.Lease = 2, 30*time.Second })
	release := make(chan struct{})
	b := run(t, serve(t, bottest.DiscordOptions{}), handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		<-release
		return reply("heard: " + m.Text)
	}), with(s)).ready()
	for i := range 5 {
		b.Mention(b.Server(), b.Member(), fmt.Sprint("question ", i))
	}
	b.ask(b.Server(), "one more")
	got := b.answers(b.Server(), 2)
	for _, m := range got {
		if !strings.HasPrefix(m.Text(), "Busy right now.") {
			t.Errorf("said %q", m.Text())
		}
	}
	close(release)
	said := map[string]bool{}
	for _, m := range b.answers(b.Server(), 4) {
		said[m.Text()] = true
	}
	if !said["heard: question 0"] || !said["heard: question 1"] {
		t.Errorf("said %v", said)
	}
}
