package ragtest_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

var (
	_ rag.Embedder  = ragtest.WordEmbedder{}
	_ rag.Embedder  = ragtest.QuoteEmbedder{}
	_ rag.Reranker  = ragtest.WordReranker{}
	_ rag.Generator = (*ragtest.Generator)(nil)
)

func embed(t *testing.T, e rag.Embedder, texts ...string) [][]float32 {
	t.Helper()
	v, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range v {
		if n := math.Sqrt(dot(v[i], v[i])); len(v[i]) != e.Dimensions() || math.Abs(n-1) > 1e-5 {
			t.Fatalf("%s: vector %d has %d numbers and length %v", e.Name(), i, len(v[i]), n)
		}
	}
	return v
}

func dot(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestWordEmbedder(t *testing.T) {
	for _, dim := range []int{0, 1, 7, 256} {
		embed(t, ragtest.WordEmbedder{Dim: dim}, "the grey tower", "灰塔", "!?", " ", "a", "aa bb aa bb")
	}
	e := ragtest.WordEmbedder{Dim: 512}
	v := embed(t, e, "How tall is the grey tower?", "The Grey Tower is tall.", "Nobody eats bread.", "灰塔有多高", "灰塔高46米", "没有面包")
	if near, far := dot(v[0], v[1]), dot(v[0], v[2]); near < far+0.3 {
		t.Errorf("English: near %v, far %v", near, far)
	}
	if near, far := dot(v[3], v[4]), dot(v[3], v[5]); near < far+0.2 {
		t.Errorf("Chinese: near %v, far %v", near, far)
	}
	if again := embed(t, e, "How tall is the grey tower?"); dot(again[0], v[0]) < 0.999 {
		t.Error("not the same vector again")
	}
}

func TestQuoteEmbedder(t *testing.T) {
	for _, s := range []string{"a", "the grey tower", "灰塔 46 m", "\x00\xff\x00", strings.Repeat("é", 127)} {
		got, err := ragtest.Unquote(embed(t, ragtest.QuoteEmbedder{}, s)[0])
		if err != nil || got != s {
			t.Errorf("unquote gives %q, %v; want %q", got, err, s)
		}
	}
	long := strings.Repeat("x", 1000)
	if got, err := ragtest.Unquote(embed(t, ragtest.QuoteEmbedder{}, long)[0]); err != nil || got != long[:255] {
		t.Errorf("of a long text %d bytes, %v", len(got), err)
	}
	for _, v := range [][]float32{nil, make([]float32, 256), embed(t, ragtest.WordEmbedder{Dim: 256}, "x")[0]} {
		if s, err := ragtest.Unquote(v); err == nil && s != "" {
			t.Errorf("unquote of another vector gives %q", s)
		}
	}
}

func TestEmbeddersRefuse(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, e := range []rag.Embedder{ragtest.WordEmbedder{}, ragtest.QuoteEmbedder{}} {
		if _, err := e.Embed(t.Context(), []string{"a", ""}); err == nil {
			t.Errorf("%s embeds an empty text", e.Name())
		}
		if _, err := e.Embed(ended, []string{"a"}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v after the context's end", e.Name(), err)
		}
	}
}

func TestWordReranker(t *testing.T) {
	scores, err := ragtest.WordReranker{}.Rerank(t.Context(), "grey tower", []string{"bread", "the grey tower", "grey"})
	if err != nil || scores[0] != 0 || scores[1] != 1 || scores[2] != 0.5 {
		t.Errorf("scores %v, error %v", scores, err)
	}
}
