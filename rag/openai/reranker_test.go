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

// The answers of servers in the field, as they stand: sorted or not, scores of
// any size and sign, with and without the texts.
func TestRerankAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want []float64
	}{
		"Cohere":            {`{"id":"1","results":[{"index":2,"relevance_score":0.98},{"index":0,"relevance_score":0.2},{"index":1,"relevance_score":0.01}],"meta":{"api_version":{"version":"2"}}}`, []float64{0.2, 0.01, 0.98}},
		"Jina":              {`{"model":"m","usage":{"total_tokens":9},"results":[{"index":1,"relevance_score":0.9,"document":{"text":"b"}},{"index":0,"relevance_score":0.5,"document":{"text":"a"}},{"index":2,"relevance_score":0.1,"document":{"text":"c"}}]}`, []float64{0.5, 0.9, 0.1}},
		"documents, words":  {`{"results":[{"index":0,"relevance_score":0.5,"document":"a"},{"index":1,"relevance_score":0.4,"document":"b"},{"index":2,"relevance_score":0.3,"document":"c"}]}`, []float64{0.5, 0.4, 0.3}},
		"llama.cpp, logits": {`{"model":"m","object":"list","usage":{"prompt_tokens":9},"results":[{"index":0,"relevance_score":-5.4},{"index":1,"relevance_score":8.6},{"index":2,"relevance_score":-11.25}]}`, []float64{-5.4, 8.6, -11.25}},
		"TEI":               {`[{"index":1,"score":0.99},{"index":2,"score":0.5},{"index":0,"score":0.001}]`, []float64{0.001, 0.99, 0.5}},
		"TEI, raw, texts":   {`[{"index":2,"score":-0.5,"text":"c"},{"index":0,"score":-2,"text":"a"},{"index":1,"score":-9,"text":"b"}]`, []float64{-2, -9, -0.5}},
		"all zero":          {`{"results":[{"index":0,"relevance_score":0},{"index":1,"relevance_score":0},{"index":2,"relevance_score":0}]}`, []float64{0, 0, 0}},
		"duplicate":         {`{"results":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1},{"index":2,"relevance_score":1}]}`, nil},
		"out of range":      {`[{"index":0,"score":1},{"index":1,"score":1},{"index":3,"score":1}]`, nil},
		"only the top":      {`{"results":[{"index":0,"relevance_score":1}]}`, nil},
		"no index":          {`[{"score":1},{"score":1},{"score":1}]`, nil},
		"text for a score":  {`[{"index":0,"score":"high"},{"index":1,"score":1},{"index":2,"score":1}]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			b.Next(ragtest.Rerank, ragtest.Answers(name, 200, "application/json", tt.body))
			got, err := b.reranker(t).Rerank(t.Context(), query, candidates()[:3])
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("scores (-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.want != nil) || err != nil && !errors.Is(err, openai.ErrBadResponse) {
				t.Errorf("error %v", err)
			}
		})
	}
}
