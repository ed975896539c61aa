package verify

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// A figure is a number or a date in a sentence.
type figure struct {
	corpus.Value
	text    string
	kind    figureKind
	approx  bool // "about" stands before it, or "or so" behind
	places  float64
	from    int // words [from, to)
	to      int
	measure string // id of the unit of measure behind it, "" for none
	account bool   // a date that "as of" puts the report's own date for
	lent    int    // year that a date without one may take over from a date beside it
	label   bool   // a bare number that counts nothing but labels what stands before it: Season 7
	counter bool   // a word that counts pieces stands behind it: 650 枚
}

type figureKind int

const (
	plainFigure figureKind = iota
	dateFigure
	ordinal  // third, 第三
	fraction // a third, 三分之一; Num is the ratio
	multiple // 8x, 8 times, 8 倍
)

// reach is how many bytes on each side of a digit the value reader is shown:
// enough for "more than" before and a scale and a currency behind.
const reach = 28

// readFigures returns the numbers and dates of text, in order, those written
// as words among them.
func (c *Checker) readFigures(text string, words []word, year int) []figure {
	var out []figure
	for _, w := range windows(text, words) {
		for _, v := range c.values.Read(text[w.Start:w.End], year) {
			v.Start, v.End = v.Start+w.Start, v.End+w.Start
			if n := len(out); n > 0 && v.Start < out[n-1].End {
				continue // taken by the date before
			}
			if f, ok := newFigure(text, c.reread(text, v, w.End), words); ok {
				out = append(out, f)
			}
		}
	}
	for _, f := range readNumerals(text, words) {
		out = insert(out, f)
	}
	for _, f := range relativeYears(text, words, year) {
		out = insert(out, f)
	}
	out = joinRanges(text, out)
	lendYears(text, out)
	for i := range out {
		f := &out[i]
		f.measure = measureAt(words, f.to)
		f.label = f.labels(words)
		f.counter = f.to < len(words) && words[f.to].gap == joined && pieces[words[f.to].text]
	}
	return out
}

// pieces are words that count things, and never money.
var pieces = newSet("枚 个 种 台 名 家 位 块 颗 张 次 项 款 座 艘 辆 件 人 只")

// numbered are words that a number stands behind.
var numbered = newSet("phase stage step season round series part chapter section level tier layer version batch group class volume option number")

// labels reports whether the bare number f stands behind a word with a capital or one that is
// numbered, and in front of nothing that it could count: Season 7, phase two of the plan.
func (f *figure) labels(words []word) bool {
	if f.kind != plainFigure || f.Scaled || f.Percent || f.Currency != "" || f.from == 0 || f.to != f.from+1 || words[f.from].gap != joined {
		return false
	}
	before := words[f.from-1]
	if numbered[before.low] {
		return true
	}
	if before.han || functionWords[before.low] || !isCapital(before.text[0]) || !isDigit(f.text[0]) {
		return false
	}
	if f.to == len(words) || words[f.to].gap > joined {
		return true
	}
	return functionWords[words[f.to].low]
}

// reread corrects two readings: a round number in front of a scale that looks
// like a year (2000 万), and a year with a month in digits (2023-09).
func (c *Checker) reread(text string, v corpus.Value, end int) corpus.Value {
	rest := text[v.End:end]
	if n, d := dayBehind(rest); d > 0 && v.Kind == corpus.When && v.Date.Year == 0 && v.Date.Day == 0 && monthNames[text[v.Start:v.End]] {
		v.Date.Day, v.End = d, v.End+n
		n, v.Date.Year = yearBehind(rest[n:])
		v.End += n
		return v
	}
	if v.Kind != corpus.When || v.Date.Month > 0 || v.Quarter > 0 {
		return v
	}
	if n, m := hanMonthBehind(rest, strings.HasSuffix(text[:v.End], "年")); m > 0 {
		v.Date.Month, v.End = m, v.End+n
		return v
	}
	if v.End-v.Start != 4 {
		return v
	}
	if m, ok := monthBehind(rest); ok {
		v.Date.Month, v.End = m, v.End+3
		return v
	}
	if l := c.values.Read("0"+text[v.Start:min(end, v.End+reach)], 0); len(l) > 0 && l[0].Start == 0 && l[0].Scaled {
		n := l[0]
		n.Start, n.End = v.Start, v.Start+n.End-1
		return n
	}
	return v
}

