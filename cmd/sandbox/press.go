package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// buttons are those below the bot's last message in a place.
type buttons struct {
	labels func() []string
	// press presses one as the member, and gives the reason if a form asks for it. It
	// returns what only the member is told.
	press func(ctx context.Context, label, reason string) (string, error)
}

var errNoMessage = errors.New("the bot has said nothing yet")

func telegramButtons(t *bottest.Telegram, member bottest.TelegramUser, chat bottest.TelegramChat) buttons {
	return buttons{
		labels: func() (labels []string) {
			all := t.Messages(chat)
			if len(all) == 0 {
				return nil
			}
			for _, b := range slices.Concat(t.Keyboard(all[len(all)-1])...) {
				labels = append(labels, b.Text)
			}
			return labels
		},
		press: func(ctx context.Context, label, _ string) (string, error) {
			all := t.Messages(chat)
			if len(all) == 0 {
				return "", errNoMessage
			}
			return t.PressButton(ctx, all[len(all)-1], member, label)
		},
	}
}

func discordButtons(d *bottest.Discord, at bottest.DiscordPlace) buttons {
	return buttons{
		labels: func() (labels []string) {
			all := d.Answers(at.Channel)
			if len(all) == 0 {
				return nil
			}
			for _, b := range all[len(all)-1].Buttons {
				labels = append(labels, b.Label)
			}
			return labels
		},
		press: func(ctx context.Context, label, reason string) (string, error) {
			all := d.Answers(at.Channel)
			if len(all) == 0 {
				return "", errNoMessage
			}
			shown, err := d.Press(ctx, all[len(all)-1].ID, d.Member(), label)
			if err != nil || shown.Form == nil {
				return shown.Text, err
			}
			if reason == "" {
				return fmt.Sprintf("%s: %s", shown.Form.Title, shown.Form.Label), nil
			}
			shown, err = d.Submit(ctx, shown.Form, reason)
			return shown.Text, err
		},
	}
}

// press obeys "/press N", with the reason behind it where a form asks for one.
func (p *prompt) press(ctx context.Context, rest string) {
	r := p.rooms[p.here]
	number, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	labels := r.labels()
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(labels) {
		fmt.Fprintf(p.out, "(buttons below the last message: %s; want /press 1)\n", numbered(labels))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	told, err := r.press(ctx, labels[n-1], strings.TrimSpace(reason))
	if err != nil {
		fmt.Fprintf(p.out, "(not pressed: %v)\n", err)
		return
	}
	p.awaitQuiet(ctx, r)
	fmt.Fprintf(p.out, "(only you see: %s)\n(buttons: %s)\n", printable(told), numbered(r.labels()))
}

// numbered lists buttons with the numbers that /press takes.
func numbered(labels []string) string {
	if len(labels) == 0 {
		return "none"
	}
	var out []string
	for i, l := range labels {
		out = append(out, fmt.Sprintf("[%d] %s", i+1, printable(l)))
	}
	return strings.Join(out, "  ")
}
