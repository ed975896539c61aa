package verify

import "slices"

// An item is a word, a figure, a name or a break in the sequence of a
// sentence.
type item struct {
	kind itemKind
	norm string // of a word
	n    int    // number of the figure or name
	word int    // where it begins
}

type itemKind int

const (
	breakItem itemKind = iota // the edge of a clause or a sentence
	wordItem
	figureItem
	nameItem
)

// articles are passed over where sequences are compared.
var articles = newSet("a an the 的 了")

// sequence returns the words of r with each figure and each name as one item,
// and a break at both ends.
func (r *reading) sequence() []item {
	out := make([]item, 1, len(r.words)+2)
	f, n := 0, 0
	for i := 0; i < len(r.words); {
		for f < len(r.figures) && r.figures[f].to <= i {
			f++
		}
		for n < len(r.names) && r.names[n].to <= i {
			n++
		}
		switch w := r.words[i]; {
		case w.gap >= clausal && out[len(out)-1].kind != breakItem:
			out = append(out, item{word: i})
		case w.gap == listed && i > 0 && out[len(out)-1].kind != breakItem:
			out = append(out, item{kind: wordItem, norm: "、", word: i})
		}
		switch {
		case f < len(r.figures) && r.figures[f].from <= i:
			out = append(out, item{kind: figureItem, n: f, word: i})
			i = r.figures[f].to
		case n < len(r.names) && r.names[n].from <= i:
			out = append(out, item{kind: nameItem, n: n, word: i})
			i = r.names[n].to
		default:
			if !articles[r.words[i].norm] {
				out = append(out, item{kind: wordItem, norm: r.words[i].norm, word: i})
			}
			i++
		}
	}
	return append(out, item{word: len(r.words)})
}

const (
	slotReach = 4 // items looked at on each side
	slotLeast = 3 // equal ones beside another figure or name that make it the same place
	slotMore  = 2 // so many more than beside its own
	// of a name that the claim has more often than the source, where another is gone
	slotLeastRepeated = 2
	slotMoreRepeated  = 1
)

// slotFault finds a figure or name of the claim that stands where the source
// sentence has another one: "cap of 5 and supply of 9" told as "cap of 9".
func (c *Checker) slotFault(cl *claim, e *evidence) Verdict {
	t := newTally(cl, e)
	for i, it := range cl.items {
		if it.kind != figureItem && it.kind != nameItem {
			continue
		}
		if p := c.rivalSlot(cl, e, t, i); p != nil {
			mine, theirs, kind := p.texts()
			return fault(kind, "%q stands where the source has %q", mine, theirs)
		}
	}
	return supported
}

// rivalSlot returns the place in the evidence where item i of the claim seems to
// stand, when something else stands there, and nil when the item's own place fits as well.
func (c *Checker) rivalSlot(cl *claim, e *evidence, t *tally, i int) *slot {
	own, other, more := 0, 0, slotMore
	var rival *slot
	for _, s := range e.sentences {
		for j, x := range s.items {
			if x.kind != cl.items[i].kind {
				continue
			}
			p := slot{c, cl, s, i, j}
			if p.sameFiller() {
				own = max(own, p.run(true))
				continue
			}
			n, repeated := p.run(false), p.repeated(t)
			if repeated && n >= slotLeastRepeated {
				n += slotLeast - slotLeastRepeated
			}
			if n > other && p.bothSides() && (repeated || !p.excused()) {
				other, rival, more = n, &p, slotMore
				if repeated {
					more = slotMoreRepeated
				}
			}
		}
	}
	if other < slotLeast || other < own+more {
		return nil
	}
	return rival
}

// A slot is a place in the claim and one in a sentence of the source.
type slot struct {
	c    *Checker
	cl   *claim
	s    *cited
	i, j int // items
}

// repeated reports whether the claim has its name more often than the evidence, and the name
// of the place less often.
func (p slot) repeated(t *tally) bool {
	a, b := p.cl.items[p.i], p.s.items[p.j]
	return a.kind == nameItem && t.repeated(p.cl, &p.cl.names[a.n]) && t.gone(p.s, &p.s.names[b.n])
}

