package corpus

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

// A Glossary translates words between Chinese and English, for searching
// across the two. A nil *Glossary knows no word.
type Glossary struct {
	fromChinese map[string][]string
	fromEnglish map[string][]string // by unit (see Units) of one-word translations
}

// MaxGlossaryRunes is the most characters of a Chinese word that is looked up.
const MaxGlossaryRunes = 8

//go:embed glossary.tsv
var glossaryTSV string

var defaultGlossary = sync.OnceValues(func() (*Glossary, error) { return ReadGlossary(strings.NewReader(glossaryTSV)) })

// DefaultGlossary returns the glossary that comes with the program. The first call reads it.
func DefaultGlossary() (*Glossary, error) { return defaultGlossary() }

// ReadGlossary reads lines of a Chinese word, a tab, and English words or phrases
// separated by semicolons. Lines that begin with # are comments.
func ReadGlossary(r io.Reader) (*Glossary, error) {
	g := &Glossary{fromChinese: map[string][]string{}, fromEnglish: map[string][]string{}}
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line := s.Text()
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		zh, en, ok := strings.Cut(line, "\t")
		if !ok || zh == "" || strings.TrimSpace(en) == "" {
			return nil, fmt.Errorf("read glossary: line %d is %q, want a Chinese word, a tab and its translations", n, line)
		}
		for _, t := range strings.Split(en, ";") {
			if t = strings.TrimSpace(t); t == "" {
				continue
			}
			g.fromChinese[zh] = append(g.fromChinese[zh], t)
			if !strings.Contains(t, " ") {
				u := stem(strings.ToLower(t))
				g.fromEnglish[u] = append(g.fromEnglish[u], zh)
			}
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read glossary: %w", err)
	}
	return g, nil
}

// FromChinese returns the translations of a Chinese word, most usual first.
func (g *Glossary) FromChinese(word string) []string {
	if g == nil {
		return nil
	}
	return g.fromChinese[word]
}

// maxBack bounds how many Chinese words an English one brings into a search.
const maxBack = 4

// FromEnglish returns Chinese words for an English unit (see [Units]).
func (g *Glossary) FromEnglish(unit string) []string {
	if g == nil {
		return nil
	}
	l := g.fromEnglish[unit]
	return l[:min(len(l), maxBack)]
}
