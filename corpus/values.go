package corpus

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A Value is a figure or a date in a text.
type Value struct {
	Kind       ValueType // Amount, Number or When; Name for one of an attribute's own values
	Start, End int       // bytes in the text, with its unit
	Num        float64   // scaled: 1.3 亿 is 130,000,000; of Amount and Number
	Currency   string    // ISO code or symbol of an Amount; "" when only a cue tells that it is money
	Percent    bool
	Scaled     bool   // it has a scale word (million, 亿)
	Date       Date   // of When
	Quarter    int    // 1 to 4, of When; 0 for none
	Malformed  bool   // printed with misplaced separators; Num is 0
	Name       string // of Name: its first spelling
	Bound      string // "over" or "under" when the text bounds it, else ""
}

// A ValueReader finds values in texts. It is safe for concurrent use.
type ValueReader struct {
	figure *regexp.Regexp
	scales map[string]float64
	money  map[string]string // currency by its folded word
}

// NewValueReader returns a reader for the units.
func NewValueReader(u UnitWords) *ValueReader {
	r := &ValueReader{scales: map[string]float64{}, money: map[string]string{}}
	for w, n := range u.Scales {
		r.scales[Fold(w)] = n
	}
	var symbols, words []string
	for code, names := range u.Currencies {
		for _, n := range names {
			r.money[Fold(n)] = code
			if strings.ContainsAny(n, "$€£¥￥") {
				symbols = append(symbols, regexp.QuoteMeta(n))
			} else {
				words = append(words, quoteWord(n))
			}
		}
	}
	var scales []string
	for w := range u.Scales {
		scales = append(scales, quoteWord(w))
	}
	long := func(l []string) string {
		sort.Slice(l, func(i, j int) bool { return len(l[i]) > len(l[j]) || len(l[i]) == len(l[j]) && l[i] < l[j] })
		return strings.Join(l, "|")
	}
	sym, word, scale := long(symbols), long(words), long(scales)
	r.figure = regexp.MustCompile(`(?i)(` + sym + `)?\s?(\d{1,3}(?:[,，]\s?\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)([,，]?\d+)?(?:\s?(` + scale + `))?(\s?\+)?(?:[ \x{a0}]?(` + sym + `|` + word + `)|\s?(%|％))?`)
	return r
}

// quoteWord quotes a word for a pattern; one in Latin letters must end there.
func quoteWord(w string) string {
	q := regexp.QuoteMeta(w)
	if last := w[len(w)-1]; isASCIILetter(last) {
		q += `\b`
	}
	return q
}

