package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// An intake turns events into messages, each taken once, and lets the handler
// answer them: those of one person in one channel in order, others side by side.
type intake struct {
	config Config
	rest   *restClient
	logger *slog.Logger
	queue  *bot.Queue

	answering chan struct{}  // one entry a question that is being answered
	aside     chan struct{}  // one entry a short task beside the queue
	tasks     sync.WaitGroup // those tasks
	seen      *seen
	servers   servers
	acks      acks

	mu         sync.Mutex
	self       string          // user id of the bot
	registered bool            // the slash commands stand, or are on their way
	busy       map[string]bool // chat and user that a busy notice is under way to
}

const (
	maxAside   = 512              // short tasks (acknowledgements, autocompletes, busy notices) at a time
	busyWithin = 30 * time.Second // for the notice that there is too much to do
)

func newIntake(ctx context.Context, c Config, rest *restClient) *intake {
	return &intake{
		config:    c,
		rest:      rest,
		logger:    c.Logger,
		queue:     bot.NewQueue(ctx, c.Queue, c.Logger),
		answering: make(chan struct{}, c.Answers),
		aside:     make(chan struct{}, maxAside),
		seen:      newSeen(10_000),
		busy:      make(map[string]bool),
	}
}

// take takes one event. It does not block: the gateway's next acknowledgement
// waits behind it. What is owed to nobody ends with ctx; sends is for answers
// and lasts longer.
func (in *intake) take(ctx, sends context.Context, event any) {
	switch e := event.(type) {
	case *discordgo.Ready:
		in.ready(ctx, e)
	case *discordgo.InteractionCreate:
		if e.Interaction != nil {
			in.interaction(ctx, sends, e.Interaction)
		}
	case *discordgo.MessageCreate:
		if e.Message != nil {
			in.message(ctx, sends, e.Message)
		}
	}
}

// finish answers what was taken until ctx ends, and tells the rest that it was
// cut short.
func (in *intake) finish(ctx context.Context) {
	if err := in.queue.Drain(ctx); err != nil {
		in.logger.WarnContext(ctx, "discord messages cut short", "error", err)
	}
	in.tasks.Wait()
}

