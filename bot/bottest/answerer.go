package bottest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/rag"
)

// An Answerer is a scripted [bot.Answerer] and [bot.Streamer]: it answers by rule, needs no
// reports, and remembers what it was asked. The zero value is ready for use.
type Answerer struct {
	// Answer returns the answer to a question; nil means [Echo].
	Answer func(ctx context.Context, q rag.Question) (rag.Answer, error)
	// Write is Answer where the answer can be shown while it is being written;
	// nil means Answer.
	Write func(ctx context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error)

	mu    sync.Mutex
	asked []rag.Question
}

// Ask implements bot.Answerer.
func (a *Answerer) Ask(ctx context.Context, q rag.Question) (rag.Answer, error) {
	return a.Stream(ctx, q, nil)
}

// Stream implements bot.Streamer.
func (a *Answerer) Stream(ctx context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
	a.mu.Lock()
	a.asked = append(a.asked, q)
	a.mu.Unlock()
	if show == nil {
		show = func(rag.Answer) {}
	}
	switch {
	case a.Write != nil:
		return a.Write(ctx, q, show)
	case a.Answer != nil:
		return a.Answer(ctx, q)
	}
	return Echo(q), nil
}

// Asked returns the questions so far, oldest first.
func (a *Answerer) Asked() []rag.Question {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]rag.Question(nil), a.asked...)
}

// Echo answers q with one sentence that repeats it, and one that says how many
// turns came before; each rests on its own source.
func Echo(q rag.Question) rag.Answer {
	return rag.Answer{
		ID: q.ID, Question: q.Text, Language: "en", Status: rag.Answered, Mode: rag.Extractive, AsOf: "2024-03",
		Sentences: []rag.Sentence{
			{Text: fmt.Sprintf("You asked: %s", q.Text), Cites: []int{1}},
			{Text: fmt.Sprintf("Turns before: %d.", len(q.Turns)), Cites: []int{2}},
		},
		Citations: []rag.Citation{
			{N: 1, Report: "field-guide", Title: "Field Guide", Section: "Paths > North", Published: "2024-03-27", URL: "https://example.org/guide?a=1&b=2", Quote: "The path goes north."},
			{N: 2, Report: "survey", Title: "Survey <of> Waymarks", Section: "Counts", Published: "2023", Quote: "There are many."},
		},
	}
}

// Grown returns a as it stands after its first n sentences.
func Grown(a rag.Answer, n int) rag.Answer {
	a.Sentences = a.Sentences[:n:n]
	most := 0
	for _, s := range a.Sentences {
		for _, c := range s.Cites {
			most = max(most, c)
		}
	}
	a.Citations = a.Citations[:most:most]
	return a
}

// Long answers q with a heading and rows, one source each. The rows hold what
// markup is made of.
func Long(q rag.Question, rows int) rag.Answer {
	a := rag.Answer{Question: q.Text, Language: "en", Status: rag.Answered, Mode: rag.Extractive, AsOf: "2024-03"}
	a.Sentences = append(a.Sentences, rag.Sentence{Text: "Waymarks by name:", Heading: true})
	for n := 1; n <= rows; n++ {
		a.Sentences = append(a.Sentences, rag.Sentence{
			Text:  fmt.Sprintf("Row %03d: <b>waymark_%d</b> & *friends* stand %s here.", n, n, strings.Repeat("far, ", 12)),
			Cites: []int{n}, Break: true,
		})
		a.Citations = append(a.Citations, rag.Citation{
			N: n, Report: "survey", Title: "Survey of Waymarks", Section: fmt.Sprintf("Rows > %03d", n),
			Published: "2023-05", URL: fmt.Sprintf("https://example.org/survey#row-%03d", n), Quote: "far",
		})
	}
	return a
}
