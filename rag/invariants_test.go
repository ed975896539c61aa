package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// TestEveryAnswer asks all questions of the landscape; world.ask checks what is promised
// of every answer.
func TestEveryAnswer(t *testing.T) {
	w := landscape(t)
	answered := 0
	for _, l := range questions(t) {
		if w.ask(t, l.Question, l.before()...).Status == rag.Answered {
			answered++
		}
	}
	if answered < 30 {
		t.Errorf("%d questions answered, want 30 or more", answered)
	}
}

// TestEveryFormOfAQuestion asks every question in other dress.
func TestEveryFormOfAQuestion(t *testing.T) {
	w := landscape(t)
	for _, l := range some(questions(t)) {
		for _, form := range []string{
			strings.ToUpper(l.Question), strings.ToLower(l.Question), l.Question + l.Question, "hi bot, " + l.Question + " thanks!",
			strings.ReplaceAll(l.Question, " ", ""), l.Question + " [1] 【2】 <b>", strings.Repeat(l.Question+" ", 20),
		} {
			w.ask(t, form, l.before()...)
		}
	}
}

// TestAbsurdQuestions holds that what asks nothing is answered with no claim and no error.
func TestAbsurdQuestions(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"", " \n", "?", "？？", "...", "😀", "的", "$", "\x00\xff", strings.Repeat("why ", 500), strings.Repeat("啊", 2000), "which", "compare", "list", "多少", "the first one"} {
		w.ask(t, q)
		w.ask(t, q, "What is Gravholt?")
		w.ask(t, q, q, q)
	}
	for _, q := range []string{"", " \n", "?", "？？", "😀", "hello", "你好"} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q is answered: %s", q, a.Render())
		}
	}
}

// TestSameAnswerTwice holds that an answer depends on nothing but the question and the reports.
func TestSameAnswerTwice(t *testing.T) {
	w, again := landscape(t), landscape(t, fresh)
	untimed := cmpopts.IgnoreFields(rag.Answer{}, "Elapsed")
	for _, l := range some(questions(t)) {
		first := w.ask(t, l.Question, l.before()...)
		for _, other := range []*world{w, again} {
			if diff := cmp.Diff(first, other.ask(t, l.Question, l.before()...), untimed); diff != "" {
				t.Errorf("%q (-first +again):\n%s", l.Question, diff)
			}
		}
	}
}

// TestLanguageOfAnswers holds that an answer's own words are in its language.
func TestLanguageOfAnswers(t *testing.T) {
	w := landscape(t)
	for _, l := range some(questions(t)) {
		for _, language := range []string{"en", "zh"} {
			a, err := w.Ask(t.Context(), rag.Question{Text: l.Question, Language: language})
			if err != nil {
				t.Fatal(err)
			}
			w.check(t, l.Question, a)
			if a.Language != language {
				t.Errorf("%q in %s is answered in %s", l.Question, language, a.Language)
			}
			if a.Status != rag.Answered && len(a.Related) == 0 {
				if han := strings.ContainsAny(a.Render(), "。，我的"); han != (language == "zh") {
					t.Errorf("%q in %s: %s", l.Question, language, a.Render())
				}
			}
		}
	}
}

// TestOnlyOfTheAsked holds that a question about one company is answered from what the
// reports say of that company, whichever it is and whatever is asked.
func TestOnlyOfTheAsked(t *testing.T) {
	w := landscape(t)
	numbers := map[string]int{}
	for i, p := range w.config.Index.Passages() {
		numbers[p.ID] = i
	}
	asked := []string{
		"When was X founded?", "How much did X raise?", "Who founded X?", "Who is the chief executive of X?", "What is the valuation of X?", "How many customers does X have?",
		"What does X cost?", "who invested in X", "What is X?", "X 融资多少", "X 的创始人是谁", "X 什么时候投运的", "X 的估值", "X 有多少客户", "介绍一下 X",
	}
	for i, p := range w.config.Catalogue.Projects() {
		for j, q := range asked {
			if raceEnabled && (i+j)%7 > 0 {
				continue
			}
			q = strings.ReplaceAll(q, "X", p.Name)
			a := w.ask(t, q)
			for _, c := range a.Citations {
				if !slices.Contains(w.config.Catalogue.AboutAt(numbers[c.Passage], c.Start), p) && !p.NamedIn(corpus.Normal(c.Quote)) {
					t.Errorf("%q cites what is said of another: %q\n%s", q, c.Quote, a.Render())
				}
			}
			if a.Status != rag.OffTopic && !slices.Contains(a.Projects, p.Name) {
				t.Errorf("%q is about %q", q, a.Projects)
			}
		}
	}
}

// TestRender holds that the text is the sentences with their marks, one line a row.
func TestRender(t *testing.T) {
	a := rag.Answer{Sentences: []rag.Sentence{
		{Text: "Lines: 2 projects", Break: true, Heading: true},
		{Text: "Northline: two boats", Cites: []int{1}, Break: true},
		{Text: "Southline: one boat", Cites: []int{2, 3}, Break: true},
		{Text: "It is old.", Cites: []int{3}},
		{Text: "船很老。", Cites: []int{3}},
	}}
	want := "Lines: 2 projects\nNorthline: two boats [1]\nSouthline: one boat [2] [3] It is old. [3] 船很老。 [3]"
	if diff := cmp.Diff(want, a.Render()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (&rag.Answer{}).Render(); got != "" {
		t.Errorf("an empty answer renders as %q", got)
	}
}
