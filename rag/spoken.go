package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// tenseNote says of which tense the rows of a list are, where one is asked for.
func tenseNote(p *plan.Plan) string {
	switch p.Tense {
	case plan.Planned:
		return phrase(p.Language, "planned, as the reports tell it", "报告所述的计划")
	case plan.Done:
		return phrase(p.Language, "there already, as the reports tell it", "报告称已有")
	}
	return ""
}

// How the heading of a list by words begins.
const (
	spokenEn = "The reports speak of “"
	spokenZh = "报告谈到“"
)

// spokenLabel says what a list by words holds: the words, whether each of its rows has them all, and beside which
// attributes they stand.
func (e *Engine) spokenLabel(p *plan.Plan, keys []plan.Concept, rows []row) string {
	held := slices.DeleteFunc(slices.Clone(keys), func(k plan.Concept) bool {
		return slices.ContainsFunc(rows, func(r row) bool { return k.Match(corpus.Normal(r.text)) == 0 })
	})
	label := phrase(p.Language, spokenEn, spokenZh) + listLabel(p, keys) + "”"
	if len(held) < len(keys) {
		label += phrase(p.Language, " or most of these words", "或其中大部分词")
	}
	if e.cuesOf(p) == nil {
		return label
	}
	var beside []string
	for _, a := range p.Attributes {
		if l := a.Label.In(p.Language); l != "" && !slices.ContainsFunc(held, func(k plan.Concept) bool { return k.Attribute == a.ID }) && a.Type != corpus.Prose && a.Type != corpus.When && a.Type != corpus.Number {
			beside = append(beside, lower(l, p.Language))
		}
	}
	if len(beside) == 0 {
		return label
	}
	return label + phrase(p.Language, " (", "（") + strings.Join(beside, phrase(p.Language, ", ", "、")) + phrase(p.Language, ")", "）")
}

// started bounds a list by what the question asks to be started, or not, where its other words alone made it: of
// "marketplaces with a mainnet" those of which a sentence tells a mainnet. It returns the words that the rows hold.
func (e *Engine) started(p *plan.Plan, keys []plan.Concept, rows []row) ([]plan.Concept, []row) {
	if slices.ContainsFunc(keys, func(k plan.Concept) bool { return k.Attribute != "" }) {
		return keys, rows
	}
	only := *p
	only.Concepts = e.starts(p)
	if len(only.Concepts) == 0 {
		return keys, rows
	}
	begun := e.keys(&only)
	told := e.inAskedWords(&only, e.holding(&only, begun))
	if len(keys) > 0 {
		told = slices.DeleteFunc(told, func(r row) bool { return !hasRow(rows, r.project) })
	}
	if len(told) == 0 {
		return keys, nil
	}
	return append(slices.Clone(keys), begun...), told
}

// starts returns the words of a question for what is started that the vocabulary sets apart: a mainnet, not a launch.
func (e *Engine) starts(p *plan.Plan) []plan.Concept {
	apart := normals(e.attribute(launchAttribute).Apart.All())
	return slices.DeleteFunc(slices.Clone(p.Concepts), func(c plan.Concept) bool {
		return c.Attribute != launchAttribute || !slices.Contains(apart, c.Alternatives[0])
	})
}

func listLabel(p *plan.Plan, keys []plan.Concept) string {
	var words []string
	for i, k := range keys {
		word := asTyped(p.Text, k.Text)
		within := func(o plan.Concept) bool { return strings.Contains(asTyped(p.Text, o.Text), word) }
		if slices.ContainsFunc(keys[:i], within) || slices.ContainsFunc(keys[i+1:], func(o plan.Concept) bool { return within(o) && asTyped(p.Text, o.Text) != word }) {
			continue // part of another
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
