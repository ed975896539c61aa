package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// asksForHolders reports whether a question without a project asks who has a thing: an
// attribute that holds names, beside a word that may be one.
func (p *Planner) asksForHolders(pl *Plan) bool {
	named := slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool {
		return a.Type == corpus.Name && a.ID != "former_name"
	})
	return named && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && c.Weight > 0.5 })
}

// countWords come right before what is counted.
var countWords = regexp.MustCompile(` (?:how mani|number of|多 少(?: (?:个|家|名|位|台|种|条|款|枚|座|人|次|套|只|件|份|辆|艘))?|几 (?:个|家|名|位|台|种|条|款|枚|座|人|次|套|只|件|份|辆|艘)) `)

// counted returns the concept that a question asks the number of: the last of those that
// follow the words of counting without a break, or nil.
func counted(pl *Plan, full string) *Concept {
	m := countWords.FindStringIndex(full)
	if m == nil {
		return nil
	}
	at := m[1] - 1
	var last *Concept
	for {
		next := -1
		for i := range pl.Concepts {
			for _, a := range pl.Concepts[i].Alternatives[:min(1+len(pl.Concepts[i].Alternatives)/8, len(pl.Concepts[i].Alternatives))] {
				if strings.HasPrefix(full[at:], a) && (last == nil || last.Attribute != "" || !tellsWho(pl, &pl.Concepts[i])) {
					last, next = &pl.Concepts[i], at+len(a)-1
				}
			}
		}
		if next < 0 {
			return last
		}
		at = next
	}
}

// tellsWho reports whether a concept is of an attribute of names or persons: behind a noun it is a verb.
func tellsWho(pl *Plan, c *Concept) bool {
	return slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool {
		return a.ID == c.Attribute && (a.Type == corpus.Name || a.Type == corpus.Person)
	})
}

// against separates the two sides of a comparison, in normal form.
var against = regexp.MustCompile(` (?:vs|versus|against|compar to|compar with|and|or|than|与|和|跟|同|还 是|对 比) `)

// sides returns the two concepts that stand nearest to the word of comparison, or nil.
func sides(pl *Plan, full string) []Concept {
	m := against.FindStringIndex(full)
	if m == nil {
		return nil
	}
	var left, right *Concept
	leftAt, rightAt := -1, len(full)
	for i := range pl.Concepts {
		c := &pl.Concepts[i]
		at := strings.Index(full, c.Alternatives[0])
		switch {
		case at < 0:
		case at < m[0] && at > leftAt:
			left, leftAt = c, at
		case at >= m[1]-1 && at < rightAt:
			right, rightAt = c, at
		}
	}
	if left == nil || right == nil {
		return nil
	}
	return []Concept{*left, *right}
}