// dayBehind reads the day behind the name of a month, " 5" or " 5th", and returns how long it is.
func dayBehind(s string) (n, day int) {
	n = 1
	for n < len(s) && n < 3 && isDigit(s[n]) {
		day = day*10 + int(s[n]-'0')
		n++
	}
	if len(s) == 0 || s[0] != ' ' || day < 1 {
		return 0, 0
	}
	if _, year := yearBehind(s[n:]); day > 31 && year == 0 {
		return 0, 0
	}
	if rest := s[n:]; len(rest) > 2 && isLetter(rest[0]) && strings.Contains("st nd rd th", rest[:2]) && !isLetter(rest[2]) {
		n += 2
	}
	if rest := s[n:]; rest != "" && (isDigit(rest[0]) || isLetter(rest[0]) || rest[0] == '%' || rest[0] == ':' || len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1])) {
		return 0, 0
	}
	return n, day
}

// yearBehind reads the year behind a day, ", 2023", whichever it is.
func yearBehind(s string) (n, year int) {
	if n = len(", 2023"); len(s) < n || s[:2] != ", " || len(s) > n && isWordByte(s[n]) && s[n] != '.' && s[n] != ',' {
		return 0, 0
	}
	year, err := strconv.Atoi(s[2:n])
	if err != nil || year < 0 {
		return 0, 0
	}
	return n, year
}

// hanMonthBehind reads the month behind a year in Chinese characters, 年一月 or, when the year has its 年
// already, 一月, and returns how long it is.
func hanMonthBehind(s string, year bool) (n, month int) {
	if !year && !strings.HasPrefix(strings.TrimLeft(s, " "), "年") {
		return 0, 0
	}
	words := scan(strings.TrimPrefix(strings.TrimLeft(s, " "), "年"))
	f, i := 0.0, 0
	for ; i < len(words) && i < 3 && words[i].text != "月"; i++ {
		if words[i].text == "十" {
			f = 10
			continue
		}
		d, ok := hanDigits[words[i].text]
		if !ok {
			return 0, 0
		}
		f += d
	}
	if i == 0 || i == len(words) || words[i].text != "月" || f > 12 {
		return 0, 0
	}
	return strings.Index(s, "月") + len("月"), int(f)
}

// monthBehind reads "-09", not followed by a further part.
func monthBehind(s string) (int, bool) {
	if len(s) < 3 || s[0] != '-' || !isDigit(s[1]) || !isDigit(s[2]) || len(s) > 3 && (isWordByte(s[3]) && s[3] != '.' && s[3] != ',' || s[3] == '-') {
		return 0, false
	}
	m := int(s[1]-'0')*10 + int(s[2]-'0')
	return m, m >= 1 && m <= 12
}

