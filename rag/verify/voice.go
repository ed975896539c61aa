package verify

// voiceFault checks that the claim does not speak to its reader, of its writer, or urge, where
// the evidence does not: a report tells of its subject.
func (c *Checker) voiceFault(cl *claim, e *evidence) Verdict {
	if c.persons.in(cl.words) && !e.any(c.persons) {
		return fault(Voice, "it speaks to the reader or of the writer, and the source does not")
	}
	if c.urges.in(cl.words) && !e.any(c.urges) {
		return fault(Voice, "it urges, and the source does not")
	}
	return supported
}

// in reports whether the words hold one of the phrases.
func (p *phrases) in(words []word) bool { return len(p.find(words)) > 0 }

// any reports whether a sentence of the evidence holds one of the phrases.
func (e *evidence) any(p *phrases) bool {
	for _, s := range e.sentences {
		if p.in(s.words) || p.in(s.before) {
			return true
		}
	}
	return false
}
