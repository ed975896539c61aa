package rag

import (
	"context"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
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
	minPassageCoverage  = 0.3
	minSentenceCoverage = 0.3
)

// extract answers with the reports' own sentences.
func (e *Engine) extract(ctx context.Context, p *plan.Plan) (Answer, error) {
	a, _, err := e.extractFrom(ctx, p)
	return a, err
}

// extractFrom is extract that returns the hits, too; nil where none were needed.
func (e *Engine) extractFrom(ctx context.Context, p *plan.Plan) (Answer, []Hit, error) {
	if p.Decline == plan.About {
		return e.aboutItself(p.Language), nil, nil
	}
	if p.Decline != "" {
		return declined(p), nil, nil
	}
	for _, whole := range []func(*plan.Plan) (Answer, bool){e.outline, e.differing, e.timeline, e.own, e.authors} {
		if a, ok := whole(p); ok {
			return a, nil, nil
		}
	}
	if len(p.Concepts) == 0 && len(p.Projects) == 0 && p.Category == nil && !p.Each {
		return offTopic(p.Language), nil, nil
	}
	if p.Unclear {
		return unclear(p.Language), nil, nil
	}
	if a, ok := e.categories(p); ok {
		return a, nil, nil
	}
	if a, ok := e.list(p); ok {
		return a, nil, nil
	}
	if a, ok := e.toldOfAnother(p); ok {
		return a, nil, nil
	}
	if parts := eachExplained(p); len(parts) > 1 {
		if a, err := e.explainEach(ctx, p, parts); err != nil || a.Status == Answered {
			return a, nil, err
		}
	}
	hits, err := e.retrieve(ctx, p)
	if err != nil {
		return Answer{}, nil, err
	}
	cands := e.required(p, e.candidates(p, hits))
	if len(p.Parts) > 0 && !answersWhole(p, cands) {
		if a, err := e.answerParts(ctx, p); err != nil || a.Status == Answered {
			return a, hits, err
		}
	}
	if !e.covered(p, hits, cands) {
		return notCovered(p, e.related(hits)), hits, nil
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
		return notCovered(p, e.related(hits)), hits, nil
	}
	return a, hits, nil
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
		if c := headed(p, cands); c != nil {
			chosen = section(*c, cands)
		}
	}
	w.paragraph(complete(p, chosen, cands))
	a := w.done(p)
	a.Conflict = e.disagree(chosen)
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
