package index

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestMemoryConforms(t *testing.T) {
	ragtest.TestIndex(t, func(t *testing.T, reports []corpus.Report, passages []corpus.Passage, e rag.Embedder) rag.Index {
		return memory(t, Content{Reports: reports, Passages: passages}, e)
	})
}

func TestOpenConforms(t *testing.T) {
	ragtest.TestIndex(t, func(t *testing.T, reports []corpus.Report, passages []corpus.Passage, e rag.Embedder) rag.Index {
		dir := t.TempDir()
		build(t, dir, Content{Reports: reports, Passages: passages}, e)
		return open(t, dir, e)
	})
}

// TestCancelInside: a search that is cancelled on its way gives everything or an
// error, never what it had so far.
func TestCancelInside(t *testing.T) {
	ix := memory(t, edition(1, 3000), ragtest.WordEmbedder{})
	v, err := ragtest.WordEmbedder{}.Embed(t.Context(), []string{"leaf7 of edition1"})
	if err != nil {
		t.Fatal(err)
	}
	q := rag.Query{Vector: v[0], Limit: 3000}
	want, err := ix.Search(t.Context(), q)
	if err != nil || len(want) != 3000 {
		t.Fatalf("%d hits, %v", len(want), err)
	}
	random := rand.New(rand.NewPCG(1, 3000))
	for range 100 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(1500))*time.Microsecond)
		hits, err := ix.Search(ctx, q)
		cancel()
		if err == nil && len(hits) != len(want) {
			t.Fatalf("a cancelled search gives %d of %d hits and no error", len(hits), len(want))
		}
		if err != nil && (!errors.Is(err, context.DeadlineExceeded) || len(hits) > 0) {
			t.Fatalf("a cancelled search gives %d hits and the error %v", len(hits), err)
		}
	}
}

// memory returns an index in memory, closed at the end of the test.
func memory(t testing.TB, c Content, e rag.Embedder) *Index {
	t.Helper()
	ix, err := Memory(t.Context(), c, e)
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, ix)
	return ix
}

// build writes a generation below dir.
func build(t testing.TB, dir string, c Content, e rag.Embedder) Manifest {
	t.Helper()
	m, err := Build(t.Context(), dir, c, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// open opens the current generation of dir, closed at the end of the test.
func open(t testing.TB, dir string, e rag.Embedder) *Index {
	t.Helper()
	ix, err := Open(dir, e)
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, ix)
	return ix
}

func closeAfter(t testing.TB, ix *Index) {
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Errorf("close index: %v", err)
		}
	})
}
