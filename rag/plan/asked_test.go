package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// TestAsksOtherwise holds that a word for an attribute wants a value of it only where the
// question asks for one.
func TestAsksOtherwise(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question string
		want     []corpus.ValueType
	}{
		{"Who is behind Gravholt?", []corpus.ValueType{corpus.Person}},
		{"Gravholt founder?", []corpus.ValueType{corpus.Person}},
		{"which founder of Gravholt is it", []corpus.ValueType{corpus.Person}},
		{"which weights are behind the store of Gravholt", nil},
		{"岩升重力背后用的什么混凝土", nil},
		{"Corvid Ionics's team allocation", nil},
		{"Corvid Ionics's team", []corpus.ValueType{corpus.Person}},
		{"How can the customers of Tidewick earn more?", nil},
		{"why does a system of Halden Flow cost so much", nil},
		{"弘川钒储怎么定价", nil},
		{"what does a system of Halden Flow cost", []corpus.ValueType{corpus.Amount}},
		{"who gets the revenue of Tidewick", nil},
		{"Carrick Moss of Tern Cryogenic is commissioned by whom?", nil},
		{"What do Dispatchery users do with the engine?", nil},
		{"Dispatchery users?", []corpus.ValueType{corpus.Number}},
		{"Dispatchery users at zzyzx?", []corpus.ValueType{corpus.Number}}, // an unknown word tells nothing
		{"how many users has Dispatchery's engine", []corpus.ValueType{corpus.Number}},
		{"临江湾电站是弘川钒储哪个季度投运的", []corpus.ValueType{corpus.When}},
	}
	for _, tt := range tests {
		got := w.ask(tt.question).Wants
		if slices.Sort(got); !slices.Equal(got, sorted(tt.want)) {
			t.Errorf("%q wants %v, want %v", tt.question, got, tt.want)
		}
	}
}

func sorted(l []corpus.ValueType) []corpus.ValueType {
	l = slices.Clone(l)
	slices.Sort(l)
	return l
}

// TestAlternativeQuestion holds that "A or not A" asks about A.
func TestAlternativeQuestion(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"弘川钒储便不便宜", "弘川钒储便没便宜"} {
		if got := attributes(w.ask(q)); !slices.Contains(got, "price") {
			t.Errorf("%q asks for %v, want price", q, got)
		}
	}
}

// TestOfEach holds that what is asked of each of several projects is a comparison.
func TestOfEach(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string]plan.Intent{
		"Pallas Storage and Saltmarsh Power, what does each build": plan.Compare,
		"弘川钒储和北澜液流分别走什么路线":                                         plan.Compare,
		"弘川钒储和费罗万谈了什么":                                             plan.Fact,
		"What does each site of Saltmarsh Power hold?":             plan.Fact,
	} {
		if got := w.ask(question).Intent; got != want {
			t.Errorf("%q: intent %s, want %s", question, got, want)
		}
	}
}

// matching returns the concept of the plan that matches a text in full, or nil.
func matching(pl plan.Plan, text string) *plan.Concept {
	for i := range pl.Concepts {
		if pl.Concepts[i].Match(corpus.Normal(text)) == 1 {
			return &pl.Concepts[i]
		}
	}
	return nil
}

// TestForms holds that a word matches the other ways in which it is written.
func TestForms(t *testing.T) {
	w := landscape(t)
	for question, texts := range map[string][]string{
		"what does the mk3 do":  {"The MK-3 is new.", "The Mk 3 is new.", "the mk3"},
		"what does the mk-3 do": {"The MK3 is new.", "the mk 3"},
		"which LFPs are sold":   {"an LFP plant"},
		"what is made per day":  {"每天都有"}, // "per" alone is no word to look for
	} {
		for _, text := range texts {
			if matching(w.ask(question), text) == nil {
				t.Errorf("%q does not match %q: %v", question, text, concepts(w.ask(question)))
			}
		}
	}
	for _, c := range w.ask("how tall is the tower of Yansheng Gravity").Concepts {
		if c.Text == "how tall" {
			t.Errorf("%q is a word to look for, though no passage holds it or its translation", c.Text)
		}
	}
	if c := matching(w.ask("what does the mk3 do"), "The MK-4 is new."); c != nil {
		t.Errorf("mk3 matches MK-4 by %v", c.Alternatives)
	}
}

// TestOwnName holds that the project's own name is no word that its sentences must hold, and that
// a heading of everyday words is no name.
func TestOwnName(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"Does Brightwater own Brightwater Grid?", "格润储能和 Gerun Storage 是不是两家"} {
		for _, c := range w.ask(q).Concepts {
			if strings.Contains(c.Text, "brightwat") || strings.Contains(c.Text, "gerun") {
				t.Errorf("%q has the concept %q", q, c.Text)
			}
		}
	}
	for _, c := range w.ask("who runs the batteries of Saltmarsh Power").Concepts {
		if c.Name {
			t.Errorf("%q is taken for a name", c.Text)
		}
	}
}

// TestPairsShareTheirWeight holds that a long phrase the glossary does not know weighs less than its
// pairs of characters would by themselves.
func TestPairsShareTheirWeight(t *testing.T) {
	w := landscape(t)
	weight := func(question string) float64 {
		total := 0.0
		for _, c := range w.ask(question).Concepts {
			total += c.Weight
		}
		return total
	}
	if two, five := weight("彳亍"), weight("彳亍龃龉饕"); five >= 4*two || five <= two {
		t.Errorf("one pair weighs %v, four pairs %v", two, five)
	}
}
