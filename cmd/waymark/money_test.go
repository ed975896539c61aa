package main

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestBudgetText(t *testing.T) {
	for text, want := range map[string]budget{
		"200000": {Tokens: 200000}, "200k": {Tokens: 200000}, "1.5M": {Tokens: 1500000}, "50k tokens": {Tokens: 50000}, "$2.50": {Cost: 2.5}, " $1 ": {Cost: 1},
	} {
		var b budget
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%q is read as %+v, %v, want %+v", text, b, err, want)
		}
	}
	for _, text := range []string{"", "0", "-5", "$0", "$", "lots", "2,5", "k", "1e99", "NaN", "$-1"} {
		if err := new(budget).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as a budget", text)
		}
	}
}

func TestPriceText(t *testing.T) {
	var p price
	if err := p.UnmarshalText([]byte("$0.15/0.60")); err != nil || p.of(rag.Usage{PromptTokens: 1e6, CompletionTokens: 2e6}) != 1.35 || p.String() != "0.15/0.6" {
		t.Errorf("price %v, %v", p, err)
	}
	for _, text := range []string{"", "1", "a/b", "-1/2", "1/2/3"} {
		if err := new(price).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as a price", text)
		}
	}
	s := settings{Model: "big", FallbackModel: "small", ModelPrice: price{10, 10, true}, FallbackPrice: price{1, 1, true}}
	if a, b := s.cost(rag.Usage{Model: "openai:big", PromptTokens: 1e6}), s.cost(rag.Usage{Model: "openai:small", PromptTokens: 1e6}); a != 10 || b != 1 {
		t.Errorf("costs %v and %v", a, b)
	}
	if b := (&settings{BudgetDay: budget{Tokens: 5}}).budgets(); b.All != (bot.Budget{Tokens: 5}) {
		t.Errorf("budgets %+v", b)
	}
}

// TestMoneySettings holds that a bound in money without a price is refused.
func TestMoneySettings(t *testing.T) {
	r := command(t, "", nil, "ask", "--budget-day", "$5", "--model-url", "http://127.0.0.1:9", "--model", "x", "hello")
	if r.code != exitUsage || !strings.Contains(r.stderr, "WAYMARK_MODEL_PRICE: missing") {
		t.Errorf("%+v", r)
	}
	r = command(t, "", []string{"WAYMARK_BUDGET_USER=plenty"}, "ask", "hello")
	if r.code != exitUsage || !strings.Contains(r.stderr, "WAYMARK_BUDGET_USER") || !strings.Contains(r.stderr, "200k") {
		t.Errorf("%+v", r)
	}
}

// TestTrace holds that a person can see how a model's answer came about.
func TestTrace(t *testing.T) {
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{Voice: func(p rag.Prompt) (string, error) {
		text, err := ragtest.Pretend(p)
		return text + "\nIt is the best of all [1].", err
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	env := []string{"WAYMARK_DATA=" + library(t), "WAYMARK_MODEL_URL=" + model.URL(), "WAYMARK_MODEL=pretend", "WAYMARK_MODEL_PRICE=1/2"}
	r := command(t, "", env, "ask", "--trace", "How tall is the Southern Tower?")
	if r.code != exitOK {
		t.Fatalf("%+v", r)
	}
	for _, want := range []string{"Trace\n", "Intent", "Evidence (", "Calls\n  answer ", "repair ", "openai:pretend: ", ", $0.00", "  + ", "- It is the best of all", "coverage"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is missing:\n%s", want, r.stdout)
		}
	}
	if body, _, _ := strings.Cut(r.stdout, "Trace\n"); strings.Contains(body, "best of all") {
		t.Errorf("an unsupported sentence is in the answer:\n%s", body)
	}
	if r := command(t, "", []string{"WAYMARK_DATA=" + library(t)}, "ask", "--trace", "How tall is the Southern Tower?"); r.code != exitOK || !strings.Contains(r.stdout, "not asked") {
		t.Errorf("without a model: %+v", r)
	}
}
