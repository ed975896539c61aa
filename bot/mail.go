package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// Mail is all that an adapter needs of a state so that nothing is lost and
// nothing is shown twice.
type Mail interface {
	Inbox
	Work
	Lease
	Marks
	Locker
}

// A Locker lets one program at a time, of those that share a state, do something.
type Locker interface {
	// Lock waits until no other program holds the lock of that name. held ends when
	// the lock is lost, or ctx ends; release must be called. A program that is
	// killed holds nothing any more.
	Lock(ctx context.Context, name string) (held context.Context, release func(), err error)
}

// KeepReply returns the reply to t: the one that an earlier worker kept, else
// what ask returns, which it keeps. A question that waited for longer than late
// gets an apology first. An error, [ErrLost] and why ctx ended among them, says
// that nothing is kept and nothing may be sent.
func KeepReply(ctx context.Context, m Marks, t Task, late time.Duration, ask func() Reply) (Reply, error) {
	if t.Reply != nil {
		return decodeReply(t.Reply)
	}
	r := ask()
	if ctx.Err() != nil { // it may say no more than that
		return Reply{}, context.Cause(ctx)
	}
	if waited := time.Since(t.Received); late > 0 && !t.Received.IsZero() && waited > late {
		r = apologize(r)
	}
	kept, err := json.Marshal(withoutTrace(r))
	if err != nil {
		return Reply{}, fmt.Errorf("encode reply: %w", err)
	}
	return r, m.Keep(ctx, t, kept)
}

// decodeReply reads what an earlier worker kept, of this program or one before it.
func decodeReply(kept []byte) (r Reply, err error) {
	if err = json.Unmarshal(kept, &r); err != nil {
		err = fmt.Errorf("decode kept reply: %w: %w", ErrFinal, err)
	}
	return r, err
}

// withoutTrace is r as it is kept: how its answer came about is long, and
// nothing that is sent.
func withoutTrace(r Reply) Reply {
	if r.Answer != nil && r.Answer.Trace != nil {
		var a rag.Answer = *r.Answer
		a.Trace = nil
		r.Answer = &a
	}
	return r
}

// apologize begins r with a line that says that it comes late.
func apologize(r Reply) Reply {
	r.Lines = append([]Line{plainLine(wordingOf(r.Language).late)}, r.Lines...)
	return r
}

// Finish is a context for what must not be cut off in the middle: it ends a
// while after ctx does, and at once when the task is lost.
func Finish(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	finish, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if errors.Is(cause, ErrLost) {
			cancel(cause)
			return
		}
		timer := time.NewTimer(within)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(cause)
		case <-finish.Done():
		}
	})
	return finish, func() { stop(); cancel(nil) }
}
