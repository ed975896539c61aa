package rag

import (
	"context"
	"math"
	"slices"
	"sort"
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
	minPassageCoverage  = 0.45
	minSentenceCoverage = 0.3
)

// extract answers with the reports' own sentences.
func (e *Engine) extract(ctx context.Context, p *plan.Plan) (Answer, error) {
	if p.Decline != "" {
		return declined(p), nil
	}
	if len(p.Concepts) == 0 && len(p.Projects) == 0 && p.Category == nil && !p.Each {
		return offTopic(p.Language), nil
	}
	if a, ok := e.categories(p); ok {
		return a, nil
	}
	if a, ok := e.list(p); ok {
		return a, nil
	}
	hits, err := e.retrieve(ctx, p)
	if err != nil {
		return Answer{}, err
	}
	cands := e.required(p, e.candidates(p, hits))
	if len(p.Parts) > 0 && !answersWhole(p, cands) {
		if a, err := e.answerParts(ctx, p); err != nil || a.Status == Answered {
			return a, err
		}
	}
	if !e.covered(p, hits, cands) {
		return notCovered(p, related(hits)), nil
	}
	var a Answer
	switch {
	case p.Intent == plan.Compare && len(p.Projects) > 1:
		a = e.compare(p, cands)
	case p.Intent == plan.Summary && len(p.Projects) > 0:
		a = e.summarise(p, cands)
	case p.Intent == plan.Define && len(p.Projects) > 0 && len(p.Concepts) == 0:
		a = e.define(p, cands)
	case p.Intent == plan.Compare && len(p.Projects) == 0:
		a = e.compareConcepts(p, cands)
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

// answersWhole reports whether the best sentence about the projects answers all
// parts of the question at once.
func answersWhole(p *plan.Plan, cands []candidate) bool {
	for _, c := range cands {
		if slices.ContainsFunc(p.Projects, c.concerns) {
			return c.holds == 1 && c.coverage >= wholeCoverage
		}
	}
	return false
}

// wholeCoverage is the share of a question's words that its answer holds when it
// answers all of it.
const wholeCoverage = 0.6

// answerParts answers each part of a question and puts the sentences together.
func (e *Engine) answerParts(ctx context.Context, p *plan.Plan) (Answer, error) {
	w := e.newWriter(p)
	var all []candidate
	var missing []string
	for i := range p.Parts {
		part := &p.Parts[i]
		hits, err := e.retrieve(ctx, part)
		if err != nil {
			return Answer{}, err
		}
		cands := e.required(part, e.candidates(part, hits))
		if !e.covered(part, hits, cands) {
			missing = append(missing, e.labels(part)...)
			continue
		}
		for _, c := range e.choose(part, cands, maxPerPart) {
			if !repeats(all, &c) {
				all = append(all, c)
			}
		}
	}
	if len(all) == 0 {
		return notCovered(p, nil), nil
	}
	w.paragraph(all)
	a := w.done(p)
	a.Conflict = disagree(all)
	a.Notice = notStated(p, missing)
	return a, nil
}

// labels names the attributes that p asks for.
func (e *Engine) labels(p *plan.Plan) []string {
	var out []string
	for _, a := range p.Attributes {
		if l := a.Label.In(p.Language); l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// notStated says of what a question asked beside other things that no report states it; "" for nothing.
func notStated(p *plan.Plan, what []string) string {
	if len(what) == 0 {
		return ""
	}
	return phrase(p.Language, "Not stated in the reports: ", "报告未说明：") + strings.Join(what, phrase(p.Language, ", ", "、")) + phrase(p.Language, ".", "。")
}

// maxPerPart is how many sentences a part of a question may take.
const maxPerPart = 2

// required keeps the sentences that can answer: of a question for a number, those that
// speak of what is counted; of one for a value of something that is no project, those
// that speak of it, themselves or by their heading.
func (e *Engine) required(p *plan.Plan, cands []candidate) []candidate {
	if p.Counted != nil && len(p.Projects) > 0 {
		for i := range cands {
			if e.counts(p.Counted, &cands[i]) {
				cands[i].score += countsShare
			}
		}
		sort.SliceStable(cands, func(i, j int) bool { return cands[i].score > cands[j].score })
		return slices.DeleteFunc(cands, func(c candidate) bool {
			return p.Counted.Match(c.normal) == 0 && len(c.states) == 0 || e.countsOther(p.Counted, &c) || len(c.states) == 0 && e.measures(&c)
		})
	}
	if len(p.Projects) > 0 || len(p.Wants) == 0 || len(p.Attributes) == 0 || p.Conflict {
		return cands
	}
	keys := e.keys(p)
	if len(keys) == 0 || keys[0].Weight < minKey {
		return cands
	}
	return slices.DeleteFunc(cands, func(c candidate) bool { return keys[0].Match(c.normal) == 0 && c.under == 0 })
}

// counts reports whether c gives a number of what is asked, one right before it.
func (e *Engine) counts(what *plan.Concept, c *candidate) bool {
	if what.Match(c.normal) < 1 {
		return false
	}
	return slices.ContainsFunc(e.values.Read(c.text, e.reports[c.hit.Report].Published.Year), func(v corpus.Value) bool {
		if v.Kind != corpus.Number || v.Percent {
			return false
		}
		rest := []rune(c.text[v.End:])
		rest = rest[:min(countedWithin, len(rest))]
		if k := slices.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(",.;:，。；：、", r) }); k >= 0 {
			rest = rest[:k]
		}
		return what.Match(corpus.Normal(string(rest))) == 1
	})
}

// measures reports whether all figures of c are amounts, shares and dates: it counts nothing.
func (e *Engine) measures(c *candidate) bool {
	l := e.values.Read(c.text, e.reports[c.hit.Report].Published.Year)
	return len(l) > 0 && !slices.ContainsFunc(l, func(v corpus.Value) bool { return v.Kind == corpus.Number && !v.Percent })
}

// countsOther reports whether c counts something else than what is asked. An attribute
// without a label gathers unlike things: a number of plants is no number of employees.
func (e *Engine) countsOther(what *plan.Concept, c *candidate) bool {
	i := slices.IndexFunc(e.cfg.Vocabulary.Attributes, func(a corpus.Attribute) bool { return a.ID == what.Attribute })
	return i >= 0 && e.cfg.Vocabulary.Attributes[i].Loose && what.Match(c.normal) < 1
}

// countedWithin is how many characters behind a number the thing counted stands at most.
const countedWithin = 24

// countsShare is what it is worth that a sentence counts the very thing asked for.
const countsShare = 0.3

// minKey is the weight from which on a word tells what a question is about.
const minKey = 0.6

// covered reports whether the hits can answer at all.
func (e *Engine) covered(p *plan.Plan, hits []Hit, cands []candidate) bool {
	if len(cands) == 0 {
		return false
	}
	if len(p.Concepts) == 0 || len(p.Projects) > 1 && p.Intent == plan.Compare {
		return len(p.Projects) > 0
	}
	if p.Unknown != "" {
		return false
	}
	if slices.ContainsFunc(cands, func(c candidate) bool { return len(c.states) > 0 }) {
		return true
	}
	if p.Intent == plan.Compare && len(p.Projects) == 0 && len(e.keys(p)) > 1 {
		return true
	}
	if len(p.Projects) > 0 {
		return e.coveredFor(p, hits, cands)
	}
	best, missing := e.passageCoverage(p, hits)
	if best < minPassageCoverage {
		return false
	}
	if missing != nil && missing.Weight >= 0.9 && missing.Attribute == "" {
		return false // a word that tells most, and no passage knows it
	}
	if len(p.Wants) > 0 && !slices.ContainsFunc(cands, func(c candidate) bool { return c.holds > 0 && c.coverage >= minSentenceCoverage }) {
		return false
	}
	return cands[0].coverage >= minSentenceCoverage
}

// coveredFor reports whether a sentence about one of the asked projects can answer:
// it holds enough of the question, and a value of a wanted type.
func (e *Engine) coveredFor(p *plan.Plan, hits []Hit, cands []candidate) bool {
	best, _ := e.passageCoverage(p, hits)
	if p.Intent == plan.Summary && best >= minSentenceCoverage {
		return true
	}
	least := minPassageCoverage
	if p.Conflict {
		least = minSentenceCoverage // "is it A or B": no passage holds both
	}
	return best >= least && slices.ContainsFunc(cands, func(c candidate) bool {
		return c.coverage+c.near >= minSentenceCoverage && (len(p.Wants) == 0 || c.holds > 0) && slices.ContainsFunc(p.Projects, c.concerns)
	})
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

// state answers a fact with the few best sentences: the best one, those nearly as
// good, and the best of another report that states the same thing.
func (e *Engine) state(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter(p)
	chosen := e.choose(p, cands, maxStated)
	if p.Defines {
		chosen = e.withOpening(p, chosen, cands)
	}
	switch {
	case p.Conflict && len(p.Projects) == 0:
		chosen = bestByReport(cands)
	case len(p.Projects) == 1 && !p.Defines:
		chosen = e.withOtherValues(p, chosen, cands)
	case len(p.Projects) == 0 && len(p.Wants) == 0:
		if c := headed(cands); c != nil {
			chosen = section(*c, cands)
		}
	}
	w.paragraph(chosen)
	a := w.done(p)
	a.Conflict = disagree(chosen)
	if len(a.Citations) > 0 {
		a.Notice = notStated(p, e.unstated(p, chosen))
	}
	return a
}

// unstated names what a question asked of one project, beside other things, that the
// reports state nowhere and the chosen sentences do not speak of.
func (e *Engine) unstated(p *plan.Plan, chosen []candidate) []string {
	if len(p.Projects) != 1 || len(p.Attributes) < 2 {
		return nil
	}
	var out []string
	for _, a := range p.Attributes {
		if a.Loose || len(a.State.All()) == 0 || a.Label.En == "" || len(e.cfg.Catalogue.Facts(p.Projects[0], a.ID)) > 0 {
			continue
		}
		if a.Type != corpus.Amount && a.Type != corpus.Number && a.Type != corpus.When {
			continue // what is not a value is not read as a fact
		}
		cues := e.cues[a.ID]
		spoken := slices.ContainsFunc(chosen, func(c candidate) bool {
			return slices.ContainsFunc(slices.Concat(cues.all, cues.state), func(s string) bool { return strings.Contains(c.normal, s) })
		})
		if !spoken {
			out = append(out, a.Label.In(p.Language))
		}
	}
	return out
}

// choose returns the best sentence and those worth adding to it, at most n.
func (e *Engine) choose(p *plan.Plan, cands []candidate, n int) []candidate {
	var chosen []candidate
	for _, c := range cands {
		if len(p.Projects) > 0 && !slices.ContainsFunc(p.Projects, c.concerns) {
			continue
		}
		if len(chosen) == n || repeats(chosen, &c) || !adds(p, chosen, &c) {
			continue
		}
		if p.Counted != nil && len(chosen) > 0 && e.counts(p.Counted, &chosen[0]) && !e.counts(p.Counted, &c) {
			continue // the number is given; others are numbers of something else
		}
		if size(chosen)+len([]rune(c.text)) > factRunes && len(chosen) > 0 {
			continue
		}
		chosen = append(chosen, c)
	}
	if len(chosen) > 0 && (explains(p) || strings.HasSuffix(strings.TrimSpace(chosen[0].text), ":")) {
		return goOn(chosen, cands)
	}
	return chosen
}

// explains reports whether the question asks for an explanation rather than a value.
func explains(p *plan.Plan) bool {
	return len(p.Wants) == 0 && (p.Intent == plan.Define || slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Prose }))
}

// goOn adds the sentences that follow the best one in its passage: an explanation
// seldom ends with its first sentence, and never with a colon.
func goOn(chosen, cands []candidate) []candidate {
	first := chosen[0]
	more := maxFollowing
	if strings.HasSuffix(strings.TrimSpace(first.text), ":") || strings.HasSuffix(strings.TrimSpace(first.text), "：") {
		more = maxItems
		chosen = chosen[:1]
	}
	var next []candidate
	for _, c := range cands {
		if c.hit.Report == first.hit.Report && c.start > first.start && (c.number == first.number || more == maxItems && slices.Equal(c.hit.Path, first.hit.Path)) {
			next = append(next, c)
		}
	}
	slices.SortFunc(next, func(a, b candidate) int { return a.start - b.start })
	at := 1
	for _, c := range next[:min(more, len(next))] {
		if !repeats(chosen, &c) && size(chosen)+len([]rune(c.text)) <= factRunes+150 {
			chosen = slices.Insert(chosen, at, c)
			at++
		}
	}
	return chosen
}

// How many sentences may follow the best one, and how many items a colon.
const (
	maxFollowing = 2
	maxItems     = 5
)

// headingCovers is the share of the question that a heading path must hold for all
// that stands under it to be the answer.
const headingCovers = 0.6

// headed returns the best candidate whose headings hold most of the question, unless
// another one holds nearly all of it by itself; nil for none.
func headed(cands []candidate) *candidate {
	for i := range cands {
		if cands[i].under >= headingCovers && cands[0].coverage < cands[i].coverage+wholeSentence {
			return &cands[i]
		}
	}
	return nil
}

// wholeSentence is how much more of the question a sentence must hold than one under
// a fitting heading, to be the better answer.
const wholeSentence = 0.3

// section returns the sentences that stand under the same headings as c, in
// reading order, as many as fit.
func section(c candidate, cands []candidate) []candidate {
	var all []candidate
	for _, o := range cands {
		if o.hit.Report == c.hit.Report && slices.Equal(headings(o.hit), headings(c.hit)) {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return a.start - b.start })
	var out []candidate
	for _, o := range all {
		if size(out)+len([]rune(o.text)) <= factRunes+100 && !repeats(out, &o) {
			out = append(out, o)
		}
	}
	return out
}

// headings are the headings that a passage stands under, without its own name.
func headings(h *Hit) []string {
	if (h.Kind == corpus.ListItem || h.Kind == corpus.TableRow) && len(h.Path) > 1 {
		return h.Path[:len(h.Path)-1]
	}
	return h.Path
}

// withOpening puts the sentence that says what the project is in front.
func (e *Engine) withOpening(p *plan.Plan, chosen, cands []candidate) []candidate {
	for _, c := range e.definition(p, p.Projects[0], cands) {
		if !repeats(chosen, &c) {
			return slices.Insert(chosen, 0, c)
		}
		return chosen
	}
	return chosen
}

// bestByReport returns the best sentence of each of the first reports: a question how
// things really are wants to hear all sides.
func bestByReport(cands []candidate) []candidate {
	var out []candidate
	for _, c := range cands {
		if len(out) == maxStated {
			break
		}
		if !slices.ContainsFunc(out, func(o candidate) bool { return o.hit.Report == c.hit.Report }) && c.score >= otherReport*cands[0].score {
			out = append(out, c)
		}
	}
	return out
}

// maxStated is how many sentences a fact may take.
const maxStated = 3

// How good a sentence must be beside the best one to be added to it; one of
// another report that states the same attribute may be less like the question.
const (
	nearlyAsGood = 0.8
	asGood       = 0.95
	otherReport  = 0.42
)

// adds reports whether c is worth adding to the chosen sentences.
func adds(p *plan.Plan, chosen []candidate, c *candidate) bool {
	if len(chosen) == 0 {
		return true
	}
	best := chosen[0].score
	near := nearlyAsGood
	if len(chosen[0].states) > 0 && len(c.states) == 0 {
		near = asGood // a fact needs no company
	}
	if c.score >= near*best || p.Conflict && c.score >= otherReport*best {
		return true
	}
	if len(p.Projects) > 0 && c.score >= otherReport*best && newConcept(p, chosen, c) {
		return true
	}
	known := slices.ContainsFunc(chosen, func(o candidate) bool { return o.hit.Report == c.hit.Report })
	return !known && c.score >= otherReport*best && (len(c.states) > 0 || c.coverage >= minSentenceCoverage && (len(c.names) > 0 || len(chosen[0].states) == 0))
}

// newConcept reports whether c holds a weighty word of the question that none of the chosen holds.
func newConcept(p *plan.Plan, chosen []candidate, c *candidate) bool {
	for i, k := range p.Concepts {
		if c.held[i] && k.Weight >= minNewConcept && !slices.ContainsFunc(chosen, func(o candidate) bool { return o.held[i] }) {
			return true
		}
	}
	return false
}

// minNewConcept is the weight from which on a word left unanswered is worth a sentence.
const minNewConcept = 0.3

// A slot is what can have one value only: an attribute of a project, of one round
// of money raised, in one unit.
type slot struct {
	project         *catalogue.Project
	attribute       string
	round, unitWord string
}

func slotOf(f catalogue.Fact) slot {
	k := slot{f.Project, f.Attribute, f.Round, ""}
	if f.Value.Kind == corpus.Number {
		k.unitWord = f.Unit
	}
	return k
}

// disagree reports whether two of the sentences state different values of one slot.
func disagree(l []candidate) bool {
	seen := map[slot]catalogue.Fact{}
	for _, c := range l {
		for _, f := range c.states {
			if f.Denied || f.Value.Kind == corpus.When {
				continue
			}
			if o, ok := seen[slotOf(f)]; ok && !alike(o.Value.Num, f.Value.Num) && (o.Report != f.Report || o.Start != f.Start) {
				return true
			}
			seen[slotOf(f)] = f
		}
	}
	return false
}

// withOtherValues adds the sentences that state another value of what the best one
// states, and puts the newest report's first.
func (e *Engine) withOtherValues(p *plan.Plan, chosen, cands []candidate) []candidate {
	if len(chosen) == 0 || len(p.Projects) != 1 {
		return chosen
	}
	values := map[slot][]float64{}
	for _, f := range chosen[0].states {
		if !f.Denied && f.Value.Kind != corpus.When && !f.Value.Malformed {
			values[slotOf(f)] = append(values[slotOf(f)], f.Value.Num)
		}
	}
	added := false
	for _, c := range cands {
		if len(chosen) > maxStated || !differs(values, c.states) || slices.ContainsFunc(chosen, func(o candidate) bool { return o.number == c.number && o.start == c.start }) {
			continue
		}
		chosen = append(chosen, c)
		added = true
	}
	if added || disagree(chosen) {
		slices.SortStableFunc(chosen, func(a, b candidate) int {
			return e.reports[b.hit.Report].Published.Compare(e.reports[a.hit.Report].Published)
		})
	}
	return chosen
}

// differs reports whether one of the facts fills a known slot with a value that is not
// there, and notes it.
func differs(values map[slot][]float64, facts []catalogue.Fact) bool {
	found := false
	for _, f := range facts {
		k := slotOf(f)
		if f.Denied || f.Value.Kind == corpus.When || f.Value.Malformed || len(values[k]) == 0 {
			continue
		}
		if !slices.ContainsFunc(values[k], func(x float64) bool { return alike(x, f.Value.Num) }) {
			values[k] = append(values[k], f.Value.Num)
			found = true
		}
	}
	return found
}

// alike reports whether two figures are the same but for rounding.
func alike(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 0.02*max(math.Abs(a), math.Abs(b))
}

// define answers what a project is: the sentences that open the passages that
// describe it, those in the question's language first.
func (e *Engine) define(p *plan.Plan, cands []candidate) Answer {
	w := e.newWriter(p)
	for _, pr := range p.Projects {
		var chosen []candidate
		for _, c := range e.definition(p, pr, cands) {
			if size(chosen)+len([]rune(c.text)) <= defineRunes/len(p.Projects) && !repeats(chosen, &c) && len(chosen) < 4 {
				chosen = append(chosen, c)
			}
		}
		w.paragraph(chosen)
		w.project(pr.Name)
	}
	return w.done(p)
}

// definition returns what [opening] does, the first sentence of the form "Acme is ..." in front.
func (e *Engine) definition(p *plan.Plan, pr *catalogue.Project, cands []candidate) []candidate {
	own := opening(p, pr, cands)
	for i, c := range own {
		if c.hit.Language != p.Language && own[0].hit.Language == p.Language {
			break
		}
		if pr.Opens(c.normal) && slices.ContainsFunc(e.copulas, func(w string) bool { return strings.Contains(c.normal[:min(len(c.normal), copulaReach)], w) }) {
			return append([]candidate{c}, slices.Delete(slices.Clone(own), i, i+1)...)
		}
	}
	return own
}

// copulaReach is how far, in bytes of the normal form, "is" may stand from the beginning of a
// sentence that says what its subject is.
const copulaReach = 60

// opening returns the sentences of the passages that describe pr, in reading
// order, reports in the plan's language first.
func opening(p *plan.Plan, pr *catalogue.Project, cands []candidate) []candidate {
	var own []candidate
	for _, c := range cands {
		if slices.Contains(c.about, pr) {
			own = append(own, c)
		}
	}
	opens := map[int]bool{} // passages that open with the name: they say what it is
	for _, c := range own {
		if c.place == 0 && pr.Opens(c.normal) {
			opens[c.number] = true
		}
	}
	slices.SortStableFunc(own, func(a, b candidate) int {
		if x, y := a.hit.Language == p.Language, b.hit.Language == p.Language; x != y {
			if x {
				return -1
			}
			return 1
		}
		if x, y := opens[a.number], opens[b.number]; x != y {
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
	w := e.newWriter(p)
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
			if c := e.bestFor(a, own); c != nil {
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
func (e *Engine) bestFor(a corpus.Attribute, own []candidate) *candidate {
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
		for _, w := range e.cues[a.ID].all {
			if strings.Contains(c.normal, w) {
				n++
			}
		}
		if n > most {
			best, most = c, n
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

// overlap is the share of the longer text's units that the other holds; of the
// shorter's, when that is a sentence of some length.
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
	if len(x) >= longSentence {
		return 0.85 * float64(n) / float64(len(x))
	}
	return float64(n) / float64(len(y))
}

// longSentence is from how many units on a sentence that another holds repeats it.
const longSentence = 10
