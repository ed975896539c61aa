package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/discord"
	"github.com/waymark-bot/waymark/bot/telegram"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/openai"
)

// A sandbox is the program at work, with its streams.
type sandbox struct {
	t        *testing.T
	in       io.WriteCloser
	out      *bufio.Reader
	seen     strings.Builder
	errs     bytes.Buffer
	ended    chan int
	settings map[string]string
}

// specs is the flag that holds every request against the specifications, where
// they are at hand. Reading them takes a second.
func specs() []string {
	if dir := os.Getenv("WAYMARK_SHARED"); dir != "" {
		return []string{"--spec", filepath.Join(dir, "specs")}
	}
	return nil
}

func open(t *testing.T, args ...string) *sandbox {
	t.Helper()
	args = append([]string{"--telegram", "127.0.0.1:0", "--discord", "127.0.0.1:0", "--model", "127.0.0.1:0", "--wait", "15s"}, args...)
	stdin, in := io.Pipe()
	out, stdout := io.Pipe()
	s := &sandbox{t: t, in: in, out: bufio.NewReader(out), ended: make(chan int, 1), settings: make(map[string]string)}
	go func() {
		code := run(t.Context(), args, stdin, stdout, &s.errs)
		_ = stdout.Close()
		s.ended <- code
	}()
	s.until("/quit ends.")
	for line := range strings.Lines(s.seen.String()) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "="); ok {
			s.settings[name] = value
		}
	}
	return s
}

// until reads until text has been printed.
func (s *sandbox) until(text string) string {
	s.t.Helper()
	from := s.seen.Len()
	for !strings.Contains(s.seen.String()[from:], text) {
		b, err := s.out.ReadByte()
		if err != nil {
			s.t.Fatalf("no %q before the end: %v\nprinted:\n%s\nerrors:\n%s", text, err, s.seen.String(), s.errs.String())
		}
		s.seen.WriteByte(b)
	}
	return s.seen.String()[from:]
}

// finish returns what is printed from now to the end, and the exit code.
func (s *sandbox) finish() (string, int) {
	s.t.Helper()
	rest, err := io.ReadAll(s.out)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(rest), <-s.ended
}

// bots runs both adapters as the printed settings say.
func bots(t *testing.T, settings map[string]string, h bot.Handler) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	d, err := discord.New(discord.Config{
		Token: settings["WAYMARK_DISCORD_TOKEN"], Endpoint: settings["WAYMARK_DISCORD_ENDPOINT"], Handler: h, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	tg, err := telegram.New(telegram.Config{
		Token: settings["WAYMARK_TELEGRAM_TOKEN"], Endpoint: settings["WAYMARK_TELEGRAM_ENDPOINT"], Handler: h, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	for _, a := range []bot.Adapter{d, tg} {
		go func() { ended <- a.Run(ctx) }()
	}
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
		}
	})
}

// A member asks in every place; the bot is the real one, on a scripted answerer.
func TestEveryPlace(t *testing.T) {
	s := open(t, append(specs(), "--model", "")...)
	bots(t, s.settings, bot.New(bot.Config{Answerer: &bottest.Answerer{}}))
	lines := []string{
		"in private?",
		"/in telegram group", "nobody listens", "@bot in the group?", "/ask in the group, by command?",
		"/in discord server", "nobody listens", "@bot in the server?", "/ask in the server, by command?", "/dance",
		"/in discord dm", "in direct?", "/help",
		"/in nowhere",
	}
	go func() { _, _ = io.WriteString(s.in, strings.Join(lines, "\n")+"\n"); _ = s.in.Close() }()
	printed, code := s.finish()
	want := []string{
		"telegram private> in private?", "[telegram private] bot:\n  You asked: in private? [1]",
		"[1] Field Guide <https://example.org/guide?a=1&b=2>", "[2] Survey <of> Waymarks",
		"telegram private> /in telegram group", "telegram group> nobody listens", "(not said to the bot: begin with @bot",
		"telegram group> @bot in the group?", "[telegram group] bot:\n  You asked: in the group? [1]",
		"telegram group> /ask in the group, by command?", "[telegram group] bot:\n  You asked: in the group, by command? [1]",
		"discord server> nobody listens", "(not said to the bot: begin with @bot",
		"discord server> @bot in the server?", "[discord server] bot:\n  You asked: in the server? [1]",
		"[1] Field Guide › Paths > North (2024-03-27) https://example.org/guide?a=1&b=2",
		"discord server> /ask in the server, by command?", "[discord server] bot:\n  You asked: in the server, by command? [1]",
		"discord server> /dance", "(not said: slash command /dance is not registered)",
		"discord dm> in direct?", "[discord dm] bot:\n  You asked: in direct? [1]",
		"discord dm> /help", "[discord dm] bot:\n  Hi! I answer questions",
		`No place is called "nowhere". The places:`, "/in discord server",
	}
	rest := printed
	for _, text := range want {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("no %q where it is expected in:\n%s", text, printed)
		}
		rest = after
	}
	if n := strings.Count(printed, "bot:\n"); n != 7 {
		t.Errorf("%d messages of the bot, want 7:\n%s", n, printed)
	}
	if code != exitOK || s.errs.Len() > 0 {
		t.Errorf("exit code %d, errors:\n%s", code, s.errs.String())
	}
}

