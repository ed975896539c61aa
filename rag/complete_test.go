package rag_test

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// TestEveryFactIsFound holds that what the catalogue knows of a company is told when it is
// asked for: each value that any report states, and that a report states none.
func TestEveryFactIsFound(t *testing.T) {
	w := landscape(t)
	asked := map[string][]string{
		"raised":     {"How much did X raise?", "X 融资多少"},
		"valuation":  {"What is the valuation of X?", "X 的估值是多少"},
		"market_cap": {"What is the market cap of X?", "X 市值多少"},
		"users":      {"How many customers does X have?", "X 有多少客户"},
		"founded":    {"When was X founded?", "X 什么时候成立的"},
		"revenue":    {"What is the revenue of X?", "X 的收入是多少"},
	}
	told := 0
	for _, p := range w.config.Catalogue.Projects() {
		for attribute, questions := range asked {
			for _, f := range w.config.Catalogue.Facts(p, attribute) {
				for _, q := range questions {
					q = strings.ReplaceAll(q, "X", p.Name)
					if told++; raceEnabled && told%8 > 0 {
						continue
					}
					a := w.ask(t, q)
					if a.Status != rag.Answered {
						t.Errorf("%q: status %s, but %s states it", q, a.Status, f.Report)
						continue
					}
					if f.Denied || f.Value.Kind == corpus.When { // one sentence of several may do
						continue
					}
					sentence := w.reports[f.Report].Text[f.Start:f.End]
					if printed := strings.TrimSpace(sentence[f.Value.Start:f.Value.End]); !strings.Contains(a.Render(), printed) {
						t.Errorf("%q does not say %q, which %s states\n%s", q, printed, f.Report, a.Render())
					}
				}
			}
		}
	}
	if told < 100 {
		t.Errorf("%d facts asked for, want 100 or more", told)
	}
}
