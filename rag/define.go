package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// define answers what a project is: the sentences that open the passages that
// describe it, those in the question's language first.
func (e *Engine) define(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter(p)
	for _, pr := range p.Projects {
		var chosen []candidate
		for _, c := range e.definition(p, pr, cands) {
			if size(chosen)+len([]rune(c.text)) <= defineRunes/len(p.Projects) && !repeats(chosen, &c) && len(chosen) < 4 {
				chosen = append(chosen, c)
			}
		}
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

// definition returns what [opening] does, the first sentence of the form "Acme is ..." in front.
func (e *Engine) definition(p *plan.Plan, pr *catalogue.Project, cands []candidate) []candidate {
	own := opening(p, pr, cands)
	if i := slices.IndexFunc(own, func(c candidate) bool { return c.hit.Language == own[0].hit.Language && e.saysIs(pr, c.normal) }); i > 0 {
		return append([]candidate{own[i]}, slices.Delete(slices.Clone(own), i, i+1)...)
	}
	for i, c := range own {
		if c.hit.Language != p.Language && own[0].hit.Language == p.Language {
			break
		}
		if pr.Opens(c.normal) && slices.ContainsFunc(e.copulas, func(w string) bool { return strings.Contains(c.normal[:min(len(c.normal), copulaReach)], w) }) {
			return append([]candidate{c}, slices.Delete(slices.Clone(own), i, i+1)...)
		}
	}
	return own
}

// saysIs reports whether a text in normal form begins with a name of pr and "is".
func (e *Engine) saysIs(pr *catalogue.Project, normal string) bool {
	return slices.ContainsFunc(pr.Names(), func(n string) bool {
		rest, ok := strings.CutPrefix(normal, corpus.Normal(n))
		return ok && slices.ContainsFunc(e.copulas, func(w string) bool { return strings.HasPrefix(" "+rest, w) })
	})
}

// copulaReach is how far, in bytes of the normal form, "is" may stand from the beginning of a
// sentence that says what its subject is.
const copulaReach = 60

// opening returns the sentences of the passages that describe pr, in reading
// order, reports in the plan's language first.
func opening(p *plan.Plan, pr *catalogue.Project, cands []candidate) []candidate {
	var own []candidate
	for _, c := range cands {
		if slices.Contains(c.about, pr) {
			own = append(own, c)
		}
	}
	opens := map[int]bool{} // passages that open with the name: they say what it is
	for _, c := range own {
		if c.place == 0 && pr.Opens(c.normal) {
			opens[c.number] = true
		}
	}
	slices.SortStableFunc(own, func(a, b candidate) int {
		if x, y := a.hit.Language == p.Language, b.hit.Language == p.Language; x != y {
			if x {
				return -1
			}
			return 1
		}
		if x, y := opens[a.number], opens[b.number]; x != y {
			if x {
				return -1
			}
			return 1
		}
		if x, y := len(a.about), len(b.about); x != y {
			return x - y
		}
		if a.number != b.number {
			return a.number - b.number
		}
		return a.place - b.place
	})
	// a heading or a bare name tells nothing
	return slices.DeleteFunc(own, func(c candidate) bool { return len([]rune(c.text)) < 12 })
}
