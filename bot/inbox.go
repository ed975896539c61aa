package bot

import (
	"context"
	"errors"
	"time"
)

// ErrLost says that a [Task] is no longer the caller's: its lease ran out and
// it was taken again, or what it was about was forgotten. There is nothing left
// to do for it.
var ErrLost = errors.New("task belongs to another worker")

// ErrFinal says, in the error about a [Task], that no further try can help.
var ErrFinal = errors.New("given up")

// An Event is something that a platform told and that has to be answered. It is
// put into the [Inbox] before the platform hears that it was received.
type Event struct {
	Platform string    // "telegram", "discord"
	ID       string    // the platform's id of it; two with the same are one
	Lane     string    // the chat: the events of a lane are worked on one at a time, in order
	User     string    // the platform's id of the person
	Payload  []byte    // what the adapter needs to answer it after a restart; never logged. Of secrets only such as expire by themselves within the hour
	Received time.Time // zero: now
}

// An Inbox keeps events until they are answered.
type Inbox interface {
	// Put keeps e and reports whether it is new: false for one that was put
	// before, answered or not. [ErrBusy], with true, says that too much waits
	// already: e will not be worked on, and is known from then on.
	Put(ctx context.Context, e Event) (fresh bool, err error)
}

// A Task is an event that is being worked on, until its lease ends.
type Task struct {
	Event
	Number   int64     // the inbox's own
	Taken    int       // how often it was taken, this time included
	Failures int       // how often that came to nothing
	Until    time.Time // the lease: later, another worker may take it
	Reply    []byte    // what [Marks] kept of an earlier time, nil for nothing
}

// Work hands out what is in the inbox.
type Work interface {
	// Take waits for the next task of the named platforms, of any when none is
	// named. Of each lane it gives one at a time, the oldest. A task that was
	// neither done nor failed when its lease ends is given again.
	Take(ctx context.Context, platforms ...string) (Task, error)
	// Done says that t is answered. What it was about is deleted; that there was
	// such an event is remembered.
	Done(ctx context.Context, t Task) error
	// Fail says that t could not be answered. It is given again after a while,
	// longer from time to time, and its lane waits for it; after too many times it
	// is a dead letter, at once where the cause is [ErrFinal]. A cause that is [context.Canceled] or [ErrStopped] is not
	// counted: the task is given again at once.
	Fail(ctx context.Context, t Task, cause error) error
}

// A Lease can be renewed by a worker that needs longer.
type Lease interface {
	// Hold renews the lease of t from now on. [ErrLost] says that it is too late.
	Hold(ctx context.Context, t Task) error
}

// A Letter is a dead letter: an event that was given up. It does not say who
// asked what.
type Letter struct {
	Number   int64
	Platform string
	ID       string
	Lane     string
	Received time.Time
	Failures int
	Error    string // of the last time
}

// DeadLetters are what was given up.
type DeadLetters interface {
	// Dead returns at most limit letters, the newest first.
	Dead(ctx context.Context, limit int) ([]Letter, error)
	// Revive gives a dead letter back to the workers; false: there is none of this number.
	Revive(ctx context.Context, number int64) (bool, error)
}

// A Backlog is how much there is in an inbox of one platform's events.
type Backlog struct {
	Waiting int       // nobody works on them
	Working int       // somebody does
	Dead    int       // given up
	Oldest  time.Time // when the oldest that waits or is worked on was received; zero: there is none
}

// Backlogs tell what is in the inbox.
type Backlogs interface {
	// Backlogs returns that of each platform with anything in it.
	Backlogs(ctx context.Context) (map[string]Backlog, error)
}
