package main

import (
	"bytes"
	"context"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

type reportsCommand struct {
	JSON bool `name:"json" help:"Print one JSON object a report and line."`
}

// A reportJSON is what `waymark reports --json` prints.
type reportJSON struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	URL       string `json:"url"`
	Published string `json:"published"`
	Language  string `json:"language"`
	Digest    bool   `json:"digest"`
	Passages  int    `json:"passages"`
}

// Run lists the reports.
func (c *reportsCommand) Run(ctx context.Context, a *app) error {
	k, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer a.close(k)
	passages := map[string]int{}
	for _, p := range k.index.Passages() {
		passages[p.Report]++
	}
	t := newTerminal(a.stdout, a.env)
	for _, r := range k.index.Reports() {
		if c.JSON {
			err = printJSON(a.stdout, reportJSON{r.ID, r.Title, r.Publisher, r.URL, r.Published.String(), r.Language, r.Digest, passages[r.ID]})
		} else {
			err = t.report(r, passages[r.ID])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// report prints one report: its id and title, and what is known of it below.
func (t *terminal) report(r corpus.Report, passages int) error {
	var b bytes.Buffer
	t.paragraph(&b, "", "  ", bold, plainPieces(r.ID+"  "+r.Title))
	facts := []string{r.Publisher, r.Published.String(), r.Language, plural(passages, "passage")}
	if r.Digest {
		facts = append(facts, "retold")
	}
	var known []string
	for _, f := range facts {
		if f != "" {
			known = append(known, f)
		}
	}
	t.paragraph(&b, "  ", "  ", "", plainPieces(strings.Join(known, ", ")))
	if r.URL != "" {
		t.paragraph(&b, "  ", "  ", dim, plainPieces(r.URL))
	}
	_, err := t.out.Write(b.Bytes())
	return err
}
