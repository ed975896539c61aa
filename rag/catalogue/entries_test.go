package catalogue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

const listed = `# Ferries

## Lines

### Northline

Northline sails daily. It was founded in 2001.

### Tides

Tides rise twice a day, and so do fares.

### Sea Glass

SeaGlass sails weekly.
`

// TestEntries holds that a projects.yaml says which projects the reports it lists
// describe, and how they are called; other reports are read as ever.
func TestEntries(t *testing.T) {
	entries, err := corpus.ReadProjects([]byte(`projects:
  - id: north
    name: NorthLine Ferries
    aliases: [Northline, 北线]
    tickers: [$NLX]
    reports: [a]
    categories:
      - {report: a, en: Daily lines, zh: 每日航线}
  - id: seaglass
    name: SeaGlass
    reports: [a]
`))
	if err != nil {
		t.Fatal(err)
	}
	w := extract(t, entries, report(t, "a", "2024", listed), report(t, "b", "2025", "# B\n\n## Lines\n\n### Driftwood\n\nDriftwood sails at night.\n\n### Northline\n\nNorthline sails to Lee.\n"))
	if diff := cmp.Diff([]string{"Driftwood", "NorthLine Ferries", "SeaGlass"}, w.names()); diff != "" {
		t.Fatalf("names (-want +got):\n%s", diff)
	}
	north := w.one(t, "Northline")
	if north.ID != "north" {
		t.Errorf("id %q, want the entry's", north.ID)
	}
	if diff := cmp.Diff([]catalogue.Category{{Report: "a", En: "Daily lines", Zh: "每日航线"}, {Report: "b", En: "Lines"}}, north.Categories); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, north.Reports); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	if got := w.show(w.Facts(north, "founded")); got != "founded 2001" {
		t.Errorf("facts %q", got)
	}
	for text, want := range map[string]string{"$nlx": "NorthLine Ferries", "NLX": "NorthLine Ferries", "北线是什么": "NorthLine Ferries", "sea glass": "SeaGlass", "driftwood": "Driftwood"} {
		if diff := cmp.Diff([]string{want}, w.found(text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// TestEntryOfNoReport holds that an entry without a description is known by name and
// describes nothing.
func TestEntryOfNoReport(t *testing.T) {
	w := extract(t, []corpus.ProjectEntry{{ID: "ghost", Name: "Ghostline", Reports: []string{"gone"}}}, report(t, "a", "2024", listed))
	p := w.one(t, "Ghostline")
	if len(p.Passages) > 0 || len(p.Reports) > 0 || len(w.AllFacts(p)) > 0 {
		t.Errorf("passages %v, reports %v, facts %v of what no report describes", p.Passages, p.Reports, w.AllFacts(p))
	}
	if w.Project("Northline") == nil {
		t.Error("the entry of another report hid a project of this one")
	}
}

func TestNothing(t *testing.T) {
	w := extract(t, nil)
	if len(w.Projects()) > 0 || len(w.Find("Northline")) > 0 || w.Project("Northline") != nil || len(w.About(0)) > 0 {
		t.Errorf("an empty corpus has projects: %v", w.names())
	}
}

// TestDeterministic holds that the same reports make the same catalogue.
func TestDeterministic(t *testing.T) {
	first := landscape(t)
	describe := func(w *world) []string {
		var out []string
		for _, p := range w.Projects() {
			out = append(out, p.ID+" "+p.Name, w.show(w.AllFacts(p)))
			for _, n := range p.Names() {
				out = append(out, n)
			}
			for _, n := range p.Passages {
				out = append(out, w.passages[n].ID)
			}
		}
		return out
	}
	want := describe(first)
	for range 3 {
		if diff := cmp.Diff(want, describe(landscape(t))); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	}
}
