package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// A world is a catalogue with what it was made of.
type world struct {
	*catalogue.Catalogue
	reports  []corpus.Report
	passages []corpus.Passage
}

// make extracts the catalogue of reports with the default vocabulary.
func extract(t testing.TB, entries []corpus.ProjectEntry, reports ...corpus.Report) *world {
	t.Helper()
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{reports: reports}
	for _, r := range reports {
		w.passages = append(w.passages, corpus.Split(r)...)
	}
	w.Catalogue = catalogue.Extract(reports, w.passages, entries, v)
	return w
}

// report reads Markdown as a report. published is as corpus.ParseDate reads it.
func report(t testing.TB, id, published, text string) corpus.Report {
	t.Helper()
	d, err := corpus.ParseDate(published)
	if err != nil {
		t.Fatal(err)
	}
	r, err := corpus.Read(id+".md", []byte(text), corpus.Meta{ID: id, Title: "Report " + id, Published: d})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is a catalogue of one report.
func small(t testing.TB, text string) *world {
	t.Helper()
	return extract(t, nil, report(t, "a", "2025-05", text))
}

var readLandscape = sync.OnceValues(func() ([]corpus.Report, error) {
	reports, _, err := corpus.ReadPaths("../../corpus/testdata/grid-storage")
	return reports, err
})

// landscape is the catalogue of the invented grid-storage reports.
func landscape(t testing.TB) *world {
	t.Helper()
	reports, err := readLandscape()
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) != 3 {
		t.Fatalf("%d reports in the landscape, want 3", len(reports))
	}
	return extract(t, nil, reports...)
}

// names returns the shown names of all projects.
func (w *world) names() []string {
	var out []string
	for _, p := range w.Projects() {
		out = append(out, p.Name)
	}
	return out
}

// one returns the project that a spelling names, exactly.
func (w *world) one(t testing.TB, name string) *catalogue.Project {
	t.Helper()
	for _, p := range w.Projects() {
		if slices.Contains(p.Names(), name) {
			return p
		}
	}
	t.Fatalf("no project is called %q; there are %q", name, w.names())
	return nil
}

// found returns the names of the projects that Find finds in text.
func (w *world) found(text string) []string {
	out := []string{}
	for _, m := range w.Find(text) {
		out = append(out, m.Project.Name)
	}
	return out
}

// sentence returns the text of the sentence that states f.
func (w *world) sentence(f catalogue.Fact) string {
	for _, r := range w.reports {
		if r.ID == f.Report {
			return r.Text[f.Start:f.End]
		}
	}
	return ""
}

// show writes facts as "raised $5 million (a, 2024-03)", one a line.
func (w *world) show(facts []catalogue.Fact) string {
	var lines []string
	for _, f := range facts {
		lines = append(lines, w.showOne(f))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (w *world) showOne(f catalogue.Fact) string {
	if f.Denied {
		return f.Attribute + " none"
	}
	var more []string
	for _, s := range []string{f.Round, f.Date.String()} {
		if s != "" {
			more = append(more, s)
		}
	}
	if f.Quarter > 0 {
		more = append(more, fmt.Sprintf("Q%d", f.Quarter))
	}
	s := f.Attribute + " " + w.sentence(f)[f.Value.Start:f.Value.End]
	if f.Value.Bound != "" {
		s = f.Attribute + " " + f.Value.Bound + " " + w.sentence(f)[f.Value.Start:f.Value.End]
	}
	if len(more) > 0 {
		s += " (" + strings.Join(more, ", ") + ")"
	}
	return s
}
