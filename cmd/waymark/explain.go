package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// maxExplained is how many sentences an explanation shows: those behind them
// hardly ever come into an answer.
const maxExplained = 12

// explain prints what the engine takes a question to ask and the sentences that
// it considers, best first: what to read when an answer surprises.
func (a *app) explain(ctx context.Context, k *knowledge, question string) error {
	sentences, err := k.engine.Explain(ctx, question)
	if err != nil {
		return err
	}
	t := newTerminal(a.stdout, a.env)
	var b bytes.Buffer
	for _, row := range k.planned(question) {
		if row[1] != "" {
			label := fmt.Sprintf("%-11s", row[0])
			t.paragraph(&b, label, strings.Repeat(" ", len(label)), "", plainPieces(row[1]))
		}
	}
	fmt.Fprintf(&b, "\nSentences (%d of %d)\n", min(len(sentences), maxExplained), len(sentences))
	for _, s := range sentences[:min(len(sentences), maxExplained)] {
		t.paragraph(&b, "  ", "    ", "", plainPieces(s))
	}
	b.WriteByte('\n')
	_, err = t.out.Write(b.Bytes())
	return err
}

// planned returns the plan of a question as labels and texts; "" for what the
// question does not have.
func (k *knowledge) planned(question string) [][2]string {
	p := k.engine.Plan(question)
	var projects, attributes, wants, concepts []string
	for _, pr := range p.Projects {
		projects = append(projects, pr.Name)
	}
	for _, at := range p.Attributes {
		attributes = append(attributes, at.ID)
	}
	for _, w := range p.Wants {
		wants = append(wants, string(w))
	}
	for _, c := range p.Concepts {
		concepts = append(concepts, fmt.Sprintf("%s %.2f", strings.TrimSpace(c.Text), c.Weight))
	}
	category, filter := "", ""
	if p.Category != nil {
		category = p.Category.Label
	}
	if f := p.Filter; f != nil {
		filter = strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Attribute.ID, f.Op, strings.TrimSpace(f.Value.Date.String()+figure(f.Value.Num))))
	}
	parts := ""
	if len(p.Parts) > 0 {
		parts = plural(len(p.Parts), "question")
	}
	return [][2]string{
		{"Intent", string(p.Intent)}, {"Language", p.Language}, {"Declined", string(p.Decline)}, {"Parts", parts},
		{"Projects", strings.Join(projects, ", ")}, {"Attributes", strings.Join(attributes, ", ")}, {"Wants", strings.Join(wants, ", ")},
		{"Category", category}, {"Filter", filter}, {"Reports", strings.Join(p.Reports, ", ")}, {"Unknown", p.Unknown},
		{"Concepts", strings.Join(concepts, ", ")},
	}
}

// figure writes the figure of a filter, if it has one.
func figure(n float64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%.15g", n)
}
