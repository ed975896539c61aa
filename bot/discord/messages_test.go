package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// What is answered: each entry says one thing, and what the handler then hears.
func TestAddressed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		say  func(b *bench) string // returns the message's id
		want string                // what the handler hears; "-" is nothing
	}{
		"mention":               {func(b *bench) string { return b.Mention(b.Server(), b.Member(), "where to?") }, "where to?"},
		"mention in a thread":   {func(b *bench) string { return b.Mention(b.Thread(), b.Member(), "where to?") }, "where to?"},
		"mention at the end":    {func(b *bench) string { return b.Say(b.Server(), b.Member(), "where to, <@!"+b.Bot()+">") }, "where to,"},
		"mention of two":        {func(b *bench) string { return b.Mention(b.Server(), b.Member(), "ask <@"+b.Member()+"> then") }, "ask @member then"},
		"mention alone":         {func(b *bench) string { return b.Mention(b.Server(), b.Member(), "") }, ""},
		"direct":                {func(b *bench) string { return b.DM(b.Member(), "where\nto?") }, "where to?"},
		"ping by reply":         {func(b *bench) string { return b.Reply(b.Server(), b.Member(), b.botMessage(), "and then?", true) }, "and then?"},
		"reply, content hidden": {func(b *bench) string { return b.Reply(b.Server(), b.Member(), b.botMessage(), "and then?", false) }, "-"},
		"plain":                 {func(b *bench) string { return b.Say(b.Server(), b.Member(), "where to?") }, "-"},
		"mention of another":    {func(b *bench) string { return b.Say(b.Server(), b.Member(), "<@"+b.Member()+"> where to?") }, "-"},
		"name without mention":  {func(b *bench) string { return b.Say(b.Server(), b.Member(), "@waymark where to?") }, "-"},
		"another bot":           {func(b *bench) string { return b.Mention(b.Server(), b.AddUser("other", true), "where to?") }, "-"},
		"webhook":               {func(b *bench) string { return b.Webhook(b.Server(), "<@"+b.Bot()+"> where to?") }, "-"},
		"edited": {func(b *bench) string {
			id := b.Say(b.Server(), b.Member(), "where to?")
			b.Edit(id, "<@"+b.Bot()+"> where to?")
			return id
		}, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &parrot{}
			b := run(t, serve(t, bottest.DiscordOptions{}), p).ready()
			id := test.say(b)
			last := b.DM(b.AddUser("other member", false), "the end")
			b.until("the last message", func() bool {
				heard := p.all()
				return len(heard) > 0 && heard[len(heard)-1].ID == last && (test.want == "-" || len(heard) > 1) || len(heard) > 1
			})
			for _, m := range p.all() {
				switch {
				case m.ID == id && test.want == "-":
					t.Errorf("taken: %+v", m)
				case m.ID == id && m.Text != test.want:
					t.Errorf("heard %q, want %q", m.Text, test.want)
				}
			}
		})
	}
}

// botMessage is a plain message that the bot has sent in the server.
func (b *bench) botMessage() string {
	b.t.Helper()
	b.Mention(b.Server(), b.AddUser("first", false), "first")
	return b.answers(b.Server(), 1)[0].ID
}

func TestMessageOf(t *testing.T) {
	t.Parallel()
	p := &parrot{}
	b := run(t, serve(t, bottest.DiscordOptions{}), p).ready()
	id := b.DM(b.Member(), "你好 <@"+b.Bot()+"> 吗")
	got := b.answers(b.Direct(b.Member()), 1)
	want := bot.Message{Platform: "discord", ID: id, Chat: b.Direct(b.Member()).Channel, User: b.Member(), Private: true, Text: "你好 吗"}
	if diff := cmp.Diff([]bot.Message{want}, p.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[0].Reference != id {
		t.Errorf("answer %+v, want a reply to %s", got[0], id)
	}
}

// While the bot works it shows that it is typing, again and again; afterwards
// it does not.
func TestTyping(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := handlerFunc(func(context.Context, bot.Message) bot.Reply {
		<-release
		return reply("done")
	})
	b := run(t, serve(t, bottest.DiscordOptions{}), h, func(c *Config) { c.Timing.Typing = 5 * time.Millisecond }).ready()
	b.Mention(b.Server(), b.Member(), "slow")
	b.until("three notices", func() bool { return len(b.requests(routeTyping)) >= 3 })
	close(release)
	b.answers(b.Server(), 1)
	requests := b.Requests()
	if last := requests[len(requests)-1]; last.Route != routeMessage {
		t.Errorf("last request %s, want the answer", last.Route)
	}
}

// The message that was asked with may be gone when the answer is there.
func TestAskedWithADeletedMessage(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	h := handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		d.Remove(m.ID)
		return reply("still here")
	})
	b := run(t, d, h).ready()
	b.Mention(b.Server(), b.Member(), "gone")
	if got := b.answers(b.Server(), 1); got[0].Reference != "" {
		t.Errorf("a reply to %q", got[0].Reference)
	}
}