// Read returns the values of text in order. year is the year that "this year"
// means, 0 when unknown.
func (r *ValueReader) Read(text string, year int) []Value {
	out := r.readDates(text, year)
	dates := slices.Clone(out)
	for _, m := range r.figure.FindAllStringSubmatchIndex(text, -1) {
		if overlaps(dates, m[4], m[5]) || insideWord(text, m[4]) {
			continue
		}
		if v, ok := r.value(text, m); ok {
			out = append(out, v)
		}
	}
	out = append(out, r.readVague(text, out)...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}

// vague matches Chinese magnitudes without digits: 超千万, 近百万, 上亿.
var vague = regexp.MustCompile(`(超过|超|逾|突破|过|达)(千万|百万|十万|亿|万)`)

// readVague returns the magnitudes that stand without digits.
func (r *ValueReader) readVague(text string, have []Value) []Value {
	var out []Value
	for _, m := range vague.FindAllStringSubmatchIndex(text, -1) {
		n := r.scales[text[m[4]:m[5]]]
		if n == 0 || overlaps(have, m[4], m[5]) {
			continue
		}
		v := Value{Kind: Number, Start: m[4], End: m[5], Num: n, Scaled: true}
		switch text[m[2]:m[3]] {
		case "超过", "超", "逾", "突破", "过":
			v.Bound = "over"
		}
		out = append(out, v)
	}
	return out
}

func overlaps(l []Value, start, end int) bool {
	return slices.ContainsFunc(l, func(v Value) bool { return v.Start < end && start < v.End })
}

// insideWord reports whether the figure at i is part of a name: H100, GPT-3, L4.
func insideWord(text string, i int) bool {
	if i == 0 {
		return false
	}
	b := text[i-1]
	if isASCIILetter(b) || b == '.' || b == '_' {
		return !(i >= 2 && strings.HasSuffix(text[:i], "FDV")) && !strings.HasSuffix(text[:i], "US")
	}
	return b == '-' && i >= 2 && isASCIILetter(text[i-2])
}

func (r *ValueReader) value(text string, m []int) (Value, bool) {
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return text[m[2*i]:m[2*i+1]]
	}
	v := Value{Kind: Number, Start: m[0], End: m[1]}
	for v.Start < v.End && (text[v.Start] == ' ' || text[v.Start] == '\t' || text[v.Start] == '\n') {
		v.Start++
	}
	digits := strings.NewReplacer(",", "", "，", "", " ", "").Replace(part(2))
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return v, false
	}
	v.Num = n
	if part(3) != "" {
		v.Malformed, v.Num = true, 0
	}
	if s := part(4); s != "" {
		v.Num = math.Round(v.Num*r.scales[Fold(s)]*1e6) / 1e6 // 2.2 times 1e8 is not exact
		v.Scaled = true
	}
	money := part(6)
	if money == "" {
		money = part(1)
	}
	if money != "" {
		v.Kind, v.Currency = Amount, r.money[Fold(strings.TrimSpace(money))]
	}
	v.Percent = part(7) != ""
	v.Bound = boundBefore(text[:v.Start])
	if part(5) != "" {
		v.Bound = "over"
	}
	return v, true
}

var (
	overWords  = []string{"more than", "over", "above", "at least", "exceeding", "exceeded", "surpassed", "超过", "逾", "突破", "超", "至少", "多于"}
	underWords = []string{"less than", "under", "below", "up to", "不到", "低于", "不超过", "少于"}
)

// boundBefore reads the words right before a figure.
func boundBefore(before string) string {
	b := strings.TrimRight(strings.ToLower(tail(before, 24)), " $~约")
	for _, w := range overWords {
		if strings.HasSuffix(b, w) {
			return "over"
		}
	}
	for _, w := range underWords {
		if strings.HasSuffix(b, w) {
			return "under"
		}
	}
	return ""
}

func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[len(s)-n:], "")
}

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

const months = `jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?`

// The forms of dates, the more precise ones first. Groups are named y, m, d, q
// for year, month, day and quarter, r for a word that means a year.
var dateForms = []dateForm{
	{dashed, regexp.MustCompile(`(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b`)},
	{slashed, regexp.MustCompile(`(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b`)},
	{dashed, regexp.MustCompile(`\b(?P<y>(?:19|20)\d{2})-(?P<m>0[1-9]|1[0-2])\b`)},
	{han, regexp.MustCompile(`(?:(?P<y>\d{4}|\d{2})\s*年\s*)(?:Q(?P<q>[1-4])|第(?P<qz>[一二三四])季度)`)},
	{han, regexp.MustCompile(`(?:(?P<y>\d{4}|\d{2})\s*年\s*)(?P<m>\d{1,2})\s*月\s*(?:份)?(?:(?P<d>\d{1,2})\s*[日号])?`)},
	{hanMonth, regexp.MustCompile(`(?P<r>今年|去年|明年)\s*(?P<m>\d{1,2})\s*月\s*(?:份)?(?:(?P<d>\d{1,2})\s*[日号])?`)},
	{han, regexp.MustCompile(`(?P<y>(?:19|20)\d{2})\s*年`)},
	{hanMonth, regexp.MustCompile(`(?P<m>\d{1,2})\s*月\s*(?:份)?(?:(?P<d>\d{1,2})\s*[日号])?`)},
	{month, regexp.MustCompile(`(?i)\b(?P<mn>` + months + `)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?:of\s+)?(?P<y>(?:19|20)\d{2})\b`)},
	{month, regexp.MustCompile(`(?i)\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mn>` + months + `)\.?,?\s+(?P<y>(?:19|20)\d{2})\b`)},
	{month, regexp.MustCompile(`(?i)\b(?P<mn>` + months + `)\.?,?\s+(?:of\s+)?(?P<y>(?:19|20)\d{2})\b`)},
	{month, regexp.MustCompile(`(?i)\b(?P<mn>` + months + `)\s+(?:of\s+)?(?P<r>this year|last year|next year)\b`)},
	{quarter, regexp.MustCompile(`(?i)\bq(?P<q>[1-4])\s*(?:of\s+)?(?P<y>(?:19|20)\d{2})\b`)},
	{quarter, regexp.MustCompile(`(?i)\b(?P<y>(?:19|20)\d{2})\s*q(?P<q>[1-4])\b`)},
	{month, regexp.MustCompile(`\b(?P<mn>January|February|March|April|June|July|August|September|October|November|December)\b`)},
	{digits, regexp.MustCompile(`\b(?P<y>(?:19|20)\d{2})\b`)},
}

