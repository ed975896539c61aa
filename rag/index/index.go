// Package index is the embedded index: bleve's inverted lists for BM25 and
// chromem-go's vectors over the same passages.
//
// Start at [Build], which writes one generation into a data directory, and
// [Open], which serves the current one. [Memory] builds an index that lives
// in memory only, for the built-in reports and for tests. [Lexical] is the
// embedder that needs no model.
//
// A generation is a folder that is never changed once it is complete. The
// next one is written beside it and becomes the current one by the atomic
// rename of a one-line file, so a reader always sees a whole generation and a
// writer that is killed leaves the old one serving.
//
// Scores: BM25 over the words (stems; for Chinese single characters and
// bigrams) and over character 4-grams, which forgive misspellings, summed;
// vectors by cosine. The two lists are fused by a min-max normalised weighted sum.
//
// What it does not do: it does not read reports, choose sentences or know
// what a project is.
package index

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// FormatVersion is the layout of a generation. An index of another version is
// refused with what to run.
const FormatVersion = 1

// ErrNoIndex is returned by [Open] for a directory that holds no generation.
var ErrNoIndex = errors.New("no index")

// A MismatchError says that an index cannot be used with the configured
// embedder or by this program, and what to run.
type MismatchError struct {
	Dir        string
	Have, Want string // what the index was made with; what is configured
	Format     bool   // it is the layout: this program cannot read what the index holds
}

func (e *MismatchError) Error() string {
	if e.Format {
		return fmt.Sprintf("index in %s has %s, but this program reads %s: run `waymark ingest --replace --data %s PATH...` with the paths of the reports",
			e.Dir, e.Have, e.Want, e.Dir)
	}
	return fmt.Sprintf("index in %s was made with %s, but %s is configured: run `waymark ingest --rebuild --data %s`, or configure what it was made with",
		e.Dir, e.Have, e.Want, e.Dir)
}

// Content is what an index is built from.
type Content struct {
	Reports  []corpus.Report
	Passages []corpus.Passage
	Projects []corpus.ProjectEntry
	Facts    []json.RawMessage // what the catalogue read off them; the index keeps it as it is
	// Weight is the share of the vectors in the fused score, above 0 to 1; 0 means the
	// embedder's default. `waymark eval retrieval --weights` measures it.
	Weight float64
}

// An Index is one open generation. It is safe for concurrent use.
type Index struct {
	content  Content
	manifest Manifest
	lexical  *lexicalIndex
	vectors  *vectorIndex
}

var _ rag.Index = (*Index)(nil)

