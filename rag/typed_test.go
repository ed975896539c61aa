package rag_test

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

const harvestReview = `# Harvest review

## Sheds

### Olive Ore

Olive Ore is a press for olives. Olive Ore completed $9 million in a Pre-A round of financing in 2023. Olive Ore offers fair compensation to growers and model creators. Olive Ore features a fair launch and locked sheds.

### Maize Mill

Maize Mill 是一个磨坊网络。由谷歌云，Oakfield，OKX 等投资。目前官宣了与 OP 进行合作。Maize Mill 的磨盘由 ChatMill 提供支持。

### Lemon Loft

Lemon Loft lets growers invest in and benefit from lofts. Its portfolio tools integrate lofts with everything. Lemon Loft was created by a team of the Port Institute. Lemon Loft has not yet been officially launched.

### Date Dell

Date Dell keeps dates. Raised $2 million in a seed round led by Variant and Polyfarm in May 2022. Founder Ada Quill worked at Oakfield before. Date Dell works with Harbourlight on dryers. The dell was launched in June 2021.
`

// harvest returns an engine over the invented report.
func harvest(t *testing.T) *world {
	t.Helper()
	r, err := corpus.Read("harvest.md", []byte(harvestReview), corpus.Meta{ID: "harvest", Title: "Harvest", Published: corpus.Date{Year: 2024, Month: 3}})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := configOf([]corpus.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(cfg)
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
