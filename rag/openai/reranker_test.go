package openai_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func (b *bench) reranker(t *testing.T) *openai.Reranker {
	t.Helper()
	r, err := openai.NewReranker(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const query = "height of the grey tower"

func candidates() []string {
	return []string{"the lamp", "the grey tower", "height of the grey tower", "nothing", "the height of the lamp"}
}

// order is what the scores say: positions, best first.
func order(scores []float64) []int {
	all := make([]int, len(scores))
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return all
}

func TestRerankDialects(t *testing.T) {
	for _, d := range []ragtest.RerankDialect{ragtest.CohereRerank, ragtest.LlamaCppRerank, ragtest.TEIRerank} {
		for _, set := range []openai.Dialect{"", openai.Documents, openai.Texts} {
			if fits := (set == openai.Texts) == (d == ragtest.TEIRerank); set != "" && !fits {
				continue
			}
			t.Run(string(d)+" set to "+string(set), func(t *testing.T) {
				b := start(t, ragtest.ModelOptions{Rerank: d})
				b.cfg.Dialect = set
				r := b.reranker(t)
				for range 2 {
					scores, err := r.Rerank(t.Context(), query, candidates())
					if err != nil {
						t.Fatal(err)
					}
					if diff := gocmp.Diff([]int{2, 1, 4, 0, 3}, order(scores)); diff != "" {
						t.Errorf("order (-want +got):\n%s", diff)
					}
				}
				want := 2
				if set == "" && d == ragtest.TEIRerank {
					want = 3 // one to find the dialect out
				}
				if n := len(b.Requests()); n != want {
					t.Errorf("%d requests, want %d", n, want)
				}
			})
		}
	}
}

// The server's root and its /v1 both reach the three dialects.
func TestRerankBaseURL(t *testing.T) {
	for _, d := range []ragtest.RerankDialect{ragtest.CohereRerank, ragtest.LlamaCppRerank, ragtest.TEIRerank} {
		b := start(t, ragtest.ModelOptions{Rerank: d})
		b.cfg.BaseURL = b.Root() + "/"
		if scores, err := b.reranker(t).Rerank(t.Context(), query, candidates()); err != nil || order(scores)[0] != 2 {
			t.Errorf("%s: scores %v, error %v", d, scores, err)
		}
	}
}

func TestRerankSplits(t *testing.T) {
	for _, d := range []ragtest.RerankDialect{ragtest.CohereRerank, ragtest.TEIRerank} {
		b := start(t, ragtest.ModelOptions{Rerank: d, MaxBatch: 2})
		r := b.reranker(t)
		var before int
		for range 2 {
			before = len(b.Requests())
			scores, err := r.Rerank(t.Context(), query, candidates())
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff([]int{2, 1, 4, 0, 3}, order(scores)); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
		}
		var sizes []int
		for _, req := range b.Requests()[before:] {
			sizes = append(sizes, len(req.Texts))
		}
		if diff := gocmp.Diff([]int{2, 2, 1}, sizes); diff != "" {
			t.Errorf("%s: batches once the limit is known (-want +got):\n%s", d, diff)
		}
	}
}

func TestRerankFaults(t *testing.T) {
	for _, d := range []ragtest.RerankDialect{ragtest.CohereRerank, ragtest.TEIRerank} {
		b := start(t, ragtest.ModelOptions{Rerank: d})
		r := b.reranker(t)
		if _, err := r.Rerank(t.Context(), query, candidates()); err != nil {
			t.Fatal(err)
		}
		for _, f := range ragtest.RerankFaults() {
			t.Run(string(d)+" "+f.Name, func(t *testing.T) {
				b.Next(ragtest.Rerank, f)
				scores, err := r.Rerank(t.Context(), query, candidates()[:2])
				if !errors.Is(err, openai.ErrBadResponse) || scores != nil {
					t.Fatalf("scores %v, error %v", scores, err)
				}
				checkError(t, err)
			})
		}
	}
}

func TestRerankErrorAnswers(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Dialect = openai.Documents
	testErrorAnswers(t, b, ragtest.Rerank, func() func(context.Context) error {
		r := b.reranker(t)
		return func(ctx context.Context) error {
			_, err := r.Rerank(ctx, query, candidates()[:1])
			return err
		}
	}, nil)
}

func TestRerankNothing(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	scores, err := b.reranker(t).Rerank(t.Context(), query, nil)
	if err != nil || len(scores) != 0 || len(b.Requests()) != 0 {
		t.Errorf("scores %v, error %v", scores, err)
	}
}
