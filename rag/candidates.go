package rag

import (
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A candidate is a sentence that may answer, with what speaks for it.
type candidate struct {
	hit        *Hit
	number     int // of the passage
	place      int // of the sentence in its passage, from 0
	start, end int // bytes in the report
	text       string
	normal     string
	about      []*catalogue.Project // what its passage describes
	names      []*catalogue.Project // what it names itself
	coverage   float64              // share of the question's concepts, by weight, that it holds
	holds      bool                 // a value of a wanted type
	opens      bool                 // it begins with the name of a project asked for
	score      float64
}

// The share of each sign in a sentence's score. They were set on questions
// about other reports than the ones that come with the program and matter less than their order.
const (
	coverageShare = 1.0
	contextShare  = 0.35 // what a concept counts that stands in the heading or elsewhere in the passage
	holdsShare    = 0.35
	namesShare    = 0.25
	opensShare    = 0.15
	hitShare      = 0.25
)

// candidatePassages is how many passages are read sentence by sentence.
const candidatePassages = 24

// candidates reads the sentences of the first hits and scores them, best first.
func (e *Engine) candidates(p *plan.Plan, hits []Hit) []candidate {
	top := 0.0
	for _, h := range hits {
		top = max(top, h.Score)
	}
	var out []candidate
	for i := range hits[:min(candidatePassages, len(hits))] {
		out = append(out, e.readPassage(p, &hits[i], top)...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].score > out[j].score })
	return out
}

// readPassage makes a candidate of each sentence of a hit.
func (e *Engine) readPassage(p *plan.Plan, h *Hit, top float64) []candidate {
	number := e.numbers[h.ID]
	about := e.cfg.Catalogue.About(number)
	context := corpus.Normal(h.Header + "\n" + h.Text)
	var out []candidate
	for i, span := range corpus.Sentences(h.Text) {
		c := candidate{
			hit: h, number: number, place: i, about: about,
			start: h.Start + span.Start, end: h.Start + span.End,
			text: h.Text[span.Start:span.End],
		}
		if strings.TrimSpace(c.text) == "" {
			continue
		}
		c.normal = corpus.Normal(c.text)
		e.score(p, &c, context, top)
		out = append(out, c)
	}
	return out
}

// score weighs the candidate against the plan.
func (e *Engine) score(p *plan.Plan, c *candidate, context string, top float64) {
	var total, here, around float64
	for _, k := range p.Concepts {
		total += k.Weight
		m := k.Match(c.normal)
		here += k.Weight * m
		around += k.Weight * max(0, k.Match(context)-m)
	}
	if total > 0 {
		c.coverage = here / total
		around /= total
	}
	c.holds = holds(c.text, p.Wants)
	c.score = coverageShare*c.coverage + contextShare*around
	if len(p.Wants) > 0 && c.holds && here > 0 {
		c.score += holdsShare
	}
	for _, pr := range p.Projects {
		if pr.NamedIn(c.normal) {
			c.names = append(c.names, pr)
		}
	}
	if len(c.names) > 0 {
		c.score += namesShare
		c.opens = c.names[0].Opens(c.normal)
		if c.opens {
			c.score += opensShare
		}
	}
	if top > 0 {
		c.score += hitShare * c.hit.Score / top
	}
}

// concerns reports whether c is about pr: it names it, or stands in a passage that
// describes it and no other asked one.
func (c *candidate) concerns(pr *catalogue.Project) bool {
	return slices.Contains(c.about, pr) || slices.Contains(c.names, pr)
}

// passageCoverage returns the share of the question's concepts, by weight, that the best
// hit holds, header included, and the weightiest concept that no hit holds.
func passageCoverage(p *plan.Plan, hits []Hit) (best float64, missing *plan.Concept) {
	total := 0.0
	seen := make([]bool, len(p.Concepts))
	for _, k := range p.Concepts {
		total += k.Weight
	}
	if total == 0 {
		return 0, nil
	}
	for _, h := range hits[:min(candidatePassages, len(hits))] {
		normal := corpus.Normal(h.Header + "\n" + h.Text)
		here := 0.0
		for i, k := range p.Concepts {
			if m := k.Match(normal); m > 0 {
				here += k.Weight * m
				seen[i] = true
			}
		}
		best = max(best, here/total)
	}
	for i := range p.Concepts {
		if !seen[i] && (missing == nil || p.Concepts[i].Weight > missing.Weight) {
			missing = &p.Concepts[i]
		}
	}
	return best, missing
}
