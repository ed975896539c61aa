package discord

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// How long Discord lets an interaction wait, each a little shortened:
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
const (
	ackWithin = 2900 * time.Millisecond        // of 3 s, to the first response
	tokenLife = 15*time.Minute - 5*time.Second // for everything after it
)

// codeAcknowledged says that an interaction has had its first response.
const codeAcknowledged = 40060

// interaction takes a slash command, a keystroke in one, or a press of a button;
// others are not ours.
func (in *intake) interaction(ctx, sends context.Context, i *discordgo.Interaction) {
	user := userOf(i)
	if user == nil || in.config.Mail == nil && !in.seen.add(i.ID) {
		return
	}
	switch i.Type {
	case discordgo.InteractionApplicationCommand:
		m, asker := commandMessage(i, user), interactingMember(i)
		if in.config.Mail != nil {
			in.keepCommand(ctx, sends, i, letter{Message: m, Asker: asker})
			return
		}
		m.Admin = in.adminOf(m, asker)
		in.command(ctx, sends, i, m)
	case discordgo.InteractionApplicationCommandAutocomplete:
		in.do(ctx, "autocomplete", func() { in.complete(ctx, i) })
	case discordgo.InteractionMessageComponent, discordgo.InteractionModalSubmit:
		in.press(sends, i, user)
	}
}

// userOf returns who sent the interaction: a member in a server, a user elsewhere.
func userOf(i *discordgo.Interaction) *discordgo.User {
	if i.Member != nil && i.Member.User != nil {
		return i.Member.User
	}
	return i.User
}

// command acknowledges a slash command at once and queues it. The queue runs it
// when its turn comes, which may be long after the 3 s that Discord waits.
func (in *intake) command(ctx, sends context.Context, i *discordgo.Interaction, m bot.Message) {
	received := in.config.Now()
	acknowledged := make(chan error, 1)
	err := in.queue.Add(lane(m), func(work context.Context) {
		if err := <-acknowledged; errors.Is(err, errTaken) {
			return
		} else if err != nil {
			in.logger.WarnContext(work, "interaction not acknowledged", "error", err)
			received = time.Time{} // its token is worth nothing
		}
		in.answerCommand(work, sends, i, m, received)
	})
	switch {
	case err == nil:
		in.tasks.Go(func() { acknowledged <- in.acknowledge(sends, i) }) // as many as the queue has taken
	case errors.Is(err, bot.ErrBusy):
		in.do(ctx, "busy command", func() { in.refuse(ctx, i, bot.Busy(m)) })
	}
}

// commandMessage is a slash command as a message: its one option is the text.
func commandMessage(i *discordgo.Interaction, user *discordgo.User) bot.Message {
	data, _ := i.Data.(discordgo.ApplicationCommandInteractionData)
	m := bot.Message{
		Platform: Name, ID: i.ID, Chat: i.ChannelID, User: user.ID, Server: i.GuildID, Private: i.GuildID == "",
		Command: data.Name, Locale: string(i.Locale), Interaction: true,
	}
	for _, o := range data.Options {
		if text, ok := o.Value.(string); ok {
			m.Text = text
		}
	}
	return m
}

// errTaken says that somebody else answers the interaction: another process
// with the same token.
var errTaken = errors.New("interaction acknowledged by another process")

// acknowledge sends the deferred response ("thinking"), within 3 s and before
// any work. A try that broke off may have arrived: then "already acknowledged"
// is success.
func (in *intake) acknowledge(ctx context.Context, i *discordgo.Interaction) error {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	response := callback{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
	for tried := false; ; tried = true {
		err := in.callback(ctx, i, response)
		switch code, _ := codeOf(err); {
		case err == nil, code == codeAcknowledged && tried:
			return nil
		case code == codeAcknowledged:
			return errTaken
		case !temporary(ctx, err):
			return err
		}
		if sleep(ctx, ackPause) != nil {
			return err
		}
	}
}

// ackPause is between two tries to acknowledge: there is no time for more.
const ackPause = 200 * time.Millisecond

// refuse answers a command at once, to its sender alone, with a short reply.
func (in *intake) refuse(ctx context.Context, i *discordgo.Interaction, r bot.Reply) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	texts := parts(r)
	if len(texts) == 0 {
		return
	}
	err := in.callback(ctx, i, whisper(texts[0]))
	if code, _ := codeOf(err); err != nil && code != codeAcknowledged { // another program with this bot was faster
		in.logger.WarnContext(ctx, "short answer not sent", "error", err)
	}
}

