package rag

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// bareQuarter matches a quarter that is told without its year: the year of the report is meant.
var bareQuarter = regexp.MustCompile(`(?i)(?:^|[^\w年])\s?Q([1-4])(?:\W|$)|第([一二三四])季度`)

// withYear matches a quarter that is told with it.
var withYear = regexp.MustCompile(`(?i)(?:\d年?|\b20\d\d)\s*Q[1-4]|Q[1-4]\s*(?:of\s+)?(?:19|20)\d\d|年\s*第[一二三四]季度`)

// quarterRows returns the rows of the projects of which a report of the asked year tells the filter's
// attribute of the asked quarter without naming the year, but for those that have a row.
func (e *Engine) quarterRows(p *plan.Plan, rows []row) []row {
	asked := p.Filter.Value
	if p.Filter.Op != plan.On || asked.Quarter == 0 {
		return nil
	}
	var out []row
	all := e.cfg.Index.Passages()
	cues := e.cues[p.Filter.Attribute.ID].state
	for _, n := range e.freq.candidates(cues) {
		r := e.reports[all[n].Report]
		if r.Published.Year != asked.Date.Year || !allowed(p.Reports, r.ID) {
			continue
		}
		for _, span := range e.readings.of(&all[n]).sentences {
			start, end := all[n].Start+span.start, all[n].Start+span.end
			if !e.tellsQuarter(p, r.Text[start:end], cues) {
				continue
			}
			for _, pr := range e.subjects(span.normal, e.cfg.Catalogue.AboutAt(n, start)) {
				if !hasRow(rows, pr) && !hasRow(out, pr) && slices.Contains(e.in(p), pr) {
					out = append(out, row{project: pr, passage: n, start: start, end: end, text: r.Text[start:end], quoted: true})
				}
			}
		}
	}
	return out
}

func hasRow(rows []row, pr *catalogue.Project) bool {
	return slices.ContainsFunc(rows, func(r row) bool { return r.project == pr })
}

// tellsQuarter reports whether a part of the sentence tells of the quarter, in the tense that is asked for.
func (e *Engine) tellsQuarter(p *plan.Plan, sentence string, cues []string) bool {
	announced := false
	for _, part := range partEnds.Split(sentence, -1) {
		normal := corpus.Normal(part)
		planned := announced || e.tellsPlans(normal)
		announced = announced || planned && strings.ContainsAny(part, ":：")
		if quarterIn(part) != p.Filter.Value.Quarter || !slices.ContainsFunc(cues, func(c string) bool { return strings.Contains(normal, c) }) {
			continue
		}
		if p.Tense == "" || planned == (p.Tense == plan.Planned) {
			return true
		}
	}
	return false
}

// quarterIn returns the quarter that a text tells without its year, 0 for none.
func quarterIn(text string) int {
	m := bareQuarter.FindStringSubmatch(text)
	if m == nil || withYear.MatchString(text) {
		return 0
	}
	if m[1] != "" {
		return int(m[1][0] - '0')
	}
	return strings.Index("一二三四", m[2])/len("一") + 1
}
