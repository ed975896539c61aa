package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

// A letter is what the inbox keeps of an update: what was said, and where the
// reply goes.
type letter struct {
	Message bot.Message `json:"message"`
	Chat    int64       `json:"chat"`
	Topic   int         `json:"topic,omitempty"`
	ReplyTo int         `json:"reply_to,omitempty"`
	Update  int         `json:"update"`
	Taken   time.Time   `json:"taken"` // when a program received it
}

func newLetter(u update, m bot.Message) letter {
	t := newTarget(u)
	return letter{Message: m, Chat: t.chat, Topic: t.topic, ReplyTo: t.replyTo, Update: t.update, Taken: time.Now()}
}

func (l letter) target() *target {
	return &target{chat: l.Chat, topic: l.Topic, replyTo: l.ReplyTo, update: l.Update, private: l.Message.Private, received: l.Taken}
}

// runStored serves out of the state: this program's workers answer what any
// program has put into the inbox, and one program at a time polls.
func (a *Adapter) runStored(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	workers := bot.Workers{
		Work: a.config.Mail, Lease: a.config.Mail, Platforms: []string{Name}, Handle: a.work,
		Number: a.config.Queue.Workers, Renew: renew, Grace: a.config.Grace, Logger: a.logger,
	}
	var working sync.WaitGroup
	working.Go(func() { workers.Run(ctx) })
	err := a.pollAlone(ctx)
	stop()
	working.Wait()
	return err
}

// renew is how often a task is held on to. Leases last several times as long.
const renew = 3 * time.Second

// pollAlone polls while no other program does: Telegram ends one of two polls
// with the same token, and which one nobody can tell.
func (a *Adapter) pollAlone(ctx context.Context) error {
	retry := a.newRetry()
	for ctx.Err() == nil {
		held, release, err := a.config.Mail.Lock(ctx, Name+"/poll/"+strconv.FormatInt(a.self.ID, 10))
		if err != nil {
			if ctx.Err() == nil {
				a.logger.ErrorContext(ctx, "no turn to poll", "error", err)
			}
			_ = retry.wait(ctx, err)
			continue
		}
		retry.reset()
		a.logger.InfoContext(ctx, "polling")
		offset, err := a.poll(held, a.put)
		if held.Err() == nil || ctx.Err() != nil {
			a.confirm(ctx, offset)
		}
		release()
		if err != nil {
			return err
		}
	}
	return nil
}

// confirm tells Telegram what is kept, so that it is not delivered again.
func (a *Adapter) confirm(ctx context.Context, offset int) {
	if offset == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	if _, err := a.getUpdates(ctx, offset, 1, 0); err != nil {
		a.logger.WarnContext(ctx, "last updates not confirmed, they are delivered again", "error", err)
	}
}

// put keeps an update in the inbox. Where that cannot be it tries until ctx
// ends; an error means that the update is not kept.
func (a *Adapter) put(ctx context.Context, u update) error {
	m, ok := a.heard(ctx, u)
	if !ok {
		return nil
	}
	payload, err := json.Marshal(newLetter(u, m))
	if err != nil {
		a.logger.ErrorContext(ctx, "update left out, it cannot be kept", "update", u.UpdateID, "error", err)
		return nil
	}
	e := bot.Event{
		Platform: Name, ID: strconv.FormatInt(a.self.ID, 10) + "/" + m.ID, User: m.User, Payload: payload, Received: u.Message.Time(),
		Lane: strconv.FormatInt(u.Message.Chat.ID, 10), // limits hold for a chat with all its topics, so order is kept for all of it
	}
	for retry := a.newRetry(); ; {
		_, err := a.config.Mail.Put(ctx, e)
		switch {
		case err == nil:
			a.setBusy(busyKey(m), false)
			return nil
		case errors.Is(err, bot.ErrBusy):
			a.logger.WarnContext(ctx, "chat has too many messages waiting", "update", u.UpdateID)
			a.sayBusyOnce(ctx, u, m)
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		}
		a.logger.ErrorContext(ctx, "update not kept, trying again", "update", u.UpdateID, "error", err)
		if retry.wait(ctx, err) != nil {
			return ctx.Err()
		}
	}
}

func busyKey(m bot.Message) string { return m.Chat + " " + m.User }

// sayBusyOnce tells a person that too much waits, once until a message of
// theirs is taken again.
func (a *Adapter) sayBusyOnce(ctx context.Context, u update, m bot.Message) {
	if !a.setBusy(busyKey(m), true) {
		return
	}
	a.aside.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		a.deliver(ctx, newTarget(u), bot.Busy(m))
	})
}

// work answers one task.
func (a *Adapter) work(ctx context.Context, t bot.Task) error {
	var l letter
	if err := json.Unmarshal(t.Payload, &l); err != nil {
		return fmt.Errorf("decode update: %w: %w", bot.ErrFinal, err)
	}
	to := l.target()
	l.Message.Retried = t.Taken > 1
	reply, err := bot.KeepReply(ctx, a.config.Mail, t, a.config.Late, func() bot.Reply {
		defer a.typing(ctx, *to)()
		return a.handle(ctx, l.Message, *to)
	})
	if errors.Is(err, bot.ErrLost) && l.Message.Command == bot.CommandForget && len(reply.Lines) > 0 {
		a.deliver(ctx, to, reply) // the task was forgotten with all the rest
		return nil
	}
	if err != nil || reply.Silent {
		return err
	}
	return a.deliverOnce(ctx, t, to, reply)
}

