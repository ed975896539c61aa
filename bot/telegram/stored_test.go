package telegram

import (
	"context"
	"errors"
	"io/fs"
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
	c.Inbox = store.InboxLimits{Poll: 5 * time.Millisecond, Backoff: 10 * time.Millisecond}
	for _, f := range change {
		f(&c)
	}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, fs.ErrClosed) { // closed twice
			t.Error(err)
		}
	})
	return s
}

// with lets an adapter answer out of m.
func with(m bot.Mail) change {
	return func(c *Config) { c.Mail, c.Late = m, time.Hour }
}

// TestStoredConformance holds the way through the state to what every adapter promises.
func TestStoredConformance(t *testing.T) {
	bottest.TestAdapter(t, func(t *testing.T, h bot.Handler, logger *slog.Logger) bottest.Platform {
		p := setup(t, h, logger).(*platform)
		s := state(t)
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

// TestDiesWhileSending holds what a program that dies leaves in a chat, and that
// the next one makes one answer of it.
func TestDiesWhileSending(t *testing.T) {
	for at, placeholders := range map[bottest.Moment]int{bottest.WhileSending: 1, bottest.WhileFinishing: 0} {
		t.Run(string(at), func(t *testing.T) {
			s := state(t, func(c *store.Config) { c.Inbox.Lease = 300 * time.Millisecond })
			server := serve(t)
			ada := server.Member("Ada", "en")
			chat := server.Private(ada)
			first := bottest.NewDying(s, at, 0)
			b := run(t, server, &parrot{}, with(first))
			server.Say(chat, ada, "anybody?")
			<-first.Died()
			b.end()
			if err := b.wait(); err != nil {
				t.Fatal(err)
			}
			heard := &parrot{}
			b = run(t, server, heard, with(s))
			server.Say(chat, ada, "and now?")
			got := b.messages(chat, 2)
			if got[0].Text != "heard: anybody?" || got[1].Text != "heard: and now?" {
				t.Errorf("said %q and %q", got[0].Text, got[1].Text)
			}
			if n := server.Placeholders(); n != placeholders {
				t.Errorf("%d placeholders are left, want %d", n, placeholders)
			}
			if all := heard.all(); len(all) != 1 {
				t.Errorf("the second program was asked %d times: the first reply was kept", len(all))
			}
		})
	}
}

// TestRedelivered holds that an update that comes again is known, also to the next program.
func TestRedelivered(t *testing.T) {
	s, server := state(t), serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	b := run(t, server, &parrot{}, with(s))
	server.Say(chat, ada, "once")
	b.messages(chat, 1)
	b.end()
	if err := b.wait(); err != nil {
		t.Fatal(err)
	}
	server.Redeliver(1)
	b = run(t, server, &parrot{}, with(s))
	server.Say(chat, ada, "twice")
	if got := b.messages(chat, 2); got[1].Text != "heard: twice" {
		t.Errorf("said %q", got[1].Text)
	}
}

// TestLate holds that a question that waited for long is answered with an apology.
func TestLate(t *testing.T) {
	s, server := state(t), serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	say := func(text string, at time.Time) {
		server.Post(bottest.TelegramPost{Chat: chat, From: ada, Text: text, Extra: map[string]any{"date": at.Unix()}})
	}
	b := run(t, server, &parrot{}, with(s))
	say("old", time.Now().Add(-61*time.Minute))
	say("new", time.Now().Add(-59*time.Minute))
	got := b.messages(chat, 2)
	if got[0].Text != "Sorry for the late answer: I was away.\nheard: old" || got[1].Text != "heard: new" {
		t.Errorf("said %q and %q", got[0].Text, got[1].Text)
	}
}

// TestStoredBusy holds that a person hears once that too much waits.
func TestStoredBusy(t *testing.T) {
	s, server := state(t, func(c *store.Config) { c.Inbox.PerLane = 2 }), serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	release := make(chan struct{})
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		<-release
		return text("heard: " + m.Text)
	}), with(s))
	for _, q := range []string{"one", "two", "three", "four", "five"} {
		server.Say(chat, ada, q)
	}
	if got := b.messages(chat, 1); !strings.HasPrefix(got[0].Text, "Busy right now.") {
		t.Errorf("said %q", got[0].Text)
	}
	close(release)
	got := b.messages(chat, 3)
	if got[1].Text != "heard: one" || got[2].Text != "heard: two" {
		t.Errorf("said %q and %q", got[1].Text, got[2].Text)
	}
}

