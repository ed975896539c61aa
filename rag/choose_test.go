package rag

import (
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// TestNameCovers holds that an item called what is asked for is the answer, and that the list
// below a heading called so is a section.
func TestNameCovers(t *testing.T) {
	p := &plan.Plan{Concepts: []plan.Concept{{Text: "night boost", Alternatives: []string{corpus.Normal("night boost")}, Strong: 1, Weight: 1}}}
	for _, tt := range []struct {
		name string
		hit  corpus.Passage
		want bool
	}{
		{"an item of its name", corpus.Passage{Kind: corpus.ListItem, Path: []string{"Services", "Night Boost"}}, true},
		{"an item below a heading of its name", corpus.Passage{Kind: corpus.ListItem, Path: []string{"Night Boost", "Price"}}, false},
		{"a paragraph below a heading of its name", corpus.Passage{Kind: corpus.Paragraph, Path: []string{"Services", "Night Boost"}}, false},
	} {
		if got := nameCovers(p, &Hit{Passage: tt.hit}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
