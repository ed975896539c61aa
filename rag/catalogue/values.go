package catalogue

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// unlessIn reports whether the clause holds a word that makes its names other things.
func (a *statedAttribute) unlessIn(text string, clause corpus.Span) bool {
	return a.unless != nil && a.unless.MatchString(text[clause.Start:clause.End])
}

// maxNameDistance is how far, in bytes, a name stands from the cue that makes it a value.
const maxNameDistance = 24

// namesPattern matches an attribute's own values as they are printed; nil for none.
func namesPattern(values [][]string) *regexp.Regexp {
	var parts []string
	for _, names := range values {
		for _, n := range names {
			q := regexp.QuoteMeta(n)
			if corpus.HanShare(n) == 0 {
				q = `\b` + q + `\b`
			}
			parts = append(parts, q)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	sort.SliceStable(parts, func(i, j int) bool { return len(parts[i]) > len(parts[j]) })
	return regexp.MustCompile(strings.Join(parts, "|"))
}

// named reads the names that are values of an attribute.
func (r *factReader) named(text string) []corpus.Value {
	var out []corpus.Value
	for i := range r.attributes {
		if r.attributes[i].names == nil {
			continue
		}
		for _, m := range r.attributes[i].names.FindAllStringIndex(text, -1) {
			if slices.ContainsFunc(out, func(o corpus.Value) bool { return o.Name == r.canonical[text[m[0]:m[1]]] }) {
				continue
			}
			out = append(out, corpus.Value{Kind: corpus.Name, Start: m[0], End: m[1], Name: r.canonical[text[m[0]:m[1]]]})
		}
	}
	return out
}
