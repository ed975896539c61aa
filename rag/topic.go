package rag

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// Topics reads what questions are about off their words, alike in both languages.
// It is what is left where the plan of a question names nothing. It is safe for use
// by several goroutines.
type Topics struct {
	glossary *corpus.Glossary
	stop     map[string]bool
	stopHan  []string // of two characters and more, longest first
	stopRune map[rune]bool
	labels   map[string]corpus.Label
}

// NewTopics returns topics by the words of a vocabulary and a glossary. A nil
// glossary joins no two languages.
func NewTopics(v *corpus.Vocabulary, g *corpus.Glossary) *Topics {
	t := &Topics{glossary: g, stop: map[string]bool{}, stopRune: map[rune]bool{}, labels: map[string]corpus.Label{}}
	en, zh := slices.Clone(v.Stop.En), slices.Clone(v.Stop.Zh)
	for _, c := range slices.Concat(v.Intents, v.Asks) { // how it is asked, not what about
		en, zh = append(en, c.En...), append(zh, c.Zh...)
	}
	for _, w := range en {
		if units := corpus.Units(w); len(units) == 1 {
			t.stop[units[0]] = true
		}
	}
	for _, w := range zh {
		if r := []rune(corpus.Fold(w)); len(r) == 1 { // part of too many words
			t.stopRune[r[0]] = true
		} else {
			t.stopHan = append(t.stopHan, string(r))
		}
	}
	slices.SortStableFunc(t.stopHan, func(a, b string) int { return len(b) - len(a) })
	for _, a := range v.Attributes {
		t.labels[a.ID] = a.Label
	}
	return t
}

// Label returns what an attribute is called in the language, its id where the
// vocabulary does not say.
func (t *Topics) Label(attribute, language string) string {
	l := t.labels[attribute]
	if text := l.In(language); text != "" {
		return text
	}
	return attribute
}

// A TopicWord is a word of a question.
type TopicWord struct {
	Shown string   // as it was written, folded
	Text  string   // as it is compared: an English one stemmed
	Forms []string // it and its translations
	Parts []string // words of translations of several words
}

// Same reports whether two words mean the same: they or their translations are one
// word, or one begins with the other; across the languages a part of a translation
// is enough.
func (w TopicWord) Same(o TopicWord) bool {
	if meet(w.Forms, o.Forms) {
		return true
	}
	return isHanWord(w.Text) != isHanWord(o.Text) && (meet(w.Parts, o.Forms) || meet(w.Forms, o.Parts))
}

