package index

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"github.com/waymark-bot/waymark/rag"
)

// lexicalDimensions trades quality for time: SciFact nDCG@10 .485 at 512,
// .569 at 1536, where a query over 10,000 passages takes 3 times as long. In
// the fusion both count alike.
const lexicalDimensions = 512

// lexicalWeight is the share of the lexical vectors in the fused score. They
// repeat what BM25 knows already, so they only break ties: SciFact nDCG@10 is .708
// at 0 and at .03, .700 at .1; XQuAD en .972, .971, .971; zh .967, .968, .968.
const lexicalWeight = 0.03

// modelWeight is the share of a real model's vectors until it has been measured.
const modelWeight = 0.5

// Lexical is the embedder that needs no model: feature hashing (Weinberger et
// al., https://arxiv.org/abs/0902.2206) of the same terms that BM25 sees, with
// logarithmic term frequencies. The same text gives the same vector on every machine.
type Lexical struct{}

var _ rag.Embedder = Lexical{}

// Name implements [rag.Embedder].
func (Lexical) Name() string { return fmt.Sprintf("lexical-%d-v1", lexicalDimensions) }

// Dimensions implements [rag.Embedder].
func (Lexical) Dimensions() int { return lexicalDimensions }

// Embed implements [rag.Embedder]. A text without any word gives a unit vector all the same.
func (Lexical) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	a := newAnalyzer()
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = hashVector(a, t)
	}
	return out, nil
}

func hashVector(a *analyzer, text string) []float32 {
	return hashTerms(a.terms(text))
}

// hashTerms is the vector of a text with these words and 4-grams.
func hashTerms(w, g []string) []float32 {
	words, grams := map[string]float64{}, map[string]float64{}
	for _, t := range w {
		words[t]++
	}
	for _, t := range g {
		grams[t]++
	}
	sum := make([]float64, lexicalDimensions)
	hashInto(sum, "w", words)
	hashInto(sum, "g", grams)
	norm := 0.0
	for _, x := range sum {
		norm += x * x
	}
	v := make([]float32, lexicalDimensions)
	if norm == 0 {
		v[0] = 1
		return v
	}
	for i, x := range sum {
		v[i] = float32(x / math.Sqrt(norm))
	}
	return v
}

func hashInto(sum []float64, kind string, terms map[string]float64) {
	for _, t := range slices.Sorted(maps.Keys(terms)) { // float sums depend on their order
		n := terms[t]
		h := fnv.New64a()
		_, _ = h.Write([]byte(kind + t))
		x := h.Sum64()
		sign := 1.0
		if x>>63 == 1 {
			sign = -1
		}
		sum[x%uint64(len(sum))] += sign * (1 + math.Log(n))
	}
}

// describe is what the manifest says of an embedder whose vectors have the weight, 0 for its
// default.
func describe(e rag.Embedder, w float64) EmbedderInfo {
	switch {
	case w > 0:
	case e.Name() == (Lexical{}).Name():
		w = lexicalWeight
	default:
		w = modelWeight
	}
	return EmbedderInfo{Name: e.Name(), Dimensions: e.Dimensions(), Weight: w}
}
