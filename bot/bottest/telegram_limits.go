package bottest

import (
	"math"
	"time"
)

// What Telegram lets a bot send: about a message a second to one chat, where
// short bursts pass, 20 a minute to a group, about 30 a second in all. Edits
// count like messages. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
const (
	telegramBurst    = 5  // messages to one chat, of which one a second comes back
	telegramGroup    = 20 // a minute
	telegramTogether = 30 // a second
)

// telegramSent is when messages were taken, oldest first.
type telegramSent struct {
	all   []time.Time
	chats map[int64][]time.Time
}

// overLimit counts a message or an edit, or refuses it. The caller holds mu.
func (t *Telegram) overLimit(method string, form map[string]string) *telegramAnswer {
	chat := t.chats[chatParam(form)]
	if !t.options.Limits || chat == nil || method != "sendMessage" && method != "editMessageText" {
		return nil
	}
	if t.sent.chats == nil {
		t.sent.chats = make(map[int64][]time.Time)
	}
	now, here := time.Now(), t.sent.chats[chat.info.ID]
	wait := max(overWindow(t.sent.all, telegramTogether, time.Second, now), overBurst(here, now))
	if chat.info.Type != "private" {
		wait = max(wait, overWindow(here, telegramGroup, time.Minute, now))
	}
	if wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		refused := refuse(429, "Too Many Requests: retry after %d", seconds)
		refused.retryAfter = seconds
		return &refused
	}
	t.sent.all = append(t.sent.all[max(0, len(t.sent.all)-telegramTogether):], now)
	t.sent.chats[chat.info.ID] = append(here[max(0, len(here)-telegramGroup-telegramBurst):], now)
	return nil
}

// overWindow is how long to wait until fewer than most lie within span.
func overWindow(sent []time.Time, most int, span time.Duration, now time.Time) time.Duration {
	if len(sent) < most {
		return 0
	}
	return span - now.Sub(sent[len(sent)-most])
}

// overBurst is how long to wait until the bucket of a chat holds a message.
func overBurst(sent []time.Time, now time.Time) time.Duration {
	left, last := float64(telegramBurst), now
	for i, at := range sent {
		if i > 0 {
			left = min(telegramBurst, left+at.Sub(last).Seconds())
		}
		left, last = left-1, at
	}
	left = min(telegramBurst, left+now.Sub(last).Seconds())
	return time.Duration((1 - left) * float64(time.Second))
}
