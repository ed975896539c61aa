package rag

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// How much of its weight a word keeps that says little of what a question about a notion
// is about.
const (
	sidePart   = 0.6 // no heading near the question holds it: it is said of the notion, it is not the notion
	singlePart = 0.3 // one Han character is part of many words, "in Acme" no name
)

// minWeight keeps a division from one by nothing.
const minWeight = 0.01

// weighed returns the plan that sentences are scored by. A question about a notion has no
// project to tell passages apart, and a rare word is not always the one that matters ("why
// is X so hard"): what a heading is about, or what is written as a name, keeps its weight.
func (e *Engine) weighed(p *plan.Plan, hits []Hit) *plan.Plan {
	if len(p.Projects) > 0 || p.Conflict { // of a claim every word counts
		return p
	}
	q := *p
	q.Concepts = slices.Clone(p.Concepts)
	heads := e.headsOf(hits)
	before, after := 0.0, 0.0
	for i := range q.Concepts {
		k := &q.Concepts[i]
		before = max(before, k.Weight)
		k.Alternatives, k.Strong = e.spelledOut(k)
		switch {
		case utf8.RuneCountInString(k.Text) == 1 || k.Name && e.opensWithStop(k.Text):
			k.Weight *= singlePart
		case k.Attribute == "" && !capitals(p.Text, k.Text) && !slices.ContainsFunc(heads, func(h string) bool { return k.Match(h) == 1 }):
			k.Weight *= sidePart
		}
		after = max(after, k.Weight)
	}
	for i := range q.Concepts {
		q.Concepts[i].Weight *= before / max(after, minWeight) // only their proportion changes
	}
	return &q
}

// opensWithStop reports whether a phrase begins with a word that carries no content.
func (e *Engine) opensWithStop(phrase string) bool {
	word, _, _ := strings.Cut(phrase, " ")
	return slices.Contains(e.cfg.Vocabulary.Stop.En, word)
}

// headsOf returns the headings and leads of the first hits, in normal form.
func (e *Engine) headsOf(hits []Hit) []string {
	var out []string
	for i := range hits[:min(candidatePassages, len(hits))] {
		read := e.readings.of(&hits[i].Passage)
		out = append(out, read.path)
		last := -1
		for _, l := range leads(hits[i].Text, read.sentences) {
			if l >= 0 && l != last {
				out, last = append(out, read.sentences[l].normal), l
			}
		}
	}
	return out
}

// capitals reports whether the question writes the word like a name: in capitals, or with a
// digit in it.
func capitals(question, word string) bool {
	upper := strings.ToUpper(word)
	return strings.ContainsAny(word, "0123456789") || upper != word && utf8.RuneCountInString(word) > 1 && strings.Contains(question, upper)
}

// spelledOut returns a concept's alternatives, with those words for an abbreviation that its
// letters are the first of: the glossary knows both by one word of the other language.
func (e *Engine) spelledOut(k *plan.Concept) ([]string, int) {
	out, strong := k.Alternatives, k.Strong
	for _, zh := range e.cfg.Glossary.FromEnglish(k.Text) {
		for _, en := range e.cfg.Glossary.FromChinese(zh) {
			if n := corpus.Normal(en); initials(en) == k.Text && !slices.Contains(out, n) {
				out = slices.Insert(slices.Clone(out), strong, n)
				strong++
			}
		}
	}
	return out, strong
}

// initials returns the first letters of the words, in lower case; "" for fewer than two.
func initials(phrase string) string {
	words := strings.Fields(strings.ToLower(phrase))
	if len(words) < 2 {
		return ""
	}
	out := ""
	for _, w := range words {
		out += w[:1]
	}
	return out
}
