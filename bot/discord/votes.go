package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// thumbs is a row of two buttons, nil where the answer is not voted on.
func thumbs(event, language string) []discordgo.MessageComponent {
	if event == "" || (bot.Ballot{Event: event, Language: language, Choice: bot.InWords}).Data() == "" {
		return nil
	}
	button := func(c bot.Choice, label string) discordgo.MessageComponent {
		return discordgo.Button{Label: label, Style: discordgo.SecondaryButton, CustomID: bot.Ballot{Event: event, Language: language, Choice: c}.Data()}
	}
	l := bot.VoteLabelsOf(language)
	return row(button(bot.Up, l.Up), button(bot.Down, l.Down))
}

// vote takes a vote and answers who pressed, and nobody else: with a form that
// asks for the reason after a thumbs-down, else with a sentence.
func (in *intake) vote(ctx context.Context, i *discordgo.Interaction, voter bot.Voter, p bot.Press) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	said, kept := voter.Vote(ctx, p)
	response := whisper(said)
	if kept && p.Choice == bot.Down && i.Type == discordgo.InteractionMessageComponent {
		response = callback{discordgo.InteractionResponseModal, form(p.Ballot)}
	}
	err := in.callback(ctx, i, response)
	if code, _ := codeOf(err); err != nil && code != codeAcknowledged { // another program with this bot was faster
		in.logger.InfoContext(ctx, "vote not acknowledged", "kept", kept, "error", err)
	}
}

const (
	reasonField = "reason"
	mostReason  = 500 // characters of a reason that are kept: [bot.Vote]
)

// A modal is a form: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
type modal struct {
	CustomID   string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// form asks for the reason of a thumbs-down. Its one field stands in an action
// row, because the library cannot read the answer of the newer label around it.
func form(b bot.Ballot) modal {
	b.Choice = bot.InWords
	l := bot.VoteLabelsOf(b.Language)
	field := discordgo.TextInput{
		CustomID: reasonField, Label: l.Field, Placeholder: l.Hint, Style: discordgo.TextInputParagraph, MaxLength: mostReason,
	}
	return modal{b.Data(), l.Title, row(field)}
}

// typedReason returns what was typed into a form; "" for nothing.
func typedReason(rows []discordgo.MessageComponent) string {
	for _, row := range rows {
		r, ok := row.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range r.Components {
			if field, ok := c.(*discordgo.TextInput); ok && field.CustomID == reasonField {
				return field.Value
			}
		}
	}
	return ""
}
