package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// A room is a place on a loopback platform where a member talks to the bot.
type room interface {
	// env is what waymark serve is told.
	env() []string
	ask(ctx context.Context, text string) error
	// said returns the messages of the bot once there are n.
	said(ctx context.Context, n int) ([]string, error)
	// limit makes the next message of the bot meet a 429 once.
	limit()
	findings() []string
}

// rooms starts one of each.
func rooms(t *testing.T) map[string]room {
	t.Helper()
	return map[string]room{"telegram": newTelegram(t), "discord": newDiscord(t)}
}

type telegramRoom struct {
	*bottest.Telegram
	member bottest.TelegramUser
	chat   bottest.TelegramChat
}

func newTelegram(t *testing.T) *telegramRoom {
	t.Helper()
	o := bottest.TelegramOptions{}
	if dir := os.Getenv("WAYMARK_SHARED"); dir != "" {
		o.Spec = filepath.Join(dir, "specs", "telegram", "api.json")
	}
	server, err := bottest.StartTelegram("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	r := &telegramRoom{Telegram: server, member: server.Member("Ada", "en")}
	r.chat = server.Private(r.member)
	return r
}

func (r *telegramRoom) env() []string {
	return []string{"WAYMARK_TELEGRAM_TOKEN=" + r.Token(), "WAYMARK_TELEGRAM_ENDPOINT=" + r.URL()}
}

func (r *telegramRoom) ask(_ context.Context, text string) error {
	r.Say(r.chat, r.member, text)
	return nil
}

func (r *telegramRoom) said(ctx context.Context, n int) ([]string, error) {
	messages, err := r.WaitMessages(ctx, r.chat, n)
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return out, err
}

func (r *telegramRoom) limit() {
	r.Fail(bottest.TelegramFault{Method: "sendMessage", Status: http.StatusTooManyRequests, Text: "Too Many Requests: retry after 1", RetryAfter: 1})
}

func (r *telegramRoom) findings() []string { return r.Findings() }

type discordRoom struct {
	*bottest.Discord
}

// discordSpec is Discord's specification, nil where it is absent.
var discordSpec = sync.OnceValues(func() (*bottest.DiscordSpec, error) {
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		return nil, nil
	}
	return bottest.LoadDiscordSpec(filepath.Join(dir, "specs", "discord", "openapi.json"))
})

func newDiscord(t *testing.T) *discordRoom {
	t.Helper()
	spec, err := discordSpec()
	if err != nil {
		t.Fatal(err)
	}
	server, err := bottest.StartDiscord("127.0.0.1:0", bottest.DiscordOptions{Spec: spec})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return &discordRoom{server}
}

func (r *discordRoom) env() []string {
	return []string{"WAYMARK_DISCORD_TOKEN=" + r.Token(), "WAYMARK_DISCORD_ENDPOINT=" + r.URL()}
}

func (r *discordRoom) ask(ctx context.Context, text string) error {
	if err := r.WaitCommand(ctx, "ask"); err != nil { // it is connected
		return err
	}
	r.Mention(r.Server(), r.Member(), text)
	return nil
}

func (r *discordRoom) said(ctx context.Context, n int) ([]string, error) {
	answers, err := r.WaitAnswers(ctx, r.Server().Channel, n)
	var out []string
	for _, m := range answers {
		out = append(out, m.Text())
	}
	return out, err
}

func (r *discordRoom) limit() {
	r.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusTooManyRequests, RetryAfter: 300 * time.Millisecond})
}

func (r *discordRoom) findings() []string { return r.Findings() }

// A talk asks in a room and waits for what the bot says.
type talk struct {
	t   *testing.T
	ctx context.Context
	room
	messages int
}

func newTalk(t *testing.T, r room) *talk {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return &talk{t: t, ctx: ctx, room: r}
}

// answer asks and returns the bot's next message.
func (k *talk) answer(question string) string {
	k.t.Helper()
	if err := k.ask(k.ctx, question); err != nil {
		k.t.Fatalf("ask %q: %v", question, err)
	}
	return k.next()
}

func (k *talk) next() string {
	k.t.Helper()
	k.messages++
	said, err := k.said(k.ctx, k.messages)
	if err != nil {
		k.t.Fatalf("wait for message %d: %v; so far %q", k.messages, err, said)
	}
	return said[k.messages-1]
}

// wants fails the test unless text holds all of parts.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in: %s", p, text)
		}
	}
}

// library ingests the test reports into a new data directory and returns it.
func library(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if r := command(t, "", nil, "ingest", "--data", dir, "testdata/lights"); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	return dir
}

