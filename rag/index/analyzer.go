package index

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	blevetokenizer "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// An analyzer turns text into terms: folded words split by the Unicode word
// boundaries (UAX 29), Chinese runs as single characters and bigrams, English
// stop words left out, the rest stemmed by Snowball; and the character 4-grams
// of the Latin words. It is not safe for concurrent use.
type analyzer struct {
	tokenizer analysis.Tokenizer
	filters   []analysis.TokenFilter
	stems     []analysis.TokenFilter
}

func newAnalyzer() *analyzer {
	stops := analysis.NewTokenMap()
	_ = stops.LoadBytes(en.EnglishStopWords) // reads from memory
	return &analyzer{
		tokenizer: blevetokenizer.NewUnicodeTokenizer(),
		filters:   []analysis.TokenFilter{en.NewPossessiveFilter()},
		stems:     []analysis.TokenFilter{cjk.NewCJKBigramFilter(true), stop.NewStopTokensFilter(stops), en.NewEnglishStemmerFilter()},
	}
}

// terms returns the words and the 4-grams of text, in order, repeats kept.
func (a *analyzer) terms(text string) (words, grams []string) {
	tokens := a.tokenizer.Tokenize([]byte(corpus.Fold(text)))
	for _, f := range a.filters {
		tokens = f.Filter(tokens)
	}
	for _, t := range tokens {
		grams = appendGrams(grams, string(t.Term))
	}
	for _, f := range a.stems {
		tokens = f.Filter(tokens)
	}
	for _, t := range tokens {
		words = append(words, string(t.Term))
	}
	return words, grams
}

// weigh adds weight times the frequency of the terms of text to the two maps.
func (a *analyzer) weigh(text string, weight float64, words, grams map[string]float64) {
	if strings.TrimSpace(text) == "" {
		return
	}
	w, g := a.terms(text)
	for _, t := range w {
		words[t] += weight
	}
	for _, t := range g {
		grams[t] += weight
	}
}

// gramSize is the length of a character n-gram. McNamee and Mayfield
// (https://doi.org/10.1023/B:INRT.0000009441.78971.be) find 4 best for English.
const gramSize = 4

// appendGrams appends the 4-grams of word, its borders marked by '_'. Words
// with Han characters have none: their bigrams are words.
func appendGrams(grams []string, word string) []string {
	for _, r := range word {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			return grams
		}
	}
	marked := "_" + word + "_"
	if utf8.RuneCountInString(marked) <= gramSize {
		return append(grams, marked)
	}
	starts := make([]int, 0, len(marked)+1)
	for i := range marked {
		starts = append(starts, i)
	}
	starts = append(starts, len(marked))
	for i := 0; i+gramSize < len(starts); i++ {
		grams = append(grams, marked[starts[i]:starts[i+gramSize]])
	}
	return grams
}
