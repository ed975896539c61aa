package telegram

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// ears note what a monitor is told; of a link only its changes.
type ears struct {
	mu    sync.Mutex
	link  string
	heard []string
}

func (e *ears) note(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := fmt.Sprintf(format, args...)
	if strings.Contains(s, " linked ") {
		if s == e.link {
			return
		}
		e.link = s
	}
	e.heard = append(e.heard, s)
}

func (e *ears) Linked(platform string, up bool) { e.note("%s linked %t", platform, up) }
func (e *ears) Retried(platform string, limited bool) {
	e.note("%s retried, limited %t", platform, limited)
}
func (e *ears) Delivered(platform string, took time.Duration) {
	e.note("%s delivered in good time %t", platform, took > 0 && took < time.Minute)
}

func (e *ears) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

func TestMonitor(t *testing.T) {
	server, e := serve(t), &ears{}
	server.Fail(bottest.TelegramFault{Method: "getUpdates", Nth: 1, Status: 502, Text: "Bad Gateway"})
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Nth: 1, Status: 429, Text: "Too Many Requests: retry after 1", RetryAfter: 1})
	b := run(t, server, &parrot{}, func(c *Config) { c.Monitor = e })
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "hello")
	if _, err := server.WaitMessages(b.ctx, chat, 1); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"telegram linked true", "telegram linked false", "telegram retried, limited false", "telegram linked true",
		"telegram retried, limited true", "telegram delivered in good time true",
	}
	for end := time.Now().Add(10 * time.Second); !slices.Contains(e.all(), want[5]) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := e.all(); !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if err := b.stop(); err != nil {
		t.Error(err)
	}
	if got := e.all(); got[len(got)-1] == "telegram linked false" {
		t.Errorf("a stop is no loss: %q", got)
	}
}
