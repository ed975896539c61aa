package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// A price is what a million tokens of a model cost, going in and coming out.
type price struct {
	in, out float64
	set     bool
}

// UnmarshalText reads "IN/OUT", as price lists give it: 0.15/0.60.
func (p *price) UnmarshalText(text []byte) error {
	in, out, ok := strings.Cut(string(text), "/")
	a, errA := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(in), "$"), 64)
	b, errB := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(out), "$"), 64)
	if !ok || errA != nil || errB != nil || !(a >= 0) || !(b >= 0) || a+b > 1e12 {
		return errors.New("want what a million tokens cost, in and out, like 0.15/0.60")
	}
	*p = price{a, b, true}
	return nil
}

// MarshalText writes p as it is read.
func (p price) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String formats p as it is read; "" when it is not set.
func (p price) String() string {
	if !p.set {
		return ""
	}
	return strconv.FormatFloat(p.in, 'f', -1, 64) + "/" + strconv.FormatFloat(p.out, 'f', -1, 64)
}

// of returns what a usage costs.
func (p price) of(u rag.Usage) float64 {
	return (p.in*float64(u.PromptTokens) + p.out*float64(u.CompletionTokens)) / 1e6
}

// A budget is a daily bound: of tokens, or of money.
type budget bot.Budget

// UnmarshalText reads "200000" or "200k" tokens, or "$2.50".
func (b *budget) UnmarshalText(text []byte) error {
	s := strings.ToLower(strings.TrimSpace(string(text)))
	if money, ok := strings.CutPrefix(s, "$"); ok {
		v, err := strconv.ParseFloat(money, 64)
		if err != nil || !(v > 0) || v > 1e12 { // NaN is not more than 0 either
			return errBudget
		}
		*b = budget{Cost: v}
		return nil
	}
	s = strings.TrimSpace(strings.TrimSuffix(s, "tokens"))
	scale := 1.0
	for suffix, n := range map[string]float64{"k": 1e3, "m": 1e6} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, scale = rest, n
			break
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(v*scale >= 1) || v*scale > 1e15 {
		return errBudget
	}
	*b = budget{Tokens: int(v * scale)}
	return nil
}

var errBudget = errors.New("want tokens a day, like 200k, or money, like $2.50")

// MarshalText writes b as it is read.
func (b budget) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String formats b as it is read; "" when it bounds nothing.
func (b budget) String() string {
	switch {
	case b.Cost > 0:
		return "$" + strconv.FormatFloat(b.Cost, 'f', -1, 64)
	case b.Tokens > 0:
		return strconv.Itoa(b.Tokens)
	}
	return ""
}

// budgets are the bounds in force.
func (s *settings) budgets() bot.Budgets {
	return bot.Budgets{All: bot.Budget(s.BudgetDay), Chat: bot.Budget(s.BudgetChat), User: bot.Budget(s.BudgetUser)}
}

// checkMoney refuses a bound in money while no price is known.
func (s *settings) checkMoney(from *sources) error {
	for name, b := range map[string]budget{"budget-day": s.BudgetDay, "budget-chat": s.BudgetChat, "budget-user": s.BudgetUser} {
		if b.Cost > 0 && !s.ModelPrice.set {
			return from.missing("model-price", name)
		}
	}
	return nil
}

// cost returns what a usage costs, at the price of the model that answered.
func (s *settings) cost(u rag.Usage) float64 {
	if s.FallbackPrice.set && s.FallbackModel != "" && strings.HasSuffix(u.Model, s.FallbackModel) && !strings.HasSuffix(u.Model, s.Model) {
		return s.FallbackPrice.of(u)
	}
	return s.ModelPrice.of(u)
}
