package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// trace prints how an answer came about.
func (a *app) trace(k *knowledge, question string, answer *rag.Answer) error {
	t := newTerminal(a.stdout, a.env)
	var b bytes.Buffer
	b.WriteString("\n" + t.style(bold, "Trace") + "\n")
	for _, row := range k.planned(question) {
		if row[1] != "" {
			t.field(&b, row[0], row[1])
		}
	}
	t.field(&b, "Answer", fmt.Sprintf("%s, %s, %s", answer.Status, answer.Mode, milliseconds(answer.Elapsed)))
	tr := answer.Trace
	if tr == nil {
		t.field(&b, "Model", "not asked")
		_, err := t.out.Write(b.Bytes())
		return err
	}
	for _, q := range tr.Rewritten {
		t.field(&b, "Understood", q)
	}
	t.evidence(&b, tr.Evidence)
	a.traceCalls(t, &b, tr)
	t.judged(&b, tr)
	_, err := t.out.Write(b.Bytes())
	return err
}

// field prints a labelled line of a trace.
func (t *terminal) field(b *bytes.Buffer, label, text string) {
	label = fmt.Sprintf("%-11s", label)
	t.paragraph(b, label, strings.Repeat(" ", len(label)), "", plainPieces(text))
}

// evidence prints what the model was shown.
func (t *terminal) evidence(b *bytes.Buffer, l []rag.Evidence) {
	tokens := 0
	for _, e := range l {
		tokens += e.Tokens
	}
	fmt.Fprintf(b, "\nEvidence (%s, about %s)\n", plural(len(l), "passage"), plural(tokens, "token"))
	for _, e := range l {
		part := ""
		if !e.Whole {
			part = ", in part"
		}
		t.paragraph(b, fmt.Sprintf("  [%d] ", e.N), "      ", "", plainPieces(fmt.Sprintf("%s %s (%s%s): %s", e.Passage.ID, e.Passage.Section(), plural(e.Tokens, "token"), part, oneLine(e.Text))))
	}
}

// traceCalls prints the requests to the model, and what they cost.
func (a *app) traceCalls(t *terminal, b *bytes.Buffer, tr *rag.Trace) {
	b.WriteString("\nCalls\n")
	if tr.Cached {
		b.WriteString("  none: the answer was given before\n")
	}
	for _, c := range tr.Calls {
		line := fmt.Sprintf("%s %s: %d tokens in (about %d counted), %d out, %s", c.Prompt, c.Version, c.Usage.PromptTokens, c.Estimate, c.Usage.CompletionTokens, milliseconds(c.Elapsed))
		if c.Err != nil {
			line += ", failed: " + c.Err.Error()
		}
		t.paragraph(b, "  ", "    ", "", plainPieces(line))
	}
	if tr.FirstPiece > 0 {
		fmt.Fprintf(b, "  first word after %s\n", milliseconds(tr.FirstPiece))
	}
	if tr.Usage.Model != "" {
		cost := ""
		if c := a.settings.cost(tr.Usage); c > 0 {
			cost = fmt.Sprintf(", $%.6f", c)
		}
		t.paragraph(b, "  ", "    ", "", plainPieces(fmt.Sprintf("%s: %d tokens in, %d out%s", tr.Usage.Model, tr.Usage.PromptTokens, tr.Usage.CompletionTokens, cost)))
	}
}

// judged prints what became of the model's sentences.
func (t *terminal) judged(b *bytes.Buffer, tr *rag.Trace) {
	fmt.Fprintf(b, "\nSentences (%d)\n", len(tr.Sentences))
	for _, s := range tr.Sentences {
		mark, why := "+ ", ""
		switch {
		case s.Repaired:
			mark = "~ "
		case !s.Shown:
			mark, why = "- ", " ("+oneLine(string(s.Reason)+": "+s.Detail)+")"
		}
		t.paragraph(b, "  "+mark, "    ", "", plainPieces(s.Text+" "+fmt.Sprint(s.Numbers)+why))
		if s.Mended != "" {
			t.paragraph(b, "    then: ", "      ", "", plainPieces(s.Mended))
		}
	}
	for _, s := range tr.Restored {
		t.paragraph(b, "  * ", "    ", "", plainPieces(s+" (the model had left it out)"))
	}
	if tr.Fallback != "" {
		t.paragraph(b, "  ! ", "    ", "", plainPieces(tr.Fallback))
	}
}

// milliseconds formats a duration for a person.
func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
