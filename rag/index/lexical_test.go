package index

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// mixed returns n passages of different lengths in both languages. Some words
// stand in most of them, some in one.
func mixed(n int) Content {
	var c Content
	r := corpus.Report{ID: "mixed", Title: "Mixed"}
	words := strings.Fields("tide harbour lantern keeper sheep wool market copper river storm barley ferry")
	for i := range n {
		text := fmt.Sprintf("Note %d on the %s: %s", i, words[i%12], strings.Repeat(words[i*i%12]+" ", i%7+1))
		if i%3 == 0 {
			text += "灯塔" + strings.Repeat("海港", i%5) + words[(i+5)%12]
		}
		if i == n/2 {
			text += strings.Repeat(" barley and more barley", 1500)
		}
		start := len(r.Text)
		r.Text += text + "\n"
		c.Passages = append(c.Passages, corpus.Passage{
			ID: fmt.Sprintf("mixed#%d", i+1), Report: "mixed", Header: fmt.Sprintf("Mixed > %s", words[i%5]),
			Text: text, Start: start, End: start + len(text),
		})
	}
	c.Reports = []corpus.Report{r}
	return c
}

// counted is one field of one passage, for [plainBM25].
type counted struct {
	terms  map[string]int
	length int
}

func countTerms(terms []string) counted {
	c := counted{map[string]int{}, len(terms)}
	for _, t := range terms {
		c.terms[t]++
	}
	return c
}

// plainBM25 adds weight times the BM25 score of the query's terms, by the
// formula alone: https://doi.org/10.1561/1500000019, with Lucene's idf.
func plainBM25(docs []counted, query map[string]float64, maxShare, weight float64, scores []float64) {
	total, sum := float64(len(docs)), 0
	for _, d := range docs {
		sum += d.length
	}
	avg := float64(sum) / total
	for term, w := range query {
		df := 0.0
		for _, d := range docs {
			if d.terms[term] > 0 {
				df++
			}
		}
		if df > maxShare*total {
			continue
		}
		idf := math.Log(1 + (total-df+0.5)/(df+0.5))
		for i, d := range docs {
			tf := float64(d.terms[term])
			scores[i] += weight * w * idf * tf * (bm25K1 + 1) / (tf + bm25K1*(1-bm25B+bm25B*float64(d.length)/avg))
		}
	}
}

// TestBM25 holds the scores of the inverted lists, in memory and on disk,
// against the formula.
func TestBM25(t *testing.T) {
	for _, n := range []int{1, 7, gramMinPassages - 1, gramMinPassages, 1200} { // bleve's builder writes 1,000 a segment
		c := mixed(n)
		a := newAnalyzer()
		var words, grams []counted
		for _, p := range c.Passages {
			w, g := a.terms(p.Header + "\n" + p.Text)
			words, grams = append(words, countTerms(w)), append(grams, countTerms(g))
		}
		dir := t.TempDir()
		build(t, dir, c, Lexical{})
		stored := map[string]*Index{"memory": memory(t, c, nil), "disk": open(t, dir, Lexical{})}
		for _, q := range []rag.Query{
			{Text: "barley"}, {Text: "the harbour lantern and the keeper"}, {Text: "海港 ferry", Expand: "harbour 港"},
			{Text: "copper copper river", Expand: "copper"}, {Text: "lantren note 3"}, {Text: "mixed"},
		} {
			want := make([]float64, n)
			qw, qg := map[string]float64{}, map[string]float64{}
			a.weigh(q.Text, 1, qw, qg)
			a.weigh(q.Expand, 0.5, qw, qg)
			share := gramMaxShare
			if n < gramMinPassages {
				share = 1
			}
			plainBM25(words, qw, 1, 1, want)
			plainBM25(grams, qg, share, gramWeight, want)
			for name, ix := range stored {
				got, err := ix.lexical.search(t.Context(), q, n, nil)
				if err != nil {
					t.Fatal(err)
				}
				checkScores(t, fmt.Sprintf("%d passages in %s, %q", n, name, q.Text), got, want)
			}
		}
	}
}

func checkScores(t *testing.T, name string, got []scored, want []float64) {
	t.Helper()
	hits := 0
	for _, s := range want {
		if s > 0 {
			hits++
		}
	}
	if len(got) != hits {
		t.Errorf("%s: %d hits, want %d", name, len(got), hits)
	}
	for _, s := range got {
		if math.Abs(s.score-want[s.passage]) > 1e-4*want[s.passage] {
			t.Errorf("%s: passage %d scores %v, want %v", name, s.passage, s.score, want[s.passage])
			return
		}
	}
	if !slices.IsSortedFunc(got, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.passage, b.passage))
	}) {
		t.Errorf("%s: not in order", name)
	}
}

