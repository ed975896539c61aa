package rag

import (
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A row is one line of a list: a project and the sentence that puts it there.
type row struct {
	project    *catalogue.Project
	passage    int
	start, end int    // of the sentence, bytes in the report
	text       string // what the row says behind the name
	quoted     bool   // text is the sentence itself
	order      float64
	currency   string // of a sum, by which order tells more or less
	ages       bool   // text is a figure that tells no date of its own
}

// list answers a question for projects out of the whole corpus, not out of the
// nearest passages. It reports false when the question is for no list, or for
// none that it can make.
func (e *Engine) list(p *plan.Plan) (Answer, bool) {
	if len(p.Projects) > 0 || p.Intent != plan.List && p.Intent != plan.Count {
		return Answer{}, false
	}
	switch {
	case p.Each:
		return e.countEach(p)
	case p.Filter != nil:
		return e.listFiltered(p)
	case p.Category != nil && !e.narrower(p):
		if a, ok := e.listStated(p); ok {
			return a, true
		}
		return e.listCategory(p)
	}
	a, ok := e.listHolding(p)
	if ok && (len(a.Projects) > 1 || len(p.Reports) == 0) {
		return a, true
	}
	if p.Category != nil {
		return e.listCategory(p)
	}
	if len(p.Reports) > 0 {
		return e.listReports(p)
	}
	return a, ok
}

// listReports lists the projects that the asked reports describe.
func (e *Engine) listReports(p *plan.Plan) (Answer, bool) {
	whole := *p
	whole.Category = &plan.Category{Label: phrase(p.Language, "Projects in ", "") + e.reports[p.Reports[0]].Title, Projects: e.cfg.Catalogue.Projects()}
	return e.listCategory(&whole)
}

// narrower reports whether the question bounds a category by something else.
func (e *Engine) narrower(p *plan.Plan) bool {
	label := corpus.Normal(p.Category.Label)
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute == "" && c.Weight > 0.5 && c.Match(label) == 0 && e.known(c)
	})
}

// known reports whether a passage holds the concept.
func (e *Engine) known(c plan.Concept) bool { return len(e.freq.candidates(c.Alternatives)) > 0 }

// in returns the projects that the plan's category and reports allow.
func (e *Engine) in(p *plan.Plan) []*catalogue.Project {
	all := e.cfg.Catalogue.Projects()
	if p.Category != nil {
		all = p.Category.Projects
	}
	var out []*catalogue.Project
	for _, pr := range all {
		if len(p.Reports) == 0 || slices.ContainsFunc(pr.Reports, func(r string) bool { return slices.Contains(p.Reports, r) }) {
			out = append(out, pr)
		}
	}
	return out
}

// listCategory lists the projects of a category, each with the sentence that
// says what it is.
func (e *Engine) listCategory(p *plan.Plan) (Answer, bool) {
	all := e.cfg.Index.Passages()
	var rows []row
	for _, pr := range e.in(p) {
		if len(pr.Passages) == 0 {
			continue
		}
		n := describing(pr, p, all)
		h := Hit{Passage: all[n]}
		c := e.firstSentence(&h, pr)
		rows = append(rows, row{project: pr, passage: n, start: c.start, end: c.end, text: c.text, quoted: true})
	}
	if len(rows) == 0 {
		return Answer{}, false
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].passage < rows[j].passage })
	return e.writeRows(p, p.Category.Label, "", rows), true
}

// describing returns the passage that describes pr, one of the asked reports and in the
// plan's language if there is one.
func describing(pr *catalogue.Project, p *plan.Plan, all []corpus.Passage) int {
	best, most := pr.Passages[0], -1
	for _, n := range pr.Passages {
		points := 0
		if allowed(p.Reports, all[n].Report) {
			points += 2
		}
		if all[n].Language == p.Language {
			points++
		}
		if points > most {
			best, most = n, points
		}
	}
	return best
}

