package rag

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// instead returns what may stand for a dated beginning that is not stated of a project: its first launch.
func (e *Engine) instead(p *plan.Plan, pr *catalogue.Project) []catalogue.Fact {
	if p.Filter.Attribute.Type != corpus.When || e.loose(p.Filter.Attribute.ID) {
		return nil
	}
	f := e.since(pr)
	if f == nil || !allowed(p.Reports, f.Report) {
		return nil
	}
	return []catalogue.Fact{*f}
}

// datedBefore returns the sentence before that of a fact whose date stands there: "that month, it raised".
func (e *Engine) datedBefore(f *catalogue.Fact) (spot, bool) {
	year := itoa(f.Date.Year)
	if f.Date.IsZero() || strings.Contains(e.reports[f.Report].Text[f.Start:f.End], year[max(0, len(year)-2):]) {
		return spot{}, false
	}
	ps := &e.cfg.Index.Passages()[f.Passage]
	sentences := e.readings.of(ps).sentences
	for i := 1; i < len(sentences); i++ {
		if ps.Start+sentences[i].start == f.Start {
			return spot{f.Passage, ps.Start + sentences[i-1].start, ps.Start + sentences[i-1].end}, true
		}
	}
	return spot{}, false
}

// factRow returns the row of a fact: its value, and what else is stated in its stead; of an attribute that
// gathers unlike happenings the sentence, which tells what happened.
func (e *Engine) factRow(p *plan.Plan, f *catalogue.Fact, facts []catalogue.Fact) row {
	r := row{project: f.Project, passage: f.Passage, start: f.Start, end: f.End, text: e.figure(*f, p.Language), order: f.Value.Num, currency: f.Value.Currency, ages: ages(f)}
	if (f.Value.Kind == corpus.When && e.loose(f.Attribute) || p.Filter.Attribute.Unlike || len(e.things(p)) > 0) && !f.Denied {
		r.short, r.text, r.quoted, r.ages = r.text, e.reports[f.Report].Text[f.Start:f.End], true, false
		return r
	}
	if p.Filter.Op == plan.None {
		if said := oneLine(e.reports[f.Report].Text[f.Start:f.End]); len([]rune(said)) <= shortDenial {
			r.short, r.text = r.text, r.text+phrase(p.Language, ": “", "：“")+said+"”"
		}
		return r
	}
	if before, ok := e.datedBefore(f); ok {
		r.also = append(r.also, before)
	}
	others := largestElsewhere(f, facts)
	if len(others) > 0 && r.ages {
		r.text, r.ages = r.text+e.printedAsOf(f, p.Language), false
	}
	for _, o := range others {
		r.text += phrase(p.Language, "; another report: ", "；另一份报告：") + e.value(o, p.Language)
		if ages(&o) {
			r.text += e.printedAsOf(&o, p.Language)
		}
		r.also = append(r.also, spot{o.Passage, o.Start, o.End})
	}
	return r
}

// shortDenial is how many characters a sentence may have that is shown beside what it denies.
const shortDenial = 90

// printedAsOf is how old a fact's figure is, "" where its report has no date.
func (e *Engine) printedAsOf(f *catalogue.Fact, language string) string {
	published := e.reports[f.Report].Published
	if published.IsZero() {
		return ""
	}
	return asOf(published, language)
}

// largestElsewhere returns the largest figure of each report but that of f, where no figure of that report
// is f's.
func largestElsewhere(f *catalogue.Fact, facts []catalogue.Fact) []catalogue.Fact {
	var out []catalogue.Fact
	agreed := map[string]bool{f.Report: true}
	for _, o := range facts {
		if slotOf(o).unitWord == slotOf(*f).unitWord && alike(o.Value.Num, f.Value.Num) {
			agreed[o.Report] = true
		}
	}
	for _, o := range facts {
		if agreed[o.Report] || o.Denied || o.Value.Kind != f.Value.Kind || o.Value.Malformed || slotOf(o).unitWord != slotOf(*f).unitWord {
			continue
		}
		i := slices.IndexFunc(out, func(x catalogue.Fact) bool { return x.Report == o.Report })
		switch {
		case i < 0:
			out = append(out, o)
		case o.Value.Num > out[i].Value.Num:
			out[i] = o
		}
	}
	return out
}

// figure is what a row says of a fact: its value; of an attribute that gathers unlike things
// the figure with its unit, as it is printed.
func (e *Engine) figure(f catalogue.Fact, language string) string {
	if f.Denied || f.Value.Kind != corpus.Number || !e.loose(f.Attribute) {
		return e.value(f, language)
	}
	sentence := e.reports[f.Report].Text[f.Start:f.End]
	return strings.TrimSpace(sentence[f.Value.Start:f.Value.End]) + printedUnit.FindString(sentence[f.Value.End:])
}

// printedUnit is the word right behind a figure.
var printedUnit = regexp.MustCompile(`^\s?[A-Za-z][A-Za-z/]*`)
