package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Notifier = (*Adapter)(nil)

// Notify implements [bot.Notifier]. It may be called whether or not Run is. The
// same notice sent again within minutes is shown once.
func (a *Adapter) Notify(ctx context.Context, chat string, r bot.Reply) error {
	all := bodies(r, unsubscribeButton(r.Language))
	for n, body := range all {
		err := a.rest.do(ctx, posting(chat, noticeNonce(chat, n, body.Content), body), nil)
		_, status := codeOf(err)
		switch {
		case err == nil:
		case n > 0: // the beginning stands there
			a.config.Logger.ErrorContext(ctx, "notice not delivered to its end", "part", n+1, "parts", len(all), "error", err)
			return nil
		case status == http.StatusForbidden || status == http.StatusNotFound:
			return fmt.Errorf("notify: %w", bot.ErrGone)
		default:
			return fmt.Errorf("notify: %w", err)
		}
	}
	return nil
}

// noticeNonce names a part of a notice, the same each time: Discord takes 25
// characters at most.
func noticeNonce(chat string, n int, text string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%s", chat, n, text))
	return hex.EncodeToString(sum[:12])
}

// unsubscribeButton is one button below the message:
// https://docs.discord.com/developers/components/reference#button
func unsubscribeButton(lang string) []discordgo.MessageComponent {
	return row(discordgo.Button{Label: bot.UnsubscribeLabel(lang), Style: discordgo.SecondaryButton, CustomID: bot.UnsubscribeData})
}
