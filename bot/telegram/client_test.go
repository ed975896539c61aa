package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// everyText collects all the texts an error and what it wraps can print.
func everyText(err error) string {
	var out strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&out, "%s\n%v\n%+v\n", err.Error(), err, err)
		data, _ := json.Marshal(err)
		out.Write(data)
	}
	return out.String()
}

func TestCallErrorsHoldNoToken(t *testing.T) {
	server := bottest.NewTelegram(t, bottest.TelegramOptions{Token: canary})
	for name, c := range map[string]struct {
		endpoint string
		fault    bottest.TelegramFault
		is       error
		unsent   bool
		doubtful bool
		code     int
	}{
		"timeout":    {fault: bottest.TelegramFault{Delay: time.Second}, is: context.DeadlineExceeded, doubtful: true},
		"dropped":    {fault: bottest.TelegramFault{Drop: bottest.DropAfter}, doubtful: true},
		"refused":    {endpoint: "http://127.0.0.1:1", unsent: true},
		"no TLS":     {endpoint: strings.Replace(server.URL(), "http:", "https:", 1), doubtful: true},
		"no address": {endpoint: "http://[::1", doubtful: true},
		"not found":  {endpoint: server.URL() + "/elsewhere", code: 404},
		"429":        {fault: bottest.TelegramFault{Status: 429, Text: "Too Many Requests: retry after 7", RetryAfter: 7}, code: 429},
		"502 page":   {fault: bottest.TelegramFault{Status: 502, Body: "<html>bot" + canary + "</html>"}, code: 502},
		"echo":       {fault: bottest.TelegramFault{Status: 400, Text: "Bad Request: no method /bot" + canary + "/sendMessage"}, code: 400},
		"redirect":   {fault: bottest.TelegramFault{Status: 302, Body: "<html>"}, code: 302},
		"cut JSON":   {fault: bottest.TelegramFault{Body: `{"ok":tr`}, code: 200, doubtful: true},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := c.endpoint
			if endpoint == "" {
				endpoint = server.URL()
				server.Fail(c.fault)
			}
			client := newClient(canary, endpoint)
			defer client.close()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			err := client.call(ctx, "getMe", nil, nil)
			var e *callError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a call error", err)
			}
			bottest.CheckSecret(t, canary, everyText(fmt.Errorf("answer: %w", err)))
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v is not %v", err, c.is)
			}
			if e.Code != c.code || e.Unsent != c.unsent || isDoubtful(err) != c.doubtful {
				t.Errorf("code %d, unsent %v, doubtful %v: %v", e.Code, e.Unsent, isDoubtful(err), err)
			}
			if name == "429" && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %s, want 7 s", e.RetryAfter)
			}
		})
	}
}
