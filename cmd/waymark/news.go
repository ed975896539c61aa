package main

import (
	"context"
	"time"
	_ "time/tzdata" // time zones of subscriptions, where the machine has none: the image is empty

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// digestEvery is how often is looked at what digests are due.
const digestEvery = time.Minute

// A printed is the edition of one generation; its zero value is none.
type printed struct {
	done       bool
	generation string
	edition    rag.Edition
}

var _ bot.Newsroom = (*live)(nil)

// Edition implements [bot.Newsroom]: it is read off a generation once.
func (l *live) Edition(context.Context) (rag.Edition, error) {
	s := l.use()
	defer l.done(s)
	l.printing.Lock()
	defer l.printing.Unlock()
	if !l.printed.done || l.printed.generation != s.generation {
		l.printed = printed{true, s.generation, s.engine.Edition()}
	}
	return l.printed.edition, nil
}

// notifiers are the adapters by their platforms' names.
func notifiers(adapters []bot.Adapter) map[string]bot.Notifier {
	out := map[string]bot.Notifier{}
	for _, ad := range adapters {
		if n, ok := ad.(bot.Notifier); ok {
			out[ad.Name()] = n
		}
	}
	return out
}
