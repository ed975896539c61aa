package openai_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func (b *bench) embedder(t *testing.T) *openai.Embedder {
	t.Helper()
	e, err := openai.NewEmbedder(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// texts returns n texts that are all different.
func texts(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("lamp %d of the tower, 灯 %d", i, i*i)
	}
	return all
}

// vectorsOf are the vectors that the server's model gives to texts.
func vectorsOf(t *testing.T, texts []string) [][]float32 {
	t.Helper()
	v, err := ragtest.WordEmbedder{}.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func closeTo(a, b [][]float32) string {
	return cmp.Diff(a, b, cmp.Comparer(func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-6 }))
}

// sizes are the numbers of inputs of the embedding requests so far.
func (b *bench) sizes() []int {
	var all []int
	for _, r := range b.Requests() {
		all = append(all, len(r.Inputs))
	}
	return all
}

func TestEmbed(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	e := b.embedder(t)
	if e.Dimensions() != 0 {
		t.Errorf("%d dimensions before the first call", e.Dimensions())
	}
	in := texts(150)
	got, err := e.Embed(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := closeTo(vectorsOf(t, in), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]int{64, 64, 22}, b.sizes()); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	if e.Dimensions() != 64 || e.Name() != "openai:pretend" {
		t.Errorf("%s has %d dimensions", e.Name(), e.Dimensions())
	}
	for _, v := range got {
		var sum float64
		for _, f := range v {
			sum += float64(f) * float64(f)
		}
		if math.Abs(sum-1) > 1e-5 {
			t.Fatalf("a vector of length %v", math.Sqrt(sum))
		}
	}
	if none, err := e.Embed(t.Context(), nil); err != nil || len(none) != 0 || b.count(ragtest.Embeddings) != 3 {
		t.Errorf("no texts: %v, %v", none, err)
	}
}

func TestEmbedDimensions(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Dimensions = 32
	e := b.embedder(t)
	if e.Dimensions() != 32 || e.Name() != "openai:pretend@32" {
		t.Errorf("%s has %d dimensions", e.Name(), e.Dimensions())
	}
	v, err := e.Embed(t.Context(), texts(1))
	if err != nil || len(v[0]) != 32 || b.Requests()[0].Dimensions != 32 {
		t.Errorf("vectors %v, error %v", v, err)
	}
	b.Next(ragtest.Embeddings, ragtest.Answers("ignored", 200, "application/json",
		`{"object":"list","model":"pretend","data":[{"object":"embedding","index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":1,"total_tokens":1}}`))
	if _, err := e.Embed(t.Context(), texts(1)); !errors.Is(err, openai.ErrBadResponse) {
		t.Errorf("a server that ignores dimensions: %v", err)
	}
}

func TestEmbedEmptyText(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	_, err := b.embedder(t).Embed(t.Context(), []string{"a", " \n", "b"})
	if err == nil || !strings.Contains(err.Error(), "text 2 of 3 is empty") || len(b.Requests()) != 0 {
		t.Errorf("error %v after %d requests", err, len(b.Requests()))
	}
}

// The batch shrinks to what the server takes, and stays there.
func TestEmbedShrinks(t *testing.T) {
	b := start(t, ragtest.ModelOptions{MaxBatch: 20})
	e := b.embedder(t)
	in := texts(70)
	got, err := e.Embed(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := closeTo(vectorsOf(t, in), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	before := len(b.sizes())
	if _, err := e.Embed(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{16, 16, 16, 16, 6}, b.sizes()[before:]); diff != "" {
		t.Errorf("batches of the second call (-want +got):\n%s", diff)
	}
	if len(b.waits) != 0 {
		t.Errorf("waits %v", b.waits)
	}
}

func TestEmbedShrinksOn422(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.Next(ragtest.Embeddings, ragtest.Answers("422", 422, "application/json", `{"detail":[{"loc":["body","input"],"msg":"too many","type":"x"}]}`))
	if _, err := b.embedder(t).Embed(t.Context(), texts(5)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{5, 3, 2}, b.sizes()); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// OpenAI counts the tokens of the whole request, too.
func TestEmbedShrinksOnTokens(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.Next(ragtest.Embeddings, ragtest.Answers("400", 400, "application/json",
		`{"error":{"message":"Requested 310000 tokens, max 300000 tokens per request","type":"max_tokens_per_request","param":null,"code":"max_tokens_per_request"}}`))
	if _, err := b.embedder(t).Embed(t.Context(), texts(6)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{6, 3, 3}, b.sizes()); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// No request holds more inputs than OpenAI takes, whatever the batch is set to.
func TestEmbedMostInputs(t *testing.T) {
	b := start(t, ragtest.ModelOptions{Dimensions: 4})
	b.cfg.Batch = 5000
	if _, err := b.embedder(t).Embed(t.Context(), texts(2050)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{2048, 2}, b.sizes()); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// One text that is too large by itself fails, and does not shrink the batch for
// the others.
func TestEmbedOneTooLarge(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	e := b.embedder(t)
	b.Always(ragtest.Embeddings, ragtest.Answers("413", 413, "application/json",
		"{\"error\":\"Input validation error: `inputs` must have less than 512 tokens. Given: 600\",\"error_type\":\"Validation\"}"))
	_, err := e.Embed(t.Context(), texts(4))
	if !errors.Is(err, openai.ErrContextLength) || !strings.HasPrefix(err.Error(), "embed 1 text with pretend: ") {
		t.Errorf("error %v", err)
	}
	b.Heal()
	before := len(b.sizes())
	if _, err := e.Embed(t.Context(), texts(64)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{64}, b.sizes()[before:]); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

func TestEmbedFaults(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	for _, f := range ragtest.EmbeddingFaults() {
		t.Run(f.Name, func(t *testing.T) {
			e := b.embedder(t)
			in := texts(3)
			if f.Name == "empty-vector" || f.Name == "wrong-dimension" { // known beforehand
				if _, err := e.Embed(t.Context(), in); err != nil {
					t.Fatal(err)
				}
			}
			b.Next(ragtest.Embeddings, f)
			before := b.count(ragtest.Embeddings)
			got, err := e.Embed(t.Context(), in)
			if f.Name == "reordered" {
				if err != nil || closeTo(vectorsOf(t, in), got) != "" {
					t.Errorf("error %v, difference %s", err, closeTo(vectorsOf(t, in), got))
				}
				return
			}
			if !errors.Is(err, openai.ErrBadResponse) || got != nil || b.count(ragtest.Embeddings)-before != 1 {
				t.Fatalf("vectors %v, error %v", got, err)
			}
			checkError(t, err)
		})
	}
}

// The very first answer may not mix lengths either.
func TestEmbedMixedDimensionsAtFirst(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	f, _ := ragtest.FaultNamed(ragtest.Embeddings, "wrong-dimension")
	b.Next(ragtest.Embeddings, f)
	if _, err := b.embedder(t).Embed(t.Context(), texts(3)); !errors.Is(err, openai.ErrBadResponse) {
		t.Errorf("error %v", err)
	}
}

func TestEmbedErrorAnswers(t *testing.T) {
	t.Parallel()
	b := start(t, ragtest.ModelOptions{})
	testErrorAnswers(t, b, ragtest.Embeddings, func() func(context.Context) error {
		e := b.embedder(t)
		return func(ctx context.Context) error {
			_, err := e.Embed(ctx, texts(1))
			return err
		}
	}, nil)
}

func TestEmbedConcurrency(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 3} {
		t.Run(fmt.Sprintf("limit %d", limit), func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			b.cfg.Batch, b.cfg.Concurrency = 2, limit
			want := int64(max(limit, 1))
			var running, most atomic.Int64
			full := make(chan struct{}) // closed when as many run as may
			b.Always(ragtest.Embeddings, ragtest.Fault{Name: "count", Play: func(c *ragtest.Call) {
				n := running.Add(1)
				defer running.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				if n == want {
					select {
					case <-full:
					default:
						close(full)
					}
				}
				select {
				case <-full:
				case <-time.After(5 * time.Second):
				}
				c.Answer()
			}})
			in := texts(21)
			got, err := b.embedder(t).Embed(t.Context(), in)
			if err != nil || closeTo(vectorsOf(t, in), got) != "" {
				t.Errorf("error %v", err)
			}
			if most.Load() != want {
				t.Errorf("%d requests at the same time, want %d", most.Load(), want)
			}
		})
	}
}

func TestEmbedEndsWithContext(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	b.cfg.Concurrency = 2
	f, _ := ragtest.FaultNamed(ragtest.Embeddings, "slow")
	b.Always(ragtest.Embeddings, f)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got, err := b.embedder(t).Embed(ctx, texts(500))
	if !errors.Is(err, context.DeadlineExceeded) || got != nil {
		t.Errorf("error %v", err)
	}
}