// do runs a short task beside the queue, or reports that there are too many.
func (in *intake) do(ctx context.Context, what string, task func()) bool {
	select {
	case in.aside <- struct{}{}:
	default:
		in.logger.WarnContext(ctx, "discord event dropped, too many at a time", "event", what)
		return false
	}
	in.tasks.Go(func() {
		defer func() {
			<-in.aside
			if p := recover(); p != nil {
				in.logger.ErrorContext(ctx, "panic in a discord event", "event", what, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		task()
	})
	return true
}

// ready learns who the bot is and registers the slash commands, once.
func (in *intake) ready(ctx context.Context, e *discordgo.Ready) {
	if e.User == nil {
		return
	}
	application := e.User.ID
	if e.Application != nil && e.Application.ID != "" {
		application = e.Application.ID // older bots have one of its own
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.self = e.User.ID
	if in.registered {
		return
	}
	in.registered = in.do(ctx, "ready", func() {
		if err := in.register(ctx, application); err != nil {
			in.logger.ErrorContext(ctx, "slash commands not registered", "error", err)
			in.mu.Lock()
			defer in.mu.Unlock()
			in.registered = false // with the next READY
		}
	})
}

// lane names whose messages are answered in order.
func lane(m bot.Message) string { return m.Chat + "/" + m.User }

// message takes a channel message if it is for the bot to answer.
func (in *intake) message(ctx, sends context.Context, m *discordgo.Message) {
	self := in.selfID()
	if !addressed(m, self) {
		return
	}
	message, asker, received := messageOf(m, self), memberOf(m), in.config.Now()
	if in.config.Mail != nil {
		in.keepMessage(ctx, letter{Message: message, Asker: asker})
		return
	}
	if !in.seen.add(m.ID) {
		return
	}
	message.Admin = in.adminOf(message, asker)
	err := in.queue.Add(lane(message), func(work context.Context) { in.answerMessage(work, sends, message, received) })
	if errors.Is(err, bot.ErrBusy) {
		in.sayBusy(ctx, message)
	}
}

// selfID is the user id of the bot, "" before it is known.
func (in *intake) selfID() string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.self
}

// addressed reports whether m was said to the bot by a person: directly, with a
// mention, or as a reply to it. Without the message content intent the text of
// other messages is empty anyway.
func addressed(m *discordgo.Message, self string) bool {
	switch {
	case self == "" || m.Author == nil || m.Author.Bot || m.Author.System || m.Author.ID == self || m.WebhookID != "":
		return false
	case m.Type != discordgo.MessageTypeDefault && m.Type != discordgo.MessageTypeReply:
		return false
	case m.GuildID == "":
		return true
	case slices.ContainsFunc(m.Mentions, func(u *discordgo.User) bool { return u != nil && u.ID == self }):
		return true
	}
	to := m.ReferencedMessage
	return m.Content != "" && to != nil && to.Author != nil && to.Author.ID == self
}

// messageOf is m without the mention of the bot. Other people's ids become
// their names.
func messageOf(m *discordgo.Message, self string) bot.Message {
	text := mention.ReplaceAllStringFunc(m.Content, func(id string) string {
		id = strings.Trim(id, "<@!>")
		for _, u := range m.Mentions {
			if u != nil && u.ID == id && id != self {
				return "@" + u.Username
			}
		}
		return " "
	})
	out := bot.Message{
		Platform: Name, ID: m.ID, Chat: m.ChannelID, User: m.Author.ID, Server: m.GuildID, Private: m.GuildID == "",
		Text: strings.Join(strings.Fields(text), " "),
	}
	if out.Text == "" && len(m.Attachments)+len(m.StickerItems) > 0 {
		out.Command = bot.CommandNoText
	}
	readCommand(&out)
	return out
}

// mention is how Discord writes a mention of a user:
// https://docs.discord.com/developers/reference#message-formatting
var mention = regexp.MustCompile(`<@!?\d+>`)

// answer asks the handler, in turn with the others.
func (in *intake) answer(ctx context.Context, m bot.Message) []outgoing {
	return answerBodies(in.ask(ctx, m))
}

// ask is answer's reply as it came.
func (in *intake) ask(ctx context.Context, m bot.Message) bot.Reply {
	in.answering <- struct{}{} // every holder ends with its context
	defer func() { <-in.answering }()
	return in.config.Handler.Handle(ctx, m)
}

// deliverWithin bounds how long one answer is tried to be sent: one that stands
// is worth waiting out a rate limit, but not for hours.
const deliverWithin = 10 * time.Minute

// answerMessage answers with replies to the message. The handler may work as
// long as work lasts; sends outlasts it.
func (in *intake) answerMessage(work, sends context.Context, m bot.Message, received time.Time) {
	stop := in.typing(work, m.Chat)
	all := in.answer(work, m)
	stop()
	ctx, cancel := context.WithTimeout(sends, deliverWithin)
	defer cancel()
	for n, body := range all {
		if err := in.say(ctx, m, n, body); err != nil {
			in.logger.ErrorContext(ctx, "answer not sent", "error", err, "part", n+1, "parts", len(all))
			return
		}
	}
	if len(all) > 0 {
		in.config.Monitor.Delivered(Name, in.config.Now().Sub(received))
	}
}

// mostBusy bounds who is remembered to have heard that too much waits.
const mostBusy = 10_000

// sayBusy tells a person that too much waits: with a queue once at a time, with
// an inbox once until a message of theirs is taken again.
func (in *intake) sayBusy(ctx context.Context, m bot.Message) {
	in.mu.Lock()
	told := in.busy[lane(m)]
	if len(in.busy) >= mostBusy {
		clear(in.busy)
	}
	in.busy[lane(m)] = true
	in.mu.Unlock()
	if told {
		return
	}
	taken := in.do(ctx, "busy", func() {
		if in.config.Mail == nil {
			defer in.notBusy(m)
		}
		ctx, cancel := context.WithTimeout(ctx, busyWithin)
		defer cancel()
		for n, body := range answerBodies(bot.Busy(m)) {
			if err := in.say(ctx, m, n, body); err != nil {
				in.logger.WarnContext(ctx, "busy notice not sent", "error", err)
			}
		}
	})
	if !taken {
		in.notBusy(m)
	}
}

func (in *intake) notBusy(m bot.Message) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.busy, lane(m))
}

// typingDelay keeps silent what is answered, or not answered, faster than that.
const typingDelay = 200 * time.Millisecond

// typing shows that the bot is writing until stop is called.
func (in *intake) typing(ctx context.Context, channel string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for pause := typingDelay; sleep(ctx, pause) == nil; pause = in.config.Timing.Typing {
			call := restCall{route: "POST /channels/{channel}/typing", path: "/channels/" + channel + "/typing", major: channel}
			if err := in.rest.once(ctx, call, nil); err != nil && ctx.Err() == nil {
				in.logger.DebugContext(ctx, "typing not shown", "error", err)
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

// A seen set remembers the last ids, so that nothing is answered twice when the
// gateway delivers it again.
type seen struct {
	mu   sync.Mutex
	ids  map[string]bool
	ring []string
	next int
}

func newSeen(size int) *seen {
	return &seen{ids: make(map[string]bool, size), ring: make([]string, size)}
}

// add reports whether id is new.
func (s *seen) add(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[id] {
		return false
	}
	delete(s.ids, s.ring[s.next])
	s.ids[id] = true
	s.ring[s.next] = id
	s.next = (s.next + 1) % len(s.ring)
	return true
}
