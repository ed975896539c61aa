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

const (
	typingDelay = 200 * time.Millisecond // an answer that comes faster needs no notice
	mostTries   = 20                     // of one message, some minutes in all; waits that the server asks for do not count
	mostTasked  = 5                      // the same where the inbox tries again
	mostDoubts  = 3                      // of these, tries that may have succeeded: each may be one message too many
)

// A target is where a reply goes. It changes while sending: a topic that is
// gone, a group that became a supergroup.
type target struct {
	chat    int64
	topic   int // 0: none
	replyTo int // 0: none
	update  int // for the log, which names no chat and no person
	private bool

	received time.Time // what is replied to; zero where the monitor is not told of the reply

	keyboard string // below the next message, as JSON; "" for none
}

// newTarget replies to the message in a group, where others talk too.
func newTarget(u update) *target {
	t := &target{chat: u.Message.Chat.ID, topic: u.Message.topic(), update: u.UpdateID, private: u.Message.Chat.Type == "private"}
	if !t.private {
		t.replyTo = u.Message.MessageID
	}
	return t
}

// answer handles one message under ctx and delivers the reply under sends. It
// reports whether the message is done with: answered, or not to be answered.
func (a *Adapter) answer(ctx, sends context.Context, u update, m bot.Message, received time.Time) bool {
	t := newTarget(u)
	t.received = received
	stopTyping := a.typing(ctx, *t)
	reply := a.handle(ctx, m, *t)
	stopTyping()
	return a.deliver(sends, t, reply)
}

// handle asks the handler, in turn with the others, and shows what it writes
// where that is possible.
func (a *Adapter) handle(ctx context.Context, m bot.Message, t target) bot.Reply {
	a.answering <- struct{}{}
	defer func() { <-a.answering }()
	if drafts := a.drafts(ctx, t); drafts != nil {
		defer drafts.Done()
		m.Show = drafts.Show
	}
	m.Admin = a.adminOf(m)
	return a.config.Handler.Handle(ctx, m)
}

