package rag

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/plan"
)

// DefaultEvidenceTokens bounds the passages that a model is given with a question.
const DefaultEvidenceTokens = 3000

// Tokens estimates how many tokens a text is: four ASCII characters, or one other, a token.
// Tokenizers differ; those in use make fewer of English and of Chinese, so that a budget holds
// (https://platform.openai.com/tokenizer).
func Tokens(text string) int {
	ascii, other := 0, 0
	for _, r := range text {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return (ascii+3)/4 + other
}

// Evidence is what a model is shown of one passage, under a number.
type Evidence struct {
	N       int
	Passage corpus.Passage
	Text    string // the passage, or those sentences of it that matter
	Whole   bool   // Text is the whole passage
	Tokens  int    // of Text and what is said about it
}

// Evidence returns what a model would be shown to answer q: nothing where no model is asked.
func (e *Engine) Evidence(ctx context.Context, q Question) ([]Evidence, error) {
	p, err := e.planFor(ctx, q)
	if err != nil {
		return nil, err
	}
	a, err := e.extract(ctx, &p)
	if err != nil || a.Status != Answered {
		return nil, err
	}
	hits, err := e.retrieve(ctx, &p)
	if err != nil {
		return nil, fmt.Errorf("find evidence: %w", err)
	}
	return e.evidence(&p, hits, &a), nil
}

// A piece is the part of one passage that is to be shown.
type piece struct {
	number int           // of the passage
	spans  []corpus.Span // sentences, bytes in the passage's text, in order; nil for all of it
	tokens int
}

// A pile is evidence being gathered within a budget.
type pile struct {
	engine *Engine
	left   int // tokens
	pieces []*piece
	byNum  map[int]*piece
}

// evidence gathers what the answer rests on: first every sentence that the answer without a
// model cites, so that nothing it knows is lost; then the passages around them; then the best
// other passages, until the budget is spent. The rows of a list stay alone: a model that is
// shown more would list more.
func (e *Engine) evidence(p *plan.Plan, hits []Hit, extractive *Answer) []Evidence {
	b := &pile{engine: e, left: e.cfg.EvidenceTokens, byNum: map[int]*piece{}}
	for _, c := range extractive.Citations {
		n := e.numbers[c.Passage]
		at := e.cfg.Index.Passages()[n].Start
		b.sentence(n, corpus.Span{Start: c.Start - at, End: c.End - at})
	}
	if !isList(p) {
		for _, pc := range slices.Clone(b.pieces) {
			b.whole(pc.number)
		}
		for _, h := range hits {
			b.whole(e.numbers[h.ID])
		}
	}
	return b.numbered()
}

// isList reports whether the answer to p is the catalogue's rows.
func isList(p *plan.Plan) bool {
	return (p.Intent == plan.List || p.Intent == plan.Count) && len(p.Projects) == 0
}

// passageTokens is what the tags around a passage cost beside its title and headings.
const passageTokens = 30

// open returns the piece of passage number n, a new one if its head fits; nil when not.
func (b *pile) open(n int) *piece {
	if pc := b.byNum[n]; pc != nil {
		return pc
	}
	p := &b.engine.cfg.Index.Passages()[n]
	head := passageTokens + Tokens(b.engine.reports[p.Report].Title) + Tokens(p.Section())
	if head > b.left {
		return nil
	}
	pc := &piece{number: n, tokens: head, spans: []corpus.Span{}}
	b.left -= head
	b.pieces = append(b.pieces, pc)
	b.byNum[n] = pc
	return pc
}

// sentence adds a sentence of passage number n, or of a table row all of it, if it fits.
func (b *pile) sentence(n int, span corpus.Span) {
	p := &b.engine.cfg.Index.Passages()[n]
	if len(p.Cells) > 0 {
		b.whole(n)
		return
	}
	cost := Tokens(p.Text[span.Start:span.End]) + 1
	pc := b.open(n)
	if pc == nil || pc.spans == nil || slices.Contains(pc.spans, span) {
		return
	}
	if cost > b.left {
		b.drop(pc)
		return
	}
	b.left -= cost
	pc.tokens += cost
	pc.spans = append(pc.spans, span)
}

// drop takes a piece away again that nothing is shown of.
func (b *pile) drop(pc *piece) {
	if len(pc.spans) > 0 || pc.spans == nil {
		return
	}
	b.left += pc.tokens
	delete(b.byNum, pc.number)
	b.pieces = slices.DeleteFunc(b.pieces, func(o *piece) bool { return o == pc })
}

// whole shows all of passage number n, if that fits.
func (b *pile) whole(n int) {
	pc := b.open(n)
	if pc == nil || pc.spans == nil {
		return
	}
	p := &b.engine.cfg.Index.Passages()[n]
	shown := 0
	for _, s := range pc.spans {
		shown += Tokens(p.Text[s.Start:s.End]) + 1
	}
	cost := Tokens(b.engine.shown(p)) - shown
	if cost > b.left {
		b.drop(pc)
		return
	}
	b.left -= cost
	pc.tokens += cost
	pc.spans = nil
}

// shown is the text of a passage; a table row comes with the names of its columns.
func (e *Engine) shown(p *corpus.Passage) string {
	if len(p.Cells) > 0 {
		return rowText(&Hit{Passage: *p})
	}
	return p.Text
}

// numbered returns what was gathered, numbered from 1.
func (b *pile) numbered() []Evidence {
	all := b.engine.cfg.Index.Passages()
	out := make([]Evidence, len(b.pieces))
	for i, pc := range b.pieces {
		p := all[pc.number]
		out[i] = Evidence{N: i + 1, Passage: p, Text: b.engine.shown(&p), Whole: pc.spans == nil, Tokens: pc.tokens}
		if pc.spans != nil {
			out[i].Text = excerpt(p.Text, pc.spans)
		}
	}
	return out
}

// excerpt joins sentences in reading order, with a mark where some are left out.
func excerpt(text string, spans []corpus.Span) string {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b corpus.Span) int { return a.Start - b.Start })
	var b strings.Builder
	end := 0
	for _, s := range spans {
		if strings.TrimSpace(text[end:max(end, s.Start)]) != "" {
			b.WriteString("… ")
		}
		b.WriteString(strings.TrimSpace(text[s.Start:s.End]))
		b.WriteByte(' ')
		end = max(end, s.End)
	}
	if strings.TrimSpace(text[end:]) != "" {
		b.WriteString("…")
	}
	return strings.TrimSpace(b.String())
}

// shownTo brings evidence into the prompt's form.
func (e *Engine) shownTo(l []Evidence) []prompts.Passage {
	out := make([]prompts.Passage, len(l))
	for i, ev := range l {
		r := e.reports[ev.Passage.Report]
		out[i] = prompts.Passage{N: ev.N, Title: r.Title, Section: ev.Passage.Section(), Published: r.Published.String(), Text: ev.Text}
	}
	return out
}
