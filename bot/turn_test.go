package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// answererFunc is an Answerer that notes what it is asked.
type answererFunc func(ctx context.Context, q rag.Question) (rag.Answer, error)

func (f answererFunc) Ask(ctx context.Context, q rag.Question) (rag.Answer, error) { return f(ctx, q) }

// echo answers with the question, in its language.
func echo(asked *[]rag.Question) Answerer {
	return answererFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
		*asked = append(*asked, q)
		lang := q.Language
		if lang == "" {
			lang = LanguageOf(q.Text, "")
		}
		return rag.Answer{Question: q.Text, Language: lang, Status: rag.Answered,
			Sentences: []rag.Sentence{{Text: q.Text, Cites: []int{1}}}, Citations: []rag.Citation{{N: 1, Title: "Guide"}}}, nil
	})
}

type names []string

func (n names) Names() []string { return n }

func newTestBot(asked *[]rag.Question) *Bot {
	return New(Config{
		Answerer: echo(asked),
		Projects: names{"North Path", "South Path", "Pathfinder", "Old Mill"},
		About:    map[string]string{"en": "paths and their marks", "zh": "路与路标"},
		Reports:  []Source{{Title: "Field Guide", Published: "2024"}, {Title: "Survey"}},
		Examples: map[string][]string{"en": {"Where does the path go?"}, "zh": {"路通向哪里？"}},
	})
}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		name string
		m    Message
		want []string // parts of the reply, in order
		lang string
	}{
		{"start", Message{Command: "start", Text: "ref_code"}, []string{"Hi!", "paths and their marks", "Field Guide", "Survey", "Where does the path go?", "/project NAME"}, "en"},
		{"start of a Chinese client", Message{Command: "start", Text: "ref_code", Locale: "zh-hans"}, []string{"你好", "路与路标", "Field Guide", "路通向哪里？", "/project"}, "zh"},
		{"help", Message{Command: "help", Locale: "fr"}, []string{"Hi!"}, "en"},
		{"nothing", Message{Text: "  "}, []string{"Hi!"}, "en"},
		{"question", Message{Text: "where?"}, []string{"where? [1]", "Sources", "[1] Guide"}, "en"},
		{"question in Chinese on an English client", Message{Text: "路在哪里", Locale: "en"}, []string{"路在哪里[1]", "来源"}, "zh"},
		{"question in English on a Chinese client", Message{Text: "where is it?", Locale: "zh-CN"}, []string{"where is it?", "Sources"}, "en"},
		{"ask", Message{Command: "ask", Text: "where?"}, []string{"where?"}, "en"},
		{"ask nothing", Message{Command: "ask", Locale: "zh"}, []string{"/ask 问题"}, "zh"},
		{"project", Message{Command: "project", Text: "North Path"}, []string{"Give me a summary of North Path"}, "en"},
		{"project on a Chinese client", Message{Command: "project", Text: "North Path", Locale: "zh"}, []string{"介绍一下 North Path"}, "zh"},
		{"project in Chinese", Message{Command: "project", Text: "北路"}, []string{"介绍一下 北路"}, "zh"},
		{"project nothing", Message{Command: "project"}, []string{"/project NAME", "For example: North Path, South Path"}, "en"},
		{"sources", Message{Command: "sources"}, []string{"I know these reports", "[1] Field Guide (2024)", "[2] Survey"}, "en"},
		{"reset", Message{Command: "reset", Locale: "zh"}, []string{"已清空"}, "zh"},
		{"no text", Message{Command: CommandNoText}, []string{"I can only read text"}, "en"},
		{"unknown", Message{Command: "weather", Text: "now"}, []string{"I do not know /weather.", "Hi!"}, "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked []rag.Question
			r := newTestBot(&asked).Handle(t.Context(), c.m)
			rest := shown(r)
			for _, part := range c.want {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("no %q in\n%s", part, shown(r))
				}
				rest = after
			}
			if r.Language != c.lang {
				t.Errorf("language %q, want %q", r.Language, c.lang)
			}
		})
	}
}

