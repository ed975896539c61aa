package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/philippgille/chromem-go"

	"github.com/waymark-bot/waymark/corpus"
)

// collection is the name of the one chromem collection of a generation.
const collection = "passages"

// vectorIndex holds one vector a passage in a chromem-go collection.
type vectorIndex struct {
	db   *chromem.DB
	coll *chromem.Collection
}

// noEmbedding is the collection's embedding function: all vectors come ready.
func noEmbedding(context.Context, string) ([]float32, error) {
	return nil, errors.New("the collection takes ready vectors only")
}

// newVectorIndex adds vecs, one a passage, in order.
func newVectorIndex(ctx context.Context, passages []corpus.Passage, vecs [][]float32) (*vectorIndex, error) {
	db := chromem.NewDB()
	coll, err := db.CreateCollection(collection, nil, noEmbedding)
	if err != nil {
		return nil, fmt.Errorf("create vector collection: %w", err)
	}
	docs := make([]chromem.Document, len(passages))
	for i := range passages {
		docs[i] = chromem.Document{ID: strconv.Itoa(i), Embedding: vecs[i], Content: passages[i].ID}
	}
	if len(docs) > 0 {
		if err := coll.AddDocuments(ctx, docs, 1); err != nil {
			return nil, fmt.Errorf("add vectors: %w", err)
		}
		if err := ctx.Err(); err != nil { // chromem then leaves vectors out and says nothing
			return nil, fmt.Errorf("add vectors: %w", err)
		}
	}
	return &vectorIndex{db, coll}, nil
}

// openVectors reads what export wrote.
func openVectors(file string) (*vectorIndex, error) {
	db := chromem.NewDB()
	if err := db.ImportFromFile(file, ""); err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	coll := db.GetCollection(collection, noEmbedding)
	if coll == nil {
		return nil, fmt.Errorf("read vectors: %s holds no collection %q", file, collection)
	}
	return &vectorIndex{db, coll}, nil
}

func (x *vectorIndex) export(file string) error {
	if err := x.db.ExportToFile(file, false, ""); err != nil {
		return fmt.Errorf("write vectors: %w", err)
	}
	return nil
}

// search returns the n nearest passages by cosine, nearest first, ties in
// order. With a filter it looks through all of them.
func (x *vectorIndex) search(ctx context.Context, v []float32, n int, keep func(int) bool) ([]scored, error) {
	total := x.coll.Count()
	if total == 0 {
		return nil, nil // chromem refuses to query an empty collection
	}
	ask := min(n+1, total) // and to return more than it has
	if keep != nil {
		ask = total
	}
	l, err := x.query(ctx, v, ask)
	if err != nil {
		return nil, err
	}
	if len(l) > n && ask < total && l[n-1].score == l[n].score {
		// Which of the equally near chromem returns is left to chance.
		if l, err = x.query(ctx, v, total); err != nil {
			return nil, err
		}
	}
	if keep != nil {
		l = slices.DeleteFunc(l, func(s scored) bool { return !keep(s.passage) })
	}
	return l[:min(n, len(l))], nil
}

// query returns n passages, nearest first, ties in order.
func (x *vectorIndex) query(ctx context.Context, v []float32, n int) ([]scored, error) {
	res, err := x.coll.QueryEmbedding(ctx, v, n, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil { // chromem then returns what it has so far
		return nil, err
	}
	l := make([]scored, len(res))
	for i, r := range res {
		number, err := strconv.Atoi(r.ID)
		if err != nil {
			return nil, fmt.Errorf("vector collection holds document %q, which is no passage number", r.ID)
		}
		l[i] = scored{number, float64(r.Similarity)}
	}
	sortScored(l)
	return l, nil
}
