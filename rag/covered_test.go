package rag_test

import (
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

// TestStatedInOtherWords holds that a question is answered by the sentence that holds its weighty
// words, though one of its words sounds like an attribute that is not stated, or is not known.
func TestStatedInOtherWords(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string]string{
		"which weights are behind the store of Gravholt":            "40-tonne weights",
		"who gets the revenue share of Tidewick":                    "of revenue",
		"what happens to iron in Ferrovane's batteries":             "rust",
		"弘川钒储便不便宜":                                                  "2.3 元/wh",
		"Is it true that Gravholt lifts 40-ton elephants?":          "40-tonne weights",
		"Gravholt was founded by Elon Musk, true?":                  "ingrid solheim",
		"who set up Cangshi CAES":                                   "三位热能工程师",
		"how many founders does Ferrovane have":                     "tobias lindqvist",
		"Kilnstone Thermal 卖的是什么":                                   "sells the heat",
		"heard Saltmarsh Power builds next to coal stations, true?": "next to closed coal stations",
	} {
		if a := w.ask(t, question); a.Status != rag.Answered || !says(a, want) {
			t.Errorf("%q: status %s, want %q\n%s", question, a.Status, want, a.Render())
		}
	}
}

// TestStaysUncovered holds that a question with one word of the reports, and a telling one that none
// of them knows, is not answered by the sentence with the one.
func TestStaysUncovered(t *testing.T) {
	w := landscape(t)
	for _, question := range []string{
		"why did Gravholt sell its casino",
		"Does Kilnstone Thermal insure its dragons",
		"which university taught the founder of Oxbow Reserve to skate",
		"云枢调度的 CTO 毕业于哪所大学",
		"why did Pallas Storage sue Northfold Ventures for libel",
		"who painted the logo of Corvid Ionics",
	} {
		if a := w.ask(t, question); a.Status == rag.Answered {
			t.Errorf("%q is answered:\n%s", question, a.Render())
		}
	}
}

// TestWordsSideBySide holds that two words of one sentence are no unknown name, though no passage
// prints the one right behind the other.
func TestWordsSideBySide(t *testing.T) {
	w := landscape(t)
	if a := w.ask(t, "how efficient is the Kolberget Sweden plant"); a.Status != rag.Answered || !says(a, "82 per cent") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
	if a := w.ask(t, "who runs the Basalt Penguin Fund?"); a.Status == rag.Answered {
		t.Errorf("an unknown name is answered:\n%s", a.Render())
	}
}
