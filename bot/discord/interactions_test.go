package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

const (
	routeCallback = "POST /interactions/{interaction}/{token}/callback"
	routeFill     = "PATCH /webhooks/{application}/{token}/messages/{message}"
	routeFollow   = "POST /webhooks/{application}/{token}"
	routeMessage  = "POST /channels/{channel}/messages"
	routeTyping   = "POST /channels/{channel}/typing"
)

// lines is a reply that fills n messages or a few more.
func lines(n int) bot.Reply {
	r := bot.Reply{Language: "en"}
	for i := range n {
		r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: fmt.Sprintf("line %d %s", i, strings.Repeat("word ", 300))}}})
	}
	return r
}

// A clock is set by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestCommandBecomesMessage(t *testing.T) {
	t.Parallel()
	p := &parrot{}
	b := run(t, serve(t, bottest.DiscordOptions{}), p).ready()
	places := []bottest.DiscordPlace{b.Server(), b.Thread(), b.Direct(b.Member())}
	for i, at := range places {
		id, err := b.Slash(at, b.Member(), "project", map[string]string{"name": "North Path"})
		if err != nil {
			t.Fatal(err)
		}
		got := b.answers(at, 1)
		if len(got) == 1 && (got[0].Text() != "heard: North Path" || got[0].Interaction != id) {
			t.Errorf("place %d: %+v", i, got[0])
		}
		want := bot.Message{
			Platform: "discord", ID: id, Chat: at.Channel, User: b.Member(), Server: at.Guild, Private: at.Guild == "",
			Command: "project", Text: "North Path", Locale: "en-US", Interaction: true,
		}
		if diff := cmp.Diff(want, p.all()[i]); diff != "" {
			t.Errorf("place %d (-want +got):\n%s", i, diff)
		}
	}
	if _, err := b.Slash(b.Server(), b.Member(), "help", nil); err != nil {
		t.Fatal(err)
	}
	b.answers(b.Server(), 2)
}

// The acknowledgement does not wait for the answer, nor for those before it.
func TestAcknowledgedWhileBusy(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return reply("heard: " + m.Text)
	})
	b := run(t, serve(t, bottest.DiscordOptions{}), h, func(c *Config) { c.Answers, c.Queue.Workers = 1, 1 }).ready()
	const n = 5
	for i := range n {
		b.ask(b.Server(), fmt.Sprint(i))
	}
	b.until("all to be acknowledged", func() bool { return len(b.Messages(b.Server().Channel)) == n })
	for _, m := range b.Messages(b.Server().Channel) {
		if !m.Thinking() {
			t.Errorf("answered before its time: %+v", m)
		}
	}
	close(release)
	b.answers(b.Server(), n)
}

func TestLongAnswerIsFollowedUp(t *testing.T) {
	t.Parallel()
	h := handlerFunc(func(context.Context, bot.Message) bot.Reply { return lines(4) })
	b := run(t, serve(t, bottest.DiscordOptions{}), h).ready()
	id := b.ask(b.Server(), "all")
	for i, m := range b.answers(b.Server(), 4) {
		if m.Interaction != id || !strings.HasPrefix(m.Text(), fmt.Sprintf("line %d", i)) || m.Flags&4 == 0 {
			t.Errorf("part %d: %.40q of %q, flags %d", i, m.Text(), m.Interaction, m.Flags)
		}
	}
	if n := len(b.requests(routeMessage)); n != 0 {
		t.Errorf("%d channel messages, want none", n)
	}
}

