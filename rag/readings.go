package rag

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/corpus"
)

// A reading is a passage in the form that candidates are scored in: made once, read
// by many questions.
type reading struct {
	path      string // the heading path, in normal form
	text      string // header and text, in normal form
	sentences []sentence
}

// A sentence is one sentence of a passage.
type sentence struct {
	start, end int    // bytes in the passage's text
	normal     string // with the name of its table column in front
}

// maxReadings bounds how many passages are kept read: about 10 KB each.
const maxReadings = 4096

// readings keeps the passages that questions have needed. It is safe for concurrent use.
type readings struct {
	mu   sync.Mutex
	kept map[string]*reading // by passage id
}

// of returns the reading of a passage.
func (r *readings) of(p *corpus.Passage) *reading {
	r.mu.Lock()
	got := r.kept[p.ID]
	r.mu.Unlock()
	if got != nil {
		return got
	}
	got = readPassage(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil || len(r.kept) >= maxReadings {
		r.kept = map[string]*reading{}
	}
	r.kept[p.ID] = got
	return got
}

// Warm reads what questions would have to read first: the facts of all passages, and as many
// passages as are kept read. Answers are the same without it. The error is ctx's.
func (e *Engine) Warm(ctx context.Context) error {
	if err := e.cfg.Catalogue.ReadFacts(ctx); err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	all := e.cfg.Index.Passages()
	for i := range all[:min(len(all), maxReadings-1)] {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read passages: %w", err)
		}
		e.readings.of(&all[i])
	}
	return nil
}

func readPassage(p *corpus.Passage) *reading {
	out := &reading{path: corpus.Normal(strings.Join(p.Path, "\n")), text: corpus.Normal(p.Header + "\n" + p.Text)}
	for _, span := range corpus.Sentences(p.Text) {
		s := sentence{start: span.Start, end: span.End, normal: corpus.Normal(p.Text[span.Start:span.End])}
		if col := columnAt(p, p.Start+span.Start); col != "" {
			s.normal = corpus.Normal(col) + s.normal[1:]
		}
		out.sentences = append(out.sentences, s)
	}
	return out
}
