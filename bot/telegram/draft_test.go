package telegram

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// shows is a handler that shows a reply of one line for each of texts, pauses
// after each, and then replies with "complete".
func shows(pause time.Duration, texts ...string) bot.Handler {
	return handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		for _, s := range texts {
			if m.Show != nil {
				m.Show(text(s))
			}
			time.Sleep(pause)
		}
		return text("complete: " + m.Text)
	})
}

// One answer is one draft, sent as a message is; at most one in the interval,
// the latest; and the message follows at once.
func TestDrafts(t *testing.T) {
	server := serve(t)
	const interval = 300 * time.Millisecond
	b := run(t, server, shows(40*time.Millisecond, "a <1>", "b", "c", "d", "e", "f", "g", "h", "i", "j"), func(c *Config) { c.Draft = interval })
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "first")
	b.messages(chat, 1)
	drafts := server.Drafts(chat)
	if len(drafts) < 2 || drafts[0].Text != "a <1>" || drafts[1].Text == "b" {
		t.Fatalf("drafts %+v\ncalls %+v\nlog:\n%s", drafts, server.Calls("sendMessageDraft"), b.logs)
	}
	for i := range drafts[1:] {
		if gap := drafts[i+1].At.Sub(drafts[i].At); gap < interval {
			t.Errorf("%v between two drafts, want %v", gap, interval)
		}
	}
	if drafts[0].ID == 0 || drafts[0].ID != drafts[1].ID {
		t.Errorf("draft ids %d, %d", drafts[0].ID, drafts[1].ID)
	}
	call := server.Calls("sendMessageDraft")[0]
	if p := call.Params; p["parse_mode"] != "HTML" || p["text"] != "a &lt;1&gt;" || p["message_thread_id"] != "" {
		t.Errorf("sent with %v", p)
	}
	server.Say(chat, ada, "second")
	b.messages(chat, 2)
	if all := server.Drafts(chat); all[len(all)-1].ID == drafts[0].ID {
		t.Errorf("two answers are one draft: %+v", all)
	}
	if d := (Config{}).withDefaults().Draft; d < time.Second {
		t.Errorf("%v between two drafts is less than Telegram allows", d)
	}
}

// The first sentence is seen at once.
func TestDraftLatency(t *testing.T) {
	server := serve(t)
	var shown time.Time
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		shown = time.Now()
		m.Show(text("part"))
		time.Sleep(100 * time.Millisecond)
		return text("complete")
	}))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "?")
	b.messages(chat, 1)
	d := server.Drafts(chat)
	if len(d) != 1 {
		t.Fatalf("drafts %+v", d)
	}
	t.Logf("%v from Show to the draft", d[0].At.Sub(shown))
	if took := d[0].At.Sub(shown); took > 50*time.Millisecond {
		t.Errorf("%v from Show to the draft, want 50ms", took)
	}
}

func TestDraftInTopic(t *testing.T) {
	server := serve(t)
	b := run(t, server, shows(50*time.Millisecond, "part"))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	topic := server.Topic(chat)
	server.Post(bottest.TelegramPost{Chat: chat, From: ada, Text: "?", Thread: topic})
	b.messages(chat, 1)
	if d := server.Drafts(chat); len(d) != 1 || d[0].Thread != topic {
		t.Errorf("drafts %+v, want one in topic %d", d, topic)
	}
}

// A group sees typing alone.
func TestNoDraftInGroup(t *testing.T) {
	server := serve(t)
	b := run(t, server, shows(300*time.Millisecond, "part"))
	ada := server.Member("Ada", "en")
	for _, chat := range []bottest.TelegramChat{server.Group("G"), server.Supergroup("S", false)} {
		server.Say(chat, ada, "/ask where?")
		b.messages(chat, 1)
	}
	if n := len(server.Calls("sendMessageDraft")); n > 0 {
		t.Errorf("%d drafts in groups", n)
	}
	if len(server.Calls("sendChatAction")) < 2 {
		t.Error("no typing")
	}
}

