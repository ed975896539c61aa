package bottest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// A telegramQueue holds the updates that the bot has not confirmed.
type telegramQueue struct {
	updates  []telegramUpdate
	next     int      // id of the next update
	allowed  []string // as the last getUpdates that named it; nil: the default
	webhook  string
	poller   chan struct{}    // closed when a newer poll takes over
	repeated map[int]int      // offset to polls that returned the same updates at once
	again    int              // polls that are served confirmed updates once more
	old      []telegramUpdate // the last confirmed ones
}

type telegramUpdate struct {
	id   int
	kind string
	body map[string]any
}

// pollLimits: https://core.telegram.org/bots/api#getupdates, and for the
// longest wait https://github.com/tdlib/telegram-bot-api (it clamps to 50 s).
const (
	mostUpdates = 100
	longestPoll = 50 * time.Second
)

// push queues an update, unless the bot does not want its kind. The caller
// holds mu.
func (t *Telegram) push(kind string, content any) {
	if !t.queue.wants(kind) {
		return
	}
	u := telegramUpdate{id: t.queue.next, kind: kind}
	u.body = map[string]any{"update_id": u.id, kind: content}
	t.queue.next++
	t.queue.updates = append(t.queue.updates, u)
	t.wake()
}

func (q *telegramQueue) wants(kind string) bool {
	if len(q.allowed) == 0 {
		return kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
	}
	return slices.Contains(q.allowed, kind)
}

// confirm forgets the updates before offset.
func (q *telegramQueue) confirm(offset int) {
	keep := slices.IndexFunc(q.updates, func(u telegramUpdate) bool { return u.id >= offset })
	if keep < 0 {
		keep = len(q.updates)
	}
	q.old = append(q.old, q.updates[:keep]...)
	q.old = q.old[max(0, len(q.old)-mostUpdates):]
	q.updates = q.updates[keep:]
}

// Pending returns the ids of the updates that are not confirmed.
func (t *Telegram) Pending() []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []int
	for _, u := range t.queue.updates {
		ids = append(ids, u.id)
	}
	return ids
}

// Redeliver gives the last n confirmed updates to the next poll once more, as
// happens when a confirmation was lost.
func (t *Telegram) Redeliver(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue.again = min(n, len(t.queue.old))
	t.wake()
}

// SetWebhook says where updates are sent to instead of being polled; "" means
// nowhere. The server only refuses to be polled while it is set.
func (t *Telegram) SetWebhook(url string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue.webhook = url
}

// getUpdates is the long poll.
func (t *Telegram) getUpdates(ctx context.Context, form map[string]string) telegramAnswer {
	t.mu.Lock()
	if t.queue.webhook != "" {
		t.mu.Unlock()
		return refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	replaced := t.takeOver()
	var allowed []string
	if json.Unmarshal([]byte(form["allowed_updates"]), &allowed) == nil && allowed != nil {
		t.queue.allowed = allowed // absent or null keeps what was set before
	}
	offset, _ := strconv.Atoi(form["offset"])
	if offset > 0 {
		t.queue.confirm(offset)
	}
	t.mu.Unlock()

	seconds, _ := strconv.Atoi(form["timeout"])
	timeout := time.NewTimer(min(time.Duration(seconds)*time.Second, longestPoll))
	defer timeout.Stop()
	limit, _ := strconv.Atoi(form["limit"])
	return t.awaitUpdates(ctx, offset, limit, timeout.C, replaced)
}

// takeOver ends an older poll and returns what ends this one. The caller holds mu.
func (t *Telegram) takeOver() chan struct{} {
	if t.queue.poller != nil {
		close(t.queue.poller)
	}
	t.queue.poller = make(chan struct{})
	return t.queue.poller
}

// awaitUpdates returns updates as soon as there are some, none at the timeout.
func (t *Telegram) awaitUpdates(ctx context.Context, offset, limit int, timeout <-chan time.Time, replaced chan struct{}) telegramAnswer {
	defer t.leave(replaced)
	for {
		t.mu.Lock()
		batch := t.batch(offset, limit)
		changed := t.changed
		t.mu.Unlock()
		if len(batch) > 0 {
			return succeed(batch)
		}
		select {
		case <-changed:
		case <-timeout:
			return succeed([]any{})
		case <-ctx.Done():
			return succeed([]any{})
		case <-t.closed:
			return succeed([]any{})
		case <-replaced:
			return refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
		}
	}
}

// leave forgets a poll that has ended.
func (t *Telegram) leave(poller chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queue.poller == poller {
		t.queue.poller = nil
	}
}

// batch returns the updates of one answer, and notes a bot that polls the same
// ones over and over instead of confirming them. The caller holds mu.
func (t *Telegram) batch(offset, limit int) []map[string]any {
	if limit <= 0 || limit > mostUpdates {
		limit = mostUpdates
	}
	q := &t.queue
	send := append(slices.Clone(q.old[len(q.old)-min(q.again, len(q.old)):]), q.updates...)
	q.again = 0 // once is enough
	var out []map[string]any
	for _, u := range send[:min(limit, len(send))] {
		out = append(out, u.body)
	}
	if len(out) > 0 && offset > 0 {
		if q.repeated == nil {
			q.repeated = make(map[int]int)
		}
		if q.repeated[offset]++; q.repeated[offset] == 5 {
			t.finding("getUpdates: offset %d polled 5 times with updates waiting: they are never confirmed", offset)
		}
	}
	return out
}