// answerCommand answers with the deferred response and follow-ups. Past the
// life of the token, or where it is refused, it goes on with channel messages.
func (in *intake) answerCommand(work, sends context.Context, i *discordgo.Interaction, m bot.Message, received time.Time) {
	began := received
	all := in.handleCommand(work, i, m, received)
	ctx, cancel := context.WithTimeout(sends, deliverWithin)
	defer cancel()
	for n, body := range all {
		err := errTokenOver
		if in.config.Now().Sub(received) < tokenLife {
			err = in.respond(ctx, i, n, body)
		}
		if errors.Is(err, errTokenOver) || tokenDead(err) {
			received = time.Time{}
			in.logger.InfoContext(ctx, "answer sent past its interaction", "reason", err)
			err = in.sayTo(ctx, m, n, body)
		}
		if err != nil {
			in.logger.ErrorContext(ctx, "answer not sent", "error", err, "part", n+1, "parts", len(all))
			return
		}
	}
	if !began.IsZero() && len(all) > 0 {
		in.config.Monitor.Delivered(Name, in.config.Now().Sub(began))
	}
}

var errTokenOver = errors.New("interaction token is over")

// handleCommand asks the handler, and shows what it writes in the deferred
// response, if there is one.
func (in *intake) handleCommand(ctx context.Context, i *discordgo.Interaction, m bot.Message, received time.Time) []outgoing {
	if !received.IsZero() {
		soFar := in.fillings(ctx, i, received)
		defer soFar.Done()
		m.Show = soFar.Show
	}
	return in.answer(ctx, m)
}

// fillings fills the deferred response with an answer while it is being
// written, as long as the token lives.
//
// A message that mentions the bot sees "typing" alone: an edit of a channel
// message counts against what everybody's answers may send there.
func (in *intake) fillings(ctx context.Context, i *discordgo.Interaction, received time.Time) *bot.Progress {
	shown := ""
	return bot.NewProgress(ctx, in.config.Timing.Edit, func(ctx context.Context, r bot.Reply) error {
		texts := parts(r)
		switch {
		case in.config.Now().Sub(received) >= tokenLife:
			return errTokenOver
		case len(texts) == 0 || texts[0] == shown: // what has grown is in a later part
			return nil
		case in.rest.limits.scarce(filling(i, outgoing{})):
			return nil // the last edit there is now belongs to the complete answer
		}
		shown = texts[0]
		return in.rest.once(ctx, filling(i, newOutgoing(shown)), nil)
	}, in.logger)
}

func (in *intake) respond(ctx context.Context, i *discordgo.Interaction, n int, body outgoing) error {
	if n == 0 {
		return in.fill(ctx, i, body)
	}
	return in.follow(ctx, i, body)
}

// sayTo sends part n of an answer as a channel message that names who asked:
// there is nothing it could reply to.
func (in *intake) sayTo(ctx context.Context, m bot.Message, n int, body outgoing) error {
	body.Content = namingAsker(m, body.Content)
	return in.post(ctx, m.Chat, m.ID, n, body)
}

// namingAsker is text for who asked, where others are.
func namingAsker(m bot.Message, text string) string {
	if m.Private {
		return text
	}
	return fmt.Sprintf("<@%s>\n%s", m.User, text)
}

// maxChoices is how many completions Discord takes, and maxChoice how long one
// may be: https://docs.discord.com/developers/interactions/application-commands#autocomplete
const (
	maxChoices = 25
	maxChoice  = 100 // UTF-16 units
)

// complete offers names for what a member has typed so far.
func (in *intake) complete(ctx context.Context, i *discordgo.Interaction) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	choices := []discordgo.ApplicationCommandOptionChoice{} // nothing found is an empty list, not none
	if s, ok := in.config.Handler.(bot.Suggester); ok {
		for _, name := range s.Suggest(typed(i), maxChoices) {
			if n := bot.UTF16Len(name); n > 0 && n <= maxChoice && len(choices) < maxChoices {
				choices = append(choices, discordgo.ApplicationCommandOptionChoice{Name: name, Value: name})
			}
		}
	}
	body := map[string]any{"choices": choices}
	err := in.callback(ctx, i, callback{discordgo.InteractionApplicationCommandAutocompleteResult, body})
	if code, _ := codeOf(err); err != nil && code != codeAcknowledged { // another program with this bot was faster
		in.logger.WarnContext(ctx, "completions not sent", "error", err)
	}
}

// typed returns the text of the option that is being typed.
func typed(i *discordgo.Interaction) string {
	data, _ := i.Data.(discordgo.ApplicationCommandInteractionData)
	for _, o := range data.Options {
		if text, ok := o.Value.(string); ok && o.Focused {
			return text
		}
	}
	return ""
}
