package rag

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// compare sets projects side by side: who has more, where that was asked; then for each
// the best sentences; then what is stated of the compared attributes, gaps named.
func (e *Engine) compare(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter(p)
	if e.verdict(w, p) && e.asksVerdict(p) {
		return w.done(p)
	}
	limit := summaryRunes / len(p.Projects)
	if len(p.Attributes) == 0 {
		limit = limit * 2 / 3 // the table needs its room
	}
	for _, pr := range p.Projects {
		chosen := e.comparing(w, p, pr, cands, limit)
		missing := e.missingFacts(p, pr, chosen)
		if len(chosen) == 0 && len(missing) == 0 {
			w.heading(pr.Name + phrase(p.Language, ": not stated", "：报告未说明"))
			continue
		}
		w.heading(pr.Name)
		w.paragraph(chosen)
		for _, f := range missing {
			all := e.cfg.Index.Passages()
			w.add("", e.label(f.Attribute, p.Language)+phrase(p.Language, ": ", "：")+e.value(f, p.Language), true, w.cite(&all[f.Passage], f.Start, f.End))
		}
		w.project(pr.Name)
	}
	if len(p.Attributes) == 0 {
		e.table(w, p)
	}
	return w.done(p)
}

// maxTableRows bounds the attributes that a comparison sets side by side.
const maxTableRows = 8

// table sets what is stated of the projects side by side, a row an attribute; gaps are
// named.
func (e *Engine) table(w *writer, p *plan.Plan) {
	all := e.cfg.Index.Passages()
	rows := 0
	for _, a := range e.cfg.Vocabulary.Attributes {
		label := a.Label.In(p.Language)
		if label == "" || a.Loose || a.Unlike || len(a.State.All()) == 0 || rows == maxTableRows || w.size > summaryRunes {
			continue
		}
		var newest []*catalogue.Fact // nil for a project of which it is not stated
		dates := map[corpus.Date]bool{}
		for _, pr := range p.Projects {
			facts := e.cfg.Catalogue.Facts(pr, a.ID)
			stated := slices.ContainsFunc(facts, func(f catalogue.Fact) bool { return !f.Denied })
			if stated || a.Type == corpus.Number || a.Type == corpus.When || a.Kin != "" { // "no users yet" is seldom all that a report says of users
				facts = slices.DeleteFunc(facts, func(f catalogue.Fact) bool { return f.Denied })
			}
			if len(facts) == 0 {
				newest = append(newest, nil)
				continue
			}
			newest = append(newest, &facts[0])
			dates[facts[0].AsOf] = true
		}
		if slices.IndexFunc(newest, func(f *catalogue.Fact) bool { return f != nil }) < 0 || len(a.Values) > 0 && slices.Contains(newest, nil) { // what is not read as a name may be told all the same
			continue
		}
		rows++
		first := true
		var gaps []string
		for i, pr := range p.Projects {
			f := newest[i]
			if f == nil {
				gaps = append(gaps, pr.Name)
				continue
			}
			cell := pr.Name + " " + cmp.Or(e.counted(f), e.value(*f, p.Language))
			cites := []int{w.cite(&all[f.Passage], f.Start, f.End)}
			for _, o := range e.otherRounds(pr, f) {
				cell += phrase(p.Language, ", ", "、") + e.value(o, p.Language)
				cites = append(cites, w.cite(&all[o.Passage], o.Start, o.End))
			}
			if len(dates) > 1 && ages(f) && !f.AsOf.IsZero() {
				cell += asOf(f.AsOf, p.Language)
			}
			if first {
				cell = label + phrase(p.Language, ": ", "：") + cell
			} else {
				cell = "· " + strings.Replace(cell, pr.Name+" ", pr.Name+phrase(p.Language, ": ", "："), 1)
			}
			if i == len(p.Projects)-1 || !slices.ContainsFunc(newest[i+1:], func(f *catalogue.Fact) bool { return f != nil }) { // the last that is stated
				for _, g := range slices.Concat(gaps, namesFrom(p.Projects[i+1:])) {
					cell += phrase(p.Language, "; ", "；") + g + " " + phrase(p.Language, "not stated", "未说明")
				}
			}
			w.add("", cell, first, cites...) // a sentence a cell: each is checked against its own source
			first = false
		}
	}
}

