package plan_test

import (
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// TestAsksForNoValue holds that a question for a span of time, a use, a place of trade or the idea
// behind a thing wants no value of the attribute whose word stands in it.
func TestAsksForNoValue(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{
		"how long does the funding of Ferrovane last",
		"what do you earn with Tidewick",
		"what is the idea behind Gravholt",
		"which exchange is Zephyr Zinc listed on",
		"what can customers see when the store of Gravholt is full",
		"弘川钒储的代币用来做什么",
		"弘川钒储的代币拿来干嘛",
	} {
		if got := w.ask(q).Wants; len(got) > 0 {
			t.Errorf("%q wants %v, want nothing of a type", q, got)
		}
	}
	if got := w.ask("who is behind Gravholt").Wants; !slices.Equal(got, []corpus.ValueType{corpus.Person}) {
		t.Errorf("who is behind: wants %v", got)
	}
}

// TestOwnerOfAValue holds that the token of which a value is asked is not asked for itself.
func TestOwnerOfAValue(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string]bool{
		"what is the total supply of Ferrovane's token": false,
		"弘川钒储的代币总供应量":                                   false,
		"token and total supply of Ferrovane":           true,
		"弘川钒储的总供应量和代币":                                  true,
	} {
		if got := slices.Contains(w.ask(question).Wants, corpus.Symbol); got != want {
			t.Errorf("%q wants a symbol: %t, want %t", question, got, want)
		}
	}
}

// TestMuchMore holds that "how much cheaper" takes a share for an answer.
func TestMuchMore(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"how much cheaper is Halden Flow", "弘川钒储便宜多少", "弘川钒储的成本降低了多少"} {
		if got := w.ask(q).Wants; !slices.Equal(got, []corpus.ValueType{corpus.Number}) {
			t.Errorf("%q wants %v, want a number", q, got)
		}
	}
}

// TestWhatAPartDoes holds that what a part of a project does is asked like what a thing is.
func TestWhatAPartDoes(t *testing.T) {
	w := landscape(t)
	for q, want := range map[string]plan.Intent{
		"what does the turbine do at Tern Cryogenic": plan.Define,
		"Tern Cryogenic 的汽轮机有什么用":                    plan.Define,
		"what does Tern Cryogenic do with a turbine": plan.Fact,
	} {
		if got := w.ask(q).Intent; got != want {
			t.Errorf("%q: intent %s, want %s", q, got, want)
		}
	}
}

// TestValueOfAName holds that "what is X valued at" wants a value of what has a name and is no project.
func TestValueOfAName(t *testing.T) {
	w := landscape(t)
	pl := w.ask("what is Blue Lintel valued at")
	if pl.Intent != plan.Fact || !slices.Equal(pl.Wants, []corpus.ValueType{corpus.Amount}) {
		t.Errorf("intent %s, wants %v", pl.Intent, pl.Wants)
	}
}

// TestWhichOfTwo holds that choosing between projects compares them, whatever word it is done by.
func TestWhichOfTwo(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"弘川钒储和锐钠科技哪个先跑通", "Gravholt and Ferrovane, which one sits deeper"} {
		if got := w.ask(q).Intent; got != plan.Compare {
			t.Errorf("%q: intent %s, want compare", q, got)
		}
	}
}

// TestMadeAVerb holds that a Chinese cue with 化 behind it is another word.
func TestMadeAVerb(t *testing.T) {
	w := landscape(t)
	if got := attributes(w.ask("弘川钒储为什么要代币化")); slices.Contains(got, "token") {
		t.Errorf("代币化 asks for %v", got)
	}
	if got := attributes(w.ask("弘川钒储的代币")); !slices.Contains(got, "token") {
		t.Errorf("代币 asks for %v", got)
	}
}

// TestOtherForms holds that a word which no passage prints is also looked for as it may be printed: in
// two words, in the other spelling, in the word that translates to the same.
func TestOtherForms(t *testing.T) {
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	w := landscape(t)
	p := plan.New(v, w.catalogue, g, frequencies{corpus.Normal("A pre-heated shaft runs alone: nothing may bother it."), corpus.Normal("It was criticized.")}, nil)
	for question, want := range map[string]string{
		"which preheated shaft is it":       " pre heat ",
		"was anything criticised":           corpus.Normal("criticize"),
		"what disturbs the shaft at night":  " bother ",
		"was anything criticized in winter": corpus.Normal("criticize"),
	} {
		pl := p.Plan(question, "", nil)
		if !slices.ContainsFunc(pl.Concepts, func(c plan.Concept) bool { return slices.Contains(c.Alternatives, want) }) {
			t.Errorf("%q: no concept holds %q: %v", question, want, pl.Concepts)
		}
	}
}
