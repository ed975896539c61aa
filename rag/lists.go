package rag

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
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
	short      string // what it says where text is too long; "" for nothing
	also       []spot // further sentences that text rests on
	order      float64
	currency   string // of a sum, by which order tells more or less
	ages       bool   // text is a figure that tells no date of its own
	beside     bool   // stands below the rows, which it has no place among
	below      string // under which heading
}

// A spot is where a sentence stands: its passage, and its bytes in the report.
type spot struct{ passage, start, end int }

// list answers a question for projects out of the whole corpus, not out of the
// nearest passages. It reports false when the question is for no list, or for
// none that it can make.
func (e *Engine) list(p *plan.Plan) (Answer, bool) {
	section := p.Intent == plan.Summary && p.Category != nil && asksLabelOnly(p) // what stands under a heading, an entry each
	if len(p.Projects) > 0 || p.Intent != plan.List && p.Intent != plan.Count && !section {
		return Answer{}, false
	}
	if section {
		return e.listCategory(p)
	}
	if p.Filter != nil && p.Filter.Op == plan.None && p.Filter.Attribute.Type == corpus.When && p.Filter.Attribute.Loose {
		return e.listNotYet(p)
	}
	if p.Filter != nil && p.Filter.Op == plan.On && p.Tense == plan.Planned && p.Filter.Attribute.Type == corpus.When && p.Filter.Value.Quarter == 0 && p.Filter.Value.Date.Month == 0 {
		return e.listPlanned(p)
	}
	if p.Filter != nil && !p.Each {
		a, ok := e.listFiltered(p)
		if !ok && p.Category != nil { // its label may only share the words
			wide := *p
			wide.Category = nil
			a, ok = e.listFiltered(&wide)
		}
		if ok || p.Filter.Op != plan.Equal {
			return a, ok
		}
	}
	switch {
	case p.Each:
		return e.countEach(p)
	case p.Category != nil && len(e.starts(p)) > 0:
		keys, rows := e.started(p, nil, nil)
		if len(rows) == 0 {
			return notCovered(p, nil), true
		}
		return e.writeFound(p, p.Category.Label+phrase(p.Language, ". "+spokenEn, "，"+spokenZh)+listLabel(p, keys)+"”", tenseNote(p), rows), true
	case p.Category != nil && !e.narrower(p):
		if a, ok := e.listStated(p); ok {
			return a, true
		}
		return e.listCategory(p)
	}
	if keys := e.keys(p); p.Category == nil && slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Unlike }) && (len(keys) == 0 || keys[0].Weight < leastUnknown) {
		if a, ok := e.listStated(p); ok { // what everybody asks for it
			return a, true
		}
	}
	if a, ok := e.listRound(p); ok {
		return a, true
	}
	if a, ok := e.listNamed(p); ok {
		return a, true
	}
	a, ok := e.listHolding(p)
	if ok && (len(a.Projects) > 1 || len(p.Reports) == 0) {
		return a, true
	}
	if p.Category != nil {
		wide := *p
		wide.Category = nil
		if a, ok := e.listHolding(&wide); ok && !strings.Contains(corpus.Normal(p.Text), corpus.Normal(p.Category.Label)) {
			return a, true // nothing under the heading, whose words the question only happens to hold
		}
		return e.listCategory(p)
	}
	if len(p.Reports) > 0 && !e.asksNamed(p) {
		return e.listReports(p)
	}
	return a, ok
}

// listRound lists the projects of which a round of money is stated, each with its sum. It reports false where the
// question names no round, or bounds the list by something else beside.
func (e *Engine) listRound(p *plan.Plan) (Answer, bool) {
	i := slices.IndexFunc(p.Attributes, func(a corpus.Attribute) bool {
		return a.Type == corpus.Amount && slices.ContainsFunc(e.cfg.Vocabulary.Attributes, func(o corpus.Attribute) bool { return o.Kin == a.ID })
	})
	if i < 0 || p.Filter != nil {
		return Answer{}, false
	}
	of := *p
	of.Filter = &plan.Filter{Attribute: p.Attributes[i], Op: plan.Equal}
	round := e.roundAsked(&of)
	if round == "" || slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute != p.Attributes[i].ID && c.Weight > leastNarrowing && !e.isRoundWord(round, c)
	}) {
		return Answer{}, false
	}
	var rows []row
	for _, pr := range e.in(p) {
		facts := slices.DeleteFunc(slices.Clone(e.cfg.Catalogue.Facts(pr, p.Attributes[i].ID)), func(f catalogue.Fact) bool {
			return f.Round != round || f.Denied && !f.Withheld || !allowed(p.Reports, f.Report)
		})
		if len(facts) > 0 {
			rows = append(rows, e.factRow(&of, &facts[0], facts[:1]))
		}
	}
	if len(rows) == 0 {
		return Answer{}, false
	}
	return e.writeRows(p, e.label(p.Attributes[i].ID, p.Language)+phrase(p.Language, ", ", "，")+e.roundLabel(round, p.Language), "", rows), true
}

// isRoundWord reports whether a word of a question only names the round.
func (e *Engine) isRoundWord(round string, c plan.Concept) bool {
	return slices.ContainsFunc(e.cfg.Vocabulary.Rounds, func(r corpus.Cue) bool {
		return r.ID == round && slices.ContainsFunc(r.All(), func(w string) bool { return c.Match(corpus.Normal(w)) > 0 })
	})
}

// asksLabelOnly reports whether the words for attributes that a question holds are those of its category's label.
func asksLabelOnly(p *plan.Plan) bool {
	label := corpus.Normal(p.Category.Label)
	return !slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool { return c.Attribute != "" && c.Match(label) == 0 })
}