// texts returns what stands in the two places, and the kind of fault.
func (p slot) texts() (mine, theirs string, kind Reason) {
	a, b := p.cl.items[p.i], p.s.items[p.j]
	if a.kind == nameItem {
		n := &p.cl.names[a.n]
		return n.text, p.s.names[b.n].text, p.cl.reasonOf(n)
	}
	f := &p.cl.figures[a.n]
	return f.text, p.s.figures[b.n].text, f.reason()
}

// bothSides reports whether something equal stands before and behind.
func (p slot) bothSides() bool { return p.side(p.i, p.j, -1) > 0 && p.side(p.i, p.j, 1) > 0 }

// sameFiller reports whether the same figure or name stands in both places.
func (p slot) sameFiller() bool { return p.same(p.cl.items[p.i], p.s.items[p.j]) }

func (p slot) same(a, b item) bool {
	if a.kind == nameItem {
		return sameThing(p.cl, p.s, &p.cl.names[a.n], &p.s.names[b.n])
	}
	return p.cl.figures[a.n].agrees(&p.s.figures[b.n], p.s.source.published)
}

// isPart reports whether all words of a stand among those of b.
func isPart(a, b []word) bool {
	return !slices.ContainsFunc(a, func(w word) bool { return !slices.ContainsFunc(b, func(x word) bool { return x.norm == w.norm }) })
}

// sameThing reports whether the claim's name m and the source's n may be of one
// thing: equal, one part of the other, initials, or both names of what the source is about.
func sameThing(cl *claim, s *cited, m, n *name) bool {
	switch {
	case m.same(n), isPart(cl.words[m.from:m.to], s.words[n.from:n.to]), isPart(s.words[n.from:n.to], cl.words[m.from:m.to]):
		return true
	case isInitials(m.text, s.words[n.from:n.to]), isInitials(n.text, cl.words[m.from:m.to]):
		return true
	}
	return s.source.isSubject(m) && s.source.isSubject(n) && (m.group < 0 || n.group < 0 || m.group == n.group)
}

// excused reports whether another filler in the place proves nothing: the figure has its own
// attribute; the name was put in front of a sentence that leaves it out; the two are members of one
// list.
func (p slot) excused() bool {
	a, b := p.cl.items[p.i], p.s.items[p.j]
	if a.kind == figureItem {
		f, g := &p.cl.figures[a.n], &p.s.figures[b.n]
		return f.account || g.account || p.c.ownAttribute(p.cl, p.s, f, g) || p.cl.ownName(p.s, f, g)
	}
	m := &p.cl.names[a.n]
	if m.from <= p.cl.label && p.s.leavesOut(m) {
		return true
	}
	if p.cl.toldActively(p.s, m) || p.cl.toldActively(p.s, &p.s.names[b.n]) {
		return true
	}
	for k, x := range p.s.items {
		if x.kind == nameItem && p.same(a, x) && p.s.listed(min(k, p.j), max(k, p.j), longMember) {
			return true
		}
	}
	return false
}

// agents are words in front of who does something to what the sentence is about.
var agents = newSet("by 由 获 获得 被 得到 受")

// marksAgent reports whether a word for an agent stands right before word i.
func (r *reading) marksAgent(i int) bool {
	if i == 0 || r.words[i].gap != joined {
		return false
	}
	return agents[r.words[i-1].norm] || i > 1 && r.words[i-1].han && agents[r.words[i-2].text+r.words[i-1].text]
}

// isAgent reports whether the sentence has n behind a word for an agent.
func (s *cited) isAgent(n *name) bool {
	return slices.ContainsFunc(s.names, func(m name) bool { return m.same(n) && s.marksAgent(m.from) })
}

