package ragtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// OpenIndex makes an index of reports and passages, with the vectors of e. It
// closes it by t.Cleanup.
type OpenIndex = func(t *testing.T, reports []corpus.Report, passages []corpus.Passage, e rag.Embedder) rag.Index

// TestIndex is what every [rag.Index] must do: find passages by word, by
// misspelt word, by Chinese character and by vector, in one order always, and
// give back whole what it was made of. It holds implementations to the
// contract of the interface, not to certain scores.
func TestIndex(t *testing.T, open OpenIndex) {
	s := &indexSuite{open: open, embedder: WordEmbedder{Dim: 256}}
	s.village = newVillage()
	s.index = s.make(t, s.village)
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"Contents", s.contents},
		{"Finds", s.finds},
		{"Nothing", s.nothing},
		{"Limit", s.limit},
		{"Reports", s.filter},
		{"Expand", s.expand},
		{"Scores", s.scores},
		{"Fusion", s.fusion},
		{"Vectors", s.vectors},
		{"Queries", s.queries},
		{"Cancelled", s.cancelled},
		{"Concurrent", s.concurrent},
		{"Crowd", s.crowd},
		{"Large", s.large},
		{"One", s.one},
		{"Empty", s.empty},
	} {
		t.Run(test.name, test.run)
	}
}

type indexSuite struct {
	open     OpenIndex
	embedder rag.Embedder
	village  *village
	index    rag.Index // of village
}

func (s *indexSuite) make(t *testing.T, v *village) rag.Index {
	t.Helper()
	ix := s.open(t, slices.Clone(v.reports), slices.Clone(v.passages), s.embedder)
	if ix == nil {
		t.Fatal("open returned no index")
	}
	return ix
}

// search searches ix and checks what holds of every result.
func (s *indexSuite) search(t *testing.T, ix rag.Index, q rag.Query) []rag.Hit {
	t.Helper()
	hits, err := ix.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %+v: %v", brief(q), err)
	}
	if limit := cmp.Or(q.Limit, 10); len(hits) > limit {
		t.Errorf("search %+v: %d hits, limit %d", brief(q), len(hits), limit)
	}
	seen := map[string]bool{}
	for i, h := range hits {
		if seen[h.ID] {
			t.Errorf("search %+v: %s twice", brief(q), h.ID)
		}
		seen[h.ID] = true
		if i > 0 && h.Score > hits[i-1].Score {
			t.Errorf("search %+v: hit %d has a higher score than the one before, %v and %v", brief(q), i+1, h.Score, hits[i-1].Score)
		}
		if !finite(h.Score) || !finite(h.Lexical) || !finite(h.Vector) {
			t.Errorf("search %+v: hit %s has the scores %v, %v, %v", brief(q), h.ID, h.Score, h.Lexical, h.Vector)
		}
		if len(q.Vector) == 0 && h.Vector != 0 {
			t.Errorf("search %+v without a vector: hit %s has the vector score %v", brief(q), h.ID, h.Vector)
		}
		if len(q.Reports) > 0 && !slices.Contains(q.Reports, h.Report) {
			t.Errorf("search %+v: hit %s is of another report", brief(q), h.ID)
		}
	}
	return hits
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// brief is q as a message shows it.
func brief(q rag.Query) string {
	return fmt.Sprintf("{%.60q expand %.60q vector %d limit %d reports %v}", q.Text, q.Expand, len(q.Vector), q.Limit, q.Reports)
}

func ids(hits []rag.Hit) []string {
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.ID
	}
	return out
}

// same compares values whose empty and nil slices are alike.
func same(a, b any) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }

// find returns the hit of passage id.
func find(hits []rag.Hit, id string) (rag.Hit, bool) {
	i := slices.IndexFunc(hits, func(h rag.Hit) bool { return h.ID == id })
	if i < 0 {
		return rag.Hit{}, false
	}
	return hits[i], true
}

