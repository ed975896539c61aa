package bottest

import (
	"context"
	"errors"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A Feedback keeps answers and votes in memory. The zero value is ready for use.
type Feedback struct {
	mu    sync.Mutex
	given map[string]bot.Given
	votes map[string]bot.Vote // by answer and person
	fails bool
}

var _ bot.Feedback = (*Feedback)(nil)

// errFeedback holds what nobody in a chat may see.
var errFeedback = errors.New("write /srv/private/state.db: disk full")

// Give implements bot.Feedback.
func (f *Feedback) Give(_ context.Context, g bot.Given) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.given == nil {
		f.given, f.votes = map[string]bot.Given{}, map[string]bot.Vote{}
	}
	f.given[g.ID] = g
	return nil
}

// Vote implements bot.Feedback.
func (f *Feedback) Vote(_ context.Context, v bot.Vote) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.given[v.Answer]; !ok {
		return bot.ErrNoAnswer
	}
	if f.fails {
		return errFeedback
	}
	key := v.Answer + " " + v.Platform + "/" + v.User
	if before := f.votes[key]; v.Reason == "" && before.Up == v.Up {
		v.Reason = before.Reason
	}
	f.votes[key] = v
	return nil
}

// Ratings implements bot.Feedback, in no order and without times.
func (f *Feedback) Ratings(context.Context, time.Time) iter.Seq2[bot.Rating, error] {
	return func(yield func(bot.Rating, error) bool) {
		for _, v := range f.Votes() {
			f.mu.Lock()
			r := bot.Rating{Given: f.given[v.Answer], Up: v.Up, Reason: v.Reason}
			f.mu.Unlock()
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Votes returns the votes that are kept, by answer and person.
func (f *Feedback) Votes() map[string]bot.Vote {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.votes)
}

// Lose forgets every answer, as when its time is over.
func (f *Feedback) Lose() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.given = map[string]bot.Given{}
}

// Fail makes every vote fail from now on.
func (f *Feedback) Fail() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = true
}
