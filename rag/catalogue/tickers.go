package catalogue

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// bare is a word in capitals.
var bare = regexp.MustCompile(`\$?\b[A-Z][A-Z0-9]{1,9}\b`)

// vagueUses is how often a ticker may stand without $ in passages about other
// things before it counts as a word that means something else too.
const vagueUses = 5

// symbolCues returns the words beside which a word in capitals is a symbol
// ("token ACME", "ACME 总供应量为").
func symbolCues(v *corpus.Vocabulary) []string {
	cues := slices.Clone(v.Names.Symbols)
	for _, a := range v.Attributes {
		switch a.ID {
		case "token", "total_supply", "circulating", "market_cap", "fdv":
			cues = append(cues, a.State.All()...)
		}
	}
	return cues
}

// readTickers gives each project the symbols printed with a $, or beside a word for
// a symbol, in the passages that describe it alone, and finds the ones that are
// everyday abbreviations.
func (c *Catalogue) readTickers(passages []corpus.Passage, v *corpus.Vocabulary) {
	cues := symbolCues(v)
	for i, p := range passages {
		if len(c.about[i]) != 1 {
			continue
		}
		pr := c.projects[c.about[i][0]]
		for _, s := range symbols(p.Text, cues) {
			if slices.Contains(pr.Tickers, s.text) || enumerated.MatchString(s.text) || c.holder(s.text) != nil {
				continue
			}
			if s.dollar || c.usesElsewhere(s.text, pr, passages) <= strayUses {
				pr.Tickers = append(pr.Tickers, s.text)
			}
		}
	}
	c.findVague(passages)
}

// A symbolAt is a symbol in a text.
type symbolAt struct {
	text   string
	dollar bool
}

// symbols returns the words of text that are printed like symbols: any word behind
// a $, and a word in capitals right beside a cue. Those printed with a $ come last.
func symbols(text string, cues []string) []symbolAt {
	var out, dollars []symbolAt
	for i := 0; i < len(text); i++ {
		if !isLatin(text[i]) || i > 0 && (isLatin(text[i-1]) || isDigit(text[i-1])) {
			continue
		}
		end := i
		for end < len(text) && (isLatin(text[end]) || isDigit(text[end])) {
			end++
		}
		w := text[i:end]
		switch {
		case len(w) < 2 || len(w) > 10:
		case i > 0 && text[i-1] == '$':
			dollars = append(dollars, symbolAt{w, true})
		case w == strings.ToUpper(w) && besideCue(text[:i], text[end:], cues):
			out = append(out, symbolAt{w, false})
		}
		i = end
	}
	return append(out, dollars...)
}

