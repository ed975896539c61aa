package rag

import (
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// countEach counts the projects of each category of the asked reports.
func (e *Engine) countEach(p *plan.Plan) (Answer, bool) {
	type group struct {
		label    string
		projects []*catalogue.Project
	}
	var groups []*group
	byLabel := map[string]*group{}
	other := &group{label: phrase(p.Language, "Other", "其他")} // described under no category
	for _, pr := range e.in(p) {
		if len(pr.Categories) == 0 && len(pr.Passages) > 0 && len(p.Reports) == 0 {
			other.projects = append(other.projects, pr)
		}
		for _, c := range pr.Categories {
			if !allowed(p.Reports, c.Report) {
				continue
			}
			label := c.In(p.Language)
			if byLabel[label] == nil {
				byLabel[label] = &group{label: label}
				groups = append(groups, byLabel[label])
			}
			if g := byLabel[label]; !slices.Contains(g.projects, pr) { // two reports may use one label
				g.projects = append(g.projects, pr)
			}
		}
	}
	if len(groups) < 2 {
		return Answer{}, false
	}
	all := e.cfg.Index.Passages()
	sort.SliceStable(groups, func(i, j int) bool {
		return groups[i].projects[0].Passages[0] < groups[j].projects[0].Passages[0]
	})
	if len(other.projects) > 0 {
		groups = append(groups, other)
	}
	w := e.newWriter(p)
	total := map[*catalogue.Project]bool{}
	for _, g := range groups {
		for _, pr := range g.projects {
			total[pr] = true
		}
	}
	w.heading(phrase(p.Language, itoa(len(total))+" projects in "+itoa(len(groups))+" categories", "共 "+itoa(len(total))+" 个项目，"+itoa(len(groups))+" 个类别"))
	for _, g := range groups {
		var names []string
		var cites []int
		for _, pr := range g.projects {
			names = append(names, pr.Name)
			w.project(pr.Name)
			n := describing(pr, p, all)
			if len(cites) < maxRowCites {
				h := Hit{Passage: all[n]}
				c := e.firstSentence(&h, pr)
				cites = append(cites, w.cite(&all[n], c.start, c.end))
			}
		}
		w.add("", g.label+phrase(p.Language, ": ", "：")+itoa(len(names))+phrase(p.Language, " (", "（")+strings.Join(names, phrase(p.Language, ", ", "、"))+phrase(p.Language, ")", "）"), true, cites...)
	}
	return w.done(p), true
}

// maxRowCites is how many citations one row of counts carries.
const maxRowCites = 8

// categories answers under what the reports file a project.
func (e *Engine) categories(p *plan.Plan) (Answer, bool) {
	if !asksCategory(p) {
		return Answer{}, false
	}
	pr := p.Projects[0]
	w := e.newWriter(p)
	all := e.cfg.Index.Passages()
	for _, c := range pr.Categories {
		n := filedAt(pr, c, all)
		if n < 0 || !allowed(p.Reports, c.Report) {
			continue
		}
		h := Hit{Passage: all[n]}
		first := e.firstSentence(&h, pr)
		w.add("", pr.Name+phrase(p.Language, ", category in ", " 在《")+e.reports[c.Report].Title+phrase(p.Language, ": ", "》中的类别：")+c.In(p.Language), true, w.cite(&all[n], first.start, first.end))
		w.project(pr.Name)
	}
	if len(w.answer.Sentences) == 0 {
		return Answer{}, false
	}
	return w.done(p), true
}

// asksCategory reports whether the question is where a project is filed.
func asksCategory(p *plan.Plan) bool {
	return len(p.Projects) == 1 && slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.ID == categoryAttribute })
}

// filed reports whether the answer tells under which headings projects stand, and how many:
// that is read off the catalogue, not off a sentence.
func filed(p *plan.Plan) bool { return p.Each || p.Outline || asksCategory(p) }

// categoryAttribute is the attribute by which a question asks where a project is filed.
const categoryAttribute = "category"

// filedAt returns the number of a passage that describes pr in the category's report and section,
// or in its report, or -1.
func filedAt(pr *catalogue.Project, c catalogue.Category, all []corpus.Passage) int {
	found := -1
	for _, n := range pr.Passages {
		if all[n].Report != c.Report {
			continue
		}
		if slices.ContainsFunc(all[n].Path, func(h string) bool { return h == c.En || h == c.Zh }) {
			return n
		}
		if found < 0 {
			found = n
		}
	}
	return found
}
