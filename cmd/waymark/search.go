package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

type searchCommand struct {
	Query []string `arg:"" optional:"" help:"What to search for."`
	Top   int      `default:"10" placeholder:"10" help:"How many passages."`
	JSON  bool     `name:"json" xor:"form" help:"Print one JSON object."`
	JSONL bool     `name:"jsonl" xor:"form" help:"Read queries from standard input, one JSON object a line, and print one a line."`
}

// maxTop is far more than anyone reads, and keeps a query from costing all memory.
const maxTop = 1000

// Run searches for one query, or for those of standard input.
func (c *searchCommand) Run(ctx context.Context, a *app) error {
	text := strings.TrimSpace(strings.Join(c.Query, " "))
	switch {
	case c.Top < 1 || c.Top > maxTop:
		return usagef("search: --top %d; want a number from 1 to %d, for example --top 10", c.Top, maxTop)
	case c.JSONL && text != "":
		return usagef("search: a query and --jsonl; want one of them")
	case !c.JSONL && text == "":
		return usagef("search: no query; want waymark search QUERY, or --jsonl with lines on standard input (see waymark search --help)")
	}
	k, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer a.close(k)
	if c.JSONL {
		return a.answerLines(ctx, func(q rag.Question) (any, error) {
			hits, err := k.engine.Search(ctx, q.Text, c.Top)
			return hitsToJSON(q.ID, hits), err
		})
	}
	hits, err := k.engine.Search(ctx, text, c.Top)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.stdout, hitsToJSON("", hits))
	}
	return newTerminal(a.stdout, a.env).hits(hits)
}

// hits prints passages, best first.
func (t *terminal) hits(hits []rag.Hit) error {
	var b bytes.Buffer
	for i, h := range hits {
		if i > 0 {
			b.WriteByte('\n')
		}
		mark := fmt.Sprintf("%d. ", i+1)
		indent := strings.Repeat(" ", len(mark))
		head := h.Report
		if s := h.Section(); s != "" {
			head += " > " + s
		}
		t.paragraph(&b, mark, indent, bold, plainPieces(fmt.Sprintf("%s (%.3f)", head, h.Score)))
		t.paragraph(&b, indent, indent, "", plainPieces(strings.Join(strings.Fields(h.Text), " ")))
	}
	if len(hits) == 0 {
		b.WriteString("No passage shares a word with that.\n")
	}
	_, err := t.out.Write(b.Bytes())
	return err
}
