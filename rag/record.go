package rag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A Record is all that the reports state of one project.
type Record struct {
	Project *catalogue.Project
	Facts   []Statement // by attribute, in the vocabulary's order; the newest report first
}

// A Statement is one fact of a record, in words and with the sentence it stands in.
type Statement struct {
	catalogue.Fact
	Label    string // what the attribute is called
	Text     string // the value in words: figure, unit, round and date, or that there is none
	Citation Citation
}

// Record returns the record of a project, under any of its names, worded in the language
// ("en" or "zh"). It reports false when the reports describe no such project.
func (e *Engine) Record(name, language string) (Record, bool) {
	p := e.cfg.Catalogue.Project(name)
	if p == nil {
		return Record{}, false
	}
	facts := slices.Clone(e.cfg.Catalogue.AllFacts(p))
	place := map[string]int{}
	for i, a := range e.cfg.Vocabulary.Attributes {
		place[a.ID] = i
	}
	slices.SortStableFunc(facts, func(a, b catalogue.Fact) int { return cmp.Compare(place[a.Attribute], place[b.Attribute]) })
	rec := Record{Project: p}
	w := e.newWriter(&plan.Plan{Language: language})
	all := e.cfg.Index.Passages()
	for _, f := range facts {
		n := w.cite(&all[f.Passage], f.Start, f.End)
		rec.Facts = append(rec.Facts, Statement{
			Fact: f, Label: e.label(f.Attribute, language), Text: e.withUnit(f, language), Citation: w.answer.Citations[n-1],
		})
	}
	return rec, true
}

// withUnit words the value of a fact; a count comes with what it counts.
func (e *Engine) withUnit(f catalogue.Fact, language string) string {
	text := e.value(f, language)
	if f.Unit == "" || f.Denied || f.Value.Kind != corpus.Number || f.Value.Percent || f.Value.Malformed {
		return text
	}
	number := corpus.FormatNumber(f.Value.Num, language)
	return strings.Replace(text, number, number+" "+f.Unit, 1)
}
