package rag

import (
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// TestHolds holds which sentences hold a value of a type, as far as their form tells.
func TestHolds(t *testing.T) {
	tests := []struct {
		kind corpus.ValueType
		text string
		want bool
	}{
		{corpus.Amount, "It raised $5 million.", true},
		{corpus.Amount, "融资 1.8 亿元", true},
		{corpus.Amount, "It costs 12 euros.", true},
		{corpus.Amount, "It has 12 boats.", false},
		{corpus.Number, "It has 12 boats.", true},
		{corpus.Number, "It has twelve boats.", true},
		{corpus.Number, "共有三家公司", true},
		{corpus.Number, "It has boats.", false},
		{corpus.When, "It was founded in 2019.", true},
		{corpus.When, "公司成立于 2019 年", true},
		{corpus.When, "It opened last year.", true},
		{corpus.When, "It was founded by a sailor.", false},
		{corpus.Person, "It is run by Ann Lee.", true},
		{corpus.Person, "创始人杜知衡任董事长", true},
		{corpus.Person, "董事长为石文澜。", true},
		{corpus.Person, "CEO 何景行曾在车企负责采购", true},
		{corpus.Person, "沈若岚任总经理", true},
		{corpus.Person, "创始团队来自石油行业，没有公布姓名", false},
		{corpus.Person, "公司的电站规模很大", false},
		{corpus.Link, "See northline.example for more.", true},
		{corpus.Link, "See https://northline.example/ for more.", true},
		{corpus.Link, "It has no page.", false},
		{corpus.Symbol, "Its symbol is NLX.", true},
		{corpus.Symbol, "Pay with $nlx.", true},
		{corpus.Symbol, "It has none.", false},
		{corpus.Prose, "anything", true},
	}
	for _, tt := range tests {
		if got := holds(tt.text, []corpus.ValueType{tt.kind}); got != tt.want {
			t.Errorf("%q holds a %s: %v, want %v", tt.text, tt.kind, got, tt.want)
		}
	}
	if !holds("anything", nil) {
		t.Error("a sentence does not hold what is not asked for")
	}
}

// TestFrequencies holds where units, pairs of Han characters and phrases stand.
func TestFrequencies(t *testing.T) {
	f := newFrequencies([]corpus.Passage{
		{Header: "Lines", Text: "Northline runs two boats and a boat house."},
		{Header: "Lines", Text: "弘川钒储的电站在海边。"},
		{Header: "Piers", Text: "Boats rest at piers. 电解液"},
	})
	if f.Passages() != 3 {
		t.Errorf("%d passages", f.Passages())
	}
	for unit, want := range map[string]int{"boat": 2, "line": 2, "northlin": 1, "boats": 0, "电": 2, "电站": 1, "站在": 1, "储电": 0, "钒储": 1, "": 0} {
		if got := f.Holding(unit); got != want {
			t.Errorf("%q stands in %d passages, want %d", unit, got, want)
		}
	}
	for phrase, want := range map[string][]int{"boats": {0, 2}, "电站": {1}, "penguins": nil, "two boats": {0}} {
		if got := f.candidates([]string{corpus.Normal(phrase)}); !slices.Equal(got, want) {
			t.Errorf("candidates of %q are %v, want %v", phrase, got, want)
		}
	}
	if got := f.candidates([]string{corpus.Normal("piers"), corpus.Normal("Northline")}); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("candidates of either are %v", got)
	}
	for phrase, want := range map[string]bool{"a boat house": true, "boats and piers": false, "弘川钒储": true, "钒储站": false, "lines northline": true} {
		if got := f.Phrase(corpus.Normal(phrase)); got != want {
			t.Errorf("some passage holds %q: %v, want %v", phrase, got, want)
		}
	}
}

// TestScaleOf holds which units are alike.
func TestScaleOf(t *testing.T) {
	for _, tt := range []struct {
		unit, wanted string
		want         float64
	}{
		{"mwh", "mwh", 1}, {"gwh", "mwh", 1000}, {"kwh", "mwh", 0.001}, {"site", "sites", 1}, {"mw", "mwh", 0}, {"sites", "boats", 0}, {"", "mwh", 0}, {"m", "k", 0},
	} {
		if got := scaleOf(tt.unit, tt.wanted); got != tt.want {
			t.Errorf("one %q is %v %q, want %v", tt.unit, got, tt.wanted, tt.want)
		}
	}
}

// TestAsTyped holds that a list is called by the question's words, not by their stems.
func TestAsTyped(t *testing.T) {
	for _, tt := range []struct{ question, word, want string }{
		{"What did Marrowstone Infrastructure invest in?", "marrowston infrastructur", "Marrowstone Infrastructure"},
		{"Skerry Partners' portfolio?", "skerri partner", "Skerry Partners"},
		{"flow batteries, please", "batteri", "batteries"},
		{"哪些公司上市了", "上 市", "上市"},
		{"nothing of it", "pier", "pier"},
	} {
		if got := asTyped(tt.question, tt.word); got != tt.want {
			t.Errorf("%q in %q is %q, want %q", tt.word, tt.question, got, tt.want)
		}
	}
}
