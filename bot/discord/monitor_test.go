package discord

import (
	"fmt"
	"net/http"
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

// calls are what was heard of requests and deliveries: the connection comes and
// goes meanwhile.
func (e *ears) calls() []string {
	return slices.DeleteFunc(e.all(), func(s string) bool { return strings.Contains(s, " linked ") })
}

// until waits for what the server does not hear of.
func (e *ears) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("wait for %s: %q", what, e.all())
		}
	}
}

func TestMonitor(t *testing.T) {
	t.Parallel()
	d, e := serve(t, bottest.DiscordOptions{}), &ears{}
	b := run(t, d, &parrot{}, func(c *Config) { c.Monitor = e }).ready()
	e.until(t, "the link", func() bool { return slices.Equal(e.all(), []string{"discord linked true"}) })
	d.DropGateway(false)
	e.until(t, "its loss and return", func() bool {
		l := e.all()
		return len(l) >= 3 && l[1] == "discord linked false" && l[2] == "discord linked true"
	})
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusTooManyRequests, RetryAfter: 50 * time.Millisecond})
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusInternalServerError})
	b.Mention(d.Server(), d.Member(), "hello")
	want := []string{"discord retried, limited true", "discord retried, limited false", "discord delivered in good time true"}
	e.until(t, "the delivery", func() bool { return len(e.calls()) >= 3 })
	if _, err := d.Slash(d.Server(), d.Member(), "help", nil); err != nil {
		t.Fatal(err)
	}
	e.until(t, "the second delivery", func() bool { return len(e.calls()) >= 4 })
	if got := e.calls(); !slices.Equal(got, append(want, want[2])) {
		t.Errorf("heard %q, want %q and a delivery", got, want)
	}
}
