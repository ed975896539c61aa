package verify

import (
	"strings"
	"unicode"
)

// A name is what is written as a name: capitals, a known spelling, or letters
// mixed with digits or dots.
type name struct {
	text     string
	key      string // letters and digits, in lower case
	group    int    // of the known names, -1 for none
	from, to int    // words [from, to)
	opening  bool   // one capitalised word that opens a sentence: perhaps no name
}

// same reports whether the names are of one thing.
func (n *name) same(m *name) bool {
	return n.key == m.key || n.group >= 0 && n.group == m.group
}

// A nameList holds known names by key.
type nameList struct {
	groups map[string]int
	firsts map[string]bool // first words of the names
	exact  map[string]bool // names that are known without a capital, by a dot or a digit
	longer int             // most words of a name
}

func newNameList(groups [][]string) *nameList {
	l := &nameList{groups: map[string]int{}, firsts: map[string]bool{}, exact: map[string]bool{}}
	for i, g := range groups {
		for _, n := range g {
			l.add(i, plain(n))
		}
	}
	return l
}

func (l *nameList) add(group int, n string) {
	n = strings.TrimPrefix(strings.TrimSpace(n), "$")
	words := scan(n)
	k := key(n)
	if len(words) == 0 || len(k) < 2 {
		return
	}
	if _, ok := l.groups[k]; !ok {
		l.groups[k] = group
	}
	l.firsts[key(words[0].low)] = true
	l.longer = max(l.longer, len(words))
	if strings.ToLower(n) == n && strings.ContainsAny(n, ".0123456789") {
		l.exact[n] = true
	}
}

// owner is the word without the ending by which something belongs to it.
func owner(w string) string { return strings.TrimSuffix(w, "'s") }

// at returns the longest known name at word i: how many words it has and its
// group. It must be printed with a capital, or be told from a word by a dot or a digit.
func (l *nameList) at(words []word, i int) (n, group int) {
	if !l.firsts[key(words[i].low)] && !l.firsts[key(owner(words[i].low))] {
		return 0, -1
	}
	var k, printed strings.Builder
	for j := i; j < len(words) && j < i+l.longer; j++ {
		if j > i && words[j].gap != joined {
			break
		}
		if j > i {
			printed.WriteByte(' ')
		}
		own := k.String() + key(owner(words[j].low))
		g, ok := l.groups[own]
		if ok && (l.exact[printed.String()+owner(words[j].text)] || words[i].han || hasCapital(printed.String()+words[j].text)) {
			n, group = j+1-i, g
		}
		k.WriteString(key(words[j].low))
		printed.WriteString(words[j].text)
	}
	return n, group
}

func hasCapital(s string) bool { return strings.ContainsFunc(s, unicode.IsUpper) }

// find returns the group of a name, -1 when it is unknown.
func (l *nameList) find(k string) int {
	if g, ok := l.groups[k]; ok {
		return g
	}
	return -1
}

// readNames returns the names among the words that figures leave.
func (c *Checker) readNames(words []word, figures []figure) []name {
	var out []name
	taken := make([]bool, len(words))
	for _, f := range figures {
		for i := f.from; i < f.to; i++ {
			taken[i] = f.kind != ordinal || words[i].text[0] <= '9'
		}
	}
	for i := 0; i < len(words); {
		if n, group := c.names.at(words, i); n > 0 && !taken[i] && !partOfLonger(words, i, n, taken) {
			out = append(out, newName(words, i, i+n, group))
			i += n
			continue
		}
		if taken[i] || !isNameWord(words[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(words) && !taken[j] && goesOn(words[j-1], words[j]) {
			if n, _ := c.names.at(words, j); n > 0 && !partOfLonger(words, j, n, taken) {
				break
			}
			j++
		}
		n := newName(words, i, j, -1)
		n.opening = j == i+1 && words[i].first && isPlainCapital(words[i].text)
		out = append(out, n)
		i = j
	}
	return out
}

// goesOn reports whether w continues the name that before is part of.
func goesOn(before, w word) bool {
	return w.gap == joined && !w.first && !strings.HasSuffix(before.text, "'s") && isNameWord(w)
}

// shortName is the length up to which a known name in capitals (a ticker) may be a word of a
// longer name.
const shortName = 4

// partOfLonger reports whether the known short name at i stands directly before another name word:
// then the two are one name ("ABC Valley" where ABC is known).
func partOfLonger(words []word, i, n int, taken []bool) bool {
	w := words[i].text
	return n == 1 && len(w) <= shortName && w == strings.ToUpper(w) && i+1 < len(words) && !taken[i+1] && goesOn(words[i], words[i+1])
}

func newName(words []word, from, to, group int) name {
	var text []string
	for _, w := range words[from:to] {
		text = append(text, w.text)
	}
	sep := " "
	if words[from].han {
		sep = ""
	}
	t := strings.TrimSuffix(strings.Join(text, sep), "'s")
	return name{text: t, key: key(t), group: group, from: from, to: to}
}

// isNameWord reports whether w is written as a name is: with a capital, or
// letters together with digits or a dot inside.
func isNameWord(w word) bool {
	if w.han {
		return false
	}
	letters, digits, dots := 0, 0, 0
	for _, r := range w.text {
		switch {
		case unicode.IsUpper(r):
			return !functionWords[w.low] && (len(w.text) > 1 || r != 'I' && r != 'A')
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		case r == '.':
			dots++
		}
	}
	if letters == 0 {
		return false
	}
	return digits > 0 || dots > 0 && !abbreviations[w.text]
}

var abbreviations = newSet("e.g i.e a.m p.m vs.the")

// isPlainCapital reports whether s is a capital followed by small letters.
func isPlainCapital(s string) bool {
	r := []rune(s)
	return unicode.IsUpper(r[0]) && !strings.ContainsFunc(string(r[1:]), func(c rune) bool { return !unicode.IsLower(c) && c != '\'' })
}