func (s *indexSuite) vector(t *testing.T, text string) []float32 {
	t.Helper()
	v, err := s.embedder.Embed(t.Context(), []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

// contents: everything comes back whole and in order.
func (s *indexSuite) contents(t *testing.T) {
	if name, dim := s.index.Embedder(); name != s.embedder.Name() || dim != s.embedder.Dimensions() {
		t.Errorf("Embedder is %q with %d dimensions, want %q with %d", name, dim, s.embedder.Name(), s.embedder.Dimensions())
	}
	reports, passages := s.index.Reports(), s.index.Passages()
	if len(reports) != len(s.village.reports) || len(passages) != len(s.village.passages) {
		t.Fatalf("%d reports and %d passages, want %d and %d", len(reports), len(passages), len(s.village.reports), len(s.village.passages))
	}
	for i, want := range s.village.reports {
		if !same(reports[i], want) {
			t.Errorf("report %d is\n%+v\nwant\n%+v", i, reports[i], want)
		}
	}
	for i, want := range s.village.passages {
		if !same(passages[i], want) {
			t.Errorf("passage %d is\n%+v\nwant\n%+v", i, passages[i], want)
		}
	}
}

// finds: the wanted passage comes first, and the others after it.
func (s *indexSuite) finds(t *testing.T) {
	for _, test := range []struct {
		name, query string
		first       string
		also        []string
	}{
		{"word", "lighthouse", "harbour#1", nil},
		{"number", "1871", "harbour#1", nil},
		{"question", "What does the bakery sell?", "valley#2", nil},
		{"other form", "grinding wheats", "valley#1", nil},
		{"upper case", "ABBEY BELLS", "valley#3", nil},
		{"several passages", "northern cellar", "harbour#4", []string{"harbour#5"}},
		{"header", "almanac", "fares#1", nil},
		{"path", "Ferry", "fares#1", nil},
		{"misspelt", "fishermn", "harbour#3", nil},
		{"letter doubled", "ligthhouse", "harbour#1", nil},
		{"letters swapped", "catlte", "harbour#2", nil},
		{"Chinese character", "塔", "dengta#1", nil},
		{"Chinese word", "灯塔", "dengta#1", nil},
		{"Chinese pair before its parts", "石桥", "dengta#2", []string{"dengta#4"}},
		{"Chinese question", "灯塔有多高？", "dengta#1", nil},
		{"traditional query", "燈塔", "dengta#1", nil},
		{"traditional sentence", "過橋要付多少銅錢", "dengta#2", nil},
		{"simplified query, traditional text", "台风", "dengta#5", nil},
		{"mixed", "radar 鱼群", "dengta#3", nil},
		{"mixed, two passages", "GPS herring 海港", "dengta#3", []string{"dengta#1"}},
		{"no blank between scripts", "用radar寻找", "dengta#3", nil},
		{"full-width query", "ＲＡＤＡＲ", "dengta#3", nil},
		{"full-width text", "trombone full", "oddities#6", nil},
		{"accents, composed", "café", "oddities#1", nil},
		{"accents, decomposed", "cafe\u0301 nai\u0308ve", "oddities#1", nil},
		{"other script", "مرحبا", "oddities#3", nil},
		{"markup", "<b>braces</b>", "oddities#4", nil},
		{"line separator", "paragraph", "oddities#5", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			hits := s.search(t, s.index, rag.Query{Text: test.query})
			if len(hits) == 0 || hits[0].ID != test.first {
				t.Fatalf("search %q gives %v, want %s first", test.query, ids(hits), test.first)
			}
			for _, id := range test.also {
				if _, ok := find(hits, id); !ok {
					t.Errorf("search %q gives %v, want %s too", test.query, ids(hits), id)
				}
			}
			n := slices.IndexFunc(s.village.passages, func(p corpus.Passage) bool { return p.ID == test.first })
			if want := s.village.passages[n]; !same(hits[0].Passage, want) {
				t.Errorf("the hit's passage is\n%+v\nwant\n%+v", hits[0].Passage, want)
			}
		})
	}
}

// nothing: no hit is no error.
func (s *indexSuite) nothing(t *testing.T) {
	for _, text := range []string{"", " \t\n", "zzzzqqqq", "?!", "…", "the", "囍"} {
		if hits := s.search(t, s.index, rag.Query{Text: text}); text != "the" && len(hits) > 0 {
			t.Errorf("search %q gives %v, want nothing", text, ids(hits))
		}
	}
}

// limit: a smaller limit gives the beginning of the longer list.
func (s *indexSuite) limit(t *testing.T) {
	q := rag.Query{Text: "lighthouse bridge fishermen copper silver mill bakery abbey ferry 灯塔 鱼 石头 台风 seal trombone"}
	usual := s.search(t, s.index, q)
	if len(usual) != 10 {
		t.Errorf("%d hits without a limit, want 10", len(usual))
	}
	q.Limit = 1000
	all := s.search(t, s.index, q)
	if len(all) < 14 {
		t.Fatalf("%d hits of 1000, want one a word: %v", len(all), ids(all))
	}
	for _, n := range []int{1, 3, 9, 14} {
		q.Limit = n
		if hits := s.search(t, s.index, q); !slices.Equal(ids(hits), ids(all)[:n]) {
			t.Errorf("limit %d gives %v, want %v", n, ids(hits), ids(all)[:n])
		}
	}
}

func (s *indexSuite) filter(t *testing.T) {
	text := "lighthouse mill 石桥"
	for _, vec := range [][]float32{nil, s.vector(t, text)} {
		for _, test := range []struct {
			reports []string
			want    []string // among the hits
		}{
			{nil, []string{"dengta#2", "harbour#1", "valley#1"}},
			{[]string{}, []string{"dengta#2", "harbour#1", "valley#1"}},
			{[]string{"valley"}, []string{"valley#1"}},
			{[]string{"valley", "dengta"}, []string{"dengta#2", "valley#1"}},
			{[]string{"valley", "nowhere", "valley"}, []string{"valley#1"}},
		} {
			hits := s.search(t, s.index, rag.Query{Text: text, Vector: vec, Reports: test.reports, Limit: 30})
			for _, id := range test.want {
				if _, ok := find(hits, id); !ok {
					t.Errorf("reports %v, vector %d: %v, want %s among them", test.reports, len(vec), ids(hits), id)
				}
			}
		}
		for _, reports := range [][]string{{"nowhere"}, {""}} {
			if hits := s.search(t, s.index, rag.Query{Text: text, Vector: vec, Reports: reports}); len(hits) > 0 {
				t.Errorf("reports %q, vector %d: %v, want nothing", reports, len(vec), ids(hits))
			}
		}
	}
}

// expand: its words find, and count less than the text's.
func (s *indexSuite) expand(t *testing.T) {
	if hits := s.search(t, s.index, rag.Query{Expand: "copper"}); len(hits) == 0 || hits[0].ID != "harbour#4" {
		t.Errorf("expand alone gives %v, want harbour#4 first", ids(hits))
	}
	for _, q := range []rag.Query{{Text: "copper", Expand: "silver"}, {Text: "silver", Expand: "copper"}} {
		first, second := "harbour#4", "harbour#5"
		if q.Text == "silver" {
			first, second = second, first
		}
		hits := s.search(t, s.index, q)
		if len(hits) < 2 || hits[0].ID != first || hits[1].ID != second || hits[1].Lexical >= hits[0].Lexical {
			t.Errorf("search %s gives %v, want %s, then %s with less", brief(q), ids(hits), first, second)
		}
	}
}

// scores: both parts are filled, and each is empty where its list is silent.
func (s *indexSuite) scores(t *testing.T) {
	bridge := s.village.passages[1].Text
	hits := s.search(t, s.index, rag.Query{Text: "stone bridge", Vector: s.vector(t, bridge), Limit: 30})
	if len(hits) == 0 || hits[0].ID != "harbour#2" {
		t.Fatalf("hits %v, want harbour#2 first", ids(hits))
	}
	if h := hits[0]; h.Score <= 0 || h.Lexical <= 0 || math.Abs(h.Vector-1) > 0.01 {
		t.Errorf("scores of a passage found by its own vector: %v, lexical %v, vector %v; want both, and a cosine of 1", h.Score, h.Lexical, h.Vector)
	}
	hits = s.search(t, s.index, rag.Query{Text: "stone bridge"})
	if h, ok := find(hits, "harbour#2"); !ok || h.Score <= 0 || h.Lexical <= 0 {
		t.Errorf("scores without a vector: %+v", h)
	}
}

// fusion: what both lists find comes first, and a vector decides between equal words.
func (s *indexSuite) fusion(t *testing.T) {
	q := rag.Query{Text: "abbey bells", Vector: s.vector(t, s.village.passages[0].Text), Limit: 30}
	hits := s.search(t, s.index, q)
	byWord, found := find(hits, "valley#3")
	byVector, near := find(hits, "harbour#1")
	if !found || !near || byWord.Lexical <= 0 || byVector.Lexical != 0 || math.Abs(byVector.Vector-1) > 0.01 || byVector.Score <= 0 {
		t.Errorf("search %s gives\n%+v\n%+v\nwant one found by its words and one by its vector alone", brief(q), byWord, byVector)
	}
	for _, word := range []string{"Copper", "Silver"} {
		q := rag.Query{Text: "northern cellar", Vector: s.vector(t, word+" is kept below")}
		want := map[string]string{"Copper": "harbour#4", "Silver": "harbour#5"}[word]
		if hits := s.search(t, s.index, q); len(hits) < 2 || hits[0].ID != want {
			t.Errorf("equal words, vector near %s: %v", want, ids(hits))
		}
	}
}

// vectors: alone they rank by nearness, and a wrong one is an error.
func (s *indexSuite) vectors(t *testing.T) {
	for _, n := range []int{0, 5, 9} {
		p := s.village.passages[n]
		hits := s.search(t, s.index, rag.Query{Vector: s.vector(t, p.Text), Limit: 3})
		if len(hits) != 3 || hits[0].ID != p.ID || hits[0].Lexical != 0 || hits[0].Score <= 0 {
			t.Errorf("vector of %s gives %+v", p.ID, hits)
		}
	}
	if _, err := s.index.Search(t.Context(), rag.Query{Text: "mill", Vector: []float32{1, 0}}); err == nil {
		t.Error("a vector of 2 dimensions is no error")
	}
}

// queries: strangers may write anything.
func (s *indexSuite) queries(t *testing.T) {
	for _, text := range append([]string{
		`"`, `\`, "'; DROP TABLE passages; --", "+mill -wheat", "mill AND (", "m*ll", "mi?l", "mill~2", "/mill/", "text:mill", "mill^3",
		"\x00mill\x00", "\xff\xfe mill", "\u200bmill\u200b", "{{mill}}", `{"mill": 1}`, "mill\u2028", "🦭", "\u202e", "\ufeff",
		strings.Repeat("mill ", 5000), strings.Repeat("x", 50000), strings.Repeat("桥", 5000), strings.Repeat("\u0301", 1000),
	}, oddTexts...) {
		hits := s.search(t, s.index, rag.Query{Text: text, Expand: text})
		if _, ok := find(hits, "valley#1"); !ok && strings.Contains(text, "mill") {
			t.Errorf("search %.60q does not find the mill: %v", text, ids(hits))
		}
	}
	for i, text := range oddTexts {
		want := fmt.Sprintf("oddities#%d", i+1)
		if hits := s.search(t, s.index, rag.Query{Text: text}); len(hits) == 0 || hits[0].ID != want {
			t.Errorf("search %q gives %v, want %s first", text, ids(hits), want)
		}
	}
}
