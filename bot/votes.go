package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// A Choice is what one button under an answer stands for.
type Choice string

// The choices. Those below Down are reasons of it, and each of them is a vote
// against the answer, too.
const (
	Up         Choice = "up"
	Down       Choice = "down"
	Wrong      Choice = "wrong"
	Outdated   Choice = "old"
	Incomplete Choice = "part"
	Unasked    Choice = "other" // it answers another question
	InWords    Choice = "words" // the reason is in [Press.Reason]
)

// reasons is how each reason is kept, for whoever reads the votes.
var reasons = map[Choice]string{
	Up: "", Down: "", InWords: "",
	Wrong: "wrong", Outdated: "out of date", Incomplete: "incomplete", Unasked: "not what I asked",
}

// A Ballot is what the data of a button says. It needs no memory: a press is
// understood after a restart, and by another program that shares the state. A
// client that was tampered with can name another answer of its platform; it has one
// vote on that, too.
type Ballot struct {
	Event    string // [Message.ID] of what was answered
	Language string // of the answer: "en" or "zh"
	Choice   Choice
}

// ballotPrefix tells a ballot from the data of other buttons.
const ballotPrefix = "vote"

// mostBallot is the data of a Telegram button, in bytes:
// https://core.telegram.org/bots/api#inlinekeyboardbutton . Discord takes 100 characters.
const mostBallot = 64

// Data returns the ballot as the data of a button: ASCII, at most 64 bytes
// where Event has at most 40, else "".
func (b Ballot) Data() string {
	data := strings.Join([]string{ballotPrefix, string(b.Choice), b.Language, b.Event}, ":")
	if len(data) > mostBallot {
		return ""
	}
	return data
}

// ParseBallot reads what [Ballot.Data] returned. false: it is another button's.
func ParseBallot(data string) (Ballot, bool) {
	parts := strings.SplitN(data, ":", 4)
	if len(parts) != 4 || parts[0] != ballotPrefix || parts[3] == "" {
		return Ballot{}, false
	}
	b := Ballot{Event: parts[3], Language: wordingOf(parts[2]).language, Choice: Choice(parts[1])}
	_, known := reasons[b.Choice]
	return b, known
}

// A Press is somebody's press of a button under an answer.
type Press struct {
	Ballot
	Platform string
	Chat     string // the platform's id of where the answer stands; "" where it does not say
	Server   string // and of the server that it belongs to; as [Message.Server]
	User     string // the platform's id of who pressed
	Reason   string // in the person's words; with InWords only
}

// A Voter takes votes. It is asked at once where a press arrives: a vote needs
// no inbox, as pressing again does no harm.
type Voter interface {
	// Vote keeps the vote and returns one short sentence for who pressed, at most
	// 200 characters, for nobody else to see. false: the vote was not kept.
	Vote(ctx context.Context, p Press) (said string, kept bool)
}

var _ Voter = (*Bot)(nil)

// voteWithin bounds how long keeping a vote takes: a platform waits 3 s for the
// answer to a press.
const voteWithin = 2 * time.Second

// Vote implements [Voter]. A person has one vote on an answer: another one
// takes its place, the same again leaves it as it is. Who may not ask may not
// vote.
func (b *Bot) Vote(ctx context.Context, p Press) (said string, kept bool) {
	w := voteWordsOf(p.Language)
	defer func() {
		if r := recover(); r != nil {
			b.logger.ErrorContext(ctx, "panic while keeping a vote", "stack", string(debug.Stack()))
			said, kept = b.words(ctx, p.Language, fmt.Errorf("keep %s vote: panic: %v", p.Platform, r)), false
		}
	}()
	if !b.votes() {
		return w.off, false
	}
	ctx, cancel := context.WithTimeout(ctx, voteWithin)
	defer cancel()
	if !b.access.May(ctx, Message{Platform: p.Platform, Chat: p.Chat, Server: p.Server, User: p.User}) {
		return accessWordingOf(p.Language).deniedVote, false
	}
	v := Vote{Answer: answerID(p.Platform, p.Event), Platform: p.Platform, User: p.User, Up: p.Choice == Up, Reason: reasons[p.Choice]}
	if p.Choice == InWords {
		v.Reason = strings.TrimSpace(p.Reason)
	}
	err := b.config.Feedback.Vote(ctx, v)
	switch {
	case errors.Is(err, ErrNoAnswer):
		return w.unknown, false
	case errors.Is(err, context.DeadlineExceeded):
		b.logger.WarnContext(ctx, "vote not kept", "error", err)
		return knownWords(p.Language, ErrBusy), false
	case err != nil:
		return b.words(ctx, p.Language, fmt.Errorf("keep vote: %w", err)), false
	case p.Choice == Down:
		return w.down, true
	}
	return w.thanks, true
}

// votes reports whether answers are voted on.
func (b *Bot) votes() bool { return b.config.Feedback != nil && !b.config.NoVotes }

// answerID names an answer among those of all platforms.
func answerID(platform, event string) string { return platform + "/" + event }
