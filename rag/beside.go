package rag

import (
	"slices"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// besides returns a row for each project of which not the asked figure but one that is taken for it passes: a sum that
// is promised, not raised.
func (e *Engine) besides(p *plan.Plan, rows []row) []row {
	var out []row
	for _, a := range e.cfg.Vocabulary.Attributes {
		if a.Beside != p.Filter.Attribute.ID || p.Filter.Op == plan.Most || p.Filter.Op == plan.Least {
			continue
		}
		of := *p
		filter := *p.Filter
		filter.Attribute = a
		of.Filter = &filter
		found, _ := e.filtered(&of)
		for _, r := range found {
			if !hasRow(rows, r.project) && !hasRow(out, r.project) {
				r.beside, r.below = true, a.Label.In(p.Language)
				out = append(out, r)
			}
		}
	}
	return out
}

// misprinted returns a row for each project whose only figure cannot be read as it is printed: whether it passes is
// for the reader to say.
func (e *Engine) misprinted(p *plan.Plan, rows []row) []row {
	switch p.Filter.Op {
	case plan.Most, plan.Least, plan.Over, plan.Under, plan.Between:
	default:
		return nil
	}
	var out []row
	if p.Filter.Op == plan.Most && len(rows) > 0 {
		shown := rows
		if n := rowLimit(p); n > 0 {
			shown = rows[:min(n, len(rows))]
		}
		out = slices.DeleteFunc(e.doubted(p, rows[0].order), func(r row) bool { return hasRow(shown, r.project) })
	}
	if p.Filter.Rows == 1 {
		return out // the one that is asked for is told
	}
	for _, pr := range e.in(p) {
		facts := slices.DeleteFunc(slices.Clone(e.cfg.Catalogue.Facts(pr, p.Filter.Attribute.ID)), func(f catalogue.Fact) bool { return f.Denied || !allowed(p.Reports, f.Report) })
		if len(facts) == 0 || hasRow(rows, pr) || hasRow(out, pr) || slices.ContainsFunc(facts, func(f catalogue.Fact) bool { return !f.Value.Malformed && !f.Doubtful }) {
			continue
		}
		r := e.factRow(p, &facts[0], facts)
		r.beside, r.below = true, phrase(p.Language, "Printed so that it cannot be compared", "原文印法有误，无法比较")
		out = append(out, r)
	}
	return out
}

// doubted returns a row for each figure above the largest that stands in a report like that and looks like a slip.
func (e *Engine) doubted(p *plan.Plan, above float64) []row {
	var out []row
	kinds := e.kinds(p)
	for _, pr := range e.in(p) {
		facts := e.cfg.Catalogue.Facts(pr, p.Filter.Attribute.ID)
		for i := range facts {
			if f := &facts[i]; f.Doubtful && !f.Denied && f.Value.Num > above && allowed(p.Reports, f.Report) && e.ofKinds(pr, kinds) {
				out = append(out, row{
					project: pr, passage: f.Passage, start: f.Start, end: f.End, text: e.value(*f, p.Language), ages: ages(f),
					beside: true, below: phrase(p.Language, "Larger as it is printed, which looks like a slip", "按原文印法更大，疑为笔误"),
				})
				break
			}
		}
	}
	return out
}

// plannedSymbols returns, for a list of what has no symbol, a row for each project of which one is planned: the
// vocabulary's synonyms for issuing one, told as of what is to come.
func (e *Engine) plannedSymbols(p *plan.Plan, rows []row) []row {
	if p.Filter.Op != plan.None || p.Filter.Withheld || p.Filter.Attribute.Type != corpus.Symbol {
		return nil
	}
	cues := e.cues[p.Filter.Attribute.ID].all
	for _, group := range e.cfg.Vocabulary.Synonyms {
		words := normals(group)
		if !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(cues, w) }) {
			continue
		}
		open := *p
		open.Filter, open.Tense, open.Attributes = nil, "", nil
		issued := plan.Concept{Text: group[0], Alternatives: words, Strong: len(words), Weight: 1}
		return slices.DeleteFunc(e.holding(&open, []plan.Concept{issued}), func(r row) bool {
			return hasRow(rows, r.project) || !slices.ContainsFunc(partEnds.Split(r.text, -1), func(part string) bool {
				normal := corpus.Normal(part)
				return issued.Match(normal) > 0 && e.tellsPlans(normal)
			})
		})
	}
	return nil
}
