package telegram

import (
	"slices"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

func TestMonitor(t *testing.T) {
	server, e := serve(t), &bottest.Ears{}
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
	for end := time.Now().Add(10 * time.Second); !slices.Contains(e.All(), want[5]) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := e.All(); !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if err := b.stop(); err != nil {
		t.Error(err)
	}
	if got := e.All(); got[len(got)-1] == "telegram linked false" {
		t.Errorf("a stop is no loss: %q", got)
	}
}
