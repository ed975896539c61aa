package eval

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// A RetrievalReport holds the figures of a search over a retrieval set.
type RetrievalReport struct {
	Queries int     `json:"queries"`
	NDCG    float64 `json:"ndcg@10"`
	Recall  float64 `json:"recall@10"`
	MRR     float64 `json:"mrr@10"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
}

// cut is how many results are judged.
const cut = 10

// Searcher returns the best limit passages for a text.
type Searcher func(ctx context.Context, text string, limit int) ([]rag.Hit, error)

// A retrievalSet is a folder in BEIR's form, read.
type retrievalSet struct {
	passages []corpus.Passage
	queries  []document
	relevant map[string]map[string]float64 // gain by query and document
}

type document struct {
	ID    string `json:"id"`
	AltID string `json:"_id"` // as BEIR spells it
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Retrieval measures a search on a folder with corpus.jsonl, queries.jsonl and qrels.tsv. build
// makes the search over the folder's documents; each is one passage whose
// Report is its id.
func Retrieval(ctx context.Context, dir string, build func(context.Context, []corpus.Report, []corpus.Passage) (Searcher, error)) (RetrievalReport, error) {
	set, err := readRetrieval(dir)
	if err != nil {
		return RetrievalReport{}, fmt.Errorf("read retrieval set %s: %w", dir, err)
	}
	search, err := build(ctx, set.reports(), set.passages)
	if err != nil {
		return RetrievalReport{}, fmt.Errorf("index retrieval set %s: %w", dir, err)
	}
	return measure(ctx, set, search)
}

// A WeightedSearch searches with a share of the vectors in the fused score, 0 to 1.
type WeightedSearch func(ctx context.Context, text string, limit int, weight float64) ([]rag.Hit, error)

// A WeightReport is how well a search does with one share of the vectors.
type WeightReport struct {
	Weight float64 `json:"weight"`
	RetrievalReport
}

// Weights measures a search on a set with each of the shares of the vectors, in order.
func Weights(ctx context.Context, dir string, weights []float64, build func(context.Context, []corpus.Report, []corpus.Passage) (WeightedSearch, error)) ([]WeightReport, error) {
	var search WeightedSearch
	var out []WeightReport
	set, err := readRetrieval(dir)
	if err != nil {
		return nil, fmt.Errorf("read retrieval set %s: %w", dir, err)
	}
	if search, err = build(ctx, set.reports(), set.passages); err != nil {
		return nil, fmt.Errorf("index retrieval set %s: %w", dir, err)
	}
	for _, w := range weights {
		r, err := measure(ctx, set, func(ctx context.Context, text string, limit int) ([]rag.Hit, error) {
			return search(ctx, text, limit, w)
		})
		if err != nil {
			return out, err
		}
		out = append(out, WeightReport{w, r})
	}
	return out, nil
}

// reports returns a report for each passage of the set.
func (s retrievalSet) reports() []corpus.Report {
	out := make([]corpus.Report, len(s.passages))
	for i, p := range s.passages {
		out[i] = corpus.Report{ID: p.Report, Title: p.Header, Text: p.Text, Language: p.Language}
	}
	return out
}

func measure(ctx context.Context, set retrievalSet, search Searcher) (RetrievalReport, error) {
	var r RetrievalReport
	var ms []float64
	for _, q := range set.queries {
		gains := set.relevant[q.ID]
		if len(gains) == 0 {
			continue
		}
		start := time.Now()
		hits, err := search(ctx, q.Text, cut)
		if err != nil {
			return r, fmt.Errorf("search for query %s: %w", q.ID, err)
		}
		ms = append(ms, float64(time.Since(start).Microseconds())/1000)
		ndcg, recall, rr := judgeRanking(hits, gains)
		r.Queries++
		r.NDCG += ndcg
		r.Recall += recall
		r.MRR += rr
	}
	if r.Queries > 0 {
		n := float64(r.Queries)
		r.NDCG, r.Recall, r.MRR = round4(r.NDCG/n), round4(r.Recall/n), round4(r.MRR/n)
	}
	r.P50, r.P95 = quantile(ms, 0.5), quantile(ms, 0.95)
	return r, nil
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// judgeRanking returns nDCG, recall and reciprocal rank at 10. nDCG is Järvelin and
// Kekäläinen's with a logarithmic discount (https://doi.org/10.1145/582415.582418),
// as trec_eval computes it.
func judgeRanking(hits []rag.Hit, gains map[string]float64) (ndcg, recall, rr float64) {
	var dcg float64
	found := 0
	for i, h := range hits[:min(cut, len(hits))] {
		g := gains[h.Report]
		if g <= 0 {
			continue
		}
		dcg += g / math.Log2(float64(i+2))
		found++
		if rr == 0 {
			rr = 1 / float64(i+1)
		}
	}
	return dcg / idealDCG(gains), float64(found) / float64(len(gains)), rr
}

func idealDCG(gains map[string]float64) float64 {
	sorted := make([]float64, 0, len(gains))
	for _, g := range gains {
		sorted = append(sorted, g)
	}
	for i := range sorted { // few: selection sort, largest first
		for j := i + 1; j < len(sorted); j++ {
			if sorted[j] > sorted[i] {
				sorted[i], sorted[j] = sorted[j], sorted[i]
			}
		}
	}
	var sum float64
	for i, g := range sorted[:min(cut, len(sorted))] {
		sum += g / math.Log2(float64(i+2))
	}
	return sum
}

func readRetrieval(dir string) (retrievalSet, error) {
	var set retrievalSet
	docs, err := readDocuments(filepath.Join(dir, "corpus.jsonl"))
	if err != nil {
		return set, err
	}
	for _, d := range docs {
		set.passages = append(set.passages, corpus.Passage{
			ID: d.ID + "#1", Report: d.ID, Header: d.Title, Text: d.Text, End: len(d.Text), Language: corpus.Language(d.Text),
		})
	}
	if set.queries, err = readDocuments(filepath.Join(dir, "queries.jsonl")); err != nil {
		return set, err
	}
	set.relevant, err = readQrels(filepath.Join(dir, "qrels.tsv"))
	return set, err
}

func readDocuments(file string) ([]document, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []document
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	n := 1
	for ; s.Scan(); n++ {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		var d document
		if err := json.Unmarshal(s.Bytes(), &d); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, n, err)
		}
		if d.ID == "" {
			d.ID = d.AltID
		}
		if d.ID == "" {
			return nil, fmt.Errorf("%s line %d has no id", file, n)
		}
		out = append(out, d)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s line %d: %w", file, n, err)
	}
	return out, nil
}

// readQrels reads lines of query, document and gain; a header line is skipped,
// and so is trec_eval's second column of four.
func readQrels(file string) (map[string]map[string]float64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]float64{}
	for n, line := range strings.Split(string(data), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) < 3 {
			return nil, fmt.Errorf("%s line %d is %q, want query, document and gain", file, n+1, line)
		}
		gain, err := strconv.ParseFloat(f[len(f)-1], 64)
		if err != nil {
			if n == 0 {
				continue
			}
			return nil, fmt.Errorf("%s line %d: gain %q is no number", file, n+1, f[len(f)-1])
		}
		if gain <= 0 {
			continue
		}
		if out[f[0]] == nil {
			out[f[0]] = map[string]float64{}
		}
		out[f[0]][f[len(f)-2]] = gain
	}
	return out, nil
}
