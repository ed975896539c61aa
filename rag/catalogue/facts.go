package catalogue

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// A Fact is a value that a sentence states of a project.
type Fact struct {
	Project    *Project
	Attribute  string       // id in the vocabulary
	Value      corpus.Value // offsets in the sentence; zero when Denied
	Unit       string       // the word behind a number ("MWh", "个"), folded; "" for none
	Doubtful   bool         // marked as kept the way it was printed
	Denied     bool         // the sentence says that there is none (yet), or that it is not disclosed
	Withheld   bool         // Denied, and it is not disclosed
	Round      string       // id of the round in which money was raised, or ""
	Date       corpus.Date  // when it happened, as the sentence says; zero when it does not
	Quarter    int          // of Date, 1 to 4; 0 for none
	Report     string
	AsOf       corpus.Date // when the report was published
	Passage    int         // number in corpus order
	Start, End int         // the sentence, bytes in the report's clean text
	Model      bool        // a language model found it; the sentence and the value in it are the report's own
}

// A factReader reads facts off sentences by cue words: a value belongs to the
// attribute whose cue stands nearest in the same clause, and to the project
// that is named last before it, or else to the one that the passage describes.
type factReader struct {
	values     *corpus.ValueReader
	attributes []statedAttribute
	kinds      map[string]corpus.ValueType // of the attributes that have values, by id
	rounds     []namedPattern
	canonical  map[string]string // the first spelling of an attribute's own values, by spelling
	negation   *regexp.Regexp
	withheld   *regexp.Regexp // nil for none
	negations  []string       // the same words
	printed    []string       // marks of figures that are doubtful
}

type statedAttribute struct {
	id     string
	kind   corpus.ValueType
	cue    *regexp.Regexp
	unless *regexp.Regexp // nil for none
	names  *regexp.Regexp // of type Name: its values; nil for none
	beside string         // the attribute that it is taken for, or ""
}

type namedPattern struct {
	id      string
	pattern *regexp.Regexp
}

func newFactReader(v *corpus.Vocabulary) *factReader {
	r := &factReader{values: corpus.NewValueReader(v.Units), negation: wordPattern(v.Negations), withheld: wordPattern(v.Withheld), negations: v.Negations.All(), printed: v.AsPrinted.All()}
	r.kinds, r.canonical = map[string]corpus.ValueType{}, map[string]string{}
	for _, a := range v.Attributes {
		if a.Type == corpus.Amount || a.Type == corpus.Number || a.Type == corpus.When {
			r.kinds[a.ID] = a.Type
		}
		if cue := wordPattern(a.State); cue != nil {
			r.attributes = append(r.attributes, statedAttribute{a.ID, a.Type, cue, wordPattern(a.Unless), namesPattern(a.Values), a.Beside})
			for _, names := range a.Values {
				for _, n := range names {
					r.canonical[n] = names[0]
				}
			}
		}
	}
	for _, c := range v.Rounds {
		r.rounds = append(r.rounds, namedPattern{c.ID, wordPattern(c.Words)})
	}
	return r
}

// wordPattern matches any of the words; English ones in any regular inflection.
// It returns nil for no words.
func wordPattern(w corpus.Words) *regexp.Regexp {
	var parts []string
	for _, s := range w.All() {
		q := strings.ReplaceAll(regexp.QuoteMeta(s), " ", `\s+`)
		first, last := s[0]|0x20, s[len(s)-1]|0x20
		if last >= 'a' && last <= 'z' && len(s) > 2 {
			q += `(?:s|d|ed|ing|es)?\b`
		} else if last >= 'a' && last <= 'z' {
			q += `\b`
		}
		if first >= 'a' && first <= 'z' {
			q = `\b` + q
		}
		parts = append(parts, q)
	}
	if len(parts) == 0 {
		return nil
	}
	sort.SliceStable(parts, func(i, j int) bool { return len(parts[i]) > len(parts[j]) })
	return regexp.MustCompile(`(?i)` + strings.Join(parts, "|"))
}

