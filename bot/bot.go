// Package bot is one turn of a conversation, free of any platform.
//
// Start at [Bot] and its method Handle: it reads a [Message] (a command, a
// question, a project's name), asks the [Answerer] and gives back a [Reply].
// The adapters below (bot/telegram, bot/discord) turn their platform's events
// into messages and replies into their platform's markup; [Split] cuts a reply
// to a platform's length without ever cutting off its sources, and [Progress]
// shows one while it is being written. [Access] says who may ask, [Limiter] how
// much; gate.go asks both before anything else, and admin.go runs the commands of
// those who look after the bot. A [Voter] takes votes on answers, and
// [ClusterGaps] puts together what was not answered. errors.go is
// the only place in the program that turns an error into words for a person.
//
// Where there is a state, nothing that was asked is lost, and nothing is shown
// twice: an adapter puts each [Event] into the [Inbox] before it confirms it to
// its platform, [Workers] take it out again as a [Task], those of a chat in
// order, the reply is kept before anything of it is sent ([KeepReply]), and each
// of its parts is marked before and after ([Marks]). [Mail] is all of that; a
// program that is killed at any moment leaves a task that the next one goes on
// with where it stands. Without a state a [Queue] in memory does, and a program
// that is killed loses what waited.
//
// What it does not do: it opens no connection, formats for no platform, and
// never reads a passage.
package bot

import (
	"context"

	"github.com/waymark-bot/waymark/rag"
)

// A Message is what a person said to the bot, on any platform.
type Message struct {
	Platform string // "telegram", "discord"; for logs and session keys
	ID       string // the platform's id of the event, for deduplication
	Chat     string // the platform's id of the chat, channel or thread
	User     string // the platform's id of the person; never shown, never logged in clear
	Server   string // the platform's id of the server that the chat belongs to; "" where there is no such thing
	Private  bool   // a chat of the person and the bot alone
	Command  string // "start", "help", "ask", "project", "reset", ...; "" for plain text
	Text     string // the question or the command's argument, without the mention of the bot
	Locale   string // the client's language as the platform reports it ("zh-CN"); only a last resort

	// Show is told the reply so far while it is being written, each time it has
	// grown, one call at a time; it must not block. What it was told last need not
	// be how the reply begins. nil where the platform cannot show it; see [Progress].
	Show func(Reply) `json:"-"`

	// Bare says that Command came in a group without naming the bot: another
	// one may be meant.
	Bare bool
	// Interaction says that the platform shows "thinking" until there is a reply:
	// it is never answered with silence.
	Interaction bool
	// Button says that Command is what a button that was pressed stands for. Several
	// programs may hear of one press.
	Button bool
	// Admin reports whether the platform takes User for an administrator of the
	// group that Chat is or belongs to. It may ask the platform. nil: nobody is.
	Admin func(context.Context) (bool, error) `json:"-"`

	// Retried says that an earlier try to answer it came to nothing: what it
	// costs of the limits was counted then.
	Retried bool `json:"-"`
}

// A Reply is what the bot says to one message, in platform-free form. The
// adapter renders it: [n] marks become links to the source list where the platform can.
type Reply struct {
	Language string      // "en" or "zh": of the labels
	Lines    []Line      // the body
	Sources  []Source    // the source list, shown last and never cut off
	Notice   string      // one line under the sources ("as of ...", "without the model"), or ""
	Answer   *rag.Answer // what it was made of; nil for help texts and errors
	Silent   bool        // nothing is said, and nothing is to be sent
	Ballot   string      // [Ballot.Event] of votes on it; "" where it is not voted on
}

// A Line is one paragraph, row or heading of a reply.
type Line struct {
	Heading bool
	Bullet  bool
	Spans   []Span
}

// A Span is a run of text and the sources it rests on.
type Span struct {
	Text  string
	Cites []int // Source.N
	Bold  bool
	Code  bool
}

// A Source is one entry of the source list.
type Source struct {
	N         int
	Title     string
	Section   string
	Published string // "2024-03-27", "2024"; "" when unknown
	URL       string // "" when the report has none
	Quote     string // verbatim
}

// An Answerer answers questions: rag.Engine, or a fake in tests.
type Answerer interface {
	Ask(ctx context.Context, q rag.Question) (rag.Answer, error)
}

// A Streamer is an Answerer that can show an answer while it is being written:
// show gets the answer so far, never blocks, and is called by one goroutine at a
// time; nil is not called. The answer that is returned may be another one.
type Streamer interface {
	Stream(ctx context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error)
}

// A Handler answers one message. [Bot] is the one handler of the program;
// adapters ask for the interface so that their tests can bring their own.
type Handler interface {
	Handle(ctx context.Context, m Message) Reply
}

// An Adapter connects one platform to a handler.
type Adapter interface {
	// Name is the platform's name: "telegram", "discord".
	Name() string
	// Run serves until ctx ends, finishes the messages under way within the
	// adapter's grace period, and returns nil. It returns an error only where
	// going on is useless (a refused token), with what to do about it.
	Run(ctx context.Context) error
}
