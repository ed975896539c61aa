package rag_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
