package rag

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// listFiltered lists the projects for which a fact passes the filter.
func (e *Engine) listFiltered(p *plan.Plan) (Answer, bool) {
	rows, stated := e.filtered(p)
	if len(rows) == 0 {
		return notCovered(p, nil), p.Filter.Op == plan.On || p.Filter.Op == plan.None
	}
	note, label := "", e.scoped(p, e.filterLabel(p))
	if planned := e.plannedSymbols(p, rows); len(planned) > 0 {
		rows = append(rows, planned...)
		label, note = e.scoped(p, e.label(p.Filter.Attribute.ID, p.Language)), phrase(p.Language, "none, or only planned, as the reports tell it", "报告称没有，或仅在计划中")
	}
	rows = append(rows, e.misprinted(p, rows)...)
	rows = append(rows, e.besides(p, rows)...)
	if p.Filter.Op != plan.None {
		note = phrase(p.Language,
			"stated for "+itoa(stated)+" projects; for others the reports give no figure",
			"报告给出该项数据的项目有 "+itoa(stated)+" 个，其余未说明")
	}
	return e.writeRows(p, label, note, rows), true
}

// filtered returns the rows of the plan's filter, in its order, and of how many projects
// the attribute is stated at all.
func (e *Engine) filtered(p *plan.Plan) (rows []row, stated int) {
	things, kinds := e.things(p), e.kinds(p)
	for _, pr := range e.in(p) {
		if !e.ofKinds(pr, kinds) {
			continue
		}
		facts := e.cfg.Catalogue.Facts(pr, p.Filter.Attribute.ID)
		facts = slices.DeleteFunc(slices.Clone(facts), func(f catalogue.Fact) bool { return !allowed(p.Reports, f.Report) })
		if len(facts) == 0 && p.Filter.Op != plan.None {
			facts = e.instead(p, pr)
		}
		if len(facts) > 0 {
			stated++
		}
		if round := e.roundAsked(p); round != "" {
			facts = slices.DeleteFunc(facts, func(f catalogue.Fact) bool { return f.Round != round })
		}
		facts = e.ofThings(things, e.inUnit(p.Filter, e.inAskedTense(p, facts)))
		if f := passing(p.Filter, facts); f != nil && !exceeds(p.Filter, facts) && !(f.Doubtful && (p.Filter.Op == plan.Most || p.Filter.Op == plan.Least)) {
			rows = append(rows, e.factRow(p, f, facts))
		}
	}
	rows = append(rows, e.quarterRows(p, rows)...)
	e.sortRows(p.Filter, rows)
	if p.Filter.Attribute.ID == launchAttribute && p.Filter.Op != plan.None {
		rows = e.inAskedWords(p, rows)
	}
	return rows, stated
}

// inAskedTense returns the facts of the tense that is asked for, of an attribute of what happens.
func (e *Engine) inAskedTense(p *plan.Plan, facts []catalogue.Fact) []catalogue.Fact {
	if p.Tense == "" || p.Filter.Attribute.Type != corpus.When {
		return facts
	}
	return slices.DeleteFunc(facts, func(f catalogue.Fact) bool {
		at := min(f.Value.End, f.End-f.Start)
		told := corpus.Normal(e.reports[f.Report].Text[f.Start : f.Start+at])
		return e.tellsPlans(told) != (p.Tense == plan.Planned)
	})
}

// inAskedWords keeps the rows of which a statement holds the words that the question has for a start,
// beside the keys, if there are any: a testnet is no mainnet, though both are launched.
func (e *Engine) inAskedWords(p *plan.Plan, rows []row, keys ...plan.Concept) []row {
	for _, c := range p.Concepts {
		if c.Attribute != launchAttribute || e.vaguer(p, c) || p.Filter != nil && slices.Contains(e.cues[launchAttribute].vague, c.Alternatives[0]) || p.Tense != "" && e.tellsPlans(c.Alternatives[0]) {
			continue
		}
		var kept []row
		for _, r := range rows {
			report := e.reports[e.cfg.Index.Passages()[r.passage].Report]
			if slices.ContainsFunc(statements.Split(report.Text[r.start:r.end], -1), func(s string) bool {
				normal := corpus.Normal(s)
				return c.Match(normal) == 1 && !tellsOtherQuarter(p.Filter, s) && !slices.ContainsFunc(keys, func(k plan.Concept) bool { return k.Attribute == "" && k.Match(normal) == 0 })
			}) {
				kept = append(kept, r)
			}
		}
		if len(kept) > 0 || p.Filter != nil && p.Filter.Op == plan.On && p.Filter.Value.Quarter != 0 {
			rows = kept
		}
	}
	return rows
}

// tellsOtherQuarter reports whether a statement tells of a quarter, and not of the one that a list is bounded by.
func tellsOtherQuarter(f *plan.Filter, statement string) bool {
	if f == nil || f.Op != plan.On || f.Value.Quarter == 0 {
		return false
	}
	told := anyQuarter.FindAllStringSubmatch(statement, -1)
	return len(told) > 0 && !slices.ContainsFunc(told, func(m []string) bool {
		return m[1] == itoa(f.Value.Quarter) || m[2] != "" && strings.Index("一二三四", m[2])/len("一")+1 == f.Value.Quarter
	})
}

