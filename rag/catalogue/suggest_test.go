package catalogue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag/catalogue"
)

// purse states sums in words that no vocabulary knows.
const purse = `# Ferries

## Lines

### Northline

Northline sails daily. Friends of the house put $7 million into its purse in May 2024. The harbour board topped up Southline with $9 million. It raised $3 million in a seed round.

### Southline

Southline sails weekly.
`

// passageWith returns the number of the passage that holds text.
func passageWith(t *testing.T, w *world, text string) int {
	t.Helper()
	for n, p := range w.passages {
		if strings.Contains(p.Text, text) {
			return n
		}
	}
	t.Fatalf("no passage holds %q", text)
	return 0
}

func TestSuggest(t *testing.T) {
	const evidence = "put $7 million into its purse in May 2024"
	tests := []struct {
		name string
		s    catalogue.Suggestion
		want error
	}{
		{"borne out", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$7 million", Evidence: evidence}, nil},
		{"name in other case", catalogue.Suggestion{Project: "NORTHLINE", Attribute: "raised", Value: "$7 million", Evidence: evidence}, nil},
		{"part of the value", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "7", Evidence: evidence}, nil},
		{"reworded", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$7 million", Evidence: "put $7 million in its purse in May 2024"}, catalogue.ErrNotVerbatim},
		{"another figure", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$8 million", Evidence: "put $8 million into its purse in May 2024"}, catalogue.ErrNotVerbatim},
		{"no evidence", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$7 million"}, catalogue.ErrNotVerbatim},
		{"two sentences", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$7 million", Evidence: evidence + ". The harbour board"}, catalogue.ErrNotVerbatim},
		{"value not in the evidence", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$9 million", Evidence: evidence}, catalogue.ErrNoValue},
		{"no value", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "", Evidence: evidence}, catalogue.ErrNoValue},
		{"a date is no amount", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "May 2024", Evidence: evidence}, catalogue.ErrNoValue},
		{"nobody known", catalogue.Suggestion{Project: "Westline", Attribute: "raised", Value: "$7 million", Evidence: evidence}, catalogue.ErrUnknownProject},
		{"no such attribute", catalogue.Suggestion{Project: "Northline", Attribute: "purse", Value: "$7 million", Evidence: evidence}, catalogue.ErrUnknownAttribute},
		{"an attribute without values", catalogue.Suggestion{Project: "Northline", Attribute: "investors", Value: "Friends", Evidence: "Friends of the house"}, catalogue.ErrUnknownAttribute},
		{"another's money", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$9 million", Evidence: "topped up Southline with $9 million"}, catalogue.ErrOtherSubject},
		{"known", catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$3 million", Evidence: "It raised $3 million in a seed round"}, catalogue.ErrRead},
		{"known as something else", catalogue.Suggestion{Project: "Northline", Attribute: "valuation", Value: "$3 million", Evidence: "It raised $3 million in a seed round"}, catalogue.ErrRead},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := small(t, purse)
			n := passageWith(t, w, "Friends of the house")
			before := len(w.AllFacts(w.one(t, "Northline")))
			f, err := w.Suggest(n, tt.s)
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			added := len(w.AllFacts(w.one(t, "Northline"))) - before
			if err != nil {
				if added != 0 {
					t.Errorf("%d facts added with an error", added)
				}
				return
			}
			if got := w.show([]catalogue.Fact{f}); got != "raised $7 million (2024-05)" || !f.Model || added != 1 {
				t.Errorf("fact %q, by a model: %t, %d added", got, f.Model, added)
			}
			text := w.reports[0].Text[f.Start:f.End]
			if !strings.HasPrefix(text, "Friends of the house") || text[f.Value.Start:f.Value.End] != "$7 million" {
				t.Errorf("value at %d in %q", f.Value.Start, text)
			}
			if _, err := w.Suggest(n, tt.s); !errors.Is(err, catalogue.ErrRead) {
				t.Errorf("the same again: %v", err)
			}
		})
	}
	if _, err := small(t, purse).Suggest(99, catalogue.Suggestion{}); err == nil {
		t.Error("a passage that there is not is taken")
	}
}

// TestRestore holds that stored facts are those that were read, and that they are not taken
// where they would not be read the same way.
func TestRestore(t *testing.T) {
	w := landscape(t)
	want := map[string]string{}
	for _, p := range w.Projects() {
		want[p.ID] = w.show(w.AllFacts(p))
	}
	stored, err := w.StoredFacts()
	if err != nil {
		t.Fatal(err)
	}
	other := landscape(t)
	if !other.Restore(stored) {
		t.Fatal("facts of the same reports are not restored")
	}
	read := landscape(t)
	if err := read.ReadFacts(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range other.Projects() {
		if diff := cmp.Diff(want[p.ID], other.show(other.AllFacts(p))); diff != "" {
			t.Errorf("restored facts of %s (-want +got):\n%s", p.Name, diff)
		}
		if diff := cmp.Diff(want[p.ID], read.show(read.AllFacts(read.one(t, p.Name)))); diff != "" {
			t.Errorf("facts of %s read at once (-want +got):\n%s", p.Name, diff)
		}
	}
	if small(t, purse).Restore(stored) {
		t.Error("facts of other reports are restored")
	}
	if landscape(t).Restore(nil) {
		t.Error("no facts are restored")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := landscape(t).ReadFacts(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("reading on after its context: %v", err)
	}
}

// TestRestoreModelFacts holds that what a model found stays when the rest is read anew.
func TestRestoreModelFacts(t *testing.T) {
	w := small(t, purse)
	n := passageWith(t, w, "Friends of the house")
	if _, err := w.Suggest(n, catalogue.Suggestion{Project: "Northline", Attribute: "raised", Value: "$7 million", Evidence: "put $7 million into its purse"}); err != nil {
		t.Fatal(err)
	}
	stored, err := w.StoredFacts()
	if err != nil {
		t.Fatal(err)
	}
	for name, first := range map[string]string{"the same program": string(stored[0]), "another": `"read by another program"`} {
		again := small(t, purse)
		all := slices.Clone(stored)
		all[0] = []byte(first)
		if ok := again.Restore(all); ok != (name == "the same program") {
			t.Errorf("%s: restored %t", name, ok)
		}
		if got := again.show(again.AllFacts(again.one(t, "Northline"))); got != w.show(w.AllFacts(w.one(t, "Northline"))) {
			t.Errorf("%s: facts %q", name, got)
		}
	}
}
