package plan

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// eachPattern shows that a figure per group is asked for.
var eachPattern = regexp.MustCompile(`(?i)\b(each|every|per)\b|每个|每张|每类|各个?|分别`)

// readFilter reads what bounds a list: "over $40 million", "launched in 2023",
// "the largest", "no token yet". It returns rest without the words that were read.
func (p *Planner) readFilter(pl *Plan, question, full, rest string) string {
	if len(pl.Projects) > 0 {
		return p.readOwnFilter(pl, question, full, rest)
	}
	question = inDigits(question)
	rest = spelledRest.ReplaceAllString(rest, "  ")
	attribute, ok := bounded(pl.Attributes)
	op, strict := inclusive(p.op(full))
	if op == "" && topInHan.MatchString(question) {
		op = Most
		rest = strings.ReplaceAll(rest, corpus.Normal(topInHan.FindString(question)), "  ")
	}
	value, has := p.bound(question)
	if pl.Intent == List && p.lacks(full) && p.notYet(pl, full) {
		rest = p.cutAll(rest, p.negations)
	}
	if p.lacks(strings.ReplaceAll(full, " 有 没 有 ", " 有 ")) && pl.Intent == List && !(has && (op == Over || op == Under)) && !p.notYet(pl, full) { // 不到 1000 万 denies nothing
		if a, ok := deniable(pl.Attributes); ok {
			pl.Filter = &Filter{Attribute: a, Op: None, Withheld: p.heldBack(full)}
			return p.cutAll(rest, p.negations)
		}
	}
	if low, high, found := p.bounds(question); found && op == Between && ok {
		pl.Filter = &Filter{Attribute: attribute, Op: Between, Value: low, Upto: high, Unit: unitBehind(question, high)}
		pl.Intent = listing(pl.Intent)
		return rest
	}
	switch {
	case has && value.Kind != corpus.When && (op == Over || op == Under):
		if !ok {
			return rest
		}
		pl.Filter = &Filter{Attribute: attribute, Op: op, Value: value, Unit: unitBehind(question, value), Strict: strict}
		pl.Intent = listing(pl.Intent)
		return p.cutFigure(rest, question[value.Start:value.End])
	case has && value.Kind != corpus.When && op == "" && ok && pl.Intent == List && states(attribute, value):
		pl.Filter = &Filter{Attribute: attribute, Op: Equal, Value: value, Unit: unitBehind(question, value)}
		return p.cutFigure(rest, question[value.Start:value.End])
	case has && value.Kind == corpus.When && (pl.Intent == List || pl.Intent == Count || asksWhoever(pl, question) || op != "" && !asking.MatchString(question)):
		if a, ok := dated(pl.Attributes); ok {
			pl.Intent = listing(pl.Intent)
			pl.Filter = &Filter{Attribute: a, Op: On, Value: value}
			if op == Before || op == After {
				pl.Filter.Op, pl.Filter.Strict = op, strict
			}
			return p.cutFigure(rest, question[value.Start:value.End])
		}
	case ok && (op == Most || op == Least):
		pl.Filter = &Filter{Attribute: attribute, Op: op, Rows: rowsAsked(question)}
		if attribute.Loose && pl.Filter.Rows == 1 {
			pl.Filter.Rows = 0 // the largest of unlike things tells little alone
		}
		pl.Intent = listing(pl.Intent)
	}
	return rest
}

// readOwnFilter reads what bounds the figures of one project, of an attribute that has one for each of several
// things: "which of its models rent for less than a dollar".
func (p *Planner) readOwnFilter(pl *Plan, question, full, rest string) string {
	op, strict := inclusive(p.op(full))
	if comparative.MatchString(question) && op == "" {
		op, strict = Under, true
	}
	value, has := p.bound(question)
	attribute, ok := bounded(pl.Attributes)
	if len(pl.Projects) != 1 || !has || value.Kind != corpus.Amount || !ok || !attribute.Unlike || op != Over && op != Under || !which.MatchString(question) {
		return rest
	}
	pl.Filter = &Filter{Attribute: attribute, Op: op, Value: value, Strict: strict}
	return p.cutFigure(rest, question[value.Start:value.End])
}

// comparative matches what says less in a word of its own.
var comparative = regexp.MustCompile(`(?i)\bcheaper than\b|比.+便宜`)

// Equal asks for just the value, but for rounding.
const Equal Op = "equal"

// states reports whether v may be a value of the attribute.
func states(a corpus.Attribute, v corpus.Value) bool {
	if a.Type == corpus.Amount {
		return v.Kind == corpus.Amount || v.Scaled
	}
	return v.Kind == corpus.Number && (v.Scaled || v.Num >= leastStated)
}

// leastStated is from where on a number that is not written with a scale bounds a list.
const leastStated = 1000

