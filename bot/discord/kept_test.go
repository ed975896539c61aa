package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// TestStoredKnowsTheAsker holds that the program after one that died knows again
// whom it answers, and that it does so for the second time.
func TestStoredKnowsTheAsker(t *testing.T) {
	t.Parallel()
	for _, slash := range []bool{true, false} {
		for _, promoted := range []bool{true, false} {
			s, d := state(t), serve(t, bottest.DiscordOptions{})
			if promoted {
				d.Promote(d.Member())
			}
			h := handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
				yes, err := m.Admin(ctx)
				return reply(fmt.Sprintf("administrator %t %t, again %t, %s", yes, err == nil, m.Retried, m.Text))
			})
			first := bottest.NewDying(s, bottest.WhileKeeping, 0)
			b := run(t, d, h, with(first)).ready()
			p := &platform{Discord: d, place: d.Server(), slash: slash}
			if err := p.Ask(b.ctx, "one"); err != nil {
				t.Fatal(err)
			}
			<-first.Died()
			b.stop()
			b = run(t, d, h, with(s)).ready()
			if got, want := b.answers(d.Server(), 1)[0].Text(), fmt.Sprintf("administrator %t true, again true, one", promoted); !strings.HasSuffix(got, want) {
				t.Errorf("slash %t: said %q, want %q", slash, got, want)
			}
		}
	}
}

// TestStoredButtons holds that an answer of several parts has its buttons below
// the last alone, whenever a program dies.
func TestStoredButtons(t *testing.T) {
	t.Parallel()
	for _, slash := range []bool{true, false} {
		for part := -1; part < 3; part++ {
			t.Run(fmt.Sprintf("slash %t, part %d", slash, part), func(t *testing.T) {
				s, d := state(t), serve(t, bottest.DiscordOptions{})
				first := dyingAt(s, part)
				h := handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
					r := lines(3)
					r.Ballot = m.ID
					return r
				})
				b := run(t, d, h, with(first)).ready()
				p := &platform{Discord: d, place: d.Server(), slash: slash}
				if err := p.Ask(b.ctx, "all of it?"); err != nil {
					t.Fatal(err)
				}
				<-first.Died()
				b.stop()
				b = run(t, d, h, with(s)).ready()
				wantLines(t, b, s, 3)
				bottest.WaitEmpty(b.ctx, t, s)
				all := b.Answers(b.Server().Channel)
				for i, m := range all {
					if want := i == len(all)-1; (len(m.Buttons) == 2) != want || !want && len(m.Buttons) > 0 {
						t.Errorf("%d buttons below message %d of %d", len(m.Buttons), i+1, len(all))
					}
				}
			})
		}
	}
}

// TestPressHeardByTwoPrograms holds that of two programs that hear of a press one
// answers it, and that neither complains.
func TestPressHeardByTwoPrograms(t *testing.T) {
	t.Parallel()
	s := state(t, func(c *store.Config) { c.Inbox.Lease = 30 * time.Second })
	f, d := &bottest.Feedback{}, serve(t, bottest.DiscordOptions{})
	h := bot.New(bot.Config{Answerer: &bottest.Answerer{}, Feedback: f})
	b := run(t, d, h, with(s)).ready()
	other := run(t, d, h, with(s)).ready()
	p := &platform{Discord: d, place: d.Server(), slash: true}
	if err := p.Ask(b.ctx, "where?"); err != nil {
		t.Fatal(err)
	}
	m := b.answers(d.Server(), 1)[0]
	bottest.WaitEmpty(b.ctx, t, s)
	for _, label := range []string{"👍 Helpful", "👎 Not helpful", "👍 Helpful"} {
		if shown, err := d.Press(b.ctx, m.ID, d.Member(), label); err != nil || shown.Text == "" && shown.Form == nil {
			t.Errorf("%s: %+v, %v", label, shown, err)
		}
	}
	if n := len(f.Votes()); n != 1 {
		t.Errorf("%d votes, want one", n)
	}
	b.stop()
	other.stop()
	for _, logs := range []string{b.logs.String(), other.logs.String()} {
		if strings.Contains(logs, "not acknowledged") {
			t.Errorf("a program complains:\n%s", logs)
		}
	}
}
