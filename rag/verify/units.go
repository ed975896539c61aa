package verify

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A unit is what a claim and a source have in common or not: a Latin content
// word, a pair of Han characters (one where it stands alone), a number.
type unit struct {
	norm   string
	kind   unitKind
	clause int32
	from   int      // word
	to     int      // of a cue
	alts   []string // in the other language: stems joined by blanks, or Han words
}

type unitKind int

const (
	content unitKind = iota
	named            // part of a name
	numeric          // a number as printed
	cue              // a word of the vocabulary, with all words that mean it in the other language
)

// weight is what a unit counts when the best sentence is sought. A number
// counts less: a wrong one must not draw the claim to another sentence. What the whole passage is
// about is named in few of its sentences, and tells little.
func (u *unit) weight(s *source) float64 {
	switch {
	case u.kind == numeric:
		return 0.5
	case u.kind == cue:
		return 2
	case u.kind == named && s.words[u.norm]:
		return 0.3
	}
	return 1
}

// unitsOf returns the units of r behind its first skip words.
func (c *Checker) unitsOf(r *reading, skip int) []unit {
	kinds := make([]unitKind, len(r.words))
	for _, n := range r.names {
		for i := n.from; i < n.to; i++ {
			kinds[i] = named
		}
	}
	for _, f := range r.figures {
		for i := f.from; i < f.to; i++ {
			kinds[i] = numeric
		}
	}
	idle := idleWords(r.words)
	var out []unit
	for i := skip; i < len(r.words); i++ {
		if idle[i] {
			continue
		}
		if n := r.unitAt(i, skip, kinds, idle); n != "" {
			out = append(out, unit{norm: n, kind: kinds[i], clause: r.words[i].clause, from: i})
		}
	}
	return out
}

// unitAt returns the unit that begins at word i, "" for none.
func (r *reading) unitAt(i, skip int, kinds []unitKind, idle []bool) string {
	w := r.words[i]
	if !w.han {
		if kinds[i] == numeric && !strings.ContainsAny(w.text, "0123456789") {
			return ""
		}
		return w.norm
	}
	if p := pair(r.text, r.words, i); p != "" && !idle[i+1] && kinds[i+1] == kinds[i] {
		return p
	}
	if i > skip && !idle[i-1] && r.words[i-1].han && r.words[i-1].end() == w.start || kinds[i] == numeric {
		return "" // the pair before holds it
	}
	return w.norm
}

// idleWords marks the words that carry no content.
func idleWords(words []word) []bool {
	idle := make([]bool, len(words))
	for i, w := range words {
		if w.han {
			if functionHan[[]rune(w.text)[0]] {
				idle[i] = true
			}
			if sourceFirsts[w.text] {
				for n := longest(words, i, sourceWords); n > 0; n-- {
					idle[i+n-1] = true
				}
			}
			continue
		}
		idle[i] = functionWords[w.low] || functionWords[w.norm] || len(w.text) == 1 && isLetter(w.text[0])
	}
	return idle
}

// crossUnits returns the claim's units with their forms in the other language:
// Latin words as they stand and translated, Chinese words as the glossary and the
// synonyms know them. Words that nobody translates are left out.
func (c *Checker) crossUnits(cl *claim) []unit {
	out := c.cueUnits(cl)
	cued := func(i int) bool {
		return slices.ContainsFunc(out, func(u unit) bool { return u.kind == cue && u.from <= i && i < u.to })
	}
	for _, u := range cl.units {
		if cued(u.from) {
			continue
		}
		if !cl.words[u.from].han {
			u.alts = c.toChinese(cl.words[u.from].text)
			if u.kind != content || len(u.alts) > 0 {
				out = append(out, u)
			}
		}
	}
	for i := cl.label; i < len(cl.words); {
		n, alts := c.toEnglish(cl.words, i)
		if n == 0 {
			i++
			continue
		}
		w := cl.words[i]
		out = append(out, unit{norm: cl.text[w.start:cl.words[i+n-1].end()], clause: w.clause, from: i, alts: alts})
		i += n
	}
	return out
}

// translations are the words of a group in either language, as [unit] has them.
type translations struct{ en, zh []string }

func translated(words []string) translations {
	var t translations
	for _, w := range words {
		w = plain(w)
		if s := scan(w); len(s) > 0 && s[0].han {
			t.zh = append(t.zh, w)
		} else if s := stems(w); s != "" {
			t.en = append(t.en, s)
		}
	}
	return t
}

// cueUnits returns what the claim says of the vocabulary's synonyms and attributes, in its
// label too, with the words for it in the other language.
func (c *Checker) cueUnits(cl *claim) []unit {
	var out []unit
	add := func(hits []hit, offset int) {
		for _, h := range hits {
			u := unit{norm: cl.textOf(h.from, h.to), kind: cue, to: h.to, clause: cl.words[h.from].clause, from: h.from, alts: c.cues[offset+h.group].en}
			if !cl.zh {
				u.alts = c.cues[offset+h.group].zh
			}
			if len(u.alts) > 0 {
				out = append(out, u)
			}
		}
	}
	add(cl.hits, 0)
	add(c.attributes.find(cl.words), c.meanings)
	return out
}

// toChinese returns Chinese words for an English one.
func (c *Checker) toChinese(w string) []string {
	u := corpus.Units(w)
	if len(u) != 1 {
		return nil
	}
	return c.glossary.FromEnglish(u[0])
}

// isEnglish reports whether the glossary knows w as an English word.
func (c *Checker) isEnglish(w string) bool { return len(c.toChinese(w)) > 0 }

// toEnglish returns the length in characters of the longest Chinese word at i
// that the glossary knows, and its translations, stemmed.
func (c *Checker) toEnglish(words []word, i int) (int, []string) {
	if c.glossary == nil || !words[i].han {
		return 0, nil
	}
	n := 1
	for n < corpus.MaxGlossaryRunes && i+n < len(words) && words[i+n].han && words[i+n].start == words[i+n-1].end() {
		n++
	}
	for ; n > 1; n-- {
		var b strings.Builder
		for _, w := range words[i : i+n] {
			b.WriteString(w.text)
		}
		if out := stemmed(c.glossary.FromChinese(b.String())); len(out) > 0 {
			return n, out
		}
	}
	return 0, nil
}

// stemmed returns the phrases that have content words, as [stems] gives them.
func stemmed(l []string) []string {
	var out []string
	for _, t := range l {
		if s := stems(t); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// stems returns the stems of the content words of an English phrase.
func stems(s string) string {
	var out []string
	for _, w := range scan(s) {
		if !functionWords[w.norm] {
			out = append(out, w.norm)
		}
	}
	return strings.Join(out, " ")
}