// Keys are what two words have one of in common at least that mean the same.
func (w TopicWord) Keys() []string {
	var out []string
	for _, f := range slices.Concat(w.Forms, w.Parts) {
		if isStem(f) {
			f = f[:leastStem]
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// leastStem is from how many letters on a stem tells a word that it begins: "compet"
// competes and competitors.
const leastStem = 5

// isStem reports whether a form can be the beginning of another: letters alone, and
// enough of them.
func isStem(f string) bool {
	return len(f) >= leastStem && !strings.ContainsFunc(f, func(r rune) bool { return r < 'a' || r > 'z' })
}

func isHanWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return corpus.IsHan(r)
}

// meet reports whether a form of one word is one of another, or begins it.
func meet(a, b []string) bool {
	for _, f := range a {
		for _, g := range b {
			if f == g || len(f) != len(g) && (strings.HasPrefix(f, g) || strings.HasPrefix(g, f)) && isStem(f) && isStem(g) {
				return true
			}
		}
	}
	return false
}

// Words returns the words of a question that say what it is about, in order, each
// once, without the names given.
func (t *Topics) Words(question string, without ...string) []TopicWord {
	text := corpus.Fold(question)
	for _, name := range slices.SortedFunc(slices.Values(without), func(a, b string) int { return len(b) - len(a) }) {
		name = corpus.Fold(name)
		text = withoutName(text, name)
		for _, w := range strings.Fields(name) { // the short form of a name
			if units := corpus.Units(w); len(units) == 1 && len(t.glossary.FromEnglish(units[0])) == 0 {
				text = withoutName(text, w)
			}
		}
	}
	for _, s := range t.stopHan {
		text = strings.ReplaceAll(text, s, " ")
	}
	var out []TopicWord
	for _, run := range strings.FieldsFunc(splitScripts(text), func(r rune) bool { return r == ' ' }) {
		if r, _ := utf8.DecodeRuneInString(run); corpus.IsHan(r) {
			out = t.addHan(out, []rune(run))
			continue
		}
		out = t.addLatin(out, run)
	}
	return out
}

// withoutName takes a name out of a text, both folded, where it is a word of its own.
func withoutName(text, name string) string {
	var b strings.Builder
	for name != "" {
		i := strings.Index(text, name)
		if i < 0 {
			break
		}
		rest := text[i+len(name):]
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(rest)
		b.WriteString(text[:i])
		if inWord(before) || inWord(after) {
			b.WriteString(name)
		} else {
			b.WriteByte(' ')
		}
		text = rest
	}
	return b.String() + text
}

// addLatin adds the words of a text without Han characters.
func (t *Topics) addLatin(out []TopicWord, text string) []TopicWord {
	for _, shown := range corpus.Tokens(text) {
		for _, u := range corpus.Units(shown) {
			if !t.stop[u] && len(u) > 1 {
				out = addWord(out, TopicWord{Shown: shown, Text: u, Forms: append([]string{u}, t.glossary.FromEnglish(u)...)})
			}
		}
	}
	return out
}

// splitScripts puts a blank between Han and other characters.
func splitScripts(text string) string {
	var b strings.Builder
	han := false
	for _, r := range text {
		if h := corpus.IsHan(r); h != han {
			b.WriteByte(' ')
			han = h
		}
		b.WriteRune(r)
	}
	return b.String()
}

// addHan cuts a run of Han characters into the longest words of the glossary, and
// what it does not know into pairs.
func (t *Topics) addHan(out []TopicWord, run []rune) []TopicWord {
	unknown := 0 // where what the glossary does not know begins
	flush := func(end int) {
		for i := unknown; i+1 < end; i++ {
			if t.stopRune[run[i]] || t.stopRune[run[i+1]] {
				continue
			}
			pair := string(run[i : i+2])
			out = addWord(out, TopicWord{Shown: pair, Text: pair, Forms: []string{pair}})
		}
	}
	for i := 0; i < len(run); {
		n, english := t.longestHan(run[i:])
		if n == 0 {
			i++
			continue
		}
		flush(i)
		out = t.addTranslated(out, string(run[i:i+n]), english)
		i += n
		unknown = i
	}
	flush(len(run))
	return out
}

// addTranslated adds a Chinese word with its translations. One that English says in
// several words only is those words.
func (t *Topics) addTranslated(out []TopicWord, word string, english []string) []TopicWord {
	w := TopicWord{Shown: word, Text: word, Forms: []string{word}}
	for _, e := range english {
		units := slices.DeleteFunc(corpus.Units(e), func(u string) bool { return t.stop[u] || len(u) < 2 })
		if len(units) == 1 {
			w.Forms = append(w.Forms, units[0])
		} else {
			w.Parts = append(w.Parts, units...)
		}
	}
	if len(w.Forms) == 1 {
		return t.addLatin(out, english[0])
	}
	return addWord(out, w)
}

// longestHan returns the length of the longest word of two characters or more that
// run begins with, and its translations.
func (t *Topics) longestHan(run []rune) (int, []string) {
	for n := min(len(run), corpus.MaxGlossaryRunes); n >= 2; n-- {
		if english := t.glossary.FromChinese(string(run[:n])); len(english) > 0 {
			return n, english
		}
	}
	return 0, nil
}

// addWord adds a word, unless it is there already.
func addWord(words []TopicWord, w TopicWord) []TopicWord {
	if slices.ContainsFunc(words, func(o TopicWord) bool { return o.Text == w.Text }) {
		return words
	}
	return append(words, w)
}

// AlikeTopics returns how much two questions have in common by their words, from 0
// to 1: the share of the words of both that the other has, too.
func AlikeTopics(a, b []TopicWord) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return float64(inCommon(a, b)+inCommon(b, a)) / float64(len(a)+len(b))
}

// inCommon counts the words of a that b has.
func inCommon(a, b []TopicWord) (n int) {
	for _, w := range a {
		if slices.ContainsFunc(b, w.Same) {
			n++
		}
	}
	return n
}