// firstSentence returns the first sentence of the passage that says something:
// one that names the project, or else the first long enough to.
func (e *Engine) firstSentence(h *Hit, pr *catalogue.Project) candidate {
	var first *candidate
	for i, span := range corpus.Sentences(h.Text) {
		c := candidate{hit: h, place: i, start: h.Start + span.Start, end: h.Start + span.End, text: h.Text[span.Start:span.End]}
		if len([]rune(c.text)) < minSaying+len([]rune(pr.Name)) {
			continue
		}
		if pr.NamedIn(corpus.Normal(c.text)) {
			return c
		}
		if first == nil {
			first = &c
		}
	}
	if first == nil {
		return candidate{hit: h, start: h.Start, end: h.End, text: h.Text}
	}
	return *first
}

// minSaying is how many characters beside the name a sentence needs to say something.
const minSaying = 8

// listFiltered lists the projects for which a fact passes the filter.
func (e *Engine) listFiltered(p *plan.Plan) (Answer, bool) {
	rows, stated := e.filtered(p)
	if len(rows) == 0 {
		return Answer{}, false
	}
	note := ""
	if p.Filter.Op != plan.None {
		note = phrase(p.Language,
			"stated for "+itoa(stated)+" projects; for others the reports give no figure",
			"报告给出该项数据的项目有 "+itoa(stated)+" 个，其余未说明")
	}
	return e.writeRows(p, e.filterLabel(p), note, rows), true
}

// filtered returns the rows of the plan's filter, in its order, and of how many projects
// the attribute is stated at all.
func (e *Engine) filtered(p *plan.Plan) (rows []row, stated int) {
	for _, pr := range e.in(p) {
		facts := e.cfg.Catalogue.Facts(pr, p.Filter.Attribute.ID)
		facts = slices.DeleteFunc(slices.Clone(facts), func(f catalogue.Fact) bool { return !allowed(p.Reports, f.Report) })
		if len(facts) > 0 {
			stated++
		}
		if f := passing(p.Filter, e.inUnit(p.Filter, facts)); f != nil {
			rows = append(rows, row{project: pr, passage: f.Passage, start: f.Start, end: f.End, text: e.figure(*f, p.Language), order: f.Value.Num, currency: f.Value.Currency, ages: ages(f)})
		}
	}
	e.sortRows(p.Filter, rows)
	return rows, stated
}

// listStated lists what is stated of an asked figure for each project of a category.
func (e *Engine) listStated(p *plan.Plan) (Answer, bool) {
	var rows []row
	for _, a := range p.Attributes {
		if a.Type != corpus.Amount && a.Type != corpus.Number {
			continue
		}
		for _, pr := range e.in(p) {
			for _, f := range e.cfg.Catalogue.Facts(pr, a.ID) {
				if allowed(p.Reports, f.Report) && !slices.ContainsFunc(rows, func(r row) bool { return r.project == pr && r.start == f.Start }) {
					rows = append(rows, row{project: pr, passage: f.Passage, start: f.Start, end: f.End, text: e.reports[f.Report].Text[f.Start:f.End], quoted: true})
				}
			}
		}
	}
	if len(rows) == 0 {
		return Answer{}, false
	}
	return e.writeRows(p, p.Category.Label, "", rows), true
}