// anyQuarter matches a quarter, with its year or without.
var anyQuarter = regexp.MustCompile(`Q([1-4])|第\s?([一二三四])\s?季度`)

// statements are what semicolons part.
var statements = regexp.MustCompile(`[;；]`)

// launchAttribute is the attribute that gathers all that can be started.
const launchAttribute = "launched"

// roundAsked returns the id of the round that bounds a list of what was raised, or "".
func (e *Engine) roundAsked(p *plan.Plan) string {
	if p.Filter.Attribute.Type != corpus.Amount {
		return ""
	}
	normal := corpus.Normal(p.Text)
	best, length := "", 0
	for _, r := range e.cfg.Vocabulary.Rounds {
		for _, w := range r.All() {
			if n := corpus.Normal(w); len(n) > length && strings.Contains(normal, n) {
				best, length = r.ID, len(n)
			}
		}
	}
	if best == totalRound {
		return ""
	}
	return best
}

// totalRound is the id of what sums the rounds up.
const totalRound = "total"

// passing returns the fact that puts a project on the list: the largest that
// passes, or the denial that was asked for.
func passing(f *plan.Filter, facts []catalogue.Fact) *catalogue.Fact {
	var best *catalogue.Fact
	for i := range facts {
		x := &facts[i]
		ok := false
		switch f.Op {
		case plan.None:
			ok = x.Denied && x.Withheld == f.Withheld
		case plan.On: // a round whose sum is kept back was closed all the same
			ok = (!x.Denied || x.Withheld && !x.Date.IsZero()) && within(x, f.Value)
		case plan.Between:
			ok = !x.Denied && !x.Value.Malformed && x.Value.Kind == kindOf(f) && x.Value.Num >= f.Value.Num && x.Value.Num <= f.Upto.Num
		case plan.Before, plan.After:
			ok = !x.Denied && beside(x, f)
		default:
			ok = !x.Denied && !x.Value.Malformed && x.Value.Kind == kindOf(f) && comparable(f.Value, x.Value) && (passes(f, x.Value.Num) || beyondPrinted(f, x))
		}
		if ok && (best == nil || best.Doubtful && !x.Doubtful || best.Doubtful == x.Doubtful && x.Value.Num > best.Value.Num) {
			best = x
		}
	}
	return best
}

// exceeds reports whether a figure of the same thing breaks the upper bound of a filter: whoever raised a
// small round beside a large one has not raised little.
func exceeds(f *plan.Filter, facts []catalogue.Fact) bool {
	if f.Op != plan.Under || f.Attribute.Type != corpus.Amount {
		return false
	}
	return slices.ContainsFunc(facts, func(x catalogue.Fact) bool {
		return !x.Denied && !x.Value.Malformed && comparable(f.Value, x.Value) && !passes(f, x.Value.Num)
	})
}

// inUnit returns the facts that are stated in the filter's unit, or in one that differs by a
// prefix such as kilo or mega only, and scales those: where an attribute gathers unlike
// things, 1,000 MWh are no 1,000 sites.
func (e *Engine) inUnit(f *plan.Filter, facts []catalogue.Fact) []catalogue.Fact {
	if f.Unit == "" || !e.loose(f.Attribute.ID) {
		return facts
	}
	var out []catalogue.Fact
	for _, x := range facts {
		if n := scaleOf(x.Unit, f.Unit); n > 0 {
			x.Value.Num *= n
			out = append(out, x)
		}
	}
	return out
}

// scaleOf returns by what a number in the unit is multiplied to be one in the other, 0 when
// they are unlike.
func scaleOf(unit, wanted string) float64 {
	const prefixes = "kmgt" // https://www.bipm.org/en/measurement-units/si-prefixes
	if corpus.Normal(unit) == corpus.Normal(wanted) {
		return 1
	}
	if len(unit) < 2 || len(wanted) < 2 || unit[1:] != wanted[1:] {
		return 0
	}
	a, b := strings.IndexByte(prefixes, unit[0]), strings.IndexByte(prefixes, wanted[0])
	if a < 0 || b < 0 {
		return 0
	}
	return math.Pow(1000, float64(a-b))
}

func kindOf(f *plan.Filter) corpus.ValueType {
	if f.Attribute.Type == corpus.Amount {
		return corpus.Amount
	}
	return corpus.Number
}

// comparable reports whether two amounts are in one currency, as far as is known.
func comparable(a, b corpus.Value) bool {
	return a.Currency == "" || b.Currency == "" || a.Currency == b.Currency
}

// beyondPrinted reports whether a fact's own bound takes it over a strict bound: "over $20 million" is more than
// $20 million.
func beyondPrinted(f *plan.Filter, x *catalogue.Fact) bool {
	return f.Strict && x.Value.Num == f.Value.Num && (f.Op == plan.Over && x.Value.Bound == "over" || f.Op == plan.Under && x.Value.Bound == "under")
}

