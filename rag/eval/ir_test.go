package eval

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/index"
)

func TestIR(t *testing.T) {
	shared := os.Getenv("WAYMARK_SHARED")
	v, _ := corpus.DefaultVocabulary()
	g, _ := corpus.DefaultGlossary()
	for _, set := range []string{"scifact"} {
		r, err := Retrieval(context.Background(), filepath.Join(shared, "ir", set), func(ctx context.Context, reports []corpus.Report, ps []corpus.Passage) (Searcher, error) {
			ix, err := index.Memory(ctx, index.Content{Reports: reports, Passages: ps}, index.Lexical{})
			if err != nil {
				return nil, err
			}
			e := rag.New(rag.Config{Index: ix, Catalogue: catalogue.Extract(reports, ps, nil, v), Vocabulary: v, Glossary: g, Embedder: index.Lexical{}})
			return e.Search, nil
		})
		fmt.Printf("%s %+v %v\n", set, r, err)
	}
}
