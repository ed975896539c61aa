package telegram

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// askAdmin answers with whether the platform takes the asker for an administrator.
func askAdmin(ctx context.Context, m bot.Message) bot.Reply {
	if m.Admin == nil {
		return text("nobody")
	}
	yes, err := m.Admin(ctx)
	return text(fmt.Sprintf("%t %t", yes, err == nil))
}

func TestAdministrators(t *testing.T) {
	server := serve(t)
	ada, ben := server.Member("Ada", "en"), server.Member("Ben", "en")
	group, other := server.Supergroup("Paths", false), server.Group("Mills")
	server.Promote(group, ada)
	b := run(t, server, handlerFunc(askAdmin))
	anonymous := bottest.TelegramUser{ID: 1087968824, IsBot: true, FirstName: "Group"}
	for i, c := range []struct {
		post bottest.TelegramPost
		want string
	}{
		{bottest.TelegramPost{Chat: group, From: ada, Text: "/ask"}, "true true"},
		{bottest.TelegramPost{Chat: group, From: ben, Text: "/ask"}, "false true"},
		{bottest.TelegramPost{Chat: group, From: anonymous, Text: "/ask", Extra: map[string]any{"sender_chat": group}}, "true true"},
		{bottest.TelegramPost{Chat: group, From: anonymous, Text: "/ask", Extra: map[string]any{"sender_chat": map[string]any{"id": -5, "type": "channel"}}}, "false true"},
	} {
		server.Post(c.post)
		if got := b.messages(group, i+1)[i].Text; got != c.want {
			t.Errorf("message %d: %s, want %s", i, got, c.want)
		}
	}
	if n := len(server.Calls("getChatAdministrators")); n != 1 {
		t.Errorf("asked for administrators %d times within a minute, want once", n)
	}
	server.Say(other, ada, "/ask")
	if got := b.messages(other, 1)[0].Text; got != "false true" {
		t.Errorf("an administrator of another group: %s", got)
	}
	private := server.Private(ada)
	server.Say(private, ada, "/ask")
	if got := b.messages(private, 1)[0].Text; got != "nobody" {
		t.Errorf("in private: %s", got)
	}
}

// TestAdministratorsNotTold holds that a group whose administrators cannot be had
// has none, and is not asked about at every message.
func TestAdministratorsNotTold(t *testing.T) {
	server := serve(t)
	ada := server.Member("Ada", "en")
	group := server.Supergroup("Paths", false)
	server.Promote(group, ada)
	server.Fail(bottest.TelegramFault{Method: "getChatAdministrators", Times: 100, Status: 500, Text: "Internal Server Error: restart"})
	b := run(t, server, handlerFunc(askAdmin))
	for i := range 3 {
		server.Say(group, ada, "/ask")
		if got := b.messages(group, i+1)[i].Text; got != "false false" {
			t.Errorf("%s, want no administrator and an error", got)
		}
	}
	if n := len(server.Calls("getChatAdministrators")); n != 1 {
		t.Errorf("asked %d times within seconds, want once", n)
	}
}

func TestAdminMenus(t *testing.T) {
	server := serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	stranger := server.Member("Ben", "en") // never wrote to the bot
	scope := "chat " + itoa(chat.ID)
	b := run(t, server, &parrot{}, func(c *Config) { c.Menu = Menu{Owners: []string{itoa(stranger.ID), itoa(ada.ID)}, GroupAdmins: true} })
	b.until("all menus", func() bool { return len(server.ScopedCommands("all_chat_administrators", "zh")) > 0 })
	general := []string{"ask", "project", "sources", "subscribe", "unsubscribe", "reset", "forget", "help"}
	for _, lang := range []string{"", "zh"} {
		for of, want := range map[string][]string{
			scope:                     append(general[:8:8], "stats", "gaps", "reload", "allow", "deny", "budget"),
			"all_chat_administrators": append(general[:8:8], "allow", "deny", "budget"),
			"":                        general,
		} {
			if got := server.ScopedCommands(of, lang); !slices.Equal(got, want) {
				t.Errorf("%s in %q: %v, want %v", of, lang, got, want)
			}
		}
	}
	_ = b.stop()
	server.Close()
}

// TestMenuOfGroupsIsTakenBack holds that administrators of groups are no longer
// offered what they may not use.
func TestMenuOfGroupsIsTakenBack(t *testing.T) {
	server := serve(t)
	b := run(t, server, &parrot{}, func(c *Config) { c.Menu = Menu{Owners: []string{"7"}} })
	b.until("the end of the menus", func() bool { return len(server.Calls("deleteMyCommands")) == 2 })
}

// TestSilentReply holds that nothing is sent where nothing is said, and that the
// next message is answered.
func TestSilentReply(t *testing.T) {
	server := serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		if m.Text == "quiet" {
			return bot.Reply{Silent: true}
		}
		return text("heard: " + m.Text)
	}))
	server.Say(chat, ada, "quiet")
	server.Say(chat, ada, "loud")
	if got := b.messages(chat, 1)[0].Text; got != "heard: loud" {
		t.Errorf("said %q", got)
	}
}

// TestCommandsOfOwnersAreHeard holds that a bare command of owners reaches the bot
// in a group, as one that names nobody.
func TestCommandsOfOwnersAreHeard(t *testing.T) {
	server := serve(t)
	ada := server.Member("Ada", "en")
	group := server.Supergroup("Paths", false)
	p := &parrot{}
	b := run(t, server, p)
	server.Say(group, ada, "/deny telegram:user:7")
	server.Say(group, ada, "/stats@"+server.Bot().Username)
	server.Say(group, ada, "/weather")
	b.messages(group, 2)
	got := p.all()
	if got[0].Command != "deny" || got[0].Text != "telegram:user:7" || !got[0].Bare || got[1].Command != "stats" || got[1].Bare {
		t.Errorf("heard %+v", got)
	}
}
