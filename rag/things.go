package rag

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// model matches the name of a type of things: letters with a number.
var model = regexp.MustCompile(`(?i)\b[a-z]{1,8}[ -]?\d{1,5}[a-z]{0,3}\b|\b\d{4}(?:[a-z]{1,2})?\b`)

// things returns the concepts of a bounded list that name a type of things by letters and a number: "the
// cheapest X100" is not for all that has a price.
func (e *Engine) things(p *plan.Plan) []plan.Concept {
	if p.Filter == nil || p.Filter.Op == plan.On || p.Filter.Op == plan.None {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Concepts), func(c plan.Concept) bool {
		ranks := p.Filter.Op == plan.Most || p.Filter.Op == plan.Least
		return c.Attribute != "" || !isModel(c.Text) || !e.known(c) || !ranks && strings.Trim(c.Text, "0123456789") == ""
	})
}

// isModel reports whether a word is letters with a number.
func isModel(word string) bool {
	return model.FindString(word) == word && strings.ContainsAny(word, "0123456789")
}

// ofThings returns the facts that are told of all the things: their part of the sentence names them, or it
// names none of the kind and a part before it does.
func (e *Engine) ofThings(things []plan.Concept, facts []catalogue.Fact) []catalogue.Fact {
	if len(things) == 0 {
		return facts
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f catalogue.Fact) bool {
		sentence := e.reports[f.Report].Text[f.Start:f.End]
		return slices.ContainsFunc(things, func(c plan.Concept) bool { return !toldOf(sentence, f.Value.Start, c) })
	})
}

// toldOf reports whether the value at byte at of a sentence is told of c.
func toldOf(sentence string, at int, c plan.Concept) bool {
	start, before := 0, false
	for _, end := range append(partEnds.FindAllStringIndex(sentence, -1), []int{len(sentence), len(sentence)}) {
		part := sentence[start:end[0]]
		has := c.Match(corpus.Normal(part)) == 1
		if at < end[1] {
			return has || before && !model.MatchString(part)
		}
		before = before || has
		start = end[1]
	}
	return false
}
