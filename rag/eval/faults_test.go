package eval_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/eval"
	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// startModel starts a model server and returns it with a generator that waits for nothing.
func startModel(t testing.TB, opts ragtest.ModelOptions) (*ragtest.Model, *openai.Generator) {
	t.Helper()
	m, err := ragtest.StartModel("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	g, err := openai.NewGenerator(openai.Config{
		BaseURL: m.URL(), Model: "pretend", Idle: 300 * time.Millisecond, FirstToken: 300 * time.Millisecond, BreakAfter: 1 << 20,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, g
}

// TestEveryFault holds that whatever goes wrong with a model server, before the first word or
// behind it, the asker has one whole answer out of the reports, in time.
func TestEveryFault(t *testing.T) {
	m, g := startModel(t, ragtest.ModelOptions{})
	s := newSubject(t, "grid-storage", gridStorage, gridStorage+"/questions.jsonl")
	s.config.Generator, s.config.CacheSize = g, -1
	e := rag.New(s.config)
	const question = "When was Gravholt founded, and who founded it?"
	plain, err := s.with(nil).Ask(t.Context(), rag.Question{Text: question})
	if err != nil || plain.Status != rag.Answered {
		t.Fatalf("%v: %s", err, plain.Render())
	}
	tried := 0
	for _, f := range ragtest.Faults(ragtest.Chat) {
		t.Run(f.Name, func(t *testing.T) {
			m.Heal()
			m.Always(ragtest.Chat, f)
			begun := time.Now()
			a, err := e.Stream(t.Context(), rag.Question{Text: question}, func(rag.Answer) {})
			if err != nil {
				t.Fatal(err)
			}
			if a.Status != rag.Answered || len(a.Citations) == 0 || !strings.Contains(a.Render(), "2019") {
				t.Errorf("status %s: %s", a.Status, a.Render())
			}
			if a.Mode == rag.Extractive && (a.Notice == "" || a.Render() != plain.Render()) {
				t.Errorf("notice %q: %s", a.Notice, a.Render())
			}
			if d := time.Since(begun); d > 10*time.Second {
				t.Errorf("after %v", d)
			}
		})
		tried++
	}
	if tried < 60 {
		t.Errorf("%d faults tried", tried)
	}
}

// TestUnplugged holds that a model whose plug is pulled in the middle of a stream costs nobody
// the answer: the second provider, or the reports' own sentences.
func TestUnplugged(t *testing.T) {
	s := newSubject(t, "grid-storage", gridStorage, gridStorage+"/questions.jsonl")
	const question = "When was Gravholt founded, and who founded it?"
	for _, second := range []bool{false, true} {
		t.Run(fmt.Sprintf("second %t", second), func(t *testing.T) {
			shown := make(chan struct{}, 100)
			m, g := startModel(t, ragtest.ModelOptions{Pace: 5 * time.Millisecond})
			s.config.Generator = g
			if second {
				_, other := startModel(t, ragtest.ModelOptions{})
				s.config.Generator = openai.NewFallback(g, other, nil)
			}
			go func() {
				<-shown
				_ = m.Close() // all connections end
			}()
			e := rag.New(s.config)
			a, err := e.Stream(t.Context(), rag.Question{Text: question}, func(rag.Answer) { shown <- struct{}{} })
			if err != nil || a.Status != rag.Answered || len(a.Citations) == 0 || !strings.Contains(a.Render(), "2019") {
				t.Fatalf("%v: %s", err, a.Render())
			}
			b, err := e.Stream(t.Context(), rag.Question{Text: "Who founded Gravholt?"}, nil)
			if err != nil || b.Status != rag.Answered || (b.Mode == rag.Model) != second {
				t.Errorf("the next question: %v, mode %s: %s", err, b.Mode, b.Render())
			}
		})
	}
}

// overheadBar is what the program may add to a model's time, for nineteen answers of twenty at
// fifty questions under way.
const overheadBar = 30 * time.Millisecond

// TestOverhead measures what the program adds to the model's own time with fifty questions
// under way, and that memory does not grow with the questions.
func TestOverhead(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes everything ten times slower")
	}
	const pace = 10 * time.Millisecond
	s := subjects(t)[len(subjects(t))-1]
	s.config.Generator, s.config.CacheSize, s.config.NoRewrite, s.config.NoRepair = pacedModel{pace}, -1, true, true
	e := rag.New(s.config)
	if err := e.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	var questions []eval.Question
	for _, q := range s.questions {
		if len(q.Turns) < 2 && q.Expect.Behaviour == "answer" {
			questions = append(questions, q)
		}
	}
	const under, rounds = 50, 6
	var (
		mu    sync.Mutex
		added []time.Duration
		heaps []uint64
	)
	for range rounds {
		var g sync.WaitGroup
		for i := range under {
			g.Go(func() {
				// People do not ask in the same millisecond: fifty under way at any time,
				// of answers that take a second, is one every twenty.
				time.Sleep(time.Duration(i) * 20 * time.Millisecond)
				begun := time.Now()
				var model time.Duration
				ctx := context.WithValue(t.Context(), modelTime{}, &model)
				a, err := e.Ask(ctx, rag.Question{Text: questions[i%len(questions)].Question})
				if err != nil || a.Trace == nil {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				added = append(added, time.Since(begun)-model)
			})
		}
		g.Wait()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heaps = append(heaps, m.HeapAlloc)
	}
	slices.Sort(added)
	p50, p95 := added[len(added)/2], added[len(added)*95/100]
	t.Logf("%d answers, %d under way: overhead p50 %v, p95 %v; heap %d MB after the first round, %d MB after the last", len(added), under, p50, p95, heaps[0]>>20, heaps[len(heaps)-1]>>20)
	if float64(heaps[len(heaps)-1]) > 1.2*float64(heaps[0]) {
		t.Errorf("heap grows: %v", heaps)
	}
	if limit := os.Getenv("WAYMARK_BENCH"); limit != "" && p95 > overheadBar { // a shared machine proves nothing by its clock
		t.Errorf("overhead p95 %v, want %v", p95, overheadBar)
	}
}

// modelTime is the key of where a model notes the time that it took itself.
type modelTime struct{}

// A pacedModel says what [ragtest.Pretend] says, a word at a time.
type pacedModel struct{ pace time.Duration }

func (pacedModel) Name() string { return "paced" }

func (m pacedModel) Generate(ctx context.Context, p rag.Prompt, emit func(string) error) (string, rag.Usage, error) {
	text, err := ragtest.Pretend(p)
	own, _ := ctx.Value(modelTime{}).(*time.Duration)
	for _, piece := range strings.SplitAfter(text, " ") {
		begun := time.Now()
		select {
		case <-time.After(m.pace):
		case <-ctx.Done():
			return "", rag.Usage{}, ctx.Err()
		}
		*own += time.Since(begun)
		if emit != nil {
			if err := emit(piece); err != nil {
				return "", rag.Usage{}, err
			}
		}
	}
	return text, rag.Usage{}, err
}
