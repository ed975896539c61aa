package verify

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A source is a [Source] made ready for a claim.
type source struct {
	text      string // plain
	sentences []span
	published corpus.Date
	subjects  map[string]bool // keys of its subject's names
	groups    map[int]bool    // known names among them
	heading   []word
	headed    int             // how many known names it has
	words     map[string]bool // norms of headings and of the subject's names
	zh        bool
}

// A span is a sentence of a source, or a few short lines (cells of a table
// row) taken together.
type span struct {
	corpus.Span
	words []word
	seen  []bool // which of the claim's units it holds
	score float64
}

// An evidence is the sentences that a claim is judged by, with their sources.
type evidence struct {
	sentences []*cited
	zh        bool // one of them is Chinese
}

// A cited is a sentence of a source.
type cited struct {
	*reading
	source *source
	before []word // the sentence before it in the passage
}

func (c *Checker) newSource(s Source) *source {
	out := &source{text: plain(s.Text), published: s.Published, subjects: map[string]bool{}, groups: map[int]bool{}, words: map[string]bool{}}
	out.zh = corpus.Language(out.text) == "zh"
	for _, n := range s.Subject {
		n = plain(n)
		k := key(n)
		out.subjects[k] = true
		if g := c.names.find(k); g >= 0 {
			out.groups[g] = true
		}
		for _, w := range scan(n) {
			out.words[w.norm] = true
		}
	}
	heading := plain(s.Heading)
	out.heading = scan(heading)
	for i, w := range out.heading {
		out.words[w.norm] = true
		if p := pair(heading, out.heading, i); p != "" {
			out.words[p] = true
		}
	}
	groups := map[int]bool{}
	for i := range out.heading {
		if n, g := c.names.at(out.heading, i); n > 1 || n == 1 && len(out.heading[i].text) > shortName {
			groups[g] = true
		}
	}
	out.headed = len(groups)
	out.cut()
	return out
}

const (
	shortLine = 80  // bytes up to which a line without an end mark is a cell or a label
	longRow   = 160 // bytes up to which such lines are taken together
)

// cut divides the text into sentences.
func (s *source) cut() {
	for _, sp := range corpus.Sentences(s.text) {
		n := len(s.sentences)
		if n > 0 && s.isCell(sp) && s.isCell(s.sentences[n-1].Span) && sp.End-s.sentences[n-1].Start < longRow {
			s.sentences[n-1].End = sp.End
			continue
		}
		s.sentences = append(s.sentences, span{Span: sp})
	}
	if len(s.sentences) == 0 {
		s.sentences = []span{{Span: corpus.Span{Start: 0, End: len(s.text)}}}
	}
	for i := range s.sentences {
		s.sentences[i].words = scan(s.text[s.sentences[i].Start:s.sentences[i].End])
	}
}

// isCell reports whether the last line of the span is short and has no end mark.
func (s *source) isCell(sp corpus.Span) bool {
	t := s.text[sp.Start:sp.End]
	t = t[strings.LastIndexByte(t, '\n')+1:]
	return len(t) <= shortLine && !strings.HasSuffix(t, ".") && !strings.HasSuffix(t, "。")
}

// sentence reads span i.
func (c *Checker) sentence(s *source, i int) *cited {
	sp := s.sentences[i]
	out := &cited{reading: c.readWords(s.text[sp.Start:sp.End], sp.words, s.published.Year), source: s}
	if i > 0 {
		out.before = s.sentences[i-1].words
	}
	return out
}

// add takes the sentences of f in.
func (e *evidence) add(f *evidence) {
	e.sentences = append(e.sentences, f.sentences...)
	e.zh = e.zh || f.zh
}

// has reports whether a sentence holds the word or the pair of characters.
func (e *evidence) has(norm string) bool {
	for _, s := range e.sentences {
		if s.set[norm] {
			return true
		}
	}
	return false
}

// inContext reports whether a heading or the name of a subject holds it.
func (e *evidence) inContext(norm string) bool {
	for _, s := range e.sentences {
		if s.source.words[norm] {
			return true
		}
	}
	return false
}

// isSubject reports whether n is among the names of the source's subject.
func (s *source) isSubject(n *name) bool {
	return s.subjects[n.key] || n.group >= 0 && s.groups[n.group]
}

// isSubject reports whether one of the sources has n among the names of its subject.
func (e *evidence) isSubject(n *name) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool { return s.source.isSubject(n) })
}

// isAbout reports whether the source is about n, or names it, and no other known name, in
// a heading when it does not say what it is about. Short names, which may be acronyms, are not
// told apart by that.
func (s *source) isAbout(n *name) bool {
	return s.isSubject(n) || len(s.subjects) == 0 && (s.headed < 2 || len(n.key) <= shortName) && (&reading{words: s.heading}).hasKey(n.key)
}

// casing reports whether the passages print the word with a capital inside a
// sentence, and whether they print it in small letters.
func (e *evidence) casing(w string) (upper, lower bool) {
	small := strings.ToLower(w)
	for _, s := range e.sentences {
		for _, sp := range s.source.sentences {
			for _, x := range sp.words {
				switch {
				case x.han:
				case x.text == small:
					lower = true
				case x.text == w && !x.first:
					upper = true
				}
			}
		}
	}
	return upper, lower
}

// meaning reports whether a sentence has a word of the synonym group.
func (e *evidence) meaning(group int) bool {
	for _, s := range e.sentences {
		if s.means[group] {
			return true
		}
	}
	return false
}
