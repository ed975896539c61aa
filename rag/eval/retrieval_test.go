package eval

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// retrievalFolder writes a folder in BEIR's form and returns it.
func retrievalFolder(t *testing.T, docs, queries, qrels string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"corpus.jsonl": docs, "queries.jsonl": queries, "qrels.tsv": qrels} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fourteen are the documents d1 to d14.
func fourteen() string {
	var b strings.Builder
	for i := 1; i <= 14; i++ {
		fmt.Fprintf(&b, `{"_id": "d%d", "title": "Title %d", "text": "text %d", "metadata": {}}`+"\n", i, i, i)
	}
	return b.String()
}

const someQueries = `{"_id": "q1", "text": "graded"}
{"id": "q2", "text": "nothing found"}

{"_id": "q3", "text": "more than ten"}
{"_id": "q4", "text": "not judged"}
{"_id": "q5", "text": "judged as irrelevant"}
{"_id": "q6", "text": "found too late"}
`

// qrelLines are the judgements: q1 graded, q3 with twelve relevant documents.
func qrelLines(format func(query, doc string, gain int) string) string {
	s := format("q1", "d1", 2) + format("q1", "d2", 1) + format("q1", "d3", 0) + format("q2", "d4", 1)
	for i := 1; i <= 12; i++ {
		s += format("q3", fmt.Sprintf("d%d", i), 1)
	}
	return s + format("q5", "d1", 0) + format("q6", "d14", 1)
}

func beir(query, doc string, gain int) string { return fmt.Sprintf("%s\t%s\t%d\n", query, doc, gain) }

// ranked returns a search with the given rankings by query.
func ranked(t *testing.T, rankings map[string]string) func(context.Context, []corpus.Report, []corpus.Passage) (Searcher, error) {
	return func(_ context.Context, reports []corpus.Report, passages []corpus.Passage) (Searcher, error) {
		if len(reports) != 14 || len(passages) != 14 {
			t.Fatalf("%d reports and %d passages, want 14", len(reports), len(passages))
		}
		wantReport := corpus.Report{ID: "d2", Title: "Title 2", Text: "text 2", Language: "en"}
		wantPassage := corpus.Passage{ID: "d2#1", Report: "d2", Header: "Title 2", Text: "text 2", End: 6, Language: "en"}
		if diff := cmp.Diff(wantReport, reports[1]) + cmp.Diff(wantPassage, passages[1]); diff != "" {
			t.Errorf("second document (-want +got):\n%s", diff)
		}
		return func(_ context.Context, text string, limit int) ([]rag.Hit, error) {
			if limit != 10 {
				t.Errorf("limit %d, want 10", limit)
			}
			ranking, ok := rankings[text]
			if !ok {
				return nil, fmt.Errorf("unexpected query %q", text)
			}
			var hits []rag.Hit
			for _, id := range strings.Fields(ranking) {
				hits = append(hits, rag.Hit{Passage: corpus.Passage{Report: id}})
			}
			return hits, nil
		}, nil
	}
}

func TestRetrieval(t *testing.T) {
	rankings := map[string]string{
		"graded":         "d3 d1 d2",
		"nothing found":  "",
		"more than ten":  "d1 d2 d3 d4 d5 d6 d7 d8 d9 d10",
		"found too late": "d1 d2 d3 d4 d5 d6 d7 d8 d9 d10 d14",
	}
	// q1: (2/log2(3) + 1/log2(4)) / (2/log2(2) + 1/log2(3)) = 1.76186 / 2.63093 = 0.66967, recall 2/2, first at rank 2.
	// q2 and q6: 0, 0, 0. q3: 1, as ten are all that can be shown; recall 10/12, first at rank 1. q4 and q5 are not judged.
	want := RetrievalReport{
		Queries: 4,
		NDCG:    0.4174, // (0.66967 + 1) / 4
		Recall:  0.4583, // (1 + 0.83333) / 4
		MRR:     0.375,  // (0.5 + 1) / 4
	}
	for name, qrels := range map[string]string{
		"header":       "query-id\tcorpus-id\tscore\n" + qrelLines(beir),
		"no header":    qrelLines(beir),
		"blank lines":  qrelLines(func(q, d string, g int) string { return beir(q, d, g) + "\r\n\n" }),
		"four columns": qrelLines(func(q, d string, g int) string { return fmt.Sprintf("%s 0 %s %d\n", q, d, g) }),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Retrieval(t.Context(), retrievalFolder(t, fourteen(), someQueries, qrels), ranked(t, rankings))
			if got.P50 < 0 || got.P95 < got.P50 {
				t.Errorf("times %v, %v", got.P50, got.P95)
			}
			got.P50, got.P95 = 0, 0
			if err != nil || got != want {
				t.Errorf("%+v, %v, want %+v", got, err, want)
			}
		})
	}
}

func TestRetrievalErrors(t *testing.T) {
	qrels := qrelLines(beir)
	for _, test := range []struct{ docs, queries, qrels, want string }{
		{"{", someQueries, qrels, "corpus.jsonl line 1: unexpected end"},
		{fourteen() + `{"text": "x"}`, someQueries, qrels, "corpus.jsonl line 15 has no id"},
		{fourteen(), someQueries + "[]", qrels, "queries.jsonl line 8"},
		{fourteen(), someQueries, qrels + "q1 d1\n", `qrels.tsv line 19 is "q1 d1", want query, document and gain`},
		{fourteen(), someQueries, qrels + "q1\td1\tmuch\n", `qrels.tsv line 19: gain "much" is no number`},
		{fourteen(), someQueries, qrels, `search for query q1: unexpected query "graded"`},
	} {
		dir := retrievalFolder(t, test.docs, test.queries, test.qrels)
		if _, err := Retrieval(t.Context(), dir, ranked(t, nil)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	down := errors.New("index is gone")
	dir := retrievalFolder(t, fourteen(), someQueries, qrels)
	_, err := Retrieval(t.Context(), dir, func(context.Context, []corpus.Report, []corpus.Passage) (Searcher, error) { return nil, down })
	if !errors.Is(err, down) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v, want %v of %s", err, down, dir)
	}
	for _, name := range []string{"corpus.jsonl", "queries.jsonl", "qrels.tsv"} {
		dir := retrievalFolder(t, fourteen(), someQueries, qrels)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, err := Retrieval(t.Context(), dir, ranked(t, nil)); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(dir, name)) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// TestRetrievalOfNothing: no judged query gives no figure, not a division by zero.
func TestRetrievalOfNothing(t *testing.T) {
	got, err := Retrieval(t.Context(), retrievalFolder(t, fourteen(), "", ""), ranked(t, nil))
	if err != nil || got != (RetrievalReport{}) {
		t.Errorf("%+v, %v", got, err)
	}
}
