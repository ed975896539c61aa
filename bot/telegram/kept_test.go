package telegram

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// TestStoredKnowsTheAsker holds that the program after one that died knows again
// whom it answers, and that it does so for the second time.
func TestStoredKnowsTheAsker(t *testing.T) {
	s := state(t, func(c *store.Config) { c.Inbox.Lease = 300 * time.Millisecond })
	server := serve(t)
	ada := server.Member("Ada", "en")
	forum := server.Supergroup("Paths", true)
	topic := server.Topic(forum)
	server.Promote(forum, ada)
	h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
		yes, err := m.Admin(ctx)
		return text(fmt.Sprintf("administrator %t %t, again %t, %s", yes, err == nil, m.Retried, m.Text))
	})
	first := bottest.NewDying(s, bottest.WhileKeeping, 0)
	b := run(t, server, h, with(first))
	post := func(text string) {
		server.Post(bottest.TelegramPost{Chat: forum, From: ada, Text: text, Thread: topic})
	}
	post("/ask one")
	<-first.Died()
	b.end()
	if err := b.wait(); err != nil {
		t.Fatal(err)
	}
	b = run(t, server, h, with(s))
	post("/ask two")
	got := b.messages(forum, 2)
	for i, want := range []string{"administrator true true, again true, one", "administrator true true, again false, two"} {
		if got[i].Text != want {
			t.Errorf("said %q, want %q", got[i].Text, want)
		}
	}
}

// TestStoredButtons holds that an answer has its buttons once, below its last part,
// whenever a program dies, and where its markup is refused.
func TestStoredButtons(t *testing.T) {
	for _, at := range []string{"sent", "done", "refused"} {
		t.Run(at, func(t *testing.T) {
			s := state(t, func(c *store.Config) { c.Inbox.Lease = 300 * time.Millisecond })
			f, server := &bottest.Feedback{}, serve(t)
			ada := server.Member("Ada", "en")
			chat := server.Private(ada)
			if at == "refused" {
				server.Fail(bottest.TelegramFault{Method: "editMessageText", Status: 400, Text: "Bad Request: can't parse entities: Unsupported start tag"})
			}
			first := bottest.NewDying(s, bottest.Moment(at), 0)
			b := run(t, server, voting(f), with(first))
			server.Say(chat, ada, "where?")
			if at != "refused" {
				<-first.Died()
				b.end()
				if err := b.wait(); err != nil {
					t.Fatal(err)
				}
				b = run(t, server, voting(f), with(s))
			}
			m := b.messages(chat, 1)[0]
			bottest.WaitEmpty(b.ctx, t, s)
			if told, err := server.PressButton(b.ctx, m, ada, "👍 Helpful"); err != nil || told != "Thank you, noted." {
				t.Errorf("told %q, %v", told, err)
			}
			if rows := server.Keyboard(m); len(rows) != 1 || len(rows[0]) != 2 || len(server.Messages(chat)) != 1 {
				t.Errorf("buttons %v below %d messages", rows, len(server.Messages(chat)))
			}
		})
	}
}

// TestStoredSilence holds that a reply that says nothing ends its task, and that
// the monitor hears of answers alone, from when they were received.
func TestStoredSilence(t *testing.T) {
	s, server, e := state(t), serve(t), &bottest.Ears{}
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		if m.Text == "hush" {
			return bot.Reply{Silent: true}
		}
		return text("heard")
	}), with(s), func(c *Config) { c.Monitor = e })
	old := time.Now().Add(-10 * time.Minute) // that it waited at Telegram is not our time
	for _, q := range []string{"hush", "say"} {
		server.Post(bottest.TelegramPost{Chat: chat, From: ada, Text: q, Extra: map[string]any{"date": old.Unix()}})
	}
	b.messages(chat, 1)
	bottest.WaitEmpty(b.ctx, t, s)
	if got := server.Messages(chat); len(got) != 1 || got[0].Text != "heard" || server.Placeholders() != 0 {
		t.Errorf("said %+v, %d placeholders", got, server.Placeholders())
	}
	if got := e.All(); len(got) != 2 || got[1] != "telegram delivered in good time true" {
		t.Errorf("heard %q", got)
	}
}
