package plan_test

import (
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/rag/plan"
)

// TestSuch holds that a noun with what bounds it asks for a list, and that other questions do not.
func TestSuch(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{
		"platforms on salt", "everyone with a licence", "all companies that burn hydrogen", "flow battery makers that sell abroad",
		"firms backed by Skerry Partners", "sites with over a million users", "有没有用盐穴的公司",
	} {
		if got := w.ask(q).Intent; got != plan.List {
			t.Errorf("%q: intent %s, want a list", q, got)
		}
	}
	for _, q := range []string{
		"what is a platform on salt", "how do boilers that burn hydrogen work", "a battery that rusts, how does that work",
		"is there a site with salt", "什么是用盐穴的平台",
	} {
		if got := w.ask(q).Intent; got == plan.List {
			t.Errorf("%q is a list", q)
		}
	}
}

// TestBoundFigures holds how figures are read that bound a list.
func TestBoundFigures(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question  string
		op        plan.Op
		low, high float64
		rows      int
	}{
		{"companies that raised between 100 and 200 million dollars", plan.Between, 100e6, 200e6, 0},
		{"companies that raised between 1.5 and 20 million dollars", plan.Between, 1.5e6, 20e6, 0},
		{"companies with over a million users", plan.Over, 1e6, 0, 0},
		{"companies with more than one thousand users", plan.Over, 1e3, 0, 0},
		{"companies that raised 19 million dollars", plan.Equal, 19e6, 0, 0},
		{"which company has the highest valuation", plan.Most, 0, 0, 1},
		{"哪家公司估值最高", plan.Most, 0, 0, 1},
		{"which companies have the highest valuation", plan.Most, 0, 0, 0},
		{"which ones have the highest valuation", plan.Most, 0, 0, 0},
		{"哪些公司估值最高", plan.Most, 0, 0, 0},
		{"the third largest valuation", plan.Most, 0, 0, 3},
		{"which company runs the most plants", plan.Most, 0, 0, 0}, // plants are not counted in one unit
	}
	for _, tt := range tests {
		f := w.ask(tt.question).Filter
		if f == nil || f.Op != tt.op || f.Value.Num != tt.low || f.Upto.Num != tt.high || f.Rows != tt.rows {
			t.Errorf("%q: filter %+v, want %s %g to %g, %d rows", tt.question, f, tt.op, tt.low, tt.high, tt.rows)
		}
	}
	if f := w.ask("有没有代币的公司").Filter; f != nil {
		t.Errorf("whether there is one denies nothing: %+v", f)
	}
}

// TestClaims holds that a statement about a project with a question mark is one to confirm.
func TestClaims(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"was Gravholt founded in 2012?", "Gravholt was built by Skerry, no?", "锐钠科技是 2020 年成立的吗", "锐钠科技有上市计划吧"} {
		if !w.ask(q).Conflict {
			t.Errorf("%q: nothing to confirm", q)
		}
	}
	for _, q := range []string{"when was Gravholt founded?", "锐钠科技是什么时候成立的"} {
		if w.ask(q).Conflict {
			t.Errorf("%q: something to confirm", q)
		}
	}
}

// TestCarriedNotion holds what a question takes over that names neither a project nor a notion.
func TestCarriedNotion(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		before, question string
		want             bool // the words of the question before are taken over
	}{
		{"headwinds of frequency response", "and its tailwinds?", true},
		{"headwinds of frequency response", "tailwinds of capacity markets", false},
		{"what are the two parts of Ferrovane's frequency unit", "what does the second one do", true},
		{"Gravholt frequency", "how does the winch work?", true},
		{"Gravholt frequency", "who founded Pallas Storage?", false},
	}
	for _, tt := range tests {
		pl := w.Plan(tt.question, "", talk(tt.before))
		if got := slices.ContainsFunc(pl.Concepts, func(c plan.Concept) bool { return c.Match(" frequenc ") > 0 }); got != tt.want {
			t.Errorf("%q after %q: concepts %q, frequency among them %t", tt.question, tt.before, concepts(pl), got)
		}
	}
}
