package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// firmNames matches names of organisations in Latin script by what they end in, nil for no such words.
func firmNames(v *corpus.Vocabulary) *regexp.Regexp {
	var ends []string
	for _, w := range v.Names.Firms {
		ends = append(ends, regexp.QuoteMeta(w))
	}
	if len(ends) == 0 {
		return nil
	}
	return regexp.MustCompile(`\b(?:\p{Lu}[\w&.'-]*\s){1,3}(?:` + strings.Join(ends, "|") + `)\b`)
}

// inFirmOnly reports whether a sentence holds a word of a question nowhere but in the name of an organisation, and the
// question does not write it as a name, nor is it no word of the glossary: who asks for a hack does not ask for Hack
// Capital.
func (e *Engine) inFirmOnly(question, text string, k plan.Concept) bool {
	if k.Name || e.firms == nil || corpus.HanShare(k.Text) == 0 && len(e.cfg.Glossary.FromEnglish(k.Text)) == 0 || !e.firms.MatchString(text) || writtenAsName(question, k.Text) {
		return false
	}
	inside := slices.ContainsFunc(e.firms.FindAllString(text, -1), func(name string) bool { return k.Match(corpus.Normal(name)) > 0 })
	return inside && k.Match(corpus.Normal(e.firms.ReplaceAllString(text, " "))) == 0
}

// writtenAsName reports whether a question writes the word with a capital.
func writtenAsName(question, k string) bool {
	return slices.ContainsFunc(nameWord.FindAllString(question, -1), func(w string) bool {
		r, _ := utf8.DecodeRuneInString(w)
		return unicode.IsUpper(r) && corpus.Normal(w) == " "+k+" "
	})
}
