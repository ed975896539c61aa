package rag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag/plan"
)

// Where lists the projects that meet all conditions, one cited row each, by the same
// queries that a question in words runs. An unknown attribute, or a value that is none, is an error
// that names it and what is known.
func (e *Engine) Where(conditions []plan.Condition, language string) (Answer, error) {
	if len(conditions) == 0 {
		return Answer{}, fmt.Errorf("list projects: no condition")
	}
	var rows []row
	var labels []string
	var first plan.Plan
	for i, c := range conditions {
		p, err := e.planner.Where(c, language)
		if err != nil {
			return Answer{}, fmt.Errorf("list projects: %w", err)
		}
		var found []row
		switch {
		case p.Filter != nil:
			found, _ = e.filtered(&p)
		default:
			if found = e.namedRows(&p); len(found) == 0 {
				found = e.holding(&p, e.keys(&p))
			}
		}
		labels = append(labels, c.String())
		if i == 0 {
			rows, first = found, p
			continue
		}
		rows = both(rows, found)
	}
	if len(rows) == 0 {
		return statusAnswer(NotCovered, phrase(language, "The reports state this of no project.", "报告没有提到符合条件的项目。")), nil
	}
	a := e.writeRows(&first, strings.Join(labels, ", "), "", rows)
	a.Language = language
	return a, nil
}

// both returns the rows of the projects that have rows in a and in b: those of a, in
// their order, each project's followed by those of b that show another sentence.
func both(a, b []row) []row {
	var out []row
	for i, x := range a {
		var more []row
		in := false
		for _, y := range b {
			if y.project == x.project {
				in = true
				if !slices.ContainsFunc(a, func(r row) bool { return r.passage == y.passage && r.start == y.start }) {
					more = append(more, y)
				}
			}
		}
		if !in {
			continue
		}
		out = append(out, x)
		if !slices.ContainsFunc(a[i+1:], func(r row) bool { return r.project == x.project }) {
			out = append(out, more...)
		}
	}
	return out
}
