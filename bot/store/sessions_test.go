package store_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

// eachSessions runs a test on sessions in memory and on both engines: they are
// to do the same.
func eachSessions(t *testing.T, limits bot.SessionLimits, test func(t *testing.T, s bot.Sessions, c *clock)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		c := newClock()
		test(t, bot.NewMemory(limits, c.now), c)
	})
	onEach(t, func(t *testing.T, p place) {
		test(t, p.open(t, func(c *store.Config) { c.Sessions = limits }), p.clock)
	})
}

func asked(question string) rag.Turn { return rag.Turn{Question: question} }

func questions(t testing.TB, s bot.Sessions, key string) []string {
	t.Helper()
	turns, err := s.Turns(t.Context(), key)
	noError(t, err)
	var out []string
	for _, turn := range turns {
		out = append(out, turn.Question)
	}
	return out
}

func wantQuestions(t *testing.T, s bot.Sessions, key string, want ...string) {
	t.Helper()
	if got := questions(t, s, key); !slices.Equal(got, want) {
		t.Errorf("talk %s: %q, want %q", key, got, want)
	}
}

func TestSessionKeepsAnswers(t *testing.T) {
	full := rag.Turn{Question: "what is \"it\"?\x00 它是什么", Answer: &rag.Answer{
		ID: "77", Question: "what is it?", Language: "zh", Status: rag.Answered,
		Sentences: []rag.Sentence{{Text: "第一。", Cites: []int{1, 2}}, {Text: "Second", Break: true, Heading: true}},
		Citations: []rag.Citation{{
			N: 1, Report: "r", Title: "T", Section: "A > B", Published: "2024-03", Inferred: true,
			URL: "https://example.org/?a=1&b=<2>", Quote: "verbatim\n\t“quote” \u2028", Start: 3, End: 30, Passage: "r#1",
		}, {N: 2, Report: "s"}},
		Projects: []string{"One", "Two"}, Related: []string{"near"}, AsOf: "2024", Conflict: true, Mode: rag.Mode("model"),
		Notice: "a notice", Usage: rag.Usage{Model: "m", PromptTokens: 1, CompletionTokens: 2, Calls: 3}, Elapsed: 12345 * time.Microsecond,
	}}
	eachSessions(t, bot.SessionLimits{}, func(t *testing.T, s bot.Sessions, _ *clock) {
		noError(t, s.Add(t.Context(), "telegram/1/2", full))
		noError(t, s.Add(t.Context(), "telegram/1/2", asked("and then?")))
		got, err := s.Turns(t.Context(), "telegram/1/2")
		noError(t, err)
		if diff := cmp.Diff([]rag.Turn{full, asked("and then?")}, got); diff != "" {
			t.Error(diff)
		}
		wantQuestions(t, s, "telegram/1/3")
	})
}

func TestSessionForgetsTrace(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, a := p.open(t), rag.Answer{Status: rag.Answered, Trace: &rag.Trace{Fallback: "secret reasons"}}
		noError(t, s.Add(t.Context(), "a/b/c", rag.Turn{Question: "q", Answer: &a}))
		got, err := s.Turns(t.Context(), "a/b/c")
		noError(t, err)
		if len(got) != 1 || got[0].Answer.Trace != nil || a.Trace == nil {
			t.Errorf("%+v, want the answer without its trace, and the caller's as it was", got)
		}
	})
}

func TestSessionLimits(t *testing.T) {
	limits := bot.SessionLimits{Turns: 3, Sessions: 2, TTL: time.Minute}
	eachSessions(t, limits, func(t *testing.T, s bot.Sessions, c *clock) {
		for i := range 5 {
			noError(t, s.Add(t.Context(), "t/1/1", asked(strconv.Itoa(i))))
			c.pass(time.Second)
		}
		wantQuestions(t, s, "t/1/1", "2", "3", "4")
		noError(t, s.Add(t.Context(), "t/1/2", asked("two")))
		c.pass(time.Second)
		noError(t, s.Add(t.Context(), "t/1/1", asked("5")))
		c.pass(time.Second)
		noError(t, s.Add(t.Context(), "t/1/3", asked("three"))) // one too many: 2 was used first
		wantQuestions(t, s, "t/1/2")
		wantQuestions(t, s, "t/1/1", "3", "4", "5")
		wantQuestions(t, s, "t/1/3", "three")
	})
}

func TestSessionEnds(t *testing.T) {
	eachSessions(t, bot.SessionLimits{TTL: time.Minute}, func(t *testing.T, s bot.Sessions, c *clock) {
		noError(t, s.Add(t.Context(), "t/1/1", asked("a")))
		c.pass(time.Minute)
		wantQuestions(t, s, "t/1/1", "a")
		c.pass(time.Microsecond)
		wantQuestions(t, s, "t/1/1")
		noError(t, s.Add(t.Context(), "t/1/1", asked("b")))
		wantQuestions(t, s, "t/1/1", "b")
		noError(t, s.Reset(t.Context(), "t/1/1"))
		wantQuestions(t, s, "t/1/1")
		noError(t, s.Reset(t.Context(), "t/1/1"))
	})
}

// TestSessionOfSeveral holds that programs that add to one talk at the same time
// lose no turn.
func TestSessionOfSeveral(t *testing.T) {
	const each = 20
	onEach(t, func(t *testing.T, p place) {
		var programs []*store.Store
		for range 3 {
			programs = append(programs, p.open(t, func(c *store.Config) { c.Sessions.Turns = 3 * each }))
		}
		var done sync.WaitGroup
		for i, s := range programs {
			done.Go(func() {
				for n := range each {
					if err := s.Add(t.Context(), "t/1/1", asked(fmt.Sprintf("%d %02d", i, n))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done.Wait()
		got := questions(t, programs[0], "t/1/1")
		if len(got) != 3*each {
			t.Fatalf("%d turns are left, want %d", len(got), 3*each)
		}
		for i := range programs { // each program's turns are in its order
			mine := slices.DeleteFunc(slices.Clone(got), func(q string) bool { return !strings.HasPrefix(q, strconv.Itoa(i)) })
			if len(mine) != each || !slices.IsSorted(mine) {
				t.Errorf("turns of program %d: %q", i, mine)
			}
		}
	})
}

func TestSessionSurvivesRestart(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, err := store.Open(t.Context(), p.config)
		noError(t, err)
		noError(t, s.Add(t.Context(), "t/1/1", asked("a")))
		noError(t, s.Close())
		wantQuestions(t, p.open(t), "t/1/1", "a")
	})
}