// passing returns the fact that puts a project on the list: the largest that
// passes, or the denial that was asked for.
func passing(f *plan.Filter, facts []catalogue.Fact) *catalogue.Fact {
	var best *catalogue.Fact
	for i := range facts {
		x := &facts[i]
		ok := false
		switch f.Op {
		case plan.None:
			ok = x.Denied
		case plan.On:
			ok = !x.Denied && within(x, f.Value.Date)
		case plan.Between:
			ok = !x.Denied && !x.Value.Malformed && x.Value.Kind == kindOf(f) && x.Value.Num >= f.Value.Num && x.Value.Num <= f.Upto.Num
		case plan.Before, plan.After:
			ok = !x.Denied && beside(x, f)
		default:
			ok = !x.Denied && !x.Value.Malformed && x.Value.Kind == kindOf(f) && comparable(f.Value, x.Value) && passes(f, x.Value.Num)
		}
		if ok && (best == nil || best.Doubtful && !x.Doubtful || best.Doubtful == x.Doubtful && x.Value.Num > best.Value.Num) {
			best = x
		}
	}
	return best
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

// figure is what a row says of a fact: its value; of an attribute that gathers unlike things
// the figure with its unit, as it is printed.
func (e *Engine) figure(f catalogue.Fact, language string) string {
	if f.Denied || f.Value.Kind != corpus.Number || !e.loose(f.Attribute) {
		return e.value(f, language)
	}
	sentence := e.reports[f.Report].Text[f.Start:f.End]
	return strings.TrimSpace(sentence[f.Value.Start:f.Value.End]) + printedUnit.FindString(sentence[f.Value.End:])
}

// printedUnit is the word right behind a figure.
var printedUnit = regexp.MustCompile(`^\s?[A-Za-z][A-Za-z/]*`)

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

func passes(f *plan.Filter, num float64) bool {
	switch f.Op {
	case plan.Over:
		return num >= f.Value.Num
	case plan.Under:
		return num <= f.Value.Num
	}
	return true
}

// beside reports whether a fact is dated before or after the filter's date, or within it.
func beside(x *catalogue.Fact, f *plan.Filter) bool {
	d := dateOf(x)
	if d.Year == 0 {
		return false
	}
	if within(x, f.Value.Date) {
		return true
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

// within reports whether a fact is of the asked year, month or day.
func within(f *catalogue.Fact, want corpus.Date) bool {
	d := dateOf(f)
	return d.Year == want.Year && (want.Month == 0 || d.Month == want.Month) && (want.Day == 0 || d.Day == want.Day)
}

// topRows is how many rows a list of the largest or smallest has.
const topRows = 5

func (e *Engine) sortRows(f *plan.Filter, rows []row) {
	if f.Op == plan.None {
		return
	}
	count := map[string]int{} // sums in unlike currencies are not compared: the commonest one comes first
	for _, r := range rows {
		count[r.currency]++
	}
	sort.SliceStable(rows, func(i, j int) bool {
		if a, b := rows[i].currency, rows[j].currency; a != b {
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
		return label + phrase(p.Language, " of "+value+" or more", " "+value+" 及以上")
	case plan.Under:
		return label + phrase(p.Language, " of "+value+" or less", " "+value+" 及以下")
	case plan.Between:
		upto := corpus.FormatAmount(p.Filter.Upto.Num, p.Filter.Upto.Currency, p.Language)
		return label + " " + value + phrase(p.Language, " to ", " 至 ") + upto
	case plan.Before:
		return label + phrase(p.Language, " in or before ", "不晚于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
	case plan.After:
		return label + phrase(p.Language, " in or after ", "不早于 ") + dateWords(p.Filter.Value.Date, 0, p.Language)
	case plan.On:
		return label + phrase(p.Language, " in ", " ") + dateWords(p.Filter.Value.Date, 0, p.Language)
	case plan.Most:
		return label + phrase(p.Language, ", largest first", "（从高到低）")
	case plan.Least:
		return label + phrase(p.Language, ", smallest first", "（从低到高）")
	}
	return phrase(p.Language, "No "+lower(label, "en")+" yet, the reports say", "报告称尚无"+label)
}

// listHolding lists the projects of which a sentence holds all that the question
// asks: its weightiest words, beside a cue of the asked attribute.
func (e *Engine) listHolding(p *plan.Plan) (Answer, bool) {
	keys := e.keys(p)
	rows := e.holding(p, keys)
	if len(rows) == 0 {
		return Answer{}, false
	}
	return e.writeRows(p, listLabel(p, keys), "", rows), true
}

// holding returns a row for each project of which a sentence holds the keys: all of them
// where two projects have such a sentence, else those of which it holds leastHeld of their weight.
func (e *Engine) holding(p *plan.Plan, keys []plan.Concept) []row {
	if len(keys) == 0 {
		return nil
	}
	cues := e.cuesOf(p)
	byProject := map[*catalogue.Project]row{}
	var order []*catalogue.Project
	all := e.cfg.Index.Passages()
	for _, n := range e.freq.candidates(keys[0].Alternatives) {
		if !allowed(p.Reports, all[n].Report) {
			continue
		}
		for _, r := range e.rowsOf(p, n, &all[n], keys, cues) {
			if p.Category != nil && !slices.Contains(p.Category.Projects, r.project) {
				continue
			}
			old, ok := byProject[r.project]
			if !ok {
				order = append(order, r.project)
			}
			if !ok || r.order > old.order {
				byProject[r.project] = r
			}
		}
	}
	full := 0.0
	for _, k := range keys {
		full += k.Weight
	}
	var rows, whole []row
	for _, pr := range order {
		r := byProject[pr]
		if r.order < leastHeld*full || !e.holdsFigures(p, &r) {
			continue
		}
		rows = append(rows, r)
		if r.order >= full-1e-9 {
			whole = append(whole, r)
		}
	}
	if len(whole) > 1 {
		return whole
	}
	return rows
}

// leastHeld is the share of the keys' weight that a row's sentence must hold.
const leastHeld = 0.6

// holdsFigures reports whether the row's sentence holds each sum and large number of the question: who
// names a figure asks for what has it.
func (e *Engine) holdsFigures(p *plan.Plan, r *row) bool {
	var have []corpus.Value
	for _, v := range p.Asked {
		if v.Kind != corpus.Amount && (v.Kind != corpus.Number || v.Num < leastFigure) {
			continue
		}
		if have == nil {
			report := e.reports[e.cfg.Index.Passages()[r.passage].Report]
			have = e.values.Read(report.Text[r.start:r.end], report.Published.Year)
		}
		if !slices.ContainsFunc(have, func(o corpus.Value) bool { return o.Kind != corpus.When && o.Num == v.Num }) {
			return false
		}
	}
	return true
}

// leastFigure is from where on a number is a figure: a smaller one may bound the list.
const leastFigure = 100

// keys returns the concepts that every row must hold, weightiest first: those
// that are no cue words of an attribute and weigh nearly as much as the weightiest.
func (e *Engine) keys(p *plan.Plan) []plan.Concept {
	var out []plan.Concept
	for _, c := range p.Concepts {
		if c.Attribute == "" && e.known(c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 { // "still on the testnet": the attribute's own word is what rows must hold
		for _, c := range p.Concepts {
			if c.Attribute != "" && e.known(c) {
				if e.unlike(c.Attribute) { // a pilot is no plant; but all words for a listing mean one
					c.Alternatives = c.Alternatives[:c.Strong]
				}
				out = append(out, c)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Name != out[j].Name {
			return out[i].Name
		}
		return out[i].Weight > out[j].Weight
	})
	for i := range out {
		if out[i].Weight < 0.6*out[0].Weight || out[0].Name && !out[i].Name {
			return out[:i]
		}
	}
	return out
}

// unlike reports whether the words for an attribute mean unlike things: those beside which
// values are stated do, but for those of a symbol.
func (e *Engine) unlike(id string) bool {
	return len(e.cues[id].state) > 0 && slices.ContainsFunc(e.cfg.Vocabulary.Attributes, func(a corpus.Attribute) bool {
		return a.ID == id && a.Type != corpus.Symbol
	})
}

// A cueSet is the cue words of an asked attribute.
type cueSet struct {
	near  []string // must stand close to the key
	loose []string // anywhere in the sentence
}

// cuesOf returns the cues that a row's sentence must hold, or nil when the
// question asks for no attribute.
func (e *Engine) cuesOf(p *plan.Plan) *cueSet {
	var set cueSet
	for _, a := range p.Attributes {
		if a.Type != corpus.Name && a.Type != corpus.Amount && a.Type != corpus.Person {
			continue
		}
		if a.Type == corpus.Name && len(a.State.All()) > 0 {
			set.near = append(set.near, e.cues[a.ID].state...)
			continue
		}
		set.loose = append(set.loose, e.cues[a.ID].all...)
		set.loose = append(set.loose, e.cues[a.Kin].state...) // "seed round (Acme Capital)": whoever is named there invested
	}
	if len(set.near)+len(set.loose) == 0 {
		return nil
	}
	return &set
}

// nearCue is how far, in characters of the normal form, a key may stand from a cue.
const nearCue = 40

// holds reports whether the sentence holds a cue for the key.
func (s *cueSet) holds(normal string, key plan.Concept) bool {
	if s == nil {
		return true
	}
	if slices.ContainsFunc(s.loose, func(c string) bool { return strings.Contains(normal, c) }) {
		return true
	}
	for _, alt := range key.Alternatives {
		i := strings.Index(normal, alt)
		if i < 0 {
			continue
		}
		window := normal[max(0, i-nearCue):min(len(normal), i+len(alt)+nearCue)]
		if slices.ContainsFunc(s.near, func(c string) bool { return strings.Contains(window, c) }) {
			return true
		}
	}
	return false
}

// rowsOf returns a row for each project that a sentence of the passage puts on the list.
func (e *Engine) rowsOf(p *plan.Plan, n int, ps *corpus.Passage, keys []plan.Concept, cues *cueSet) []row {
	var out []row
	for _, span := range e.readings.of(ps).sentences {
		text, normal := ps.Text[span.start:span.end], span.normal
		held := 0.0
		for _, k := range keys {
			held += k.Weight * k.Match(normal)
		}
		if keys[0].Match(normal) == 0 || !cues.holds(normal, keys[0]) {
			continue
		}
		for _, pr := range e.subjects(normal, e.cfg.Catalogue.AboutAt(n, ps.Start+span.start)) {
			out = append(out, row{project: pr, passage: n, start: ps.Start + span.start, end: ps.Start + span.end, text: text, quoted: true, order: held})
		}
	}
	return out
}

// columnAt returns the name of the column of the passage's table row that byte at stands in.
func columnAt(p *corpus.Passage, at int) string {
	for _, c := range p.Cells {
		if at >= c.Start && at < c.End {
			return c.Column
		}
	}
	return ""
}

// subjects returns the projects that a sentence is about: what its passage
// describes, or else the first project that it names.
func (e *Engine) subjects(normal string, about []*catalogue.Project) []*catalogue.Project {
	if len(about) == 1 {
		return about
	}
	var first *catalogue.Project
	at := len(normal)
	for _, pr := range e.cfg.Catalogue.Projects() {
		if i := pr.FirstIn(normal); i >= 0 && i < at {
			first, at = pr, i
		}
	}
	if first == nil {
		return nil
	}
	return []*catalogue.Project{first}
}

func listLabel(p *plan.Plan, keys []plan.Concept) string {
	var words []string
	for _, k := range keys {
		words = append(words, asTyped(p.Text, k.Text))
	}
	return strings.Join(words, " ")
}

// rowLimit is how many rows a list of the largest or smallest has: as many as the question
// asks for, or topRows; 0 for any number.
func rowLimit(p *plan.Plan) int {
	if p.Filter == nil || p.Filter.Op != plan.Most && p.Filter.Op != plan.Least {
		return 0
	}
	if p.Filter.Rows > 0 {
		return p.Filter.Rows
	}
	return topRows
}

// asTyped returns word as the question writes it, where it does.
func asTyped(question, word string) string {
	if corpus.HanShare(word) > 0 {
		return strings.ReplaceAll(word, " ", "")
	}
	fields := strings.Fields(question)
	for i := range fields {
		for n := i + 1; n <= min(len(fields), i+maxTyped); n++ {
			if span := strings.Join(fields[i:n], " "); corpus.Normal(span) == " "+word+" " {
				return strings.Trim(span, ".,:;?!\"'“”‘’()（）？！，。")
			}
		}
	}
	folded := strings.ToLower(question)
	i := strings.Index(folded, word)
	if i < 0 || len(folded) != len(question) {
		return word
	}
	end := i + len(word)
	for end < len(question) && (question[end]|0x20 >= 'a' && question[end]|0x20 <= 'z') {
		end++ // the rest of what was stemmed
	}
	return question[i:end]
}

// maxTyped is the most words of what a list is of.
const maxTyped = 4

// writeRows writes a heading with the count and a cited line a row. Rows whose
// sentences would make the list too long keep only the name.
func (e *Engine) writeRows(p *plan.Plan, label, note string, rows []row) Answer {
	w := e.newWriter(p)
	if n := rowLimit(p); n > 0 && n < len(rows) {
		note = phrase(p.Language, "of "+itoa(len(rows))+" with a figure", "在有数据的 "+itoa(len(rows))+" 个项目中")
		rows = rows[:n]
	}
	w.heading(listHeading(p.Language, label, distinct(rows), note))
	share := listRunes/len(rows) - 8
	all := e.cfg.Index.Passages()
	dated := e.datedApart(rows)
	for _, r := range rows {
		text := r.text
		if published := e.reports[all[r.passage].Report].Published; dated && r.ages && !published.IsZero() {
			text += asOf(published, p.Language)
		}
		if len([]rune(r.project.Name))+len([]rune(text)) > max(share, minShare) {
			text = ""
		}
		label := r.project.Name
		if text != "" {
			label += phrase(p.Language, ": ", "：")
		}
		n := w.cite(&all[r.passage], r.start, r.end)
		if r.quoted && text != "" && corpus.Language(text) != p.Language {
			text = "“" + text + "”"
		}
		w.add(label, text, true, n)
		w.project(r.project.Name)
	}
	return w.done(p)
}

// asOf is how old a figure is, behind it.
func asOf(d corpus.Date, language string) string {
	return phrase(language, ", as of ", "，截至 ") + d.String()
}

// ages reports whether a fact's value may have changed since its report, which tells no
// date for it.
func ages(f *catalogue.Fact) bool {
	return !f.Denied && f.Date.IsZero() && f.Value.Kind != corpus.When
}

// datedApart reports whether the rows come out of reports of different dates: one date
// below the answer does not tell how old each figure is then.
func (e *Engine) datedApart(rows []row) bool {
	all := e.cfg.Index.Passages()
	return slices.ContainsFunc(rows, func(r row) bool {
		return e.reports[all[r.passage].Report].Published != e.reports[all[rows[0].passage].Report].Published
	})
}

// distinct returns how many projects have rows.
func distinct(rows []row) int {
	seen := map[*catalogue.Project]bool{}
	for _, r := range rows {
		seen[r.project] = true
	}
	return len(seen)
}

// minShare is the room, in characters, that every row of a list may take.
const minShare = 40

func listHeading(language, label string, n int, note string) string {
	if language == "zh" {
		s := label + "：共 " + itoa(n) + " 个项目"
		if note != "" {
			s += "（" + note + "）"
		}
		return s
	}
	s := label + ": " + itoa(n) + " projects"
	if n == 1 {
		s = label + ": 1 project"
	}
	if note != "" {
		s += " (" + note + ")"
	}
	return s
}

// countEach counts the projects of each category of the asked reports.
func (e *Engine) countEach(p *plan.Plan) (Answer, bool) {
	type group struct {
		label    string
		projects []*catalogue.Project
	}
	var groups []*group
	byLabel := map[string]*group{}
	other := &group{label: phrase(p.Language, "Other", "其他")} // described under no category
	for _, pr := range e.in(p) {
		if len(pr.Categories) == 0 && len(pr.Passages) > 0 && len(p.Reports) == 0 {
			other.projects = append(other.projects, pr)
		}
		for _, c := range pr.Categories {
			if !allowed(p.Reports, c.Report) {
				continue
			}
			label := c.In(p.Language)
			if byLabel[label] == nil {
				byLabel[label] = &group{label: label}
				groups = append(groups, byLabel[label])
			}
			if g := byLabel[label]; !slices.Contains(g.projects, pr) { // two reports may use one label
				g.projects = append(g.projects, pr)
			}
		}
	}
	if len(groups) < 2 {
		return Answer{}, false
	}
	all := e.cfg.Index.Passages()
	sort.SliceStable(groups, func(i, j int) bool {
		return groups[i].projects[0].Passages[0] < groups[j].projects[0].Passages[0]
	})
	if len(other.projects) > 0 {
		groups = append(groups, other)
	}
	w := e.newWriter(p)
	total := map[*catalogue.Project]bool{}
	for _, g := range groups {
		for _, pr := range g.projects {
			total[pr] = true
		}
	}
	w.heading(phrase(p.Language, itoa(len(total))+" projects in "+itoa(len(groups))+" categories", "共 "+itoa(len(total))+" 个项目，"+itoa(len(groups))+" 个类别"))
	for _, g := range groups {
		var names []string
		var cites []int
		for _, pr := range g.projects {
			names = append(names, pr.Name)
			w.project(pr.Name)
			n := describing(pr, p, all)
			if len(cites) < maxRowCites {
				h := Hit{Passage: all[n]}
				c := e.firstSentence(&h, pr)
				cites = append(cites, w.cite(&all[n], c.start, c.end))
			}
		}
		w.add("", g.label+phrase(p.Language, ": ", "：")+itoa(len(names))+phrase(p.Language, " (", "（")+strings.Join(names, phrase(p.Language, ", ", "、"))+phrase(p.Language, ")", "）"), true, cites...)
	}
	return w.done(p), true
}

// maxRowCites is how many citations one row of counts carries.
const maxRowCites = 8

// categories answers under what the reports file a project.
func (e *Engine) categories(p *plan.Plan) (Answer, bool) {
	if !asksCategory(p) {
		return Answer{}, false
	}
	pr := p.Projects[0]
	w := e.newWriter(p)
	all := e.cfg.Index.Passages()
	for _, c := range pr.Categories {
		n := filedAt(pr, c, all)
		if n < 0 || !allowed(p.Reports, c.Report) {
			continue
		}
		h := Hit{Passage: all[n]}
		first := e.firstSentence(&h, pr)
		w.add("", pr.Name+phrase(p.Language, ", category in ", " 在《")+e.reports[c.Report].Title+phrase(p.Language, ": ", "》中的类别：")+c.In(p.Language), true, w.cite(&all[n], first.start, first.end))
		w.project(pr.Name)
	}
	if len(w.answer.Sentences) == 0 {
		return Answer{}, false
	}
	return w.done(p), true
}

// asksCategory reports whether the question is where a project is filed.
func asksCategory(p *plan.Plan) bool {
	return len(p.Projects) == 1 && slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.ID == categoryAttribute })
}

// filed reports whether the answer tells under which headings projects stand, and how many:
// that is read off the catalogue, not off a sentence.
func filed(p *plan.Plan) bool { return p.Each || asksCategory(p) }

// categoryAttribute is the attribute by which a question asks where a project is filed.
const categoryAttribute = "category"

// filedAt returns the number of a passage that describes pr in the category's report and section,
// or in its report, or -1.
func filedAt(pr *catalogue.Project, c catalogue.Category, all []corpus.Passage) int {
	found := -1
	for _, n := range pr.Passages {
		if all[n].Report != c.Report {
			continue
		}
		if slices.ContainsFunc(all[n].Path, func(h string) bool { return h == c.En || h == c.Zh }) {
			return n
		}
		if found < 0 {
			found = n
		}
	}
	return found
}
