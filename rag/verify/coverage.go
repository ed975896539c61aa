package verify

import (
	"slices"
	"strings"
)

const (
	minCoverage      = 0.35 // of a claim's content by its source sentence, same language
	minPassage       = 0.7  // or so much by the passage
	minAcross        = 0.25 // across languages, of the words that the glossary translates
	fewUnits         = 3    // below so many content units coverage tells nothing
	likePrefix       = 5    // letters that two forms of one word have in common at least
	likePrefixShared = 0.6  // of the longer form
)

// coverageFault checks that the evidence says enough of what the claim says.
func (c *Checker) coverageFault(cl *claim, e *evidence) Verdict {
	units := cl.unitsFor(c, e.zh)
	agreed := len(cl.names) + len(cl.figures) // else there were a fault before
	n, here, passage := agreed, agreed, agreed
	for i := range units {
		u := &units[i]
		if u.kind != content && u.kind != cue {
			continue
		}
		n++
		if c.covers(cl, u, e) {
			here++
			passage++
		} else if e.inPassage(i, u) {
			passage++
		}
	}
	if here == 0 {
		return fault(Coverage, "nothing of the sentence is in the source")
	}
	share, whole := float64(here)/float64(max(n, 1)), float64(passage)/float64(max(n, 1))
	least := minCoverage
	if cl.zh != e.zh {
		least = minAcross
	}
	if n >= fewUnits && share < least && whole < minPassage {
		return fault(Coverage, "the source sentence holds %d of %d content words, names and figures", here, n)
	}
	return supported
}

// covers reports whether the evidence has the unit, an inflection of it, or a
// synonym.
func (c *Checker) covers(cl *claim, u *unit, e *evidence) bool {
	if e.has(u.norm) || e.inContext(u.norm) {
		return true
	}
	for _, h := range cl.hits {
		if h.from <= u.from && u.from < h.to && e.meaning(h.group) {
			return true
		}
	}
	if cl.abbreviated(u.from, e) {
		return true
	}
	if !isLetter(u.norm[0]) || len(u.alts) > 0 {
		return e.hasTranslation(u)
	}
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return slices.ContainsFunc(s.words, func(w word) bool { return !w.han && alike(u.norm, w.norm) })
	})
}

// abbreviated reports whether word i is one of those that a name of the evidence is short
// for.
func (cl *claim) abbreviated(i int, e *evidence) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return slices.ContainsFunc(s.names, func(n name) bool {
			at := initialsAt(n.text, cl.words)
			return at >= 0 && at <= i && i < at+len(n.text)
		})
	})
}

// alike reports whether two stems look like forms of one word.
func alike(a, b string) bool {
	if len(a) < likePrefix || len(b) < likePrefix {
		return false
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= likePrefix && float64(n) >= likePrefixShared*float64(max(len(a), len(b)))
}

// hasTranslation reports whether a sentence holds one of the unit's forms in the
// other language.
func (e *evidence) hasTranslation(u *unit) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return slices.ContainsFunc(u.alts, func(a string) bool {
			if !isLetter(a[0]) {
				return strings.Contains(s.text, a)
			}
			return !slices.ContainsFunc(strings.Fields(a), func(w string) bool { return !s.set[w] })
		})
	})
}

// inPassage reports whether some sentence of the sources holds unit i.
func (e *evidence) inPassage(i int, u *unit) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return slices.ContainsFunc(s.source.sentences, func(sp span) bool { return i < len(sp.seen) && sp.seen[i] })
	})
}