// TestUndeliverable holds that a reply that Telegram refuses for good is a dead
// letter with the reason, and one to who has blocked the bot is none.
func TestUndeliverable(t *testing.T) {
	s, server := state(t), serve(t)
	ada, bob := server.Member("Ada", "en"), server.Member("Bob", "en")
	first, second := server.Private(ada), server.Private(bob)
	b := run(t, server, &parrot{}, with(s))
	server.Refuse(second, "bot was blocked by the user")
	server.Say(second, bob, "hello")
	b.until("the refusal", func() bool { return len(server.Calls("sendMessage")) == 1 })
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Status: 400, Text: "Bad Request: chat not found"})
	server.Say(first, ada, "hello")
	var dead []bot.Letter
	b.until("a dead letter", func() bool {
		var err error
		if dead, err = s.Dead(b.ctx, 10); err != nil {
			t.Fatal(err)
		}
		return len(dead) > 0
	})
	if len(dead) != 1 || !strings.Contains(dead[0].Error, "chat not found") {
		t.Errorf("dead letters: %+v", dead)
	}
}

// TestForgetStored holds that /forget, which forgets its own task too, is answered.
func TestForgetStored(t *testing.T) {
	s, server := state(t), serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	h := bot.New(bot.Config{Answerer: &bottest.Answerer{}, Sessions: s, Forgetter: s})
	b := run(t, server, h, with(s))
	server.Say(chat, ada, "what is a waymark?")
	b.messages(chat, 1)
	server.Say(chat, ada, "/forget")
	if got := b.messages(chat, 2); !strings.HasPrefix(got[1].Text, "I know nothing about you any more. Deleted:") {
		t.Errorf("said %q", got[1].Text)
	}
}

// TestOnePoller holds that of two programs one polls, and that the other goes on
// when it ends.
func TestOnePoller(t *testing.T) {
	s, server := state(t), serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	first := run(t, server, &parrot{}, with(s))
	first.untilLogged("polling")
	second := run(t, server, &parrot{}, with(s))
	server.Say(chat, ada, "one")
	second.messages(chat, 1)
	if strings.Contains(second.logs.String(), `"polling"`) {
		t.Error("both poll")
	}
	first.end()
	if err := first.wait(); err != nil {
		t.Fatal(err)
	}
	second.untilLogged("polling")
	server.Say(chat, ada, "two")
	second.messages(chat, 2)
	for _, b := range []*bench{first, second} { // a poll that was given up may still stand on the server's side
		if strings.Contains(b.logs.String(), "another program polls with the same token") {
			t.Error("one poll ended another")
		}
	}
}

// TestUpgradedWhileSending holds that a group that becomes a supergroup between
// the placeholder and the answer, with a program dying after it, gets one answer.
func TestUpgradedWhileSending(t *testing.T) {
	s := state(t, func(c *store.Config) { c.Inbox.Lease = 300 * time.Millisecond })
	server := serve(t)
	ada := server.Member("Ada", "en")
	group := server.Group("walkers")
	first := bottest.NewDying(s, bottest.WhileFinishing, 0)
	b := run(t, server, &parrot{}, with(first))
	server.Fail(bottest.TelegramFault{Method: "editMessageText", Delay: 200 * time.Millisecond})
	server.Say(group, ada, "/ask anybody?")
	b.until("the edit", func() bool { return len(server.Calls("editMessageText")) == 1 })
	super := server.Upgrade(group)
	<-first.Died()
	b.end()
	if err := b.wait(); err != nil {
		t.Fatal(err)
	}
	b = run(t, server, &parrot{}, with(s))
	for waits := true; waits && b.ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		backlogs, err := s.Backlogs(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		waits = len(backlogs) > 0
	}
	if got := server.Messages(super); len(got) != 1 || got[0].Text != "heard: anybody?" {
		t.Errorf("said %+v", got)
	}
}