// TestFuse checks the fused scores by hand: BM25 over the best, cosines
// between the worst and the best of the list.
func TestFuse(t *testing.T) {
	ix := &Index{content: edition(1, 5)}
	ix.manifest.Embedder.Weight = 0.4
	for _, test := range []struct {
		name     string
		lex, vec []scored
		want     map[string][3]float64 // fused, lexical, vector
	}{
		{"words alone", []scored{{1, 8}, {0, 2}}, nil, map[string][3]float64{"#2": {1, 8, 0}, "#1": {0.25, 2, 0}}},
		{"vectors alone", nil, []scored{{2, 0.9}, {0, 0.6}, {1, 0.5}}, map[string][3]float64{"#3": {0.4, 0, 0.9}, "#1": {0.1, 0, 0.6}, "#2": {0, 0, 0.5}}},
		{"both", []scored{{1, 8}, {0, 2}}, []scored{{0, 0.9}, {4, 0.5}, {3, 0.1}}, map[string][3]float64{
			"#2": {0.6, 8, 0}, "#1": {0.6*0.25 + 0.4, 2, 0.9}, "#5": {0.2, 0, 0.5}, "#4": {0, 0, 0.1},
		}},
		{"one vector", nil, []scored{{2, -0.3}}, map[string][3]float64{"#3": {0.4, 0, -0.3}}},
		{"equal vectors", []scored{{0, 5}}, []scored{{0, 0.7}, {1, 0.7}}, map[string][3]float64{"#1": {1, 5, 0.7}, "#2": {0.4, 0, 0.7}}},
		{"nothing", nil, nil, map[string][3]float64{}},
	} {
		got := map[string][3]float64{}
		hits := ix.fuse(test.lex, test.vec, 10)
		for i, h := range hits {
			got[strings.TrimPrefix(h.ID, "edition-1")] = [3]float64{math.Round(h.Score*1e9) / 1e9, h.Lexical, h.Vector}
			if i > 0 && h.Score > hits[i-1].Score {
				t.Errorf("%s: not in order", test.name)
			}
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if len(hits) > 1 && !gocmp.Equal(ix.fuse(test.lex, test.vec, 1), hits[:1]) {
			t.Errorf("%s: limit 1 gives another first hit", test.name)
		}
	}
}

func TestTerms(t *testing.T) {
	for _, test := range []struct{ text, words, grams string }{
		{"", "", ""},
		{"The Lighthouse's keepers", "lighthous keeper", "_the the_ _lig ligh ight ghth htho thou hous ouse use_ _kee keep eepe eper pers ers_"},
		{"a to", "", "_a_ _to_"},
		{"灯塔高", "灯 灯塔 塔 塔高 高", ""},
		{"燈塔 高", "灯 灯塔 塔 高", ""},
		{"用GPS找", "用 gps 找", "_gps gps_"},
		{"3.5 B, v2", "3.5 b v2", "_3.5 3.5_ _b_ _v2_"},
		{"…?! — 🦭", "", ""},
	} {
		words, grams := newAnalyzer().terms(test.text)
		slices.Sort(words)
		want := strings.Fields(test.words)
		slices.Sort(want)
		if got := strings.Join(grams, " "); !slices.Equal(words, want) || got != test.grams {
			t.Errorf("terms of %q are %q and %q, want %q and %q", test.text, words, got, want, test.grams)
		}
	}
}

// FuzzTerms: strangers write the query. Terms are separated by blanks on their
// way into the lists, so none may hold one.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "The keeper's lamps", "灯塔 tower 塔", "\xff\x00 a", "e\u0301 \u202f1", "한국어 カタカナ", "ﬁ Ⅷ ½", "'s 's's", "a\u00adb\u200dc"} {
		f.Add(s)
	}
	a := newAnalyzer()
	f.Fuzz(func(t *testing.T, text string) {
		words, grams := a.terms(text)
		again, gramsAgain := newAnalyzer().terms(text)
		if !slices.Equal(words, again) || !slices.Equal(grams, gramsAgain) {
			t.Errorf("terms of %q differ from one analyzer to the next: %q, %q", text, words, again)
		}
		for _, term := range append(words, grams...) {
			if term == "" || strings.ContainsFunc(term, unicode.IsSpace) || !utf8.ValidString(term) {
				t.Errorf("term %q of %q", term, text)
			}
		}
		for _, g := range grams {
			if n := utf8.RuneCountInString(g); n > gramSize {
				t.Errorf("gram %q of %q has %d characters", g, text, n)
			}
		}
	})
}

// TestForeignLists: lists that do not belong to the passages are refused.
func TestForeignLists(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lists")
	scratch := t.TempDir()
	l, err := buildLexical(t.Context(), dir, scratch, edition(1, 5).Passages)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("scratch folder holds %v, %v", left, err)
	}
	if _, err := openLexical(dir, 4, l); err == nil || !strings.Contains(err.Error(), "no passage number below 4") {
		t.Errorf("5 documents for 4 passages: %v", err)
	}
}
