package verify

import (
	"slices"
	"strings"
)

// index finds the claim's units in words.
type index struct {
	units  []unit
	at     map[string][]int // units by norm, and by the first stem of a translation
	weight []float64        // of each unit
	all    float64
}

func newIndex(units []unit, s *source) *index {
	x := &index{units: units, at: make(map[string][]int, 2*len(units)), weight: make([]float64, len(units))}
	for i := range units {
		u := &units[i]
		x.weight[i] = u.weight(s)
		x.all += x.weight[i]
		x.at[u.norm] = append(x.at[u.norm], i)
		for _, a := range u.alts {
			first, _, _ := strings.Cut(a, " ")
			x.at[first] = append(x.at[first], i)
		}
	}
	return x
}

// mark notes which units the span holds, and its score: their share.
func (x *index) mark(s *span, text string) {
	s.seen = make([]bool, len(x.units))
	for i, w := range s.words {
		for _, u := range x.at[w.norm] {
			s.seen[u] = s.seen[u] || x.fits(u, s, i)
		}
		if p := pair(text[s.Start:s.End], s.words, i); p != "" {
			for _, u := range x.at[p] {
				s.seen[u] = true
			}
		}
	}
	for i, u := range x.units {
		for _, a := range u.alts {
			if !s.seen[i] && !isLetter(a[0]) && strings.Contains(text[s.Start:s.End], a) {
				s.seen[i] = true
			}
		}
	}
	sum := 0.0
	for i, ok := range s.seen {
		if ok {
			sum += x.weight[i]
		}
	}
	if x.all > 0 {
		s.score = sum / x.all
	}
}

// fits reports whether unit u, or one of its translations, stands at word i.
func (x *index) fits(u int, s *span, i int) bool {
	if x.units[u].norm == s.words[i].norm {
		return true
	}
	return slices.ContainsFunc(x.units[u].alts, func(a string) bool {
		for k, stem := range strings.Fields(a) {
			if i+k >= len(s.words) || s.words[i+k].norm != stem {
				return false
			}
		}
		return true
	})
}

const (
	nearlyBest  = 0.9 // of the best score: a sentence as good as the best one
	maxChoices  = 3
	clauseUnits = 3   // a clause of so many units may rest on a sentence of its own,
	clauseCover = 0.6 // which holds so many of them
	clauseMore  = 0.3 // and so many more than the best one of the whole claim; a shorter one where that holds all, and its numbers
)

// rank scores the source's sentences and returns their numbers, best first.
func (c *Checker) rank(cl *claim, s *source) []int {
	x := newIndex(cl.unitsFor(c, s.zh), s)
	order := make([]int, len(s.sentences))
	for i := range s.sentences {
		x.mark(&s.sentences[i], s.text)
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := s.sentences[a].score, s.sentences[b].score; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return order
}

// beside returns the sentences that hold a clause of the claim much better
// than sentence best does: a claim may draw two sentences together, clause by clause.
func (cl *claim) beside(c *Checker, s *source, best int) []int {
	units := cl.unitsFor(c, s.zh)
	var out []int
	for from := 0; from < len(units); {
		to := from
		for to < len(units) && units[to].clause == units[from].clause {
			to++
		}
		if i := s.bestFor(units, from, to, best, cl.zh != s.zh); i >= 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
		from = to
	}
	return out
}

// bestFor returns the sentence that holds units [from, to), a clause, much better than
// sentence best, or -1. Across languages few words are known, and names, which need no translation,
// would choose the sentence alone: they are left out.
func (s *source) bestFor(units []unit, from, to, best int, across bool) int {
	words := s.held(units, from, to, best, false, across)
	numbers := s.held(units, from, to, best, true, across)
	if words.all == 0 || words.all < clauseUnits && numbers.found == numbers.all {
		return -1
	}
	least := max(clauseCover, words.share()+clauseMore)
	if words.all < clauseUnits {
		least = 1
	}
	found := -1
	for i := range s.sentences {
		if i == best || words.all < clauseUnits && s.held(units, from, to, i, true, across).share() < 1 {
			continue
		}
		if v := s.held(units, from, to, i, false, across).share(); v >= least {
			found, least = i, v+1e-9
		}
	}
	return found
}

// A holding counts how many of some units a sentence holds.
type holding struct{ found, all int }

func (h holding) share() float64 { return float64(h.found) / float64(max(h.all, 1)) }

// held counts which of units [from, to) sentence i holds: the numbers or the others, with names or
// without.
func (s *source) held(units []unit, from, to, i int, numbers, nameless bool) holding {
	var h holding
	for u := from; u < to; u++ {
		if (units[u].kind == numeric) != numbers || units[u].kind == named && nameless {
			continue
		}
		h.all++
		if s.sentences[i].seen[u] {
			h.found++
		}
	}
	return h
}

// unitsFor returns the units by which the claim is compared with a source of
// the language.
func (cl *claim) unitsFor(c *Checker, zh bool) []unit {
	if cl.zh == zh {
		return cl.units
	}
	if cl.cross == nil {
		cl.cross = c.crossUnits(cl)
	}
	return cl.cross
}
