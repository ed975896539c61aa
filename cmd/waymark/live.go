package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// reloadEvery is how often the data directory is looked at for a new
// generation: reading one short file.
const reloadEvery = time.Second

// A live answers from the current generation of the data directory and takes
// up the next one when it is there. It is safe for use by several goroutines.
type live struct {
	open       func(context.Context) (*knowledge, error)
	generation func() (string, error) // the one that open would open
	bot        bot.Config             // of every generation's bot: its sessions, accounts and budgets
	logger     *slog.Logger

	current   atomic.Pointer[serving]
	reloading sync.Mutex // one at a time looks for a new generation

	printing sync.Mutex
	printed  printed
}

var (
	_ bot.Handler   = (*live)(nil)
	_ bot.Suggester = (*live)(nil)
	_ bot.Voter     = (*live)(nil)
)

// A serving is one generation while it answers. It is closed when it is no
// longer the current one and its last answer is done.
type serving struct {
	*knowledge
	bot   *bot.Bot
	users atomic.Int64 // answers under way, and one for being the current generation
}

// start opens the current generation.
func (l *live) start(ctx context.Context) error {
	l.bot.Admin.Reload = l.reloadNow
	k, err := l.open(ctx)
	if err != nil {
		return err
	}
	l.current.Store(l.serve(ctx, k))
	return nil
}

func (l *live) serve(ctx context.Context, k *knowledge) *serving {
	k.warm(ctx)
	s := &serving{knowledge: k, bot: newBot(k, k.engine, l.bot)}
	s.users.Store(1)
	return s
}

// Handle implements [bot.Handler].
func (l *live) Handle(ctx context.Context, m bot.Message) bot.Reply {
	s := l.use()
	defer l.done(s)
	return s.bot.Handle(ctx, m)
}

// Suggest implements [bot.Suggester].
func (l *live) Suggest(typed string, limit int) []string {
	s := l.use()
	defer l.done(s)
	return s.bot.Suggest(typed, limit)
}

// Vote implements [bot.Voter].
func (l *live) Vote(ctx context.Context, p bot.Press) (said string, kept bool) {
	s := l.use()
	defer l.done(s)
	return s.bot.Vote(ctx, p)
}

// use returns the current generation, which stays open until done.
func (l *live) use() *serving {
	for {
		s := l.current.Load()
		for n := s.users.Load(); n > 0; n = s.users.Load() {
			if s.users.CompareAndSwap(n, n+1) {
				return s
			}
		}
		// It was closed between the two looks: the next one is there already.
	}
}

// done gives back what use returned. The last one closes it.
func (l *live) done(s *serving) {
	if s.users.Add(-1) > 0 {
		return
	}
	if err := s.close(); err != nil {
		l.logger.Warn("index not closed", "generation", s.generation, "error", err)
		return
	}
	l.logger.Debug("index closed", "generation", s.generation)
}

// watch takes up new generations until ctx ends. One that cannot be opened is
// tried again, and the one from before keeps answering.
func (l *live) watch(ctx context.Context) {
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	problem := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := l.reload(ctx)
		switch {
		case err == nil || errors.Is(err, context.Canceled):
			problem = ""
		case err.Error() != problem: // once, not every second
			problem = err.Error()
			l.logger.ErrorContext(ctx, "new reports not taken up", "error", err)
		}
	}
}

// reload takes up the current generation if it is not the one that answers.
func (l *live) reload(ctx context.Context) error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	name, err := l.generation()
	if err != nil || name == l.current.Load().generation {
		return err
	}
	k, err := l.open(ctx)
	if err != nil {
		return err
	}
	old := l.current.Swap(l.serve(ctx, k))
	l.done(old)
	l.logger.InfoContext(ctx, "new reports taken up", "generation", k.generation, "reports", len(k.index.Reports()))
	return nil
}

// reloadNow does so at once, and says what is served then.
func (l *live) reloadNow(ctx context.Context) (bot.Served, error) {
	before := l.use()
	defer l.done(before)
	if err := l.reload(ctx); err != nil {
		return bot.Served{}, fmt.Errorf("take up new reports: %w", err)
	}
	s := l.use()
	defer l.done(s)
	return bot.Served{
		Generation: s.generation, Reports: len(s.index.Reports()), Passages: len(s.index.Passages()), New: s.generation != before.generation,
	}, nil
}

// end closes the current generation. Nothing may be asked after it.
func (l *live) end() { l.done(l.current.Load()) }
