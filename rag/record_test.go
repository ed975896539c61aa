package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// statements returns the facts of a project under an attribute, worded.
func statements(t *testing.T, w *world, name, attribute, language string) []string {
	t.Helper()
	rec, ok := w.Record(name, language)
	if !ok {
		t.Fatalf("no record of %s", name)
	}
	var out []string
	for _, s := range rec.Facts {
		if s.Attribute == attribute {
			out = append(out, s.Label+": "+s.Text)
		}
	}
	return out
}

func TestRecord(t *testing.T) {
	w := landscape(t)
	for _, test := range []struct{ name, attribute, language, want string }{
		{"ferovane", "raised", "en", "Raised: $154 million (Series C, March 2024)"},
		{"费罗万", "raised", "zh", "融资: 1.54 亿美元（C 轮，2024 年 3 月）"},
		{"Ferrovane", "raised", "en", "Raised: $145 million"},
		{"沧石压缩空气", "raised", "zh", "融资: 报告称未公布"},
	} {
		got := statements(t, w, test.name, test.attribute, test.language)
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, test.want) }) {
			t.Errorf("%s of %s is %q, want %q among it", test.attribute, test.name, got, test.want)
		}
	}
	if rec, ok := w.Record("Nonesuch of Them", "en"); ok {
		t.Errorf("a record of nothing: %+v", rec)
	}
}

// TestRecordsStandThere holds every statement of every project against its report.
func TestRecordsStandThere(t *testing.T) {
	w := landscape(t)
	places := map[string]int{}
	for i, a := range w.config.Vocabulary.Attributes {
		places[a.ID] = i
	}
	total, units := 0, 0
	for _, p := range w.config.Catalogue.Projects() {
		rec, ok := w.Record(p.Name, "en")
		if !ok || rec.Project != p {
			t.Errorf("the record of %s is of %v", p.Name, rec.Project)
			continue
		}
		if len(rec.Facts) != len(w.config.Catalogue.AllFacts(p)) {
			t.Errorf("%s: %d statements of %d facts", p.Name, len(rec.Facts), len(w.config.Catalogue.AllFacts(p)))
		}
		for i, s := range rec.Facts {
			total++
			c := s.Citation
			if r := w.reports[s.Report]; c.Report != s.Report || c.Quote != r.Text[s.Start:s.End] || c.Start != s.Start || c.End != s.End || c.Title != r.Title || c.Quote == "" {
				t.Errorf("%s, %s: citation %+v of %s[%d:%d]", p.Name, s.Label, c, s.Report, s.Start, s.End)
			}
			if s.Label == "" || strings.TrimSpace(s.Text) == "" {
				t.Errorf("%s: %q is %q in %q", p.Name, s.Label, s.Text, c.Quote)
			}
			if s.Unit != "" && s.Value.Kind == corpus.Number && !s.Value.Percent && strings.Contains(s.Text, s.Unit) {
				units++
			}
			if i > 0 && places[rec.Facts[i-1].Attribute] > places[s.Attribute] {
				t.Errorf("%s: %s stands behind %s", p.Name, s.Attribute, rec.Facts[i-1].Attribute)
			}
		}
	}
	if total < 60 || units == 0 {
		t.Errorf("%d statements, %d with a unit: want those of the whole landscape", total, units)
	}
}

func TestWhere(t *testing.T) {
	w := landscape(t)
	for _, test := range []struct {
		name       string
		conditions []rag.Condition
		with       []string // names that must be there
		without    []string // and that must not
	}{
		{"a figure", []rag.Condition{{Attribute: "raised", Op: rag.AtLeast, Value: "100M"}}, []string{"Ferrovane"}, []string{"Halden Flow"}},
		{"a bare figure", []rag.Condition{{Attribute: "raised", Op: rag.AtLeast, Value: "100000000"}}, []string{"Ferrovane"}, []string{"Halden Flow"}},
		{"a name", []rag.Condition{{Attribute: "investors", Op: rag.Is, Value: "Cinder Peak Capital"}}, []string{"Ferrovane"}, nil},
		{"both", []rag.Condition{
			{Attribute: "investors", Op: rag.Is, Value: "Cinder Peak Capital"}, {Attribute: "raised", Op: rag.AtLeast, Value: "100M"},
		}, []string{"Ferrovane"}, []string{"Halden Flow"}},
		{"a year", []rag.Condition{{Attribute: "launched", Op: rag.Is, Value: "2021"}}, []string{"沧石压缩空气"}, []string{"Ferrovane"}},
		{"since", []rag.Condition{{Attribute: "founded", Op: rag.Since, Value: "2023"}}, []string{"北澜液流"}, []string{"弘川钒储"}},
		{"until", []rag.Condition{{Attribute: "founded", Op: rag.Until, Value: "2012-12"}}, []string{"弘川钒储"}, []string{"北澜液流"}},
		{"nothing", []rag.Condition{{Attribute: "raised", Op: rag.AtLeast, Value: "900 billion"}}, nil, []string{"Ferrovane"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := w.Where(test.conditions, "en")
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Status == rag.Answered; got != (test.with != nil) {
				t.Errorf("status %s: %s", a.Status, a.Render())
			}
			for _, list := range []struct {
				names []string
				want  bool
			}{{test.with, true}, {test.without, false}} {
				for _, name := range list.names {
					p := w.config.Catalogue.Project(name)
					if p == nil || slices.Contains(a.Projects, p.Name) != list.want {
						t.Errorf("%s is listed: %v, want %v\n%s", name, !list.want, list.want, a.Render())
					}
				}
			}
		})
	}
}

func TestWhereErrors(t *testing.T) {
	w := landscape(t)
	for _, test := range []struct {
		c    rag.Condition
		want string
	}{
		{rag.Condition{Attribute: "colour", Op: rag.Is, Value: "red"}, `attribute "colour" is unknown, want one of acquired, `},
		{rag.Condition{Attribute: "investors", Op: rag.Is, Value: " "}, "has no value"},
		{rag.Condition{Attribute: "raised", Op: rag.AtLeast, Value: "much"}, `value "much" is no figure, want one like 10M`},
		{rag.Condition{Attribute: "raised", Op: rag.AtMost, Value: "June 2023"}, `value "June 2023" is no figure`},
		{rag.Condition{Attribute: "founded", Op: rag.AtLeast, Value: "2020"}, `attribute "founded" has no figures, want one of `},
		{rag.Condition{Attribute: "founded", Op: rag.Since, Value: "10M"}, `value "10M" is no date, want one like 2023, 2023-06`},
		{rag.Condition{Attribute: "investors", Op: rag.Until, Value: "2020"}, `attribute "investors" has no dates, want one of `},
	} {
		if _, err := w.Where([]rag.Condition{test.c}, "en"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.c, err, test.want)
		}
	}
	if _, err := w.Where(nil, "en"); err == nil {
		t.Error("no condition is no error")
	}
}
