package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// notice is a reply of n lines.
func notice(lang string, n int) bot.Reply {
	r := bot.Reply{Language: lang}
	for i := range n {
		r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: fmt.Sprintf("line %d %s", i, strings.Repeat("x", 90))}}})
	}
	return r
}

func TestNotify(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	b := run(t, server, p)
	ada := server.Member("Ada", "zh-hans")
	private, forum := server.Private(ada), server.Supergroup("Paths", true)
	topic := server.Topic(forum)
	for _, c := range []struct {
		chat bottest.TelegramChat
		name string
		lang string
	}{{private, fmt.Sprint(private.ID), "zh"}, {forum, fmt.Sprintf("%d/%d", forum.ID, topic), "en"}} {
		if err := b.Notify(t.Context(), c.name, notice(c.lang, 60)); err != nil {
			t.Fatal(err)
		}
		said, err := server.WaitMessages(t.Context(), c.chat, 2)
		if err != nil {
			t.Fatal(err)
		}
		want := [][]bottest.TelegramButton{{{Text: bot.UnsubscribeLabel(c.lang), Data: "sub:off"}}}
		if len(said) != 2 || len(said[0].Keyboard) != 0 || !cmp.Equal(said[1].Keyboard, want) || strings.Contains(c.name, "/") && said[1].Thread != topic {
			t.Errorf("%s: %+v", c.name, said)
		}
		if text, err := server.PressButton(t.Context(), said[1], ada, want[0][0].Text); err != nil || text != "heard:" {
			t.Errorf("the button answers %q, %v", text, err)
		}
		heard := p.all()[len(p.all())-1]
		if heard.ID == "" || heard.Chat != c.name || heard.User != fmt.Sprint(ada.ID) || heard.Command != bot.CommandUnsubscribe ||
			heard.Private != (c.chat.Type == "private") || heard.Locale != "zh-hans" {
			t.Errorf("heard %+v", heard)
		}
	}
}

func TestNotifyFails(t *testing.T) {
	server := serve(t)
	b := run(t, server, &parrot{})
	chat := server.Private(server.Member("Ada", "en"))
	name := fmt.Sprint(chat.ID)
	if err := b.Notify(t.Context(), "999999", notice("en", 1)); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a chat that is not there: %v", err)
	}
	if err := b.Notify(t.Context(), "town", notice("en", 1)); err == nil || errors.Is(err, bot.ErrGone) {
		t.Errorf("what is no chat: %v", err)
	}
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Times: 1, Status: 429, Text: "Too Many Requests: retry after 1", RetryAfter: 1})
	if err := b.Notify(t.Context(), name, notice("en", 1)); err != nil {
		t.Errorf("told to wait: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Notify(ended, name, notice("en", 1)); errors.Is(err, bot.ErrGone) {
		t.Errorf("ended: %v", err)
	}
	server.Refuse(chat, "bot was blocked by the user")
	if err := b.Notify(t.Context(), name, notice("en", 1)); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a chat that refuses: %v", err)
	}
	if n := len(server.Messages(chat)); n != 1 {
		t.Errorf("%d messages, want one", n)
	}
}

// TestForeignButtons holds that buttons of others are not ours to answer.
func TestForeignButtons(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	run(t, server, p)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	for _, content := range []map[string]any{
		{"id": "1", "from": ada, "data": "sub:off", "chat_instance": "1"},
		{"id": "2", "from": ada, "data": "other", "chat_instance": "1", "message": map[string]any{"message_id": 5, "date": 1, "chat": chat}},
		{"id": "3", "from": ada, "chat_instance": "1", "game_short_name": "chess"},
	} {
		server.Push("callback_query", content)
	}
	server.Say(chat, ada, "still there?")
	if _, err := server.WaitMessages(t.Context(), chat, 1); err != nil {
		t.Fatal(err)
	}
	if got := p.all(); len(got) != 1 {
		t.Errorf("heard %+v", got)
	}
}
