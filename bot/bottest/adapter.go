package bottest

import (
	"context"
	"log/slog"
	"testing"

	"github.com/waymark-bot/waymark/bot"
)

// A Fault is something that goes wrong once, when the bot sends an answer.
type Fault int

// The faults that the suite asks for.
const (
	RateLimited Fault = iota // 429 with a wait of at most one second, in the platform's own form
	ServerError              // 500 or 502
	Dropped                  // the connection ends before the message is accepted
)

// A Platform is one loopback platform with an adapter that talks to it. The
// member it speaks for is always the same person in the same chat.
type Platform interface {
	// Adapter is pointed at the loopback server and not yet running.
	Adapter() bot.Adapter
	// Secret is the token the adapter authenticates with.
	Secret() string
	// Ask lets the member ask the bot, addressed so that it must answer. It may
	// block until the platform can deliver.
	Ask(ctx context.Context, text string) error
	// Said returns the messages of the bot in that chat in order, as a reader
	// sees them (without markup, last version of an edited one), once there are
	// at least n. A placeholder ("thinking") is no message.
	Said(ctx context.Context, n int) ([]string, error)
	// Shown returns the states of answers that the chat was shown while they were
	// being written, oldest first, as a reader saw them; the complete answer may be
	// among them. can is false where the member's way of asking has no such thing.
	Shown() (states []string, can bool)
	// Wait returns when holds does, which is asked whenever something happens.
	Wait(ctx context.Context, holds func() bool) error
	// Fail makes the bot's nth next send of answer text (from 1) fail.
	Fail(f Fault, nth int)
	Voting
	// Findings lists the rules of the platform that requests broke.
	Findings() []string
	// Close stops the server, after the adapter.
	Close()
}

// A Setup starts a platform whose adapter asks h and logs to logger.
type Setup func(t *testing.T, h bot.Handler, logger *slog.Logger) Platform
