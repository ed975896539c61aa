package bottest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// Ears note what a monitor is told; of a link only its changes.
type Ears struct {
	mu    sync.Mutex
	link  string
	heard []string
}

var _ bot.Monitor = (*Ears)(nil)

func (e *Ears) note(format string, args ...any) {
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

// Linked implements [bot.Monitor].
func (e *Ears) Linked(platform string, up bool) { e.note("%s linked %t", platform, up) }

// Retried implements [bot.Monitor].
func (e *Ears) Retried(platform string, limited bool) {
	e.note("%s retried, limited %t", platform, limited)
}

// Delivered implements [bot.Monitor].
func (e *Ears) Delivered(platform string, took time.Duration) {
	e.note("%s delivered in good time %t", platform, took > 0 && took < time.Minute)
}

// All returns what was heard, a line each, in order.
func (e *Ears) All() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// Calls returns what was heard of requests and deliveries: the connection comes
// and goes meanwhile.
func (e *Ears) Calls() []string {
	return slices.DeleteFunc(e.All(), func(s string) bool { return strings.Contains(s, " linked ") })
}
