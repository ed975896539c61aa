package telegram

import (
	"context"
	"sync"
	"time"
)

// A window lets so many through in any span of time.
type window struct {
	most int
	span time.Duration
}

// What Telegram lets a bot send, each a little less than that, as what is sent
// evenly need not arrive so: in one chat about a message a second, where short
// bursts pass, in a group 20 a minute, in all about 30 a second. Edits count.
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
var (
	chatWindows  = []window{{4, 4200 * time.Millisecond}}
	groupWindows = []window{{4, 4200 * time.Millisecond}, {19, 61 * time.Second}}
	wholeWindows = []window{{28, 1050 * time.Millisecond}}
)

// mostPaced is for how many chats the pace remembers before it forgets those
// that have sent nothing for a while.
const mostPaced = 1000

// A pace holds messages back until Telegram takes them, so that it never has to
// say so. What other programs send with the same token it does not know.
type pace struct {
	mu    sync.Mutex
	whole *past
	chats map[int64]*past
}

// A past is when the last messages were let through, oldest first.
type past struct {
	windows []window
	times   []time.Time
}

func newPace() *pace {
	return &pace{whole: &past{windows: wholeWindows}, chats: make(map[int64]*past)}
}

// wait returns when a message may be sent to a chat, which counts as sent then.
// A nil pace holds nothing back.
func (p *pace) wait(ctx context.Context, chat int64, private bool) error {
	if p == nil {
		return nil
	}
	for {
		due := p.take(chat, private, time.Now())
		if due <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, due); err != nil {
			return err
		}
	}
}

// take counts a message, or returns how long it has to wait.
func (p *pace) take(chat int64, private bool, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.chats[chat]
	if c == nil {
		p.forget(now)
		c = &past{windows: groupWindows}
		if private {
			c.windows = chatWindows
		}
		p.chats[chat] = c
	}
	if due := max(c.due(now), p.whole.due(now)); due > 0 {
		return due
	}
	c.note(now)
	p.whole.note(now)
	return 0
}

// due is how long the next one has to wait.
func (p *past) due(now time.Time) time.Duration {
	var due time.Duration
	for _, w := range p.windows {
		if n := len(p.times); n >= w.most {
			due = max(due, p.times[n-w.most].Add(w.span).Sub(now))
		}
	}
	return due
}

// note keeps no more than the largest window needs.
func (p *past) note(now time.Time) {
	most := p.windows[len(p.windows)-1].most
	if len(p.times) >= most {
		p.times = append(p.times[:0], p.times[len(p.times)-most+1:]...)
	}
	p.times = append(p.times, now)
}

// forget drops the chats that may send again at once.
func (p *pace) forget(now time.Time) {
	if len(p.chats)%mostPaced != mostPaced-1 {
		return
	}
	for id, c := range p.chats {
		if last := c.windows[len(c.windows)-1]; now.Sub(c.times[len(c.times)-1]) > last.span {
			delete(p.chats, id)
		}
	}
}
