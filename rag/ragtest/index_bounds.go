package ragtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

// cancelled: an ended context is an error, not half a result.
func (s *indexSuite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := s.vector(t, "mill")
	for _, q := range []rag.Query{{Text: "mill"}, {Vector: v}, {Text: "mill", Vector: v}, {}} {
		if hits, err := s.index.Search(ctx, q); !errors.Is(err, context.Canceled) || len(hits) > 0 {
			t.Errorf("search %s: %d hits, error %v, want %v", brief(q), len(hits), err, context.Canceled)
		}
	}
}

// concurrent: many searches at a time give what each gives alone.
func (s *indexSuite) concurrent(t *testing.T) {
	queries := []rag.Query{
		{Text: "lighthouse"},
		{Text: "石桥", Expand: "stone bridge"},
		{Text: "northern cellar", Vector: s.vector(t, "silver")},
		{Vector: s.vector(t, "bread on Tuesdays")},
		{Text: "kept", Reports: []string{"harbour"}, Vector: s.vector(t, "copper")},
	}
	want := make([][]rag.Hit, len(queries))
	for i, q := range queries {
		want[i] = s.search(t, s.index, q)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := range 4 * len(queries) {
				i := (g + n) % len(queries)
				hits, err := s.index.Search(t.Context(), queries[i])
				if err != nil || !same(hits, want[i]) {
					t.Errorf("search %s beside others gives %v, %v; alone %v", brief(queries[i]), ids(hits), err, ids(want[i]))
				}
				if len(s.index.Passages()) != len(s.village.passages) || len(s.index.Reports()) != len(s.village.reports) {
					t.Error("the contents change")
				}
			}
		})
	}
	wg.Wait()
}

// crowd: with more equal passages than any list is long, the order is the same
// always, the limit holds, and the filter looks behind them.
func (s *indexSuite) crowd(t *testing.T) {
	v := newCrowd(300)
	ix, again := s.make(t, v), s.make(t, v)
	vec := s.vector(t, "The crowd gathers at the market cross")
	for _, q := range []rag.Query{
		{Text: "market cross"},
		{Text: "market cross", Vector: vec},
		{Vector: vec, Limit: 25},
		{Vector: vec, Text: "crowd", Limit: 250, Reports: []string{"crowd", "lone"}},
		{Vector: vec, Reports: []string{"crowd"}},
		{Text: "gathers", Limit: 300},
	} {
		want := s.search(t, ix, q)
		if len(want) != cmp.Or(q.Limit, 10) {
			t.Errorf("search %s gives %d hits", brief(q), len(want))
		}
		for range 5 {
			if hits := s.search(t, ix, q); !same(hits, want) {
				t.Fatalf("search %s gives %v, then %v", brief(q), ids(want), ids(hits))
			}
		}
		if hits := s.search(t, again, q); !slices.Equal(ids(hits), ids(want)) {
			t.Errorf("search %s gives %v, in another index of the same passages %v", brief(q), ids(want), ids(hits))
		}
	}
	for _, q := range []rag.Query{{Text: "market cross"}, {Vector: vec}, {Text: "market cross", Vector: vec}} {
		q.Reports = []string{"lone"}
		if hits := s.search(t, ix, q); !slices.Equal(ids(hits), []string{"lone#1"}) {
			t.Errorf("search %s gives %v, want lone#1", brief(q), ids(hits))
		}
	}
}

// large: a passage as long as a book is kept whole, found, and ranked behind a
// short one with the same word.
func (s *indexSuite) large(t *testing.T) {
	var b strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&b, "word%d ", i)
	}
	b.WriteString(strings.Repeat("x", 70000) + " pelican " + strings.Repeat("长", 20000))
	v := &village{}
	v.report("book", "The book", "en", b.String(), "A pelican sits here.", "Nothing sits here.")
	ix := s.make(t, v)
	if p := ix.Passages()[0]; p.Text != b.String() {
		t.Errorf("the passage has %d bytes, want %d", len(p.Text), b.Len())
	}
	if hits := s.search(t, ix, rag.Query{Text: "pelican"}); !slices.Equal(ids(hits), []string{"book#2", "book#1"}) {
		t.Errorf("search a word of both: %v, want the short passage and then the long", ids(hits))
	}
	if hits := s.search(t, ix, rag.Query{Text: "word19999"}); len(hits) == 0 || hits[0].ID != "book#1" {
		t.Errorf("search the long passage's last word: %v", ids(hits))
	}
}

// one: a single passage is the best of all, by words and by vector.
func (s *indexSuite) one(t *testing.T) {
	v := &village{}
	v.report("hermit", "The hermit", "en", "A hermit keeps bees.")
	ix := s.make(t, v)
	vec := s.vector(t, "bees of a hermit")
	for _, q := range []rag.Query{{Text: "bees"}, {Vector: vec}, {Text: "hermit", Vector: vec}} {
		if hits := s.search(t, ix, q); len(hits) != 1 || hits[0].ID != "hermit#1" || hits[0].Score <= 0 {
			t.Errorf("search %s gives %+v", brief(q), hits)
		}
	}
}

// empty: an index of nothing finds nothing, and says so without an error.
func (s *indexSuite) empty(t *testing.T) {
	ix := s.make(t, &village{})
	for _, q := range []rag.Query{{}, {Text: "mill"}, {Text: "mill", Vector: s.vector(t, "mill")}, {Text: "桥", Reports: []string{"valley"}}} {
		if hits := s.search(t, ix, q); len(hits) > 0 {
			t.Errorf("search %s gives %v", brief(q), ids(hits))
		}
	}
	if len(ix.Reports()) > 0 || len(ix.Passages()) > 0 {
		t.Errorf("%d reports and %d passages of nothing", len(ix.Reports()), len(ix.Passages()))
	}
	if name, _ := ix.Embedder(); name != s.embedder.Name() {
		t.Errorf("Embedder is %q, want %q", name, s.embedder.Name())
	}
}