func isLatin(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// besideCue reports whether a cue ends what stands before a word, with at most a
// copula or a bracket between, or begins what stands behind it.
func besideCue(before, after string, cues []string) bool {
	b := strings.TrimRight(strings.ToLower(tailOf(before, cueReach)), " (（:：")
	for _, link := range []string{"为", "是", "叫", " called", " named", " is"} {
		b = strings.TrimRight(strings.TrimSuffix(b, link), " ")
	}
	a := strings.ToLower(strings.TrimPrefix(strings.TrimLeft(after[:min(len(after), cueReach)], " "), "的"))
	return slices.ContainsFunc(cues, func(c string) bool {
		c = strings.ToLower(c)
		return strings.HasSuffix(b, c) || strings.HasPrefix(a, c)
	})
}

// cueReach is how many bytes around a symbol are looked at for a cue.
const cueReach = 40

func tailOf(s string, n int) string { return s[max(0, len(s)-n):] }

// strayUses is how often a symbol that is printed without $ may stand in
// passages about other things.
const strayUses = 2

// usesElsewhere counts the passages that hold the word and do not describe pr.
func (c *Catalogue) usesElsewhere(symbol string, pr *Project, passages []corpus.Passage) int {
	n := 0
	for i, p := range passages {
		if strings.Contains(p.Text, symbol) && slices.Contains(bare.FindAllString(p.Text, -1), symbol) && !slices.Contains(c.About(i), pr) {
			n++
		}
	}
	return n
}

// findVague notes the tickers that often stand without $ in passages about
// other things.
func (c *Catalogue) findVague(passages []corpus.Passage) {
	owner := map[string]*Project{}
	for _, p := range c.projects {
		for _, t := range p.Tickers {
			owner[t] = p
		}
	}
	uses := map[string]int{}
	for i, p := range passages {
		for _, t := range bare.FindAllString(p.Text, -1) {
			if pr := owner[t]; pr != nil && !slices.Contains(c.About(i), pr) {
				uses[t]++
			}
		}
	}
	for t, n := range uses {
		c.vague[t] = n > vagueUses
	}
}

// readFormerNames gives each project the names that its passages say it had:
// the capitalised words behind a cue such as "formerly".
func (c *Catalogue) readFormerNames(passages []corpus.Passage, cues corpus.Words, m *merger) {
	var parts []string
	for _, w := range cues.All() {
		parts = append(parts, regexp.QuoteMeta(w))
	}
	if len(parts) == 0 {
		return
	}
	former := regexp.MustCompile(`(?i:` + strings.Join(parts, "|") + `)[\s:：为叫]*((?:[A-Z][\w.-]*)(?:\s[A-Z][\w.-]*){0,3})`)
	for i, p := range passages {
		if len(c.about[i]) != 1 {
			continue
		}
		pr := c.projects[c.about[i][0]]
		for _, f := range former.FindAllStringSubmatch(p.Text, -1) {
			if name := strings.TrimRight(f[1], "."); m.find(name) == nil && c.ordinary[strings.ToLower(name)] == 0 && len(name) > 3 {
				pr.Aliases = append(pr.Aliases, name)
			}
		}
	}
}

// minShortNamings is how often a description must use the first word of a name alone
// for it to be a name of its own.
const minShortNamings = 2

// readShortNames gives each project the first word of its name, where its
// descriptions use that alone and it is no everyday word and no other's name.
func (c *Catalogue) readShortNames(passages []corpus.Passage, m *merger) {
	first := map[string]int{}
	for _, p := range c.projects {
		first[key(firstWord(p.Name))]++
	}
	for _, p := range c.projects {
		short := firstWord(p.Name)
		if short == p.Name || len(key(short)) < minShort || first[key(short)] > 1 || m.exact[key(short)] != nil || c.ordinary[strings.ToLower(short)] > 0 {
			continue
		}
		n := 0
		for _, i := range p.Passages {
			n += strings.Count(passages[i].Text, short) - strings.Count(passages[i].Text, p.Name)
		}
		if n >= minShortNamings || slices.ContainsFunc(passages, func(ps corpus.Passage) bool { return usedAlone(ps.Text, short) }) {
			p.Aliases = append(p.Aliases, short)
			m.exact[key(short)] = p
		}
	}
}

// usedAlone reports whether text uses the word as a name within a sentence, and not as the
// beginning of a longer one.
func usedAlone(text, word string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		i += at
		at = i + len(word)
		before, after := strings.TrimSuffix(text[:i], " "), []rune(text[at:min(len(text), at+8)])
		last, _ := utf8.DecodeLastRuneInString(before)
		if len(before) == i || !strings.ContainsRune(",(", last) && !unicode.IsLower(last) {
			continue // the beginning of a sentence, or a part of a word or a name
		}
		if len(after) > 0 && (unicode.IsLetter(after[0]) || unicode.IsDigit(after[0]) || after[0] == '-') || len(after) > 1 && after[0] == ' ' && unicode.IsUpper(after[1]) {
			continue
		}
		return true
	}
}

// readFirstWords notes the first words of names of several words by which a question may
// call a project: long enough, no other's, and no everyday words.
func (c *Catalogue) readFirstWords() {
	c.firsts = map[string]*Project{}
	for _, p := range c.projects {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			short := firstWord(n)
			k := key(short)
			if short == n || len(k) < minFirstWord || c.byKey[k] != nil || c.ordinary[strings.ToLower(short)] > 0 {
				continue
			}
			if o, taken := c.firsts[k]; taken && o != p {
				c.firsts[k] = nil // two begin with it: it names neither
				continue
			}
			c.firsts[k] = p
		}
	}
}

// minFirstWord is the least length of a first word that names a project.
const minFirstWord = 5

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}

// holder returns the project that has ticker t already.
func (c *Catalogue) holder(t string) *Project {
	for _, p := range c.projects {
		if slices.Contains(p.Tickers, t) {
			return p
		}
	}
	return nil
}
