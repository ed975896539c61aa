package telegram

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// cited is a reply with everything that markup has to carry.
func cited() bot.Reply {
	return bot.Reply{
		Language: "en",
		Lines: []bot.Line{
			{Heading: true, Spans: []bot.Span{{Text: "Paths & marks"}}},
			{Bullet: true, Spans: []bot.Span{{Text: "It goes <north> & \"up\".", Cites: []int{1, 2}}, {Text: " Then", Bold: true}, {Text: " x<y", Code: true}}},
		},
		Sources: []bot.Source{
			{N: 1, Title: "Guide <1>", Section: "A > B", Published: "2024-03", URL: `https://example.org/?a=1&b="2"`},
			{N: 2, Title: "Survey", URL: "javascript:alert(1)"},
		},
		Notice: "As of 2024-03",
	}
}

const citedText = "Paths & marks\n• It goes <north> & \"up\". [1][2] Then x<y\n\nSources\n[1] Guide <1> › A > B (2024-03)\n[2] Survey\nAs of 2024-03"

func fixed(r bot.Reply) bot.Handler {
	return handlerFunc(func(context.Context, bot.Message) bot.Reply { return r })
}

func TestMarkup(t *testing.T) {
	server := serve(t)
	b := run(t, server, fixed(cited()))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	m := b.messages(chat, 1)[0]
	if diff := cmp.Diff(citedText, m.Text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var got []string
	for _, e := range m.Entities {
		got = append(got, fmt.Sprintf("%s %d+%d %s", e.Type, e.Offset, e.Length, e.URL))
	}
	address := `https://example.org/?a=1&b="2"`
	want := []string{
		"bold 0+13 ", "text_link 40+3 " + address, "bold 46+5 ", "code 51+4 ", "bold 57+7 ", "text_link 65+13 " + address, "italic 108+13 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entities -want +got:\n%s", diff)
	}
	call := server.Calls("sendMessage")[0].Params
	if call["link_preview_options"] != `{"is_disabled":true}` || call["reply_parameters"] != "" || call["message_thread_id"] != "" {
		t.Errorf("sent with %v", call)
	}
}

func TestRefusedMarkupIsSentPlain(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Status: 400, Text: "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0"})
	b := run(t, server, fixed(cited()))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	m := b.messages(chat, 1)[0]
	want := strings.Replace(citedText, "(2024-03)\n", "(2024-03) https://example.org/?a=1&b=\"2\"\n", 1)
	want = strings.Replace(want, "\n\n", "\n", 1)
	if diff := cmp.Diff(want, m.Text); diff != "" || len(m.Entities) > 0 {
		t.Errorf("%v, -want +got:\n%s", m.Entities, diff)
	}
}

func TestRefusedPlainTextEndsInAnApology(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Times: 2, Status: 400, Text: "Bad Request: something new"})
	b := run(t, server, fixed(text("hello")))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	m := b.messages(chat, 1)[0]
	_, ref, ok := strings.Cut(m.Text, "Something went wrong (ref ")
	if !ok || !strings.Contains(b.logs.String(), strings.TrimSuffix(ref, ").")) {
		t.Errorf("said %q, log:\n%s", m.Text, b.logs)
	}
}

func TestEmptyReplyEndsInAnApology(t *testing.T) {
	server := serve(t)
	b := run(t, server, fixed(bot.Reply{Language: "zh"}))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	if m := b.messages(chat, 1)[0]; !strings.HasPrefix(m.Text, "出错了") {
		t.Errorf("said %q", m.Text)
	}
}

func TestMarksWithinTheEntityLimit(t *testing.T) {
	r := bot.Reply{Language: "en"}
	for n := 1; n <= 130; n++ {
		r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: "row", Cites: []int{n}}}})
		r.Sources = append(r.Sources, bot.Source{N: n, Title: "Guide", URL: "https://example.org/" + strings.Repeat("long/", 60)})
	}
	server := serve(t)
	b := run(t, server, fixed(r))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "all?")
	last := func() bool {
		m := server.Messages(chat)
		return len(m) > 0 && strings.Contains(m[len(m)-1].Text, "[130] Guide")
	}
	b.until("the last source", last)
	links := 0
	for _, m := range server.Messages(chat) {
		for _, e := range m.Entities {
			if e.Type == "text_link" {
				links++
			}
		}
	}
	if links != 260 {
		t.Errorf("%d links arrived, want 260", links)
	}
}

