package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// A letter is what the inbox keeps of a message or a slash command. The token of
// a command expires by itself, 15 minutes after it; the inbox drops it with all
// the rest when the command is answered.
type letter struct {
	Message     bot.Message `json:"message"`
	Asker       *asker      `json:"asker,omitempty"`
	Application string      `json:"application,omitempty"` // of a slash command, like the token
	Token       string      `json:"token,omitempty"`
}

// interaction is what a slash command is answered through, nil for a message.
func (l letter) interaction() *discordgo.Interaction {
	if l.Token == "" {
		return nil
	}
	return &discordgo.Interaction{ID: l.Message.ID, AppID: l.Application, Token: l.Token}
}

const (
	keepWithin  = 2 * time.Second // to put an event into the inbox: the gateway waits, and so does a command
	replyWithin = time.Minute     // for one part; then the inbox tries again
	renew       = 3 * time.Second // how often a task is held on to; leases last several times as long
)

// workers answer what is in the inbox.
func (in *intake) workers() bot.Workers {
	return bot.Workers{
		Work: in.config.Mail, Lease: in.config.Mail, Platforms: []string{Name}, Handle: in.work,
		Number: in.config.Queue.Workers, Renew: renew, Grace: in.config.Timing.Grace, Logger: in.logger,
	}
}

// put keeps an event in the inbox.
func (in *intake) put(ctx context.Context, l letter) (fresh bool, err error) {
	payload, err := json.Marshal(l)
	if err != nil {
		return false, fmt.Errorf("encode event: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	m := l.Message
	return in.config.Mail.Put(ctx, bot.Event{
		Platform: Name, ID: m.ID, Lane: in.lane(m), User: m.User, Payload: payload, Received: in.config.Now(),
	})
}

// lane names whose messages are answered in order: those of one person in one
// channel, as an answer may take long and nobody is to wait for a stranger's; or
// of all in it, where they talk to the bot together.
func (in *intake) lane(m bot.Message) string {
	if in.config.SharedTalks && !m.Private {
		return m.Chat
	}
	return lane(m)
}

// keepMessage puts a message into the inbox before the next event is handled.
// Discord does not send it again, so where that cannot be the person is told.
func (in *intake) keepMessage(ctx context.Context, l letter) {
	m := l.Message
	_, err := in.put(ctx, l)
	switch {
	case err == nil:
		in.notBusy(m)
	case errors.Is(err, bot.ErrBusy):
		in.sayBusy(ctx, m)
	case ctx.Err() == nil:
		sorry, ref := bot.Failed(bot.LanguageOf(m.Text, m.Locale))
		in.logger.ErrorContext(ctx, "message not kept", "ref", ref, "error", err)
		in.do(ctx, "sorry", func() {
			ctx, cancel := context.WithTimeout(ctx, busyWithin)
			defer cancel()
			for n, body := range answerBodies(sorry) {
				if err := in.say(ctx, m, n, body); err != nil {
					in.logger.WarnContext(ctx, "notice not sent", "ref", ref, "error", err)
				}
			}
		})
	}
}

// keepCommand puts a slash command into the inbox and then acknowledges it. Of
// several programs that Discord has told of it one does.
func (in *intake) keepCommand(ctx, sends context.Context, i *discordgo.Interaction, l letter) {
	acknowledged := in.acks.expect(i.ID)
	m := l.Message
	l.Application, l.Token = i.AppID, i.Token
	fresh, err := in.put(ctx, l)
	if err == nil && fresh {
		in.tasks.Go(func() {
			err := in.acknowledge(sends, i)
			if err != nil && !errors.Is(err, errTaken) {
				in.logger.WarnContext(sends, "interaction not acknowledged", "error", err)
			}
			acknowledged()
		})
		return
	}
	acknowledged()
	switch {
	case err == nil: // another program's, or it came twice
	case errors.Is(err, bot.ErrBusy):
		in.do(ctx, "busy command", func() { in.refuse(ctx, i, bot.Busy(m)) })
	case ctx.Err() == nil:
		sorry, ref := bot.Failed(bot.LanguageOf(m.Text, m.Locale))
		in.logger.ErrorContext(ctx, "command not kept", "ref", ref, "error", err)
		in.do(ctx, "sorry", func() { in.refuse(ctx, i, sorry) })
	}
}

// acks are the acknowledgements under way: an answer waits for its own.
type acks struct {
	mu      sync.Mutex
	pending map[string]chan struct{}
}

// expect says that an interaction is about to be acknowledged, until done.
func (a *acks) expect(id string) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending == nil {
		a.pending = make(map[string]chan struct{})
	}
	if _, there := a.pending[id]; there { // it came twice at once
		return func() {}
	}
	acknowledged := make(chan struct{})
	a.pending[id] = acknowledged
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.pending, id)
		close(acknowledged)
	}
}