// windows returns the parts of text in which a value may stand.
func windows(text string, words []word) []corpus.Span {
	var out []corpus.Span
	for _, w := range words {
		if !isHot(w) {
			continue
		}
		s := corpus.Span{Start: outward(text, w.start-reach, -1), End: outward(text, w.end()+reach, 1)}
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// isHot reports whether a value may stand at w: a digit, a month, or a Chinese
// magnitude.
func isHot(w word) bool {
	if w.han {
		return w.text == "万" || w.text == "亿"
	}
	if strings.ContainsAny(w.text, "0123456789") {
		return true
	}
	return w.text[0] >= 'A' && w.text[0] <= 'S' && monthNames[w.text]
}

var monthNames = newSet("January February March April May June July August September October November December")

// outward moves i in the direction to where no word is cut.
func outward(s string, i, dir int) int {
	if i <= 0 {
		return 0
	}
	if i >= len(s) {
		return len(s)
	}
	for i > 0 && i < len(s) && (!utf8.RuneStart(s[i]) || isWordByte(s[i]) && isWordByte(s[i-1])) {
		i += dir
	}
	return i
}

func isWordByte(b byte) bool { return isLetter(b) || isDigit(b) || b == '.' || b == ',' }

// newFigure takes a value over; a number that is part of a name (3D, 4G) is none.
func newFigure(text string, v corpus.Value, words []word) (figure, bool) {
	f := figure{Value: v, text: strings.TrimSpace(text[v.Start:v.End])}
	rest := text[v.End:]
	if v.Kind == corpus.When {
		f.kind = dateFigure
		f.account = hasCue(text[:v.Start], accountCues)
	} else {
		f.refine(text, rest)
	}
	if f.kind == plainFigure && !v.Scaled && v.Currency == "" && rest != "" && isLetter(rest[0]) {
		return f, false
	}
	f.cover(words)
	return f, f.to > f.from
}

var (
	accountCues = []string{"as of", "as at", "published", "published in", "published on", "dated", "截至", "截止", "截止到", "发布于", "发表于", "截至报告发布", "report,", "report of"}
	approxCues  = []string{"about", "around", "roughly", "approximately", "nearly", "almost", "some", "circa", "~", "≈", "约", "大约", "大概", "近", "将近", "接近", "close to"}
)

// factorCues stand before a multiple.
var factorCues = []string{"factor of", "factor of about", "factor of around", "factor of roughly", "factor of nearly", "factor of over", "factor of more than"}

// Bounds that the value reader takes for their opposites, or not at all.
var (
	overCues  = []string{"no less than", "not less than", "no fewer than", "not fewer than", "不少于", "不低于", "不小于", "不下"}
	underCues = []string{"no more than", "not more than", "at most", "fewer than", "不超过", "不多于", "不高于", "不大于", "不足", "未满"}
)

// hasCue reports whether one of the cues stands right before, blanks, signs
// and articles aside.
func hasCue(before string, cues []string) bool {
	if len(before) > 32 {
		before = before[len(before)-32:]
	}
	b := strings.TrimRight(strings.ToLower(before), " $€£¥(（")
	b = strings.TrimSuffix(strings.TrimSuffix(b, " a"), " the")
	for _, cue := range cues {
		if !strings.HasSuffix(b, cue) {
			continue
		}
		if i := len(b) - len(cue); isLetter(cue[0]) && i > 0 && isLetter(b[i-1]) {
			continue
		}
		return true
	}
	return false
}

// refine reads what stands beside a number: percent as a word, times, ordinal
// endings.
func (f *figure) refine(text, rest string) {
	before := text[:f.Start]
	f.approx = hasCue(before, approxCues) || strings.HasPrefix(rest, "左右") || strings.HasPrefix(rest, "多") || strings.HasPrefix(rest, "余") || strings.HasPrefix(rest, " or so")
	f.places = resolution(f)
	if hasCue(before, overCues) {
		f.Bound = "over"
	}
	if hasCue(before, underCues) {
		f.Bound = "under"
	}
	if strings.HasSuffix(before, "百分之") {
		f.Percent = true
	}
	low := strings.ToLower(strings.TrimLeft(rest[:min(len(rest), 16)], " -"))
	for _, p := range []string{"percent", "per cent", "pct", "个百分点"} {
		if strings.HasPrefix(low, p) {
			f.Percent = true
		}
	}
	if f.Percent || f.Currency != "" {
		return
	}
	switch {
	case hasCue(before, factorCues), opens(low, "x"), opens(low, "times"), opens(low, "fold"), strings.HasPrefix(low, "倍"), strings.HasPrefix(low, "×"):
		f.kind = multiple
		if strings.HasPrefix(rest, "x") {
			f.End++
			f.text += "x"
		}
	case rest == low && (opens(low, "st") || opens(low, "nd") || opens(low, "rd") || opens(low, "th")):
		f.kind = ordinal
		f.End += 2
		f.text += rest[:2]
	case strings.HasSuffix(before, "第"), strings.HasSuffix(before, "第 "):
		f.kind = ordinal
	}
}

// opens reports whether s begins with the word.
func opens(s, word string) bool {
	return strings.HasPrefix(s, word) && (len(s) == len(word) || !isLetter(s[len(word)]) && !isDigit(s[len(word)]))
}

// resolution is the worth of one in the last printed digit: 0.1 million for
// "6.5 million".
func resolution(f *figure) float64 {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return -1
	}, f.text)
	printed := 0.0
	scale := 1.0
	for i, seen := 0, false; i < len(digits); i++ {
		if digits[i] == '.' {
			seen = true
			continue
		}
		printed = printed*10 + float64(digits[i]-'0')
		if seen {
			scale /= 10
		}
	}
	if printed == 0 {
		return 0
	}
	if whole := f.Num / (printed * scale); whole > 0 {
		scale *= whole
	}
	for p := printed; scale >= 1 && p >= 10 && math.Mod(p, 10) == 0; p /= 10 {
		scale *= 10 // the noughts at the end of 43,000 are not meant
	}
	return scale
}

