package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// QueueLimits bound a [Queue].
type QueueLimits struct {
	Workers int // jobs that run at a time; 0 means 8
	PerChat int // jobs of one chat that wait or run; 0 means 8
	Total   int // jobs of all chats that wait or run; 0 means 256
}

func (l QueueLimits) withDefaults() QueueLimits {
	if l.Workers <= 0 {
		l.Workers = 8
	}
	if l.PerChat <= 0 {
		l.PerChat = 8
	}
	if l.Total <= 0 {
		l.Total = 256
	}
	return l
}

// A Queue runs the jobs of one chat one after another, in order, and those of
// several chats side by side on a bounded number of workers. Chats take turns,
// so a busy one does not keep the others waiting. Every job that was taken is
// run, exactly once, also while the queue drains.
type Queue struct {
	limits QueueLimits
	logger *slog.Logger
	slots  chan struct{} // one entry a job taken, cap Total
	cancel context.CancelFunc
	done   sync.WaitGroup // workers

	mu      sync.Mutex
	wake    *sync.Cond // a chat became ready, or the queue stopped
	chats   map[string]*chatQueue
	ready   []*chatQueue // chats with a job to run and none running, in turn
	stopped bool
}

// A chatQueue holds the jobs of one chat.
type chatQueue struct {
	chat    string
	jobs    []job
	taken   int // jobs that wait or run and count against PerChat
	running bool
}

type job struct {
	run    func(context.Context)
	urgent bool // counts against no limit
}

// NewQueue starts a queue; [Queue.Drain] ends it. Jobs get the values of ctx,
// but not its end: when and how they are cut short is Drain's affair.
func NewQueue(ctx context.Context, limits QueueLimits, logger *slog.Logger) *Queue {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	q := &Queue{limits: limits.withDefaults(), logger: logger, cancel: cancel, chats: make(map[string]*chatQueue)}
	q.slots = make(chan struct{}, q.limits.Total)
	q.wake = sync.NewCond(&q.mu)
	for range q.limits.Workers {
		q.done.Go(func() { q.work(ctx) })
	}
	return q
}

// Add takes a job, or returns [ErrBusy] or [ErrStopped] at once.
func (q *Queue) Add(chat string, run func(context.Context)) error {
	select {
	case q.slots <- struct{}{}:
	default:
		return ErrBusy
	}
	return q.take(chat, run)
}

// AddWait is Add for a caller that can hold back what comes: where the queue as
// a whole is full it waits for room, until ctx ends. Where only the chat is
// full it returns [ErrBusy] at once.
func (q *Queue) AddWait(ctx context.Context, chat string, run func(context.Context)) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case q.full(chat):
		return ErrBusy
	}
	select {
	case q.slots <- struct{}{}:
		return q.take(chat, run)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// AddUrgent takes a job past all limits and lets it run as the chat's next.
// It is for the notice that the chat is busy; the caller sees to it that there
// are few of them.
func (q *Queue) AddUrgent(chat string, run func(context.Context)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped {
		return ErrStopped
	}
	c := q.chat(chat)
	c.jobs = append([]job{{run: run, urgent: true}}, c.jobs...)
	q.makeReady(c)
	return nil
}

// Drain takes no more jobs and returns when those taken have run. When ctx ends
// before that, it cancels the context of the jobs (those still waiting run with
// a context that has ended), waits for them, and returns the reason.
func (q *Queue) Drain(ctx context.Context) error {
	q.mu.Lock()
	q.stopped = true
	q.wake.Broadcast()
	q.mu.Unlock()
	defer q.cancel()

	finished := make(chan struct{})
	go func() {
		q.done.Wait()
		close(finished)
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		q.cancel()
		<-finished
		return fmt.Errorf("finish queued messages: %w", ctx.Err())
	}
}

// take puts a job that has its slot into its chat's queue.
func (q *Queue) take(chat string, run func(context.Context)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.chat(chat)
	err := error(nil)
	switch {
	case q.stopped:
		err = ErrStopped
	case c.taken >= q.limits.PerChat:
		err = ErrBusy
	}
	if err != nil {
		q.forget(c)
		<-q.slots
		return err
	}
	c.taken++
	c.jobs = append(c.jobs, job{run: run})
	q.makeReady(c)
	return nil
}

func (q *Queue) full(chat string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.chats[chat]
	return c != nil && c.taken >= q.limits.PerChat
}

// chat returns the queue of a chat, a new one if it has none.
func (q *Queue) chat(chat string) *chatQueue {
	c := q.chats[chat]
	if c == nil {
		c = &chatQueue{chat: chat}
		q.chats[chat] = c
	}
	return c
}

// makeReady puts c in line for a worker, unless it is served or in line already.
func (q *Queue) makeReady(c *chatQueue) {
	if !c.running && len(c.jobs) > 0 {
		c.running = true
		q.ready = append(q.ready, c)
		q.wake.Signal()
	}
}

// forget drops c when nothing is left in it.
func (q *Queue) forget(c *chatQueue) {
	if !c.running && len(c.jobs) == 0 {
		delete(q.chats, c.chat)
	}
}

// work runs jobs until the queue has stopped and is empty.
func (q *Queue) work(ctx context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.ready) == 0 {
			if q.stopped {
				return
			}
			q.wake.Wait()
		}
		c := q.ready[0]
		q.ready = q.ready[1:]
		next := c.jobs[0]
		c.jobs = c.jobs[1:]

		q.mu.Unlock()
		q.run(ctx, next)
		q.mu.Lock()

		if !next.urgent {
			c.taken--
			<-q.slots
		}
		c.running = false
		q.makeReady(c)
		q.forget(c)
	}
}

// run keeps a job that panics from taking the program with it.
func (q *Queue) run(ctx context.Context, j job) {
	defer func() {
		if p := recover(); p != nil {
			q.logger.ErrorContext(ctx, "panic in a queued message", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	j.run(ctx)
}
