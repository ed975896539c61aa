package corpus

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Glossary translates words between Chinese and English, for searching
// across the two. A nil *Glossary knows no word.
type Glossary struct {
	fromChinese map[string][]string
	fromEnglish map[string][]string // by the units (see Units) of a translation, joined by blanks; most usual first
	phrase      int                 // most units of an English phrase
}

// MaxGlossaryRunes is the most characters of a Chinese word that is looked up.
const MaxGlossaryRunes = 12

//go:embed glossary.tsv
var glossaryTSV string

var defaultGlossary = sync.OnceValues(func() (*Glossary, error) { return ReadGlossary(strings.NewReader(glossaryTSV)) })

// DefaultGlossary returns the glossary that comes with the program. The first call reads it.
func DefaultGlossary() (*Glossary, error) { return defaultGlossary() }

// ReadGlossary reads lines of a Chinese word, a tab, and English words or phrases
// separated by semicolons. Lines that begin with # are comments. The error names
// the line that is none of these.
func ReadGlossary(r io.Reader) (*Glossary, error) {
	g := &Glossary{fromChinese: map[string][]string{}, fromEnglish: map[string][]string{}}
	back := map[string][]ranked{}
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimPrefix(s.Text(), "\ufeff")
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("read glossary: line %d is not UTF-8", n)
		}
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		zh, en, ok := strings.Cut(line, "\t")
		if zh = strings.TrimSpace(zh); !ok || zh == "" || strings.TrimSpace(en) == "" {
			return nil, fmt.Errorf("read glossary: line %d is %q, want a Chinese word, a tab and its translations", n, line)
		}
		for i, t := range strings.Split(en, ";") {
			if t = strings.TrimSpace(t); t == "" {
				continue
			}
			g.fromChinese[zh] = append(g.fromChinese[zh], t)
			units := glossaryUnits(t)
			g.phrase = max(g.phrase, len(units))
			key := strings.Join(units, " ")
			back[key] = append(back[key], ranked{zh, rank(i, zh)})
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read glossary: %w", err)
	}
	for key, l := range back {
		slices.SortStableFunc(l, func(a, b ranked) int { return a.rank - b.rank })
		for _, r := range l[:min(len(l), maxBack)] {
			g.fromEnglish[key] = append(g.fromEnglish[key], r.word)
		}
	}
	return g, nil
}

// Join returns g with the entries of own, whose translations come first where both
// know a word. Either may be nil.
func (g *Glossary) Join(own *Glossary) *Glossary {
	switch {
	case own == nil:
		return g
	case g == nil:
		return own
	}
	out := &Glossary{fromChinese: maps.Clone(g.fromChinese), fromEnglish: maps.Clone(g.fromEnglish), phrase: max(g.phrase, own.phrase)}
	for zh, l := range own.fromChinese {
		out.fromChinese[zh] = join(l, g.fromChinese[zh])
	}
	for en, l := range own.fromEnglish {
		all := join(l, g.fromEnglish[en])
		out.fromEnglish[en] = all[:min(len(all), maxBack)]
	}
	return out
}

// A ranked word is a translation back, the more usual one the lower its rank.
type ranked struct {
	word string
	rank int
}

// rank orders translations back: by the place of the English word in the entry, and
// words of two characters and more before single ones.
func rank(place int, zh string) int {
	if utf8.RuneCountInString(zh) < 2 {
		return 2*place + 3
	}
	return 2 * place
}

// glossaryUnits are the units of a translation; those in small letters take the
// short way.
func glossaryUnits(t string) []string {
	if isPlain(t) && !strings.ContainsAny(t, "-.',/()0123456789") {
		units := strings.Fields(t)
		for i, u := range units {
			units[i] = stem(u)
		}
		return units
	}
	return Units(t)
}

// FromChinese returns the translations of a Chinese word, most usual first.
func (g *Glossary) FromChinese(word string) []string {
	if g == nil {
		return nil
	}
	return g.fromChinese[word]
}

// maxBack bounds how many Chinese words an English one brings into a search.
const maxBack = 5

// FromEnglish returns Chinese words for an English unit (see [Units]), or for
// units joined by blanks.
func (g *Glossary) FromEnglish(units string) []string {
	if g == nil {
		return nil
	}
	return g.fromEnglish[units]
}

// Phrase returns how many of the first units make up the longest English phrase
// that the glossary knows, at least two, and its Chinese words; or 0.
func (g *Glossary) Phrase(units []string) (int, []string) {
	if g == nil {
		return 0, nil
	}
	for n := min(g.phrase, len(units)); n >= 2; n-- {
		if zh := g.fromEnglish[strings.Join(units[:n], " ")]; len(zh) > 0 {
			return n, zh
		}
	}
	return 0, nil
}
