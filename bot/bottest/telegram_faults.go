package bottest

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// DropPoint says when a connection ends without a response.
type DropPoint int

// The points.
const (
	DropNever  DropPoint = iota
	DropBefore           // before the call has any effect
	DropAfter            // after it had its effect: the message was sent
)

// A TelegramFault makes calls go wrong. It holds what the server does instead
// of, before or after answering.
type TelegramFault struct {
	Method string // whose calls; "" means of all methods
	Nth    int    // the first call it hits, from now; 0 and 1 mean the next
	Times  int    // how many calls it hits; 0 means one

	Delay time.Duration // before anything else
	Drop  DropPoint

	Status     int    // answered instead; 0 means the real answer
	Text       string // description of that answer
	RetryAfter int    // its parameters.retry_after and header, seconds
	Migrate    int64  // its parameters.migrate_to_chat_id
	Body       string // a raw body instead of JSON ("<html>...", "", half a JSON text)
	RawBody    bool   // Body counts, even if empty

	seen int
}

// Fail adds a fault to the plan.
func (t *Telegram) Fail(f TelegramFault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.Nth, f.Times = max(1, f.Nth), max(1, f.Times)
	t.faults = append(t.faults, &f)
}

// due counts a call and returns the fault that it meets, nil for none. The
// caller holds mu.
func (t *Telegram) due(method string) *TelegramFault {
	var hit *TelegramFault
	for _, f := range t.faults {
		if f.Method != "" && f.Method != method {
			continue
		}
		f.seen++
		if hit == nil && f.seen >= f.Nth && f.seen < f.Nth+f.Times {
			hit = f
		}
	}
	return hit
}

// faulty does what f says; nil means that the call goes on. An answer marked
// as sent needs no writing.
func (t *Telegram) faulty(w http.ResponseWriter, r *http.Request, f *TelegramFault) *telegramAnswer {
	if f == nil {
		return nil
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		case <-t.closed:
		}
	}
	if f.Drop == DropBefore {
		panic(http.ErrAbortHandler) // closes the connection without a response
	}
	if f.RawBody || f.Body != "" {
		if strings.HasPrefix(f.Body, "<") {
			w.Header().Set("Content-Type", "text/html")
		}
		status := max(f.Status, http.StatusOK)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, f.Body)
		return &telegramAnswer{status: status, sent: true}
	}
	if f.Status == 0 {
		return nil
	}
	return &telegramAnswer{status: f.Status, text: f.Text, retryAfter: f.RetryAfter, migrate: f.Migrate}
}

// checkPatience notes a message to a chat that was told to wait. The caller
// holds mu.
func (t *Telegram) checkPatience(method string, form map[string]string) {
	limits := map[string]map[int64]time.Time{"sendMessage": t.limited, "sendMessageDraft": t.held}[method]
	if until := limits[chatParam(form)]; time.Now().Before(until) {
		t.finding("%s: %s too early after retry_after", method, time.Until(until).Round(time.Millisecond))
	}
}
