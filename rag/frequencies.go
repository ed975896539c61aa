package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// frequencies knows in which passages a unit, or a pair of Han characters,
// stands. It implements plan.Frequencies.
type frequencies struct {
	passages int
	texts    []corpus.Passage
	holding  map[string][]int32 // passage numbers, ascending
}

func newFrequencies(passages []corpus.Passage) *frequencies {
	f := &frequencies{passages: len(passages), texts: passages, holding: map[string][]int32{}}
	seen := map[string]int{}
	for i, p := range passages {
		last := ""
		note := func(u string) {
			if seen[u] != i+1 {
				seen[u] = i + 1
				f.holding[u] = append(f.holding[u], int32(i))
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

func (f *frequencies) Holding(unit string) int { return len(f.holding[unit]) }

// candidates returns the numbers of the passages that may hold one of the
// phrases (in normal form): those that hold its rarest unit or pair.
func (f *frequencies) candidates(phrases []string) []int {
	seen := map[int]bool{}
	var out []int
	for _, p := range phrases {
		for _, n := range f.rarest(p) {
			if !seen[int(n)] {
				seen[int(n)] = true
				out = append(out, int(n))
			}
		}
	}
	slices.Sort(out)
	return out
}

func (f *frequencies) rarest(phrase string) []int32 {
	units := strings.Fields(phrase)
	var best []int32
	for i, u := range units {
		if i+1 < len(units) && corpus.IsHan([]rune(u)[0]) && corpus.IsHan([]rune(units[i+1])[0]) {
			u += units[i+1]
		}
		l := f.holding[u]
		if len(l) == 0 {
			return nil
		}
		if best == nil || len(l) < len(best) {
			best = l
		}
	}
	return best
}

// Phrase reports whether some passage, header included, holds the phrase.
func (f *frequencies) Phrase(normal string) bool {
	for _, n := range f.rarest(normal) {
		if p := f.texts[n]; strings.Contains(corpus.Normal(p.Header+"\n"+p.Text), normal) {
			return true
		}
	}
	return false
}