func TestGroupsAndTopics(t *testing.T) {
	server := serve(t)
	b := run(t, server, fixed(lines(4)))
	ada := server.Member("Ada", "en")

	t.Run("group", func(t *testing.T) {
		group := server.Group("Walkers")
		asked := server.Say(group, ada, "/ask where?")
		got := b.messages(group, 4)
		if got[0].ReplyTo != asked.ID || got[1].ReplyTo != 0 || got[2].ReplyTo != 0 {
			t.Errorf("replies to %d, %d, %d, want only the first to %d", got[0].ReplyTo, got[1].ReplyTo, got[2].ReplyTo, asked.ID)
		}
	})
	t.Run("message gone", func(t *testing.T) {
		group := server.Group("Walkers")
		server.Push("message", map[string]any{
			"message_id": 999, "date": 1, "chat": group, "from": ada, "text": "/ask where?",
			"entities": []any{bottest.TelegramEntity{Type: "bot_command", Length: 4}},
		})
		b.messages(group, 4)
	})
	t.Run("supergroup", func(t *testing.T) {
		super := server.Supergroup("Hikers", false)
		first := server.Say(super, ada, "hello")
		server.Reply(first, ada, "@"+server.Bot().Username+" where?") // carries a thread id that nothing may be sent to
		for _, m := range b.messages(super, 4) {
			if m.Thread != 0 {
				t.Errorf("sent to thread %d", m.Thread)
			}
		}
		for _, c := range server.Calls("sendMessage") {
			if c.Params["chat_id"] == itoa(super.ID) && c.Status >= 400 { // 0: its answer is still under way
				t.Errorf("a message was refused first: %v", c.Params)
			}
		}
	})
	t.Run("topic", func(t *testing.T) {
		forum := server.Supergroup("Forum", true)
		topic := server.Topic(forum)
		server.Post(bottest.TelegramPost{Chat: forum, From: ada, Text: "/ask where?", Thread: topic})
		for _, m := range b.messages(forum, 4) {
			if m.Thread != topic || !m.InTopic {
				t.Errorf("sent to thread %d, want %d", m.Thread, topic)
			}
		}
	})
	t.Run("general topic", func(t *testing.T) {
		forum := server.Supergroup("Forum", true)
		server.Say(forum, ada, "/ask where?")
		for _, m := range b.messages(forum, 4) {
			if m.Thread != 0 {
				t.Errorf("sent to thread %d", m.Thread)
			}
		}
	})
	t.Run("topic gone", func(t *testing.T) {
		forum := server.Supergroup("Forum", true)
		topic := server.Topic(forum)
		server.CloseTopic(forum, topic)
		server.Post(bottest.TelegramPost{Chat: forum, From: ada, Text: "/ask where?", Thread: topic})
		b.messages(forum, 4)
	})
	t.Run("upgraded group", func(t *testing.T) {
		group := server.Group("Walkers")
		super := server.Upgrade(group)
		server.Say(group, ada, "/ask where?")
		b.messages(super, 4)
		b.messages(group, 0)
	})
}

func TestOneChatsLimitDelaysNoOther(t *testing.T) {
	server := serve(t)
	b := run(t, server, &parrot{}, func(c *Config) { c.Answers = 1 })
	ada, ben := server.Member("Ada", "en"), server.Member("Ben", "en")
	slow, fast := server.Private(ada), server.Private(ben)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Status: 429, Text: "Too Many Requests: retry after 1", RetryAfter: 1})
	server.Say(slow, ada, "one")
	b.until("the refusal", func() bool { return len(server.Calls("sendMessage")) == 1 })
	server.Say(fast, ben, "two")
	b.messages(fast, 1)
	if n := len(server.Messages(slow)); n != 0 {
		t.Errorf("the limited chat got its answer first: nothing was tested")
	}
	b.messages(slow, 1)
	calls := server.Calls("sendMessage")
	if waited := calls[2].At.Sub(calls[0].At); waited < time.Second || waited > 3*time.Second {
		t.Errorf("waited %s, told to wait 1 s", waited)
	}
}

func TestRefusingChatIsLeftAlone(t *testing.T) {
	server := serve(t)
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		if m.Text == "long" {
			return lines(4)
		}
		return text("short")
	}))
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Refuse(chat, "bot was blocked by the user")
	server.Say(chat, ada, "long")
	b.untilLogged("chat refuses the bot")
	if n := len(server.Calls("sendMessage")); n != 1 {
		t.Errorf("%d messages were tried, want 1", n)
	}
	server.Refuse(chat, "")
	server.Say(chat, ada, "hello again")
	b.messages(chat, 1)
}

func TestUnknownOutcomeIsSentAgainAndLogged(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Drop: bottest.DropAfter})
	b := run(t, server, &parrot{})
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	b.messages(chat, 2)
	if !strings.Contains(b.logs.String(), "it may arrive twice") {
		t.Errorf("no trace of the doubt:\n%s", b.logs)
	}
}

func TestDoubtsAreBounded(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "sendMessage", Times: 3, Drop: bottest.DropAfter})
	b := run(t, server, &parrot{})
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	b.until("the apology", func() bool { return len(server.Messages(chat)) == 4 })
	if got := server.Messages(chat); !strings.Contains(got[3].Text, "Something went wrong") {
		t.Errorf("after three doubtful tries: %q", got[3].Text)
	}
}

func TestTyping(t *testing.T) {
	release := make(chan struct{})
	server := serve(t)
	b := run(t, server, handlerFunc(func(context.Context, bot.Message) bot.Reply {
		<-release
		return text("done")
	}), func(c *Config) { c.Typing = 10 * time.Millisecond })
	ada := server.Member("Ada", "en")
	forum := server.Supergroup("Forum", true)
	topic := server.Topic(forum)
	server.Post(bottest.TelegramPost{Chat: forum, From: ada, Text: "/ask where?", Thread: topic})
	b.until("three notices", func() bool { return len(server.Calls("sendChatAction")) >= 3 })
	close(release)
	b.messages(forum, 1)
	for _, c := range server.Calls("sendChatAction") {
		if c.Params["message_thread_id"] != itoa(int64(topic)) || c.Params["action"] != "typing" {
			t.Errorf("notice with %v", c.Params)
		}
	}
}

func TestQuickAnswerNeedsNoTyping(t *testing.T) {
	server := serve(t)
	b := run(t, server, &parrot{})
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	b.messages(chat, 1)
	_ = b.stop()
	if n := len(server.Calls("sendChatAction")); n != 0 {
		t.Errorf("%d notices", n)
	}
}
