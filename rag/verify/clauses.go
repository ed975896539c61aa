package verify

import "slices"

// clauseFault finds a figure that the claim puts into a clause which says what
// the source says in the clause of another figure of the same kind: "left in
// 2009" for "founded in 2009, left in 2016".
func (c *Checker) clauseFault(cl *claim, e *evidence) Verdict {
	if cl.zh || e.zh {
		return supported // pairs of characters are too small a measure for a clause
	}
	for i := range cl.figures {
		f := &cl.figures[i]
		if f.account || f.from < cl.label {
			continue
		}
		mine := cl.clauseWords(f)
		for _, s := range e.sentences {
			if g := s.rival(mine, f); g != nil && !c.ownAttribute(cl, s, f, g) {
				return fault(f.reason(), "%q stands where the source has %q", f.text, g.text)
			}
		}
	}
	return supported
}

// clauseWords returns the content words of the figure's clause, without names and figures.
func (r *reading) clauseWords(f *figure) []string {
	var out []string
	clause := r.words[f.from].clause
	skip := make([]bool, len(r.words))
	for _, n := range r.names {
		for i := n.from; i < n.to; i++ {
			skip[i] = true
		}
	}
	for _, g := range r.figures {
		for i := g.from; i < g.to; i++ {
			skip[i] = true
		}
	}
	idle := idleWords(r.words)
	for i, w := range r.words {
		if w.clause == clause && !skip[i] && !idle[i] && !w.han {
			out = append(out, w.norm)
		}
	}
	return out
}

// rival returns the figure of s whose clause shares words with mine, when the clause of f
// itself, which says other things, shares none.
func (s *cited) rival(mine []string, f *figure) *figure {
	own := f.in(s)
	if own < 0 || len(mine) == 0 || slices.ContainsFunc(s.figures[own+1:], func(g figure) bool { return f.agrees(&g, s.source.published) }) {
		return nil
	}
	theirs := s.clauseWords(&s.figures[own])
	if len(theirs) < 2 && s.coordinated(&s.figures[own]) || len(theirs) == 0 || common(mine, theirs) > 0 {
		return nil
	}
	for i := range s.figures {
		g := &s.figures[i]
		if i == own || g.kind != f.kind || g.Percent != f.Percent || g.Kind != f.Kind || s.words[g.from].clause == s.words[s.figures[own].from].clause {
			continue
		}
		if !f.agrees(g, s.source.published) && common(mine, s.clauseWords(g)) > 0 {
			return g
		}
	}
	return nil
}

// coordinated reports whether the figure's clause begins with a connective.
func (r *reading) coordinated(f *figure) bool {
	i := f.from
	for i > 0 && r.words[i-1].clause == r.words[f.from].clause {
		i--
	}
	return connectives[r.words[i].norm]
}

// common counts the words of a that b has, in some form.
func common(a, b []string) int {
	n := 0
	for _, x := range a {
		if slices.ContainsFunc(b, func(y string) bool { return x == y || alike(x, y) }) {
			n++
		}
	}
	return n
}
