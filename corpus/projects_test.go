package corpus

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadProjects(t *testing.T) {
	got, err := ReadProjects([]byte(`# a comment
projects:
  - id: north-crane
    name: North Crane
    aliases: [Northern Crane, "0 Crane"]
    tickers: [NC]
    reports: [harbours]
    categories:
      - {report: harbours, en: Cranes, zh: 起重机}
  - {id: quay, name: Quay}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []ProjectEntry{
		{
			ID: "north-crane", Name: "North Crane", Aliases: []string{"Northern Crane", "0 Crane"}, Tickers: []string{"NC"},
			Reports: []string{"harbours"}, Categories: []Category{{Report: "harbours", EN: "Cranes", ZH: "起重机"}},
		},
		{ID: "quay", Name: "Quay"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got, err := ReadProjects(nil); err != nil || len(got) != 0 {
		t.Errorf("empty file: %v, %v", got, err)
	}
}

func TestReadProjectsRefuses(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"unknown key", "projects:\n  - {id: a, name: A}\n  - {id: b, nam: B}\n",
			`read projects.yaml: entry 2: unknown key "nam": want id, name, aliases, tickers, reports, categories`},
		{"no id", "projects:\n  - {name: A}\n", "read projects.yaml: entry 1: id: missing"},
		{"no name", "projects:\n  - {id: a}\n", `read projects.yaml: entry 1: name: missing (id "a")`},
		{"id", "projects:\n  - {id: A, name: A}\n", `read projects.yaml: entry 1: id: id "A": want lower-case letters, digits and single dashes, as in "a"`},
		{"id twice", "projects:\n  - {id: a, name: A}\n  - {id: a, name: B}\n", `read projects.yaml: entry 2: id: "a" stands in an earlier entry too`},
		{"aliases", "projects:\n  - {id: a, name: A, aliases: x}\n", "read projects.yaml: entry 1: aliases: want a list of texts"},
		{"alias", "projects:\n  - {id: a, name: A, aliases: [[x]]}\n", "read projects.yaml: entry 1: aliases: want a list of texts"},
		{"categories", "projects:\n  - {id: a, name: A, categories: [x]}\n", "read projects.yaml: entry 1: categories: want a list of maps with report, en, zh"},
		{"category key", "projects:\n  - {id: a, name: A, categories: [{report: r, de: x}]}\n",
			`read projects.yaml: entry 1: categories: category 1: unknown key "de": want report, en, zh`},
		{"category report", "projects:\n  - {id: a, name: A, categories: [{en: x}]}\n", "read projects.yaml: entry 1: categories: category 1: report: missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadProjects([]byte(tt.data))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v\nwant  %s", err, tt.want)
			}
		})
	}
}

func TestBuiltin(t *testing.T) {
	reports, projects, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) == 0 || len(projects) == 0 {
		t.Fatalf("%d reports, %d projects", len(reports), len(projects))
	}
	ids := map[string]bool{}
	for _, r := range reports {
		ids[r.ID] = true
		checkReport(t, r)
		if !r.Digest || r.Title == "" || r.Publisher == "" {
			t.Errorf("%s: digest %v, title %q, publisher %q", r.ID, r.Digest, r.Title, r.Publisher)
		}
	}
	for _, p := range projects {
		if len(p.Reports) == 0 {
			t.Errorf("project %s: no report describes it", p.ID)
		}
		for _, id := range p.Reports {
			if !ids[id] {
				t.Errorf("project %s: there is no report %q", p.ID, id)
			}
		}
		for _, c := range p.Categories {
			if !ids[c.Report] || c.EN == "" || c.ZH == "" {
				t.Errorf("project %s: category %+v", p.ID, c)
			}
		}
	}
}
