package discord

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// until waits for what the server does not hear of.
func until(t *testing.T, e *bottest.Ears, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("wait for %s: %q", what, e.All())
		}
	}
}

func TestMonitor(t *testing.T) {
	t.Parallel()
	d, e := serve(t, bottest.DiscordOptions{}), &bottest.Ears{}
	b := run(t, d, &parrot{}, func(c *Config) { c.Monitor = e }).ready()
	until(t, e, "the link", func() bool { return slices.Equal(e.All(), []string{"discord linked true"}) })
	d.DropGateway(false)
	until(t, e, "its loss and return", func() bool {
		l := e.All()
		return len(l) >= 3 && l[1] == "discord linked false" && l[2] == "discord linked true"
	})
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusTooManyRequests, RetryAfter: 50 * time.Millisecond})
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusInternalServerError})
	b.Mention(d.Server(), d.Member(), "hello")
	want := []string{"discord retried, limited true", "discord retried, limited false", "discord delivered in good time true"}
	until(t, e, "the delivery", func() bool { return len(e.Calls()) >= 3 })
	if _, err := d.Slash(d.Server(), d.Member(), "help", nil); err != nil {
		t.Fatal(err)
	}
	until(t, e, "the second delivery", func() bool { return len(e.Calls()) >= 4 })
	if got := e.Calls(); !slices.Equal(got, append(want, want[2])) {
		t.Errorf("heard %q, want %q and a delivery", got, want)
	}
}
