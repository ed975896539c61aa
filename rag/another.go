package rag

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// toldOfAnother answers a question that holds a sum which no report tells of its project, but one tells of
// another one: that is a premise to correct. It reports false where the sum is the project's, nobody's, or
// stands in a sentence about other things than the question.
func (e *Engine) toldOfAnother(p *plan.Plan) (Answer, bool) {
	if len(p.Projects) != 1 || p.FollowUp {
		return Answer{}, false
	}
	i := slices.IndexFunc(p.Asked, func(v corpus.Value) bool { return v.Kind == corpus.Amount && v.Num >= leastPremise })
	if i < 0 {
		return Answer{}, false
	}
	all := e.cfg.Index.Passages()
	var found *row
	for n := range all {
		if !printsSum(all[n].Text, p.Asked[i].Num) || !allowed(p.Reports, all[n].Report) {
			continue
		}
		for _, span := range e.readings.of(&all[n]).sentences {
			text := all[n].Text[span.start:span.end]
			if !e.holdsSum(text, all[n].Report, p.Asked[i].Num) {
				continue
			}
			about := e.subjects(span.normal, e.cfg.Catalogue.AboutAt(n, all[n].Start+span.start))
			if slices.Contains(about, p.Projects[0]) || p.Projects[0].NamedIn(span.normal) {
				return Answer{}, false
			}
			if found == nil && len(about) == 1 && tellsOf(p, span.normal) {
				found = &row{project: about[0], passage: n, start: all[n].Start + span.start, end: all[n].Start + span.end, text: text}
			}
		}
	}
	if found == nil {
		return Answer{}, false
	}
	return e.correct(p, found), true
}

// leastPremise is the least sum that is taken for a premise.
const leastPremise = 1000

// tellsOf reports whether a sentence in normal form holds a weighty word of the question.
func tellsOf(p *plan.Plan, normal string) bool {
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return (c.Attribute != "" || c.Weight >= minNewConcept) && c.Match(normal) > 0
	})
}

// printsSum reports whether a text may print a sum: it holds its digits at one of the usual scales.
func printsSum(text string, num float64) bool {
	for _, scale := range []float64{1, 1e3, 1e4, 1e6, 1e8, 1e9} {
		if s := strconv.FormatFloat(num/scale, 'f', -1, 64); len(s) <= 7 && strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// holdsSum reports whether a sentence of the report holds the sum.
func (e *Engine) holdsSum(text, report string, num float64) bool {
	return printsSum(text, num) && slices.ContainsFunc(e.values.Read(text, e.reports[report].Published.Year), func(v corpus.Value) bool {
		return (v.Kind == corpus.Amount || v.Scaled) && alike(v.Num, num)
	})
}

// correct tells of whom a sum is told.
func (e *Engine) correct(p *plan.Plan, r *row) Answer {
	w := e.newWriter(p)
	all := e.cfg.Index.Passages()
	text := r.text
	if corpus.Language(text) != p.Language {
		text = "“" + text + "”"
	}
	w.heading(phrase(p.Language, "The reports tell this of "+r.project.Name+", not of "+p.Projects[0].Name+":", "报告说的是 "+r.project.Name+"，而不是 "+p.Projects[0].Name+"："))
	w.add("", text, true, w.cite(&all[r.passage], r.start, r.end))
	for _, pr := range []*catalogue.Project{r.project, p.Projects[0]} {
		w.project(pr.Name)
	}
	return w.done(p)
}