// significant is how many digits of the figure are meant.
func (f *figure) significant() float64 {
	if f.places <= 0 || f.Num <= 0 {
		return 0
	}
	return math.Floor(math.Log10(f.Num/f.places)+1e-9) + 1
}

// cover sets the words that the figure covers.
func (f *figure) cover(words []word) {
	for i, w := range words {
		if w.end() > f.Start && w.start < f.End {
			if f.to == 0 {
				f.from = i
			}
			f.to = i + 1
		}
	}
}

// insert adds f in order unless it overlaps a figure.
func insert(l []figure, f figure) []figure {
	at := 0
	for i := range l {
		if l[i].Start < f.End && f.Start < l[i].End {
			return l
		}
		if l[i].Start < f.Start {
			at = i + 1
		}
	}
	l = append(l, figure{})
	copy(l[at+1:], l[at:])
	l[at] = f
	return l
}

// joinRanges gives the first figure of a range the unit of the second: 10-20 %,
// $5-6 million, 3 到 5 亿.
func joinRanges(text string, l []figure) []figure {
	for i := len(l) - 2; i >= 0; i-- {
		a, b := &l[i], &l[i+1]
		if a.kind != plainFigure || b.kind != plainFigure || b.Start < a.End {
			continue
		}
		if a.Percent && b.Currency != "" || a.Currency != "" && b.Percent {
			continue // at 5 % to 20 million: each has a unit of its own
		}
		switch strings.TrimSpace(text[a.End:b.Start]) {
		case "-", "~", "—", "to", "至", "到":
		case "/": // a split
			if !b.Percent {
				continue
			}
		case "and", "和":
			if !hasCue(text[:a.Start], []string{"between", "在", "介于"}) {
				continue
			}
		default:
			continue
		}
		a.Percent = a.Percent || b.Percent
		if b.Currency != "" && a.Currency == "" {
			a.Kind, a.Currency = b.Kind, b.Currency
		}
		if a.Currency != "" && b.Currency == "" {
			b.Kind, b.Currency = a.Kind, a.Currency
		}
		if b.Scaled && !a.Scaled && b.places > 0 && a.Num < b.Num {
			if s := scaleOf(b); s > 1 {
				a.Num, a.Scaled, a.places = a.Num*s, true, a.places*s
			}
		}
	}
	return l
}

// lendYears notes for each month without a year the year of the date before it, or of the
// date at the other end of its range: January to May 2018.
func lendYears(text string, l []figure) {
	year := 0
	for i := range l {
		f := &l[i]
		switch {
		case f.kind != dateFigure:
		case f.Date.Year > 0:
			year = f.Date.Year
		case i+1 < len(l) && l[i+1].kind == dateFigure && l[i+1].Date.Year > 0 && isRange(text[min(f.End, l[i+1].Start):l[i+1].Start]):
			f.lent = l[i+1].Date.Year
		default:
			f.lent = year
		}
	}
}

// isRange reports whether s is what stands between the ends of a range.
func isRange(s string) bool {
	switch strings.TrimSpace(s) {
	case "-", "~", "—", "to", "through", "until", "and", "至", "到", "和":
		return true
	}
	return false
}

// scaleOf is the factor of the figure's scale word.
func scaleOf(f *figure) float64 {
	digits := strings.TrimLeft(f.text, "$€£¥ ")
	n := 0.0
	div := 0.0
	for _, r := range digits {
		if r == '.' && div == 0 {
			div = 1
			continue
		}
		if r < '0' || r > '9' {
			break
		}
		n, div = n*10+float64(r-'0'), div*10
	}
	if div > 1 {
		n /= div
	}
	if n == 0 {
		return 1
	}
	return math.Round(f.Num / n)
}
