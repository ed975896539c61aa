package ragtest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func towers(question string) rag.Prompt {
	p := prompts.Answer(prompts.AnswerInput{
		Question: question,
		Passages: []prompts.Passage{
			{N: 3, Title: "Lights of the North", Text: "The Grey Tower was lit in 1858. The Grey Tower is 46 metres tall! It is red."},
			{N: 5, Title: "灯塔名录", Published: "2024", Text: "灰塔高46米。白塔高30米。"},
			{N: 8, Title: "Stores", Section: "Bakeries", Text: "- Bread is sold at noon.\n- Milk is not sold."},
		},
	})
	return rag.Prompt{Name: p.Name, Version: p.Version, System: p.System, User: p.User}
}

func TestPretend(t *testing.T) {
	for question, want := range map[string]string{
		"How tall is the Grey Tower?":      "The Grey Tower is 46 metres tall [3]!",
		"灰塔有多高？":                           "灰塔高46米 [5]。",
		"When is bread sold?":              "Bread is sold at noon [8].",
		"Who composed the third symphony?": prompts.NotCovered,
	} {
		got, err := ragtest.Pretend(towers(question))
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", question, got, err, want)
		}
	}
	if got, _ := ragtest.Pretend(rag.Prompt{User: "hello"}); got != "ok" {
		t.Errorf("without passages: %q", got)
	}
}

func TestGenerator(t *testing.T) {
	g := ragtest.NewGenerator(ragtest.Script(ragtest.Echo, "one two", ""))
	var pieces []string
	emit := func(s string) error { pieces = append(pieces, s); return nil }
	text, usage, err := g.Generate(t.Context(), rag.Prompt{User: "u"}, emit)
	if err != nil || text != "one two" || usage.CompletionTokens != 2 {
		t.Errorf("text %q, usage %+v, error %v", text, usage, err)
	}
	if text, _, err := g.Generate(t.Context(), rag.Prompt{User: "u"}, emit); err != nil || text != "" {
		t.Errorf("text %q, error %v", text, err)
	}
	if text, _, err := g.Generate(t.Context(), rag.Prompt{System: "s", User: "u"}, nil); err != nil || text != "s\nu" {
		t.Errorf("text %q, error %v", text, err)
	}
	if diff := cmp.Diff([]string{"one ", "two"}, pieces); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
	if n := len(g.Prompts()); n != 3 {
		t.Errorf("%d prompts remembered", n)
	}

	broken := errors.New("broken")
	if _, _, err := ragtest.NewGenerator(ragtest.Fails(broken)).Generate(t.Context(), rag.Prompt{}, emit); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	stop := func(string) error { return broken }
	if text, _, err := ragtest.NewGenerator(ragtest.Says("a b")).Generate(t.Context(), rag.Prompt{}, stop); !errors.Is(err, broken) || text != "a " {
		t.Errorf("text %q, error %v", text, err)
	}
}

// Each hostile voice differs from the honest one, but for the marker line,
// which the ones that change an answer leave alone.
func TestHostile(t *testing.T) {
	honest, _ := ragtest.Pretend(towers("How tall is the Grey Tower?"))
	seen := make(map[string]string)
	for _, v := range ragtest.Hostile() {
		got, err := v.Voice(towers("How tall is the Grey Tower?"))
		if err != nil || got == honest {
			t.Errorf("%s says %q, %v", v.Name, got, err)
		}
		if other, twice := seen[got]; twice {
			t.Errorf("%s and %s say the same", v.Name, other)
		}
		seen[got] = v.Name
	}
	for name, want := range map[string]string{
		"no-citations":     "The Grey Tower is 46 metres tall!",
		"invented-numbers": "The Grey Tower is 46 metres tall [99]!",
		"changed-figure":   "The Grey Tower is 47 metres tall [3]!",
	} {
		if seen[want] != name {
			t.Errorf("%s does not say %q", name, want)
		}
	}
	if seen[strings.Repeat("And on it goes [1]. ", 1000)] != "endless" {
		t.Error("endless ends early")
	}
}
