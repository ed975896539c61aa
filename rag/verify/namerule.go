package verify

import (
	"slices"
	"strings"
)

// nameFault returns the first name of the claim that the evidence does not
// hold.
func (c *Checker) nameFault(cl *claim, e *evidence) Verdict {
	for i := range cl.names {
		n := &cl.names[i]
		if c.holdsName(cl, n, e) || n.opening && !c.isReallyName(cl, n, e) || cl.isTitle(n) || c.isAttributeLabel(cl, n) || e.refersTo(cl, n) {
			continue
		}
		if n.group >= 0 || cl.isSubject(n) {
			return fault(Subject, "%q is not in the source sentence, and the passage is not about it", n.text)
		}
		return fault(Name, "%q is not in the source sentence", n.text)
	}
	return supported
}

// isAttributeLabel reports whether n is made of words by which the vocabulary speaks of
// values, in front of a colon: "Raised: ...".
func (c *Checker) isAttributeLabel(cl *claim, n *name) bool {
	return n.to <= cl.label && n.group < 0 && !cl.isSubject(n) &&
		!slices.ContainsFunc(cl.words[n.from:n.to], func(w word) bool { return !c.common[w.norm] })
}

// isTitle reports whether n is part of a label that repeats what follows
// ("Lower Cost: ... a lower cost ..."), or is written like a heading, and no known name.
func (cl *claim) isTitle(n *name) bool {
	if n.to > cl.label || n.group >= 0 || cl.isSubject(n) {
		return false
	}
	return cl.repeats(n) || cl.label > 2 && !cl.zh && cl.isHeading(n)
}

// repeats reports whether all words of the label's name n stand behind the label.
func (cl *claim) repeats(n *name) bool {
	return !slices.ContainsFunc(cl.words[n.from:n.to], func(w word) bool {
		return !slices.ContainsFunc(cl.words[cl.label:], func(x word) bool { return !isCapital(x.text[0]) && (x.norm == w.norm || alike(x.norm, w.norm)) })
	})
}

// isHeading reports whether the label is in title case and n has nothing that only names have.
func (cl *claim) isHeading(n *name) bool {
	if slices.ContainsFunc(cl.words[n.from:n.to], func(w word) bool { return !isPlainCapital(w.text) }) {
		return false
	}
	capitals, all := 0, 0
	for _, w := range cl.words[:cl.label] {
		if !functionWords[w.low] {
			all++
			if isCapital(w.text[0]) {
				capitals++
			}
		}
	}
	return capitals > 1 && capitals == all
}

// refersTo reports whether the evidence's sentence opens without a name of its own ("It is
// ...", "The company ..."), and the one before it has the name with which the claim opens.
func (e *evidence) refersTo(cl *claim, n *name) bool {
	if n.from-cl.label > nearOpening || n != &cl.names[0] && n.from > cl.label {
		return false
	}
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		if s.before == nil || len(s.names) > 0 && (s.names[0].from <= nearOpening || !cl.hasKey(s.names[0].key)) {
			return false // its own name has gone
		}
		return (&reading{words: s.before}).hasKey(n.key)
	})
}

// nearOpening is how many words may stand before the name that a sentence is about.
const nearOpening = 3

// holdsName reports whether the evidence has the name, in any spelling that
// is known to mean the same.
func (c *Checker) holdsName(cl *claim, n *name, e *evidence) bool {
	for _, s := range e.sentences {
		if s.source.isSubject(n) || s.source.isAbout(n) && !s.opensOther(n) {
			return true
		}
		for i := range s.names {
			if n.same(&s.names[i]) {
				return true
			}
		}
		if s.hasKey(n.key) || isInitials(n.text, s.words) {
			return true
		}
		if n.group < 0 && slices.ContainsFunc(s.names, func(m name) bool { return n.from == initialsAt(m.text, cl.words) }) {
			return true
		}
	}
	found := 0
	for i, w := range cl.words[n.from:n.to] {
		switch {
		case c.holdsWord(cl, n.from+i, n.group >= 0 || cl.isSubject(n), e):
			found++
		case i > 0 && c.suffixes[w.norm] && found > 0:
		default:
			return false
		}
	}
	return found > 0
}

// opensOther reports whether the sentence is, by the known name it opens with, of something
// else than n.
func (s *cited) opensOther(n *name) bool {
	return len(s.names) > 0 && s.names[0].group >= 0 && s.names[0].from <= nearOpening && !n.same(&s.names[0])
}

// holdsWord reports whether the evidence has word i, part of a name. A heading is not
// evidence for a known name: it may list many.
func (c *Checker) holdsWord(cl *claim, i int, known bool, e *evidence) bool {
	w := cl.words[i]
	if e.has(w.norm) || !known && e.inContext(w.norm) {
		return true
	}
	for _, h := range cl.hits {
		if h.from <= i && i < h.to && e.meaning(h.group) {
			return true
		}
	}
	if slices.ContainsFunc(cl.rounds, func(h hit) bool {
		return h.from <= i && i < h.to && slices.ContainsFunc(e.sentences, func(s *cited) bool {
			return slices.ContainsFunc(s.rounds, func(x hit) bool { return x.group == h.group })
		})
	}) {
		return true
	}
	return e.zh && slices.ContainsFunc(c.toChinese(w.text), func(t string) bool {
		return slices.ContainsFunc(e.sentences, func(s *cited) bool { return strings.Contains(s.text, t) })
	})
}

// isReallyName decides about one capitalised word that opens a sentence: it is
// a name when it is known, or stands with a capital inside the passage, or
// is no common word and what follows makes it a subject.
func (c *Checker) isReallyName(cl *claim, n *name, e *evidence) bool {
	w := cl.words[n.from]
	if n.group >= 0 || cl.isSubject(n) {
		return true
	}
	upper, lower := e.casing(w.text)
	if upper != lower {
		return upper
	}
	if c.common[w.norm] || looksOrdinary(w.text) || n.to >= len(cl.words) || cl.zh {
		return cl.zh
	}
	if c.glossary != nil && c.isEnglish(w.text) {
		return false
	}
	next := cl.words[n.to]
	return next.gap == joined && (auxiliaries[next.text] || strings.HasSuffix(next.text, "ed") || strings.HasSuffix(next.text, "s") && !strings.HasSuffix(next.text, "ss"))
}

var auxiliaries = newSet("is are was were has have had will does do did can")

// ordinarySuffixes end words that are hardly ever names.
var ordinarySuffixes = []string{"ing", "ed", "ly", "tion", "tions", "ment", "ments", "ness", "ity", "ies", "ance", "ence", "ers", "ors", "ism", "ists", "ives", "ages"}

func looksOrdinary(w string) bool {
	return slices.ContainsFunc(ordinarySuffixes, func(s string) bool { return strings.HasSuffix(w, s) && len(w) > len(s)+2 })
}

// isInitials reports whether s abbreviates a run of the words: CEO, chief
// executive officer.
func isInitials(s string, words []word) bool { return initialsAt(s, words) >= 0 }

// initialsAt returns the word at which the run begins that s abbreviates, or -1.
func initialsAt(s string, words []word) int {
	if len(s) < 2 || len(s) > 6 || !isCapital(s[0]) || !isCapital(s[len(s)-1]) {
		return -1
	}
	low := strings.ToLower(s)
next:
	for i := 0; i+len(low) <= len(words); i++ {
		for j := range len(low) {
			w := words[i+j]
			if w.han || w.text[0]|0x20 != low[j] || j > 0 && w.gap != joined {
				continue next
			}
		}
		return i
	}
	return -1
}
