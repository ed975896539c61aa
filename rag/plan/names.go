package plan

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// saysMore reports whether a text in normal form holds a word that is no stop word.
func (p *Planner) saysMore(rest string) bool {
	for _, s := range p.stopHan {
		rest = strings.ReplaceAll(rest, s, "  ")
	}
	for _, u := range strings.Fields(rest) {
		if !p.stop[u] {
			return true
		}
	}
	return false
}

// properNames makes concepts of the names of two words or more that the passages hold,
// and returns rest without them.
func (p *Planner) properNames(question, rest string) ([]Concept, string) {
	var out []Concept
	units := strings.Fields(rest)
	for n := maxProper; n >= 2; n-- {
		for i := 0; i+n <= len(units); i++ {
			phrase := " " + strings.Join(units[i:i+n], " ") + " "
			if !p.catalogue.IsName(phrase) || !strings.Contains(rest, phrase) || p.isPhraseCue(phrase, units[i:i+n]) {
				continue
			}
			c := Concept{Text: strings.TrimSpace(phrase), Alternatives: slices.Concat([]string{phrase}, p.synonyms[phrase], p.inOne(question, phrase)), Name: true}
			c.Strong = len(c.Alternatives)
			c.Weight = max(properWeight, p.weight(c.Text, c.Alternatives))
			out = append(out, c)
			rest = strings.ReplaceAll(rest, phrase, "  ")
		}
	}
	return out, rest
}

// ampersand matches a name of two words with & between them, which asks for neither: "Play&Win".
var ampersand = regexp.MustCompile(`\b[A-Z][A-Za-z0-9]*(?:&[A-Z][A-Za-z0-9]*)+\b`)

// joinedNames adds such names of the question, and takes their words out of rest.
func (p *Planner) joinedNames(question, rest string, names []Concept) ([]Concept, string) {
	for _, w := range ampersand.FindAllString(question, -1) {
		n := corpus.Normal(w)
		if !strings.Contains(rest, n) || p.holding(n) == 0 {
			continue
		}
		names = append(names, Concept{Text: strings.TrimSpace(n), Alternatives: []string{n}, Strong: 1, Name: true, Weight: max(properWeight, p.weight(strings.TrimSpace(n), []string{n}))})
		rest = strings.ReplaceAll(rest, n, "  ")
	}
	return names, rest
}

// inOne returns the normal form of a name of the question that a passage writes in one word: "AcmeLabs" for
// "Acme Labs"; nil where none does.
func (p *Planner) inOne(question, phrase string) []string {
	words := strings.Fields(question)
	for n := range words {
		for m := n + 2; m <= min(len(words), n+maxProper); m++ {
			if corpus.Normal(strings.Join(words[n:m], " ")) != phrase {
				continue
			}
			if one := corpus.Normal(strings.Join(words[n:m], "")); p.holding(one) > 0 {
				return []string{one}
			}
		}
	}
	return nil
}

// isPhraseCue reports whether a phrase is a cue, holds one of two words, or holds a
// category's label: then it is no name.
func (p *Planner) isPhraseCue(phrase string, units []string) bool {
	for _, a := range p.attributes {
		if strings.Contains(phrase, a.phrase) && (a.phrase == phrase || strings.Count(a.phrase, " ") > 2) {
			return true
		}
	}
	return slices.ContainsFunc(p.categories, func(c category) bool {
		return slices.ContainsFunc(units, func(u string) bool { return c.normal == " "+u+" " })
	})
}

// properName matches a name of two capitalised words or more.
var properName = regexp.MustCompile(`\p{Lu}[\p{L}\d.&'’-]*(?:\s+\p{Lu}[\p{L}\d.&'’-]*)+`)

// unknownName returns the first name of two words or more in the question that is
// no project and that no passage can hold, or "".
func (p *Planner) unknownName(question string, mentions []catalogue.Mention) string {
	for _, m := range properName.FindAllStringIndex(question, -1) {
		if slices.ContainsFunc(mentions, func(o catalogue.Mention) bool { return o.Start < m[1] && m[0] < o.End }) || m[0] > 0 && isLetter(question[:m[0]]) {
			continue
		}
		name := strings.TrimRight(question[m[0]:m[1]], ".'’")
		for _, possessive := range []string{"'s", "’s"} {
			name = strings.TrimSuffix(name, possessive)
		}
		words := strings.Fields(name)
		for len(words) > 0 && m[0] == 0 && p.stop[stemOf(words[0])] {
			words = words[1:] // "What Does Acme ..."
		}
		if len(words) < 2 || p.isLabel(corpus.Normal(strings.Join(words, " "))) {
			continue
		}
		if !p.freq.Phrase(corpus.Normal(strings.Join(words, " "))) {
			return strings.Join(words, " ")
		}
	}
	return ""
}

// isLetter reports whether text ends in a letter.
func isLetter(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsLetter(r)
}

func stemOf(word string) string {
	if u := corpus.Units(word); len(u) > 0 {
		return u[0]
	}
	return ""
}

// isLabel reports whether a phrase is a category or a report's name.
func (p *Planner) isLabel(normal string) bool {
	return slices.ContainsFunc(p.categories, func(c category) bool { return strings.Contains(c.normal, normal) }) ||
		slices.ContainsFunc(p.reports, func(r reportName) bool {
			return strings.Contains(normal, r.normal) || strings.Contains(r.normal, normal)
		})
}

// maxProper is the most words of a name; properWeight the least weight of one.
const (
	maxProper    = 4
	properWeight = 0.75
)
