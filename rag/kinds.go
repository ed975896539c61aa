package rag

import (
	"slices"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// scoped puts what bounds a list beside the figure in front of its label: a category, or words of one.
func (e *Engine) scoped(p *plan.Plan, label string) string {
	of := ""
	if p.Category != nil {
		of = p.Category.Label
	} else if kinds := e.kinds(p); len(kinds) > 0 {
		of = listLabel(p, kinds)
	}
	if of == "" {
		return label
	}
	return of + phrase(p.Language, ", ", "，") + label
}

// kinds returns the words by which a question bounds a filtered list to some of the projects: those that the labels
// of categories hold.
func (e *Engine) kinds(p *plan.Plan) []plan.Concept {
	if p.Category != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Concepts), func(c plan.Concept) bool {
		if c.Attribute != "" || c.Weight < leastKind || len([]rune(c.Text)) == 1 {
			return true
		}
		held := 0
		for _, pr := range e.cfg.Catalogue.Projects() {
			if labelled(pr, c) {
				held++
			}
		}
		return held < 2
	})
}

// leastKind is the weight from which on a word bounds a list.
const leastKind = 0.25

// labelled reports whether the label of a category of the project holds the word.
func labelled(pr *catalogue.Project, c plan.Concept) bool {
	return slices.ContainsFunc(pr.Categories, func(k catalogue.Category) bool {
		return c.Match(corpus.Normal(k.En)) > 0 || c.Match(corpus.Normal(k.Zh)) > 0
	})
}

// ofKinds reports whether a project is of each kind, by a label or by what is said of it first.
func (e *Engine) ofKinds(pr *catalogue.Project, kinds []plan.Concept) bool {
	all := e.cfg.Index.Passages()
	return !slices.ContainsFunc(kinds, func(c plan.Concept) bool {
		return !labelled(pr, c) && !slices.ContainsFunc(pr.Passages, func(n int) bool {
			h := Hit{Passage: all[n]}
			return c.Match(corpus.Normal(e.firstSentence(&h, pr).text)) == 1
		})
	})
}