// A dateForm is a pattern with what a text must hold to be worth trying it.
type dateForm struct {
	needs   dateSign
	pattern *regexp.Regexp
}

// A dateSign is something that a text with a date in some form holds: cheap to look for.
type dateSign uint8

const (
	digits   dateSign = 1 << iota
	dashed            // digits with - or / or . behind
	slashed           // digits with /
	han               // 年
	hanMonth          // 月
	month             // a month's name
	quarter           // q and digits
)

// signs returns what text holds.
func signs(text string) dateSign {
	var s dateSign
	if strings.ContainsAny(text, "0123456789") {
		s |= digits
		if strings.ContainsAny(text, "-/.") {
			s |= dashed
		}
		if strings.Contains(text, "/") {
			s |= slashed
		}
		if strings.ContainsAny(text, "qQ") {
			s |= quarter
		}
	}
	if strings.Contains(text, "年") {
		s |= han
	}
	if strings.Contains(text, "月") {
		s |= hanMonth
	}
	lower := strings.ToLower(text)
	for i := 0; i < len(monthNames); i += 3 {
		if strings.Contains(lower, monthNames[i:i+3]) {
			return s | month
		}
	}
	return s
}

// readDates returns the dates of text, not overlapping, in no order.
func (r *ValueReader) readDates(text string, year int) []Value {
	var out []Value
	have := signs(text)
	for i, form := range dateForms {
		if have&form.needs == 0 {
			continue
		}
		for _, m := range form.pattern.FindAllStringSubmatchIndex(text, -1) {
			if overlaps(out, m[0], m[1]) || m[0] > 0 && isFigurePart(text, m[0], m[1]) {
				continue
			}
			if i == len(dateForms)-1 && r.isQuantity(text, m[0], m[1]) {
				continue
			}
			if v, ok := readDate(text, form.pattern, m, year); ok {
				out = append(out, v)
			}
		}
	}
	return out
}

// isQuantity reports whether the four digits at [i, j), which could be a year, count or
// measure something: "2000 万美元", "2000 个", "over 2000 nodes".
func (r *ValueReader) isQuantity(text string, i, j int) bool {
	m := r.figure.FindStringSubmatchIndex(text[i:])
	if m != nil && m[0] == 0 && (m[8] >= 0 || m[12] >= 0 || m[14] >= 0) {
		return true
	}
	return classifier.MatchString(text[j:]) || plural.MatchString(text[j:]) && !beforeYear.MatchString(text[:i])
}

var (
	classifier = regexp.MustCompile(`^\s?[个家台名位人种条款次枚只座项块张颗多余]`)
	plural     = regexp.MustCompile(`^ [a-z]{3,}s\b`)
	// words behind which four digits are a year, whatever follows
	beforeYear = regexp.MustCompile(`(?i)(?:\b(?:in|since|of|by|until|till|from|during|early|mid|late|before|after|the|its|their|this|to|and|year|as)|[-–(])\s?$`)
)

