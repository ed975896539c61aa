package rag_test

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

// TestGuard holds that a model's sentence which its citation does not support is not sent,
// and the one beside it that is supported goes out.
func TestGuard(t *testing.T) {
	sound := "It was founded in 2019 by Ingrid Solheim [N]."
	for name, said := range map[string]string{
		"another year":      "Gravholt was founded in 2016 [N].",
		"another person":    "Gravholt was founded in 2019 by Marta Vane [N].",
		"another company":   "Tidewick was founded in 2019 by Ingrid Solheim [N].",
		"the opposite":      "Gravholt was not founded in 2019 [N].",
		"general knowledge": "Gravity storage is the cheapest way of keeping power for a week [N].",
		"praise":            "Everybody should buy its shares before the autumn [N].",
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := withModel(t, func(p rag.Prompt) (string, error) {
				return strings.ReplaceAll(said+" "+sound, "[N]", "["+passageWith(t, p, "founded in 2019")+"]"), nil
			})
			a := w.ask(t, founded)
			if a.Mode != rag.Model || !says(a, "Ingrid Solheim") || len(a.Sentences) != 1 || len(a.Citations) != 1 {
				t.Errorf("model said %q, sent:\n%s", said, a.Render())
			}
			w, _ = withModel(t, func(p rag.Prompt) (string, error) {
				return strings.ReplaceAll(said, "[N]", "["+passageWith(t, p, "founded in 2019")+"]"), nil
			})
			if a := w.ask(t, founded); a.Mode != rag.Extractive || a.Notice == "" {
				t.Errorf("model said nothing but %q, sent:\n%s", said, a.Render())
			}
		})
	}
}

// TestGuardRenumbers holds that citations of sentences that were not sent are gone, and
// those that stay are numbered from 1.
func TestGuardRenumbers(t *testing.T) {
	w, _ := withModel(t, func(p rag.Prompt) (string, error) {
		n, other := passageWith(t, p, "founded in 2019"), "1"
		if n == other {
			other = "2"
		}
		return "Gravholt earned £990 million in 1987 [" + other + "]. Gravholt was founded in 2019 [" + n + "].", nil
	})
	a := w.ask(t, founded)
	if a.Mode != rag.Model || len(a.Sentences) != 1 || len(a.Citations) != 1 || a.Citations[0].N != 1 || a.AsOf != a.Citations[0].Published {
		t.Errorf("sent, as of %s:\n%s\n%+v", a.AsOf, a.Render(), a.Citations)
	}
}