// TestPress holds that the member can vote, and gives the reason as the platform asks for it.
func TestPress(t *testing.T) {
	s, f := open(t, append(specs(), "--model", "")...), &bottest.Feedback{}
	bots(t, s.settings, bot.New(bot.Config{Answerer: &bottest.Answerer{}, Feedback: f}))
	lines := []string{
		"/press 1", "in private?", "/press 3", "/press 2", "/press 4",
		"/in discord server", "@bot in the server?", "/press 2", "/press 2 the year is wrong",
	}
	go func() { _, _ = io.WriteString(s.in, strings.Join(lines, "\n")+"\n"); _ = s.in.Close() }()
	rest, code := s.finish()
	for _, text := range []string{
		"(buttons below the last message: none; want /press 1)",
		"You asked: in private?", "(buttons below the answer: [1] 👍 Helpful  [2] 👎 Not helpful; /press 1)",
		"/press 3", "(buttons below the last message: [1] 👍 Helpful",
		"/press 2", "(only you see: Thank you, noted. If you like, say what was wrong.)", "[4] Out of date",
		"/press 4", "(only you see: Thank you, noted.)\n(buttons: [1] 👍 Helpful  [2] 👎 Not helpful)",
		"You asked: in the server?", "(only you see: Thank you, noted: What was wrong? (optional))",
		"the year is wrong", "(only you see: Thank you, noted.)",
	} {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("no %q where it is expected in:\n%s", text, rest)
		}
		rest = after
	}
	reasons := map[string]bool{}
	for _, v := range f.Votes() {
		reasons[v.Reason] = true
	}
	if code != exitOK || len(reasons) != 2 || !reasons["out of date"] || !reasons["the year is wrong"] {
		t.Errorf("exit code %d, reasons %v", code, reasons)
	}
}

// What the bot is writing is printed as it comes, and the answer once.
func TestWriting(t *testing.T) {
	s := open(t, append(specs(), "--model", "")...)
	bots(t, s.settings, bot.New(bot.Config{Answerer: &bottest.Answerer{
		Write: func(_ context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
			whole := bottest.Echo(q)
			show(bottest.Grown(whole, 1))
			time.Sleep(2 * quiet)
			return whole, nil
		},
	}}))
	lines := []string{"in private?", "/in discord server", "/ask by command?", "@bot in the server?"}
	go func() { _, _ = io.WriteString(s.in, strings.Join(lines, "\n")+"\n"); _ = s.in.Close() }()
	printed, code := s.finish()
	rest := printed
	for _, text := range []string{
		"[telegram private] bot is writing:\n  You asked: in private? [1]", "Still writing…",
		"[telegram private] bot:\n  You asked: in private? [1] Turns before: 0. [2]", "As of 2024-03",
		"[discord server] bot is writing:\n  You asked: by command? [1]", "Still writing…",
		"[discord server] bot:\n  You asked: by command? [1] Turns before: 0. [2]", "As of 2024-03",
		"[discord server] bot:\n  You asked: in the server? [1]",
	} {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("no %q where it is expected in:\n%s", text, printed)
		}
		rest = after
	}
	if n := strings.Count(printed, "bot:\n"); n != 3 || strings.Count(printed, "bot is writing") != 2 || code != exitOK {
		t.Errorf("%d messages of the bot, exit code %d:\n%s\nerrors:\n%s", n, code, printed, s.errs.String())
	}
}

