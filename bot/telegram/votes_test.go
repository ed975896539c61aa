package telegram

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

func (p *platform) message(n int) bottest.TelegramMessage { return p.Messages(p.chat)[n] }

// voter is a member who may vote: the one who asks is 0.
func (p *platform) voter(n int) bottest.TelegramUser {
	for len(p.voters) < n {
		p.voters = append(p.voters, p.Member("Bob", "en"))
	}
	if n == 0 {
		return p.member
	}
	return p.voters[n-1]
}

func (p *platform) Buttons(n int) (labels []string) {
	for _, row := range p.Keyboard(p.message(n)) {
		for _, b := range row {
			labels = append(labels, b.Text)
		}
	}
	return labels
}

func (p *platform) Press(ctx context.Context, n, member int, label string) (string, error) {
	told, err := p.PressButton(ctx, p.message(n), p.voter(member), label)
	if err != nil {
		return told, err
	}
	return told, p.settled(ctx)
}

// settled waits until the edit that a press sets off has been answered.
func (p *platform) settled(ctx context.Context) error {
	return p.Wait(ctx, func() bool {
		for _, c := range p.Calls("editMessageReplyMarkup") {
			if c.Status == 0 {
				return false
			}
		}
		return true
	})
}

func (p *platform) Explain(ctx context.Context, n, member int, down, reason string) (string, error) {
	if _, err := p.Press(ctx, n, member, down); err != nil {
		return "", err
	}
	if err := p.Wait(ctx, func() bool { return len(p.Buttons(n)) == 6 }); err != nil {
		return "", fmt.Errorf("no reasons below %q: %w", p.Buttons(n), err)
	}
	told, err := p.Press(ctx, n, member, reason)
	if err != nil {
		return told, err
	}
	return told, p.Wait(ctx, func() bool { return len(p.Buttons(n)) == 2 })
}

func (p *platform) Another(t *testing.T, h bot.Handler, logger *slog.Logger) bot.Adapter {
	t.Helper()
	a, err := New(config(p.Telegram, h, logger))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// voting returns a bot that answers and keeps votes.
func voting(f *bottest.Feedback) bot.Handler {
	return bot.New(bot.Config{Answerer: &bottest.Answerer{}, Feedback: f})
}

// TestGroupVotes holds that anybody in a group may vote, that the group reads
// nothing of it, and that a thumbs-up of one takes nobody's reasons away.
func TestGroupVotes(t *testing.T) {
	f, server := &bottest.Feedback{}, serve(t)
	b := run(t, server, voting(f))
	ada, bob := server.Member("Ada", "en"), server.Member("Bob", "zh-hans")
	for name, chat := range map[string]bottest.TelegramChat{"group": server.Group("g"), "supergroup": server.Supergroup("s", false)} {
		server.Say(chat, ada, "/ask@"+server.Bot().Username+" where?")
		m := b.messages(chat, 1)[0]
		p := &platform{Telegram: server, member: ada, voters: []bottest.TelegramUser{bob}, chat: chat}
		if told, err := p.Press(t.Context(), 0, 1, "👎 Not helpful"); err != nil || !strings.Contains(told, "what was wrong") {
			t.Errorf("%s: %q, %v", name, told, err)
		}
		if err := p.Wait(t.Context(), func() bool { return len(p.Buttons(0)) == 6 }); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Press(t.Context(), 0, 0, "👍 Helpful"); err != nil || len(p.Buttons(0)) != 6 {
			t.Errorf("%s: %v, buttons %q", name, err, p.Buttons(0))
		}
		if _, err := p.Press(t.Context(), 0, 1, "Incomplete"); err != nil {
			t.Error(err)
		}
		if err := p.Wait(t.Context(), func() bool { return len(p.Buttons(0)) == 2 }); err != nil {
			t.Error(err)
		}
		if now := server.Messages(chat); len(now) != 1 || now[0].Text != m.Text {
			t.Errorf("%s: the group reads %+v", name, now)
		}
	}
	got := map[string]int{}
	for _, v := range f.Votes() {
		got[fmt.Sprint(v.Up, " ", v.Reason)]++
	}
	if diff := cmp.Diff(map[string]int{"true ": 2, "false incomplete": 2}, got); diff != "" {
		t.Error(diff)
	}
}

// TestStrangePresses holds that whatever a client sends is answered, and that
// nothing of it but a vote is kept.
func TestStrangePresses(t *testing.T) {
	f, server := &bottest.Feedback{}, serve(t)
	b := run(t, server, voting(f))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	m := b.messages(chat, 1)[0]
	for data, want := range map[string]string{
		"":                       "",
		"vote":                   "",
		"news:stop":              "",
		"vote:up:en:999999":      "no longer know",
		"vote:up:zh:1/../2":      "不再保存",
		"vote:sideways:en:1":     "",
		strings.Repeat("x", 300): "",
	} {
		told, err := server.PressData(t.Context(), m, ada, data)
		if err != nil || !strings.Contains(told, want) || (want == "") != (told == "") {
			t.Errorf("%q: told %q, %v, want %q", data, told, err, want)
		}
	}
	if n := len(f.Votes()); n != 0 {
		t.Errorf("%d votes are kept", n)
	}
}

// TestPressOnGoneMessage holds that a vote counts where the message cannot be
// edited any more, and that an edit that fails costs no vote.
func TestPressOnGoneMessage(t *testing.T) {
	f, server := &bottest.Feedback{}, serve(t)
	b := run(t, server, voting(f))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	m := b.messages(chat, 1)[0]
	data := server.Keyboard(m)[0][1].Data
	server.Fail(bottest.TelegramFault{Method: "editMessageReplyMarkup", Status: 429, Text: "Too Many Requests: retry after 30", RetryAfter: 30})
	for range 2 {
		if told, err := server.PressData(t.Context(), m, ada, data); err != nil || !strings.Contains(told, "Thank you") {
			t.Errorf("told %q, %v", told, err)
		}
	}
	gone := m
	gone.ID = 4711
	if told, err := server.PressData(t.Context(), gone, ada, data); err != nil || !strings.Contains(told, "Thank you") {
		t.Errorf("told %q, %v", told, err)
	}
	if n := len(f.Votes()); n != 1 {
		t.Errorf("%d votes are kept, want 1", n)
	}
}

// TestPlainTextKeepsButtons holds that an answer whose markup is refused is voted on, too.
func TestPlainTextKeepsButtons(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Status: 400, Text: "Bad Request: can't parse entities: Unsupported start tag"})
	b := run(t, server, voting(&bottest.Feedback{}))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	if rows := server.Keyboard(b.messages(chat, 1)[0]); len(rows) != 1 || len(rows[0]) != 2 {
		t.Errorf("buttons %v", rows)
	}
}