// checkStopped looks at what a bot left that was told to stop.
func checkStopped(t *testing.T, p *process, r room) {
	t.Helper()
	if code := p.wait(); code != exitOK {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
	for _, f := range r.findings() {
		t.Errorf("finding: %s", f)
	}
	for _, e := range r.env() {
		if key, value, _ := strings.Cut(e, "="); strings.HasSuffix(key, "_TOKEN") {
			bottest.CheckSecret(t, value, p.stderr.String()+p.stdout.String())
		}
	}
}

func TestServe(t *testing.T) {
	dir := library(t)
	for name, r := range rooms(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, r.env(), "serve", "--data", dir)
			k := newTalk(t, r)
			wants(t, k.answer("How tall is the Southern Tower?"), "12 metres", "[1]", "Sources", "Harbour lights", "Southern Tower", "2023-04-12")
			wants(t, k.answer("And from how far away is its lamp seen?"), "9 miles", "[1]", "Harbour lights")
			r.limit()
			wants(t, k.answer("How tall is the Northern Tower?"), "42 metres", "[1]", "Harbour lights")
			p.signal(syscall.SIGTERM)
			checkStopped(t, p, r)
			if said, _ := r.said(t.Context(), 0); len(said) != 3 {
				t.Errorf("%d messages to three questions: %q", len(said), said)
			}
		})
	}
}

// TestServeStopsUnderWay sends SIGTERM while the model is answering.
func TestServeStopsUnderWay(t *testing.T) {
	dir := library(t)
	for name, r := range rooms(t) {
		t.Run(name, func(t *testing.T) {
			model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = model.Close() })
			asked, release := make(chan struct{}), make(chan struct{})
			model.Next(ragtest.Chat, ragtest.Fault{Name: "held back", Play: func(c *ragtest.Call) {
				close(asked)
				<-release
				c.Answer()
			}})
			p := start(t, append(r.env(), "WAYMARK_MODEL_URL="+model.URL(), "WAYMARK_MODEL=pretend"), "serve", "--data", dir)
			k := newTalk(t, r)
			if err := k.ask(k.ctx, "How tall is the Southern Tower?"); err != nil {
				t.Fatal(err)
			}
			select {
			case <-asked:
			case <-k.ctx.Done():
				close(release)
				t.Fatal("the model was not asked")
			}
			p.signal(syscall.SIGTERM)
			p.logged("stopping")
			if said, _ := r.said(t.Context(), 0); len(said) != 0 || p.isOver() {
				t.Errorf("with a question under way the bot has said %q, ended: %t", said, p.isOver())
			}
			close(release)
			wants(t, k.next(), "12 metres", "[1]", "Harbour lights")
			checkStopped(t, p, r)
		})
	}
}

// TestServeBoth runs both platforms in one process, and takes up reports that
// are ingested meanwhile.
func TestServeBoth(t *testing.T) {
	dir := library(t)
	both := rooms(t)
	var env []string
	for _, r := range both {
		env = append(env, r.env()...)
	}
	p := start(t, env, "serve", "--data", dir)
	talks := map[string]*talk{}
	for name, r := range both {
		talks[name] = newTalk(t, r)
		wants(t, talks[name].answer("How tall is the Southern Tower?"), "12 metres", "[1]")
	}
	if r := command(t, "", nil, "ingest", "--data", dir, "testdata/bridges"); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	p.logged("new reports taken up")
	for _, k := range talks {
		wants(t, k.answer("How long is the Iron Bridge?"), "310 metres", "[1]", "Bridges of the river")
		wants(t, k.answer("How tall is the Southern Tower?"), "12 metres")
	}
	p.signal(syscall.SIGTERM)
	for _, r := range both {
		checkStopped(t, p, r)
	}
}

// TestServeRefusedToken holds that one platform does not take the other with it,
// and that the exit code tells.
func TestServeRefusedToken(t *testing.T) {
	dir := library(t)
	tg, dc := newTelegram(t), newDiscord(t)
	tg.Fail(bottest.TelegramFault{Method: "getMe", Times: 1000, Status: http.StatusUnauthorized, Text: "Unauthorized"})
	p := start(t, append(tg.env(), dc.env()...), "serve", "--data", dir)
	p.logged("platform ended")
	wants(t, newTalk(t, dc).answer("How tall is the Southern Tower?"), "12 metres", "[1]")
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != exitFailure {
		t.Errorf("exit code %d, want 1", code)
	}
	wants(t, p.stderr.String(), "waymark: error: serve telegram: telegram refuses the token; take the current one from @BotFather")
	bottest.CheckSecret(t, tg.Token(), p.stderr.String())
}

func TestServeReportsAProblemOfTheIndex(t *testing.T) {
	dir := library(t)
	r := newTelegram(t)
	p := start(t, append(r.env(), "WAYMARK_EMBED_URL=http://127.0.0.1:1/v1", "WAYMARK_EMBED_MODEL=other"), "serve", "--data", dir)
	if code := p.wait(); code != exitFailure {
		t.Errorf("exit code %d, want 1", code)
	}
	wants(t, p.stderr.String(), "waymark: error: open ", "lexical-512-v1", "waymark ingest --rebuild")
}
