package catalogue

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// A Mention is a project named in a text.
type Mention struct {
	Project    *Project
	Start, End int  // bytes in the text
	Exact      bool // a known spelling, not a guessed one
	small      bool // a ticker in small letters, which may be a word
}

// word is a Latin word of a text, with the dots and dashes inside it.
var word = regexp.MustCompile(`\$?[\p{Latin}\p{Greek}\p{Cyrillic}0-9]+(?:[.\-'_][\p{Latin}\p{Greek}\p{Cyrillic}0-9]+)*`)

// maxNameWords is the most words of a name that Find tries.
const maxNameWords = 5

// Find returns the projects that text names, in order of their first mention,
// each once. Spellings may differ in case, blanks and punctuation; a longer
// name may be misspelt by a letter or two.
func (c *Catalogue) Find(text string) []Mention {
	var found []Mention
	taken := make([]bool, len(text))
	add := func(m Mention) {
		if slices.Contains(taken[m.Start:m.End], true) {
			return
		}
		for i := m.Start; i < m.End; i++ {
			taken[i] = true
		}
		found = append(found, m)
	}
	words := c.words(text)
	for n := maxNameWords; n >= 1; n-- {
		for i := 0; i+n <= len(words); i++ {
			if p := c.exact(text, words[i:i+n]); p != nil {
				small := n == 1 && c.isSmallTicker(text[words[i][0]:words[i][1]])
				add(Mention{p, words[i][0], words[i+n-1][1], true, small})
			}
		}
	}
	c.findHan(text, add)
	for _, w := range words {
		if p := c.firsts[key(text[w[0]:w[1]])]; p != nil {
			add(Mention{p, w[0], w[1], false, false})
		}
	}
	for n := min(3, maxNameWords); n >= 1; n-- {
		for i := 0; i+n <= len(words); i++ {
			if slices.Contains(taken[words[i][0]:words[i+n-1][1]], true) {
				continue
			}
			if p := c.misspelt(text, words[i:i+n]); p != nil {
				add(Mention{p, words[i][0], words[i+n-1][1], false, false})
			}
		}
	}
	return firstMentions(found)
}

// words returns the words of text. An English genitive is left out of its word, unless it is
// part of a name.
func (c *Catalogue) words(text string) [][]int {
	out := word.FindAllStringIndex(text, -1)
	for _, w := range out {
		s := text[w[0]:w[1]]
		if bare := strings.TrimSuffix(strings.TrimSuffix(s, "'s"), "'S"); bare != s && c.byKey[key(s)] == nil {
			w[1] = w[0] + len(bare)
		}
	}
	return out
}

// firstMentions orders mentions by place and keeps one a project.
func firstMentions(l []Mention) []Mention {
	sort.Slice(l, func(i, j int) bool { return l[i].Start < l[j].Start })
	certain := slices.ContainsFunc(l, func(m Mention) bool { return !m.small })
	seen := map[*Project]bool{}
	out := l[:0]
	for _, m := range l {
		if !seen[m.Project] && !(m.small && certain) {
			seen[m.Project] = true
			out = append(out, m)
		}
	}
	return out
}

// adjacent reports whether nothing but blanks and dashes stands between the words.
func adjacent(text string, words [][]int) bool {
	for i := 1; i < len(words); i++ {
		if strings.Trim(text[words[i-1][1]:words[i][0]], " -_.·") != "" {
			return false
		}
	}
	return true
}

// exact returns the project that the words spell, or nil.
func (c *Catalogue) exact(text string, words [][]int) *Project {
	if !adjacent(text, words) {
		return nil
	}
	span := text[words[0][0]:words[len(words)-1][1]]
	if len(words) == 1 {
		if p := c.ticker(span); p != nil {
			return p
		}
	}
	k := key(span)
	p := c.byKey[k]
	if p == nil {
		p = c.byKey[zeroes.Replace(k)]
		if p == nil || !strings.ContainsAny(k, "01") {
			return nil
		}
	}
	if len(words) == 1 && span == strings.ToLower(span) && c.ordinary[span] > 0 && strings.ContainsFunc(text, unicode.IsUpper) && !slices.Contains(p.Names(), span) {
		return nil // an everyday word in a text that knows capitals, and no name is written so
	}
	if utf8.RuneCountInString(k) < 3 && len(words) == 1 && !slices.ContainsFunc(p.Names(), func(n string) bool { return key(n) == zeroes.Replace(k) || key(n) == k }) {
		return nil
	}
	return p
}