// readSentence reads the facts off one sentence of passage number n.
func (c *Catalogue) readSentence(r *factReader, n int, p corpus.Passage, span corpus.Span, published corpus.Date) []Fact {
	lead := r.columnLead(p, span)
	text := lead + p.Text[span.Start:span.End]
	var values []corpus.Value
	if strings.ContainsAny(text, "0123456789万亿") {
		values = r.values.Read(text, published.Year)
	}
	values = append(values, r.spelled(text)...)
	values = append(values, r.named(text)...)
	denial := r.mayDeny(text)
	if len(values) == 0 && !denial {
		return nil
	}
	base := Fact{Report: p.Report, AsOf: published, Passage: n, Start: p.Start + span.Start, End: p.Start + span.End}
	var out []Fact
	clauses := splitClauses(text)
	for _, v := range values {
		a := r.attribute(text, clauses, v, values)
		if a == nil || v.Start < len(lead) || endsRange(text, v) {
			continue
		}
		owner := c.owner(text[:v.Start], clauses[clauseOf(clauses, v.Start)].Start, n, base.Start)
		if owner == nil || c.comparison(r, text, clauses, v, owner) || elsewhere(owner, text[v.End:]) {
			continue
		}
		f := base
		f.Project, f.Attribute, f.Value = owner, a.id, v
		if f.Unit = unitOf(text[v.End:]); f.Unit == "" {
			f.Unit = unitOf(lead) // a column of customers holds customers
		}
		if r.asPrinted(text[v.End:]) {
			f.Doubtful = true
		}
		if a.kind == corpus.Amount && f.Value.Kind == corpus.Number {
			f.Value.Kind = corpus.Amount
		}
		if a.kind == corpus.Amount {
			f.Round = r.round(text, clauses, values, v)
			f.Date, f.Quarter = r.dateOf(text, clauses, values, v)
		}
		out = append(out, f)
		if joint := c.jointly(text[:v.Start], owner); joint != nil {
			f.Project = joint
			out = append(out, f)
		}
	}
	doubtScales(text, out)
	datedBefore(r, p.Text[:span.Start], text, out, published)
	if denial {
		denied := c.denials(r, text, clauses, n, base, out)
		for i := range denied {
			if f := &denied[i]; f.Withheld && r.kinds[f.Attribute] == corpus.Amount {
				f.Date, f.Round = onlyDate(values), r.onlyRound(text)
			}
		}
		out = append(out, denied...)
	}
	for i := range out {
		if v := &out[i].Value; v.End > 0 {
			v.Start, v.End = v.Start-len(lead), v.End-len(lead)
		}
	}
	return out
}

// doubtScales marks the larger of two sums of one sentence and one attribute that are printed with the same
// digits and another scale, "600M" beside "600 万": one of them is a slip.
func doubtScales(text string, facts []Fact) {
	for i := range facts {
		for j := range facts {
			a, b := &facts[i], &facts[j]
			if a.Project == b.Project && a.Attribute == b.Attribute && a.Value.Kind == corpus.Amount && b.Value.Kind == corpus.Amount && a.Value.Num > b.Value.Num &&
				significant(text, a.Value) != "" && significant(text, a.Value) == significant(text, b.Value) {
				a.Doubtful = true
			}
		}
	}
}

// significant returns the digits of a value, if there are more than two.
func significant(text string, v corpus.Value) string {
	d := digits.FindString(text[v.Start:v.End])
	if len(d) < 3 {
		return ""
	}
	return d
}

var digits = regexp.MustCompile(`[0-9][0-9.,]*`)

// sameTime matches the words by which a sentence dates itself with the sentence before it.
var sameTime = regexp.MustCompile(`该月|当月|同月|该年|当年|同年|(?i)\b(?:that|the same) (?:month|year)\b`)

// datedBefore gives sums without a date of their own the last one before the sentence, where the sentence says
// that it is the same.
func datedBefore(r *factReader, before, text string, facts []Fact, published corpus.Date) {
	if !sameTime.MatchString(text) {
		return
	}
	var last corpus.Value
	for _, v := range r.values.Read(before, published.Year) {
		if v.Kind == corpus.When {
			last = v
		}
	}
	for i := range facts {
		if f := &facts[i]; f.Date.IsZero() && f.Value.Kind == corpus.Amount {
			f.Date, f.Quarter = last.Date, last.Quarter
		}
	}
}

// onlyDate returns the one date of a sentence; zero where it has several or none.
func onlyDate(values []corpus.Value) corpus.Date {
	var d corpus.Date
	for _, v := range values {
		if v.Kind != corpus.When {
			continue
		}
		if !d.IsZero() {
			return corpus.Date{}
		}
		d = v.Date
	}
	return d
}