// counted returns a number with what it counts, as it is printed, in quotation marks: of "users" a report may tell firms or
// accounts. It is "" for other values.
func (e *Engine) counted(f *catalogue.Fact) string {
	if f.Value.Kind != corpus.Number || f.Denied || f.Value.Percent || f.Doubtful || f.Value.Malformed {
		return ""
	}
	text := e.reports[f.Report].Text[f.Start:f.End]
	behind := []rune(text[f.Value.End:])
	end := -1
	for i := range min(countedWithin, len(behind)) {
		if strings.ContainsRune(",.;:，。；：、(（", behind[i]) {
			break
		}
		if slices.ContainsFunc(e.cues[f.Attribute].state, func(w string) bool { return strings.HasSuffix(corpus.Normal(string(behind[:i+1])), w) }) {
			end = i + 1
		}
	}
	if end < 0 {
		return ""
	}
	return "“" + oneLine(text[f.Value.Start:f.Value.End]+string(behind[:end])) + "”"
}

// namesFrom returns the names of projects.
func namesFrom(l []*catalogue.Project) []string {
	var out []string
	for _, pr := range l {
		out = append(out, pr.Name)
	}
	return out
}

// mostRounds bounds the further sums in a cell.
const mostRounds = 3

// otherRounds returns the sums of other rounds that the report of a sum states beside it.
func (e *Engine) otherRounds(pr *catalogue.Project, f *catalogue.Fact) []catalogue.Fact {
	if f.Round == "" || f.Denied {
		return nil
	}
	var out []catalogue.Fact
	seen := map[float64]bool{f.Value.Num: true}
	for _, o := range e.cfg.Catalogue.Facts(pr, f.Attribute) {
		if o.Report == f.Report && !o.Denied && !o.Doubtful && o.Round != "" && o.Round != totalRound && !seen[o.Value.Num] && len(out) < mostRounds {
			seen[o.Value.Num] = true
			out = append(out, o)
		}
	}
	return out
}

// comparing returns the sentences of one project: those that hold what is compared, or
// those that say what it is.
func (e *Engine) comparing(w *writer, p *plan.Plan, pr *catalogue.Project, cands []candidate, limit int) []candidate {
	pool := slices.DeleteFunc(slices.Clone(cands), func(c candidate) bool { return !c.concerns(pr) })
	slices.SortStableFunc(pool, func(a, b candidate) int { return ofAnother(p, pr, &a) - ofAnother(p, pr, &b) })
	if len(p.Concepts) == 0 || bestCoverage(pool) < minSentenceCoverage && !slices.ContainsFunc(pool, func(c candidate) bool { return tellsAsked(p, &c) }) {
		pool = opening(p, pr, cands)
		if slices.Contains(p.Wants, corpus.When) { // not said in the words asked for: its dates may tell it
			slices.SortStableFunc(pool, func(a, b candidate) int { return cmp.Compare(b.holds, a.holds) })
		}
	}
	if len(p.Attributes) == 0 { // what the report itself sets against the others
		slices.SortStableFunc(pool, func(a, b candidate) int { return namesOther(p, pr, &b) - namesOther(p, pr, &a) })
	}
	var chosen []candidate
	for _, c := range pool {
		if len(chosen) < maxStated && size(chosen)+len([]rune(c.text)) <= limit && !repeats(chosen, &c) && !w.has(&c) && !e.retells(p, chosen, &c) {
			chosen = append(chosen, c)
		}
	}
	if len(p.Attributes) > 0 && len(p.Wants) == 0 && !slices.ContainsFunc(chosen, func(c candidate) bool { return len(c.states) > 0 }) {
		chosen = withWhatItIs(p, pr, chosen, cands, limit)
	}
	return chosen
}

// namesOther is 1 when c is about pr and names another compared project, too, else 0.
func namesOther(p *plan.Plan, pr *catalogue.Project, c *candidate) int {
	own := slices.Contains(c.about, pr) || pr.FirstIn(c.normal) >= 0
	if own && slices.ContainsFunc(p.Projects, func(o *catalogue.Project) bool {
		return o != pr && !slices.Contains(c.about, o) && o.FirstIn(c.normal) >= 0
	}) {
		return 1
	}
	return 0
}

