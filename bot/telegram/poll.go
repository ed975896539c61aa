package telegram

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

// remembered is how many updates are known as taken, to notice one that is
// delivered again: more than a poll ever returns.
const remembered = 1000

// shortest is how long a poll without result takes at least, should a server
// not wait as it was asked to.
const shortest = 500 * time.Millisecond

// poll receives updates and gives them to take, in order, until ctx ends, take
// returns an error, or going on is useless. It returns the id of the first update
// that is not taken.
//
// An update counts as confirmed to Telegram by the poll after it. By then it
// was taken: it is in the inbox, or in the queue, which finishes all it has
// taken. While take waits (the queue is full, the state cannot be written),
// nothing is polled and updates wait at Telegram, which keeps them for a day.
func (a *Adapter) poll(ctx context.Context, take func(context.Context, update) error) (int, error) {
	offset := 0
	seen := newRecent(remembered)
	retry := a.newRetry()
	for ctx.Err() == nil {
		began := time.Now()
		updates, err := a.getUpdates(ctx, offset, mostUpdates, a.config.Poll)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			if fatal := fatalError(err); fatal != nil {
				return offset, fatal
			}
			a.logPoll(ctx, err)
			a.retried(err)
			_ = retry.wait(ctx, err) // the loop looks at ctx
			continue
		case len(updates) == 0:
			_ = sleep(ctx, shortest-time.Since(began))
		default:
			retry.reset()
		}
		for _, u := range updates {
			if !seen.add(u.UpdateID) {
				a.logger.InfoContext(ctx, "update delivered again", "update", u.UpdateID)
			} else if err := take(ctx, u); err != nil {
				return offset, nil // asked to stop; it stays unconfirmed
			}
			offset = max(offset, u.UpdateID+1)
		}
	}
	return offset, nil
}

const mostUpdates = 100 // https://core.telegram.org/bots/api#getupdates

// getUpdates polls once. Messages and presses of buttons are asked for, by name: otherwise the
// setting of whoever polled before would stay.
func (a *Adapter) getUpdates(ctx context.Context, offset, limit int, wait time.Duration) ([]update, error) {
	params := tgbotapi.Params{
		"limit":           strconv.Itoa(limit),
		"timeout":         strconv.Itoa(int(wait.Seconds())),
		"allowed_updates": `["message","callback_query"]`,
	}
	params.AddNonZero("offset", offset)
	var updates []update
	err := a.try(ctx, wait+callTimeout, "getUpdates", params, &updates)
	return updates, err
}

func (a *Adapter) logPoll(ctx context.Context, err error) {
	var e *callError
	if errors.As(err, &e) && e.Code == http.StatusConflict {
		a.logger.WarnContext(ctx, "another program polls with the same token; only one may run", "error", err)
		return
	}
	a.logger.WarnContext(ctx, "poll failed", "error", err)
}

// heard reads what was said to the bot in an update; a press is dealt with at once.
func (a *Adapter) heard(ctx context.Context, u update) (bot.Message, bool) {
	if u.CallbackQuery != nil {
		a.press(ctx, u)
		return bot.Message{}, false
	}
	m, ok := a.read(u)
	if ok {
		a.reachable(u.Message.Chat.ID)
	}
	return m, ok
}

// take queues the answer to an update. An error means that it was not taken.
func (a *Adapter) take(ctx, sends context.Context, queue *bot.Queue, u update) error {
	m, ok := a.heard(ctx, u)
	if !ok {
		return nil
	}
	// Limits hold for a chat with all its topics, so order is kept for all of it.
	chat := strconv.FormatInt(u.Message.Chat.ID, 10)
	a.begin(u.UpdateID)
	received := time.Now()
	err := queue.AddWait(ctx, chat, func(ctx context.Context) {
		if a.answer(ctx, sends, u, m, received) {
			a.end(u.UpdateID)
		}
	})
	if errors.Is(err, bot.ErrBusy) {
		a.logger.WarnContext(ctx, "chat has too many messages waiting", "update", u.UpdateID)
		a.end(u.UpdateID)
		a.sayBusy(sends, queue, chat, u, m)
		return nil
	}
	if err != nil {
		a.end(u.UpdateID)
	}
	return err
}

// sayBusy tells a person that the chat is busy, once as long as that message
// waits: a notice for each of a hundred messages would be the next flood.
func (a *Adapter) sayBusy(sends context.Context, queue *bot.Queue, chat string, u update, m bot.Message) {
	key := m.Chat + " " + m.User
	if !a.setBusy(key, true) {
		return
	}
	err := queue.AddUrgent(chat, func(context.Context) {
		a.setBusy(key, false)
		a.deliver(sends, newTarget(u), bot.Busy(m))
	})
	if err != nil {
		a.setBusy(key, false)
	}
}

// finish answers what was taken, within the grace period, and then confirms it.
func (a *Adapter) finish(ctx context.Context, queue *bot.Queue, offset int) {
	ctx = context.WithoutCancel(ctx)
	grace, cancel := context.WithTimeout(ctx, a.config.Grace)
	defer cancel()
	if err := queue.Drain(grace); err != nil {
		a.logger.WarnContext(ctx, "answers cut short at the end", "error", err)
	}
	if offset = min(offset, a.firstUnfinished(offset)); offset == 0 {
		return
	}
	if _, err := a.getUpdates(ctx, offset, 1, 0); err != nil {
		a.logger.WarnContext(ctx, "last updates not confirmed, they may be answered again", "error", err)
	}
}

func (a *Adapter) begin(id int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unfinished[id] = true
}

func (a *Adapter) end(id int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.unfinished, id)
}

// firstUnfinished returns the lowest id that was taken and not answered, or end.
func (a *Adapter) firstUnfinished(end int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range a.unfinished {
		end = min(end, id)
	}
	return end
}

// setBusy reports whether it changed anything.
func (a *Adapter) setBusy(key string, busy bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy[key] == busy {
		return false
	}
	if busy {
		if len(a.busy) >= mostUnreachable {
			clear(a.busy)
		}
		a.busy[key] = true
	} else {
		delete(a.busy, key)
	}
	return true
}

// recent knows the last ids that were added to it.
type recent struct {
	ids  map[int]bool
	ring []int
	next int
}

func newRecent(n int) *recent { return &recent{ids: make(map[int]bool, n), ring: make([]int, n)} }

// add reports whether id is new.
func (r *recent) add(id int) bool {
	if r.ids[id] {
		return false
	}
	delete(r.ids, r.ring[r.next])
	r.ids[id], r.ring[r.next] = true, id
	r.next = (r.next + 1) % len(r.ring)
	return true
}
