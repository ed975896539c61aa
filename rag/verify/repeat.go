package verify

import "slices"

// repeatFault finds a figure that the claim has more often than the source
// sentence: it was put in another one's place. What the label says is not counted.
func (c *Checker) repeatFault(cl *claim, e *evidence) Verdict {
	for i := range cl.figures {
		f := &cl.figures[i]
		if f.from < cl.label || f.account {
			continue
		}
		mine, theirs := 0, 0
		for j := range cl.figures {
			if g := &cl.figures[j]; g.from >= cl.label && !g.account && g.equals(f) {
				mine++
			}
		}
		for _, s := range e.sentences {
			for j := range s.figures {
				if f.agrees(&s.figures[j], s.source.published) {
					theirs++
				}
			}
		}
		if mine > theirs && theirs > 0 {
			return fault(f.reason(), "%q stands twice, and the source has it only once", f.text)
		}
	}
	return supported
}

// equals reports whether two figures of one sentence say the same.
func (f *figure) equals(g *figure) bool {
	return f.kind == g.kind && f.Num == g.Num && f.Date == g.Date && f.Quarter == g.Quarter && f.Percent == g.Percent
}

func (f *figure) reason() Reason {
	if f.kind == dateFigure {
		return Date
	}
	return Figure
}

// A tally counts how often words stand in a claim and in its evidence.
type tally struct{ mine, theirs map[string]int }

func newTally(cl *claim, e *evidence) *tally {
	t := &tally{map[string]int{}, map[string]int{}}
	for _, w := range cl.words[cl.label:] {
		t.mine[w.norm]++
	}
	for _, s := range e.sentences {
		for _, w := range s.words {
			t.theirs[w.norm]++
		}
	}
	return t
}

// repeated reports whether the claim has a word of its name n more often than
// the evidence has it.
func (t *tally) repeated(cl *claim, n *name) bool {
	return slices.ContainsFunc(cl.words[n.from:n.to], func(w word) bool { return t.theirs[w.norm] > 0 && t.mine[w.norm] > t.theirs[w.norm] })
}

// gone reports whether the claim has a word of the source's name n less often
// than the evidence has it.
func (t *tally) gone(s *cited, n *name) bool {
	return slices.ContainsFunc(s.words[n.from:n.to], func(w word) bool { return t.mine[w.norm] < t.theirs[w.norm] && !functionWords[w.norm] })
}