// typing shows that the bot is at work until the returned function is called.
func (a *Adapter) typing(ctx context.Context, t target) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		params := t.params()
		params["action"] = "typing"
		for pause := typingDelay; sleep(ctx, pause) == nil; pause = a.config.Typing {
			if err := a.try(ctx, callTimeout, "sendChatAction", params, nil); err != nil {
				return // a notice is not worth a second try
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// deliver sends a reply in as many messages as it needs. It reports false only
// when a later try could still succeed.
func (a *Adapter) deliver(ctx context.Context, t *target, r bot.Reply) bool {
	if r.Silent {
		return true
	}
	_, err := a.sendAll(ctx, t, r, ballotKeyboard(r.Ballot, r.Language, false))
	switch {
	case err == nil:
		a.delivered(t)
		return true
	case ctx.Err() != nil:
		a.logger.ErrorContext(ctx, "reply not delivered before the end", "update", t.update, "error", err)
		return false
	case a.isUnreachable(t.chat):
		a.logger.InfoContext(ctx, "chat refuses the bot", "update", t.update, "error", err)
		return true
	}
	failed, ref := bot.Failed(r.Language)
	a.logger.ErrorContext(ctx, "reply not delivered", "update", t.update, "ref", ref, "error", err)
	if _, err := a.sendAll(ctx, t, failed, ""); err != nil {
		a.logger.ErrorContext(ctx, "not even the apology was delivered", "ref", ref, "error", err)
	}
	return ctx.Err() == nil
}

// sendAll sends the messages of a reply, one after another, with a keyboard
// below the last. It returns how many were sent.
func (a *Adapter) sendAll(ctx context.Context, t *target, r bot.Reply, keyboard string) (sent int, err error) {
	parts := bot.Split(r, newMarkup(r), mostUnits)
	if len(parts) == 0 {
		return 0, errors.New("the reply is empty")
	}
	for i, part := range parts {
		if t.keyboard = ""; i == len(parts)-1 {
			t.keyboard = keyboard
		}
		if err := a.sendPart(ctx, t, part); err != nil {
			return i, err
		}
		t.replyTo = 0 // the other parts follow the first
	}
	return len(parts), nil
}

// sendPart sends one rendered message; without markup where that is refused.
func (a *Adapter) sendPart(ctx context.Context, t *target, part string) error {
	_, err := a.send(ctx, t, part, "HTML")
	var e *callError
	if !errors.As(err, &e) || e.Code != http.StatusBadRequest || e.says(e.Code, "Bad Request: chat not found") {
		return err
	}
	a.logger.WarnContext(ctx, "markup refused, sent as plain text", "update", t.update, "error", err)
	texts, keys := plain(part), t.keyboard
	for i, text := range texts {
		if t.keyboard = ""; i == len(texts)-1 {
			t.keyboard = keys
		}
		if _, err := a.send(ctx, t, text, ""); err != nil {
			return err
		}
	}
	return nil
}

// send sends one message and returns its id.
func (a *Adapter) send(ctx context.Context, t *target, text, mode string) (id int, err error) {
	return a.insist(ctx, t, "sendMessage", func() tgbotapi.Params { return t.message(text, mode) })
}

// insist makes a call about a message until it is accepted or it is clear that
// it never will be. It returns the message's id.
func (a *Adapter) insist(ctx context.Context, t *target, method string, params func() tgbotapi.Params) (id int, err error) {
	retry, doubts, tries := a.newRetry(), 0, mostTries
	if a.config.Mail != nil {
		tries = mostTasked
	}
	for {
		if a.isUnreachable(t.chat) {
			return 0, errUnreachable
		}
		if err := a.pace.wait(ctx, t.chat, t.private); err != nil {
			return 0, err
		}
		var sent struct {
			ID int `json:"message_id"`
		}
		chat := t.chat
		err := a.try(ctx, callTimeout, method, params(), &sent)
		if err == nil {
			return sent.ID, nil
		}
		again, now := a.react(ctx, t, err)
		if isDoubtful(err) {
			doubts++
		}
		edited := t.chat != chat && method == "editMessageText" // there it is another message
		if !again || edited || ctx.Err() != nil || retry.tries >= tries || doubts >= mostDoubts {
			return 0, err
		}
		a.retried(err)
		switch {
		case now:
			retry.tries++
		case retry.wait(ctx, err) != nil:
			return 0, err
		}
	}
}

var errUnreachable = errors.New("the chat refuses messages of the bot")

// react decides on an error of a send: whether to try again, and whether at
// once. It changes t where that is the cure.
func (a *Adapter) react(ctx context.Context, t *target, err error) (again, now bool) {
	var e *callError
	if !errors.As(err, &e) {
		return false, false
	}
	switch {
	case e.Code == http.StatusTooManyRequests:
		a.logger.WarnContext(ctx, "told to wait", "update", t.update, "seconds", e.RetryAfter.Seconds())
		return true, false
	case e.Migrate != 0:
		t.chat, t.replyTo, t.topic = e.Migrate, 0, 0
		return true, true
	case e.says(http.StatusBadRequest, "Bad Request: message thread not found") && t.topic != 0:
		t.topic = 0
		return true, true
	case e.Code == http.StatusForbidden:
		a.setUnreachable(t.chat)
		return false, false
	case isDoubtful(err):
		a.logger.WarnContext(ctx, "no answer to a message sent, it may arrive twice", "update", t.update, "error", err)
		return true, false
	case e.Unsent, e.Code >= http.StatusInternalServerError:
		a.logger.WarnContext(ctx, "message not sent, trying again", "update", t.update, "error", err)
		return true, false
	}
	return false, false
}

// params names the chat and the topic.
func (t *target) params() tgbotapi.Params {
	p := tgbotapi.Params{"chat_id": strconv.FormatInt(t.chat, 10)}
	p.AddNonZero("message_thread_id", t.topic)
	return p
}

// message returns the parameters of sendMessage: modern ones only, see
// https://core.telegram.org/bots/api#sendmessage .
func (t *target) message(text, mode string) tgbotapi.Params {
	p := t.params()
	p["text"] = text
	p.AddNonEmpty("parse_mode", mode)
	p["link_preview_options"] = noPreview
	p.AddNonEmpty("reply_markup", t.keyboard)
	if t.replyTo != 0 {
		p["reply_parameters"] = `{"message_id":` + strconv.Itoa(t.replyTo) + `,"allow_sending_without_reply":true}`
	}
	return p
}

const noPreview = `{"is_disabled":true}`

// mostUnreachable bounds what is remembered of chats that refused the bot.
const mostUnreachable = 10_000

func (a *Adapter) setUnreachable(chat int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.unreachable) >= mostUnreachable {
		clear(a.unreachable)
	}
	a.unreachable[chat] = true
}

// reachable forgets a refusal: who writes to the bot wants to hear from it.
func (a *Adapter) reachable(chat int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.unreachable, chat)
}

func (a *Adapter) isUnreachable(chat int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unreachable[chat]
}
