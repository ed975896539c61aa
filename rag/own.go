package rag

import (
	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// own lists the figures of one project that pass a bound, each in the sentence or row that states it. It reports false
// for every other question.
func (e *Engine) own(p *plan.Plan) (Answer, bool) {
	if p.Filter == nil || len(p.Projects) != 1 {
		return Answer{}, false
	}
	pr := p.Projects[0]
	w := e.newWriter(p)
	facts := e.cfg.Catalogue.Facts(pr, p.Filter.Attribute.ID)
	w.heading(pr.Name + phrase(p.Language, ", ", "，") + lower(e.filterLabel(p), p.Language))
	for _, f := range facts {
		if f.Denied || f.Value.Malformed || f.Value.Kind != corpus.Amount || !allowed(p.Reports, f.Report) || !comparable(p.Filter.Value, f.Value) || !passes(p.Filter, f.Value.Num) {
			continue
		}
		if c := e.stating(&f); !w.has(&c) {
			w.quote("• ", &c, true)
		}
	}
	if len(w.answer.Citations) == 0 {
		return notCovered(p, nil), true
	}
	w.project(pr.Name)
	return w.done(p), true
}

// stating returns what states a fact: its sentence, or the whole row of a table.
func (e *Engine) stating(f *catalogue.Fact) candidate {
	h := &Hit{Passage: e.cfg.Index.Passages()[f.Passage]}
	c := candidate{hit: h, number: f.Passage, start: f.Start, end: f.End, text: e.reports[f.Report].Text[f.Start:f.End]}
	if h.Kind == corpus.TableRow {
		c.text, c.start, c.end = rowText(h), h.Start, h.End
	}
	return c
}
