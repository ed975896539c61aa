package bottest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A Moment is where in its work a program dies.
type Moment string

// The moments: before the reply is kept, before a part is known to be sent, and
// before the task is known to be done.
const (
	WhileKeeping   Moment = "keep"
	WhileSending   Moment = "sent"
	WhileFinishing Moment = "done"
)

// A Dying is mail whose program dies at a moment of its work: that call fails,
// and whatever is told of the failure. Use [NewDying].
type Dying struct {
	bot.Mail
	at   Moment
	part int // of WhileSending
	died chan struct{}
	once *sync.Once
}

// NewDying returns mail that dies at a moment; part counts from 0 and is of
// WhileSending.
func NewDying(m bot.Mail, at Moment, part int) Dying {
	return Dying{m, at, part, make(chan struct{}), &sync.Once{}}
}

// Died is closed when the program is dead.
func (d Dying) Died() <-chan struct{} { return d.died }

// Keep implements [bot.Marks].
func (d Dying) Keep(ctx context.Context, t bot.Task, reply []byte) error {
	if d.at == WhileKeeping {
		return d.die()
	}
	return d.Mail.Keep(ctx, t, reply)
}

// Sent implements [bot.Marks].
func (d Dying) Sent(ctx context.Context, t bot.Task, part int, message string) error {
	if d.at == WhileSending && part == d.part {
		return d.die()
	}
	return d.Mail.Sent(ctx, t, part, message)
}

// Done implements [bot.Work].
func (d Dying) Done(ctx context.Context, t bot.Task) error {
	if d.at == WhileFinishing {
		return d.die()
	}
	return d.Mail.Done(ctx, t)
}

// Fail implements [bot.Work].
func (d Dying) Fail(context.Context, bot.Task, error) error { return d.die() }

func (d Dying) die() error {
	d.once.Do(func() { close(d.died) })
	return errors.New("gone")
}

// WaitEmpty waits until nothing is left in an inbox, and fails the test when ctx
// ends before.
func WaitEmpty(ctx context.Context, t testing.TB, inbox bot.Backlogs) {
	t.Helper()
	for ctx.Err() == nil {
		backlogs, err := inbox.Backlogs(ctx)
		if err == nil && len(backlogs) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("something is left in the inbox")
}
