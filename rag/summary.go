package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// summarise tells what a project is, then the best sentence for each attribute
// that the reports state of it.
func (e *Engine) summarise(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter(p)
	for _, pr := range p.Projects {
		limit := summaryRunes / len(p.Projects)
		if p.Brief {
			limit = briefRunes / len(p.Projects)
		}
		own := e.definition(p, pr, cands)
		var chosen []candidate
		take := func(c candidate) {
			if size(chosen)+len([]rune(c.text))+6 <= limit && !repeats(chosen, &c) && !e.retells(p, chosen, &c) {
				chosen = append(chosen, c)
			}
		}
		for _, c := range own[:min(2, len(own))] {
			take(c)
		}
		for _, a := range e.cfg.Vocabulary.Attributes {
			if c := e.bestFor(a, own); c != nil {
				take(*c)
			}
		}
		for _, c := range own {
			take(c)
		}
		slices.SortStableFunc(chosen[min(1, len(chosen)):], func(a, b candidate) int {
			if a.number != b.number {
				return a.number - b.number
			}
			return a.start - b.start
		})
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

// briefRunes is how long a summary may be that should be short.
const briefRunes = 600

// retells reports whether c states figures, and none that the chosen sentences do not state; in the answer's
// language they state them better.
func (e *Engine) retells(p *plan.Plan, chosen []candidate, c *candidate) bool {
	facts := slices.DeleteFunc(slices.Clone(e.factsOf(c)), func(f catalogue.Fact) bool { return f.Denied || !isFigure(f) })
	if len(facts) == 0 {
		return false
	}
	return !slices.ContainsFunc(facts, func(f catalogue.Fact) bool {
		return !slices.ContainsFunc(chosen, func(o candidate) bool {
			return (o.hit.Language == p.Language || c.hit.Language != p.Language) && slices.ContainsFunc(e.factsOf(&o), func(g catalogue.Fact) bool {
				return g.Project == f.Project && g.Attribute == f.Attribute && alike(g.Value.Num, f.Value.Num) && (f.Date.IsZero() || g.Date == f.Date)
			})
		})
	})
}

// bestFor returns the sentence that states attribute a, or nil.
func (e *Engine) bestFor(a corpus.Attribute, own []candidate) *candidate {
	if a.Type == corpus.Prose {
		return nil
	}
	var best *candidate
	most := 0
	for i := range own {
		c := &own[i]
		if !holds(c.text, []corpus.ValueType{a.Type}) {
			continue
		}
		n := 0
		for _, w := range e.cues[a.ID].all {
			if strings.Contains(c.normal, w) {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}