// wait waits for the acknowledgement of an interaction, if there is one to come here.
func (a *acks) wait(ctx context.Context, id string) (here bool) {
	a.mu.Lock()
	acknowledged := a.pending[id]
	a.mu.Unlock()
	if acknowledged == nil {
		return false
	}
	select {
	case <-acknowledged:
	case <-ctx.Done():
	}
	return true
}

// A task is one that this program works on.
type task struct {
	bot.Task
	message bot.Message
	command bool                   // it came as a slash command
	through *discordgo.Interaction // nil once it is over, and for a message
}

// work answers one task.
func (in *intake) work(ctx context.Context, t bot.Task) error {
	var l letter
	if err := json.Unmarshal(t.Payload, &l); err != nil {
		return fmt.Errorf("decode event: %w: %w", bot.ErrFinal, err)
	}
	l.Message.Admin, l.Message.Retried = in.adminOf(l.Message, l.Asker), t.Taken > 1
	w := &task{Task: t, message: l.Message, command: l.Token != "", through: l.interaction()}
	in.open(ctx, w)
	reply, err := bot.KeepReply(ctx, in.config.Mail, t, in.config.Late, func() bot.Reply { return in.reply(ctx, w) })
	forgotten := errors.Is(err, bot.ErrLost) && l.Message.Command == bot.CommandForget && len(reply.Lines) > 0
	if err != nil && !forgotten {
		return err
	}
	if reply.Silent {
		return nil
	}
	all := answerBodies(reply)
	if len(all) == 0 {
		return fmt.Errorf("send reply: %w: it is empty", bot.ErrFinal)
	}
	for n, body := range all {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if forgotten { // the task was, with all the rest
			err = in.sendPlain(ctx, w, n, body)
		} else {
			err = in.sendOnce(ctx, w, n, body)
		}
		if err != nil {
			return undelivered(ctx, err)
		}
	}
	in.config.Monitor.Delivered(Name, in.config.Now().Sub(t.Received))
	return nil
}

// undelivered says what is to become of a task whose reply was not delivered.
func undelivered(ctx context.Context, err error) error {
	switch _, status := codeOf(err); {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case status == http.StatusUnauthorized, status == http.StatusTooManyRequests: // not this answer's fault
	case status >= http.StatusBadRequest && status < http.StatusInternalServerError:
		return fmt.Errorf("%w: %w", bot.ErrFinal, err)
	}
	return err
}

// open makes sure that a slash command can be answered through its token, or
// says that it cannot. One that no program has acknowledged yet (they were
// killed, or this one was faster) still can, in its first 3 s.
func (in *intake) open(ctx context.Context, w *task) {
	if w.through == nil {
		return
	}
	here := in.acks.wait(ctx, w.message.ID)
	age := in.config.Now().Sub(w.Received)
	switch {
	case age >= tokenLife:
		w.through = nil
	case !here && age < ackWithin:
		if err := in.acknowledge(ctx, w.through); err != nil && !errors.Is(err, errTaken) {
			in.logger.WarnContext(ctx, "interaction not acknowledged", "task", w.Number, "error", err)
		}
	}
}

// reply asks the handler, and shows what it writes or that it is at work.
func (in *intake) reply(ctx context.Context, w *task) bot.Reply {
	m := w.message
	if w.through != nil {
		soFar := in.fillings(ctx, w.through, w.Received)
		defer soFar.Done()
		m.Show = soFar.Show
	} else {
		defer in.typing(ctx, m.Chat)()
	}
	return in.ask(ctx, m)
}

// sendOnce shows one part once, whatever happened before.
func (in *intake) sendOnce(ctx context.Context, w *task, n int, body outgoing) error {
	mark, err := in.config.Mail.Sending(ctx, w.Task, n)
	if err != nil {
		return err
	}
	ctx, end := bot.Finish(ctx, linger)
	defer end()
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	if w.through != nil && in.config.Now().Sub(w.Received) < tokenLife {
		err = in.respondOnce(ctx, w, n, mark, body)
		if !tokenDead(err) {
			return err
		}
		in.logger.InfoContext(ctx, "answer sent past its interaction", "task", w.Number, "reason", err)
	}
	w.through = nil
	return in.postOnce(ctx, w, n, mark, body)
}