// isFigurePart reports whether the digits at [i, j) belong to a longer figure or word.
func isFigurePart(text string, i, j int) bool {
	b := text[i-1]
	if isASCIIDigit(text[i]) && (isASCIIDigit(b) || b == '.' || b == ',' || b == '$' || isASCIILetter(b) || b == '-' && j-i == 4) {
		return true
	}
	return j < len(text) && isASCIIDigit(text[j-1]) && (text[j] == ',' || text[j] == '.') && j+1 < len(text) && isASCIIDigit(text[j+1])
}

func readDate(text string, form *regexp.Regexp, m []int, year int) (Value, bool) {
	v := Value{Kind: When, Start: m[0], End: m[1]}
	for i, name := range form.SubexpNames() {
		if i == 0 || m[2*i] < 0 {
			continue
		}
		s := text[m[2*i]:m[2*i+1]]
		switch name {
		case "y":
			v.Date.Year, _ = strconv.Atoi(s)
			if v.Date.Year < 100 {
				v.Date.Year += 2000
			}
		case "m":
			v.Date.Month, _ = strconv.Atoi(s)
		case "mn":
			v.Date.Month = monthNumber(s)
		case "d":
			v.Date.Day, _ = strconv.Atoi(s)
		case "q":
			v.Quarter, _ = strconv.Atoi(s)
		case "qz":
			v.Quarter = strings.Index("一二三四", s)/3 + 1
		case "r":
			v.Date.Year = relativeYear(s, year)
			v.Date.Inferred = true
		}
	}
	if v.Date.Month > 12 || v.Date.Day > 31 {
		return v, false
	}
	for v.End > v.Start && text[v.End-1] == ' ' {
		v.End--
	}
	return v, true
}

func relativeYear(word string, year int) int {
	if year == 0 {
		return 0
	}
	switch strings.ToLower(word) {
	case "去年", "last year":
		return year - 1
	case "明年", "next year":
		return year + 1
	}
	return year
}

func monthNumber(s string) int {
	return strings.Index(monthNames, strings.ToLower(s[:3]))/3 + 1
}

// FormatAmount writes an amount in the language: "$6.5 million", "650 万美元".
func FormatAmount(num float64, currency, language string) string {
	if language == "zh" {
		return FormatNumber(num, language) + currencyZh(currency)
	}
	switch currency {
	case "USD":
		return "$" + FormatNumber(num, language)
	case "EUR":
		return "€" + FormatNumber(num, language)
	case "GBP":
		return "£" + FormatNumber(num, language)
	case "":
		return FormatNumber(num, language)
	}
	return FormatNumber(num, language) + " " + currency
}

func currencyZh(code string) string {
	switch code {
	case "USD":
		return "美元"
	case "EUR":
		return "欧元"
	case "GBP":
		return "英镑"
	case "CNY":
		return "元人民币"
	case "":
		return ""
	}
	return " " + code
}

// FormatNumber writes a number with the scale words of the language: "6.5
// million", "1,400", "650 万", "43 亿". It loses no digit.
func FormatNumber(num float64, language string) string {
	if language == "zh" {
		switch {
		case num >= 1e8 && fewDecimals(num/1e8):
			return plain(num/1e8) + " 亿"
		case num >= 1e4 && fewDecimals(num/1e4):
			return plain(num/1e4) + " 万"
		}
		return grouped(num)
	}
	switch {
	case num >= 1e9 && fewDecimals(num/1e9):
		return plain(num/1e9) + " billion"
	case num >= 1e6 && fewDecimals(num/1e6):
		return plain(num/1e6) + " million"
	}
	return grouped(num)
}

// fewDecimals reports whether x has at most two decimals.
func fewDecimals(x float64) bool { return plain(x) == strconv.FormatFloat(x, 'f', -1, 64) }

func plain(x float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", x), "0"), ".")
}

// grouped writes a number with thousands separators.
func grouped(x float64) string {
	s := strconv.FormatFloat(x, 'f', -1, 64)
	whole, frac, has := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if has {
		return whole + "." + frac
	}
	return whole
}
