package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// towers is an answer of several sentences, and one in Chinese.
func towers() rag.Answer {
	return rag.Answer{
		Language: "en", Status: rag.Answered, AsOf: "2023-04",
		Sentences: []rag.Sentence{
			{Text: "The Northern Tower is a lighthouse of granite.", Cites: []int{1}},
			{Text: "It is 42 metres tall and its light reaches eighteen miles.", Cites: []int{2}},
			{Text: "北塔建于一八九〇年。", Cites: []int{1}},
			{Text: "The Southern Tower stands alone.", Cites: []int{1, 2}, Break: true},
		},
		Citations: []rag.Citation{
			{N: 1, Title: "Harbour lights", Section: "Northern Tower", Quote: "A lighthouse of granite."},
			{N: 2, Title: "Coast", Quote: "42 metres."},
		},
	}
}

// listed is a list with a heading.
func listed() rag.Answer {
	a := towers()
	a.Sentences = append([]rag.Sentence{{Text: "Towers", Heading: true, Break: true}}, a.Sentences...)
	for i := range a.Sentences {
		a.Sentences[i].Break = true
	}
	return a
}

// first is a as it stands after n sentences.
func first(a rag.Answer, n int) rag.Answer {
	a.Sentences = a.Sentences[:n]
	a.AsOf = ""
	return a
}

// A writer shows answers one a second, and ends with the last, or with err.
type writer struct {
	answers []rag.Answer
	err     error
	each    func(n int) // after each, a little later
}

func (w writer) Stream(_ context.Context, _ rag.Question, show func(rag.Answer)) (rag.Answer, error) {
	for i, a := range w.answers {
		if show != nil {
			show(a)
		}
		time.Sleep(time.Second)
		if w.each != nil {
			w.each(i)
		}
	}
	return w.answers[len(w.answers)-1], w.err
}

// whole is what is printed of an answer that nobody saw being written.
func whole(t *testing.T, term terminal, a rag.Answer) string {
	t.Helper()
	var b bytes.Buffer
	term.out = &b
	if err := term.reply(bot.ReplyTo(a)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWriting holds that sentences are printed as they come, and that what
// stands there in the end is what is printed at once elsewhere.
func TestWriting(t *testing.T) {
	for name, a := range map[string]rag.Answer{"text": towers(), "list": listed()} {
		for _, term := range []terminal{{}, {width: 30}, {width: 60, colour: true}} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var b bytes.Buffer
					var lengths []int
					w := writer{each: func(int) {
						synctest.Wait()
						lengths = append(lengths, b.Len())
					}}
					for n := 1; n <= len(a.Sentences); n++ {
						w.answers = append(w.answers, first(a, n))
					}
					w.answers = append(w.answers, a)
					live := term
					live.out, live.person = &b, true
					if _, err := live.answer(t.Context(), w, rag.Question{}, slog.New(slog.DiscardHandler)); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(whole(t, term, a), b.String()); diff != "" {
						t.Errorf("(-at once +as it was written):\n%s", diff)
					}
					from := 0
					if name == "list" { // a row alone below its heading waits for the next
						from = 2
					}
					for i := from; i < len(a.Sentences); i++ {
						if lengths[i] == 0 || i > from && lengths[i] <= lengths[i-1] {
							t.Errorf("sentence %d is not printed as it comes: %v bytes", i+1, lengths)
						}
					}
				})
			})
		}
	}
}

// TestWritingPutRight holds that an answer which does not go on as it began is
// printed whole, under a line that says so.
func TestWritingPutRight(t *testing.T) {
	other := towers()
	other.Sentences = other.Sentences[1:]
	chinese := towers()
	chinese.Language = "zh"
	chinese.Sentences = chinese.Sentences[2:3]
	for name, tt := range map[string]struct {
		last rag.Answer
		line string
	}{
		"English": {other, "The answer was put right:"},
		"Chinese": {chinese, "回答已更正："},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				live := terminal{out: &b, person: true}
				w := writer{answers: []rag.Answer{first(towers(), 1), tt.last}}
				if _, err := live.answer(t.Context(), w, rag.Question{}, slog.New(slog.DiscardHandler)); err != nil {
					t.Fatal(err)
				}
				want := "The Northern Tower is a lighthouse of granite. [1]\n\n" + tt.line + "\n" + whole(t, terminal{}, tt.last)
				if diff := cmp.Diff(want, b.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWritingBreaksOff holds what stands there when there is no answer.
func TestWritingBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		live := terminal{out: &b, person: true}
		w := writer{answers: []rag.Answer{first(towers(), 1)}, err: errors.New("interrupted")}
		if _, err := live.answer(t.Context(), w, rag.Question{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("no error")
		}
		if want := "The Northern Tower is a lighthouse of granite. [1]\n"; b.String() != want {
			t.Errorf("printed %q, want %q", b.String(), want)
		}
		b.Reset()
		out := live.writing(t.Context(), slog.New(slog.DiscardHandler))
		out.show()(bot.ReplyTo(first(towers(), 1)))
		synctest.Wait()
		failed, _ := bot.Failed("en")
		if err := out.end(failed); err != nil || strings.Contains(b.String(), "put right") || !strings.Contains(b.String(), "[1]\n\nSomething went wrong") {
			t.Errorf("%v, printed %q", err, b.String())
		}
	})
}

// TestWritingToAFile holds that nothing is asked to be shown where nobody sees it.
func TestWritingToAFile(t *testing.T) {
	var b bytes.Buffer
	term := newTerminal(&b, nil)
	if term.writing(t.Context(), slog.New(slog.DiscardHandler)).show() != nil {
		t.Error("a file is shown an answer while it is written")
	}
	synctest.Test(t, func(t *testing.T) {
		w := writer{answers: []rag.Answer{first(towers(), 1), listed()}}
		if _, err := term.answer(t.Context(), w, rag.Question{}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	})
	if diff := cmp.Diff(whole(t, terminal{}, listed()), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestInLanguage holds that a chosen language is asked for both ways, and that
// answers are shown through it.
func TestInLanguage(t *testing.T) {
	var asked []string
	l := inLanguage{streamerFunc(func(q rag.Question, show func(rag.Answer)) {
		asked = append(asked, q.Language)
		if show != nil {
			show(rag.Answer{})
		}
	}), "zh"}
	shown := 0
	b := bot.New(bot.Config{Answerer: l})
	b.Handle(t.Context(), bot.Message{Text: "how?", Show: func(bot.Reply) { shown++ }})
	b.Handle(t.Context(), bot.Message{Text: "how?"})
	if diff := cmp.Diff([]string{"zh", "zh"}, asked); diff != "" || shown != 1 {
		t.Errorf("shown %d times, asked in (-want +got):\n%s", shown, diff)
	}
}

type streamerFunc func(q rag.Question, show func(rag.Answer))

func (f streamerFunc) Stream(_ context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
	f(q, show)
	return towers(), nil
}
