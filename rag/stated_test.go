package rag_test

import (
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

// TestNotStatedBeside holds that of two things asked together the one that no report
// states is named, and that nothing is said where both are.
func TestNotStatedBeside(t *testing.T) {
	w := landscape(t)
	tests := []struct{ question, says, notice string }{
		{"When was Halden Flow founded and what is its market cap?", "2014", "Not found in the reports: Market cap."},
		{"Kilnstone 哪年成立，市值多少", "2020", "报告中没有找到：市值。"},
		{"When was Corvid Ionics founded and what is its valuation?", "2019", ""},
		{"When was Halden Flow founded?", "2014", ""},
	}
	for _, tt := range tests {
		a := w.ask(t, tt.question)
		if a.Status != rag.Answered || !says(a, tt.says) || a.Notice != tt.notice {
			t.Errorf("%q: %s, notice %q, want %q with notice %q\n%s", tt.question, a.Status, a.Notice, tt.says, tt.notice, a.Render())
		}
	}
}

// TestListHoldsFigures holds that a list for a figure has only rows that state it.
func TestListHoldsFigures(t *testing.T) {
	w := landscape(t)
	if a := w.ask(t, "Which company warrants 20,000 cycles?"); !says(a, "20,000") || len(a.Projects) != 1 {
		t.Errorf("the company with that figure is not listed:\n%s", a.Render())
	}
	for _, q := range []string{"Which company warrants its cells for 50,000 cycles?", "which company's valuation fell to 4,711?"} {
		if a := w.ask(t, q); a.Status == rag.Answered {
			t.Errorf("%q is answered with other figures:\n%s", q, a.Render())
		}
	}
}
