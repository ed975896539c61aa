package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/corpus"
)

// dateConcepts makes concepts of the dates in the question, as both languages write
// them, and returns rest without them.
func (p *Planner) dateConcepts(pl *Plan, question, rest string) string {
	pl.Asked = p.values.Read(question, 0)
	for _, v := range pl.Asked {
		if v.Kind != corpus.When || v.Date.Year == 0 || pl.Filter != nil {
			continue
		}
		c := Concept{Text: strings.TrimSpace(corpus.Normal(question[v.Start:v.End])), Weight: dateWeight}
		for _, form := range dateForms(v) {
			c.Alternatives = append(c.Alternatives, corpus.Normal(form))
		}
		c.Strong = len(c.Alternatives)
		pl.Concepts = append(pl.Concepts, c)
		rest = strings.ReplaceAll(rest, corpus.Normal(question[v.Start:v.End]), "  ")
	}
	return rest
}

// dateWeight is the weight of a date in a question.
const dateWeight = 0.6

// dateForms writes a date as reports of both languages do.
func dateForms(v corpus.Value) []string {
	d := v.Date
	switch {
	case d.Month == 0:
		return []string{fmt.Sprint(d.Year), fmt.Sprintf("%02d 年", d.Year%100)}
	default:
		name := time.Month(d.Month).String()
		return []string{
			fmt.Sprintf("%s %d", name, d.Year), fmt.Sprintf("%s %d", name[:3], d.Year), fmt.Sprintf("%d 年 %d 月", d.Year, d.Month),
			fmt.Sprintf("%02d 年 %d 月", d.Year%100, d.Month), fmt.Sprintf("%d-%02d", d.Year, d.Month), name + " this year", fmt.Sprintf("今年 %d 月", d.Month),
		}
	}
}