// Faults of one send, in the middle of a long answer: every part arrives once,
// in order, after the wait that was asked for.
func TestSendFaults(t *testing.T) {
	t.Parallel()
	const wait = 400 * time.Millisecond
	for name, test := range map[string]struct {
		fault  bottest.DiscordFault
		waited time.Duration
		twice  bool // a follow-up may come twice: Discord takes no nonce there
	}{
		"local rate limit":       {bottest.DiscordFault{Status: 429, RetryAfter: wait}, wait, false},
		"shared rate limit":      {bottest.DiscordFault{Status: 429, RetryAfter: wait, Scope: "shared"}, wait, false},
		"rate limit with a page": {bottest.DiscordFault{Status: 429, RetryAfter: time.Second, Body: "<html>slow down</html>"}, time.Second, false},
		"rate limit thrice":      {bottest.DiscordFault{Status: 429, RetryAfter: wait / 4, Times: 3}, wait / 4, false},
		"server error":           {bottest.DiscordFault{Status: 500}, 0, false},
		"bad gateway":            {bottest.DiscordFault{Status: 502, Body: "<html>bad gateway</html>", Times: 2}, 0, false},
		"gateway timeout":        {bottest.DiscordFault{Status: 504, Times: 3}, 0, false},
		"dropped before":         {bottest.DiscordFault{Drop: bottest.DiscordDropBefore, Times: 2}, 0, false},
		"dropped after":          {bottest.DiscordFault{Drop: bottest.DiscordDropAfter}, 0, true},
		"too slow":               {bottest.DiscordFault{Delay: 3 * time.Second}, 0, true},
	} {
		for _, way := range []string{"message", "first of a command", "follow-up"} {
			t.Run(name+", "+way, func(t *testing.T) {
				t.Parallel()
				testSendFault(t, test.fault, way, test.waited, test.twice && way == "follow-up")
			})
		}
	}
}

func testSendFault(t *testing.T, fault bottest.DiscordFault, way string, waited time.Duration, twice bool) {
	h := handlerFunc(func(context.Context, bot.Message) bot.Reply { return lines(3) })
	b := run(t, serve(t, bottest.DiscordOptions{}), h, func(c *Config) { c.Timing.Attempt = 2 * time.Second }).ready()
	want := 3
	fault.Route = map[string]string{"message": routeMessage, "first of a command": routeFill, "follow-up": routeFollow}[way]
	switch {
	case way == "message":
		fault.Skip = 1
	case twice:
		want = 4
	}
	b.Inject(fault)
	if way == "message" {
		b.Mention(b.Server(), b.Member(), "all")
	} else {
		b.ask(b.Server(), "all")
	}
	got := b.answers(b.Server(), want)
	last := -1
	for _, m := range got {
		n := int(m.Text()[len("line ")] - '0')
		if n < last || n > last+1 || n == last && !twice {
			t.Errorf("part %d after part %d", n, last)
		}
		last = n
	}
	sends := b.requests(fault.Route)[fault.Skip:]
	if len(sends) < 2 {
		t.Fatalf("%d sends", len(sends))
	}
	if gap := sends[1].At.Sub(sends[0].At); gap < waited || waited > 0 && gap > waited+2*time.Second {
		t.Errorf("sent again after %v, want %v or a little more", gap, waited)
	}
}

