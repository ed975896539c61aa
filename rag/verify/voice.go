package verify

import (
	"slices"
	"strings"
)

// voiceFault checks that the claim does not speak to its reader, of its writer, or urge, where
// the evidence does not: a report tells of its subject.
func (c *Checker) voiceFault(cl *claim, e *evidence) Verdict {
	if c.persons.in(cl.words) && !e.any(c.persons) {
		return fault(Voice, "it speaks to the reader or of the writer, and the source does not")
	}
	if addresses(cl.words) && !slices.ContainsFunc(e.sentences, func(s *cited) bool { return addresses(s.words) || addresses(s.before) }) {
		return fault(Voice, "it speaks to the reader, and the source does not")
	}
	if c.urges.in(cl.words) && !e.any(c.urges) && !(cl.zh != e.zh && e.obliges()) {
		return fault(Voice, "it urges, and the source does not")
	}
	return supported
}

// obliges reports whether a Chinese sentence has a character that states a duty, which another language urges
// with: 须.
func (e *evidence) obliges() bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool { return strings.ContainsAny(s.text, "须需应必") })
}

// addressed are words that speak to someone.
var addressed = newSet("you your yours yourself yourselves 你 您")

// addresses reports whether the words speak to someone.
func addresses(words []word) bool {
	return slices.ContainsFunc(words, func(w word) bool { return addressed[w.low] })
}

// in reports whether the words hold one of the phrases; 自我, of oneself, is no 我.
func (p *phrases) in(words []word) bool {
	return slices.ContainsFunc(p.find(words), func(h hit) bool {
		return words[h.from].text != "我" || h.from == 0 || words[h.from-1].text != "自"
	})
}

// any reports whether a sentence of the evidence holds one of the phrases.
func (e *evidence) any(p *phrases) bool {
	for _, s := range e.sentences {
		if p.in(s.words) || p.in(s.before) {
			return true
		}
	}
	return false
}
