package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

const harvestReview = `# Harvest review

## Sheds

### Olive Ore

Olive Ore is a press for olives. Olive Ore completed $9 million in a Pre-A round of financing in 2023. Olive Ore offers fair compensation to growers and model creators. Olive Ore features a fair launch and locked sheds.

### Maize Mill

Maize Mill 是一个磨坊网络。由谷歌云，Oakfield，OKX 等投资。目前官宣了与 OP 进行合作。Maize Mill 的磨盘由 ChatMill 提供支持。Maize Mill 推出了 Grind&Earn 功能。项目由 Ada Quill 创立，她在 2019 年为 Oakfield 建了一座磨坊。

### Lemon Loft

Lemon Loft lets growers invest in and benefit from lofts. Its portfolio tools integrate lofts with everything. Lemon Loft was created by a team of the Port Institute. Lemon Loft has not yet been officially launched.

### Date Dell

Date Dell keeps dates. Raised $2 million in a seed round led by Variant and Polyfarm in May 2022. Founder Ada Quill worked at Oakfield before. Date Dell works with Harbourlight on dryers. The dell was launched in June 2021.
`

// harvest returns an engine over the invented report.
func harvest(t *testing.T) *world {
	t.Helper()
	return reported(t, note{"Harvest", 3, harvestReview})
}

// TestTypedAnswers holds that who, with whom and when are answered by a sentence that names or dates it where
// it speaks of it, or that the reports are said not to tell.
func TestTypedAnswers(t *testing.T) {
	w := harvest(t)
	tests := []struct{ question, want string }{
		{"Who invested in Maize Mill?", "谷歌云"},
		{"Maize Mill 的投资方有哪些？", "Oakfield"},
		{"Who does Maize Mill partner with?", "OP"},
		{"Who invested in Date Dell?", "Variant"},
		{"Who founded Date Dell?", "Ada Quill"},
		{"Who does Date Dell work with?", "Harbourlight"},
		{"When did Date Dell launch?", "June 2021"},
		{"Who created Lemon Loft?", "Port Institute"},
		{"When did Lemon Loft launch?", "not yet"},
		{"Who invested in Olive Ore?", ""},
		{"Olive Ore 的投资方有哪些？", ""},
		{"Who founded Olive Ore?", ""},
		{"When did Olive Ore launch?", ""},
		{"Who invested in Lemon Loft?", ""},
		{"Who does Lemon Loft partner with?", ""},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		got := a.Render()
		if tt.want == "" && a.Status != rag.NotCovered || tt.want != "" && (a.Status != rag.Answered || !strings.Contains(got, tt.want)) {
			t.Errorf("%q (%s): want %q in\n%s", tt.question, a.Status, tt.want, got)
		}
	}
}

const marketReview = `# Market review

## Stalls

### Amber Arcade

Amber Arcade rents machines. An X100 on Bluestall is $4.10 an hour, while on Amber Arcade it is $0.76 an hour.

### Coral Court

Coral Court rents machines. X100 costs about $0.85 an hour, X10 about $0.22 an hour. Coral Court sold nodes for $120 million in 2024. Coral Court and Elm Exchange raised $3 million in 2021.

### Dune Depot

Dune Depot sells storage at $0.0005 an hour. Dune Depot raised 600M USD and closed a seed round of 600 万 USD. Its nodes are fast.

### Elm Exchange

Elm Exchange is a market for shares of machines. Elm Exchange raised $5 million in a seed round. It has three halls. Elm Exchange raised $5 million in its seed round from Oak. Elm Exchange publishes prices. It opened in Port Wye in 2020 with forty stalls, a quay, two cranes and a clock tower that everybody in the town knows. It is run by a council of nine. Visitors come by ferry. The halls are open on weekdays. The council meets on Mondays, in the tower, and publishes what it decides on the doors of the halls and in the paper. It lends machines to schools. It trains clerks. It keeps a library of manuals. It mends what it sells.
`

// TestNameWithAmpersand holds that a name of two words with & between them asks for neither.
func TestNameWithAmpersand(t *testing.T) {
	if a := harvest(t).ask(t, "What is Grind&Earn in Maize Mill?"); a.Status != rag.Answered || !strings.Contains(a.Render(), "Grind&Earn") {
		t.Errorf("%s\n%s", a.Status, a.Render())
	}
}

// TestDateOfPerson holds that when a founder did something is no date of the founding.
func TestDateOfPerson(t *testing.T) {
	rec, _ := harvest(t).Record("Maize Mill", "en")
	for _, f := range rec.Facts {
		if f.Attribute == "founded" {
			t.Errorf("founded %s", f.Text)
		}
	}
}

// market returns an engine over the invented report.
func market(t *testing.T) *world {
	t.Helper()
	return reported(t, note{"Market", 3, marketReview})
}

// TestThingsAsked holds that a list by size of one type of things leaves out the figures of others.
func TestThingsAsked(t *testing.T) {
	a := market(t).ask(t, "which project has the cheapest X100?")
	got := a.Render()
	if len(a.Projects) == 0 || strings.Contains(got, "0.0005") || a.Projects[0] != "Amber Arcade" {
		t.Errorf("projects %v\n%s", a.Projects, got)
	}
}

// TestToldOfAnother holds that a sum which is told of another project corrects the question.
func TestToldOfAnother(t *testing.T) {
	w := market(t)
	a := w.ask(t, "why did Dune Depot sell $120m of nodes?")
	if got := a.Render(); !strings.Contains(got, "The reports tell this of Coral Court, not of Dune Depot:") || !strings.Contains(got, "$120 million") {
		t.Errorf("not corrected:\n%s", got)
	}
	if got := w.ask(t, "why did Coral Court sell $120m of nodes?"); strings.Contains(got.Render(), "not of") {
		t.Errorf("corrected though it is so:\n%s", got.Render())
	}
}

// TestDoubtfulScale holds that of two sums that differ by their scale alone the larger one is told as printed.
func TestDoubtfulScale(t *testing.T) {
	rec, _ := market(t).Record("Dune Depot", "en")
	var doubtful []string
	for _, f := range rec.Facts {
		if f.Doubtful {
			doubtful = append(doubtful, f.Text)
		}
	}
	if len(doubtful) != 1 || !strings.Contains(doubtful[0], "as printed") {
		t.Errorf("doubtful: %q", doubtful)
	}
}

// TestJointSubject holds that a sum which two projects raised together is stated of both.
func TestJointSubject(t *testing.T) {
	w := market(t)
	for _, name := range []string{"Coral Court", "Elm Exchange"} {
		rec, _ := w.Record(name, "en")
		if !slices.ContainsFunc(rec.Facts, func(f rag.Statement) bool { return f.Text == "$3 million (2021)" }) {
			t.Errorf("%s: no $3 million of 2021 among %d facts", name, len(rec.Facts))
		}
	}
}

// TestBriefSummary holds that a short summary is short, begins with what its subject is, and tells a figure once.
func TestBriefSummary(t *testing.T) {
	w := market(t)
	long, brief := w.ask(t, "summarize Elm Exchange"), w.ask(t, "tldr Elm Exchange")
	l, b := long.Render(), brief.Render()
	if len(b) >= len(l) || len([]rune(b)) > 700 || !strings.HasPrefix(b, "Elm Exchange is a market") || strings.Count(l, "$5 million") != 1 {
		t.Errorf("brief:\n%s\nlong:\n%s", b, l)
	}
}
