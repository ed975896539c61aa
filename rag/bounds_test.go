package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// piers tells of three lines: one whose pier is open, one whose pier is not, and one with two rounds.
const piers = `# Ferries

## Lines

### Northline

Northline sails daily. The jetty of Northline was opened in 2021. Northline raised a seed round of $2 million in 2021 and a Series A of $9 million in 2023.

### Southline

Southline sails weekly. The jetty of Southline has not officially been opened. It raised a Series A of $8 million in 2022.

### Eastline

Eastline sails at night; its jetty is open to all. It raised a seed round of $7 million in 2022.
`

func ferriesWorld(t *testing.T) *rag.Engine {
	t.Helper()
	r, err := corpus.Read("a.md", []byte(piers), corpus.Meta{ID: "a", Title: "Ferries"})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := configOf([]corpus.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	return rag.New(cfg)
}

// TestDeniedRows holds that a sentence which denies what is asked puts nobody on a list.
func TestDeniedRows(t *testing.T) {
	a, err := ferriesWorld(t).Ask(t.Context(), rag.Question{Text: "which companies have opened a jetty?"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(a.Projects, "Southline") || !slices.Contains(a.Projects, "Northline") {
		t.Errorf("projects %q: %s", a.Projects, a.Render())
	}
}

// TestRoundBounds holds that a list of a round holds sums of that round alone, and that a
// comparison shows all rounds.
func TestRoundBounds(t *testing.T) {
	e := ferriesWorld(t)
	a, err := e.Ask(t.Context(), rag.Question{Text: "which lines raised a seed round of more than $5 million?"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Projects, []string{"Eastline"}) {
		t.Errorf("seed rounds above $5 million: %q\n%s", a.Projects, a.Render())
	}
	a, err = e.Ask(t.Context(), rag.Question{Text: "compare Northline and Southline"})
	if err != nil {
		t.Fatal(err)
	}
	if text := a.Render(); !strings.Contains(text, "$2 million (seed round, 2021), $9 million (Series A, 2023)") {
		t.Errorf("a comparison without all rounds:\n%s", text)
	}
}

// TestGrowthIsNoConflict holds that one report which tells how a count grew does not disagree with itself.
func TestGrowthIsNoConflict(t *testing.T) {
	const text = "# Ferries\n\n## Lines\n\n### Northline\n\nNorthline sails daily. In June 2024 Northline had 300 customers. By December 2024 Northline had 2,000 customers.\n\n### Southline\n\nSouthline sails weekly.\n"
	r, err := corpus.Read("a.md", []byte(text), corpus.Meta{ID: "a", Title: "Ferries"})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := configOf([]corpus.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	a, err := rag.New(cfg).Ask(t.Context(), rag.Question{Text: "how many customers does Northline have?"})
	if err != nil || a.Conflict || !says(a, "2,000") {
		t.Errorf("%v, conflict %t: %s", err, a.Conflict, a.Render())
	}
}

// TestSumsToldTwice holds that two sentences which tell the same sums do not disagree, and that two
// which tell different ones do.
func TestSumsToldTwice(t *testing.T) {
	for second, want := range map[string]bool{
		"Today Northline again announced a Series A financing totaling more than $12 million, with a total financing of more than $20 million.": false,
		"Elsewhere it is printed that Northline raised a Series A of $15 million.":                                                              true,
	} {
		text := "# Ferries\n\n## Lines\n\n### Northline\n\nNorthline completed a $12 million Series A financing, with a total financing of more than $20 million.\n\n" +
			"## News of Northline\n\n" + second + "\n\n### Southline\n\nSouthline sails weekly.\n"
		r, err := corpus.Read("a.md", []byte(text), corpus.Meta{ID: "a", Title: "Ferries"})
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := configOf([]corpus.Report{r})
		if err != nil {
			t.Fatal(err)
		}
		a, err := rag.New(cfg).Ask(t.Context(), rag.Question{Text: "how much did Northline raise?"})
		if err != nil || a.Conflict != want {
			t.Errorf("%q: %v, conflict %t, want %t: %s", second, err, a.Conflict, want, a.Render())
		}
	}
}
