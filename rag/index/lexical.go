package index

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// The fields of the inverted lists.
const (
	fieldWords = "words" // stems, Chinese characters and bigrams, of header and text
	fieldGrams = "grams" // character 4-grams of the same words, with their borders
)

// BM25's parameters, Robertson's usual ones
// (https://doi.org/10.1561/1500000019, section 4.1).
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

const (
	// gramWeight is what the 4-grams' score counts beside the words'. Measured
	// on SciFact, nDCG@10: 0 .690, .1 .705, .2 .712, .3 .714; XQuAD en .967,
	// .973, .973, .972.
	gramWeight = 0.2
	// gramMaxShare leaves out 4-grams that more than this share of the passages
	// hold: they cost most of the time and nothing in quality (SciFact .709
	// with them, .712 without, at half the time).
	gramMaxShare = 0.3
	// gramMinPassages is the size below which gramMaxShare does not apply.
	gramMinPassages = 50
	// expandWeight is what a word of Query.Expand counts beside one of Query.Text.
	expandWeight = 0.5
)

// lexicalIndex scores passages by BM25 over bleve's inverted lists. It adds
// up the lists itself: bleve's own disjunction multiplies by the share of
// matched clauses and takes the number of distinct terms for the length of a
// document, which costs .02 nDCG@10 on SciFact.
type lexicalIndex struct {
	index    bleve.Index
	reader   bleveindex.IndexReader
	numbers  []int32 // passage number by scorch document number
	count    int
	avgWords float64
	avgGrams float64
}

// newMapping maps a passage to the two fields. Texts come analysed: their terms
// are separated by blanks.
func newMapping() (*mapping.IndexMappingImpl, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = bleveindex.BM25Scoring
	const terms = "terms"
	if err := m.AddCustomAnalyzer(terms, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, fmt.Errorf("define analyzer: %w", err)
	}
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range []string{fieldWords, fieldGrams} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = terms
		f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, false
		doc.AddFieldMappingsAt(name, f)
	}
	m.DefaultMapping = doc
	m.DefaultAnalyzer = terms
	return m, nil
}

// lengths sums up the number of terms of each field.
type lengths struct{ words, grams int }

// document makes bleve's document of the terms of a passage and counts them into l.
func document(words, grams []string, l *lengths) map[string]any {
	l.words += len(words)
	l.grams += len(grams)
	return map[string]any{fieldWords: strings.Join(words, " "), fieldGrams: strings.Join(grams, " ")}
}

// The terms of one passage, in order, repeats kept.
type passageTerms struct{ words, grams []string }

// analyse returns the terms of each passage, header included, in order.
func analyse(passages []corpus.Passage) []passageTerms {
	out := make([]passageTerms, len(passages))
	const workers = 2
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			a := newAnalyzer()
			for i := w; i < len(passages); i += workers {
				out[i].words, out[i].grams = a.terms(embeddingText(passages[i]))
			}
		})
	}
	wg.Wait()
	return out
}

// buildLexicalMemory indexes passages in memory, in one segment.
func buildLexicalMemory(passages []corpus.Passage, terms []passageTerms) (*lexicalIndex, error) {
	m, err := newMapping()
	if err != nil {
		return nil, err
	}
	ix, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("create inverted lists: %w", err)
	}
	var l lengths
	batch := ix.NewBatch()
	for i, p := range passages {
		if err := batch.Index(strconv.Itoa(i), document(terms[i].words, terms[i].grams, &l)); err != nil {
			return nil, fmt.Errorf("index passage %s: %w", p.ID, err)
		}
	}
	if err := ix.Batch(batch); err != nil {
		return nil, fmt.Errorf("write inverted lists: %w", err)
	}
	return newLexicalIndex(ix, len(passages), l)
}

// buildLexical writes the inverted lists of passages to dir.
func buildLexical(ctx context.Context, dir, scratch string, passages []corpus.Passage) (lengths, error) {
	var l lengths
	if len(passages) == 0 {
		return l, nil // bleve's builder panics on nothing
	}
	m, err := newMapping()
	if err != nil {
		return l, err
	}
	b, err := bleve.NewBuilder(dir, m, map[string]any{"buildPathPrefix": scratch})
	if err != nil {
		return l, fmt.Errorf("create inverted lists: %w", err)
	}
	a := newAnalyzer()
	for i, p := range passages {
		if err := ctx.Err(); err != nil {
			return l, err
		}
		words, grams := a.terms(embeddingText(p))
		if err := b.Index(strconv.Itoa(i), document(words, grams, &l)); err != nil {
			return l, fmt.Errorf("index passage %s: %w", p.ID, err)
		}
	}
	if err := b.Close(); err != nil {
		return l, fmt.Errorf("write inverted lists: %w", err)
	}
	return l, nil
}

// openLexical opens what buildLexical wrote.
func openLexical(dir string, passages int, l lengths) (*lexicalIndex, error) {
	if passages == 0 {
		return buildLexicalMemory(nil, nil)
	}
	ix, err := bleve.OpenUsing(dir, map[string]any{"read_only": true, "bolt_timeout": "5s"})
	if err != nil {
		return nil, fmt.Errorf("open inverted lists: %w", err)
	}
	return newLexicalIndex(ix, passages, l)
}

