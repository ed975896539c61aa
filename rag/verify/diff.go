package verify

import "slices"

// nearVerbatim is the share of the claim's words that stand in the source sentence in
// the same order, from which on the claim is taken for that sentence with changes. One word is
// given away, so that it holds for short lines too.
const nearVerbatim = 0.75

// diffFault finds, in a claim that is nearly a quotation, a name or figure put where the
// source sentence has another one.
func (c *Checker) diffFault(cl *claim, e *evidence) Verdict {
	for _, s := range e.sentences {
		pairs := align(cl.words, s.words)
		body := 0
		for _, p := range pairs {
			if p[0] >= cl.label {
				body++
			}
		}
		if float64(body+1) < nearVerbatim*float64(len(cl.words)-cl.label) {
			continue
		}
		pairs = append(pairs, [2]int{len(cl.words), len(s.words)})
		i, j := 0, 0
		for _, p := range pairs {
			x := change{cl, s, i, p[0], j, p[1]}
			if v := x.fault(c); !v.Supported {
				return v
			}
			i, j = p[0]+1, p[1]+1
		}
	}
	return supported
}

// mostAligned bounds the work of one alignment: the product of the numbers of words.
const mostAligned = 1 << 20

// align returns the pairs of equal words of a longest common subsequence, none when the two
// are too long to compare.
func align(a, b []word) [][2]int {
	n, m := len(a), len(b)
	if n*m > mostAligned {
		return nil
	}
	long := make([]uint16, (n+1)*(m+1)) // long[i*(m+1)+j]: of a[i:] and b[j:]
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			at := i*(m+1) + j
			if a[i].norm == b[j].norm {
				long[at] = long[at+m+2] + 1
			} else {
				long[at] = max(long[at+m+1], long[at+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch at := i*(m+1) + j; {
		case a[i].norm == b[j].norm:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case long[at+m+1] >= long[at+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// longChange is the most words of a change that is taken for one thing put for
// another.
const longChange = 8

// A change is the claim's words [i, k) in place of the source's words [j, l).
type change struct {
	cl         *claim
	s          *cited
	i, k, j, l int
}

// means reports whether the change puts words for words, few enough to be one thing for
// another, in one line, and in a label only for a label.
func (x *change) means() bool {
	if x.i == x.k || x.j == x.l || x.k-x.i > longChange || x.l-x.j > longChange {
		return false
	}
	if x.k <= x.cl.label && !(x.j == 0 && x.l < len(x.s.words) && x.s.words[x.l].first) {
		return false
	}
	return !slices.ContainsFunc(x.s.words[x.j+1:min(x.l+1, len(x.s.words))], func(w word) bool { return w.gap == ended })
}

// fault judges one change.
func (x *change) fault(c *Checker) Verdict {
	if !x.means() {
		return supported
	}
	for n := range x.cl.names {
		if v := x.nameFault(&x.cl.names[n]); !v.Supported {
			return v
		}
	}
	for n := range x.cl.figures {
		if v := x.figureFault(c, &x.cl.figures[n]); !v.Supported {
			return v
		}
	}
	return supported
}

// nameFault finds that n stands in the place of another name, or of a figure.
func (x *change) nameFault(n *name) Verdict {
	if n.to <= x.i || n.from >= x.k || x.i <= x.cl.label && x.s.leavesOut(n) {
		return supported
	}
	there := func(from, to int) bool { return to > x.j && from < x.l }
	m := slices.IndexFunc(x.s.names, func(m name) bool { return there(m.from, m.to) })
	if m < 0 {
		if f := slices.IndexFunc(x.s.figures, func(g figure) bool { return there(g.from, g.to) }); f >= 0 {
			return fault(x.cl.reasonOf(n), "%q stands where the source has %q", n.text, x.s.figures[f].text)
		}
		return supported
	}
	same := slices.ContainsFunc(x.s.names, func(m name) bool { return there(m.from, m.to) && sameThing(x.cl, x.s, n, &m) })
	if same || x.cl.toldActively(x.s, n) || x.cl.toldActively(x.s, &x.s.names[m]) || x.k > x.cl.label && permuted(x.cl, x.s, n, &x.s.names[m]) {
		return supported
	}
	return fault(x.cl.reasonOf(n), "%q stands where the source has %q", n.text, x.s.names[m].text)
}

// figureFault finds that f stands in the place of another figure.
func (x *change) figureFault(c *Checker, f *figure) Verdict {
	if f.to <= x.i || f.from >= x.k || f.account {
		return supported
	}
	var other *figure
	for n := range x.s.figures {
		g := &x.s.figures[n]
		if g.to <= x.j || g.from >= x.l {
			continue
		}
		if f.agrees(g, x.s.source.published) {
			return supported
		}
		if other == nil {
			other = g
		}
	}
	if other == nil || c.ownAttribute(x.cl, x.s, f, other) {
		return supported
	}
	return fault(f.reason(), "%q stands where the source has %q", f.text, other.text)
}

// leavesOut reports whether n is what the source is about and the sentence does not name it:
// a claim that does has put it in front.
func (s *cited) leavesOut(n *name) bool {
	return s.source.isSubject(n) && !slices.ContainsFunc(s.names, func(m name) bool { return s.source.isSubject(&m) })
}

// permuted reports whether n and m are members of one list of the source, which the claim has
// both: in another order.
func permuted(cl *claim, s *cited, n, m *name) bool {
	if !slices.ContainsFunc(cl.names, func(x name) bool { return x.same(m) }) {
		return false
	}
	place := func(n *name) int {
		return slices.IndexFunc(s.items, func(x item) bool { return x.kind == nameItem && s.names[x.n].same(n) })
	}
	a, b := place(n), place(m)
	return a >= 0 && b >= 0 && s.listed(min(a, b), max(a, b), longerKnown)
}

// reasonOf returns what is wrong when n is: the subject when it is a known name.
func (cl *claim) reasonOf(n *name) Reason {
	if n.group >= 0 || cl.isSubject(n) {
		return Subject
	}
	return Name
}
