package plan_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// frequencies counts by looking through all passages. It implements plan.Frequencies.
type frequencies []string // normal forms of the passages, headers included

func (f frequencies) Passages() int { return len(f) }

func (f frequencies) Holding(unit string) int {
	n := 0
	for _, p := range f {
		if strings.Contains(p, corpus.Normal(unit)) {
			n++
		}
	}
	return n
}

func (f frequencies) Phrase(normal string) bool {
	for _, p := range f {
		if strings.Contains(p, normal) {
			return true
		}
	}
	return false
}

// A world is a planner over the invented grid-storage reports.
type world struct {
	*plan.Planner
	catalogue *catalogue.Catalogue
}

var makeWorld = sync.OnceValues(func() (*world, error) {
	reports, _, err := corpus.ReadPaths("../../corpus/testdata/grid-storage")
	if err != nil {
		return nil, err
	}
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		return nil, err
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		return nil, err
	}
	var passages []corpus.Passage
	var freq frequencies
	for _, r := range reports {
		passages = append(passages, corpus.Split(r)...)
	}
	for _, p := range passages {
		freq = append(freq, corpus.Normal(p.Header+"\n"+p.Text))
	}
	c := catalogue.Extract(reports, passages, nil, v)
	return &world{plan.New(v, c, g, freq, reports), c}, nil
})

func landscape(t testing.TB) *world {
	t.Helper()
	w, err := makeWorld()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// project returns the project of a name that must be there.
func (w *world) project(t testing.TB, name string) *catalogue.Project {
	t.Helper()
	p := w.catalogue.Project(name)
	if p == nil {
		t.Fatalf("no project is called %q", name)
	}
	return p
}

// projects returns the projects of names.
func (w *world) projects(t testing.TB, names ...string) []*catalogue.Project {
	t.Helper()
	var out []*catalogue.Project
	for _, n := range names {
		out = append(out, w.project(t, n))
	}
	return out
}

// ask plans a question that nothing was said before.
func (w *world) ask(question string) plan.Plan { return w.Plan(question, "", nil) }

// shown returns the names of the plan's projects.
func shown(pl plan.Plan) []string {
	out := []string{}
	for _, p := range pl.Projects {
		out = append(out, p.Name)
	}
	return out
}

// named returns the shown names of projects in any spelling.
func (w *world) named(t testing.TB, names ...string) []string {
	t.Helper()
	out := []string{}
	for _, p := range w.projects(t, names...) {
		out = append(out, p.Name)
	}
	return out
}

// attributes returns the ids of the plan's attributes.
func attributes(pl plan.Plan) []string {
	out := []string{}
	for _, a := range pl.Attributes {
		out = append(out, a.ID)
	}
	return out
}

// concepts returns the texts of the plan's concepts.
func concepts(pl plan.Plan) []string {
	var out []string
	for _, c := range pl.Concepts {
		out = append(out, c.Text)
	}
	return out
}
