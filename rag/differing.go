package rag

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// differing answers whether the reports tell different things, of the asked projects or of all: a line for each
// figure that they state differently, or that none was found. It reports false for every other question.
func (e *Engine) differing(p *plan.Plan) (Answer, bool) {
	if !p.Differ {
		return Answer{}, false
	}
	of := p.Projects
	if len(of) == 0 {
		of = e.cfg.Catalogue.Projects()
	}
	w := e.newWriter(p)
	all := e.cfg.Index.Passages()
	lines := 0
	for _, pr := range of {
		for _, told := range e.differences(p, pr) {
			if lines++; lines > mostDifferences {
				break
			}
			if lines == 1 {
				w.heading(phrase(p.Language, "Figures that the reports state differently", "各报告说法不同的数据"))
			}
			var values []string
			var cites []int
			for _, f := range told {
				value := e.value(f, p.Language)
				if !f.AsOf.IsZero() {
					value += asOf(f.AsOf, p.Language)
				}
				values = append(values, value)
				cites = append(cites, w.cite(&all[f.Passage], f.Start, f.End))
			}
			w.add("• ", pr.Name+phrase(p.Language, ", "+lower(e.label(told[0].Attribute, "en"), "en")+": ", "，"+e.label(told[0].Attribute, "zh")+"：")+strings.Join(values, phrase(p.Language, "; ", "；")), true, cites...)
			w.project(pr.Name)
		}
	}
	if lines == 0 {
		return e.noDifference(p), true
	}
	if lines > mostDifferences {
		w.heading(phrase(p.Language, "… and more: ask about one project.", "……还有更多，请就某个项目提问。"))
	}
	return w.done(p), true
}

// mostDifferences bounds the lines of such an answer.
const mostDifferences = 12

// differences returns, for each figure of a project that two reports state differently, the two facts, the newer
// first. Sums of different rounds or times, and figures of different things, differ by nature.
func (e *Engine) differences(p *plan.Plan, pr *catalogue.Project) [][]catalogue.Fact {
	var out [][]catalogue.Fact
	for _, a := range e.cfg.Vocabulary.Attributes {
		if a.Loose || a.Unlike {
			continue
		}
		facts := slices.DeleteFunc(slices.Clone(e.cfg.Catalogue.Facts(pr, a.ID)), func(f catalogue.Fact) bool {
			return f.Denied || !isFigure(f) || !allowed(p.Reports, f.Report)
		})
		told := func(report string, num float64) bool {
			return slices.ContainsFunc(facts, func(f catalogue.Fact) bool { return f.Report == report && alike(f.Value.Num, num) })
		}
		for i, f := range facts {
			for _, o := range facts[i+1:] {
				sameRound := f.Round == o.Round || f.Round == "" || o.Round == ""
				if known := slices.ContainsFunc(out, func(l []catalogue.Fact) bool {
					return l[0].Attribute == f.Attribute && alike(l[0].Value.Num, f.Value.Num) && alike(l[1].Value.Num, o.Value.Num)
				}); known {
					continue
				}
				if f.Report != o.Report && slotOf(f).unitWord == slotOf(o).unitWord && sameRound && !apartInTime(f, o) && !told(f.Report, o.Value.Num) && !told(o.Report, f.Value.Num) {
					out = append(out, []catalogue.Fact{f, o})
				}
			}
		}
	}
	return out
}

// apartInTime reports whether two facts tell of different times, by their own dates.
func apartInTime(a, b catalogue.Fact) bool {
	return !a.Date.IsZero() && !b.Date.IsZero() && a.Date.Year != b.Date.Year
}

// noDifference says that no figure was found that the reports state differently, of what.
func (e *Engine) noDifference(p *plan.Plan) Answer {
	en, zh := "the reports state", "各报告的数据"
	if len(p.Projects) > 0 {
		name := p.Projects[0].Name
		en, zh = en+" of "+name, "各报告关于 "+name+" 的数据"
	}
	a := statusAnswer(NotCovered, phrase(p.Language,
		"I compared the figures that "+en+" and found none that differ. What they say in words I cannot compare without a model.",
		"我比较了"+zh+"，没有发现不同的说法；文字叙述的差异我无法在没有模型时比较。"))
	for _, pr := range p.Projects {
		a.Projects = append(a.Projects, pr.Name)
	}
	return a
}