// rangeBefore matches the lower end of a range right before its upper end: "0.1-1".
var rangeBefore = regexp.MustCompile(`[0-9][\s\p{L}$€£¥]{0,3}[-–—~～至到]\s?[$€£¥]?$`)

// rangeBehind matches the upper end of a range right behind its lower end.
var rangeBehind = regexp.MustCompile(`^\s?[-–—~～至到]\s?[$€£¥]?[0-9]`)

// endsRange reports whether an amount or a number is an end of a range: that is no figure of its own.
func endsRange(text string, v corpus.Value) bool {
	return v.Kind != corpus.When && (rangeBefore.MatchString(text[max(0, v.Start-12):v.Start]) || rangeBehind.MatchString(text[v.End:]))
}

// affirmed matches a name in capitals right behind a cue: "symbol ACME is" states one, whatever else is denied.
var affirmed = regexp.MustCompile(`^[\s:：("「“$是为叫]{0,4}[A-Z][A-Z0-9]{1,9}\b`)

// statedElsewhere reports whether another clause than the one of cl names what a denial in it denies.
func statedElsewhere(a *statedAttribute, text string, cl corpus.Span) bool {
	if a.kind != corpus.Symbol {
		return false
	}
	for _, m := range a.cue.FindAllStringIndex(text, -1) {
		if (m[0] < cl.Start || m[0] >= cl.End) && affirmed.MatchString(text[m[1]:]) {
			return true
		}
	}
	return false
}

// mayDeny reports whether text holds a word of negation, quickly.
func (r *factReader) mayDeny(text string) bool {
	return slices.ContainsFunc(r.negations, func(w string) bool { return strings.Contains(text, w) }) && r.negation.MatchString(text)
}

// asPrinted reports whether what follows a figure marks it as kept the way it was printed.
func (r *factReader) asPrinted(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return slices.ContainsFunc(r.printed, func(m string) bool { return strings.HasPrefix(rest, m) })
}

// attribute returns what v is a value of: the attribute of v's type whose cue is
// nearest in v's clause, or else in the clauses before it. Nil when there is none.
func (r *factReader) attribute(text string, clauses []corpus.Span, v corpus.Value, values []corpus.Value) *statedAttribute {
	at := clauseOf(clauses, v.Start)
	var best *statedAttribute
	bestDistance := maxCueDistance
	for i := range r.attributes {
		a := &r.attributes[i]
		if !fits(a.kind, v) || v.Kind == corpus.Name && (a.names == nil || !a.names.MatchString(text[v.Start:v.End])) {
			continue
		}
		for back, cl := range tellingClauses(text, clauses, at, v) {
			if back > 0 && v.Kind == corpus.When && hasDate(values, cl) {
				continue // what happened there has its date: "founded in 2014, and in May 2020 it raised"
			}
			for _, m := range a.cue.FindAllStringIndex(text[cl.Start:cl.End], -1) {
				d := gap(cl.Start+m[0], cl.Start+m[1], v) + back*clausePenalty
				if betweenValues(values, cl.Start+m[0], cl.Start+m[1], v) {
					d += valuePenalty
				}
				if d < bestDistance {
					best, bestDistance = a, d
				}
			}
		}
	}
	if best != nil && best.vetoed(text, clauses[at], v) {
		return r.takenFor(best, text[clauses[at].Start:clauses[at].End])
	}
	if best != nil && v.Kind == corpus.When && (best.unlessIn(text, clauses[at]) || setsTime(text, clauses, at, v) && best.unlessIn(text, clauses[at+1])) {
		return nil // a fund is launched, not the project
	}
	if best == nil || v.Kind == corpus.Name && (bestDistance > maxNameDistance || best.unlessIn(text, clauses[at])) {
		return nil
	}
	return best
}

// takenFor returns the attribute that is taken for a and that a clause tells; nil for none.
func (r *factReader) takenFor(a *statedAttribute, clause string) *statedAttribute {
	for i := range r.attributes {
		if o := &r.attributes[i]; o.beside == a.id && o.cue.MatchString(clause) {
			return o
		}
	}
	return nil
}

// tellingClauses returns the clauses that may say what v is a value of: its own and the one before; of "In May 2020,
// it raised" the one behind.
func tellingClauses(text string, clauses []corpus.Span, at int, v corpus.Value) []corpus.Span {
	out := []corpus.Span{clauses[at]}
	switch {
	case setsTime(text, clauses, at, v):
		out = append(out, clauses[at+1])
	case at > 0 && !(v.Kind == corpus.When && ofPerson.MatchString(text[clauses[at].Start:clauses[at].End])):
		out = append(out, clauses[at-1])
	}
	return out
}

