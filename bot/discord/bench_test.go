package discord

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// handlerFunc is a bot.Handler.
type handlerFunc func(ctx context.Context, m bot.Message) bot.Reply

func (f handlerFunc) Handle(ctx context.Context, m bot.Message) bot.Reply { return f(ctx, m) }

// reply is a reply of one line.
func reply(text string) bot.Reply {
	return bot.Reply{Language: "en", Lines: []bot.Line{{Spans: []bot.Span{{Text: text}}}}}
}

// A parrot repeats what it hears and remembers it.
type parrot struct {
	mu    sync.Mutex
	heard []bot.Message
}

func (p *parrot) Handle(_ context.Context, m bot.Message) bot.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.Show, m.Admin = nil, nil // not comparable
	p.heard = append(p.heard, m)
	return reply("heard: " + m.Text)
}

func (p *parrot) all() []bot.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]bot.Message(nil), p.heard...)
}

// A bench is an adapter that runs on a loopback Discord of its own.
type bench struct {
	*bottest.Discord
	t       *testing.T
	ctx     context.Context
	adapter *Adapter
	logs    *bottest.Log
	cancel  context.CancelFunc
	ended   chan error
}

// patience is how long tests wait for anything.
const patience = time.Minute

// run starts an adapter on d. At the end of the test it is stopped, and the log
// and the server's findings are looked at.
func run(t *testing.T, d *bottest.Discord, h bot.Handler, changes ...func(*Config)) *bench {
	t.Helper()
	b := &bench{Discord: d, t: t, logs: &bottest.Log{}, ended: make(chan error, 1)}
	c := Config{
		Token: d.Token(), Endpoint: d.URL(), Handler: h, Timing: quick(),
		Logger: slog.New(slog.NewJSONHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&c)
	}
	var err error
	if b.adapter, err = New(c); err != nil {
		t.Fatal(err)
	}
	var cancelWaits context.CancelFunc
	b.ctx, cancelWaits = context.WithTimeout(context.Background(), patience)
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	go func() { b.ended <- b.adapter.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		err := b.end()
		cancelWaits()
		if err != nil {
			b.clean(err.Error())
		}
		b.clean(b.logs.String())
		for _, f := range d.Findings() {
			t.Errorf("finding: %s", f)
		}
	})
	return b
}

// clean fails the test if text holds a token.
func (b *bench) clean(text string) {
	b.t.Helper()
	bottest.CheckSecret(b.t, b.Token(), text)
	if strings.Contains(text, "interaction-canary") {
		b.t.Errorf("an interaction token shows in: %s", text)
	}
}

// end returns what Run returned.
func (b *bench) end() error {
	b.t.Helper()
	select {
	case err := <-b.ended:
		b.ended <- err
		return err
	case <-time.After(patience):
		b.t.Errorf("Run did not return\nlog:\n%s", b.logs)
		return nil
	}
}

// ready waits until the bot is connected and its commands are registered.
func (b *bench) ready() *bench {
	b.t.Helper()
	b.until("commands", func() bool { return b.Connected() && len(b.Commands("")) > 0 })
	return b
}

// until waits for holds.
func (b *bench) until(what string, holds func() bool) {
	b.t.Helper()
	if err := b.Wait(b.ctx, holds); err != nil {
		b.t.Fatalf("wait for %s: %v\ncounts: %+v\nlog:\n%s", what, err, b.Counts(), b.logs)
	}
}

// ask sends /ask and returns the interaction's id.
func (b *bench) ask(at bottest.DiscordPlace, question string) string {
	b.t.Helper()
	id, err := b.Slash(at, b.Member(), "ask", map[string]string{"question": question})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// answers returns the bot's messages in a channel once there are n, and fails
// the test if there are more.
func (b *bench) answers(at bottest.DiscordPlace, n int) []bottest.DiscordMessage {
	b.t.Helper()
	got, err := b.WaitAnswers(b.ctx, at.Channel, n)
	if err != nil {
		b.t.Fatalf("%v\nlog:\n%s", err, b.logs)
	}
	if len(got) != n {
		b.t.Errorf("%d messages, want %d: %+v", len(got), n, got)
	}
	return got
}

// alive proves that the bot answers now, and that nothing was answered before
// that has not been counted: it is the nth answer in the channel.
func (b *bench) alive(n int) {
	b.t.Helper()
	b.Mention(b.Server(), b.Member(), "are you there?")
	if got := b.answers(b.Server(), n); len(got) > 0 && !strings.Contains(got[len(got)-1].Text(), "are you there?") {
		b.t.Errorf("answer %q", got[len(got)-1].Text())
	}
}

// requests returns the requests to a route.
func (b *bench) requests(route string) []bottest.DiscordRequest {
	var out []bottest.DiscordRequest
	for _, r := range b.Requests() {
		if r.Route == route {
			out = append(out, r)
		}
	}
	return out
}
