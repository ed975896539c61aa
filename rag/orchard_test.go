package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const orchardReview = `# Orchard review

## Projects

### Pear Press

Pear Press 是 Solana 上的榨汁网络。2020 年 9 月，Pear Press 推出了主网。Pear Press 完成 200 万美元种子轮融资。

### Plum Pots

Plum Pots 是一个基于以太坊的果酱市场。预计 Q2 启动主网。Plum Pots 目前尚未进行融资。

### Quince Quay

Quince Quay 是一个码头。路线图包括：2024 年 Q2，上线货架；Q4 主网上线。Quince Quay 获得 DWF 投资，融资金额未披露。

### Fig Farm

Fig Farm is a farm for figs that the owner runs without a chain of its own. Fig Farm raised $600 million in a round that Oak led. Fig Farm raised $1 million in a seed round.

### Kiwi Kiln

Kiwi Kiln dries kiwis at costs lower than Ethereum fees. Kiwi Kiln completed a round of $18 million in financing in December 2022 and completed a $5 million strategic financing in 2023.
`

const orchardNote = `# Orchard note

### Fig Farm

Fig Farm completed a $43 million Series A round in August 2024.
`

// orchard returns an engine over the invented reports, of March 2024 and of December.
func orchard(t *testing.T) *world {
	t.Helper()
	return reported(t, note{"Note", 12, orchardNote}, note{"Review", 3, orchardReview})
}

// TestAskedBounds holds which projects a list has that is bounded by what is done, by a quarter, by what
// is not, and by a sum.
func TestAskedBounds(t *testing.T) {
	w := orchard(t)
	tests := []struct {
		why, question string
		want          []string
	}{
		{"what is planned is not there already", "which projects are on mainnet already?", []string{"Pear Press"}},
		{"nor in Chinese", "哪些项目已经上线主网？", []string{"Pear Press"}},
		{"and what is there is not planned", "which projects plan a mainnet launch?", []string{"Plum Pots", "Quince Quay"}},
		{"what has not happened yet is planned, or denied so far", "which projects have not launched their mainnet yet?", []string{"Plum Pots", "Quince Quay"}},
		{"the same of a plan", "主网还没上线、计划上线的项目有哪些？", []string{"Plum Pots", "Quince Quay"}},
		{"planned for a year is what a report of that year dates", "which projects plan a mainnet launch in 2024?", []string{"Plum Pots", "Quince Quay"}},
		{"a quarter without its year is one of the report's", "which projects plan to launch in Q2 2024?", []string{"Quince Quay", "Plum Pots"}},
		{"a date that stands alone before a comma is of what follows", "which projects launched in 2020?", []string{"Pear Press"}},
		{"a word that no report holds bounds a list", "which projects have a founder from Harvard?", nil},
		{"and 目的 does not stand in 项目的", "哪些项目的创始人是清华的？", nil},
		{"what is kept back is not none", "which projects have not raised any money?", []string{"Plum Pots"}},
		{"nor is none kept back", "哪些项目没有公布融资金额？", []string{"Quince Quay"}},
		{"a small round beside a large one is not little", "which projects raised less than $5 million?", []string{"Pear Press"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		got := slices.Sorted(slices.Values(a.Projects))
		want := slices.Sorted(slices.Values(tt.want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %q: projects (-want +got):\n%s\n%s", tt.why, tt.question, diff, a.Render())
		}
	}
}

// TestAskedLargest holds that a list by size shows what another report says instead.
func TestAskedLargest(t *testing.T) {
	a := orchard(t).ask(t, "which project raised the most?")
	if got := a.Render(); !strings.Contains(got, "$600 million, as of 2024-03; another report: $43 million (Series A, August 2024)") || len(a.Citations) != 2 {
		t.Errorf("the other report's figure is not told:\n%s", got)
	}
}

// TestRoundOfItsOwn holds that the kind of round belongs to the sum that it stands beside.
func TestRoundOfItsOwn(t *testing.T) {
	rec, ok := orchard(t).Record("Kiwi Kiln", "en")
	if !ok {
		t.Fatal("no such project")
	}
	var got []string
	for _, f := range rec.Facts {
		if f.Attribute == "raised" {
			got = append(got, f.Text)
		}
	}
	if diff := cmp.Diff([]string{"$18 million (December 2022)", "$5 million (strategic round, 2023)"}, got); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
}

// TestAskedName holds that a question for one of an attribute's own names is answered by a sentence that has
// one, or not at all.
func TestAskedName(t *testing.T) {
	w := orchard(t)
	tests := []struct{ question, want string }{
		{"which chain is Pear Press on?", "chain or technology: Solana"},
		{"Plum Pots 在哪条链上？", "Plum Pots 是一个基于以太坊的果酱市场。"},
		{"is Plum Pots on Solana?", "chain or technology: Ethereum"},
		{"which chain is Kiwi Kiln on?", "I found nothing in them on this: chain or technology."},
		{"which chain is Fig Farm on?", "runs without a chain of its own"},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if got := a.Render(); !strings.Contains(got, tt.want) || strings.Count(got, "[1]") > 1 {
			t.Errorf("%q is answered %q, want one sentence with %q", tt.question, got, tt.want)
		}
	}
}

// TestStrictBounds holds that "more than" and "before" leave the bound itself out, "or more" and "since" do not, and
// that a launch stands for a founding that is not told.
func TestStrictBounds(t *testing.T) {
	w := orchard(t)
	tests := []struct {
		question string
		want     []string
	}{
		{"which projects raised more than $18 million?", []string{"Fig Farm"}},
		{"which projects raised $18 million or more?", []string{"Fig Farm", "Kiwi Kiln"}},
		{"which projects raised less than $2 million?", nil},
		{"which projects raised at most $2 million?", []string{"Pear Press"}},
		{"founded before 2021", []string{"Pear Press"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if diff := cmp.Diff(tt.want, slices.Sorted(slices.Values(a.Projects))); diff != "" {
			t.Errorf("%q: projects (-want +got):\n%s\n%s", tt.question, diff, a.Render())
		}
	}
}

// TestVerdictAlone holds that who has more is told in one sentence.
func TestVerdictAlone(t *testing.T) {
	a := orchard(t).ask(t, "which raised more, Fig Farm or Kiwi Kiln?")
	if got := a.Render(); len(a.Sentences) != 1 || !strings.Contains(got, "more than Kiwi Kiln") {
		t.Errorf("%d sentences:\n%s", len(a.Sentences), got)
	}
}
