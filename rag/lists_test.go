package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// rows returns what the lines of a list are about, without its heading.
func rows(a rag.Answer) []string {
	var out []string
	for _, s := range a.Sentences {
		if !s.Heading {
			out = append(out, s.Text)
		}
	}
	return out
}

// TestCategory holds that a list of a category is complete: a row each, and their number.
func TestCategory(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question string
		want     []string
	}{
		{"Which companies are in software and trading?", []string{"Tidewick", "Ampline", "Merrow Markets", "Dispatchery"}},
		{"list the lithium fleets", []string{"Brightwater Grid", "Saltmarsh Power", "Pallas Storage"}},
		{"long-duration storage companies", []string{"Ferrovane", "Gravholt", "Tern Cryogenic", "Kilnstone Thermal"}},
		{"液流电池这块有哪些公司", []string{"弘川钒储", "北澜液流"}},
		{"列出软件与虚拟电厂的公司", []string{"云枢调度", "晴川虚拟电厂", "潮维克"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		got, want := slices.Sorted(slices.Values(a.Projects)), slices.Sorted(slices.Values(w.shown(t, tt.want...)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: projects (-want +got):\n%s\n%s", tt.question, diff, a.Render())
		}
		if n := len(rows(a)); n != len(tt.want) {
			t.Errorf("%q: %d rows, want %d\n%s", tt.question, n, len(tt.want), a.Render())
		}
		if len(a.Sentences) == 0 || !a.Sentences[0].Heading || !strings.Contains(a.Sentences[0].Text, itoa(len(tt.want))) {
			t.Errorf("%q: the heading does not count %d: %q", tt.question, len(tt.want), a.Sentences[0].Text)
		}
		for i, s := range a.Sentences {
			if i > 0 && !s.Break {
				t.Errorf("%q: row %d does not start a line", tt.question, i)
			}
		}
	}
}

// TestBounds holds that a list by a figure holds all that pass, and no other, with the
// figure that puts each there.
func TestBounds(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question string
		want     []string
		not      []string
		says     []string
	}{
		{
			"Which companies raised more than $80 million?",
			[]string{"Ferrovane", "Corvid Ionics", "Pallas Storage"},
			[]string{"Halden Flow", "Oxbow Reserve", "Ampline", "Tidewick"},
			[]string{"$88 million", "$130 million"},
		},
		{
			"which companies raised less than $10 million",
			[]string{"Ampline", "Dispatchery"},
			[]string{"Oxbow Reserve", "Ferrovane", "Corvid Ionics"},
			[]string{"$7.5 million", "$3.2 million"},
		},
		{
			"融资超过 3 亿元的公司有哪些",
			[]string{"弘川钒储", "岩升重力"},
			[]string{"锐钠科技", "北澜液流"},
			[]string{"4.2 亿元", "5 亿元"},
		},
		{
			"Which companies were founded before 2013?",
			[]string{"Zephyr Zinc", "格润储能", "弘川钒储"},
			[]string{"Halden Flow", "Gravholt", "云枢调度"},
			nil,
		},
		{
			"2019 年成立的公司有哪些",
			[]string{"Gravholt", "Corvid Ionics", "云枢调度"},
			[]string{"Halden Flow", "北澜液流", "Zephyr Zinc"},
			nil,
		},
		{
			"which companies have not disclosed their funding?",
			[]string{"Kilnstone Thermal", "沧石压缩空气", "晴川虚拟电厂"},
			[]string{"Ferrovane", "Gravholt", "Corvid Ionics"},
			nil,
		},
		{
			"Which companies run more than 10 sites?",
			[]string{"Brightwater Grid", "Halden Flow"},
			[]string{"Saltmarsh Power", "Pallas Storage", "Tern Cryogenic", "Gravholt"},
			[]string{"14 sites", "11 sites"},
		},
		{
			"who operates more than 1,000 MWh?",
			[]string{"Brightwater Grid", "Saltmarsh Power", "格润储能"}, // that one in GWh
			[]string{"Pallas Storage", "Halden Flow"},
			[]string{"2,400 MWh", "3.6GWh"},
		},
		{
			"which companies have more than 45 customers",
			[]string{"Zephyr Zinc", "Dispatchery", "云枢调度"},
			[]string{"Tidewick", "Ampline", "Merrow Markets"},
			nil,
		},
		{
			"哪些公司的项目还没投运",
			[]string{"北澜液流", "Petrel Battery", "Tern Cryogenic"},
			[]string{"Gravholt", "弘川钒储"},
			nil,
		},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		for _, name := range w.shown(t, tt.want...) {
			if !slices.Contains(a.Projects, name) {
				t.Errorf("%q misses %s\n%s", tt.question, name, a.Render())
			}
		}
		for _, name := range w.shown(t, tt.not...) {
			if slices.Contains(a.Projects, name) {
				t.Errorf("%q lists %s\n%s", tt.question, name, a.Render())
			}
		}
		said := strings.ReplaceAll(text(a), " ", "")
		for _, s := range tt.says {
			if !strings.Contains(said, strings.ToLower(strings.ReplaceAll(s, " ", ""))) {
				t.Errorf("%q does not say %s\n%s", tt.question, s, a.Render())
			}
		}
		if n := len(rows(a)); n != len(a.Projects) {
			t.Errorf("%q: %d rows for %d projects\n%s", tt.question, n, len(a.Projects), a.Render())
		}
	}
}

// TestOrder holds that the largest and the smallest come first, one currency beside
// another or not.
func TestOrder(t *testing.T) {
	w := landscape(t)
	for question, first := range map[string]string{
		"Which company has the highest valuation?": "Ferrovane", // sums in other currencies are not compared with dollars
		"which company raised the least?":          "Dispatchery",
		"融资最少的是哪家":                                 "Dispatchery",
	} {
		a := w.ask(t, question)
		if r := rows(a); a.Status != rag.Answered || len(r) == 0 || !strings.HasPrefix(r[0], w.shown(t, first)[0]) {
			t.Errorf("%q: want %s first\n%s", question, first, a.Render())
		}
	}
}

// TestHolders holds a list by what sentences say of each: who backed, who uses.
func TestHolders(t *testing.T) {
	w := landscape(t)
	for question, want := range map[string][]string{
		"which companies did Northfold Ventures back?":   {"Ferrovane", "Pallas Storage", "Ampline"},
		"which companies did Cinder Peak Capital back":   {"Ferrovane", "Corvid Ionics", "Quarry Lane Energy", "Dispatchery"},
		"which of them are listed on a stock exchange?":  {"Brightwater Grid", "Zephyr Zinc", "格润储能"},
		"Skerry Partners portfolio":                      {"Gravholt", "Halden Flow", "Petrel Battery"},
		"青杉资本投了谁":                                        {"弘川钒储", "锐钠科技"},
		"which companies make vanadium flow batteries?":  {"Halden Flow"},
		"what did Marrowstone Infrastructure invest in?": {"Tern Cryogenic", "Saltmarsh Power"},
	} {
		a := w.ask(t, question)
		for _, name := range w.shown(t, want...) {
			if !slices.Contains(a.Projects, name) {
				t.Errorf("%q misses %s\n%s", question, name, a.Render())
			}
		}
	}
}

func TestCount(t *testing.T) {
	w := landscape(t)
	a := w.ask(t, "How many projects are in software and trading?")
	if a.Status != rag.Answered || !says(a, "4") || len(a.Projects) != 4 {
		t.Errorf("%s", a.Render())
	}
	a = w.ask(t, "液流电池有多少个项目")
	if a.Status != rag.Answered || !says(a, "2") || len(a.Projects) != 2 {
		t.Errorf("%s", a.Render())
	}
}

// TestLongListsStaySendable holds that a list is no longer than a chat takes, whatever it asks for.
func TestLongListsStaySendable(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"which companies raised more than $1?", "list all companies founded after 1990", "列出所有公司的融资", "which companies raised the most?"} {
		if n := len([]rune(w.askText(t, q))); n > 2600 {
			t.Errorf("%q: %d characters", q, n)
		}
	}
}