func passes(f *plan.Filter, num float64) bool {
	switch f.Op {
	case plan.Over:
		return num > f.Value.Num || num == f.Value.Num && !f.Strict
	case plan.Under:
		return num < f.Value.Num || num == f.Value.Num && !f.Strict
	case plan.Equal:
		return alike(num, f.Value.Num)
	}
	return true
}

// beside reports whether a fact is dated before or after the filter's date, or within it.
func beside(x *catalogue.Fact, f *plan.Filter) bool {
	d := dateOf(x)
	if d.Year == 0 {
		return false
	}
	if within(x, f.Value) {
		return !f.Strict
	}
	return (d.Compare(f.Value.Date) < 0) == (f.Op == plan.Before)
}

// dateOf is the date that a fact states, or that its amount has.
func dateOf(x *catalogue.Fact) corpus.Date {
	if x.Value.Kind == corpus.When {
		return x.Value.Date
	}
	return x.Date
}

// within reports whether a fact is of the asked year, quarter, month or day.
func within(f *catalogue.Fact, asked corpus.Value) bool {
	d, want := dateOf(f), asked.Date
	if asked.Quarter != 0 && asked.Quarter != quarterOf(f) {
		return false
	}
	return d.Year == want.Year && (want.Month == 0 || d.Month == want.Month) && (want.Day == 0 || d.Day == want.Day)
}

// quarterOf is the quarter of a fact's date, 0 where it is not known.
func quarterOf(f *catalogue.Fact) int {
	quarter := f.Quarter
	if f.Value.Kind == corpus.When {
		quarter = f.Value.Quarter
	}
	if month := dateOf(f).Month; quarter == 0 && month > 0 {
		quarter = (month + 2) / 3
	}
	return quarter
}

// topRows is how many rows a list of the largest or smallest has.
const topRows = 5

func (e *Engine) sortRows(f *plan.Filter, rows []row) {
	if f.Op == plan.None {
		return
	}
	count := map[string]int{} // sums in unlike currencies are not compared: the commonest one comes first
	common := ""
	for _, r := range rows {
		if count[r.currency]++; r.currency != "" && (common == "" || count[r.currency] > count[common]) {
			common = r.currency
		}
	}
	currency := func(r row) string { return cmp.Or(r.currency, common) } // one that is not printed is the usual one
	count[common] += count[""]
	sort.SliceStable(rows, func(i, j int) bool {
		if a, b := currency(rows[i]), currency(rows[j]); a != b {
			return count[a] > count[b] || count[a] == count[b] && a < b
		}
		if f.Op == plan.Under || f.Op == plan.Least {
			return rows[i].order < rows[j].order
		}
		return rows[i].order > rows[j].order
	})
}

func (e *Engine) filterLabel(p *plan.Plan) string {
	label := e.label(p.Filter.Attribute.ID, p.Language)
	value := corpus.FormatAmount(p.Filter.Value.Num, p.Filter.Value.Currency, p.Language)
	if p.Filter.Unit != "" {
		value += " " + asTyped(p.Text, strings.TrimSpace(corpus.Normal(p.Filter.Unit)))
	}
	switch p.Filter.Op {
	case plan.Over:
		if p.Filter.Strict {
			return label + phrase(p.Language, ", more than "+value, " 超过 "+value)
		}
		return label + phrase(p.Language, ", "+value+" or more", " "+value+" 及以上")
	case plan.Under:
		if p.Filter.Strict {
			return label + phrase(p.Language, ", less than "+value, " 不到 "+value)
		}
		return label + phrase(p.Language, ", "+value+" or less", " "+value+" 及以下")
	case plan.Between:
		upto := corpus.FormatAmount(p.Filter.Upto.Num, p.Filter.Upto.Currency, p.Language)
		return label + " " + value + phrase(p.Language, " to ", " 至 ") + upto
	case plan.Equal:
		return label + phrase(p.Language, ", ", " ") + value
	case plan.Before:
		if p.Filter.Strict {
			return label + phrase(p.Language, " before ", "早于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
		}
		return label + phrase(p.Language, " in or before ", "不晚于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
	case plan.After:
		if p.Filter.Strict {
			return label + phrase(p.Language, " after ", "晚于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
		}
		return label + phrase(p.Language, " in or after ", "不早于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
	case plan.On:
		return label + phrase(p.Language, " in ", " ") + dateWords(p.Filter.Value.Date, p.Filter.Value.Quarter, p.Language)
	case plan.Most:
		return label + phrase(p.Language, ", largest first", "（从高到低）")
	case plan.Least:
		return label + phrase(p.Language, ", smallest first", "（从低到高）")
	}
	if p.Filter.Withheld {
		return label + phrase(p.Language, ": not disclosed, the reports say", "：报告称未公布")
	}
	return label + phrase(p.Language, ": none, the reports say", "：报告称没有")
}
