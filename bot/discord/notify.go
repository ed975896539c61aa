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
	texts := parts(r)
	for n, text := range texts {
		body := newOutgoing(text)
		if n == len(texts)-1 {
			body.Components = unsubscribeButton(r.Language)
		}
		body.Nonce, body.EnforceNonce = noticeNonce(chat, n, text), true
		err := a.rest.do(ctx, restCall{
			route: "POST /channels/{channel}/messages", path: "/channels/" + chat + "/messages", major: chat, body: body,
		}, nil)
		_, status := codeOf(err)
		switch {
		case err == nil:
		case n > 0: // the beginning stands there
			a.config.Logger.ErrorContext(ctx, "notice not delivered to its end", "part", n+1, "parts", len(texts), "error", err)
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
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{
		Label: bot.UnsubscribeLabel(lang), Style: discordgo.SecondaryButton, CustomID: bot.UnsubscribeData,
	}}}}
}

// pressed answers a button of a digest, to who pressed it alone; others are not ours.
func (in *intake) pressed(ctx context.Context, i *discordgo.Interaction, user *discordgo.User) {
	data, ok := i.Data.(discordgo.MessageComponentInteractionData)
	if !ok || data.CustomID != bot.UnsubscribeData {
		return
	}
	m := bot.Message{
		Platform: Name, ID: i.ID, Chat: i.ChannelID, User: user.ID, Private: i.GuildID == "", Admin: administers(i),
		Command: bot.CommandUnsubscribe, Locale: string(i.Locale),
	}
	in.do(ctx, "button", func() { in.refuse(ctx, i, in.config.Handler.Handle(ctx, m)) })
}

// administers reports whether who sent an interaction administers the channel.
func administers(i *discordgo.Interaction) bool {
	const any = discordgo.PermissionAdministrator | discordgo.PermissionManageGuild | discordgo.PermissionManageChannels
	return i.Member != nil && i.Member.Permissions&any != 0
}