func (w *world) askText(t testing.TB, q string) string {
	t.Helper()
	return text(w.ask(t, q))
}

// TestAll holds that a question for all projects, which says nothing else of them, is
// answered with all of them by category.
func TestAll(t *testing.T) {
	w := landscape(t)
	all := len(w.config.Catalogue.Projects())
	for _, q := range []string{"list all companies", "how many projects do the reports cover?", "Which companies are there?", "有哪些公司", "你们一共收录了多少个项目"} {
		a := w.ask(t, q)
		if a.Status != rag.Answered || len(a.Projects) < all*9/10 {
			t.Errorf("%q names %d of %d: %s", q, len(a.Projects), all, a.Render())
		}
	}
	for _, q := range []string{"list all trees", "how many people live in Oslo?"} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q: %s", q, a.Render())
		}
	}
}

// TestRowsTellTheirDate holds that, where rows come out of reports of different dates, a
// figure without a date of its own tells how old it is.
func TestRowsTellTheirDate(t *testing.T) {
	w := landscape(t)
	a := w.ask(t, "which companies have more than 5 customers?")
	dates := map[string]bool{}
	for _, c := range a.Citations {
		dates[c.Published] = true
	}
	if len(dates) < 2 {
		t.Fatalf("the rows are of one date: %s", a.Render())
	}
	for _, s := range a.Sentences {
		if len(s.Cites) > 0 && !strings.Contains(s.Text, "as of "+a.Citations[s.Cites[0]-1].Published) {
			t.Errorf("%q tells no date", s.Text)
		}
	}
}
