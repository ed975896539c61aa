package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

func builtin(tb testing.TB) Content {
	tb.Helper()
	reports, entries, err := corpus.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	c := Content{Reports: reports, Projects: entries}
	for _, r := range reports {
		c.Passages = append(c.Passages, corpus.Split(r)...)
	}
	return c
}

// benchPassages is the size that the promised answer time is given for.
const benchPassages = 10000

// big returns n passages in the language of the built-in ones: sentences of
// theirs in new order, with words of their own among them. Equal lengths and
// word frequencies are what the time depends on.
func big(tb testing.TB, n int) Content {
	tb.Helper()
	from := builtin(tb)
	var sentences []string
	for _, p := range from.Passages {
		for _, s := range corpus.Sentences(p.Text) {
			sentences = append(sentences, p.Text[s.Start:s.End])
		}
	}
	random := rand.New(rand.NewPCG(10000, 1))
	c := Content{Reports: from.Reports, Projects: from.Projects}
	for i := range n {
		p := from.Passages[i%len(from.Passages)]
		var text []string
		for size := 0; size < len(p.Text); size += len(text[len(text)-1]) {
			text = append(text, sentences[random.IntN(len(sentences))])
		}
		p.Text = fmt.Sprintf("%s Note %d-%x.", strings.Join(text, " "), i, random.IntN(1<<20))
		p.ID, p.Start, p.End, p.Cells = fmt.Sprintf("%s-%d#%d", p.Report, i/len(from.Passages), i), 0, len(p.Text), nil
		c.Passages = append(c.Passages, p)
	}
	return c
}

// benchQueries are the beginnings of passages: of the length and the language
// of questions.
func benchQueries(tb testing.TB, c Content) []rag.Query {
	tb.Helper()
	var out []rag.Query
	for i := 0; i < len(c.Passages); i += len(c.Passages) / 100 {
		text := []rune(c.Passages[i].Text)
		out = append(out, rag.Query{Text: string(text[:min(60, len(text))]), Limit: 40})
	}
	for i := range out {
		v, err := Lexical{}.Embed(context.Background(), []string{out[i].Text})
		if err != nil {
			tb.Fatal(err)
		}
		out[i].Vector = v[0]
	}
	return out
}

// BenchmarkMemory is most of the time between start and first answer.
func BenchmarkMemory(b *testing.B) {
	b.Run("builtin", func(b *testing.B) { benchMemory(b, builtin(b)) })
	b.Run(fmt.Sprint(benchPassages), func(b *testing.B) { benchMemory(b, big(b, benchPassages)) })
}

func benchMemory(b *testing.B, c Content) {
	for b.Loop() {
		ix, err := Memory(context.Background(), c, Lexical{})
		if err != nil {
			b.Fatal(err)
		}
		_ = ix.Close()
	}
}

// BenchmarkOpen is the start on an ingested corpus, its checksums included.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	build(b, dir, big(b, benchPassages), Lexical{})
	for b.Loop() {
		ix, err := Open(dir, Lexical{})
		if err != nil {
			b.Fatal(err)
		}
		_ = ix.Close()
	}
}

// BenchmarkSearch reports p50 and p95 beside the mean: the promise is p95.
func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	c := big(b, benchPassages)
	build(b, dir, c, Lexical{})
	ix := open(b, dir, Lexical{})
	queries := benchQueries(b, c)
	for _, kind := range []struct {
		name string
		make func(rag.Query) rag.Query
	}{
		{"fused", func(q rag.Query) rag.Query { return q }},
		{"words", func(q rag.Query) rag.Query { q.Vector = nil; return q }},
		{"vectors", func(q rag.Query) rag.Query { q.Text = ""; return q }},
		{"report", func(q rag.Query) rag.Query { q.Reports = []string{c.Passages[0].Report}; return q }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if _, err := ix.Search(context.Background(), kind.make(queries[i%len(queries)])); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