// asksWhoever reports whether a question is for those of whom something is true, not for one
// that was spoken of before, and not for the time of it.
func asksWhoever(pl *Plan, question string) bool {
	return which.MatchString(question) && !pronouns.MatchString(question) && !slices.Contains(pl.Wants, corpus.When)
}

// Figures such as "a million" and "one billion", as they are typed and in normal form.
var (
	spelledFigure = regexp.MustCompile(`(?i)\b(?:a|an|one)\s+(hundred|thousand|million|billion|trillion)\b`)
	spelledRest   = regexp.MustCompile(` (?:a|an|one) (?:hundr|hundred|thousand|million|billion|trillion) `)
)

// inDigits writes them with a digit.
func inDigits(question string) string {
	question = spelledFigure.ReplaceAllString(question, "1 $1")
	return hanFigure.ReplaceAllStringFunc(question, func(s string) string {
		m := hanFigure.FindStringSubmatch(s)
		return strconv.Itoa(hanNumber(m[1])) + " " + m[2]
	})
}

// hanFigure matches a figure in characters before its scale: "一千" in "一千万".
var hanFigure = regexp.MustCompile(`([一二两三四五六七八九十百千]+)([万亿])`)

// hanNumber reads a number below ten thousand in characters: "一千二百" is 1200, "千" alone 1000.
func hanNumber(s string) int {
	total, digit := 0, 0
	for _, r := range s {
		unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[r]
		if unit == 0 {
			digit = strings.Index("一二三四五六七八九", string(r))/len("一") + 1
			if r == '两' {
				digit = 2
			}
			continue
		}
		total, digit = total+max(digit, 1)*unit, 0
	}
	return total + digit
}

// howMany matches how many of the largest or smallest are asked for.
var howMany = regexp.MustCompile(`(?i)\btop (\d{1,2}|two|three|four|five|ten)\b|\b(\d{1,2}|two|three|four|five|ten) (?:largest|biggest|smallest|highest|lowest|most|least|cheapest|best)|(?:最\S{1,2}|前)的?(\d{1,2}|[一二两三四五六七八九十])[个名家]?`)

// topInHan matches the first places of a ranking.
var topInHan = regexp.MustCompile(`(?:排名|排行)?前(?:\d{1,2}|[一二两三四五六七八九十])(?:名|大|位|家|个)?`)

// nthLargest matches a place behind the largest or smallest.
var nthLargest = regexp.MustCompile(`(?i)\b(second|2nd|third|3rd|fourth|4th|fifth|5th)[ -](?:largest|biggest|smallest|highest|lowest|most|cheapest|best)|第([二三四五2-5])(?:大|小|高|低|多|少)`)

// rowsAsked reads it; 0 when the question does not say.
func rowsAsked(question string) int {
	if m := nthLargest.FindStringSubmatch(question); m != nil { // the second of them is told beside the first
		return 2 + slices.IndexFunc([]string{"second 2nd 二 2", "third 3rd 三 3", "fourth 4th 四 4", "fifth 5th 五 5"}, func(s string) bool {
			return slices.Contains(strings.Fields(s), strings.ToLower(m[1]+m[2]))
		})
	}
	m := howMany.FindStringSubmatch(question)
	if m == nil {
		return justOne(question)
	}
	word := strings.ToLower(m[1] + m[2] + m[3])
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	for n, names := range []string{"", "一 one", "两 二 two", "三 three", "四 four", "五 five", "六 six", "七 seven", "八 eight", "九 nine", "十 ten"} {
		for _, name := range strings.Fields(names) {
			if name == word {
				return n
			}
		}
	}
	return 0
}

// theOne matches the words that ask for the one that is largest or smallest, several for more.
var (
	theOne  = regexp.MustCompile(`(?i)\bwho(?:['’]s|\s+(?:has|is|was|got|had))\b|\b(?:which|what)\s+(?:one|has|is|was|\w*[^s\W])\b|哪(?:一)?(?:个|家|种)|是谁|^谁|谁的`)
	several = regexp.MustCompile(`(?i)\b(?:which|what)\s+(?:ones|are|were|have)\b|\b(?:which|what)\s+(?:\w+\s+)?\w+s\s+(?:are|were|have)\b|\btop\b|\bones\b|哪些|哪几|排名|前几|分别|都`)
)

// justOne returns 1 for a question that asks for one, else 0.
func justOne(question string) int {
	if theOne.MatchString(question) && !several.MatchString(question) {
		return 1
	}
	return 0
}

// unitBehind returns the Latin word right behind a number, folded, or "".
func unitBehind(question string, v corpus.Value) string {
	m := latinUnit.FindStringSubmatch(question[v.End:])
	if v.Kind != corpus.Number || m == nil {
		return ""
	}
	return strings.ToLower(m[1])
}

var latinUnit = regexp.MustCompile(`^\s?([A-Za-z]+)`)