func newLexicalIndex(ix bleve.Index, passages int, l lengths) (*lexicalIndex, error) {
	x := &lexicalIndex{index: ix, count: passages}
	n := float64(max(passages, 1))
	x.avgWords, x.avgGrams = float64(l.words)/n, float64(l.grams)/n
	if err := x.readNumbers(); err != nil {
		_ = ix.Close()
		return nil, err
	}
	return x, nil
}

// readNumbers takes the snapshot that all searches read and the table from
// its document numbers to ours.
func (x *lexicalIndex) readNumbers() error {
	adv, err := x.index.Advanced()
	if err != nil {
		return fmt.Errorf("reach inverted lists: %w", err)
	}
	if x.reader, err = adv.Reader(); err != nil {
		return fmt.Errorf("read inverted lists: %w", err)
	}
	ids, err := x.reader.DocIDReaderAll()
	if err != nil {
		return fmt.Errorf("list documents: %w", err)
	}
	defer func() { _ = ids.Close() }()
	for {
		id, err := ids.Next()
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		if id == nil {
			return nil
		}
		name, err := x.reader.ExternalID(id)
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		n, err := strconv.Atoi(name)
		if err != nil || n < 0 || n >= x.count {
			return fmt.Errorf("inverted lists hold document %q, which is no passage number below %d", name, x.count)
		}
		num := docNumber(id)
		for uint64(len(x.numbers)) <= num {
			x.numbers = append(x.numbers, -1)
		}
		x.numbers[num] = int32(n)
	}
}

// docNumber reads scorch's internal id: eight bytes, big-endian.
func docNumber(id bleveindex.IndexInternalID) uint64 { return binary.BigEndian.Uint64(id) }

func (x *lexicalIndex) close() error {
	if x.reader != nil {
		_ = x.reader.Close()
	}
	return x.index.Close()
}

// search returns the best n passages by BM25, best first.
func (x *lexicalIndex) search(ctx context.Context, q rag.Query, n int, keep func(int) bool) ([]scored, error) {
	words, grams := map[string]float64{}, map[string]float64{}
	a := newAnalyzer()
	a.weigh(q.Text, 1, words, grams)
	a.weigh(q.Expand, expandWeight, words, grams)
	scores := make([]float64, x.count)
	if err := x.add(ctx, fieldWords, words, x.avgWords, 1, 1, scores); err != nil {
		return nil, err
	}
	share := gramMaxShare
	if x.count < gramMinPassages {
		share = 1
	}
	if err := x.add(ctx, fieldGrams, grams, x.avgGrams, share, gramWeight, scores); err != nil {
		return nil, err
	}
	return topScores(scores, n, keep), nil
}

// add adds weight times the BM25 score of every term to scores, leaving out
// the terms that more than maxShare of the passages hold.
func (x *lexicalIndex) add(ctx context.Context, field string, terms map[string]float64, avg, maxShare, weight float64, scores []float64) error {
	for _, t := range slices.Sorted(maps.Keys(terms)) { // float sums depend on their order
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.addTerm(ctx, field, t, avg, maxShare, weight*terms[t], scores); err != nil {
			return fmt.Errorf("read list of %q: %w", t, err)
		}
	}
	return nil
}

func (x *lexicalIndex) addTerm(ctx context.Context, field, term string, avg, maxShare, weight float64, scores []float64) error {
	list, err := x.reader.TermFieldReader(ctx, []byte(term), field, true, true, false)
	if err != nil {
		return err
	}
	defer func() { _ = list.Close() }()
	total, df := float64(x.count), float64(list.Count())
	if df == 0 || df > maxShare*total {
		return nil
	}
	idf := math.Log(1 + (total-df+0.5)/(df+0.5))
	var buf bleveindex.TermFieldDoc
	for {
		d, err := list.Next(&buf)
		if err != nil {
			return err
		}
		if d == nil {
			return nil
		}
		length := 1 / (d.Norm * d.Norm) // scorch keeps 1/sqrt(length)
		tf := float64(d.Freq)
		scores[x.numbers[docNumber(d.ID)]] += weight * idf * tf * (bm25K1 + 1) / (tf + bm25K1*(1-bm25B+bm25B*length/avg))
		buf.Reset()
	}
}

// topScores returns the best n non-zero scores, best first, ties in order.
func topScores(scores []float64, n int, keep func(int) bool) []scored {
	if n <= 0 {
		return nil
	}
	l := make([]scored, 0, 2*n)
	least := 0.0 // of the n best so far
	for i, s := range scores {
		if s <= least || keep != nil && !keep(i) {
			continue
		}
		if l = append(l, scored{i, s}); len(l) == 2*n {
			sortScored(l)
			l = l[:n]
			least = l[n-1].score
		}
	}
	sortScored(l)
	return l[:min(n, len(l))]
}
