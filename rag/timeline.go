package rag

import (
	"slices"
	"sort"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// timeline tells what happened to a project in order: each sentence about it that holds a date, by the first of its
// dates. It reports false for every other question, and where no sentence holds one.
func (e *Engine) timeline(p *plan.Plan) (Answer, bool) {
	if !p.Timeline {
		return Answer{}, false
	}
	pr := p.Projects[0]
	type event struct {
		date corpus.Date
		c    candidate
	}
	var events []event
	all := e.cfg.Index.Passages()
	for n := range all {
		if !allowed(p.Reports, all[n].Report) || !slices.Contains(pr.Passages, n) {
			continue
		}
		h := &Hit{Passage: all[n]}
		for _, span := range e.readings.of(&h.Passage).sentences {
			c := e.sentenceOf(h, n, span)
			if len(c.about) > 0 && !slices.Contains(c.about, pr) {
				continue
			}
			var first corpus.Date
			for _, v := range e.values.Read(c.text, e.reports[c.hit.Report].Published.Year) {
				if v.Kind == corpus.When && v.Date.Year > 0 && (first.IsZero() || v.Date.Compare(first) < 0) {
					first = v.Date
				}
			}
			if !first.IsZero() && !slices.ContainsFunc(events, func(o event) bool { return o.date == first && repeats([]candidate{o.c}, &c) }) {
				events = append(events, event{first, c})
			}
		}
	}
	if len(events) == 0 {
		return Answer{}, false
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].date.Compare(events[j].date) < 0 })
	w := e.newWriter(p)
	w.heading(pr.Name + phrase(p.Language, ", by date", "，按时间"))
	for i := range events {
		if w.size > timelineRunes {
			w.heading(phrase(p.Language, "… later dates are left out.", "……其后的从略。"))
			break
		}
		w.quote("• "+dateWords(events[i].date, 0, p.Language)+phrase(p.Language, ": ", "："), &events[i].c, true)
	}
	w.project(pr.Name)
	return w.done(p), true
}

// timelineRunes is from which length on a timeline takes up no further date.
const timelineRunes = 1800
