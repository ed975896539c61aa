package rag

import (
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// TestLeads holds which sentence of a text does a heading's work for which others.
func TestLeads(t *testing.T) {
	tests := []struct {
		name, text string
		want       []int // by sentence
	}{
		{"a title at the beginning of a line", "Storing Heat in Salt. Salt keeps it for days. Rock does not.\n\nDrying. Wet stone cracks.", []int{-1, 0, 0, -1, 3}},
		{"prose has none", "Salt keeps heat for days. Rock does not.", []int{-1, -1}},
		{"a title alone on its line", "Storing Heat\n\nSalt keeps it for days.", []int{-1, -1}},
		{"a line that announces", "Three things count:\n\n- Salt is cheap.\n- Rock is cheaper.", []int{-1, 0, 0}},
		{"a title below an announcement", "Three things count:\n\nDry Salt. It is cheap.", []int{-1, 0, 1}},
		{"Chinese has no capitals", "盐很便宜。石头更便宜。", []int{-1, -1}},
	}
	for _, tt := range tests {
		var l []sentence
		for _, s := range corpus.Sentences(tt.text) {
			l = append(l, sentence{start: s.Start, end: s.End})
		}
		if got := leads(tt.text, l); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestPointsBack holds which sentences are not understood without the one before.
func TestPointsBack(t *testing.T) {
	for text, want := range map[string]bool{
		"Marl plans to build this furnace into every plant.":       true,
		"The furnace is new, and Marl builds this furnace in Lee.": false,
		"锐钠计划将该产品用于电站。":                                            true,
		"产品已上市，锐钠将该产品用于电站。":                                        false,
		"Marl plans a furnace.":                                    false,
	} {
		if got := pointsBack(corpus.Normal(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, want := range map[string]bool{"It is hard.": true, "Item by item.": false, "它很难。": true, "并曾在港口任职。": false} {
		if got := refersBack(corpus.Normal(text)); got != want {
			t.Errorf("%q begins with a pronoun: %v", text, got)
		}
	}
	if !goesOn(corpus.Normal("并曾在港口任职。")) || goesOn(corpus.Normal("他曾在港口任职。")) {
		t.Error("a sentence without a subject goes on")
	}
}

// TestInitials holds how an abbreviation is told from its words.
func TestInitials(t *testing.T) {
	for phrase, want := range map[string]string{"Fully Homomorphic Encryption": "fhe", "battery": "", "thermal salt bath": "tsb"} {
		if got := initials(phrase); got != want {
			t.Errorf("%q: %q, want %q", phrase, got, want)
		}
	}
	for _, tt := range []struct {
		question, word string
		want           bool
	}{{"what is TSB good for", "tsb", true}, {"what is tsb good for", "tsb", false}, {"price of an a100", "a100", true}, {"What is good", "good", false}} {
		if got := capitals(tt.question, tt.word); got != tt.want {
			t.Errorf("%q in %q: %v", tt.word, tt.question, got)
		}
	}
}