// Past 15 minutes, or where its token is refused, an answer becomes a channel
// message that names who asked.
func TestTokenOver(t *testing.T) {
	t.Parallel()
	now := newClock()
	for name, test := range map[string]struct {
		before func(*bench) // while the handler works
		parts  int
	}{
		"too old":         {func(*bench) { now.advance(discordTokenLife) }, 1},
		"unknown webhook": {func(b *bench) { b.Inject(bottest.DiscordFault{Route: routeFill, Status: 404, Code: 10015, Times: -1}) }, 1},
		"invalid token":   {func(b *bench) { b.Inject(bottest.DiscordFault{Route: routeFill, Status: 401, Code: 50027, Times: -1}) }, 1},
		"refused in the middle": {func(b *bench) {
			b.Inject(bottest.DiscordFault{Route: routeFollow, Status: 401, Code: 50027, Times: -1})
		}, 3},
		"its response was deleted": {func(b *bench) { b.Inject(bottest.DiscordFault{Route: routeFill, Status: 404, Code: 10008, Times: -1}) }, 1},
	} {
		t.Run(name, func(t *testing.T) { // they share a clock
			asked, release := make(chan struct{}), make(chan struct{})
			h := handlerFunc(func(context.Context, bot.Message) bot.Reply {
				close(asked)
				<-release
				return lines(test.parts)
			})
			b := run(t, serve(t, bottest.DiscordOptions{Now: now.Now}), h, func(c *Config) { c.Now = now.Now }).ready()
			b.ask(b.Server(), "slow")
			<-asked
			b.until("the acknowledgement", func() bool { return len(b.Messages(b.Server().Channel)) == 1 })
			test.before(b)
			close(release)
			got := b.answers(b.Server(), test.parts)
			last := got[len(got)-1]
			if last.Interaction != "" || !strings.HasPrefix(last.Content, "<@"+b.Member()+">\nline") {
				t.Errorf("got %+v, want a channel message for the member", last)
			}
		})
	}
}

const discordTokenLife = 15 * time.Minute

// An acknowledgement that is lost is sent again; one that Discord no longer
// takes is made up for by a channel message.
func TestAcknowledgement(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   bottest.DiscordFault
		answers int
		channel bool // the answer is a channel message
	}{
		"dropped before":      {bottest.DiscordFault{Drop: bottest.DiscordDropBefore}, 1, false},
		"dropped after":       {bottest.DiscordFault{Drop: bottest.DiscordDropAfter}, 1, false},
		"server error":        {bottest.DiscordFault{Status: 503}, 1, false},
		"told to wait":        {bottest.DiscordFault{Status: 429, RetryAfter: 500 * time.Millisecond}, 1, false},
		"too late":            {bottest.DiscordFault{Status: 404, Code: 10062, Times: -1}, 1, true},
		"taken by another":    {bottest.DiscordFault{Status: 400, Code: 40060, Times: -1}, 0, false},
		"server stays silent": {bottest.DiscordFault{Status: 503, Times: -1}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &parrot{}
			b := run(t, serve(t, bottest.DiscordOptions{}), p).ready()
			test.fault.Route = routeCallback
			b.Inject(test.fault)
			b.ask(b.Server(), "question")
			b.until("the acknowledgement", func() bool { r := b.requests(routeCallback); return len(r) > 0 && r[0].Done })
			got := b.answers(b.Server(), test.answers)
			for _, m := range got {
				if (m.Interaction == "") != test.channel {
					t.Errorf("answer %+v", m)
				}
			}
			b.ClearFaults()
			b.alive(test.answers + 1)
			if n := len(p.all()); n != test.answers+1 {
				t.Errorf("the handler was asked %d times, want %d", n, test.answers+1)
			}
		})
	}
}

func TestInteractionDeliveredTwice(t *testing.T) {
	t.Parallel()
	p := &parrot{}
	b := run(t, serve(t, bottest.DiscordOptions{}), p).ready()
	b.ask(b.Server(), "question")
	b.answers(b.Server(), 1)
	b.RedeliverInteractions()
	b.alive(2)
	if n := len(p.all()); n != 2 {
		t.Errorf("the handler was asked %d times, want 2", n)
	}
}

// A person with too many questions waiting is told so; the others are not kept
// waiting, and what was taken is answered.
func TestBusy(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return reply("heard: " + m.Text)
	})
	b := run(t, serve(t, bottest.DiscordOptions{}), h, func(c *Config) { c.Queue.PerChat = 2 }).ready()
	for range 2 {
		b.ask(b.Server(), "taken")
	}
	b.ask(b.Server(), "not taken")
	got := b.answers(b.Server(), 1)
	if !strings.HasPrefix(got[0].Text(), "Busy right now") || got[0].Flags&64 == 0 {
		t.Errorf("to a command too many: %+v, want a notice to its sender alone", got[0])
	}
	b.Mention(b.Server(), b.Member(), "not taken either")
	if got := b.answers(b.Server(), 2); !strings.HasPrefix(got[1].Text(), "Busy right now") {
		t.Errorf("to a mention too many: %+v", got[1])
	}
	close(release)
	b.answers(b.Server(), 4)
}

// A guide suggests names.
type guide struct {
	parrot
	names []string
}

