package discord

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

func (p *platform) message(n int) bottest.DiscordMessage { return p.Answers(p.place.Channel)[n] }

// voter is a member who may vote: the one who asks is 0.
func (p *platform) voter(n int) string {
	for len(p.voters) < n {
		p.voters = append(p.voters, p.AddUser("bob", false))
	}
	if n == 0 {
		return p.Member()
	}
	return p.voters[n-1]
}

func (p *platform) Buttons(n int) (labels []string) {
	for _, b := range p.message(n).Buttons {
		labels = append(labels, b.Label)
	}
	return labels
}

func (p *platform) Press(ctx context.Context, n, member int, label string) (string, error) {
	r, err := p.Discord.Press(ctx, p.message(n).ID, p.voter(member), label)
	if r.Form != nil { // which the member closes again
		return r.Form.Title, err
	}
	return r.Text, err
}

func (p *platform) Explain(ctx context.Context, n, member int, down, reason string) (string, error) {
	r, err := p.Discord.Press(ctx, p.message(n).ID, p.voter(member), down)
	if err = cmp.Or(err, noForm(r)); err != nil {
		return r.Text, err
	}
	r, err = p.Submit(ctx, r.Form, reason)
	return r.Text, err
}

func noForm(r bottest.DiscordResponse) error {
	if r.Form == nil {
		return errors.New("no form was shown")
	}
	return nil
}

func (p *platform) Another(t *testing.T, h bot.Handler, logger *slog.Logger) bot.Adapter {
	t.Helper()
	a, err := New(Config{Token: p.Token(), Endpoint: p.URL(), Handler: h, Logger: logger, Timing: quick()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestVotes holds that both ways to ask end in the same buttons: TestAdapter has
// taken the other one for each.
func TestVotes(t *testing.T) {
	slash := byTurns()
	bottest.TestVotes(t, setup(func() bool { return !slash() }))
}