// deliverOnce sends what is not sent yet of the reply to t. An error is for the
// next worker to do better.
func (a *Adapter) deliverOnce(ctx context.Context, t bot.Task, to *target, r bot.Reply) error {
	parts := bot.Split(r, newMarkup(r), mostUnits)
	if len(parts) == 0 {
		return fmt.Errorf("send reply: %w: it is empty", bot.ErrFinal)
	}
	for n, part := range parts {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if to.keyboard = ""; n == len(parts)-1 {
			to.keyboard = ballotKeyboard(r.Ballot, r.Language, false)
		}
		if err := a.sendOnce(ctx, t, to, n, part); err != nil {
			return a.undelivered(ctx, t, to, err)
		}
		to.replyTo = 0 // the other parts follow the first
	}
	a.delivered(to)
	return nil
}

// undelivered says what is to become of a task whose reply was not delivered.
func (a *Adapter) undelivered(ctx context.Context, t bot.Task, to *target, err error) error {
	var e *callError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case a.isUnreachable(to.chat):
		a.logger.InfoContext(ctx, "chat refuses the bot", "update", to.update, "error", err)
		return nil // there is nobody to tell
	case errors.As(err, &e) && e.Code >= http.StatusBadRequest && e.Code < http.StatusInternalServerError && e.Code != http.StatusTooManyRequests:
		return fmt.Errorf("%w: %w", bot.ErrFinal, err)
	}
	return err
}

// sendOnce shows one rendered part once, whatever happened before: a message
// that says nothing yet is sent and its id kept, then it is edited to the part,
// which can be done any number of times.
func (a *Adapter) sendOnce(ctx context.Context, t bot.Task, to *target, n int, part string) error {
	ctx, end := bot.Finish(ctx, linger)
	defer end()
	id, err := a.placed(ctx, t, to, n)
	if err != nil {
		return err
	}
	chat := to.chat
	err = a.edit(ctx, to, id, part, "HTML")
	if to.chat != chat { // a group that became a supergroup has left its messages behind
		if id, err = a.place(ctx, t, to, n); err == nil {
			err = a.edit(ctx, to, id, part, "HTML")
		}
	}
	var e *callError
	switch {
	case !errors.As(err, &e) || e.Code != http.StatusBadRequest:
		return err
	case e.says(e.Code, "Bad Request: message to edit not found"):
		a.logger.InfoContext(ctx, "a message was deleted before it was written", "update", to.update)
		return nil
	}
	a.logger.WarnContext(ctx, "markup refused, sent as plain text", "update", to.update, "error", err)
	return a.plainOnce(ctx, t, to, n, id, plain(part))
}

// overflow is where the numbers begin of the further messages that a part needs
// when its markup is refused. No reply has so many parts.
const overflow = 1000

// plainOnce shows part n without markup, beginning with its own message.
func (a *Adapter) plainOnce(ctx context.Context, t bot.Task, to *target, n, id int, texts []string) error {
	keys := to.keyboard
	for i, text := range texts {
		if to.keyboard = ""; i == len(texts)-1 {
			to.keyboard = keys
		}
		if i > 0 {
			var err error
			if id, err = a.placed(ctx, t, to, overflow*(n+1)+i); err != nil {
				return err
			}
		}
		if err := a.edit(ctx, to, id, text, ""); err != nil {
			return err
		}
	}
	return nil
}

// placed returns the id of the message of part n, which it sends if none is known.
func (a *Adapter) placed(ctx context.Context, t bot.Task, to *target, n int) (id int, err error) {
	mark, err := a.config.Mail.Sending(ctx, t, n)
	if err != nil {
		return 0, err
	}
	if mark.State != bot.PartSent {
		return a.place(ctx, t, to, n)
	}
	if _, err := fmt.Sscanf(mark.Message, markForm, &to.chat, &id); err != nil {
		return 0, fmt.Errorf("read mark of part %d: %w: %w", n, bot.ErrFinal, err)
	}
	return id, nil
}

// markForm is a chat, which may have become another one since the question, and
// the id of a message in it.
const markForm = "%d/%d"

// place sends the placeholder of part n and keeps its id.
func (a *Adapter) place(ctx context.Context, t bot.Task, to *target, n int) (id int, err error) {
	keys := to.keyboard
	defer func() { to.keyboard = keys }()
	to.keyboard = "" // that comes with the words
	if id, err = a.send(ctx, to, bot.Placeholder, ""); err != nil {
		return 0, err
	}
	return id, a.config.Mail.Sent(ctx, t, n, fmt.Sprintf(markForm, to.chat, id))
}

// edit changes a message of ours. That it stands there already is success.
func (a *Adapter) edit(ctx context.Context, to *target, id int, text, mode string) error {
	p := tgbotapi.Params{"message_id": strconv.Itoa(id), "text": text, "link_preview_options": noPreview}
	p.AddNonEmpty("parse_mode", mode)
	p.AddNonEmpty("reply_markup", to.keyboard)
	_, err := a.insist(ctx, to, "editMessageText", func() tgbotapi.Params {
		p["chat_id"] = strconv.FormatInt(to.chat, 10)
		return p
	})
	var e *callError
	if errors.As(err, &e) && e.says(http.StatusBadRequest, "Bad Request: message is not modified") {
		return nil
	}
	return err
}