// withWhatItIs puts the sentence that says what pr is in front, where there is room: what kind of thing
// it is, where it runs or what it is made of is often told there, in none of the words asked for.
func withWhatItIs(p *plan.Plan, pr *catalogue.Project, chosen, cands []candidate, limit int) []candidate {
	own := opening(p, pr, cands)
	if len(own) == 0 || repeats(chosen, &own[0]) || size(chosen)+len([]rune(own[0].text)) > limit {
		return chosen
	}
	return slices.Insert(chosen, 0, own[0])
}

// ofAnother is 1 when c only names pr in what is said of another compared project, else 0.
func ofAnother(p *plan.Plan, pr *catalogue.Project, c *candidate) int {
	if !slices.Contains(c.about, pr) && slices.ContainsFunc(p.Projects, func(o *catalogue.Project) bool { return slices.Contains(c.about, o) }) {
		return 1
	}
	return 0
}

func bestCoverage(l []candidate) float64 {
	best := 0.0
	for _, c := range l {
		best = max(best, c.coverage)
	}
	return best
}

// missingFacts returns the newest fact of each asked attribute that the
// chosen sentences do not state.
func (e *Engine) missingFacts(p *plan.Plan, pr *catalogue.Project, chosen []candidate) []catalogue.Fact {
	var out []catalogue.Fact
	for _, a := range p.Attributes {
		facts := e.cfg.Catalogue.Facts(pr, a.ID)
		if len(facts) == 0 {
			continue
		}
		f := facts[0]
		if !slices.ContainsFunc(chosen, func(c candidate) bool { return c.hit.Report == f.Report && c.start == f.Start }) {
			out = append(out, f)
		}
	}
	return out
}

// moreOf matches the words by which a question asks who has more, and nothing else.
var moreOf = regexp.MustCompile(`(?i)\b(?:more|most|higher|highest|bigger|biggest|larger|largest|less|least|lower|lowest|smaller|fewer|older|oldest|younger|youngest|earlier|first|longer|cheaper)\b|更|最|谁|哪个|哪家`)

// asksVerdict reports whether a question wants to know who has more of one thing, and nothing beside.
func (e *Engine) asksVerdict(p *plan.Plan) bool {
	if slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Type != p.Attributes[0].Type }) {
		return false
	}
	return moreOf.MatchString(p.Text) && !besides.MatchString(p.Text) && !slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute == "" && c.Weight >= minNewConcept && e.known(c)
	})
}

// besides matches the words that ask for something beside.
var besides = regexp.MustCompile(`(?i)\band (?:what|who|how|when|where|why)\b|\bdiffer|\bcompare|区别|不同|对比|比较|分别|各`)

// verdict says which project has the largest figure of the compared attribute, or the first date, when each
// has one; false where not.
func (e *Engine) verdict(w *writer, p *plan.Plan) bool {
	for _, a := range p.Attributes {
		if a.Type == corpus.When && e.first(w, p) {
			return true
		}
		if a.Loose || a.Unlike {
			continue // more of what, the figures alone do not tell
		}
		if a.Type != corpus.Amount && a.Type != corpus.Number {
			continue
		}
		var tops []catalogue.Fact
		for _, pr := range p.Projects {
			if f := largest(e.cfg.Catalogue.Facts(pr, a.ID)); f != nil {
				tops = append(tops, *f)
			}
		}
		if len(tops) < 2 || len(tops) < len(p.Projects) {
			continue
		}
		slices.SortStableFunc(tops, func(x, y catalogue.Fact) int {
			switch {
			case x.Value.Num > y.Value.Num:
				return -1
			case x.Value.Num < y.Value.Num:
				return 1
			}
			return 0
		})
		e.writeVerdict(w, p, a, tops)
		return true
	}
	return false
}

