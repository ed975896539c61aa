package ragtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"unicode"
)

// A WordEmbedder puts every word of a text (and every Chinese character and
// pair of them) on one axis of the vector, by a hash: texts that share words
// are near each other. The zero value has 64 dimensions. It implements
// rag.Embedder, without a network and always with the same result.
type WordEmbedder struct {
	Dim int // 0 means 64
}

// Name is "ragtest:words@" and the dimensions.
func (e WordEmbedder) Name() string { return fmt.Sprintf("ragtest:words@%d", e.Dimensions()) }

// Dimensions is Dim, or 64.
func (e WordEmbedder) Dimensions() int {
	if e.Dim <= 0 {
		return 64
	}
	return e.Dim
}

// Embed returns one vector of length 1 a text.
func (e WordEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for i, t := range texts {
		if t == "" {
			return nil, fmt.Errorf("embed text %d: empty", i+1)
		}
		vectors[i] = e.vector(t)
	}
	return vectors, nil
}

func (e WordEmbedder) vector(text string) []float32 {
	v := make([]float32, e.Dimensions())
	all := words(text)
	if len(all) == 0 {
		all = []string{text}
	}
	for _, w := range all {
		h := fnv.New64a()
		h.Write([]byte(w))
		sum := h.Sum64()
		sign := float32(1)
		if sum&1 == 1 {
			sign = -1
		}
		v[(sum>>1)%uint64(len(v))] += sign
	}
	if unit(v) == 0 { // two words took each other out
		v[len(all)%len(v)] = 1
	}
	return v
}

// unit scales v to length 1 and returns the length it had.
func unit(v []float32) float64 {
	var sum float64
	for _, f := range v {
		sum += float64(f) * float64(f)
	}
	length := math.Sqrt(sum)
	if length > 0 {
		for i := range v {
			v[i] = float32(float64(v[i]) / length)
		}
	}
	return length
}

// words splits text into lower-case words; Chinese text into characters and
// pairs of neighbours.
func words(text string) []string {
	var all []string
	var word strings.Builder
	var before rune // the Han character just before, or 0
	flush := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			all = append(all, string(r))
			if before != 0 {
				all = append(all, string([]rune{before, r}))
			}
			before = r
			continue
		case unicode.IsLetter(r), unicode.IsDigit(r):
			word.WriteRune(r)
		default:
			flush()
		}
		before = 0
	}
	flush()
	return all
}

// A QuoteEmbedder writes the bytes of a text into the vector, so that [Unquote]
// reads the text back: for tests that ask what was embedded. Texts are cut to
// 255 bytes. Nearness of its vectors means nothing.
type QuoteEmbedder struct{}

const quoteDim = 256

// Name is "ragtest:quote".
func (QuoteEmbedder) Name() string { return "ragtest:quote" }

// Dimensions is 256.
func (QuoteEmbedder) Dimensions() int { return quoteDim }

// Embed returns one vector of length 1 a text.
func (QuoteEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for i, t := range texts {
		if t == "" {
			return nil, fmt.Errorf("embed text %d: empty", i+1)
		}
		v := make([]float32, quoteDim)
		v[0] = 1 // the scale
		for j := range min(len(t), quoteDim-1) {
			v[j+1] = float32(t[j]) + 1
		}
		unit(v)
		vectors[i] = v
	}
	return vectors, nil
}

// Unquote returns the text that a vector of a [QuoteEmbedder] was made of.
func Unquote(v []float32) (string, error) {
	if len(v) != quoteDim || v[0] <= 0 {
		return "", errors.New("unquote a vector: not one of a QuoteEmbedder")
	}
	var text []byte
	for _, f := range v[1:] {
		if f == 0 {
			break
		}
		b := math.Round(float64(f)/float64(v[0])) - 1
		if b < 0 || b > 255 {
			return "", errors.New("unquote a vector: a number that is no byte")
		}
		text = append(text, byte(b))
	}
	return string(text), nil
}

// A WordReranker scores a text by the share of the query's words it holds. It
// implements rag.Reranker.
type WordReranker struct{}

// Rerank returns one score from 0 to 1 a text.
func (WordReranker) Rerank(ctx context.Context, query string, texts []string) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	scores := make([]float64, len(texts))
	for i, t := range texts {
		scores[i] = overlap(query, t)
	}
	return scores, nil
}

// overlap is the share of the distinct words of query that stand in text.
func overlap(query, text string) float64 {
	in := make(map[string]bool)
	for _, w := range words(text) {
		in[w] = true
	}
	asked := make(map[string]bool)
	hits := 0
	for _, w := range words(query) {
		if !asked[w] && in[w] {
			hits++
		}
		asked[w] = true
	}
	return float64(hits) / float64(max(len(asked), 1))
}