func TestSessionOfATalk(t *testing.T) {
	var asked []rag.Question
	b := newTestBot(&asked)
	say := func(m Message) { b.Handle(t.Context(), m) }
	ada := Message{Platform: "p", Chat: "1", User: "ada"}
	with := func(m Message, text string) Message { m.Text = text; return m }
	say(with(ada, "路在哪里"))
	say(with(ada, "它有多长"))
	say(Message{Platform: "p", Chat: "1", User: "ben", Text: "what is it?"})
	say(Message{Platform: "p", Chat: "2", User: "ada", Text: "what is it?"})
	say(Message{Platform: "q", Chat: "1", User: "ada", Text: "what is it?"})
	say(Message{Platform: "p", Chat: "1", User: "ada", Command: "project", Text: "Old Mill", Locale: "en"})
	say(Message{Platform: "p", Chat: "1", User: "ada", Command: "reset"})
	say(with(ada, "它有多长"))
	var got []string
	for _, q := range asked {
		before := []string{}
		for _, turn := range q.Turns {
			before = append(before, turn.Question)
			if turn.Answer == nil || turn.Answer.Question != turn.Question {
				t.Errorf("turn %q came with the answer %v", turn.Question, turn.Answer)
			}
		}
		got = append(got, fmt.Sprintf("%s %v", q.Text, before))
	}
	want := []string{
		"路在哪里 []", "它有多长 [路在哪里]", "what is it? []", "what is it? []", "what is it? []",
		"介绍一下 Old Mill [路在哪里 它有多长]", "它有多长 []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestErrorsBecomeWords(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7:5432: password=hunter2")
	for _, c := range []struct {
		err    error
		lang   string
		want   string
		logged string
	}{
		{fmt.Errorf("search: %w", context.DeadlineExceeded), "en", "That took too long.", ""},
		{fmt.Errorf("search: %w", context.DeadlineExceeded), "zh", "处理时间过长", ""},
		{ErrBusy, "en", "Busy right now.", ""},
		{context.Canceled, "en", "I am being restarted.", ""},
		{ErrStopped, "zh", "我正在重启", ""},
		{&TooLongError{Length: 9, Limit: 5}, "en", "under 5 characters", ""},
		{secret, "en", "Something went wrong (ref ", "hunter2"},
		{secret, "zh", "出错了（编号 ", "hunter2"},
	} {
		var log bytes.Buffer
		text := map[string]string{"en": "where?", "zh": "在哪里"}[c.lang]
		b := New(Config{
			Answerer: answererFunc(func(context.Context, rag.Question) (rag.Answer, error) { return rag.Answer{}, c.err }),
			Logger:   slog.New(slog.NewTextHandler(&log, nil)),
		})
		got := shown(b.Handle(t.Context(), Message{Text: text}))
		if !strings.Contains(got, c.want) || strings.Contains(got, "hunter2") {
			t.Errorf("%v: said %q, want %q", c.err, got, c.want)
		}
		if !strings.Contains(log.String(), c.logged) || strings.Contains(log.String(), text) {
			t.Errorf("%v: logged %q", c.err, log.String())
		}
		if c.logged != "" {
			_, ref, _ := strings.Cut(log.String(), "ref=")
			if ref, _, _ = strings.Cut(ref, " "); len(ref) != 5 || !strings.Contains(got, ref) {
				t.Errorf("the reference %q of the log is not in %q", ref, got)
			}
		}
	}
}

func TestPanicBecomesWords(t *testing.T) {
	b := New(Config{Answerer: answererFunc(func(context.Context, rag.Question) (rag.Answer, error) { panic("index out of range") })})
	if got := shown(b.Handle(t.Context(), Message{Text: "where?"})); !strings.HasPrefix(got, "Something went wrong (ref ") {
		t.Errorf("got %q", got)
	}
}

