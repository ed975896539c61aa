package rag

import (
	"context"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// How long an answer may be, in runes, marks included.
const (
	factRunes    = 650
	defineRunes  = 750
	summaryRunes = 2100
	listRunes    = 2300
)

// Thresholds below which the reports do not answer. A question's coverage by
// the best passage separates questions from outside the corpus well (area
// under the curve .90 to .99); where the topic is there and the answer is not, it does not, which is
// what the value check is for.
const (
	minPassageCoverage  = 0.5
	minSentenceCoverage = 0.3
)

// extract answers with the reports' own sentences.
func (e *Engine) extract(ctx context.Context, p *plan.Plan) (Answer, error) {
	if p.Decline != "" {
		return declined(p), nil
	}
	if len(p.Concepts) == 0 && len(p.Projects) == 0 && p.Category == nil {
		return offTopic(p.Language), nil
	}
	if p.Category != nil && (p.Intent == plan.List || p.Intent == plan.Count) && len(p.Projects) == 0 {
		return e.listCategory(p), nil
	}
	hits, err := e.retrieve(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	cands := e.candidates(p, hits)
	if !covered(p, hits, cands) {
		return notCovered(p, related(hits)), nil
	}
	var a Answer
	switch {
	case p.Intent == plan.Compare && len(p.Projects) > 1:
		a = e.compare(p, cands)
	case p.Intent == plan.List && len(p.Projects) == 0:
		a = e.listProjects(p, cands)
	case p.Intent == plan.Summary && len(p.Projects) > 0:
		a = e.summarise(p, cands)
	case p.Intent == plan.Define && len(p.Projects) > 0 && len(p.Attributes) == 0:
		a = e.define(p, cands)
	case len(p.Projects) > 1:
		a = e.compare(p, cands)
	default:
		a = e.state(p, cands)
	}
	if len(a.Sentences) == 0 {
		return notCovered(p, related(hits)), nil
	}
	return a, nil
}

// covered reports whether the hits can answer at all.
func covered(p *plan.Plan, hits []Hit, cands []candidate) bool {
	if len(cands) == 0 {
		return false
	}
	if len(p.Concepts) == 0 {
		return len(p.Projects) > 0
	}
	best, missing := passageCoverage(p, hits)
	if best < minPassageCoverage {
		return false
	}
	if missing != nil && missing.Weight >= 0.9 && missing.Attribute == "" && len(p.Projects) == 0 {
		return false // a word that tells most, and no passage knows it
	}
	if len(p.Projects) > 0 && len(p.Wants) > 0 {
		return slices.ContainsFunc(cands, func(c candidate) bool {
			return c.holds && c.coverage >= minSentenceCoverage && slices.ContainsFunc(p.Projects, c.concerns)
		})
	}
	return cands[0].coverage >= minSentenceCoverage || len(p.Projects) > 0
}

// relatedCount is how many nearest topics an uncovered question is pointed to.
const relatedCount = 3

// related names the topics of the nearest passages.
func related(hits []Hit) []string {
	var out []string
	for _, h := range hits {
		if len(h.Path) == 0 {
			continue
		}
		topic := h.Path[len(h.Path)-1]
		if !slices.Contains(out, topic) {
			out = append(out, topic)
		}
		if len(out) == relatedCount {
			break
		}
	}
	return out
}

// state answers a fact with the few best sentences.
func (e *Engine) state(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter()
	var chosen []candidate
	best := 0.0
	for _, c := range cands {
		if len(p.Projects) > 0 && !slices.ContainsFunc(p.Projects, c.concerns) {
			continue
		}
		if len(chosen) == 0 {
			best = c.score
		}
		if len(chosen) >= 3 || c.score < 0.75*best || repeats(chosen, &c) {
			continue
		}
		if size(chosen)+len([]rune(c.text)) > factRunes && len(chosen) > 0 {
			continue
		}
		chosen = append(chosen, c)
	}
	w.paragraph(chosen)
	return w.done(p)
}

// define answers what a project is: the sentences that open the passages that
// describe it, those in the question's language first.
func (e *Engine) define(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter()
	for _, pr := range p.Projects {
		var chosen []candidate
		for _, c := range opening(p, pr, cands) {
			if size(chosen)+len([]rune(c.text)) <= defineRunes/len(p.Projects) && !repeats(chosen, &c) && len(chosen) < 4 {
				chosen = append(chosen, c)
			}
		}
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

// opening returns the sentences of the passages that describe pr, in reading
// order, reports in the plan's language first.
func opening(p *plan.Plan, pr *catalogue.Project, cands []candidate) []candidate {
	var own []candidate
	for _, c := range cands {
		if slices.Contains(c.about, pr) {
			own = append(own, c)
		}
	}
	slices.SortStableFunc(own, func(a, b candidate) int {
		if x, y := a.hit.Language == p.Language, b.hit.Language == p.Language; x != y {
			if x {
				return -1
			}
			return 1
		}
		if x, y := len(a.about), len(b.about); x != y {
			return x - y
		}
		if a.number != b.number {
			return a.number - b.number
		}
		return a.place - b.place
	})
	// a heading or a bare name tells nothing
	return slices.DeleteFunc(own, func(c candidate) bool { return len([]rune(c.text)) < 12 })
}

// summarise tells what a project is, then the best sentence for each attribute
// that the reports state of it.
func (e *Engine) summarise(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter()
	for _, pr := range p.Projects {
		limit := summaryRunes / len(p.Projects)
		own := opening(p, pr, cands)
		var chosen []candidate
		take := func(c candidate) {
			if size(chosen)+len([]rune(c.text))+6 <= limit && !repeats(chosen, &c) {
				chosen = append(chosen, c)
			}
		}
		for _, c := range own[:min(2, len(own))] {
			take(c)
		}
		for _, a := range e.cfg.Vocabulary.Attributes {
			if c := bestFor(a, own); c != nil {
				take(*c)
			}
		}
		for _, c := range own {
			take(c)
		}
		slices.SortStableFunc(chosen, func(a, b candidate) int {
			if a.number != b.number {
				return a.number - b.number
			}
			return a.start - b.start
		})
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

// bestFor returns the sentence that states attribute a, or nil.
func bestFor(a corpus.Attribute, own []candidate) *candidate {
	if a.Type == corpus.Prose {
		return nil
	}
	var best *candidate
	most := 0
	for i := range own {
		c := &own[i]
		if !holds(c.text, []corpus.ValueType{a.Type}) {
			continue
		}
		n := 0
		for _, w := range a.All() {
			if strings.Contains(c.normal, corpus.Normal(w)) {
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// compare sets the best sentences of each project one below the other.
func (e *Engine) compare(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter()
	limit := summaryRunes / len(p.Projects)
	for _, pr := range p.Projects {
		pool := slices.DeleteFunc(slices.Clone(cands), func(c candidate) bool { return !c.concerns(pr) })
		if len(p.Concepts) == 0 || bestCoverage(pool) < minSentenceCoverage {
			pool = opening(p, pr, cands)
		}
		var chosen []candidate
		for _, c := range pool {
			if len(chosen) < 3 && size(chosen)+len([]rune(c.text)) <= limit && !repeats(chosen, &c) && !w.has(&c) {
				chosen = append(chosen, c)
			}
		}
		if len(chosen) == 0 {
			continue
		}
		w.heading(pr.Name)
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

func bestCoverage(l []candidate) float64 {
	best := 0.0
	for _, c := range l {
		best = max(best, c.coverage)
	}
	return best
}

// listCategory lists the projects of a category, each with the sentence that
// says what it is.
func (e *Engine) listCategory(p *plan.Plan) Answer {
	w := e.newWriter()
	all := e.cfg.Index.Passages()
	w.heading(listHeading(p.Language, p.Category.Label, len(p.Category.Projects)))
	share := listRunes/max(1, len(p.Category.Projects)) - 8
	for _, pr := range p.Category.Projects {
		if len(pr.Passages) == 0 {
			continue
		}
		h := Hit{Passage: all[describing(pr, p.Language, all)]}
		first := e.firstSentence(&h, pr)
		text := first.text
		if len([]rune(pr.Name))+len([]rune(text)) > share {
			text = ""
		}
		label := pr.Name
		if text != "" {
			label += phrase(p.Language, ": ", "：")
		}
		w.add(label, text, true, w.cite(&h.Passage, first.start, first.end))
		w.project(pr.Name)
	}
	return w.done(p)
}

// describing returns the passage that describes pr, one in the language if
// there is one.
func describing(pr *catalogue.Project, language string, all []corpus.Passage) int {
	for _, n := range pr.Passages {
		if all[n].Language == language {
			return n
		}
	}
	return pr.Passages[0]
}

// firstSentence returns the first sentence of the passage that says something:
// one that names the project, or else the first long enough to.
func (e *Engine) firstSentence(h *Hit, pr *catalogue.Project) candidate {
	var first *candidate
	for i, span := range corpus.Sentences(h.Text) {
		c := candidate{hit: h, place: i, start: h.Start + span.Start, end: h.Start + span.End, text: h.Text[span.Start:span.End]}
		if len([]rune(c.text)) < 12 {
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

func listHeading(language, label string, n int) string {
	if language == "zh" {
		return label + "：共 " + itoa(n) + " 个项目"
	}
	return label + ": " + itoa(n) + " projects"
}

// listProjects lists the projects for which a sentence holds what the question
// asks, the best sentence for each.
func (e *Engine) listProjects(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter()
	key := weightiest(p)
	seen := map[*catalogue.Project]bool{}
	for i := range cands {
		c := &cands[i]
		if len(c.about) != 1 || seen[c.about[0]] || key != nil && key.Match(c.normal) == 0 {
			continue
		}
		pr := c.about[0]
		if w.size+len([]rune(pr.Name))+len([]rune(c.text)) > listRunes {
			break
		}
		seen[pr] = true
		w.quote(pr.Name+phrase(p.Language, ": ", "："), c, true)
		w.project(pr.Name)
	}
	if len(w.answer.Sentences) == 0 {
		return e.state(p, cands)
	}
	return w.done(p)
}

// weightiest returns the concept that every row of a list must hold.
func weightiest(p *plan.Plan) *plan.Concept {
	var best *plan.Concept
	for i := range p.Concepts {
		if best == nil || p.Concepts[i].Weight > best.Weight {
			best = &p.Concepts[i]
		}
	}
	return best
}

func size(l []candidate) int {
	n := 0
	for _, c := range l {
		n += len([]rune(c.text)) + 6
	}
	return n
}

// repeats reports whether c says again what one of l says.
func repeats(l []candidate, c *candidate) bool {
	return slices.ContainsFunc(l, func(o candidate) bool {
		return o.number == c.number && o.start == c.start || overlap(o.normal, c.normal) > 0.7
	})
}

// overlap is the share of the shorter text's units that the other holds.
func overlap(a, b string) float64 {
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return 0
	}
	in := map[string]bool{}
	for _, u := range y {
		in[u] = true
	}
	n := 0
	for _, u := range x {
		if in[u] {
			n++
		}
	}
	return float64(n) / float64(len(x))
}
