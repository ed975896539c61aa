package telegram

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// spec returns the path of the machine-readable Bot API, "" when it is absent.
func spec() string {
	if dir := os.Getenv("WAYMARK_SHARED"); dir != "" {
		return filepath.Join(dir, "specs", "telegram", "api.json")
	}
	return ""
}

// canary is the token of all tests: searched for in everything that is logged.
const canary = "7000001:AAF-canary_Token-that-must-never-show"

// platform is a private chat on a loopback Telegram.
type platform struct {
	*bottest.Telegram
	adapter *Adapter
	member  bottest.TelegramUser
	chat    bottest.TelegramChat
	voters  []bottest.TelegramUser
}

func setup(t *testing.T, h bot.Handler, logger *slog.Logger) bottest.Platform {
	t.Helper()
	server, err := bottest.StartTelegram("127.0.0.1:0", bottest.TelegramOptions{Token: canary, Spec: spec()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	a, err := New(config(server, h, logger))
	if err != nil {
		t.Fatal(err)
	}
	a.pace = nil // what is sent too fast has a test of its own
	p := &platform{Telegram: server, adapter: a, member: server.Member("Ada", "en")}
	p.chat = server.Private(p.member)
	return p
}

// config points an adapter at server, with short waits.
func config(server *bottest.Telegram, h bot.Handler, logger *slog.Logger) Config {
	return Config{
		Token: server.Token(), Endpoint: server.URL(), Handler: h, Logger: logger,
		Poll: 5 * time.Second, Backoff: 5 * time.Millisecond, Grace: 5 * time.Second,
		Draft: 10 * time.Millisecond,
	}
}

func (p *platform) Adapter() bot.Adapter { return p.adapter }
func (p *platform) Secret() string       { return p.Token() }

func (p *platform) Ask(_ context.Context, text string) error {
	p.Say(p.chat, p.member, text)
	return nil
}

func (p *platform) Said(ctx context.Context, n int) ([]string, error) {
	messages, err := p.WaitMessages(ctx, p.chat, n)
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return out, err
}

func (p *platform) Shown() (states []string, can bool) {
	for _, d := range p.Drafts(p.chat) {
		states = append(states, d.Text)
	}
	return states, true
}

func (p *platform) Fail(f bottest.Fault, nth int) {
	fault := bottest.TelegramFault{Method: "sendMessage", Nth: nth}
	switch f {
	case bottest.RateLimited:
		fault.Status, fault.Text, fault.RetryAfter = 429, "Too Many Requests: retry after 1", 1
	case bottest.ServerError:
		fault.Status, fault.Body = 502, "<html><h1>502 Bad Gateway</h1></html>"
	case bottest.Dropped:
		fault.Drop = bottest.DropBefore
	}
	p.Telegram.Fail(fault)
}

func TestConformance(t *testing.T) {
	if spec() == "" {
		t.Log("WAYMARK_SHARED is unset: requests are not held against the Bot API's specification")
	}
	bottest.TestAdapter(t, setup)
}
