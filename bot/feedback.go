package bot

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// ErrNoAnswer says that a vote is for an answer that is not, or no longer, known.
var ErrNoAnswer = errors.New("no such answer")

// A Given is what is remembered of an answer that was given. It does not say to whom.
type Given struct {
	ID       string // names it among all: platform + "/" + the id of the event that it answered
	Question string // "" where questions are not kept, or no longer
	Language string // "en" or "zh"
	Status   rag.Status
	Intent   string   // as the plan names it
	Projects []string // that it was asked about

	Attributes []string // that it was asked for, as [rag.Asked] names them
	Passages   []string // ids of those it cites

	Mode   rag.Mode
	Prompt string    // name and version of the prompt; "" without a model
	At     time.Time // zero: now
}

// A Vote is what one person thinks of an answer.
type Vote struct {
	Answer   string // [Given.ID]
	Platform string
	User     string // the platform's id of who votes
	Up       bool
	Reason   string // in the person's words, cut after 500 characters; ""
}

// A Rating is a vote beside the answer it is for, without who gave it.
type Rating struct {
	Given
	Up     bool
	Reason string
	Voted  time.Time
}

// Feedback keeps what people think of the answers.
type Feedback interface {
	// Give remembers an answer, so that it can be voted on.
	Give(ctx context.Context, g Given) error
	// Vote replaces an earlier vote of the same person on the same answer. A
	// reason that is "" leaves the earlier one when the vote is the same.
	// [ErrNoAnswer] where there is no such answer.
	Vote(ctx context.Context, v Vote) error
	// Ratings returns the votes since a time, oldest first, until the first error.
	Ratings(ctx context.Context, since time.Time) iter.Seq2[Rating, error]
}

// remember keeps an answer, without the asker, so that it can be voted on and so that the owner
// sees what was not answered. It reports whether it did.
func (b *Bot) remember(ctx context.Context, m Message, a *rag.Answer) bool {
	if b.config.Feedback == nil || m.ID == "" {
		return false
	}
	g := Given{
		ID: answerID(m.Platform, m.ID), Question: a.Question, Language: a.Language, Status: a.Status, Intent: a.Intent,
		Projects: a.Asked.Projects, Attributes: a.Asked.Attributes, Mode: a.Mode,
	}
	for _, c := range a.Citations {
		g.Passages = append(g.Passages, c.Passage)
	}
	g.Prompt = promptOf(a)
	if err := b.config.Feedback.Give(ctx, g); err != nil {
		b.logger.WarnContext(ctx, "answer not remembered", "error", err)
		return false
	}
	return true
}
