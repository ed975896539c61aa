package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// askAdmin answers with whether the platform takes the asker for an administrator.
func askAdmin(ctx context.Context, m bot.Message) bot.Reply {
	if m.Admin == nil {
		return reply("nobody")
	}
	yes, err := m.Admin(ctx)
	return reply(fmt.Sprintf("%t %t", yes, err == nil))
}

func TestAdministrators(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, handlerFunc(askAdmin)).ready()
	keeper := d.AddUser("keeper", false)
	d.Promote(keeper)
	for i, c := range []struct {
		user, want string
		slash      bool
	}{
		{keeper, "true true", true}, {d.Member(), "false true", true}, {keeper, "true true", false}, {d.Member(), "false true", false},
	} {
		if c.slash {
			if _, err := d.Slash(d.Server(), c.user, "help", nil); err != nil {
				t.Fatal(err)
			}
		} else {
			d.Mention(d.Server(), c.user, "am I?")
		}
		if got := b.answers(d.Server(), i+1)[i].Text(); got != c.want {
			t.Errorf("%d: %s, want %s", i, got, c.want)
		}
	}
	if n := len(b.requests("GET /guilds/{guild}")); n != 1 {
		t.Errorf("asked for roles %d times within a minute, want once", n)
	}
	d.DM(keeper, "am I?")
	if got := b.answers(d.Direct(keeper), 1)[0].Text(); got != "nobody" {
		t.Errorf("in private: %s", got)
	}
}

func TestRolesNotTold(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	d.Inject(bottest.DiscordFault{Route: "GET /guilds/{guild}", Status: 500, Times: 100})
	b := run(t, d, handlerFunc(askAdmin)).ready()
	d.Promote(d.Member())
	for i := range 3 {
		d.Mention(d.Server(), d.Member(), "am I?")
		if got := b.answers(d.Server(), i+1)[i].Text(); got != "false false" {
			t.Errorf("%s, want no administrator and an error", got)
		}
	}
	if n := len(b.requests("GET /guilds/{guild}")); n != 1 {
		t.Errorf("asked %d times within seconds, want once", n)
	}
}

func TestAdminMenus(t *testing.T) {
	t.Parallel()
	general := []string{"ask", "project", "sources", "subscribe", "unsubscribe", "reset", "forget", "help"}
	d := serve(t, bottest.DiscordOptions{})
	keeper := d.AddUser("keeper", false)
	d.Promote(keeper)
	for _, c := range []struct {
		menu Menu
		want []string
	}{
		{MenuOwners, append(general[:8:8], "stats", "gaps", "reload", "allow", "deny", "budget")},
		{MenuGroups, append(general[:8:8], "allow", "deny", "budget")},
		{MenuNone, general},
	} {
		b := run(t, d, &parrot{}, func(conf *Config) { conf.Menu = c.menu })
		b.until("the menu", func() bool { return cmp.Equal(d.Commands(""), c.want) })
		if offered := d.Offered(keeper, "deny"); offered != (c.menu != MenuNone) {
			t.Errorf("menu %d: offered to somebody who may manage the server: %t", c.menu, offered)
		}
		if d.Offered(d.Member(), "deny") || !d.Offered(d.Member(), "ask") {
			t.Errorf("menu %d: a member is offered what is not for them, or not what is", c.menu)
		}
		b.cancel()
		_ = b.end()
	}
	b := run(t, d, &parrot{}, func(c *Config) { c.Menu = MenuNone }).ready()
	b.alive(1)
	if n := len(b.requests("PUT /applications/{application}/commands")); n != 3 {
		t.Errorf("commands were registered %d times, want 3", n)
	}
}

// TestWrittenCommands holds that a command of owners is heard when it is written
// out, with and without an entry, and that other text stays text.
func TestWrittenCommands(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	p := &parrot{}
	b := run(t, d, p, func(c *Config) { c.Menu = MenuGroups }).ready()
	d.Promote(d.Member())
	d.DM(d.Member(), "/stats")
	b.answers(d.Direct(d.Member()), 1)
	d.Mention(d.Server(), d.Member(), "/deny discord:user:7")
	b.answers(d.Server(), 1)
	d.Mention(d.Server(), d.Member(), "/weather today")
	b.answers(d.Server(), 2)
	for i, options := range []map[string]string{nil, {"entry": "server"}} {
		if _, err := d.Slash(d.Server(), d.Member(), "allow", options); err != nil {
			t.Fatal(err)
		}
		b.answers(d.Server(), 3+i)
	}
	var got []string
	for _, m := range p.all() {
		got = append(got, strings.TrimSpace(m.Command+" | "+m.Text))
	}
	want := []string{"stats |", "deny | discord:user:7", "| /weather today", "allow |", "allow | server"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSilentReply(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		if m.Text == "quiet" {
			return bot.Reply{Silent: true}
		}
		return reply("heard: " + m.Text)
	})).ready()
	d.Mention(d.Server(), d.Member(), "quiet")
	d.Mention(d.Server(), d.Member(), "are you there?")
	if got := b.answers(d.Server(), 1)[0].Text(); got != "heard: are you there?" {
		t.Errorf("said %q", got)
	}
	if n := len(b.requests("POST /channels/{channel}/typing")); n != 0 {
		t.Errorf("shown as typing %d times where nothing took long", n)
	}
}
