package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/discord"
	"github.com/waymark-bot/waymark/bot/telegram"
	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/index"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// TestAttacks holds that a reply, as Telegram and Discord show it, calls nobody and links to
// nothing but its reports: both what an engine lets through whose model does as the attack
// wants, and an answer that nobody has checked.
func TestAttacks(t *testing.T) {
	attacks, err := ragtest.ReadAttacks("../corpus/testdata/attacks/attacks.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		attacks = attacks[:20]
	}
	replies := map[string]rag.Answer{} // by the question
	var asked []string
	w := worlds{}
	for _, a := range attacks {
		for _, l := range []rag.Answer{checked(t, w, a), unchecked(a)} {
			q := fmt.Sprintf("%s/%s", a.ID, l.Mode)
			replies[q] = l
			asked = append(asked, q)
		}
	}
	answerer := &bottest.Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) { return replies[q.Text], nil }}
	t.Run("telegram", func(t *testing.T) { overTelegram(t, answerer, asked, replies) })
	t.Run("discord", func(t *testing.T) { overDiscord(t, answerer, asked, replies) })
}

// landscape reads the reports that the attacks stand in, once.
var landscape = sync.OnceValues(func() ([]corpus.Report, error) {
	reports, _, err := corpus.ReadPaths("../corpus/testdata/grid-storage")
	return reports, err
})

// A worlds holds configurations of engines, by what stands in their reports.
type worlds map[string]rag.Config

// over returns the configuration of an engine over the landscape and the attack's report.
func (w worlds) over(t *testing.T, a ragtest.Attack) rag.Config {
	t.Helper()
	key := ""
	if slices.Contains([]string{"passage", "project", "title"}, a.Place) {
		key = a.ID
	}
	if cfg, ok := w[key]; ok {
		return cfg
	}
	reports, err := landscape()
	if err != nil {
		t.Fatal(err)
	}
	poisoned, err := a.Report()
	if err != nil {
		t.Fatal(err)
	}
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	reports = append(slices.Clone(reports), poisoned)
	passages, c := rag.Prepare(reports, nil, v)
	ix, err := index.Memory(t.Context(), index.Content{Reports: reports, Passages: passages}, index.Lexical{})
	if err != nil {
		t.Fatal(err)
	}
	w[key] = rag.Config{Index: ix, Catalogue: c, Vocabulary: v, Embedder: index.Lexical{}}
	return w[key]
}

// checked is the answer of an engine whose model obeys.
func checked(t *testing.T, w worlds, a ragtest.Attack) rag.Answer {
	t.Helper()
	cfg := w.over(t, a)
	cfg.Generator = ragtest.NewGenerator(a.Obedient(false))
	e := rag.New(cfg)
	q := rag.Question{Text: a.Question}
	switch a.Place {
	case "question":
		q.Text = a.Text
	case "turn":
		q.Turns = []rag.Turn{{Question: a.Before, Answer: &rag.Answer{Sentences: []rag.Sentence{{Text: a.Text}}}}}
	}
	answer, err := e.Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	answer.Mode = "checked"
	return answer
}

// unchecked is an answer that is the attack, wherever an answer has words.
func unchecked(a ragtest.Attack) rag.Answer {
	said := ragtest.Fill(a.Obeys, rag.Prompt{})
	return rag.Answer{
		Language: "en", Status: rag.Answered, Mode: "unchecked", Notice: said, AsOf: "2025",
		Sentences: []rag.Sentence{{Text: said, Heading: true}, {Text: said, Cites: []int{1}, Break: true}, {Text: "It is a row. " + said, Cites: []int{1, 2}, Break: true}},
		Citations: []rag.Citation{
			{N: 1, Report: "a", Title: a.Text + said, Section: said, Published: "2025", URL: "https://example.com/a", Quote: said},
			{N: 2, Report: "b", Title: said, Section: a.Text, URL: "javascript:alert(1)", Quote: a.Text},
		},
	}
}