// listing makes a question with a bound a list, unless it counts.
func listing(i Intent) Intent {
	if i == Count {
		return Count
	}
	return List
}

// bounded returns the first attribute that a figure can bound.
func bounded(l []corpus.Attribute) (corpus.Attribute, bool) {
	for _, a := range l { // the cheapest of what is counted: its price
		if a.Unlike && a.Type == corpus.Amount && len(a.State.All()) > 0 {
			return a, true
		}
	}
	for _, a := range l {
		if (a.Type == corpus.Amount || a.Type == corpus.Number) && len(a.State.All()) > 0 {
			return a, true
		}
	}
	return corpus.Attribute{}, false
}

// deniable returns the first attribute that sentences deny: what is not launched where a symbol is named, too.
func deniable(l []corpus.Attribute) (corpus.Attribute, bool) {
	for _, a := range l {
		if a.Type == corpus.Symbol && len(a.State.All()) > 0 {
			return a, true
		}
	}
	for _, a := range l {
		if len(a.State.All()) > 0 {
			return a, true
		}
	}
	return corpus.Attribute{}, false
}

func dated(l []corpus.Attribute) (corpus.Attribute, bool) {
	for _, a := range l {
		if a.Type == corpus.When || a.Type == corpus.Amount && len(a.State.All()) > 0 {
			return a, true
		}
	}
	return corpus.Attribute{}, false
}

func (p *Planner) lacks(full string) bool {
	for _, n := range p.negations {
		if strings.Contains(full, n) {
			return true
		}
	}
	return false
}

// notYet reports whether a list is for what has not happened yet and is planned.
func (p *Planner) notYet(pl *Plan, full string) bool {
	a, ok := deniable(pl.Attributes)
	if !ok || a.Type != corpus.When || !a.Loose {
		return false
	}
	return pl.Tense == Planned
}

// heldBack reports whether a question in normal form asks for what is kept back: "not disclosed".
func (p *Planner) heldBack(full string) bool {
	return slices.ContainsFunc(p.withheld, func(w string) bool { return strings.Contains(full, w) })
}

func (p *Planner) cutAll(text string, phrases []string) string {
	for _, n := range phrases {
		text = strings.ReplaceAll(text, n, "  ")
	}
	return text
}

// cutFigure removes the figure's units from rest.
func (p *Planner) cutFigure(rest, figure string) string {
	rest = strings.ReplaceAll(rest, corpus.Normal(figure), "  ")
	for _, c := range p.compare {
		rest = strings.ReplaceAll(rest, c.phrase, "  ")
	}
	return rest
}

// inclusive returns the operation of a comparison, and whether its value itself is out: "more than" is over it.
func inclusive(op Op) (Op, bool) {
	switch op {
	case "more":
		return Over, true
	case "less":
		return Under, true
	case "earlier":
		return Before, true
	case "later":
		return After, true
	}
	return op, false
}

// op returns the comparison that the question makes, longest phrase first.
func (p *Planner) op(full string) Op {
	for _, c := range p.compare {
		if strings.Contains(full, c.phrase) {
			return Op(c.of.ID)
		}
	}
	return ""
}

// bounds returns the two figures of "between 100 and 200 million": the first takes the scale of
// the second when it has none.
func (p *Planner) bounds(question string) (low, high corpus.Value, ok bool) {
	var figures []corpus.Value
	for _, v := range p.values.Read(question, 0) {
		if v.Kind != corpus.When && !v.Malformed {
			figures = append(figures, v)
		}
	}
	if len(figures) < 2 {
		return low, high, false
	}
	low, high = figures[0], figures[1]
	if scale := scaleOf(question, high); !low.Scaled && high.Scaled && low.Num*scale <= high.Num {
		low.Num *= scale
	}
	return low, high, low.Num <= high.Num
}

// scaleOf returns what the digits of a figure are multiplied by: a million in "200 million".
func scaleOf(question string, v corpus.Value) float64 {
	digits := strings.ReplaceAll(leadingDigits.FindString(question[v.Start:v.End]), ",", "")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n == 0 {
		return 1
	}
	return v.Num / n
}

var leadingDigits = regexp.MustCompile(`[0-9][0-9,]*(?:\.[0-9]+)?`)

// bound returns the first figure or date of the question that can bound a list.
func (p *Planner) bound(question string) (corpus.Value, bool) {
	values := p.values.Read(question, 0)
	for _, v := range values {
		if v.Kind == corpus.Amount || v.Kind == corpus.Number && v.Scaled {
			return v, true
		}
	}
	for _, v := range values {
		if v.Kind == corpus.When && v.Date.Year > 0 {
			return v, true
		}
	}
	for _, v := range values {
		if v.Kind == corpus.Number && !v.Malformed {
			return v, true
		}
	}
	return corpus.Value{}, false
}
