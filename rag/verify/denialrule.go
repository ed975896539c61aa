package verify

import (
	"slices"
	"strings"
)

// denialFault checks that what the claim denies the evidence denies, and the
// reverse.
func (c *Checker) denialFault(cl *claim, e *evidence) Verdict {
	if v := bridgeFault(cl, e); !v.Supported {
		return v
	}
	p := c.pairDenials(cl, e)
	for i, d := range p.mine {
		if !p.mineMet[i] && !d.soft {
			return denies(&d)
		}
	}
	for j, d := range p.theirs {
		if !p.theirsMet[j] && !d.soft && cl.affirms(c, &d, e) && !cl.turns() {
			return denied(&d)
		}
	}
	return supported
}

func denies(d *denial) Verdict {
	return fault(Negation, "the sentence denies (%q) what the source does not deny", d.text)
}

func denied(d *denial) Verdict {
	return fault(Negation, "the source denies (%q) what the sentence says", d.text)
}

// A pairing is the negations of a claim and of its evidence, and which of them have
// met one that says the same.
type pairing struct {
	mine, theirs       []denial
	mineMet, theirsMet []bool
}

// pairDenials pairs negations that deny the same words, then those that are left and
// may deny the same in other words.
func (c *Checker) pairDenials(cl *claim, e *evidence) *pairing {
	p := &pairing{mine: cl.denials}
	for _, s := range e.sentences {
		p.theirs = append(p.theirs, s.denials...)
	}
	p.mineMet, p.theirsMet = make([]bool, len(p.mine)), make([]bool, len(p.theirs))
	across := cl.zh != e.zh
	shares := func(a, b *denial) bool { return c.sharesScope(a, b, across) }
	p.match(false, shares)
	p.match(true, shares)
	for i := range p.mine {
		p.mineMet[i] = p.mineMet[i] || e.turns(&p.mine[i]) || across && !e.zh && c.turnsAcross(&p.mine[i], e)
	}
	other := func(a, b *denial) bool {
		return across || !a.bound && !b.bound && !e.affirms(a) && !cl.affirms(c, b, e)
	}
	p.match(false, func(a, b *denial) bool { return !a.soft && other(a, b) })
	p.match(false, other)
	p.match(true, func(a, b *denial) bool { return !across && other(a, b) })
	return p
}

// match pairs negations that fit; again, also with one that is paired already.
func (p *pairing) match(again bool, fits func(a, b *denial) bool) {
	for i := range p.mine {
		for j := range p.theirs {
			if !p.mineMet[i] && (again || !p.theirsMet[j]) && fits(&p.mine[i], &p.theirs[j]) {
				p.mineMet[i], p.theirsMet[j] = true, true
			}
		}
	}
}

// bridgeFault finds a negation that one side has and the other has not between the same words:
// "is not a lake" told as "is a lake".
func bridgeFault(cl *claim, e *evidence) Verdict {
	for _, s := range e.sentences {
		if d := bridged(cl.reading, s.reading); d != nil {
			return denies(d)
		}
		if d := bridged(s.reading, cl.reading); d != nil {
			return denied(d)
		}
	}
	return supported
}

// bridged returns the first hard negation of r whose neighbours stand together in
// other, and nowhere with a negation between: the word before and the one
// behind, and one more on either side.
func bridged(r, other *reading) *denial {
	for i := range r.denials {
		d := &r.denials[i]
		if d.soft {
			continue
		}
		around := r.around(d.at, d.at+d.words)
		if !slices.ContainsFunc(other.denials, func(o denial) bool { return meet(around, other.around(o.at, o.at+o.words)) }) && other.runs(around, d) {
			return d
		}
	}
	return nil
}

// around returns the two words before from and the two at to and behind it; a clause's edge
// counts as a word.
func (r *reading) around(from, to int) [4]string {
	const edge = "|"
	at := func(i, from, to int) string {
		if i < 0 || i >= len(r.words) {
			return edge
		}
		for k := from + 1; k <= to; k++ {
			if k < len(r.words) && r.words[k].gap >= clausal {
				return edge
			}
		}
		return r.words[i].norm
	}
	return [4]string{at(from-2, from-2, from), at(from-1, from-1, from), at(to, to, to), at(to+1, to, to+1)}
}

// meet reports whether two places have the same neighbours on one side.
func meet(a, b [4]string) bool {
	return a[1] == b[1] && a[0] == b[0] || a[2] == b[2] && (a[3] == b[3] || a[1] == b[1])
}

// runs reports whether r has the words around d in one run, without it. What is
// left of a Chinese negation when its denying part is taken away (不能, 能) may stand between.
func (r *reading) runs(around [4]string, d *denial) bool {
	if around[1] == "|" && around[2] == "|" {
		return false
	}
	tail := []rune(d.text)
	rest := string(tail[len(tail)-1])
	for i := 0; i <= len(r.words); i++ {
		for skip := 0; skip < 2; skip++ {
			if skip == 1 && (i >= len(r.words) || !r.words[i].han || r.words[i].text != rest || rest == "未") {
				continue
			}
			x := r.around(i, i+skip)
			if r.deniesNear(i) {
				continue
			}
			if x[1] == around[1] && x[2] == around[2] && (x[0] == around[0] && x[0]+x[1] != "||" || x[3] == around[3] && x[3]+x[2] != "||") {
				return true
			}
		}
	}
	return false
}

// sharesScope reports whether two negations deny the same.
func (c *Checker) sharesScope(a, b *denial, across bool) bool {
	if !across && (a.bound || b.bound) {
		return false
	}
	if len(a.scope) == 0 || len(b.scope) == 0 {
		return len(a.scope) == len(b.scope)
	}
	return slices.ContainsFunc(a.scope, func(s string) bool {
		return slices.ContainsFunc(b.scope, func(t string) bool { return s == t || across && c.translates(s, t) })
	})
}

