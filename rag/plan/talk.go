package plan

import (
	"slices"

	"github.com/waymark-bot/waymark/rag/catalogue"
)

// carryOver takes the projects of the talk before when the question names none
// but leans on it, or refers into the last list.
func (p *Planner) carryOver(pl *Plan, question string, talk []Turn) {
	if len(talk) == 0 || len(pl.Projects) > 0 || pl.Category != nil {
		return
	}
	if n, ok := ordinal(question); ok {
		last := talk[len(talk)-1].Projects
		if n < 0 {
			n = len(last)
		}
		if n >= 1 && n <= len(last) {
			pl.Projects, pl.FollowUp = []*catalogue.Project{last[n-1]}, true
			return
		}
	}
	if both(question) {
		pl.Projects = p.lastTwo(talk)
		pl.FollowUp = len(pl.Projects) > 0
		if pl.FollowUp {
			return
		}
	}
	for i := len(talk) - 1; i >= 0; i-- {
		if ps := p.named(talk[i]); len(ps) > 0 && len(ps) <= 4 {
			pl.Projects, pl.FollowUp = ps, true
			return
		}
	}
}

// named returns the projects that a turn's question names, or else the ones
// its answer was about.
func (p *Planner) named(t Turn) []*catalogue.Project {
	var out []*catalogue.Project
	for _, m := range p.find(t.Question) {
		out = append(out, m.Project)
	}
	if len(out) == 0 {
		out = t.Projects
	}
	return out
}

// lastTwo returns the last two projects that the talk named, in order.
func (p *Planner) lastTwo(talk []Turn) []*catalogue.Project {
	var out []*catalogue.Project
	for i := len(talk) - 1; i >= 0 && len(out) < 2; i-- {
		ps := p.named(talk[i])
		for j := len(ps) - 1; j >= 0 && len(out) < 2; j-- {
			if !slices.Contains(out, ps[j]) {
				out = append(out, ps[j])
			}
		}
	}
	slices.Reverse(out)
	return out
}