// first says since when each project is there, the oldest first; false where that is not stated of each.
func (e *Engine) first(w *writer, p *plan.Plan) bool {
	var tops []catalogue.Fact
	for _, pr := range p.Projects {
		f := e.since(pr)
		if f == nil {
			return false
		}
		tops = append(tops, *f)
	}
	if len(tops) < 2 {
		return false
	}
	slices.SortStableFunc(tops, func(x, y catalogue.Fact) int { return x.Value.Date.Compare(y.Value.Date) })
	all := e.cfg.Index.Passages()
	var parts []string
	var cites []int
	for _, f := range tops {
		parts = append(parts, f.Project.Name+phrase(p.Language, ", "+lower(e.label(f.Attribute, "en"), "en")+": ", " "+e.label(f.Attribute, "zh")+"：")+e.value(f, p.Language))
		cites = append(cites, w.cite(&all[f.Passage], f.Start, f.End))
		w.project(f.Project.Name)
	}
	w.add("", strings.Join(parts, phrase(p.Language, "; ", "；"))+phrase(p.Language, ".", "。"), true, cites...)
	return true
}

// since returns the earliest dated beginning of a project: its founding, else its first launch.
func (e *Engine) since(pr *catalogue.Project) *catalogue.Fact {
	for _, a := range e.cfg.Vocabulary.Attributes {
		if a.Type != corpus.When {
			continue
		}
		var best *catalogue.Fact
		facts := e.cfg.Catalogue.Facts(pr, a.ID)
		for i, f := range facts {
			if !f.Denied && f.Value.Date.Year > 0 && (best == nil || f.Value.Date.Compare(best.Value.Date) < 0) {
				best = &facts[i]
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

func largest(facts []catalogue.Fact) *catalogue.Fact {
	var best *catalogue.Fact
	for i := range facts {
		if f := &facts[i]; !f.Denied && !f.Doubtful && !f.Value.Malformed && !f.Value.Percent && (best == nil || f.Value.Num > best.Value.Num) {
			best = f
		}
	}
	return best
}

// comparableFacts reports whether one figure may be said to be more than another: sums in one currency, as far as
// is known.
func comparableFacts(a, b catalogue.Fact) bool {
	return a.Value.Kind == b.Value.Kind && comparable(a.Value, b.Value)
}

func (e *Engine) writeVerdict(w *writer, p *plan.Plan, a corpus.Attribute, tops []catalogue.Fact) {
	all := e.cfg.Index.Passages()
	text := e.label(a.ID, p.Language) + phrase(p.Language, ": ", "：")
	var cites []int
	for i, f := range tops {
		switch {
		case i > 0 && tops[i-1].Value.Num > f.Value.Num && !alike(tops[i-1].Value.Num, f.Value.Num) && comparableFacts(tops[i-1], f):
			text += phrase(p.Language, ", more than ", "，多于 ")
		case i > 0:
			text += phrase(p.Language, "; ", "；")
		}
		text += f.Project.Name + " " + e.value(f, p.Language)
		for _, o := range e.otherRounds(f.Project, &f) {
			text += phrase(p.Language, " and ", "、") + e.value(o, p.Language)
			cites = append(cites, w.cite(&all[o.Passage], o.Start, o.End))
		}
		cites = append(cites, w.cite(&all[f.Passage], f.Start, f.End))
		w.project(f.Project.Name)
	}
	w.add("", text+phrase(p.Language, ".", "。"), true, cites...)
}

// compareConcepts sets two notions side by side: for each the sentences that
// tell most about it.
func (e *Engine) compareConcepts(p *plan.Plan, cands []candidate) Answer {
	keys := p.Sides
	if len(keys) < 2 {
		return e.state(p, cands)
	}
	w := e.newWriter(p)
	for _, k := range keys {
		pool := slices.DeleteFunc(slices.Clone(cands), func(c candidate) bool { return k.Match(c.normal) == 0 })
		slices.SortStableFunc(pool, func(a, b candidate) int { return defining(b, k) - defining(a, k) })
		var chosen []candidate
		for _, c := range pool {
			if len(chosen) < maxStated && size(chosen)+len([]rune(c.text)) <= summaryRunes/2 && !repeats(chosen, &c) && !w.has(&c) && !dangles(p, &c, chosen) && !isHeadingLike(&c, cands) {
				chosen = append(chosen, c)
			}
		}
		w.paragraph(chosen)
	}
	return w.done(p)
}

// defining is 1 when c begins with the concept, else 0.
func defining(c candidate, k plan.Concept) int {
	if opensConcept(c.normal, k) {
		return 1
	}
	return 0
}
