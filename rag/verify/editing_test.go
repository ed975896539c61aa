package verify

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// The editor has patterns of its own: what the checker does not see as a
// figure or a name must still be edited.
var (
	figurePattern = regexp.MustCompile(`(?:[$€£]\s?)?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|billion|trillion|百万|千万|万亿|亿|万|[KMB]\b))?(?:\s?(?:美元|%))?`)
	namePattern   = regexp.MustCompile(`[A-Z][\p{Latin}\d_-]*(?:\.[\p{Latin}\d]+)*(?: (?:[A-Z][\p{Latin}\d_-]*(?:\.[\p{Latin}\d]+)*|\d+(?:\.\d+)?\b))*`)
)

// figuresIn returns where figures stand that are no part of a word.
func figuresIn(s string) [][]int {
	var out [][]int
	for _, m := range figurePattern.FindAllStringIndex(s, -1) {
		if m[0] > 0 {
			if b := s[m[0]-1]; isLetter(b) || isDigit(b) || b == '.' || b == '_' || b == '-' && m[0] > 1 && isLetter(s[m[0]-2]) {
				continue
			}
		}
		if m[1] < len(s) && isLetter(s[m[1]]) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// namesIn returns where names stand inside sentences: the word that opens one
// is left out, unless it is a known name.
func namesIn(s string, known []string) [][]int {
	var out [][]int
	for _, m := range namePattern.FindAllStringIndex(s, -1) {
		n := s[m[0]:m[1]]
		opening := m[0] == 0 || strings.HasSuffix(strings.TrimRight(s[:m[0]], " \n\"“"), ".") || strings.HasSuffix(s[:m[0]], "\n")
		if len(n) < 2 || functionWords[strings.ToLower(n)] || opening && !slices.Contains(known, n) && !strings.ContainsFunc(s, corpus.IsHan) {
			continue
		}
		if m[1] < len(s) && isLetter(s[m[1]]) || m[0] > 0 && (isLetter(s[m[0]-1]) || strings.ContainsRune("-./@", rune(s[m[0]-1]))) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// edit returns the trials that can be made of one sentence.
func edit(c *Checker, v *corpus.Vocabulary, rnd *rand.Rand, s sample, entries []corpus.ProjectEntry) []trial {
	var own []string
	if s.entry != nil {
		own = namesOf(s.entry)
	}
	out := []trial{{keepWhole, "", s.text, s.source, own}}
	add := func(kind, how, text string, subjects []string) {
		if text != "" && text != s.text && (isKept(kind) || !strings.Contains(s.passage, text)) {
			out = append(out, trial{kind, how, text, s.source, subjects})
		}
	}
	add(editDigit, "", changeDigit(rnd, s.text), own)
	add(editFigure, "", swapIn(rnd, s.text, figuresIn(s.text), s.passage, figuresIn(s.passage), sameFigure), own)
	add(editExchange, "", exchange(rnd, s.text), own)
	known := allNames(entries)
	add(editName, "", swapIn(rnd, s.text, namesIn(s.text, known), s.passage, namesIn(s.passage, known), sameName(entries)), own)
	add(editInsert, "", insertNegation(rnd, s.text, s.zh), own)
	add(editRemove, "", removeNegation(rnd, s.text, s.zh), own)
	if s.entry != nil && len(figuresIn(s.text)) > 0 {
		other := otherThan(rnd, entries, s)
		if text := rename(s.text, s.entry, other.Name); text != s.text {
			add(editProject, "", text, namesOf(other))
		}
		add(editLabel, "", label(s.zh, other.Name, s.text), namesOf(other))
	}
	for how, text := range retell(c, v, s) {
		add(keepOther, how, text, own)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].how < out[j].how })
	return out
}

func allNames(entries []corpus.ProjectEntry) []string {
	var out []string
	for i := range entries {
		out = append(out, namesOf(&entries[i])...)
	}
	return out
}

// changeDigit changes one digit of one figure.
func changeDigit(rnd *rand.Rand, s string) string {
	var at []int
	for _, m := range figuresIn(s) {
		for i := m[0]; i < m[1]; i++ {
			if isDigit(s[i]) {
				at = append(at, i)
			}
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := at[rnd.IntN(len(at))]
	d := byte('1' + rnd.IntN(9))
	if d == s[i] {
		d = '1' + (d-'1'+1)%9
	}
	return s[:i] + string(d) + s[i+1:]
}

// swapIn puts what stands at one of theirs in place of what stands at one of
// mine, when the two differ.
func swapIn(rnd *rand.Rand, s string, mine [][]int, passage string, theirs [][]int, same func(a, b string) bool) string {
	if len(mine) == 0 {
		return ""
	}
	m := mine[rnd.IntN(len(mine))]
	var others []string
	for _, o := range theirs {
		if x := passage[o[0]:o[1]]; !same(x, s[m[0]:m[1]]) {
			others = append(others, x)
		}
	}
	if len(others) == 0 {
		return ""
	}
	return s[:m[0]] + others[rnd.IntN(len(others))] + s[m[1]:]
}

func sameFigure(a, b string) bool { return digitsOf(a) == digitsOf(b) }

// sameName reports whether one name holds the other, or both are of one project.
func sameName(entries []corpus.ProjectEntry) func(a, b string) bool {
	owner := map[string]string{}
	for i := range entries {
		for _, n := range namesOf(&entries[i]) {
			owner[key(n)] = entries[i].ID
		}
	}
	return func(a, b string) bool {
		x, y := key(a), key(b)
		return strings.Contains(x, y) || strings.Contains(y, x) || owner[x] != "" && owner[x] == owner[y]
	}
}

// exchange swaps two figures of the sentence.
func exchange(rnd *rand.Rand, s string) string {
	l := figuresIn(s)
	if len(l) < 2 {
		return ""
	}
	i := rnd.IntN(len(l) - 1)
	a, b := l[i], l[i+1]
	x, y := s[a[0]:a[1]], s[b[0]:b[1]]
	if sameFigure(x, y) || len(digitsOf(x)) == 4 != (len(digitsOf(y)) == 4) {
		return ""
	}
	return s[:a[0]] + y + s[a[1]:b[0]] + x + s[b[1]:]
}

var (
	auxiliaryPattern = regexp.MustCompile(`\b(?:is|are|was|were|has|have|can|will|does|do|may|could|should|would)\b`)
	verbPattern      = regexp.MustCompile(`是|可以|能够|支持|提供|允许|采用|拥有|包括|使用|推出|获得|完成|属于|需要|希望|认为`)
	deniedPattern    = regexp.MustCompile(`\b(?:is|are|was|were|has|have|had|can|will|does|do|did|may|could|should|would) not\b|\bcannot\b|\b(?:no|without|never)\b`)
	deniedZhPattern  = regexp.MustCompile(`尚未|没有|并未|无法|不能|不会|不是|并非|不支持|不需要|不可以|未能|从未|不再|并不|暂无`)
)

func insertNegation(rnd *rand.Rand, s string, zh bool) string {
	p := auxiliaryPattern
	if zh {
		p = verbPattern
	}
	l := p.FindAllStringIndex(s, -1)
	if len(l) == 0 {
		return ""
	}
	m := l[rnd.IntN(len(l))]
	if !zh {
		if rest := strings.TrimSpace(s[m[1]:]); strings.HasPrefix(rest, "no") {
			return "" // not, no, nobody
		}
		return s[:m[1]] + " not" + s[m[1]:]
	}
	if before := s[:m[0]]; strings.HasSuffix(before, "不") || strings.HasSuffix(before, "未") || strings.HasSuffix(before, "没有") || strings.HasSuffix(before, "于") || strings.HasSuffix(before, "还") || strings.HasSuffix(before, "就") {
		return ""
	}
	words := []string{"不", "没有", "并未", "并不"}
	switch s[m[0]:m[1]] {
	case "是", "可以", "能够", "属于", "希望":
		words = []string{"不", "并不"}
	case "推出", "获得", "完成":
		words = []string{"没有", "尚未", "并未", "未"}
	}
	return s[:m[0]] + words[rnd.IntN(len(words))] + s[m[0]:]
}

func removeNegation(rnd *rand.Rand, s string, zh bool) string {
	if zh {
		l := deniedZhPattern.FindAllStringIndex(s, -1)
		if len(l) == 0 {
			return ""
		}
		m := l[rnd.IntN(len(l))]
		keep := map[string]string{"不能": "能", "不会": "会", "不是": "是", "并非": "是", "不支持": "支持", "不需要": "需要", "不可以": "可以", "无法": "能"}
		return s[:m[0]] + keep[s[m[0]:m[1]]] + s[m[1]:]
	}
	l := deniedPattern.FindAllStringIndex(s, -1)
	if len(l) == 0 {
		return ""
	}
	m := l[rnd.IntN(len(l))]
	for _, idiom := range []string{"-", " only", " just", " doubt"} { // no-code, not only, no doubt
		if strings.HasPrefix(s[m[1]:], idiom) {
			return ""
		}
	}
	word := s[m[0]:m[1]]
	keep := strings.TrimSuffix(word, " not")
	switch word {
	case "cannot":
		keep = "can"
	case "no":
		keep = "a"
	case "without":
		keep = "with"
	case "never":
		keep = "always"
	}
	return s[:m[0]] + keep + s[m[1]:]
}

// otherThan picks a project that the passage does not speak of.
func otherThan(rnd *rand.Rand, entries []corpus.ProjectEntry, s sample) *corpus.ProjectEntry {
	for {
		e := &entries[rnd.IntN(len(entries))]
		if e != s.entry && !slices.ContainsFunc(namesOf(e), func(n string) bool { return containsName(s.passage, n) }) {
			return e
		}
	}
}

// rename puts another name for every spelling of the project.
func rename(s string, e *corpus.ProjectEntry, other string) string {
	names := append([]string{e.Name}, e.Aliases...)
	sort.SliceStable(names, func(i, j int) bool { return len(names[i]) > len(names[j]) })
	for _, n := range names {
		if len(n) > 2 && containsName(s, n) {
			s = strings.ReplaceAll(s, n, other)
		}
	}
	return s
}

// retell says the sentence in other words where that can be done by machine. The
// key says how.
func retell(c *Checker, v *corpus.Vocabulary, s sample) map[string]string {
	out := map[string]string{
		"figures in the other form":  reformat(c, s.text, s.source.Published.Year, s.zh),
		"figures across languages":   reformat(c, s.text, s.source.Published.Year, !s.zh),
		"clauses in another order":   reorder(s.text, s.zh),
		"last clause left out":       shorten(s.text, s.zh),
		"dates in digits":            redate(c, s.text, s.source.Published.Year),
		"template in both languages": compose(c, v, s),
	}
	if s.entry != nil {
		out["label"] = label(s.zh, s.entry.Name, s.text)
	}
	if year := s.source.Published.String(); year != "" {
		if s.zh {
			out["source phrase"] = "据报告，截至 " + year + "，" + s.text
		} else {
			out["source phrase"] = "According to the report, as of " + year + ", " + lowerFirst(s.text)
		}
	}
	return out
}

func lowerFirst(s string) string {
	first, rest, _ := strings.Cut(s, " ")
	if functionWords[strings.ToLower(first)] {
		return strings.ToLower(first) + " " + rest
	}
	return s
}

// reformat writes the amounts of a sentence in the way of the language.
func reformat(c *Checker, s string, year int, zh bool) string {
	language := "en"
	if zh {
		language = "zh"
	}
	l := c.values.Read(s, year)
	for _, v := range slices.Backward(l) {
		if v.Kind != corpus.Amount && !v.Scaled || v.Malformed || v.Percent {
			continue
		}
		text := corpus.FormatAmount(v.Num, v.Currency, language)
		if v.Kind == corpus.Number {
			text = corpus.FormatNumber(v.Num, language)
		}
		s = s[:v.Start] + text + s[v.End:]
	}
	return s
}

// redate writes months with a year as 2023-09.
func redate(c *Checker, s string, year int) string {
	for _, v := range slices.Backward(c.values.Read(s, year)) {
		if v.Kind == corpus.When && v.Date.Year > 0 && v.Date.Month > 0 && !v.Date.Inferred {
			s = s[:v.Start] + v.Date.String() + s[v.End:]
		}
	}
	return s
}

// reorder puts the last clause first.
func reorder(s string, zh bool) string {
	comma, stop := ", ", "."
	if zh {
		comma, stop = "，", "。"
	}
	body, ok := strings.CutSuffix(s, stop)
	i := strings.LastIndex(body, comma)
	if !ok || i < 0 {
		return ""
	}
	return body[i+len(comma):] + comma + body[:i] + stop
}

// shorten leaves the last clause out.
func shorten(s string, zh bool) string {
	comma, stop := ", ", "."
	if zh {
		comma, stop = "，", "。"
	}
	body, ok := strings.CutSuffix(s, stop)
	i := strings.LastIndex(body, comma)
	if !ok || i < 20 || strings.Contains(body[i:], "not") || strings.Contains(body[i:], "不") || strings.ContainsFunc(body[:i], func(r rune) bool { return r == '(' || r == '（' }) {
		return ""
	}
	return body[:i] + stop
}

// compose puts the first amount that a cue of an attribute stands right before
// into the template of an answer, in the other language.
func compose(c *Checker, v *corpus.Vocabulary, s sample) string {
	if s.entry == nil {
		return ""
	}
	language := "zh"
	if s.zh {
		language = "en"
	}
	for _, val := range c.values.Read(s.text, 0) {
		if val.Kind != corpus.Amount || val.Malformed {
			continue
		}
		for _, a := range v.Attributes {
			if a.Type != corpus.Amount {
				continue
			}
			for _, cue := range a.State.All() {
				before := strings.TrimRightFunc(s.text[:val.Start], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("为达到了是约", r) })
				if len(cue) > 2 && strings.HasSuffix(strings.ToLower(before), cue) {
					return label(language == "zh", s.entry.Name, label(language == "zh", a.Label.In(language), corpus.FormatAmount(val.Num, val.Currency, language)))
				}
			}
		}
	}
	return ""
}