// ofPerson matches the beginning of a clause that goes on about a person: when they did it is no date of what the
// clause before tells.
var ofPerson = regexp.MustCompile(`(?i)^\s*(?:他|她|he |she |who )`)

// setsTime reports whether the clause of v is nothing but the time of what the next clause tells.
func setsTime(text string, clauses []corpus.Span, at int, v corpus.Value) bool {
	if v.Kind != corpus.When || at+1 >= len(clauses) {
		return false
	}
	cl := clauses[at]
	before := text[cl.Start:v.Start]
	if i := strings.LastIndexAny(before, ":："); i >= 0 {
		before = strings.TrimLeft(before[i:], ":：")
	}
	rest := strings.ToLower(strings.Trim(before+text[min(v.End, cl.End):cl.End], " ,，、;；"))
	return slices.Contains([]string{"", "in", "on", "during", "around", "in early", "in late", "在", "于", "在初", "在底"}, rest)
}

// Distances in bytes. A cue further than maxCueDistance from a value does not
// name it; one in the clause before, or with another value in between, counts
// as further away.
const (
	maxCueDistance = 110
	clausePenalty  = 30
	valuePenalty   = 25
	vetoDistance   = 20
)

// gap is the distance between a cue and a value, which follows its cue more
// often than it precedes it.
func gap(start, end int, v corpus.Value) int {
	if end <= v.Start {
		return v.Start - end
	}
	if start >= v.End {
		return (start - v.End) * 3 / 2
	}
	return 0
}

// betweenValues reports whether another value of the same kind stands between the cue and v.
func betweenValues(values []corpus.Value, start, end int, v corpus.Value) bool {
	return slices.ContainsFunc(values, func(o corpus.Value) bool {
		return o.Start != v.Start && o.Kind == v.Kind && (end <= o.Start && o.End <= v.Start || v.End <= o.Start && o.End <= start)
	})
}

// vetoed reports whether a word right beside v makes it another thing.
func (a *statedAttribute) vetoed(text string, clause corpus.Span, v corpus.Value) bool {
	if a.unless == nil {
		return false
	}
	from, to := max(clause.Start, v.Start-vetoDistance), min(clause.End, v.End+vetoDistance)
	for _, m := range a.unless.FindAllStringIndex(text[clause.Start:clause.End], -1) {
		if clause.Start+m[0] < to && clause.Start+m[1] > from {
			cue := a.cue.FindAllStringIndex(text[clause.Start:clause.End], -1)
			near := gap(clause.Start+m[0], clause.Start+m[1], v)
			if !slices.ContainsFunc(cue, func(k []int) bool { return gap(clause.Start+k[0], clause.Start+k[1], v) < near }) {
				return true
			}
		}
	}
	return false
}

// fits reports whether v can be a value of the type. A scaled number beside a
// cue for money is money ("market cap 161M").
func fits(kind corpus.ValueType, v corpus.Value) bool {
	switch kind {
	case corpus.Amount:
		return v.Kind == corpus.Amount || v.Kind == corpus.Number && v.Scaled && !v.Percent
	case corpus.Number:
		return v.Kind == corpus.Number && !v.Malformed
	case corpus.When, corpus.Name:
		return v.Kind == kind
	}
	return false
}

// hasDate reports whether a date stands in the clause.
func hasDate(values []corpus.Value, cl corpus.Span) bool {
	return slices.ContainsFunc(values, func(o corpus.Value) bool { return o.Kind == corpus.When && o.Start >= cl.Start && o.Start < cl.End })
}

// dateOf returns the date that belongs to amount v: where a sentence has as many
// dates as amounts they pair in order, else the last date before v or the first after it,
// one of its own clause before any other.
func (r *factReader) dateOf(text string, clauses []corpus.Span, values []corpus.Value, v corpus.Value) (corpus.Date, int) {
	var dates, beside, amounts []corpus.Value
	for _, o := range values {
		same := clauseOf(clauses, o.Start) == clauseOf(clauses, v.Start)
		switch {
		case o.Kind == corpus.Amount:
			amounts = append(amounts, o)
		case o.Kind != corpus.When || !same && r.attribute(text, clauses, o, values) != nil:
			// no date, or one of another event: "founded in 2017, it raised"
		case same:
			beside = append(beside, o)
			fallthrough
		default:
			dates = append(dates, o)
		}
	}
	if len(dates) == len(amounts) {
		for i, a := range amounts {
			if a.Start == v.Start {
				return dates[i].Date, dates[i].Quarter
			}
		}
	}
	if len(beside) > 0 {
		dates = beside
	}
	if len(dates) == 0 {
		return corpus.Date{}, 0
	}
	best := dates[0]
	for _, d := range dates[1:] {
		if d.Start < v.Start {
			best = d
		}
	}
	return best.Date, best.Quarter
}

