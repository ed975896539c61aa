package telegram

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

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
