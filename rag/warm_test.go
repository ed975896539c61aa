package rag_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// TestWarm holds that reading ahead changes no answer.
func TestWarm(t *testing.T) {
	reports, _, err := corpus.ReadPaths(gridStorage)
	if err != nil {
		t.Fatal(err)
	}
	engine := func() *rag.Engine {
		cfg, err := configOf(reports) // its own: a catalogue remembers what it has read
		if err != nil {
			t.Fatal(err)
		}
		return rag.New(cfg)
	}
	cold, warm := engine(), engine()
	if err := warm.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"How much did Gravholt raise?", "Which companies raised more than $80 million?", "compare Ferrovane and Gravholt",
		"弘川钒储的创始人是谁", "Tell me about Corvid Ionics", "what is thermal runaway?", "which company has the most customers",
	} {
		a, err := cold.Ask(t.Context(), rag.Question{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		b, err := warm.Ask(t.Context(), rag.Question{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.Render(), b.Render()); diff != "" {
			t.Errorf("%q (-cold +warm):\n%s", q, diff)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := engine().Warm(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("warming on after its context: %v", err)
	}
}
