package index

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// reuse returns the vectors of the current generation below root by the hash of
// their text, if e made them. A generation that cannot be read gives none: they
// only spare time and money.
func reuse(ctx context.Context, root string, e rag.Embedder) map[string][]float32 {
	if _, ok := e.(Lexical); ok {
		return nil // quicker to make than to read
	}
	name, err := readCurrent(root)
	if err != nil {
		return nil
	}
	gen := filepath.Join(root, name)
	m, err := readManifest(gen)
	if err != nil || checkEmbedder(root, m.Embedder, e) != nil {
		return nil
	}
	var passages []corpus.Passage
	if err := readLines(filepath.Join(gen, passagesFile), &passages); err != nil {
		return nil
	}
	x, err := openVectors(filepath.Join(gen, vectorsFile))
	if err != nil {
		return nil
	}
	out := make(map[string][]float32, len(passages))
	for i, p := range passages {
		if doc, err := x.coll.GetByID(ctx, strconv.Itoa(i)); err == nil && doc.Content == p.ID {
			out[embeddingKey(p)] = doc.Embedding
		}
	}
	return out
}
