package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden are texts that use every path of the embedder.
var golden = []string{
	"The lighthouse's keepers trim 46 lamps, and trim them again.",
	"灯塔高四十六米，立在海港入口。",
	"燈塔 GPS ｒａｄａｒ naïve café",
	"…?!",
	strings.Repeat("barley wheat ", 500),
}

func embedLexical(t *testing.T, texts ...string) [][]float32 {
	t.Helper()
	v, err := Lexical{}.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(v) != len(texts) {
		t.Fatalf("%d vectors of %d texts", len(v), len(texts))
	}
	return v
}

// TestLexicalGolden: vectors on disk are compared with those of a later
// program. When this hash must change, Lexical's name must change too.
func TestLexicalGolden(t *testing.T) {
	const want = "73f489e2077328e72608b4c70ea9f9ede45c23acb9061c5b67e9a3437284f259"
	h := sha256.New()
	for _, v := range embedLexical(t, golden...) {
		h.Write(pack(v))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want || (Lexical{}).Name() != "lexical-512-v1" {
		t.Errorf("vectors of %s have the hash %s, want lexical-512-v1 and %s", Lexical{}.Name(), got, want)
	}
}

func TestLexicalVectors(t *testing.T) {
	texts := append([]string{"", " ", "a", "the", "\x00", "\xff", "🦭", "塔", strings.Repeat("x", 100000)}, golden...)
	vecs := embedLexical(t, texts...)
	for i, v := range vecs {
		sum := 0.0
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		if len(v) != (Lexical{}).Dimensions() || math.Abs(sum-1) > 1e-5 {
			t.Errorf("vector of %.20q has %d dimensions and the squared length %v", texts[i], len(v), sum)
		}
		if alone := embedLexical(t, texts[i]); !cmp.Equal(alone[0], v) {
			t.Errorf("vector of %.20q differs alone and beside others", texts[i])
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if again, err := (Lexical{}).Embed(t.Context(), texts); err != nil || !cmp.Equal(again, vecs) {
				t.Errorf("not the same vectors beside other calls: %v", err)
			}
		})
	}
	wg.Wait()
	if v := embedLexical(t); len(v) != 0 {
		t.Errorf("%d vectors of no text", len(v))
	}
}

func TestLexicalNearness(t *testing.T) {
	v := embedLexical(t, "how high is the lighthouse", "The light-house is high.", "Lighthouses are higher", "barley is sold on Tuesday", "燈塔有多高", "灯塔高四十六米", "银放在地窖")
	near := func(a, b int) float64 {
		sum := 0.0
		for i := range v[a] {
			sum += float64(v[a][i]) * float64(v[b][i])
		}
		return sum
	}
	for _, test := range [][3]int{{0, 2, 3}, {0, 1, 3}, {4, 5, 6}, {4, 5, 0}} {
		if a, b := near(test[0], test[1]), near(test[0], test[2]); a < b+0.1 {
			t.Errorf("text %d is at %v of %d and at %v of %d", test[0], a, test[1], b, test[2])
		}
	}
}

func TestLexicalCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := (Lexical{}).Embed(ctx, golden); !errors.Is(err, context.Canceled) || v != nil {
		t.Errorf("%d vectors, error %v", len(v), err)
	}
}
