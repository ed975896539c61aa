package telegram

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// handlerFunc is a bot.Handler.
type handlerFunc func(ctx context.Context, m bot.Message) bot.Reply

func (f handlerFunc) Handle(ctx context.Context, m bot.Message) bot.Reply { return f(ctx, m) }

// text is a reply of one line.
func text(s string) bot.Reply {
	return bot.Reply{Language: "en", Lines: []bot.Line{{Spans: []bot.Span{{Text: s}}}}}
}

// parrot repeats what it hears and remembers it.
type parrot struct {
	mu    sync.Mutex
	heard []bot.Message
}

func (p *parrot) Handle(_ context.Context, m bot.Message) bot.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.Show, m.Admin = nil, nil // not comparable
	p.heard = append(p.heard, m)
	return text("heard: " + m.Text)
}

func (p *parrot) all() []bot.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]bot.Message(nil), p.heard...)
}

// A bench is a running adapter on a loopback server of its own.
type bench struct {
	*bottest.Telegram
	*Adapter
	t     *testing.T
	ctx   context.Context
	logs  *bottest.Log
	ended chan error
	end   context.CancelFunc // tells Run to stop
	stop  func() error       // and waits for it
}

type change func(*Config)

// serve starts a server that hides nothing from the bot.
func serve(t *testing.T) *bottest.Telegram {
	t.Helper()
	return bottest.NewTelegram(t, bottest.TelegramOptions{Token: canary, Spec: spec(), ReadAll: true})
}

// run starts an adapter on server. It is stopped, and what it leaves is
// checked, at the end of the test at the latest.
func run(t *testing.T, server *bottest.Telegram, h bot.Handler, changes ...change) *bench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	b := &bench{Telegram: server, t: t, logs: &bottest.Log{}, ended: make(chan error, 1)}
	c := config(server, h, slog.New(slog.NewJSONHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for _, change := range changes {
		change(&c)
	}
	adapter, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	b.Adapter = adapter
	adapter.pace = nil
	var cancelWaits, cancel context.CancelFunc
	b.ctx, cancelWaits = context.WithTimeout(t.Context(), time.Minute)
	ctx, cancel := context.WithCancel(context.Background())
	b.end = cancel
	go func() { b.ended <- adapter.Run(ctx) }()
	b.stop = sync.OnceValue(func() error {
		defer cancelWaits()
		cancel()
		err := b.wait()
		if err != nil {
			bottest.CheckSecret(t, canary, err.Error())
		}
		bottest.CheckSecret(t, canary, b.logs.String())
		b.untilClosed()
		b.Close()
		goleak.VerifyNone(t, leaks)
		return err
	})
	t.Cleanup(func() { _ = b.stop() })
	return b
}

// wait returns what Run returned.
func (b *bench) wait() error {
	b.t.Helper()
	select {
	case err := <-b.ended:
		b.ended <- err
		return err
	case <-time.After(15 * time.Second):
		b.t.Fatalf("Run did not return\nlog:\n%s", b.logs)
		return nil
	}
}

// messages returns the bot's messages in c once there are n, and fails the test
// if there are more.
func (b *bench) messages(c bottest.TelegramChat, n int) []bottest.TelegramMessage {
	b.t.Helper()
	got, err := b.WaitMessages(b.ctx, c, n)
	if err != nil {
		b.t.Fatalf("%v\nlog:\n%s", err, b.logs)
	}
	if len(got) != n {
		b.t.Errorf("%d messages, want %d: %+v", len(got), n, got)
	}
	return got
}

// untilClosed waits until the adapter's connections are closed.
func (b *bench) untilClosed() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := b.Wait(ctx, func() bool { return b.Connections() == 0 }); err != nil {
		b.t.Errorf("%d connections are open after Run", b.Connections())
	}
}

// until waits for ok.
func (b *bench) until(what string, ok func() bool) {
	b.t.Helper()
	if err := b.Wait(b.ctx, ok); err != nil {
		b.t.Fatalf("wait for %s: %v\nlog:\n%s", what, err, b.logs)
	}
}

// untilLogged waits for a line in the log that nothing at the server goes with.
func (b *bench) untilLogged(line string) {
	b.t.Helper()
	for !strings.Contains(b.logs.String(), line) {
		select {
		case <-time.After(time.Millisecond):
		case <-b.ctx.Done():
			b.t.Fatalf("no %q in the log:\n%s", line, b.logs)
		}
	}
}

// lines is a reply that fills n messages.
func lines(n int) bot.Reply {
	r := bot.Reply{Language: "en"}
	for range n {
		r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: strings.Repeat("word ", 500)}}})
	}
	return r
}