// A global limit holds back whatever carries the bot's token, but no
// interaction; one channel's limit holds back no other channel.
func TestLimitsDelayNobodyElse(t *testing.T) {
	t.Parallel()
	const wait = 3 * time.Second
	b := run(t, serve(t, bottest.DiscordOptions{}), &parrot{}).ready()
	other := b.AddChannel("other")
	b.Inject(bottest.DiscordFault{Route: routeMessage, Status: 429, RetryAfter: wait})
	b.Mention(b.Server(), b.Member(), "held back")
	b.until("the limit", func() bool { return len(b.requests(routeMessage)) == 1 })
	b.Mention(other, b.Member(), "not held back")
	b.answers(other, 1)
	if n := len(b.Answers(b.Server().Channel)); n != 0 {
		t.Errorf("one channel waited for the limit of another")
	}

	b.Inject(bottest.DiscordFault{Route: routeMessage, Status: 429, RetryAfter: wait, Scope: "global"})
	b.Mention(other, b.Member(), "held back, too")
	b.until("the limit", func() bool {
		r := b.requests(routeMessage)
		return r[len(r)-1].Status == 429 && len(r) > 1
	})
	b.ask(b.Thread(), "not held back")
	b.answers(b.Thread(), 1)
	if n := len(b.Answers(other.Channel)); n != 1 {
		t.Errorf("an interaction waited for the global limit")
	}
	b.answers(b.Server(), 1)
	b.answers(other, 2)
}

// The limit that the headers announce is kept, so that there is no 429 at all.
func TestAnnouncedLimitIsKept(t *testing.T) {
	t.Parallel()
	h := handlerFunc(func(context.Context, bot.Message) bot.Reply { return lines(5) })
	b := run(t, serve(t, bottest.DiscordOptions{MessageLimit: 2, MessageWindow: 400 * time.Millisecond}), h).ready()
	b.Mention(b.Server(), b.Member(), "all")
	for i, m := range b.answers(b.Server(), 5) {
		if !strings.HasPrefix(m.Text(), "line "+string(rune('0'+i))) {
			t.Errorf("part %d: %.20q", i, m.Text())
		}
	}
	for _, r := range b.Requests() {
		if r.Status == 429 {
			t.Errorf("%s: 429", r.Route)
		}
	}
}

// An error that no retry cures is logged, and the next question is answered.
func TestSendRefused(t *testing.T) {
	t.Parallel()
	b := run(t, serve(t, bottest.DiscordOptions{}), &parrot{}).ready()
	b.Inject(bottest.DiscordFault{Route: routeMessage, Status: 403, Code: 50013})
	b.Mention(b.Server(), b.Member(), "not allowed here")
	b.until("the refusal", func() bool { return len(b.requests(routeMessage)) == 1 })
	b.alive(1)
	if log := b.logs.String(); !strings.Contains(log, "code 50013") {
		t.Errorf("nothing in the log:\n%s", log)
	}
}

// Whatever goes wrong, no token shows in a log or an error: the checks are in
// bench.clean, the failures here.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, &parrot{}, func(c *Config) { c.Timing.Attempt = 100 * time.Millisecond }).ready()
	for _, f := range []bottest.DiscordFault{
		{Drop: bottest.DiscordDropBefore}, {Delay: 300 * time.Millisecond}, {Status: 500}, {Status: 401}, {Status: 302},
		{Status: 429, RetryAfter: time.Millisecond, Body: "<html>"},
	} {
		for _, route := range []string{routeCallback, routeFill, routeMessage} {
			f.Route = route
			b.Inject(f)
		}
		done := func() int {
			return len(b.Answers(b.Direct(b.Member()).Channel)) + strings.Count(b.logs.String(), "answer not sent")
		}
		before := done()
		b.ask(b.Direct(b.Member()), "question")
		for done() == before && b.ctx.Err() == nil {
			time.Sleep(time.Millisecond) // a line in the log is no event at the server
		}
		b.ClearFaults()
	}
	_ = d.Close() // the rest is refused connections
	for !strings.Contains(b.logs.String(), "connection refused") && b.ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	b.cancel()
	if err := b.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if log := b.logs.String(); !strings.Contains(log, "trying again") {
		t.Errorf("nothing was logged that could have leaked:\n%s", log)
	}
}
