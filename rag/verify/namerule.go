package verify

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// nameFault returns the first name of the claim that the evidence does not
// hold.
func (c *Checker) nameFault(cl *claim, e *evidence) Verdict {
	for i := range cl.names {
		n := &cl.names[i]
		if c.holdsName(cl, n, e) || n.opening && !c.isReallyName(cl, n, e) || cl.isTitle(n) || honorifics[n.key] || c.isAttributeLabel(cl, n) || e.refersTo(cl, n) || c.isToldAcross(cl, n, e) {
			continue
		}
		if n.group >= 0 || cl.isSubject(n) {
			return fault(Subject, "%q is not in the source sentence, and the passage is not about it", n.text)
		}
		return fault(Name, "%q is not in the source sentence", n.text)
	}
	return supported
}

// hanNameFault finds, in a Chinese claim, a name that the glossary knows and no English source has. Only
// what is spelled with capitals in all translations is taken for a name, and two characters only where
// they cannot be the end of one word and the beginning of another.
func (c *Checker) hanNameFault(cl *claim, e *evidence) Verdict {
	if !cl.zh || e.zh {
		return supported
	}
	for i := cl.label; i < len(cl.words); {
		n, _ := c.toEnglish(cl.words, i)
		if n == 0 {
			i++
			continue
		}
		text := cl.textOf(i, i+n)
		if l := c.glossary.FromChinese(text); (n > 2 || cl.standsAlone(i, i+n)) && isNames(l) && !slices.ContainsFunc(l, e.hasEnglish) {
			return fault(Name, "%q is not in the source sentence", text)
		}
		i += n
	}
	return supported
}

// standsAlone reports whether words [from, to) have no other characters beside them than such as carry
// grammar.
func (r *reading) standsAlone(from, to int) bool {
	open := func(i, at int) bool { // word i, whose side at is the edge of the words
		if i < 0 || i >= len(r.words) || !r.words[i].han || r.words[at].gap > joined || r.words[at-1].end() != r.words[at].start {
			return true
		}
		return functionHan[[]rune(r.words[i].text)[0]]
	}
	return open(from-1, from) && open(to, to)
}

// isNames reports whether all translations are written as names.
func isNames(l []string) bool {
	return !slices.ContainsFunc(l, func(t string) bool {
		return slices.ContainsFunc(scan(t), func(w word) bool { return !w.han && !functionWords[w.low] && !isCapital(w.text[0]) })
	})
}

// hasEnglish reports whether the sources have the words of an English name, in some form.
func (e *evidence) hasEnglish(name string) bool {
	return !slices.ContainsFunc(scan(name), func(w word) bool {
		return !functionWords[w.low] && !e.inContext(w.norm) && !slices.ContainsFunc(e.sentences, func(s *cited) bool {
			return slices.ContainsFunc(s.words, func(x word) bool { return x.norm == w.norm || alike(x.norm, w.norm) })
		})
	})
}

// isToldAcross reports whether the Chinese evidence has the name in Chinese, as the glossary
// knows it, or the name is but ordinary words with capitals: a title ("Investment
// Director"), or what a number stands behind ("Season 7").
func (c *Checker) isToldAcross(cl *claim, n *name, e *evidence) bool {
	if cl.zh || !e.zh || cl.isSubject(n) {
		return false
	}
	if n.group >= 0 {
		return c.isAcronym(cl, n) && e.inSources(cl.words[n.from].norm)
	}
	return c.hasChineseName(cl, n, e) || c.isOrdinary(cl, n) && (cl.hasLabel(n.to) || c.holdsHalf(cl, n, e) || c.isOffice(cl, n, e))
}

// isOffice reports whether n is the head of a title whose other part the evidence has: Head of Growth.
func (c *Checker) isOffice(cl *claim, n *name, e *evidence) bool {
	return n.to < len(cl.words) && cl.words[n.to].low == "of" && slices.ContainsFunc(cl.names, func(m name) bool {
		return m.from == n.to+1 && c.isOrdinary(cl, &m) && c.holdsHalf(cl, &m, e)
	})
}

// isAcronym reports whether n is known for a project, and for a short word in capitals too: what may be
// its ticker may as well be an acronym of the language.
func (c *Checker) isAcronym(cl *claim, n *name) bool {
	w := cl.words[n.from]
	return n.to == n.from+1 && len(w.norm) <= shortName && (w.text == strings.ToUpper(w.text) || isPluralAcronym(w.text)) && c.isEnglish(w.norm)
}

// inSources reports whether some sentence of the sources has the word.
func (e *evidence) inSources(norm string) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return slices.ContainsFunc(s.source.sentences, func(sp span) bool {
			return slices.ContainsFunc(sp.words, func(w word) bool { return w.norm == norm })
		})
	})
}