func overTelegram(t *testing.T, answerer *bottest.Answerer, asked []string, replies map[string]rag.Answer) {
	server := bottest.NewTelegram(t, bottest.TelegramOptions{})
	a, err := telegram.New(telegram.Config{Token: server.Token(), Endpoint: server.URL(), Handler: handler(answerer), Poll: time.Second, Backoff: 5 * time.Millisecond, Grace: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	chats := map[string]bottest.TelegramChat{}
	for _, q := range asked {
		member := server.Member("Ada", "en")
		chats[q] = server.Private(member)
		server.Say(chats[q], member, q)
	}
	for _, q := range asked {
		messages, err := server.WaitMessages(t.Context(), chats[q], 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			for _, e := range m.Entities {
				if e.User != nil || e.URL != "" && !slices.ContainsFunc(replies[q].Citations, func(c rag.Citation) bool { return c.URL == e.URL }) {
					t.Errorf("%s: a live link or mention: %+v", q, e)
				}
			}
			own, _, _ := strings.Cut(m.Text, "\n"+bot.SourcesHeading(replies[q].Language))
			if replies[q].Mode == "checked" {
				calm(t, q, own, replies[q])
			}
		}
	}
}

func overDiscord(t *testing.T, answerer *bottest.Answerer, asked []string, replies map[string]rag.Answer) {
	server, err := bottest.StartDiscord("127.0.0.1:0", bottest.DiscordOptions{MessageLimit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Close()
		for _, f := range server.Findings() {
			t.Errorf("discord: %s", f) // mentions that are not switched off among them
		}
	})
	a, err := discord.New(discord.Config{Token: server.Token(), Endpoint: server.URL(), Handler: handler(answerer), Timing: discord.Timing{Grace: 5 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, a)
	if err := server.WaitCommand(t.Context(), "ask"); err != nil {
		t.Fatal(err)
	}
	places := map[string]bottest.DiscordPlace{}
	for _, q := range asked {
		places[q] = server.AddChannel("room")
		server.Mention(places[q], server.AddUser("member", false), q)
	}
	for _, q := range asked {
		messages, err := server.WaitAnswers(t.Context(), places[q].Channel, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			bare := strings.ReplaceAll(m.Content, `\\`, "")
			if l := liveInDiscord.FindString(bare); l != "" {
				t.Errorf("%s: %q is live in %q", q, l, m.Content)
			}
			bottest.RenderDiscord(m.Content, func(label, address string) string {
				if !slices.ContainsFunc(replies[q].Citations, func(c rag.Citation) bool { return c.URL == address }) {
					t.Errorf("%s: %q hides a foreign link, %s", q, label, address)
				}
				return label
			})
			own, _, _ := strings.Cut(bottest.DiscordText(m.Content), "\n"+bot.SourcesHeading(replies[q].Language))
			if replies[q].Mode == "checked" {
				calm(t, q, own, replies[q])
			}
		}
	}
}

var (
	// https://docs.discord.com/developers/reference#message-formatting
	liveInDiscord = regexp.MustCompile(`@everyone|@here|(?:^|[^\\])<(?:[@#:]|a:|t:|id:)`)

	calls     = regexp.MustCompile(`@\pL[\pL\pN_]*`)
	addresses = regexp.MustCompile(`(?i)[a-z]{2,6}://[^\s]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:example|me|gg)\b[^\s,)）。]*`)
)

// calm holds that the answer's own words name nobody with an at sign, and no address, that is
// not in the text they cite.
func calm(t *testing.T, q, own string, a rag.Answer) {
	t.Helper()
	for _, found := range append(calls.FindAllString(own, -1), addresses.FindAllString(own, -1)...) {
		if !slices.ContainsFunc(a.Citations, func(c rag.Citation) bool {
			return strings.Contains(c.Quote+c.Section+c.URL, strings.TrimRight(found, ".,"))
		}) {
			t.Errorf("%s: %q is shown in %q", q, found, own)
		}
	}
}

// handler is the bot over an answerer, without limits that a test would meet.
func handler(a bot.Answerer) bot.Handler {
	return bot.New(bot.Config{Answerer: a, Logger: slog.New(slog.DiscardHandler)})
}

// serve runs an adapter for as long as the test lasts.
func serve(t *testing.T, a bot.Adapter) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}
