package plan

import (
	"regexp"
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
		return rest
	}
	attribute, ok := bounded(pl.Attributes)
	op := p.op(full)
	value, has := p.bound(question)
	if p.lacks(full) && pl.Intent == List && !(has && (op == Over || op == Under)) { // 不到 1000 万 denies nothing
		if a, ok := deniable(pl.Attributes); ok {
			pl.Filter = &Filter{Attribute: a, Op: None}
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
		pl.Filter = &Filter{Attribute: attribute, Op: op, Value: value, Unit: unitBehind(question, value)}
		pl.Intent = listing(pl.Intent)
		return p.cutFigure(rest, question[value.Start:value.End])
	case has && value.Kind == corpus.When && (pl.Intent == List || pl.Intent == Count):
		if a, ok := dated(pl.Attributes); ok {
			pl.Filter = &Filter{Attribute: a, Op: On, Value: value}
			if op == Before || op == After {
				pl.Filter.Op = op
			}
			return p.cutFigure(rest, question[value.Start:value.End])
		}
	case ok && (op == Most || op == Least):
		pl.Filter = &Filter{Attribute: attribute, Op: op, Rows: rowsAsked(question)}
		pl.Intent = listing(pl.Intent)
	}
	return rest
}

// howMany matches how many of the largest or smallest are asked for.
var howMany = regexp.MustCompile(`(?i)\btop (\d{1,2}|two|three|four|five|ten)\b|\b(\d{1,2}|two|three|four|five|ten) (?:largest|biggest|smallest|highest|lowest|most|least|cheapest|best)|(?:最\S{1,2}|前)的?(\d{1,2}|[一二两三四五六七八九十])[个名家]?`)

// rowsAsked reads it; 0 when the question does not say.
func rowsAsked(question string) int {
	m := howMany.FindStringSubmatch(question)
	if m == nil {
		return 0
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
	for _, a := range l {
		if (a.Type == corpus.Amount || a.Type == corpus.Number) && len(a.State.All()) > 0 {
			return a, true
		}
	}
	return corpus.Attribute{}, false
}

// deniable returns the first attribute that sentences deny.
func deniable(l []corpus.Attribute) (corpus.Attribute, bool) {
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
	for scale := 1e3; !low.Scaled && high.Scaled && low.Num*scale <= high.Num; scale *= 10 {
		if low.Num*scale > high.Num/1000 && scaleOf(high.Num) == scale {
			low.Num *= scale
			break
		}
	}
	return low, high, low.Num <= high.Num
}

// scaleOf returns the power of a thousand or ten thousand that a figure is written in.
func scaleOf(n float64) float64 {
	for _, s := range []float64{1e9, 1e8, 1e6, 1e4, 1e3} {
		if n >= s {
			return s
		}
	}
	return 1
}

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