// phraseReach is how many words on each side of a name the glossary may have with it: the
// University of Michigan.
const phraseReach = 3

// places end Chinese names of places, which are told without them too, and of whoever and
// whatever comes from there.
const places = "州市省县国人文语"

// hasChineseName reports whether the evidence has what the glossary gives for the name, or for the
// phrase around it.
func (c *Checker) hasChineseName(cl *claim, n *name, e *evidence) bool {
	for i := n.from; i >= max(0, n.from-phraseReach); i-- {
		for k := n.to; k <= min(len(cl.words), n.to+phraseReach); k++ {
			text := strings.TrimSuffix(cl.textOf(i, k), "'s")
			for _, t := range c.glossary.FromEnglish(strings.Join(corpus.Units(text), " ")) {
				if e.hasChinese(t) {
					return true
				}
			}
		}
	}
	return false
}

// hasChinese reports whether a sentence has the Chinese word, or the name of a place in it.
func (e *evidence) hasChinese(t string) bool {
	r := []rune(t)
	if last := len(r) - 1; last >= 2 && strings.ContainsRune(places, r[last]) {
		t = string(r[:last])
	}
	return slices.ContainsFunc(e.sentences, func(s *cited) bool { return strings.Contains(s.text, t) })
}

// isOrdinary reports whether the words of n are ones that the glossary knows, with a capital.
func (c *Checker) isOrdinary(cl *claim, n *name) bool {
	return !slices.ContainsFunc(cl.words[n.from:n.to], func(w word) bool { return !isPlainCapital(w.text) || !c.isEnglish(w.text) })
}

// hasLabel reports whether a figure that labels stands at word i.
func (cl *claim) hasLabel(i int) bool {
	return slices.ContainsFunc(cl.figures, func(f figure) bool { return f.label && f.from == i })
}

// holdsHalf reports whether the evidence has half of the words of n, which is not the name of a firm.
func (c *Checker) holdsHalf(cl *claim, n *name, e *evidence) bool {
	held := 0
	for i := n.from; i < n.to; i++ {
		if c.suffixes[cl.words[i].norm] {
			return false
		}
		if c.holdsWord(cl, i, true, e) {
			held++
		}
	}
	return held > 0 && 2*held >= n.to-n.from
}

// honorifics stand before the names of persons.
var honorifics = newSet("dr prof mr mrs ms")

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
		if s.hasKey(n.key) || isInitials(n.text, s.words) || n.group < 0 && n.to == n.from+1 && isPlainCapital(n.text) && s.hasShort(cl.words[n.from].low) {
			return true
		}
		if n.group < 0 && slices.ContainsFunc(s.names, func(m name) bool {
			at := initialsAt(m.text, cl.words)
			return at >= 0 && at <= n.from && n.from < at+len(m.text)
		}) {
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

// hasShort reports whether the sentence has a short form of the word w: its beginning in capitals
// (EXP), or its first and last letter with the number of those between (i18n).
func (r *reading) hasShort(w string) bool {
	return slices.ContainsFunc(r.words, func(x word) bool {
		n := len(x.low)
		if x.han || n < 3 || n >= len(w) || x.low[0] != w[0] {
			return false
		}
		if between, err := strconv.Atoi(x.low[1 : n-1]); err == nil {
			return between == len(w)-2 && x.low[n-1] == w[len(w)-1]
		}
		return x.text == strings.ToUpper(x.text) && len(w) > n+1 && strings.HasPrefix(w, x.low)
	})
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
	if digit := romans[w.text]; digit != "" && e.has(digit) {
		return true
	}
	return e.zh && (halves[w.text] != "" && e.hasChinese(halves[w.text]) || slices.ContainsFunc(c.toChinese(w.text), e.hasChinese) || c.hasPlace(w.text, e))
}

// origins end words for what comes from a place; what to put for them makes its name.
var origins = [][2]string{{"an", ""}, {"n", ""}, {"ese", ""}, {"ian", "y"}}

// hasPlace reports whether the evidence has the place that w derives from in Chinese: European, 欧洲.
func (c *Checker) hasPlace(w string, e *evidence) bool {
	return slices.ContainsFunc(origins, func(o [2]string) bool {
		place, ok := strings.CutSuffix(w, o[0])
		return ok && len(place) >= likePrefix && isCapital(w[0]) && slices.ContainsFunc(c.toChinese(place+o[1]), e.hasChinese)
	})
}

// halves are the halves of a year.
var halves = map[string]string{"H1": "上半年", "H2": "下半年"}

// romans are Roman numerals as names have them, with the digits that are printed for them too.
var romans = map[string]string{"II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "IX": "9"}

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
