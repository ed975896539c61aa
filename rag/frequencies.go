package rag

import (
	"github.com/waymark-bot/waymark/corpus"
)

// frequencies counts in how many passages a unit, or a pair of Han
// characters, stands. It implements plan.Frequencies.
type frequencies struct {
	passages int
	holding  map[string]int32
}

func newFrequencies(passages []corpus.Passage) *frequencies {
	f := &frequencies{passages: len(passages), holding: map[string]int32{}}
	seen := map[string]int{}
	for i, p := range passages {
		last := ""
		note := func(u string) {
			if seen[u] != i+1 {
				seen[u] = i + 1
				f.holding[u]++
			}
		}
		for _, u := range corpus.Units(p.Header + "\n" + p.Text) {
			note(u)
			han := corpus.IsHan([]rune(u)[0])
			if han && last != "" {
				note(last + u)
			}
			if last = ""; han {
				last = u
			}
		}
	}
	return f
}

func (f *frequencies) Passages() int { return f.passages }

func (f *frequencies) Holding(unit string) int { return int(f.holding[unit]) }
