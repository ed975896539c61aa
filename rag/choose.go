package rag

import (
	"math"
	"slices"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// choose returns the best sentence and those worth adding to it, at most n.
func (e *Engine) choose(p *plan.Plan, cands []candidate, n int) []candidate {
	var chosen []candidate
	for _, c := range pointFirst(p, cands) {
		if len(p.Projects) > 0 && !slices.ContainsFunc(p.Projects, c.concerns) {
			continue
		}
		if asksFigure(p) && !p.Conflict && len(p.Concepts) > 0 && c.coverage == 0 && len(c.states) == 0 {
			continue // a figure of something else
		}
		if len(chosen) == n || repeats(chosen, &c) || !adds(p, chosen, &c) || !sharesPoint(p, chosen, &c) {
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
	if len(chosen) == 0 {
		return nil
	}
	if p.Why {
		return e.withReason(chosen, cands)
	}
	if first := &chosen[0]; explains(p) || announces(first.text) || first.leads || isHeadingLike(first, cands) {
		chosen = goOn(chosen, cands)
	}
	return chosen
}

// withReason adds the sentence next to the best one that tells a reason, if none of the chosen does: it often says
// no more than "it" of what the question is about.
func (e *Engine) withReason(chosen, cands []candidate) []candidate {
	if slices.ContainsFunc(chosen, func(c candidate) bool { return e.tellsReason(c.normal) }) {
		return chosen
	}
	for _, by := range []int{1, 2, -1} {
		if c := neighbour(&chosen[0], cands, by); c != nil && e.tellsReason(c.normal) && !repeats(chosen, c) {
			at := 1
			if by < 0 {
				at = 0
			}
			return slices.Insert(chosen, at, *c)
		}
	}
	return chosen
}

// pointFirst puts the best sentence that holds the rarest word of a question about a notion in
// front, if it is nearly as good as the best of all.
func pointFirst(p *plan.Plan, cands []candidate) []candidate {
	if len(p.Projects) > 0 || p.Conflict || len(cands) == 0 {
		return cands
	}
	named := make([]float64, len(p.Concepts)) // what is written like a name comes before any other word
	for k, c := range p.Concepts {
		if capitals(p.Text, c.Text) {
			named[k] = 1
		}
	}
	best, weight := -1, 0.0
	for i, c := range cands {
		if c.score < pointShare*cands[0].score {
			break
		}
		for k := range c.tells {
			if w := p.Concepts[k].Weight; c.tells[k] && w+named[k] > weight {
				best, weight = i, w+named[k]
			}
		}
	}
	if best <= 0 {
		return cands
	}
	return slices.Concat(cands[best:best+1], cands[:best], cands[best+1:])
}

// pointShare is how good a sentence with the rarest word must be beside the best one.
const pointShare = 0.75

// sharesPoint reports whether c holds what the best sentence answers a question about a
// notion by: the weightiest of its words. A sentence that shares a lesser word with the
// question is about something else.
func sharesPoint(p *plan.Plan, chosen []candidate, c *candidate) bool {
	if len(chosen) == 0 || len(p.Projects) > 0 || p.Conflict {
		return true
	}
	point := -1
	for i, k := range p.Concepts {
		if chosen[0].tells[i] && (point < 0 || k.Weight > p.Concepts[point].Weight) {
			point = i
		}
	}
	if point < 0 || c.tells[point] && c.coverage >= halfAsMuch*chosen[0].coverage {
		return true
	}
	beside := slices.ContainsFunc(chosen, func(o candidate) bool {
		return o.number == c.number && o.line == c.line && (o.place == c.place-1 || o.place == c.place+1)
	})
	return beside && newConcept(p, chosen, c) // it reads on, about another word of the question
}

// halfAsMuch is how much of a question a sentence must hold beside the best one to be added.
const halfAsMuch = 0.7

// explains reports whether the question asks for an explanation rather than a value.
func explains(p *plan.Plan) bool {
	return len(p.Wants) == 0 && (p.Intent == plan.Define || slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Prose }))
}

// isHeadingLike reports whether c is a short line of its own above a longer one.
func isHeadingLike(c *candidate, cands []candidate) bool {
	if len([]rune(c.text)) > maxHeadingLike || c.hit.Kind != corpus.Paragraph {
		return false
	}
	next := following(*c, cands, false)
	return len(next) > 0 && next[0].line == c.line+1 && next[0].place == c.place+1 && len(next[0].text) > 2*len(c.text)
}

// maxHeadingLike is how many characters a line may have that is a heading but for its form.
const maxHeadingLike = 60

// goOn adds the sentences that follow the best one: an explanation seldom ends with its
// first sentence, a title never does, and what a colon announces is the answer itself.
func goOn(chosen, cands []candidate) []candidate {
	first := chosen[0]
	items := announces(first.text)
	more := maxFollowing
	if items {
		more = maxItems
		chosen = chosen[:1]
	}
	at := 1
	next := following(first, cands, items)
	line := first.line
	if len(next) > 0 && isHeadingLike(&first, cands) {
		line = next[0].line
	}
	for _, c := range next[:min(more, len(next))] {
		if !items && (c.line != line || c.leads || announces(c.text)) {
			break // something else begins
		}
		if !repeats(chosen, &c) && size(chosen)+len([]rune(c.text)) <= factRunes+150 {
			chosen = slices.Insert(chosen, at, c)
			at++
		}
	}
	return chosen
}

// following returns the candidates that stand behind first in its passage, in reading
// order; across those below the same headings too, where items are listed.
func following(first candidate, cands []candidate, items bool) []candidate {
	var next []candidate
	for _, c := range cands {
		if c.hit.Report == first.hit.Report && c.start > first.start && (c.number == first.number || items && slices.Equal(c.hit.Path, first.hit.Path)) {
			next = append(next, c)
		}
	}
	slices.SortFunc(next, func(a, b candidate) int { return a.start - b.start })
	return next
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
func headed(p *plan.Plan, cands []candidate) *candidate {
	if len(cands) > 0 && cands[0].defines && cands[0].under < headingCovers && cands[0].hit.Language == p.Language {
		return nil // the definition is the answer, and no part of a section about the notion
	}
	for i := range cands {
		if cands[i].score < headedShare*cands[0].score {
			break
		}
		if cands[i].under >= headingCovers && !nameCovers(p, cands[i].hit) && cands[0].coverage < cands[i].coverage+wholeSentence {
			return &cands[i]
		}
	}
	return nil
}

// nameCovers reports whether the own name of a list item or a table row holds what the
// question asks for: the item is the answer, not the list.
func nameCovers(p *plan.Plan, h *Hit) bool {
	if len(headings(h)) == len(h.Path) {
		return false
	}
	name, held := corpus.Normal(h.Path[len(h.Path)-1]), 0.0
	for _, k := range p.Concepts {
		held += k.Weight * k.Match(name)
	}
	return held >= headingCovers*totalWeight(p)
}

// headedShare is how good a sentence under a fitting heading must be beside the best one.
const headedShare = 0.85

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
	out := fill(all)
	if !said(out, &c) { // too long to be read from its beginning
		out = fill(slices.DeleteFunc(all, func(o candidate) bool { return o.start < c.start && (o.number != c.number || o.line != c.line) }))
	}
	return out
}

// fill returns the first sentences, as many as fit.
func fill(l []candidate) []candidate {
	var out []candidate
	for _, c := range l {
		c.leadTells = true // one item's title without the others' would be odd
		if size(out)+len([]rune(c.text)) <= factRunes+100 && !repeats(out, &c) {
			out = append(out, c)
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
	if l := e.definition(p, p.Projects[0], cands); len(l) > 0 && !repeats(chosen, &l[0]) {
		return slices.Insert(chosen, 0, l[0])
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
	if !p.Conflict && ofAnotherAlone(p, c) && !ofAnotherAlone(p, &chosen[0]) {
		return false // "it" is another project there
	}
	if slices.ContainsFunc(c.states, isFigure) && missesKey(p, c) && !missesKey(p, &chosen[0]) {
		return false // the same figure of another thing
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

// ofAnotherAlone reports whether c stands in what describes one other project than the one asked for.
func ofAnotherAlone(p *plan.Plan, c *candidate) bool {
	return len(p.Projects) == 1 && len(c.about) == 1 && c.about[0] != p.Projects[0]
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

// isFigure reports whether a fact's value is a number or a sum: others do not exclude each other.
func isFigure(f catalogue.Fact) bool {
	return f.Value.Kind == corpus.Number || f.Value.Kind == corpus.Amount
}

func slotOf(f catalogue.Fact) slot {
	k := slot{f.Project, f.Attribute, f.Round, ""}
	if f.Value.Kind == corpus.Number {
		k.unitWord = f.Unit
	}
	return k
}

// disagree reports whether two of the sentences state different values of one slot. Figures of unlike things do not.
func (e *Engine) disagree(l []candidate) bool {
	seen := map[slot]catalogue.Fact{}
	for _, c := range l {
		for _, f := range c.states {
			if f.Denied || !isFigure(f) || e.isUnlike(f.Attribute) {
				continue
			}
			if o, ok := seen[slotOf(f)]; ok && o.Report == f.Report && f.Value.Kind == corpus.Number {
				continue // counts of one report are told in the order in which they grew
			}
			if o, ok := seen[slotOf(f)]; ok && !alike(o.Value.Num, f.Value.Num) && (o.Report != f.Report || o.Start != f.Start) && !shareValues(l, o, f) {
				return true
			}
			seen[slotOf(f)] = f
		}
	}
	return false
}

// isUnlike reports whether the figures of an attribute are of unlike things, such as prices.
func (e *Engine) isUnlike(id string) bool {
	return e.attribute(id).Unlike
}

// shareValues reports whether the sentence of one fact states the value of the other, of whatever
// round: sums told beside each other twice are no disagreement.
func shareValues(l []candidate, a, b catalogue.Fact) bool {
	states := func(at catalogue.Fact, num float64) bool {
		return slices.ContainsFunc(l, func(c candidate) bool {
			return c.hit.Report == at.Report && c.start == at.Start && slices.ContainsFunc(c.states, func(f catalogue.Fact) bool {
				return f.Project == at.Project && f.Attribute == at.Attribute && alike(f.Value.Num, num)
			})
		})
	}
	return a.Value.Kind == corpus.Amount && (states(a, b.Value.Num) || states(b, a.Value.Num))
}

// withOtherValues adds the sentences that state another value of what the best one
// states, and puts the newest report's first.
func (e *Engine) withOtherValues(p *plan.Plan, chosen, cands []candidate) []candidate {
	if len(chosen) == 0 || len(p.Projects) != 1 {
		return chosen
	}
	values := map[slot][]float64{}
	for _, f := range chosen[0].states {
		if !f.Denied && isFigure(f) && !f.Value.Malformed {
			values[slotOf(f)] = append(values[slotOf(f)], f.Value.Num)
		}
	}
	added, best := false, chosen[0]
	for _, c := range cands {
		if len(chosen) > maxStated || missesKey(p, &c) && !missesKey(p, &best) || !differs(values, c.states) || slices.ContainsFunc(chosen, func(o candidate) bool { return o.number == c.number && o.start == c.start }) {
			continue
		}
		chosen = append(chosen, c)
		added = true
	}
	if added || e.disagree(chosen) {
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
		if f.Denied || !isFigure(f) || f.Value.Malformed || len(values[k]) == 0 {
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
