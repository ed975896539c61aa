package catalogue_test

import (
	"sync"
	"testing"
)

// TestConcurrent asks one catalogue from many sides at once; the race detector judges.
func TestConcurrent(t *testing.T) {
	w := landscape(t)
	quiet := landscape(t)
	want := map[string]string{}
	for _, p := range quiet.Projects() {
		want[p.ID] = quiet.show(quiet.AllFacts(p))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			projects := w.Projects()
			for i := range projects {
				p := projects[(i+g*5)%len(projects)]
				if got := w.show(w.AllFacts(p)); got != want[p.ID] {
					t.Errorf("facts of %s while others ask:\n%s\nwant\n%s", p.Name, got, want[p.ID])
				}
				if m := w.Find("what is " + p.Name + "?"); len(m) != 1 || m[0].Project != p {
					t.Errorf("Find(%q) while others ask: %v", p.Name, m)
				}
				for _, n := range p.Passages {
					w.AboutAt(n, w.passages[n].Start)
					w.FactsAt(n, w.passages[n].Start)
				}
			}
		})
	}
	wg.Wait()
}