// respondOnce shows a part through the interaction. The first takes the place of
// the deferred response, which can be done any number of times. For the others
// Discord takes no nonce, so that they begin as a placeholder whose id is kept.
func (in *intake) respondOnce(ctx context.Context, w *task, n int, mark bot.Mark, body outgoing) error {
	if n == 0 {
		if mark.State == bot.PartSent {
			return nil
		}
		if err := in.fill(ctx, w.through, body); err != nil {
			return err
		}
		return in.config.Mail.Sent(ctx, w.Task, n, "@original")
	}
	id, followed := strings.CutPrefix(mark.Message, follow)
	if !followed {
		var sent discordgo.Message
		if err := in.rest.do(ctx, following(w.through, newOutgoing(bot.Placeholder)), &sent); err != nil {
			return err
		}
		if err := in.config.Mail.Sent(ctx, w.Task, n, follow+sent.ID); err != nil {
			return err
		}
		id = sent.ID
	}
	return in.rest.do(ctx, editing(w.through, id, body), nil)
}

// follow stands before the id of a follow-up in its mark: it may still be a
// placeholder.
const follow = "follow-up "

// postOnce shows a part as a message of the channel. Discord knows it again by
// its nonce for some minutes; after a crash the channel itself tells.
func (in *intake) postOnce(ctx context.Context, w *task, n int, mark bot.Mark, body outgoing) error {
	if id, ok := strings.CutPrefix(mark.Message, follow); ok { // the token ended under it
		return in.rest.do(ctx, rewriting(w.message.Chat, id, body), nil)
	}
	if mark.State == bot.PartSent {
		return nil
	}
	if mark.State == bot.PartUnsure {
		id, err := in.find(ctx, w, body.Content)
		if err != nil {
			return fmt.Errorf("look whether part %d is shown already: %w", n, err)
		}
		if id != "" {
			return in.config.Mail.Sent(ctx, w.Task, n, id)
		}
	}
	id, err := in.sayPart(ctx, w, n, body)
	if err != nil {
		return err
	}
	return in.config.Mail.Sent(ctx, w.Task, n, id)
}

// sendPlain shows a part without marks.
func (in *intake) sendPlain(ctx context.Context, w *task, n int, body outgoing) error {
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	if w.through != nil {
		if err := in.respond(ctx, w.through, n, body); !tokenDead(err) {
			return err
		}
		w.through = nil
	}
	_, err := in.sayPart(ctx, w, n, body)
	return err
}

// sayPart sends a part as a message of the channel and returns its id: a reply
// to a message; past a slash command, which nothing can reply to, it names who asked.
func (in *intake) sayPart(ctx context.Context, w *task, n int, body outgoing) (id string, err error) {
	m := w.message
	if w.command {
		body.Content = namingAsker(m, body.Content)
	} else {
		body.Reference = replyingTo(m)
	}
	var sent discordgo.Message
	err = in.rest.do(ctx, posting(m.Chat, nonce(m.ID, n), body), &sent)
	return sent.ID, err
}

// mostHistory is the most messages that Discord shows at a time:
// https://docs.discord.com/developers/resources/message#get-channel-messages
const mostHistory = 100

// find looks for a part among the messages after what it answers, and returns
// the id of the message, "" when it is not there.
func (in *intake) find(ctx context.Context, w *task, text string) (id string, err error) {
	self, err := in.whoami(ctx)
	if err != nil {
		return "", err
	}
	m := w.message
	var said []struct {
		ID      string `json:"id"`
		Content string `json:"content"`
		Author  struct {
			ID string `json:"id"`
		} `json:"author"`
	}
	err = in.rest.do(ctx, restCall{
		route: "GET /channels/{channel}/messages", major: m.Chat,
		path: fmt.Sprintf("/channels/%s/messages?after=%s&limit=%d", m.Chat, m.ID, mostHistory),
	}, &said)
	if err != nil {
		return "", err
	}
	for _, s := range said {
		if s.Author.ID == self && (s.Content == text || s.Content == namingAsker(m, text)) {
			return s.ID, nil
		}
	}
	return "", nil
}

// whoami returns the bot's user id, which the gateway may not have told yet.
func (in *intake) whoami(ctx context.Context) (string, error) {
	if self := in.selfID(); self != "" {
		return self, nil
	}
	var self discordgo.User
	err := in.rest.do(ctx, restCall{route: "GET /users/@me", path: "/users/@me"}, &self)
	return self.ID, err
}