// Without a bot nothing hangs: each line says what is missing.
func TestNoBot(t *testing.T) {
	s := open(t, "--wait", "50ms")
	go func() { _, _ = io.WriteString(s.in, "anybody?\n/in discord dm\nanybody?\n/quit\nnever read\n") }()
	printed, code := s.finish()
	for _, text := range []string{"(no answer within 50ms)", "(not said: the bot is not connected to discord"} {
		if !strings.Contains(printed, text) {
			t.Errorf("no %q in:\n%s", text, printed)
		}
	}
	if strings.Contains(printed, "never read") || code != exitOK {
		t.Errorf("exit code %d after:\n%s", code, printed)
	}
}

// The model at the printed settings answers out of the passages, with citations.
func TestModelServer(t *testing.T) {
	s := open(t, specs()...)
	g, err := openai.NewGenerator(openai.Config{BaseURL: s.settings["WAYMARK_MODEL_URL"], Model: s.settings["WAYMARK_MODEL"]})
	if err != nil {
		t.Fatalf("%v with the settings %v", err, s.settings)
	}
	if err := g.Check(t.Context()); err != nil {
		t.Error(err)
	}
	p := prompts.Answer(prompts.AnswerInput{Question: "How tall is the tower?", Passages: []prompts.Passage{
		{N: 1, Title: "Mills", Text: "The mill grinds wheat."},
		{N: 2, Title: "Towers", Text: "The tower is red. The tower is 46 metres tall."},
	}})
	text, _, err := g.Generate(t.Context(), rag.Prompt{System: p.System, User: p.User}, nil)
	if err != nil || text != "The tower is 46 metres tall [2]." {
		t.Errorf("text %q, error %v", text, err)
	}
	_ = s.in.Close()
	if _, code := s.finish(); code != exitOK || s.errs.Len() > 0 {
		t.Errorf("exit code %d, errors:\n%s", code, s.errs.String())
	}
}

func TestNoModelServer(t *testing.T) {
	s := open(t, "--model", "")
	if _, ok := s.settings["WAYMARK_MODEL_URL"]; ok || strings.Contains(s.seen.String(), "pretends") {
		t.Errorf("printed:\n%s", s.seen.String())
	}
	_ = s.in.Close()
	if _, code := s.finish(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestBadUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"not defined: -port":      {"--port", "1"},
		`unexpected argument "x"`: {"x"},
	} {
		var errs bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), io.Discard, &errs); code != exitBadUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("%v: exit code %d, errors %q", args, code, errs.String())
		}
	}
	for want, args := range map[string][]string{
		"listen":                {"--discord", "127.0.0.1:0", "--telegram", "256.0.0.1:0"},
		"start the model":       {"--discord", "127.0.0.1:0", "--telegram", "127.0.0.1:0", "--model", "256.0.0.1:0"},
		"discord specification": {"--discord", "127.0.0.1:0", "--telegram", "127.0.0.1:0", "--spec", t.TempDir()},
	} {
		var errs bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), io.Discard, &errs); code != exitFailed || !strings.Contains(errs.String(), want) {
			t.Errorf("%v: exit code %d, errors %q", args, code, errs.String())
		}
	}
}

// The program ends with its context while it waits for a line.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	stdin, in := io.Pipe()
	defer in.Close()
	if code := run(ctx, []string{"--telegram", "127.0.0.1:0", "--discord", "127.0.0.1:0", "--model", "127.0.0.1:0"}, stdin, io.Discard, io.Discard); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestPrintable(t *testing.T) {
	if got := printable("a\x1b[31mb\u009b\r\n\tc"); got != "a[31mb\n\tc" {
		t.Errorf("got %q", got)
	}
}
