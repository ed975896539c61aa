package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// press hands a press of a button, or the form that one opened, to whoever its
// data is for, beside the queue: nobody waits for it but who pressed. What is
// nobody's is somebody else's.
func (in *intake) press(ctx context.Context, i *discordgo.Interaction, user *discordgo.User) {
	data, reason := pressData(i)
	ballot, votes := bot.ParseBallot(data)
	voter, takes := in.config.Handler.(bot.Voter)
	m := bot.Message{
		Platform: Name, ID: i.ID, Chat: i.ChannelID, User: user.ID, Server: i.GuildID, Private: i.GuildID == "",
		Command: bot.PressedCommand(data), Locale: string(i.Locale), Interaction: true, Button: true,
	}
	m.Admin = in.adminOf(m, interactingMember(i))
	switch {
	case votes && takes:
		p := bot.Press{Ballot: ballot, Platform: Name, Chat: m.Chat, Server: m.Server, User: m.User, Reason: reason}
		in.do(ctx, "vote", func() { in.vote(ctx, i, voter, p) })
	case m.Command != "":
		in.do(ctx, "button", func() { in.refuse(ctx, i, in.config.Handler.Handle(ctx, m)) })
	}
}

// pressData is the data of a button or a form, with what was typed into that.
func pressData(i *discordgo.Interaction) (data, reason string) {
	switch d := i.Data.(type) {
	case discordgo.MessageComponentInteractionData:
		return d.CustomID, ""
	case discordgo.ModalSubmitInteractionData:
		return d.CustomID, typedReason(d.Components)
	}
	return "", ""
}

// whisper is a response that only who sent the interaction sees.
func whisper(text string) callback {
	body := newOutgoing(text)
	body.Flags |= discordgo.MessageFlagsEphemeral
	return callback{discordgo.InteractionResponseChannelMessageWithSource, body}
}

// row is a row of buttons, or of one field.
func row(all ...discordgo.MessageComponent) []discordgo.MessageComponent {
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: all}}
}