// Memory builds an index in memory. The embedder may be nil: then the index
// has no vectors.
func Memory(ctx context.Context, c Content, e rag.Embedder) (*Index, error) {
	ix := &Index{content: c, manifest: Manifest{Format: FormatVersion, Created: time.Now().UTC(), Counts: count(c)}}
	terms := analyse(c.Passages)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if ix.lexical, err = buildLexicalMemory(c.Passages, terms); err != nil {
			return fmt.Errorf("index %d passages: %w", len(c.Passages), err)
		}
		return nil
	})
	g.Go(func() (err error) {
		if e == nil {
			return nil
		}
		vecs, err := embedMemory(gctx, c.Passages, terms, e)
		if err != nil {
			return err
		}
		ix.manifest.Embedder = describe(e, c.Weight)
		ix.vectors, err = newVectorIndex(gctx, c.Passages, vecs)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

// embedMemory embeds all passages; the lexical embedder takes their terms as they are.
func embedMemory(ctx context.Context, passages []corpus.Passage, terms []passageTerms, e rag.Embedder) ([][]float32, error) {
	if _, ok := e.(Lexical); !ok {
		return embedAll(ctx, passages, e, nil, nil)
	}
	vecs := make([][]float32, len(terms))
	for i, t := range terms {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vecs[i] = hashTerms(t.words, t.grams)
	}
	return vecs, nil
}

// Close releases the files. Searches under way must have ended.
func (ix *Index) Close() error {
	if ix.lexical == nil {
		return nil
	}
	return ix.lexical.close()
}

// Manifest describes the generation.
func (ix *Index) Manifest() Manifest { return ix.manifest }

// Embedder implements [rag.Index].
func (ix *Index) Embedder() (name string, dimensions int) {
	return ix.manifest.Embedder.Name, ix.manifest.Embedder.Dimensions
}

// Reports implements [rag.Index].
func (ix *Index) Reports() []corpus.Report { return ix.content.Reports }

// Passages implements [rag.Index].
func (ix *Index) Passages() []corpus.Passage { return ix.content.Passages }

// Projects returns the project entries that came with the reports.
func (ix *Index) Projects() []corpus.ProjectEntry { return ix.content.Projects }

// Weight returns the share of the vectors in the fused score, 0 to 1.
func (ix *Index) Weight() float64 { return ix.manifest.Embedder.Weight }

// WithWeight returns the same index with another share of the vectors. It is closed with ix.
func (ix *Index) WithWeight(w float64) *Index {
	out := *ix
	out.manifest.Embedder.Weight = w
	return &out
}

// Facts returns what the catalogue read off the reports, as it was given; nil for an index
// of an older program.
func (ix *Index) Facts() []json.RawMessage { return ix.content.Facts }

// pool is how many candidates each list brings to the fusion.
const pool = 100

// Search implements [rag.Index].
func (ix *Index) Search(ctx context.Context, q rag.Query) ([]rag.Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("search %q: %w", q.Text, err)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	keep := ix.reportFilter(q.Reports)
	lex, err := ix.lexical.search(ctx, q, max(pool, limit), keep)
	if err != nil {
		return nil, fmt.Errorf("search %q: %w", q.Text, err)
	}
	var vec []scored
	if ix.vectors != nil && len(q.Vector) > 0 {
		if vec, err = ix.vectors.search(ctx, q.Vector, max(pool, limit), keep); err != nil {
			return nil, fmt.Errorf("search vectors: %w", err)
		}
	}
	return ix.fuse(lex, vec, limit), nil
}

// reportFilter returns a predicate on passage numbers, or nil for all.
func (ix *Index) reportFilter(ids []string) func(int) bool {
	if len(ids) == 0 {
		return nil
	}
	want := make(map[string]bool, len(ids))
	for _, id := range ids {
		want[id] = true
	}
	return func(n int) bool { return want[ix.content.Passages[n].Report] }
}

// A scored is a passage number with a score.
type scored struct {
	passage int
	score   float64
}

// sortScored sorts l by score, best first, then by corpus order.
func sortScored(l []scored) {
	slices.SortFunc(l, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	})
}

// fuse merges the two lists by a min-max normalised weighted sum. Reciprocal
// ranks at equal weight lose where one list is weaker, which a lexical vector
// always is: pyserini's runs over 29 BEIR sets give min-max .483, RRF .465
// (https://castorini.github.io/pyserini/2cr/beir.html).
func (ix *Index) fuse(lex, vec []scored, limit int) []rag.Hit {
	w := 0.0
	if len(vec) > 0 {
		w = ix.manifest.Embedder.Weight
	}
	byPassage := make(map[int]*rag.Hit, len(lex)+len(vec))
	hit := func(n int) *rag.Hit {
		h := byPassage[n]
		if h == nil {
			h = &rag.Hit{Passage: ix.content.Passages[n]}
			byPassage[n] = h
		}
		return h
	}
	_, top := bounds(lex)
	for _, s := range lex {
		h := hit(s.passage)
		h.Lexical = s.score
		if top > 0 {
			h.Score += (1 - w) * s.score / top // a passage without a common word has BM25 0: that is the list's minimum
		}
	}
	low, high := bounds(vec)
	for _, s := range vec {
		h := hit(s.passage)
		h.Vector = s.score
		if high > low {
			h.Score += w * (s.score - low) / (high - low)
		} else {
			h.Score += w // one alone, or all alike: each is the best
		}
	}
	return best(byPassage, limit)
}

func bounds(l []scored) (low, high float64) {
	for i, s := range l {
		if i == 0 || s.score < low {
			low = s.score
		}
		if i == 0 || s.score > high {
			high = s.score
		}
	}
	return low, high
}

// best returns the first limit hits by score, then by corpus order.
func best(m map[int]*rag.Hit, limit int) []rag.Hit {
	nums := make([]int, 0, len(m))
	for n := range m {
		nums = append(nums, n)
	}
	sort.Slice(nums, func(i, j int) bool {
		a, b := m[nums[i]], m[nums[j]]
		if a.Score != b.Score {
			return a.Score > b.Score
		}
		return nums[i] < nums[j]
	})
	hits := make([]rag.Hit, 0, min(limit, len(nums)))
	for _, n := range nums[:min(limit, len(nums))] {
		hits = append(hits, *m[n])
	}
	return hits
}
