package rag

import (
	"context"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

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
		if part.Defines {
			for _, c := range e.definition(part, part.Projects[0], cands)[:1] {
				all = append(all, c)
			}
			continue
		}
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
	a.Conflict = e.disagree(all)
	a.Notice = notStated(p, missing)
	return a, nil
}

// eachExplained returns a plan for each thing told in words that a question about no project asks for: "headwinds and
// tailwinds of".
func eachExplained(p *plan.Plan) []plan.Plan {
	if len(p.Projects) > 0 || p.Intent == plan.List || p.Intent == plan.Count || p.Intent == plan.Compare {
		return nil
	}
	var out []plan.Plan
	for _, a := range p.Attributes {
		if a.Type != corpus.Prose || len(a.Asked.All()) == 0 {
			return nil
		}
		part := *p
		part.Attributes = []corpus.Attribute{a}
		part.Concepts = slices.DeleteFunc(slices.Clone(p.Concepts), func(c plan.Concept) bool { return c.Attribute != "" && c.Attribute != a.ID })
		out = append(out, part)
	}
	return out
}

// explainEach answers each of the plans under a heading of its own.
func (e *Engine) explainEach(ctx context.Context, p *plan.Plan, parts []plan.Plan) (Answer, error) {
	w := e.newWriter(p)
	for i := range parts {
		part := &parts[i]
		hits, err := e.retrieve(ctx, part)
		if err != nil {
			return Answer{}, err
		}
		cands := e.required(part, e.candidates(part, hits))
		label := part.Attributes[0].Label.In(p.Language)
		if !e.covered(part, hits, cands) {
			w.heading(label + phrase(p.Language, ": not stated", "：未说明"))
			continue
		}
		chosen := e.choose(part, cands, maxStated)
		if c := headed(part, cands); c != nil {
			chosen = section(*c, cands)
		}
		w.heading(label)
		w.paragraph(complete(part, chosen, cands))
	}
	a := w.done(p)
	if len(a.Citations) == 0 {
		a.Status = NotCovered
	}
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
	return phrase(p.Language, "Not found in the reports: ", "报告中没有找到：") + strings.Join(what, phrase(p.Language, ", ", "、")) + phrase(p.Language, ".", "。")
}

// maxPerPart is how many sentences a part of a question may take.
const maxPerPart = 2