// deniesNear reports whether a negation stands shortly before word i, or right behind it.
func (r *reading) deniesNear(i int) bool {
	return slices.ContainsFunc(r.denials, func(d denial) bool { return !d.soft && d.at >= i-4 && d.at <= i+1 })
}

// turns reports whether the evidence has a word that d denies with a prefix that
// turns it around: "without limit" for "unlimited", or an ending ("windowless").
func (e *evidence) turns(d *denial) bool {
	return slices.ContainsFunc(d.scope, func(w string) bool {
		return len(w) > 3 && (e.has(w+"less") || slices.ContainsFunc(opposing, func(p string) bool { return e.has(p + w) }))
	})
}

// turnsAcross is turns for a Chinese denial of what the English evidence says: 未公布, unpublished.
func (c *Checker) turnsAcross(d *denial, e *evidence) bool {
	return slices.ContainsFunc(d.scope[:min(2, len(d.scope))], func(w string) bool {
		return slices.ContainsFunc(stemmed(c.glossary.FromChinese(w)), func(t string) bool {
			return e.turns(&denial{scope: []string{t}})
		})
	})
}

// turns reports whether the claim has a word like "untouched", which may say in another
// way what the source denies.
func (cl *claim) turns() bool {
	return slices.ContainsFunc(cl.words, func(w word) bool { return len(w.norm) > 6 && strings.HasPrefix(w.norm, "un") && w.norm != "under" })
}

// affirms reports whether the evidence says outside its negations what d
// denies: the nearest word and half of all, or nearly all but the nearest one.
func (e *evidence) affirms(d *denial) bool {
	found, nearest := 0, false
	for i, w := range d.scope {
		if e.says(w) {
			found++
			nearest = nearest || i == 0
		}
	}
	if !nearest {
		return found >= max(3, len(d.scope)-2)
	}
	return 2*found >= len(d.scope)
}

// deniedOnly reports whether w stands in the scopes of r's negations alone.
func (r *reading) deniedOnly(w string) bool {
	in := 0
	for _, d := range r.denials {
		for _, s := range d.scope {
			if s == w {
				in++
			}
		}
	}
	if in == 0 {
		return false
	}
	n := 0
	for i, x := range r.words {
		if x.norm == w || pair(r.text, r.words, i) == w {
			n++
		}
	}
	return n <= in
}

// affirms reports whether the claim says, outside its negations, what the
// source's negation d denies. Words that the source also says without denying them prove nothing.
func (cl *claim) affirms(c *Checker, d *denial, e *evidence) bool {
	proof, found := 0, 0
	for _, w := range d.scope {
		across := cl.zh != e.zh
		if e.says(w) || across && !c.translatable(w) {
			continue
		}
		if proof++; cl.set[w] && !cl.deniedOnly(w) || across && c.carries(cl, w) {
			found++
		} else if proof == 1 && !across {
			return false
		}
	}
	return found > 0 && 2*found >= proof
}

// translatable reports whether the glossary knows the word or the pair.
func (c *Checker) translatable(w string) bool {
	return len(c.glossary.FromChinese(w)) > 0 || isLetter(w[0]) && c.isEnglish(w)
}

// says reports whether a sentence has w outside its negations.
func (e *evidence) says(w string) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool { return s.set[w] && !s.deniedOnly(w) })
}

// carries reports whether the claim has a translation of a source's word.
func (c *Checker) carries(cl *claim, w string) bool {
	return slices.ContainsFunc(cl.words, func(x word) bool { return c.translates(x.norm, w) || c.translates(x.text, w) }) ||
		slices.ContainsFunc(c.toChinese(w), func(t string) bool { return strings.Contains(cl.text, t) })
}

// translates reports whether one of the words, in two languages, is known to
// mean the other.
func (c *Checker) translates(a, b string) bool {
	if isLetter(a[0]) == isLetter(b[0]) {
		return false
	}
	if !isLetter(b[0]) {
		a, b = b, a
	}
	return slices.ContainsFunc(c.glossary.FromChinese(a), func(t string) bool { return stems(t) == b })
}

// opposing are English prefixes that turn a word into its opposite.
var opposing = []string{"un", "non", "in", "im", "ir", "dis", "de"}

// oppositeFault finds a word of the claim that stands in the source with a
// prefix that turns it around, or the reverse: disclosed, undisclosed.
func (c *Checker) oppositeFault(cl *claim, e *evidence) Verdict {
	for i, w := range cl.words {
		if w.han || len(w.norm) < 5 || e.has(w.norm) || functionWords[w.norm] {
			continue
		}
		for _, p := range opposing {
			if e.hasBeside(cl, i, p+w.norm) || strings.HasPrefix(w.norm, p) && len(w.norm) > len(p)+3 && e.hasBeside(cl, i, w.norm[len(p):]) {
				return fault(Negation, "%q is the opposite of what the source says", w.text)
			}
		}
	}
	return supported
}

// hasBeside reports whether a sentence without a negation of its own has the
// word norm where the claim has word i: with the same word before or behind.
func (e *evidence) hasBeside(cl *claim, i int, norm string) bool {
	beside := func(words []word, i int) (before, behind string) {
		if i > 0 {
			before = words[i-1].norm
		}
		if i+1 < len(words) {
			behind = words[i+1].norm
		}
		return before, behind
	}
	b, a := beside(cl.words, i)
	if len(cl.denials) > 0 {
		return false
	}
	for _, s := range e.sentences {
		for j, w := range s.words {
			if w.norm != norm || len(s.denials) > 0 {
				continue
			}
			if x, y := beside(s.words, j); x != "" && x == b || y != "" && y == a {
				return true
			}
		}
	}
	return false
}