func (g *guide) Suggest(typed string, limit int) []string {
	if typed == "panic" {
		panic("suggest")
	}
	var out []string
	for _, n := range g.names {
		if strings.HasPrefix(n, typed) && len(out) < limit {
			out = append(out, n)
		}
	}
	return out
}

func TestAutocomplete(t *testing.T) {
	t.Parallel()
	g := &guide{names: []string{"North Path", "North Gate", "South Path", "N" + strings.Repeat("o", 100)}}
	for i := range 40 {
		g.names = append(g.names, fmt.Sprintf("M%02d", i))
	}
	b := run(t, serve(t, bottest.DiscordOptions{}), g).ready()
	for typed, want := range map[string][]string{
		"North": {"North Path", "North Gate"}, "No": {"North Path", "North Gate"}, "x": {}, "M": g.names[4:29],
	} {
		got, err := b.Autocomplete(b.ctx, b.Server(), b.Member(), "project", "name", typed)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", typed, err, diff)
		}
	}
	ctx, cancel := context.WithTimeout(b.ctx, 100*time.Millisecond)
	defer cancel()
	if got, err := b.Autocomplete(ctx, b.Server(), b.Member(), "project", "name", "panic"); err == nil {
		t.Errorf("completions %q of a suggester that panics", got)
	}
	b.alive(1)
}

// Without a suggester, nothing asks for completions.
func TestCommands(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, &parrot{}).ready()
	want := []string{"ask", "project", "sources", "subscribe", "unsubscribe", "reset", "forget", "help"}
	if diff := cmp.Diff(want, d.Commands("")); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	const route = "PUT /applications/{application}/commands"
	body := b.requests(route)[0].Body
	for _, text := range []string{"根據報告回答問題", "根据报告回答问题", `"zh-TW"`, `"zh-CN"`, `"autocomplete":false`} {
		if !strings.Contains(body, text) {
			t.Errorf("no %q in %s", text, body)
		}
	}
	b.cancel()
	_ = b.end()

	run(t, d, &parrot{}).ready().alive(1)
	if n := len(b.requests(route)); n != 1 {
		t.Errorf("the same commands were registered %d times", n)
	}
	again := run(t, d, &guide{})
	again.until("the changed commands", func() bool { return len(again.requests(route)) == 2 })
}

func TestCommandsOfOneServer(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	guild := d.Server().Guild
	b := run(t, d, &parrot{}, func(c *Config) { c.Guild = guild })
	b.until("commands", func() bool { return len(d.Commands(guild)) == len(slashCommands(false)) })
	if n := len(d.Commands("")); n != 0 {
		t.Errorf("%d commands everywhere, want none", n)
	}
	b.ask(b.Server(), "question")
	b.answers(b.Server(), 1)
}

// A failed registration is made up for, and does not keep the bot from answering.
func TestRegistrationFails(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	d.Inject(bottest.DiscordFault{Route: "GET /applications/{application}/commands", Status: 500, Times: 2})
	d.Inject(bottest.DiscordFault{Route: "PUT /applications/{application}/commands", Status: 502, Body: "<html>bad gateway</html>"})
	b := run(t, d, &parrot{}).ready()
	b.alive(1)
}

// At the end of the grace period the asker hears that the answer was cut short.
func TestCutShort(t *testing.T) {
	t.Parallel()
	h := handlerFunc(func(ctx context.Context, _ bot.Message) bot.Reply {
		<-ctx.Done()
		return reply("restarting: " + errors.Unwrap(fmt.Errorf("%w", ctx.Err())).Error())
	})
	b := run(t, serve(t, bottest.DiscordOptions{}), h, func(c *Config) { c.Timing.Grace = 50 * time.Millisecond }).ready()
	b.ask(b.Server(), "slow")
	b.until("the acknowledgement", func() bool { return len(b.Messages(b.Server().Channel)) == 1 })
	b.cancel()
	if err := b.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
	b.answers(b.Server(), 1)
}

// What is owed to nobody does not hold up the end.
func TestStopWhileRegistering(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	const route = "GET /applications/{application}/commands"
	d.Inject(bottest.DiscordFault{Route: route, Status: 500, Times: -1})
	b := run(t, d, &parrot{})
	b.until("two tries", func() bool { return len(b.requests(route)) >= 2 })
	start := time.Now()
	b.cancel()
	if err := b.end(); err != nil || time.Since(start) > quick().Grace {
		t.Errorf("Run: %v after %v", err, time.Since(start))
	}
}