// How far, in characters, a negation may stand from the cue it denies; a short one
// ("no") must stand closer.
const (
	denialDistance      = 24
	shortDenialDistance = 12
)

// denials reads clauses like "no token yet" and "尚未发币". A clause that states a figure
// of an attribute does not deny it.
func (c *Catalogue) denials(r *factReader, text string, clauses []corpus.Span, n int, base Fact, stated []Fact) []Fact {
	var out []Fact
	for _, cl := range clauses {
		clause := text[cl.Start:cl.End]
		for _, neg := range r.negation.FindAllStringIndex(clause, -1) {
			if rest := clause[neg[1]:]; strings.HasPrefix(rest, "来") || strings.HasPrefix(rest, "必") || strings.HasPrefix(rest, "需") || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, " longer") {
				continue // 未来, 未必, no-code, no longer
			}
			for i := range r.attributes {
				a := &r.attributes[i]
				if slices.ContainsFunc(out, func(f Fact) bool { return f.Attribute == a.id }) || !denies(a, clause, neg) || statedElsewhere(a, text, cl) || a.kind == corpus.Symbol && a.unlessIn(text, cl) {
					continue
				}
				if a.kind != corpus.When && slices.ContainsFunc(stated, func(f Fact) bool {
					return f.Attribute == a.id && f.Value.Start >= cl.Start && f.Value.Start < cl.End
				}) {
					continue
				}
				if owner := c.owner(text[:cl.Start+neg[1]], cl.Start, n, base.Start); owner != nil {
					f := base
					f.Project, f.Attribute, f.Denied = owner, a.id, true
					f.Withheld = r.withheld != nil && r.withheld.MatchString(clause)
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// denies reports whether the negation stands before a cue of a, or right behind it.
func denies(a *statedAttribute, clause string, neg []int) bool {
	reach := denialDistance
	if neg[1]-neg[0] <= 2 {
		reach = shortDenialDistance
	}
	for _, m := range a.cue.FindAllStringIndex(clause, -1) {
		if m[1]-m[0] <= 2 {
			continue // "in" and "on" show a value, but "not ... in" denies none
		}
		if rest := clause[m[1]:]; strings.HasPrefix(rest, "'s") || strings.HasPrefix(rest, "’s") {
			continue // "does not store a user's data" denies no users
		}
		if m[0] >= neg[1] && utf8.RuneCountInString(clause[neg[1]:m[0]]) <= reach || m[1] <= neg[0] && utf8.RuneCountInString(clause[m[1]:neg[0]]) <= reach/4 && !strings.ContainsAny(clause[m[1]:neg[0]], "(（") {
			return true
		}
	}
	return false
}

// clauseEnds separate clauses; a comma inside a figure does not.
var clauseEnds = regexp.MustCompile(`[，；。;\n]|,\s`)

var unitWord = regexp.MustCompile(`^\s?([A-Za-z][A-Za-z/]*|\p{Han}{1,2})`)

// unitOf returns the word right behind a figure.
func unitOf(rest string) string {
	if m := unitWord.FindStringSubmatch(rest); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// splitClauses returns the clauses of a sentence, which together cover it.
func splitClauses(text string) []corpus.Span {
	var out []corpus.Span
	at := 0
	for _, m := range clauseEnds.FindAllStringIndex(text, -1) {
		if m[1] < len(text) && m[0] > 0 && text[m[0]] == ',' && isDigit(text[m[0]-1]) && isDigit(text[m[1]]) {
			continue
		}
		out = append(out, corpus.Span{Start: at, End: m[1]})
		at = m[1]
	}
	return append(out, corpus.Span{Start: at, End: len(text)})
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func clauseOf(clauses []corpus.Span, at int) int {
	for i, c := range clauses {
		if at >= c.Start && at < c.End {
			return i
		}
	}
	return len(clauses) - 1
}
