package catalogue

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// placed matches where a figure holds, right behind it: "$4.10/hour on Acme".
var placed = regexp.MustCompile(`^\S{0,8}(?: an hour| a day| a month)? (?:on|at|with) ([A-Z][\w.]*)`)

// elsewhere reports whether what follows a figure says that it holds for another name than the project's.
func elsewhere(p *Project, rest string) bool {
	m := placed.FindStringSubmatch(rest)
	return m != nil && !p.NamedIn(corpus.Normal(m[1]))
}

// owner returns whose a value is that stands behind before, in the clause that begins at
// clause: the project named last in that clause; else the one that the passage describes at
// the report's byte at, when the sentence names it or names none; else the one named last.
//
// What is said of a subject that is no project is nobody's, until a project is named.
func (c *Catalogue) owner(before string, clause, passage, at int) *Project {
	if k := c.stranger(before); k >= 0 {
		return c.lastNamed(before[k:], passage)
	}
	if p := c.lastNamed(before[clause:], passage); p != nil {
		return p
	}
	last := c.lastNamed(before, passage)
	about := c.AboutAt(passage, at)
	if len(about) == 1 && (last == nil || about[0].NamedIn(corpus.Normal(before)) && !relative.MatchString(before[clause:])) {
		return about[0]
	}
	return last
}

// beside matches a proper name in Latin letters, behind words of comparison, in the text right before
// a value: "while on Acme it is", "than Acme's", "比 Acme 的". A bare name behind "while" may be a part of
// what the sentence is about, and "more than RMB" compares with nobody.
var beside = regexp.MustCompile(`(?:\b(?:(?:while|whereas|than) (?:on|at|with|that of)|versus|vs\.?|against|compared (?:to|with)(?: that of| on| at)?)\s+|而在\s*|(?:比|相比)在?\s*)(\p{Lu}[\w.&-]*)[^,;，；。]*$` +

	`|\bthan (\p{Lu}[\w.&-]*)['’]s [^,;，；。]*$`)

// contrast matches the beginning of a clause that sets what it says against the clause before.
var contrast = regexp.MustCompile(`^\s*(?:while|whereas|but|yet|而|但)`)

// comparison reports whether v is what the owner's own value is compared with: a value of a name
// that is no project, or one that stands before the clause of contrast in which the owner is named.
func (c *Catalogue) comparison(r *factReader, text string, clauses []corpus.Span, v corpus.Value, owner *Project) bool {
	at := clauseOf(clauses, v.Start)
	before := text[clauses[at].Start:v.Start]
	if m := beside.FindStringSubmatch(before); m != nil {
		named := slices.ContainsFunc(r.rounds, func(p namedPattern) bool { return p.pattern.MatchString(before) })
		return !named && !c.partOfName(m[1]+m[2])
	}
	if at+1 == len(clauses) || owner.NamedIn(corpus.Normal(text[:clauses[at].End])) {
		return false
	}
	next := text[clauses[at+1].Start:clauses[at+1].End]
	return contrast.MatchString(next) && owner.NamedIn(corpus.Normal(next))
}

// relative matches a clause that goes on about what was named right before it.
var relative = regexp.MustCompile(`^\s*(?:which|who|whose|that)\b`)

// jointly returns the project that stands before owner in one subject with it, "Acme and Bolt raised"; nil for none.
func (c *Catalogue) jointly(before string, owner *Project) *Project {
	l := c.Find(before)
	for i := len(l) - 1; i > 0; i-- {
		if l[i].Project == owner && l[i-1].Project != owner && joined.MatchString(before[l[i-1].End:l[i].Start]) {
			return l[i-1].Project
		}
	}
	return nil
}

// joined matches what joins two subjects.
var joined = regexp.MustCompile(`^\s*(?:和|与|及|&|and)\s*$`)

// lastNamed returns the project that is named last in text, or nil.
func (c *Catalogue) lastNamed(text string, passage int) *Project {
	normal := corpus.Normal(text)
	var last *Project
	lastAt := -1
	for _, p := range c.projects {
		for i, f := range p.forms {
			if p.everyday[i] && !strings.Contains(text, p.printed[i]) {
				continue
			}
			if k := strings.LastIndex(normal, f); k > lastAt || k == lastAt && k >= 0 && len(f) > 0 && slices.Contains(c.About(passage), p) {
				last, lastAt = p, k
			}
		}
	}
	return last
}
