package bottest

import (
	"strconv"
	"time"
)

// A TelegramDraft is what a private chat was shown of a message that was still
// being written: https://core.telegram.org/bots/api#sendmessagedraft
type TelegramDraft struct {
	Chat   int64
	Thread int
	ID     int
	Text   string // as a reader sees it
	At     time.Time
}

// Drafts returns the drafts that c was shown, oldest first.
func (t *Telegram) Drafts(c TelegramChat) []TelegramDraft {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []TelegramDraft
	for _, d := range t.drafts {
		if d.Chat == c.ID {
			out = append(out, d)
		}
	}
	return out
}

// sendMessageDraft shows a draft: in private chats only, under an id that is
// not 0. One after the message that it was the draft of is a finding: it would
// stand below the answer for 30 s.
func (t *Telegram) sendMessageDraft(form map[string]string) telegramAnswer {
	text, _, refused := t.format(form)
	if refused != nil {
		return *refused
	}
	chat, refused := t.target(form)
	if refused != nil {
		return *refused
	}
	d := TelegramDraft{Chat: chat.info.ID, Text: text, At: time.Now()}
	d.ID, _ = strconv.Atoi(form["draft_id"])
	d.Thread, _ = strconv.Atoi(form["message_thread_id"])
	switch {
	case chat.info.Type != "private":
		t.finding("sendMessageDraft: to a %s, which has no drafts", chat.info.Type)
		return refuse(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
	case d.ID == 0:
		t.finding("sendMessageDraft: draft_id is %q", form["draft_id"])
		return refuse(400, "Bad Request: RANDOM_ID_INVALID")
	}
	t.checkAlone("sendMessageDraft", form)
	for _, before := range t.drafts {
		if before.Chat == d.Chat && before.ID == d.ID && before.At.Before(chat.answered[d.Thread]) {
			t.finding("sendMessageDraft: draft %d after the message itself", d.ID)
		}
	}
	t.drafts = append(t.drafts, d)
	return succeed(true)
}
