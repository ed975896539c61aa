package corpus

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Normal returns text as a sequence of comparable units, each with a blank
// before and after it: folded words, the Latin ones stemmed by Snowball's
// English stemmer (https://snowballstem.org/algorithms/english/stemmer.html),
// Han characters one by one, figures without separators. One text holds a
// phrase, in any inflection, exactly when its normal form contains the
// phrase's normal form.
func Normal(text string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, u := range Units(text) {
		b.WriteString(u)
		b.WriteByte(' ')
	}
	return b.String()
}

// Units returns the units of [Normal] in order: the tokens of [Tokens] without
// the pairs of Han characters, stemmed.
func Units(text string) []string {
	tokens := Tokens(text)
	units := tokens[:0]
	for _, t := range tokens {
		if r := firstRune(t); isHan(r) && len(t) > utf8.RuneLen(r) {
			continue
		}
		units = append(units, stem(t))
	}
	return units
}

// stem stems a folded Latin word; other words stay.
func stem(w string) string {
	for i := 0; i < len(w); i++ {
		if c := w[i]; (c < 'a' || c > 'z') && c != '\'' {
			return w
		}
	}
	if len(w) < 3 || len(w) == 3 && w[2] == 'y' { // "apy" is no API
		return w
	}
	env := snowballstem.NewEnv(w)
	english.Stem(env)
	return env.Current()
}

// IsHan reports whether r is written without blanks between words.
func IsHan(r rune) bool { return isHan(r) }
