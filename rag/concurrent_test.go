package rag_test

import (
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// TestConcurrent asks one engine from many sides at once: everybody gets the answer that
// one alone gets. The race detector judges the rest.
func TestConcurrent(t *testing.T) {
	all := some(questions(t))
	quiet := landscape(t)
	want := map[string]string{}
	for _, l := range all {
		a := quiet.ask(t, l.Question, l.before()...)
		want[l.ID] = a.Render()
	}
	w := landscape(t, fresh)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range all {
				l := all[(i+g*11)%len(all)]
				a := w.ask(t, l.Question, l.before()...)
				if got := a.Render(); got != want[l.ID] {
					t.Errorf("%s while others ask:\n%s\nwant\n%s", l.ID, got, want[l.ID])
				}
			}
		})
	}
	wg.Wait()
}

// TestConcurrentModel does the same with a model.
func TestConcurrentModel(t *testing.T) {
	w, _ := withModel(t, ragtest.Pretend)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if a := w.ask(t, founded); a.Status != rag.Answered {
					t.Errorf("status %s", a.Status)
				}
			}
		})
	}
	wg.Wait()
}
