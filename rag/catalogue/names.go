package catalogue

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// key is a name without case, blanks and punctuation: io.net, IO.NET and
// "IO net" are one.
func key(name string) string {
	var b strings.Builder
	for _, r := range corpus.Fold(name) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// minShort is the least length of a name that is left when a suffix is cut off.
const minShort = 4

var (
	inBrackets = regexp.MustCompile(`^(.+?)\s*[(（]([^)）]+)[)）]\s*$`)
	slashed    = regexp.MustCompile(`\s*[/|]\s*`)
)

// splitName splits "A (B)" and "A / B" into its names.
func splitName(name string) []string {
	if m := inBrackets.FindStringSubmatch(name); m != nil {
		return append(splitName(m[1]), splitName(m[2])...)
	}
	var out []string
	for _, part := range slashed.Split(name, -1) {
		if part = strings.TrimSpace(part); isName(part) {
			out = append(out, part)
		}
	}
	return out
}

// isName reports whether s can be a project's name: up to five words, not all
// of them lower-case prose, at least one letter.
func isName(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 5 || len([]rune(s)) > 40 {
		return false
	}
	if strings.ContainsAny(s, "。！？!?;；，,") {
		return false
	}
	for _, w := range words {
		r := []rune(w)[0]
		if unicode.IsLower(r) && len(words) > 1 && !strings.ContainsFunc(w, unicode.IsUpper) {
			return false
		}
	}
	return len([]rune(s)) > 1 && strings.ContainsFunc(s, unicode.IsLetter) && !enumerated.MatchString(s)
}

// enumerated matches what counts items rather than names them: "2", "Q4", "Phase 1".
var enumerated = regexp.MustCompile(`^(?i:(?:q|phase |stage |step |第)?[0-9一二三四五六七八九十]+)[.、)]?$`)

var latinWord = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*`)

// ordinaryWords counts the words that stand in lower case in the passages:
// those that a reader would not take for a name.
func ordinaryWords(passages []corpus.Passage) map[string]int {
	m := map[string]int{}
	for _, p := range passages {
		for _, at := range latinWord.FindAllStringIndex(p.Text, -1) {
			w := p.Text[at[0]:at[1]]
			if w == strings.ToLower(w) && !inDomain(p.Text, at[0], at[1]) {
				m[w]++
			}
		}
	}
	return m
}

// inDomain reports whether the word at [i, j) is part of something like
// example.com or a path.
func inDomain(s string, i, j int) bool {
	if i > 0 && strings.IndexByte("./@_-", s[i-1]) >= 0 {
		return true
	}
	return j+1 < len(s) && strings.IndexByte("./@_", s[j]) >= 0 && s[j+1] != ' ' && s[j+1] != '\n'
}

// splitCase puts a blank where a word in small letters meets a capital:
// "AcmeGrid" becomes "Acme Grid".
func splitCase(name string) string {
	var b strings.Builder
	var last rune
	for _, r := range name {
		if unicode.IsLower(last) && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// maxPhrase is the most words of a name that properPhrases notes.
const maxPhrase = 4

// properPhrases collects, in normal form, the runs of two to four capitalised words that
// stand in the passages: firms, people, products.
func properPhrases(passages []corpus.Passage) map[string]bool {
	out := map[string]bool{}
	note := func(text string, run [][2]int) {
		for i := range run {
			for n := 2; n <= maxPhrase && i+n <= len(run); n++ {
				out[corpus.Normal(text[run[i][0]:run[i+n-1][1]])] = true
			}
		}
	}
	for _, p := range passages {
		var run [][2]int
		for _, at := range latinName.FindAllStringIndex(p.Text, -1) {
			if len(run) > 0 && p.Text[run[len(run)-1][1]:at[0]] != " " {
				note(p.Text, run)
				run = nil
			}
			run = append(run, [2]int{at[0], at[1]})
		}
		note(p.Text, run)
	}
	return out
}

// latinName is a capitalised word, or one with a digit inside (a16z).
var latinName = regexp.MustCompile(`\b(?:[A-Z][A-Za-z0-9]*|[a-z]+[0-9]+[a-z]*)\b`)

// IsName reports whether the passages hold the phrase, in normal form, as a name of two words or more.
func (c *Catalogue) IsName(normal string) bool { return c.phrases[normal] }
