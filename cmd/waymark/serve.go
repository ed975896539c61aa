package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

type serveCommand struct{}

// Help says how a bot gets its token.
func (*serveCommand) Help() string {
	return "Runs the bot on each platform whose token is set, until SIGINT or SIGTERM; messages under way are finished first. " +
		"Reports that are ingested meanwhile are taken up without a restart."
}

// errNoPlatform says that there is nothing to serve.
var errNoPlatform = errors.New("no platform is configured")

// Run serves all configured platforms until ctx ends, and then ends in time.
func (*serveCommand) Run(ctx context.Context, a *app) error {
	return stopWithin(ctx, time.Duration(a.settings.StopWithin), func() error { return a.serve(ctx) })
}

// serve serves all configured platforms until ctx ends.
func (a *app) serve(ctx context.Context) error {
	m, err := a.models()
	if err != nil {
		return err
	}
	state, err := a.openState(ctx)
	if err != nil {
		return err
	}
	if state != nil {
		defer a.closeState(state)
	}
	l := &live{
		open:       func(ctx context.Context) (*knowledge, error) { return a.know(ctx, m) },
		generation: a.generation,
		bot:        a.botConfig(state),
		logger:     a.logger,
	}
	seen := newMeters(a.platforms()...)
	a.monitor, l.bot.Observer = seen, seen
	adapters, err := a.adapters(l, state)
	if err != nil {
		return err
	}
	all := chores(state)
	if state != nil {
		desk, digests := a.news(state, l, notifiers(adapters))
		l.bot.News, all = desk, append(all, digests)
	}
	if len(adapters) == 0 {
		return hintf(errNoPlatform, "set WAYMARK_TELEGRAM_TOKEN (from @BotFather) or WAYMARK_DISCORD_TOKEN (developer portal, Bot), or both; `waymark chat` needs neither")
	}
	unlisten, err := a.show(ctx, seen, l, state)
	if err != nil {
		return err
	}
	defer unlisten()
	if err := l.start(ctx); err != nil {
		return err
	}
	defer l.end()
	a.logger.InfoContext(ctx, "serving", "version", version(), "generation", l.current.Load().generation,
		"reports", len(l.current.Load().index.Reports()))
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { l.watch(watching) })
	if state != nil {
		watch.Go(func() {
			if err := state.Chores(watching, all...); err != nil && watching.Err() == nil {
				a.logger.ErrorContext(ctx, "chores ended, what is past its time is not deleted", "error", err)
			}
		})
	}
	err = a.runAll(ctx, adapters)
	stop()
	watch.Wait()
	a.logger.InfoContext(ctx, "stopped")
	return err
}

// runAll runs the adapters side by side. One that cannot go on does not end the
// others.
func (a *app) runAll(ctx context.Context, adapters []bot.Adapter) error {
	defer context.AfterFunc(ctx, func() { a.logger.InfoContext(ctx, "stopping, messages under way are finished first") })()
	errs := make([]error, len(adapters))
	var running sync.WaitGroup
	for i, ad := range adapters {
		running.Go(func() {
			if err := ad.Run(ctx); err != nil {
				errs[i] = fmt.Errorf("serve %s: %w", ad.Name(), err)
				a.logger.ErrorContext(ctx, "platform ended", "platform", ad.Name(), "error", err)
			}
			a.monitor.Linked(ad.Name(), false)
		})
	}
	running.Wait()
	return errors.Join(errs...)
}
