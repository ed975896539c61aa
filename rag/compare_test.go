package rag_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// TestCompare holds that both sides are told, each with the value that is compared.
func TestCompare(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question string
		sides    []string
		says     []string
	}{
		{"Compare Ferrovane and Gravholt", []string{"Ferrovane", "Gravholt"}, []string{"iron-air", "weights"}},
		{"Ferrovane or Gravholt: which has the better round-trip efficiency?", []string{"Ferrovane", "Gravholt"}, []string{"43 per cent", "82 per cent"}},
		{"Who raised more, Corvid Ionics or Halden Flow?", []string{"Corvid Ionics", "Halden Flow"}, []string{"$88 million", "$62 million"}},
		{"弘川钒储和锐钠科技哪个估值高", []string{"弘川钒储", "锐钠科技"}, []string{"38 亿元", "12 亿元"}},
		{"When were Gravholt and Pallas Storage founded?", []string{"Gravholt", "Pallas Storage"}, []string{"2019", "2020"}},
		{"Pallas Storage vs 锐钠科技", []string{"Pallas Storage", "锐钠科技"}, []string{"Texas", "层状氧化物"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if a.Status != rag.Answered || !says(a, tt.says...) {
			t.Errorf("%q: status %s, want %q\n%s", tt.question, a.Status, tt.says, a.Render())
		}
		want := w.shown(t, tt.sides...)
		if diff := cmp.Diff(len(want), len(a.Projects)); diff != "" {
			t.Errorf("%q is about %q, want %q", tt.question, a.Projects, want)
		}
		if n := len([]rune(text(a))); n > 2500 {
			t.Errorf("%q: %d characters", tt.question, n)
		}
	}
}

// TestVerdict holds that the side with more is named first where the figures decide.
func TestVerdict(t *testing.T) {
	w := landscape(t)
	for question, order := range map[string][2]string{
		"Who raised more, Halden Flow or Corvid Ionics?": {"Corvid Ionics", "Halden Flow"},
		"Who raised more, Corvid Ionics or Halden Flow?": {"Corvid Ionics", "Halden Flow"},
		"锐钠科技和弘川钒储哪个估值高":                                 {"弘川钒储", "锐钠科技"},
	} {
		a := w.ask(t, question)
		shown := w.shown(t, order[:]...)
		first, second := strings.Index(a.Render(), shown[0]), strings.Index(a.Render(), shown[1])
		if first < 0 || second < 0 || first > second {
			t.Errorf("%q: want %s before %s\n%s", question, shown[0], shown[1], a.Render())
		}
	}
}

// TestOneSideUnknown holds that a gap is named, not filled.
func TestOneSideUnknown(t *testing.T) {
	w := landscape(t)
	a := w.ask(t, "Who raised more, Gravholt or Kilnstone Thermal?")
	if a.Status != rag.Answered || !says(a, "€28 million", "Kilnstone", "not disclosed") {
		t.Errorf("%s", a.Render())
	}
}

// TestCompareNotions holds that two notions are set side by side.
func TestCompareNotions(t *testing.T) {
	w := landscape(t)
	a := w.ask(t, "What is the difference between frequency response and a capacity market?")
	if a.Status != rag.Answered || !says(a, "frequency", "capacity market") {
		t.Errorf("%s", a.Render())
	}
}

// TestCompareAges holds that "which is older" is told by the dates of each, whatever word the report
// has for its beginning.
func TestCompareAges(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string][]string{
		"Ferrovane or Tern Cryogenic, which one is older": {"2016", "2018"},
		"Petrel Battery 和 Lumen Ridge 哪个更早":               {"2021", "2024 年 2 月"}, // of Lumen Ridge only its first plant is dated
	} {
		if a := w.ask(t, question); a.Status != rag.Answered || !says(a, want...) {
			t.Errorf("%q: want %q\n%s", question, want, a.Render())
		}
	}
}

// TestCompareWhatTheyAre holds that a comparison in words that a report uses of something else says
// what each is.
func TestCompareWhatTheyAre(t *testing.T) {
	w := invented(t, `# Tools

## Companies

### Quillmark

Quillmark is a pump shop on Solstice. It keeps on-chain books of pumps. Clocks tell the on-chain hour in winter. Four on-chain doors lead to the yard. Anybody may rent on-chain ladders.

### Ostrava Kiln

Ostrava Kiln is an oven maker on Arbor. It runs a chain of bakeries. A second chain sells tiles in Moravia. The third chain mends roofs. Farmers know every chain by its colour.
`)
	a := w.ask(t, "Quillmark vs Ostrava Kiln, what chain is each on")
	if a.Status != rag.Answered || !says(a, "solstice", "arbor") {
		t.Errorf("status %s\n%s", a.Status, a.Render())
	}
}
