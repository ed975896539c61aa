package rag_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// TestSuch holds that a list is made of what a question bounds, however it is asked, of all
// that fits and of nothing else.
func TestSuch(t *testing.T) {
	w := landscape(t)
	tests := []struct {
		question string
		want     []string
	}{
		{"sites in Texas or Queensland", []string{"Pallas Storage", "Lumen Ridge"}},
		{"companies that raised 19 million dollars", []string{"Tidewick"}},
		{"who closed a round in November 2023?", []string{"Gravholt", "云枢调度"}},
		{"Which company has the most users?", []string{"Dispatchery"}},
		{"which companies are in the first section of Longview?", []string{"Ferrovane", "Gravholt", "Tern Cryogenic", "Kilnstone Thermal"}},
		{"有没有用盐穴的公司", []string{"沧石压缩空气"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		got, want := slices.Sorted(slices.Values(a.Projects)), slices.Sorted(slices.Values(w.shown(t, tt.want...)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: projects (-want +got):\n%s\n%s", tt.question, diff, a.Render())
		}
	}
}

// TestNoSuch holds that what is left of a question without the word that tells most makes no list.
func TestNoSuch(t *testing.T) {
	w := landscape(t)
	for _, q := range []string{"companies that knighted somebody", "sites that yodel today", "which firms smuggle wind"} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q is answered:\n%s", q, a.Render())
		}
	}
}

// harbourReview is invented, as all in it.
const harbourReview = `# Harbour Review

## Ferries

### Alfa Lines

Alfa Lines runs ferries. Its software is written in Swift. Its market cap is $90 million.
Its testnet comes in Q2; its mainnet comes in Q4. In March 2022 Alfa Lines closed a seed round, whose funding was not disclosed.

### Bravo Boats

Bravo Boats runs ferries and gives swift answers. Its market cap is 300M. Its mainnet comes in Q2.
In March 2022 Bravo Boats raised a seed round of $4 million.

### Cove Cranes

Cove Cranes owns cranes. Its market cap is $20 million. Its testnet comes in Q2.
`

// harbourNote tells of one of them again, in Chinese.
const harbourNote = `# 港口简报

## 船运公司

### Alfa Lines

Alfa Lines 是一家经营轮渡的公司，每天开二十班。

### Delta 拖船

Delta 拖船是一家经营拖船的公司。
`

// harbour returns an engine over the invented reports.
func harbour(t *testing.T) *world {
	t.Helper()
	var reports []corpus.Report
	for id, text := range map[string]string{"harbour": harbourReview, "note": harbourNote} {
		r, err := corpus.Read(id+".md", []byte(text), corpus.Meta{ID: id, Title: "Report " + id})
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	slices.SortFunc(reports, func(a, b corpus.Report) int { return strings.Compare(a.ID, b.ID) })
	cfg, err := configOf(reports)
	if err != nil {
		t.Fatal(err)
	}
	return newWorld(cfg)
}

// TestFiledOrder holds that a category is listed in the order of the report that has it, in
// whichever language its projects are told.
func TestFiledOrder(t *testing.T) {
	a := harbour(t).ask(t, "列出 Ferries 的公司")
	if diff := cmp.Diff([]string{"Alfa Lines", "Bravo Boats", "Cove Cranes"}, a.Projects); diff != "" {
		t.Errorf("projects (-want +got):\n%s\n%s", diff, a.Render())
	}
}

// TestAskedWords holds which rows a list has where several words of a question could make one.
func TestAskedWords(t *testing.T) {
	w := harbour(t)
	tests := []struct {
		why, question string
		want          []string
	}{
		{"a name is no word in small letters", "which companies use Swift", []string{"Alfa Lines"}},
		{"a testnet is no mainnet, nor is one of another quarter", "which projects plan a mainnet in Q2", []string{"Bravo Boats"}},
		{"a round whose sum is kept back was closed", "who raised in March 2022?", []string{"Bravo Boats", "Alfa Lines"}},
		{"a sum without its currency is in the usual one", "Which company has the largest market cap?", []string{"Bravo Boats"}},
		{"the second largest stands beside the largest", "the second largest market cap?", []string{"Bravo Boats", "Alfa Lines"}},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if diff := cmp.Diff(tt.want, a.Projects); diff != "" {
			t.Errorf("%s: %q: projects (-want +got):\n%s\n%s", tt.why, tt.question, diff, a.Render())
		}
	}
}
