package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// grows is a handler that shows "part 0", "part 1" and so on, n times, one every
// pause, and then replies with "complete".
func grows(n int, pause time.Duration) bot.Handler {
	return handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		for i := range n {
			if m.Show != nil {
				m.Show(reply(fmt.Sprintf("part %d", i)))
			}
			time.Sleep(pause)
		}
		return reply("complete: " + m.Text)
	})
}

// Discord takes five edits in five seconds: the response grows within that, the
// complete answer is never kept waiting, and nothing is told to wait.
func TestFillingsWithinTheLimit(t *testing.T) {
	t.Parallel()
	const pause = 50 * time.Millisecond
	for name, change := range map[string]func(*Config){
		"as it is": func(c *Config) { c.Timing.Edit = 0 },
		"hasty":    func(c *Config) { c.Timing.Edit = 100 * time.Millisecond }, // the last edit is kept for the answer
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := serve(t, bottest.DiscordOptions{MessageLimit: 5})
			ended := make(chan time.Time, 1)
			h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
				defer func() { ended <- time.Now() }()
				return grows(92, pause).Handle(ctx, m)
			})
			b := run(t, d, h, change).ready()
			b.ask(b.Server(), "slow")
			end := <-ended
			b.until("the answer", func() bool {
				got := b.Answers(b.Server().Channel)
				return len(got) == 1 && got[0].Text() == "complete: slow"
			})
			all := b.Fillings(b.Server().Channel)
			if last := all[len(all)-1]; last.At.Sub(end) > time.Second {
				t.Errorf("the complete answer came after %v", last.At.Sub(end))
			}
			if len(all) < 4 || all[0].Text != "part 0" {
				t.Errorf("shown %d times: %+v", len(all), all)
			}
			for i := range all[1 : len(all)-1] {
				if gap := all[i+1].At.Sub(all[i].At); name == "as it is" && gap < 1500*time.Millisecond {
					t.Errorf("%v between two edits", gap)
				}
			}
			for _, r := range b.requests(routeFill) {
				if r.Status != http.StatusOK {
					t.Errorf("status %d: %s", r.Status, r.Body)
				}
			}
		})
	}
}

// An edit that fails is the last before the complete answer, which comes all
// the same, once.
func TestFillingFails(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bottest.DiscordFault{
		"told to wait":    {Status: 429, RetryAfter: 200 * time.Millisecond},
		"server error":    {Status: 500},
		"dropped":         {Drop: bottest.DiscordDropBefore},
		"dropped after":   {Drop: bottest.DiscordDropAfter},
		"a page":          {Status: 429, RetryAfter: 200 * time.Millisecond, Body: "<html>"},
		"unknown message": {Status: 404, Code: 10008},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault.Route = routeFill
			d := serve(t, bottest.DiscordOptions{})
			d.Inject(fault)
			b := run(t, d, grows(5, 20*time.Millisecond)).ready()
			b.ask(b.Server(), "?")
			b.until("the answer", func() bool {
				got := b.Answers(b.Server().Channel)
				return len(got) == 1 && got[0].Text() == "complete: ?"
			})
			if n := len(b.requests(routeFill)); n != 2 {
				t.Errorf("%d edits, want the one that failed and the complete answer", n)
			}
			if n := strings.Count(b.logs.String(), "answer not shown any more"); n != 1 {
				t.Errorf("logged %d times:\n%s", n, b.logs)
			}
		})
	}
}

// Past the life of the token, and where there never was one, nothing partial is sent.
func TestNothingPartialWithoutToken(t *testing.T) {
	t.Parallel()
	now := newClock()
	asked, release := make(chan struct{}), make(chan struct{})
	h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
		close(asked)
		<-release
		return grows(3, 20*time.Millisecond).Handle(ctx, m)
	})
	b := run(t, serve(t, bottest.DiscordOptions{Now: now.Now}), h, func(c *Config) { c.Now = now.Now }).ready()
	b.ask(b.Server(), "slow")
	<-asked
	now.advance(discordTokenLife)
	close(release)
	b.answers(b.Server(), 1)
	if n := len(b.requests(routeFill)); n > 0 {
		t.Errorf("%d edits past the token's life", n)
	}

	d := serve(t, bottest.DiscordOptions{})
	d.Inject(bottest.DiscordFault{Route: routeCallback, Status: 404, Code: 10062, Times: -1})
	b = run(t, d, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		if m.Show != nil {
			t.Error("an answer can be shown that was not acknowledged")
		}
		return reply("complete")
	})).ready()
	b.ask(b.Server(), "?")
	b.answers(b.Server(), 1)
}

// A partial answer of many messages shows the first, which the complete one replaces.
func TestFillingOfManyParts(t *testing.T) {
	t.Parallel()
	h := handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		for n := 1; n <= 3; n++ {
			m.Show(lines(n))
			time.Sleep(50 * time.Millisecond)
		}
		return lines(3)
	})
	b := run(t, serve(t, bottest.DiscordOptions{}), h).ready()
	b.ask(b.Server(), "all")
	got := b.answers(b.Server(), 3)
	for i, m := range got {
		if !strings.HasPrefix(m.Text(), fmt.Sprintf("line %d", i)) {
			t.Errorf("part %d: %.40q", i, m.Text())
		}
	}
	if n := len(b.requests(routeFill)); n != 2 { // the first part once, and the answer
		t.Errorf("%d edits", n)
	}
}
