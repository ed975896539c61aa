package rag_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// TestAsked holds that a question asks about the same in both languages.
func TestAsked(t *testing.T) {
	w := landscape(t)
	for _, test := range []struct {
		questions []string
		want      rag.Asked
	}{
		{[]string{"When was Gravholt founded?", "Gravholt 什么时候成立的？"}, rag.Asked{Projects: []string{"Gravholt"}, Attributes: []string{"founded"}}},
		{[]string{"Should I buy Gravholt?", "Gravholt 值得买吗？"}, rag.Asked{Projects: []string{"Gravholt"}, Attributes: []string{"advice"}}},
		{[]string{"Does Gravholt have a podcast?", "Gravholt 有播客吗？"}, rag.Asked{Projects: []string{"Gravholt"}}},
		{[]string{"Where is good bread?"}, rag.Asked{}},
	} {
		for _, q := range test.questions {
			if diff := cmp.Diff(test.want, w.ask(t, q).Asked); diff != "" {
				t.Errorf("%s: %s", q, diff)
			}
		}
	}
}
