package verify

import (
	"slices"

	"github.com/waymark-bot/waymark/corpus"
)

// attributeFault finds an amount that the claim gives for one thing and the source
// for another, both named by the vocabulary: raised, valued, priced.
func (c *Checker) attributeFault(cl *claim, e *evidence) Verdict {
	mine := c.attributes.find(cl.words)
	if len(mine) == 0 {
		return supported
	}
	for i := range cl.figures {
		f := &cl.figures[i]
		want := attributeOf(cl.reading, mine, f, cl.label)
		if f.kind != plainFigure || f.Kind != corpus.Amount || want < 0 {
			continue
		}
		if g := c.misattributed(e, f, want); g != nil {
			return fault(Figure, "the source gives %q for something else", g.text)
		}
	}
	return supported
}

// misattributed returns the figure that f repeats when the evidence gives it for other
// attributes alone, and for the wanted one gives another.
func (c *Checker) misattributed(e *evidence, f *figure, want int) *figure {
	var elsewhere *figure
	for _, s := range e.sentences {
		theirs := c.attributes.find(s.words)
		stated := s.stated(theirs, want, f)
		for j := range s.figures {
			g := &s.figures[j]
			if !f.agrees(g, s.source.published) {
				continue
			}
			if got := attributeOf(s.reading, theirs, g, 0); got < 0 || got == want || !stated {
				return nil
			}
			elsewhere = g
		}
	}
	return elsewhere
}

// ownAttribute reports whether the claim and the source sentence give figure f for the same
// attribute, and the source gives g for another.
func (c *Checker) ownAttribute(cl *claim, s *cited, f, g *figure) bool {
	want := attributeOf(cl.reading, c.attributes.find(cl.words), f, cl.label)
	i := f.in(s)
	theirs := c.attributes.find(s.words)
	return want >= 0 && i >= 0 && attributeOf(s.reading, theirs, &s.figures[i], 0) == want && attributeOf(s.reading, theirs, g, 0) != want
}

// stated reports whether s gives another figure than f for the attribute.
func (s *cited) stated(hits []hit, attribute int, f *figure) bool {
	return slices.ContainsFunc(s.figures, func(g figure) bool {
		return g.Kind == f.Kind && g.kind == f.kind && !f.agrees(&g, s.source.published) && attributeOf(s.reading, hits, &g, 0) == attribute
	})
}

// attributeOf returns the attribute whose cue stands nearest to the figure in
// its clause, or else in what stands before the colon in front of the clause, or in the first
// label words; -1 for none.
func attributeOf(r *reading, hits []hit, f *figure, label int) int {
	clause := r.words[f.from].clause
	if a := nearestCue(r, hits, f, clause); a >= 0 {
		return a
	}
	first := f.from
	for first > 0 && r.words[first-1].clause == clause {
		first--
	}
	if first > 0 && r.words[first].first && r.words[first].gap == clausal { // a colon
		if a := nearestCue(r, hits, f, r.words[first-1].clause); a >= 0 {
			return a
		}
	}
	best := -1
	for _, h := range hits {
		if h.to <= label {
			best = h.group
		}
	}
	return best
}

// nearestCue returns the attribute whose cue in the clause stands nearest to the figure.
func nearestCue(r *reading, hits []hit, f *figure, clause int32) int {
	best, near := -1, len(r.words)
	for _, h := range hits {
		if r.words[h.from].clause != clause {
			continue
		}
		if d := f.distance(h); d >= 0 && d < near && (d <= beside || !r.belongs(h, f)) {
			best, near = h.group, d
		}
	}
	return best
}

// beside is how many words may stand between a figure and the cue that is its own.
const beside = 1

// distance is how many words stand between f and the hit, -1 when they overlap.
func (f *figure) distance(h hit) int {
	if h.from >= f.to {
		return h.from - f.to
	}
	return max(f.from-h.to, -1)
}

// belongs reports whether the cue stands right behind another amount than f, whose own it then is:
// 以 1.5 亿美元估值融资.
func (r *reading) belongs(h hit, f *figure) bool {
	return slices.ContainsFunc(r.figures, func(g figure) bool {
		return g.from != f.from && g.kind == plainFigure && g.Kind == corpus.Amount && h.from >= g.to && h.from-g.to <= beside
	})
}

// roundFault checks, where the claim states an amount, that it is of the same
// round: one name of a round does not stand for another.
func (c *Checker) roundFault(cl *claim, e *evidence) Verdict {
	if !slices.ContainsFunc(cl.figures, func(f figure) bool { return f.Kind == corpus.Amount || f.Scaled }) {
		return supported
	}
	for _, h := range cl.rounds {
		in := func(s *cited) bool {
			return slices.ContainsFunc(s.rounds, func(x hit) bool { return x.group == h.group })
		}
		any := func(s *cited) bool { return len(s.rounds) > 0 }
		if !slices.ContainsFunc(e.sentences, in) && slices.ContainsFunc(e.sentences, any) {
			return fault(Name, "%q is not in the source sentence, which speaks of another one", cl.textOf(h.from, h.to))
		}
	}
	return supported
}
