package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// authorsAttribute is the attribute of who wrote a report.
const authorsAttribute = "authors"

// authors answers who wrote a report: the lines that it prints below a word for authors. It reports false for every
// other question, and where the report prints none.
func (e *Engine) authors(p *plan.Plan) (Answer, bool) {
	if len(p.Reports) != 1 || len(p.Projects) > 0 || !slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.ID == authorsAttribute }) {
		return Answer{}, false
	}
	w := e.newWriter(p)
	for n, ps := range e.cfg.Index.Passages() {
		if ps.Report != p.Reports[0] {
			continue
		}
		h := &Hit{Passage: ps}
		sentences := e.readings.of(&h.Passage).sentences
		over := leads(ps.Text, sentences)
		for i, s := range sentences {
			if over[i] >= 0 && announces(ps.Text[sentences[over[i]].start:sentences[over[i]].end]) && slices.ContainsFunc(e.cues[authorsAttribute].all, func(word string) bool { return strings.Contains(sentences[over[i]].normal, word) }) {
				c := e.sentenceOf(h, n, s)
				w.quote("", &c, len(w.answer.Sentences) == 0)
			}
		}
	}
	return w.done(p), len(w.answer.Citations) > 0
}
