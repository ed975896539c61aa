package rag

import (
	"math"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

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
