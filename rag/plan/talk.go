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
		if pr := p.picked(n, talk); pr != nil {
			pl.Projects, pl.FollowUp = []*catalogue.Project{pr}, true
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

// picked returns the project in place n among those that the talk last named together, from
// the end where n is negative; nil for none.
func (p *Planner) picked(n int, talk []Turn) *catalogue.Project {
	group := p.together(talk, max(2, n))
	switch {
	case n == other:
		return p.otherOf(group, talk)
	case n < 0:
		n += len(group) + 1
	}
	if n < 1 || n > len(group) || len(group) < 2 { // of one alone nothing is the first: a part of it is
		return nil
	}
	return group[n-1]
}

// together returns the projects of the newest turn that is about so many, at least; where
// there is none, the last two that the talk named one after the other.
func (p *Planner) together(talk []Turn, least int) []*catalogue.Project {
	for i := len(talk) - 1; i >= 0; i-- {
		if ps := p.named(talk[i]); len(ps) >= least {
			return ps
		}
	}
	return p.lastTwo(talk)
}

// otherOf returns the one of two that the last turn about a single project was not about.
func (p *Planner) otherOf(group []*catalogue.Project, talk []Turn) *catalogue.Project {
	if len(group) != 2 {
		return nil
	}
	for i := len(talk) - 1; i >= 0; i-- {
		if ps := p.named(talk[i]); len(ps) == 1 && slices.Contains(group, ps[0]) {
			return group[1-slices.Index(group, ps[0])]
		}
	}
	return nil
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
