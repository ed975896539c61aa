package discord

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// An outgoing is the body of a message, for every route that takes one. No
// mention in it pings anybody.
type outgoing struct {
	Content         string                           `json:"content"`
	Flags           discordgo.MessageFlags           `json:"flags"`
	AllowedMentions discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Components      []discordgo.MessageComponent     `json:"components,omitempty"`

	// For channel messages only.
	Nonce        string                      `json:"nonce,omitempty"`
	EnforceNonce bool                        `json:"enforce_nonce,omitempty"`
	Reference    *discordgo.MessageReference `json:"message_reference,omitempty"`
}

func newOutgoing(text string) outgoing {
	return outgoing{
		Content:         text,
		Flags:           discordgo.MessageFlagsSuppressEmbeds,
		AllowedMentions: discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}, // nil would mean all
	}
}

// bodies are the messages of a reply, in order, with components below the last:
// the one with the sources.
func bodies(r bot.Reply, below []discordgo.MessageComponent) []outgoing {
	var out []outgoing
	for _, text := range parts(r) {
		out = append(out, newOutgoing(text))
	}
	if len(out) > 0 {
		out[len(out)-1].Components = below
	}
	return out
}

// answerBodies are those of an answer, which may be voted on.
func answerBodies(r bot.Reply) []outgoing { return bodies(r, thumbs(r.Ballot, r.Language)) }

// say sends part n of the answer to a message, as a reply to it.
func (in *intake) say(ctx context.Context, m bot.Message, n int, body outgoing) error {
	body.Reference = replyingTo(m)
	return in.post(ctx, m.Chat, m.ID, n, body)
}

// replyingTo is the reference of a reply to a message, which may be gone by then.
func replyingTo(m bot.Message) *discordgo.MessageReference {
	anyway := false
	return &discordgo.MessageReference{MessageID: m.ID, ChannelID: m.Chat, FailIfNotExists: &anyway}
}

// post sends a channel message. The nonce makes it safe to send it again where
// nobody knows whether it has arrived: Discord keeps one of the two.
// https://docs.discord.com/developers/resources/message#create-message
func (in *intake) post(ctx context.Context, channel, id string, n int, body outgoing) error {
	return in.rest.do(ctx, posting(channel, nonce(id, n), body), nil)
}

// nonce names part n of the answer to an event.
func nonce(id string, n int) string { return fmt.Sprintf("%s-%d", id, n) }

// posting is the request that sends a channel message.
func posting(channel, nonce string, body outgoing) restCall {
	body.Nonce, body.EnforceNonce = nonce, true
	return restCall{
		route: "POST /channels/{channel}/messages", path: "/channels/" + channel + "/messages", major: channel, body: body,
	}
}

// rewriting is the request that changes a channel message of the bot.
func rewriting(channel, id string, body outgoing) restCall {
	return restCall{
		route: "PATCH /channels/{channel}/messages/{message}", path: "/channels/" + channel + "/messages/" + id, major: channel, body: body,
	}
}

// A callback is the first response to an interaction.
type callback struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// callback gives the first response to an interaction, once.
func (in *intake) callback(ctx context.Context, i *discordgo.Interaction, response callback) error {
	return in.rest.once(ctx, restCall{
		route: "POST /interactions/{interaction}/{token}/callback", path: "/interactions/" + i.ID + "/" + i.Token + "/callback",
		major: i.Token, open: true, body: response,
	}, nil)
}

// fill puts body in the place of a deferred response.
func (in *intake) fill(ctx context.Context, i *discordgo.Interaction, body outgoing) error {
	return in.rest.do(ctx, filling(i, body), nil)
}

// filling is the request that puts body in the place of a deferred response, or
// of what was filled in before.
func filling(i *discordgo.Interaction, body outgoing) restCall {
	return restCall{
		route: "PATCH /webhooks/{application}/{token}/messages/@original", path: "/webhooks/" + i.AppID + "/" + i.Token + "/messages/@original",
		major: i.Token, open: true, body: body,
	}
}

// follow sends a message after the first response. Where a connection ends
// before the answer it is sent again, with a warning in the log: Discord takes
// no nonce here, and a part twice is better than a part missing.
func (in *intake) follow(ctx context.Context, i *discordgo.Interaction, body outgoing) error {
	return in.rest.do(ctx, following(i, body), nil)
}

// following is the request that sends a message after the first response.
func following(i *discordgo.Interaction, body outgoing) restCall {
	return restCall{
		route: "POST /webhooks/{application}/{token}", path: "/webhooks/" + i.AppID + "/" + i.Token,
		major: i.Token, open: true, body: body,
	}
}

// editing is the request that changes a message after the first response.
func editing(i *discordgo.Interaction, id string, body outgoing) restCall {
	return restCall{
		route: "PATCH /webhooks/{application}/{token}/messages/{message}", path: "/webhooks/" + i.AppID + "/" + i.Token + "/messages/" + id,
		major: i.Token, open: true, body: body,
	}
}

// tokenDead reports whether err says that an interaction can no longer be
// answered: it is unknown (10062), its token expired (50027, 10015), or what was
// to be filled is gone (10008).
func tokenDead(err error) bool {
	_, status := codeOf(err)
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}
