package verify

import "slices"

// subjectFault checks that the source is about what the sentence is about, or
// names it beside the fact.
func (c *Checker) subjectFault(cl *claim, e *evidence) Verdict {
	if len(cl.subjects) == 0 {
		return supported
	}
	for _, s := range e.sentences {
		for k := range cl.subjects {
			n := &name{key: k, group: c.names.find(k)}
			if s.source.isAbout(n) || s.hasKey(k) || slices.ContainsFunc(s.names, func(m name) bool { return n.same(&m) }) {
				return supported
			}
			if len(s.source.subjects) == 0 && (&reading{words: scan(s.source.text)}).hasKey(k) {
				return supported
			}
		}
	}
	return fault(Subject, "the source is not about what the sentence is about")
}

// labelled reports whether the claim is a label and a quotation from the source, and
// the label suits the sentences that are quoted.
func (c *Checker) labelled(cl *claim, s *source) bool {
	if cl.body == "" {
		return false
	}
	e := &evidence{zh: s.zh}
	for _, sp := range quotedSpans(cl.body, s.text) {
		e.sentences = append(e.sentences, &cited{reading: c.read(s.text[sp.Start:sp.End], s.published.Year), source: s})
	}
	if len(e.sentences) == 0 {
		return false
	}
	return c.apply(cl, e, c.subjectFault, c.figureFault, c.nameFault, c.labelFault).Supported
}

// labelFault finds a claim whose label names something else than the source sentence's own
// label does.
func (c *Checker) labelFault(cl *claim, e *evidence) Verdict {
	if cl.label == 0 {
		return supported
	}
	for i := range cl.names {
		n := &cl.names[i]
		if n.to > cl.label || e.isSubject(n) || n.opening && !c.isReallyName(cl, n, e) {
			continue
		}
		for _, s := range e.sentences {
			if other := s.labelOther(cl, n); other != nil {
				return fault(cl.reasonOf(n), "%q labels what the source says of %q", n.text, other.text)
			}
		}
	}
	return supported
}

// labelOther returns the known name with which the sentence labels itself, when that is
// another one than n and the claim's label does not have it.
func (s *cited) labelOther(cl *claim, n *name) *name {
	own := 0
	for i, w := range s.words {
		if i > 0 && w.first {
			own = i
			break
		}
	}
	if own == 0 || own > maxLabel {
		return nil
	}
	var other *name
	for i := range s.names {
		m := &s.names[i]
		switch {
		case m.to > own:
			return other
		case sameThing(cl, s, n, m):
			return nil
		case m.from == 0 && m.to == own && (m.group >= 0 || s.source.isSubject(m)):
			other = m
		}
	}
	return other
}

// ownerFault checks, where several sources are taken together, that a figure
// behind a known name comes from a source about that name.
func (c *Checker) ownerFault(cl *claim, e *evidence) Verdict {
	if !slices.ContainsFunc(e.sentences, func(s *cited) bool { return s.source != e.sentences[0].source }) {
		return supported
	}
	for i := range cl.figures {
		f := &cl.figures[i]
		owners := cl.ownersOf(f)
		if len(owners) == 0 || f.kind == dateFigure && f.account {
			continue
		}
		owned := func(s *cited) bool {
			return f.in(s) >= 0 && slices.ContainsFunc(owners, func(n *name) bool {
				return s.source.isAbout(n) || s.hasKey(n.key) || slices.ContainsFunc(s.names, func(m name) bool { return n.same(&m) })
			})
		}
		if !slices.ContainsFunc(e.sentences, owned) {
			return fault(Subject, "%q is not said of %q", f.text, owners[0].text)
		}
	}
	return supported
}

// ownersOf returns the known names in the figure's clause, or else the last
// one before it.
func (cl *claim) ownersOf(f *figure) []*name {
	var out []*name
	var last *name
	clause := cl.words[f.from].clause
	for i := range cl.names {
		n := &cl.names[i]
		if n.group < 0 && !cl.isSubject(n) {
			continue
		}
		if cl.words[n.from].clause == clause {
			out = append(out, n)
		}
		if n.from < f.from {
			last = n
		}
	}
	if len(out) == 0 && last != nil {
		out = append(out, last)
	}
	return out
}