// toldActively reports whether the source has n behind a word for an agent, and the claim none of its
// names: the passive is told actively.
func (cl *claim) toldActively(s *cited, n *name) bool {
	return s.isAgent(n) && !slices.ContainsFunc(cl.names, func(m name) bool { return cl.marksAgent(m.from) })
}

// ownName reports whether a name stands in the clause of f in the claim and in the source, and not in the
// clause of g, which the source has in a place like it.
func (cl *claim) ownName(s *cited, f, g *figure) bool {
	own := f.in(s)
	if own < 0 {
		return false
	}
	within := func(r *reading, n *name, f *figure) bool { return r.words[n.from].clause == r.words[f.from].clause }
	return slices.ContainsFunc(cl.names, func(n name) bool {
		return within(cl.reading, &n, f) && !s.source.isSubject(&n) &&
			slices.ContainsFunc(s.names, func(m name) bool { return n.same(&m) && within(s.reading, &m, &s.figures[own]) }) &&
			!slices.ContainsFunc(s.names, func(m name) bool { return n.same(&m) && within(s.reading, &m, g) })
	})
}

// connectives stand between the members of a list, companions between two that do
// something together: these may be told in either order.
var (
	connectives = newSet("and or 、 和 与 及 以 或 as well")
	companions  = newSet("and with 和 与 同 跟 及")
)

// How many words a member of a list may have beside its name: generally, and where both names are
// known to stand in the claim too.
const (
	longMember  = 4
	longerKnown = 10
)

// listed reports whether items i and j are in members of one list, of at most
// long words each.
func (r *reading) listed(i, j, long int) bool {
	words, connected := 0, false
	for _, x := range r.items[i:j] {
		switch {
		case x.kind == figureItem:
			return false
		case x.kind == breakItem || x.kind == wordItem && (connectives[x.norm] || companions[x.norm]):
			words, connected = 0, true
		case x.kind == wordItem:
			words++
		}
		if words > long {
			return false
		}
	}
	return connected
}

// run counts the equal items on both sides of the places. With shared, a place
// behind "and" also has what stands before the first member: "raised 5 in May
// and 9 in June".
func (p slot) run(shared bool) int {
	left := p.side(p.i, p.j, -1)
	if shared {
		for k := p.j - 1; k > 0; k-- {
			if x := p.s.items[k]; x.kind == p.s.items[p.j].kind && p.coordinated(p.j) {
				left = max(left, p.side(p.i, k, -1))
				break
			}
		}
	}
	return left + p.side(p.i, p.j, 1)
}

// coordinated reports whether a connective or a break stands right before item j, or with a
// preposition between.
func (p slot) coordinated(j int) bool {
	for k := j - 1; k > 0 && k >= j-2; k-- {
		x := p.s.items[k]
		if x.kind == breakItem || x.kind == wordItem && connectives[x.norm] {
			return true
		}
		if x.kind != wordItem || !functionWords[x.norm] {
			return false
		}
	}
	return false
}

// side counts the equal items from the places outward; it ends with a clause.
func (p slot) side(i, j, dir int) int {
	n, mine, theirs := 0, p.cl.items[i], p.s.items[j]
	for range slotReach {
		i, j = i+dir, j+dir
		if i < 0 || j < 0 || i >= len(p.cl.items) || j >= len(p.s.items) || !p.equal(p.cl.items[i], p.s.items[j]) {
			break
		}
		switch k := p.cl.items[i].kind; {
		case k == breakItem:
			return n + 1
		case k != mine.kind:
			n++
		case p.same(p.cl.items[i], theirs) && p.same(mine, p.s.items[j]): // the two are exchanged
			if companions[p.cl.items[i-dir].norm] {
				return 0
			}
			n++
		} // another one of its own kind fits anywhere and proves nothing
	}
	return n
}

// equal compares two neighbours. Those of the kind that is looked at count as
// equal: they may be exchanged too.
func (p slot) equal(a, b item) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case breakItem:
		return true
	case wordItem:
		return a.norm == b.norm
	}
	return a.kind == p.cl.items[p.i].kind || p.same(a, b)
}