// asksNamed reports whether a question bounds its list by an attribute of names: "which chains".
func (e *Engine) asksNamed(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		_, ok := e.named[c.Attribute]
		return ok && !slices.Contains(e.cues[c.Attribute].vague, c.Alternatives[0])
	})
}

// listNotYet lists the projects of which something is denied so far, or planned.
func (e *Engine) listNotYet(p *plan.Plan) (Answer, bool) {
	rows, _ := e.filtered(p)
	open := *p
	open.Filter, open.Tense = nil, plan.Planned
	keys := e.keys(&open)
	if slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return slices.ContainsFunc(p.Filter.Attribute.Apart.All(), func(w string) bool { return corpus.Normal(w) == c.Alternatives[0] })
	}) {
		rows = e.inAskedWords(&open, rows)
	}
	for _, r := range e.inAskedWords(&open, e.holding(&open, keys), keys...) {
		if !hasRow(rows, r.project) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return notCovered(p, nil), true
	}
	label := listLabel(p, keys)
	if label == "" {
		label = e.label(p.Filter.Attribute.ID, p.Language)
	}
	return e.writeRows(p, label, phrase(p.Language, "not yet, as the reports tell it", "报告称尚未"), rows), true
}

// listPlanned lists the projects of which something is planned for a year: one that the sentence names, or the year
// of the report where it names none.
func (e *Engine) listPlanned(p *plan.Plan) (Answer, bool) {
	open := *p
	open.Filter = nil
	keys := e.keys(&open)
	all := e.cfg.Index.Passages()
	rows := slices.DeleteFunc(e.inAskedWords(&open, e.holding(&open, keys), keys...), func(r row) bool {
		published := e.reports[all[r.passage].Report].Published.Year
		years := yearOf.FindAllString(r.text, -1)
		asked := strconv.Itoa(p.Filter.Value.Date.Year)
		if len(years) > 0 {
			return !slices.Contains(years, asked)
		}
		return published != p.Filter.Value.Date.Year || !holds(r.text, []corpus.ValueType{corpus.When})
	})
	if len(rows) == 0 {
		return notCovered(p, nil), true
	}
	label := listLabel(p, keys) + " " + dateWords(p.Filter.Value.Date, 0, p.Language)
	return e.writeRows(p, label, phrase(p.Language, "planned, as the reports tell it", "报告所述的计划"), rows), true
}

// yearOf matches a year in figures.
var yearOf = regexp.MustCompile(`\b(?:19|20)\d\d\b`)

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
		return c.Attribute == "" && c.Weight > leastNarrowing && c.Match(label) == 0 && e.known(c)
	})
}

// leastNarrowing is the weight from which on a word bounds a category.
const leastNarrowing = 0.35

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
	sort.SliceStable(rows, func(i, j int) bool {
		return placeOf(&rows[i], p.Category.Label, all) < placeOf(&rows[j], p.Category.Label, all)
	})
	return e.writeRows(p, p.Category.Label, e.filedBy(p), rows), true
}

// filedBy says whose heading a category is, if it is one publisher's and the question does not name the report: others
// may speak of the same and file it otherwise.
func (e *Engine) filedBy(p *plan.Plan) string {
	var publishers []string
	for _, pr := range e.in(p) {
		for _, c := range pr.Categories {
			if r := e.reports[c.Report]; (strings.HasSuffix(c.En, p.Category.Label) || strings.HasSuffix(c.Zh, p.Category.Label)) && r.Publisher != "" && !slices.Contains(publishers, r.Publisher) {
				publishers = append(publishers, r.Publisher)
			}
		}
	}
	if len(publishers) != 1 || len(p.Reports) > 0 {
		return ""
	}
	return phrase(p.Language, "as "+publishers[0]+" files them", "按 "+publishers[0]+" 的分类")
}

// placeOf returns the passage by which a row is ordered: the one that files its project under the
// category, whichever passage the row quotes.
func placeOf(r *row, label string, all []corpus.Passage) int {
	for _, c := range r.project.Categories {
		if n := filedAt(r.project, c, all); n >= 0 && (strings.HasSuffix(c.En, label) || strings.HasSuffix(c.Zh, label)) {
			return n
		}
	}
	return r.passage
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

// listStated lists what is stated of an asked figure for each project of a category, or of all where the figures are
// of unlike things.
func (e *Engine) listStated(p *plan.Plan) (Answer, bool) {
	var rows []row
	for _, a := range p.Attributes {
		if a.Type != corpus.Amount && a.Type != corpus.Number || p.Category == nil && !a.Unlike {
			continue
		}
		for _, pr := range e.in(p) {
			for _, f := range e.cfg.Catalogue.Facts(pr, a.ID) {
				if allowed(p.Reports, f.Report) && !slices.ContainsFunc(rows, func(r row) bool { return r.project == pr && r.start == f.Start }) {
					c := e.stating(&f)
					rows = append(rows, row{project: pr, passage: f.Passage, start: c.start, end: c.end, text: c.text, quoted: c.hit.Kind != corpus.TableRow})
				}
			}
		}
	}
	if len(rows) == 0 {
		return Answer{}, false
	}
	note, label := "", ""
	if p.Category != nil {
		var asked []string
		for _, a := range p.Attributes {
			if l := a.Label.In(p.Language); l != "" && (a.Type == corpus.Amount || a.Type == corpus.Number) {
				asked = append(asked, l)
			}
		}
		label = p.Category.Label + phrase(p.Language, ", ", "，") + strings.Join(asked, phrase(p.Language, ", ", "、"))
	} else if i := slices.IndexFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Unlike }); i >= 0 {
		label, note = p.Attributes[i].Label.In(p.Language), phrase(p.Language, "each of another thing", "各为不同的东西")
	}
	return e.writeRows(p, label, note, rows), true
}