// A partial answer that fills more than a message shows the first part, once.
func TestDraftOfManyParts(t *testing.T) {
	server := serve(t)
	long := func(n int) bot.Reply {
		r := bot.Reply{Language: "en"}
		for i := range n {
			r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: fmt.Sprintf("%d %s", i, strings.Repeat("word ", 150)), Cites: []int{1}}}})
		}
		r.Sources = []bot.Source{{N: 1, Title: "Guide", URL: "https://example.org/"}}
		return r
	}
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		for n := 1; n <= 20; n++ {
			m.Show(long(n))
			time.Sleep(15 * time.Millisecond)
		}
		return text("complete")
	}))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "?")
	b.messages(chat, 1)
	drafts := server.Drafts(chat)
	for i, d := range drafts {
		if !strings.HasPrefix(d.Text, "0 word") || bot.UTF16Len(d.Text) > 4096 || i > 0 && d.Text == drafts[i-1].Text {
			t.Errorf("draft %d of %d units: %.40q", i, bot.UTF16Len(d.Text), d.Text)
		}
	}
	if n := len(drafts); n < 2 || n > 8 {
		t.Errorf("%d drafts of five lines that fit", n)
	}
}

// A draft that fails is the last of its answer, which comes all the same and at
// once. A server without the method is not asked again.
func TestDraftFails(t *testing.T) {
	for name, tt := range map[string]struct {
		fault bottest.TelegramFault
		again bool // the next answer tries again
	}{
		"told to wait":        {bottest.TelegramFault{Status: 429, Text: "Too Many Requests: retry after 30", RetryAfter: 30}, false},
		"unknown method":      {bottest.TelegramFault{Status: 404, Text: "Not Found: method not found"}, false},
		"unknown, another":    {bottest.TelegramFault{Status: 400, Text: "Bad Request: unknown method sendMessageDraft"}, false},
		"a page":              {bottest.TelegramFault{Status: 501, Body: "<html>"}, false},
		"refused in the chat": {bottest.TelegramFault{Status: 400, Text: "Bad Request: TEXTDRAFT_PEER_INVALID"}, true},
		"refused markup":      {bottest.TelegramFault{Status: 400, Text: "Bad Request: can't parse entities: unsupported start tag"}, true},
		"server error":        {bottest.TelegramFault{Status: 502, Body: "<html>"}, true},
		"dropped":             {bottest.TelegramFault{Drop: bottest.DropBefore}, true},
		"dropped after":       {bottest.TelegramFault{Drop: bottest.DropAfter}, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t)
			tt.fault.Method = "sendMessageDraft"
			server.Fail(tt.fault)
			b := run(t, server, shows(15*time.Millisecond, "a", "b", "c"))
			ada := server.Member("Ada", "en")
			chat := server.Private(ada)
			server.Say(chat, ada, "?")
			begun := time.Now()
			if m := b.messages(chat, 1); m[0].Text != "complete: ?" {
				t.Errorf("said %q", m[0].Text)
			}
			if d := time.Since(begun); d > 2*time.Second {
				t.Errorf("the answer came after %v", d)
			}
			if n := len(server.Calls("sendMessageDraft")); n != 1 {
				t.Errorf("%d drafts tried, want 1", n)
			}
			if n := strings.Count(b.logs.String(), "answer not shown any more"); n != 1 {
				t.Errorf("logged %d times:\n%s", n, b.logs)
			}
			if name == "told to wait" { // asking again would break the wait
				return
			}
			server.Say(chat, ada, "again?")
			b.messages(chat, 2)
			if n := len(server.Calls("sendMessageDraft")); (n > 1) != tt.again {
				t.Errorf("%d drafts tried after the second answer, want another: %t", n, tt.again)
			}
		})
	}
}

// A draft that hangs holds the answer up for three seconds at most.
func TestDraftHangs(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessageDraft", Delay: time.Minute})
	b := run(t, server, shows(100*time.Millisecond, "a"))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "?")
	begun := time.Now()
	b.messages(chat, 1)
	if d := time.Since(begun); d < time.Second || d > 5*time.Second {
		t.Errorf("the answer came after %v", d)
	}
}