// zeroes maps the digits that are read as letters.
var zeroes = strings.NewReplacer("0", "o", "1", "l")

// ticker returns the project of a ticker: with $ in any case; without it in
// capitals, unless it means something else too; in lower case, when it is no word.
func (c *Catalogue) ticker(s string) *Project {
	bare, dollar := strings.CutPrefix(s, "$")
	up := strings.ToUpper(bare)
	p := c.tickers[bare]
	if p == nil {
		p = c.tickers[up]
	}
	switch {
	case p == nil:
		return nil
	case dollar:
		return p
	case c.vague[up]:
		return nil
	case bare == up:
		return p
	case len(bare) >= 3 && c.ordinary[strings.ToLower(bare)] == 0:
		return p
	}
	return nil
}

// isSmallTicker reports whether s is a ticker only if its small letters are
// taken for capitals.
func (c *Catalogue) isSmallTicker(s string) bool {
	return s == strings.ToLower(s) && c.byKey[key(s)] == nil && c.tickers[strings.ToUpper(s)] != nil
}

// findHan finds names with Han characters anywhere in the text.
func (c *Catalogue) findHan(text string, add func(Mention)) {
	folded := foldInPlace(text)
	for _, h := range c.han {
		i := strings.Index(text, h.name)
		if i < 0 {
			i = strings.Index(folded, h.name)
		}
		if i >= 0 {
			add(Mention{h.project, i, i + len(h.name), true, false})
		}
	}
}

// foldInPlace folds the runs of Han characters and the ASCII letters of text, byte for
// byte, so that places in it are places in text: a full-width mark would move them.
func foldInPlace(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !corpus.IsHan(r) {
			b.WriteString(lowerASCII(text[i : i+size]))
			i += size
			continue
		}
		end := i
		for end < len(text) && corpus.IsHan(r) {
			end += size
			r, size = utf8.DecodeRuneInString(text[end:])
		}
		run := text[i:end]
		if f := corpus.Fold(run); len(f) == len(run) {
			run = f
		}
		b.WriteString(run)
		i = end
	}
	return b.String()
}

func lowerASCII(s string) string {
	if len(s) == 1 && s[0] >= 'A' && s[0] <= 'Z' {
		return string(s[0] | 0x20)
	}
	return s
}

// misspelt returns the one project with a name so close to the words that a
// slip of the fingers explains it, or nil.
func (c *Catalogue) misspelt(text string, words [][]int) *Project {
	if !adjacent(text, words) {
		return nil
	}
	span := text[words[0][0]:words[len(words)-1][1]]
	k := key(span)
	limit := slips(len(k))
	if limit == 0 || c.ordinary[strings.ToLower(span)] > 0 {
		return nil
	}
	var best *Project
	bestDist, tie := limit+1, false
	for name, p := range c.byKey {
		if n := len(name) - len(k); n > limit || -n > limit || len(name) < 5 {
			continue
		}
		switch d := distance(k, name, bestDist); {
		case d > 1 && name[0] != k[0]: // the first letter is seldom a slip
		case d < bestDist:
			best, bestDist, tie = p, d, false
		case d == bestDist && d <= limit && p != best:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}

// slips is how many slips a name of n letters may have.
func slips(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 8:
		return 1
	case n < 12:
		return 2
	}
	return 3
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours between a and b (optimal string alignment), or more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}

// Slip reports whether one slip of the fingers makes b of a: an insertion, a deletion, a
// substitution or a swap of neighbours, two in words of nine letters and more.
func Slip(a, b string) bool {
	limit := 1
	if len(a) >= 9 {
		limit = 2
	}
	if d := len(a) - len(b); d > limit || -d > limit {
		return false
	}
	return a != b && distance(a, b, limit) <= limit
}