func TestQuestionTooLong(t *testing.T) {
	var asked []rag.Question
	b := New(Config{Answerer: echo(&asked), Limits: Limits{Question: 5}})
	if got := shown(b.Handle(t.Context(), Message{Text: "路路路路路路"})); !strings.Contains(got, "5 个字") || len(asked) != 0 {
		t.Errorf("got %q after %d questions", got, len(asked))
	}
	b.Handle(t.Context(), Message{Text: "路路路路路"})
	if len(asked) != 1 {
		t.Error("a question of just the limit was not asked")
	}
}

func TestHandleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{
			Answerer: answererFunc(func(ctx context.Context, _ rag.Question) (rag.Answer, error) {
				<-ctx.Done()
				return rag.Answer{}, ctx.Err()
			}),
			Limits: Limits{Timeout: time.Minute},
		})
		began := time.Now()
		got := shown(b.Handle(t.Context(), Message{Text: "where?"}))
		if !strings.HasPrefix(got, "That took too long.") || time.Since(began) != time.Minute {
			t.Errorf("got %q after %s", got, time.Since(began))
		}
	})
}

// brokenSessions are a store that is down.
type brokenSessions struct{}

var errDown = errors.New("down")

func (brokenSessions) Turns(context.Context, string) ([]rag.Turn, error) { return nil, errDown }
func (brokenSessions) Add(context.Context, string, rag.Turn) error       { return errDown }
func (brokenSessions) Reset(context.Context, string) error               { return errDown }

func TestAnswersWithoutSessions(t *testing.T) {
	var asked []rag.Question
	b := New(Config{Answerer: echo(&asked), Sessions: brokenSessions{}})
	if got := shown(b.Handle(t.Context(), Message{Text: "where?"})); !strings.HasPrefix(got, "where? [1]") {
		t.Errorf("got %q", got)
	}
	if got := shown(b.Handle(t.Context(), Message{Command: "reset"})); !strings.Contains(got, "Something went wrong") {
		t.Errorf("reset that did not happen says %q", got)
	}
}

func TestSuggest(t *testing.T) {
	b := newTestBot(new([]rag.Question))
	for typed, want := range map[string][]string{
		"path": {"Pathfinder", "North Path", "South Path"}, "OLD": {"Old Mill"}, "ill": {"Old Mill"}, "zzz": nil, " so": {"South Path"},
		"": {"North Path", "South Path", "Pathfinder"},
	} {
		if diff := cmp.Diff(want, b.Suggest(typed, 3), cmp.Transformer("nil", func(s []string) string { return fmt.Sprint(s) })); diff != "" {
			t.Errorf("%q: -want +got:\n%s", typed, diff)
		}
	}
	if got := New(Config{}).Suggest("x", 3); got != nil {
		t.Errorf("without projects: %v", got)
	}
}

func TestLanguageOf(t *testing.T) {
	for text, want := range map[string]string{
		"where is it?": "en", "它在哪里": "zh", "GR20 步道有多长": "zh", "Old Mill Path 是什么": "zh", "what does 路标 mean in this book": "en",
		"路标 mean": "zh", "what 路标是": "zh", "道路標誌在哪裡": "zh", "où est-il ?": "en",
	} {
		if got := LanguageOf(text, "de"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for locale, want := range map[string]string{"zh-hans": "zh", "ZH-TW": "zh", "zh": "zh", "en-GB": "en", "": "en", "ja": "en"} {
		if got := LanguageOf("42?", locale); got != want {
			t.Errorf("locale %q: %s, want %s", locale, got, want)
		}
	}
}

func TestMenuFitsThePlatforms(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		for _, c := range Commands(lang) {
			if strings.ToLower(c.Name) != c.Name || len(c.Name) > 32 || UTF16Len(c.Description) > 100 || c.Description == "" {
				t.Errorf("%s: %+v", lang, c)
			}
		}
	}
	if len(Commands("en")) != len(Commands("zh")) {
		t.Error("the menus differ in length")
	}
}
