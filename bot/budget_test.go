package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// A paidAnswerer answers with a model that costs 60 tokens an answer, or without it.
type paidAnswerer struct {
	mu         sync.Mutex
	extractive int
}

func (p *paidAnswerer) Ask(_ context.Context, q rag.Question) (rag.Answer, error) {
	a := rag.Answer{
		Status: rag.Answered, Language: "en", Mode: rag.Model, Usage: rag.Usage{PromptTokens: 50, CompletionTokens: 10, Calls: 1},
		Sentences: []rag.Sentence{{Text: "It is so.", Cites: []int{1}}}, Citations: []rag.Citation{{N: 1, Title: "Report"}},
	}
	if q.Extractive {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.extractive++
		a.Mode, a.Usage = rag.Extractive, rag.Usage{}
	}
	return a, nil
}

// TestBudgets holds that a spent budget switches to answers without the model, for whom it
// bounds and nobody else, and that the next day begins anew.
func TestBudgets(t *testing.T) {
	price := func(u rag.Usage) float64 { return float64(u.PromptTokens+u.CompletionTokens) / 100 }
	tests := []struct {
		name    string
		budgets bot.Budgets
		asked   string // who asks: user@chat, in order
		model   string // y where the model is asked
	}{
		{"none", bot.Budgets{}, "a@1 a@1 a@1", "yyy"},
		{"all, tokens", bot.Budgets{All: bot.Budget{Tokens: 100}}, "a@1 b@2 c@3", "yyn"},
		{"all, money", bot.Budgets{All: bot.Budget{Cost: 1}}, "a@1 b@2 c@3", "yyn"},
		{"user", bot.Budgets{User: bot.Budget{Tokens: 60}}, "a@1 a@1 a@2 b@1", "ynny"},
		{"chat", bot.Budgets{Chat: bot.Budget{Cost: 0.5}}, "a@1 b@1 a@2", "yny"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
			b := bot.New(bot.Config{Answerer: &paidAnswerer{}, Budgets: tt.budgets, Price: price, Now: func() time.Time { return now }})
			got := ""
			for _, who := range strings.Fields(tt.asked) {
				user, chat, _ := strings.Cut(who, "@")
				r := b.Handle(t.Context(), bot.Message{Platform: "test", Chat: chat, User: user, Text: "Is it so?"})
				if says := strings.Contains(r.Notice, "budget"); says != (r.Answer.Mode == rag.Extractive) {
					t.Errorf("mode %s, notice %q", r.Answer.Mode, r.Notice)
				}
				got += map[rag.Mode]string{rag.Model: "y", rag.Extractive: "n"}[r.Answer.Mode]
			}
			if got != tt.model {
				t.Errorf("model asked: %s, want %s", got, tt.model)
			}
			now = now.Add(time.Hour)
			if r := b.Handle(t.Context(), bot.Message{Platform: "test", Chat: "1", User: "a", Text: "Is it so?"}); r.Answer.Mode != rag.Model {
				t.Error("a new day does not begin anew")
			}
		})
	}
}

// A brokenLedger knows nothing and keeps nothing.
type brokenLedger struct{}

func (brokenLedger) Spend(context.Context, []string, time.Time, bot.Spent) error {
	return errors.New("disk full")
}

func (brokenLedger) Spent(context.Context, string, time.Time) (bot.Spent, error) {
	return bot.Spent{}, errors.New("disk full")
}

// TestBudgetUnknown holds that nothing is spent where what was spent is not known, and that
// there is an answer all the same.
func TestBudgetUnknown(t *testing.T) {
	b := bot.New(bot.Config{Answerer: &paidAnswerer{}, Budgets: bot.Budgets{All: bot.Budget{Tokens: 1}}, Accounts: brokenLedger{}})
	if r := b.Handle(t.Context(), bot.Message{Text: "Is it so?"}); r.Answer == nil || r.Answer.Mode != rag.Extractive {
		t.Errorf("reply %+v", r)
	}
}
