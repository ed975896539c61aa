package telegram

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag"
)

func TestPendingQuestionsAreAnsweredAtStart(t *testing.T) {
	server := serve(t)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	for i := range 3 {
		server.Say(chat, ada, fmt.Sprint("question ", i))
	}
	b := run(t, server, &parrot{})
	b.messages(chat, 3)
	_ = b.stop()
	if left := server.Pending(); len(left) != 0 {
		t.Errorf("updates %v are not confirmed after the end", left)
	}
}

func TestRedeliveredUpdatesAreAnsweredOnce(t *testing.T) {
	server := serve(t)
	p := &parrot{}
	b := run(t, server, p)
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "one")
	server.Say(chat, ada, "two")
	b.messages(chat, 2)
	b.until("the confirmation", func() bool { return len(server.Pending()) == 0 })
	server.Redeliver(2)
	b.untilLogged("delivered again")
	server.Say(chat, ada, "three")
	b.messages(chat, 3)
	_ = b.stop()
	if n := len(p.all()); n != 3 {
		t.Errorf("%d messages were handled, want 3", n)
	}
}

func TestFloodGetsOneBusyNotice(t *testing.T) {
	release, running := make(chan struct{}), make(chan struct{}, 20)
	server := serve(t)
	b := run(t, server, handlerFunc(func(_ context.Context, m bot.Message) bot.Reply {
		running <- struct{}{}
		<-release
		return text("answer: " + m.Text)
	}), func(c *Config) { c.Queue.PerChat = 2 })
	ada, ben := server.Member("Ada", "zh"), server.Member("Ben", "en")
	group := server.Group("Walkers")
	server.Say(group, ada, "/ask a1")
	<-running
	server.Say(group, ada, "/ask a2")
	for _, text := range []string{"/ask 三", "/ask 四", "/ask 五"} {
		server.Say(group, ada, text)
	}
	server.Say(group, ben, "/ask b1")
	b.until("the updates to be taken", func() bool { return len(server.Pending()) == 0 })
	close(release)
	var got []string
	for _, m := range b.messages(group, 4) {
		got = append(got, m.Text)
	}
	_ = b.stop()
	slices.Sort(got)
	want := []string{"Busy right now. Please try again in a moment.", "answer: a1", "answer: a2", "现在有点忙，请稍后再试。"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFullQueueLeavesUpdatesAtTelegram(t *testing.T) {
	release, running := make(chan struct{}), make(chan struct{}, 20)
	server := serve(t)
	b := run(t, server, handlerFunc(func(context.Context, bot.Message) bot.Reply {
		running <- struct{}{}
		<-release
		return text("answer")
	}), func(c *Config) { c.Queue = bot.QueueLimits{Workers: 1, Total: 2} })
	var chats []bottest.TelegramChat
	for i := range 6 {
		u := server.Member(fmt.Sprint("Member", i), "en")
		chats = append(chats, server.Private(u))
		server.Say(chats[i], u, "where?")
	}
	<-running
	if len(server.Pending()) == 0 {
		t.Error("all updates were confirmed although only two fit the queue")
	}
	close(release)
	for _, c := range chats {
		b.messages(c, 1)
	}
}

func TestStopLeavesWhatWasNotTaken(t *testing.T) {
	release, running := make(chan struct{}), make(chan struct{}, 20)
	server := serve(t)
	p := &parrot{}
	b := run(t, server, handlerFunc(func(ctx context.Context, m bot.Message) bot.Reply {
		running <- struct{}{}
		<-release
		return p.Handle(ctx, m)
	}), func(c *Config) { c.Queue = bot.QueueLimits{Workers: 1, Total: 2} })
	users := make([]bottest.TelegramUser, 6)
	for i := range users {
		users[i] = server.Member(fmt.Sprint("Member", i), "en")
		server.Say(server.Private(users[i]), users[i], "where?")
	}
	<-running
	b.end()
	close(release)
	_ = b.stop()
	answered, left := len(p.all()), len(server.Pending())
	if answered+left != len(users) || left == 0 {
		t.Errorf("%d answered and %d left at Telegram, want %d together", answered, left, len(users))
	}
}

func TestGraceEndsInWords(t *testing.T) {
	running := make(chan struct{}, 20)
	server := serve(t)
	answerer := &bottest.Answerer{Answer: func(ctx context.Context, _ rag.Question) (rag.Answer, error) {
		running <- struct{}{}
		<-ctx.Done()
		return rag.Answer{}, ctx.Err()
	}}
	b := run(t, server, bot.New(bot.Config{Answerer: answerer}), func(c *Config) { c.Grace = 50 * time.Millisecond })
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "one")
	server.Say(chat, ada, "two")
	<-running
	b.until("both to be taken", func() bool { return len(server.Pending()) == 0 })
	if err := b.stop(); err != nil {
		t.Error(err)
	}
	got := server.Messages(chat)
	if len(got) != 2 {
		t.Errorf("%d messages, want 2", len(got))
	}
	for _, m := range got {
		if !strings.HasPrefix(m.Text, "I am being restarted.") {
			t.Errorf("said %q", m.Text)
		}
	}
	if left := server.Pending(); len(left) != 0 {
		t.Errorf("updates %v are not confirmed", left)
	}
}

func TestRefusedTokenStopsTheBot(t *testing.T) {
	for _, method := range []string{"getMe", "getUpdates"} {
		t.Run(method, func(t *testing.T) {
			server := serve(t)
			server.Fail(bottest.TelegramFault{Method: method, Status: 401, Text: "Unauthorized"})
			b := run(t, server, &parrot{})
			if err := b.wait(); err == nil || !strings.Contains(err.Error(), "@BotFather") {
				t.Errorf("got %v, want an error that says what to do", err)
			}
			if n := len(server.Calls(method)); n > 2 {
				t.Errorf("%d calls with a refused token", n)
			}
		})
	}
}

func TestWebhookStopsTheBot(t *testing.T) {
	server := serve(t)
	server.SetWebhook("https://example.org/hook")
	b := run(t, server, &parrot{})
	if err := b.wait(); err == nil || !strings.Contains(err.Error(), "deleteWebhook") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
}

func TestAnotherPollerIsNamedAndSurvived(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "getUpdates", Status: 409, Times: 3, Text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
	b := run(t, server, &parrot{})
	b.untilLogged("only one may run")
	ada := server.Member("Ada", "en")
	chat := server.Private(ada)
	server.Say(chat, ada, "where?")
	b.messages(chat, 1)
}

func TestPollSurvives(t *testing.T) {
	for name, fault := range map[string]bottest.TelegramFault{
		"500":            {Status: 500, Text: "Internal Server Error: restart"},
		"502 page":       {Status: 502, Body: "<html>502 Bad Gateway</html>"},
		"429":            {Status: 429, Text: "Too Many Requests: retry after 1", RetryAfter: 1},
		"empty body":     {RawBody: true},
		"cut JSON":       {Body: `{"ok":true,"result":[{"upd`},
		"other JSON":     {Body: `{"ok":true,"result":"hello"}`},
		"redirect":       {Status: 302, Body: "<html>moved</html>"},
		"dropped":        {Drop: bottest.DropBefore},
		"dropped result": {Drop: bottest.DropAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := bottest.NewTelegram(t, bottest.TelegramOptions{Token: canary})
			for _, method := range []string{"getMe", "getUpdates", "setMyCommands"} {
				fault.Method = method
				server.Fail(fault)
			}
			c := config(server, &parrot{}, nil)
			a, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- a.Run(ctx) }()
			ada := server.Member("Ada", "en")
			chat := server.Private(ada)
			server.Say(chat, ada, "where?")
			patient, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			if _, err := server.WaitMessages(patient, chat, 1); err != nil {
				t.Error(err)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestServerThatDoesNotWaitIsNotFlooded(t *testing.T) {
	server := serve(t)
	server.Fail(bottest.TelegramFault{Method: "getUpdates", Times: 1000, Body: `{"ok":true,"result":[]}`})
	b := run(t, server, &parrot{})
	b.until("two polls", func() bool { return len(server.Calls("getUpdates")) >= 2 })
	if calls := server.Calls("getUpdates"); calls[1].At.Sub(calls[0].At) < shortest/2 {
		t.Errorf("%d polls, the second %s after the first", len(calls), calls[1].At.Sub(calls[0].At))
	}
}

func TestCommandMenu(t *testing.T) {
	server := serve(t)
	b := run(t, server, &parrot{})
	b.until("both menus", func() bool { return len(server.Commands("")) > 0 && len(server.Commands("zh")) > 0 })
	want := []string{"ask", "project", "sources", "subscribe", "unsubscribe", "reset", "forget", "help"}
	if got := server.Commands(""); !slices.Equal(got, want) {
		t.Errorf("commands %v, want %v", got, want)
	}
	if calls := server.Calls("setMyCommands"); !strings.Contains(calls[1].Params["commands"], "报告") {
		t.Errorf("the Chinese menu is %s", calls[1].Params["commands"])
	}
}

func TestTelegramUnreachable(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	_ = closed.Close()
	for name, endpoint := range map[string]string{
		"refused":      "http://" + address,
		"no TLS":       "https://SERVER",
		"unknown host": "http://no-such-host.invalid",
		"dropped":      "http://SERVER",
	} {
		t.Run(name, func(t *testing.T) {
			server := bottest.NewTelegram(t, bottest.TelegramOptions{Token: canary})
			server.Fail(bottest.TelegramFault{Times: 100, Drop: bottest.DropBefore})
			b := run(t, server, &parrot{}, func(c *Config) {
				c.Endpoint = strings.Replace(endpoint, "SERVER", strings.TrimPrefix(server.URL(), "http://"), 1)
			})
			b.untilLogged("telegram not reached")
			if err := b.stop(); err != nil {
				t.Errorf("Run: %v, want nil at the end of its context", err)
			}
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	h := &parrot{}
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{Handler: h}, "123456:ABC-DEF"},
		{Config{Handler: h, Token: "my secret token"}, "123456:ABC-DEF"},
		{Config{Handler: h, Token: "1:a/../b"}, "123456:ABC-DEF"},
		{Config{Handler: h, Token: canary, Endpoint: "api.telegram.org"}, DefaultEndpoint},
		{Config{Handler: h, Token: canary, Endpoint: "http://x/%s"}, DefaultEndpoint},
		{Config{Token: canary}, "handler"},
	} {
		_, err := New(c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: got %v, want %q in it", c.config.Endpoint, err, c.want)
		}
	}
	a, err := New(Config{Handler: h, Token: canary})
	if err != nil || a.Name() != "telegram" {
		t.Errorf("got %v, %v", a, err)
	}
}
