package store_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

func wantSpent(t *testing.T, a bot.Accounts, account string, day time.Time, want bot.Spent) {
	t.Helper()
	got, err := a.Spent(t.Context(), account, day)
	noError(t, err)
	if math.Abs(got.Cost-want.Cost) > 1e-9 {
		t.Errorf("%s on %s: cost %g, want %g", account, day, got.Cost, want.Cost)
	}
	got.Cost = want.Cost
	if got != want {
		t.Errorf("%s on %s: %+v, want %+v", account, day, got, want)
	}
}

func TestAccounts(t *testing.T) {
	test := func(t *testing.T, a bot.Accounts) {
		day := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
		s := bot.Spent{Answers: 1, PromptTokens: 1000, CompletionTokens: 30, Cost: 0.25}
		noError(t, a.Spend(t.Context(), []string{"all", "user/t/1"}, day, s))
		noError(t, a.Spend(t.Context(), []string{"all", "user/t/2"}, day, s))
		noError(t, a.Spend(t.Context(), nil, day, s))
		wantSpent(t, a, "all", day, bot.Spent{Answers: 2, PromptTokens: 2000, CompletionTokens: 60, Cost: 0.5})
		wantSpent(t, a, "user/t/1", day, s)
		wantSpent(t, a, "user/t/3", day, bot.Spent{})
		wantSpent(t, a, "all", day.AddDate(0, 0, 1), bot.Spent{})
	}
	t.Run("memory", func(t *testing.T) { test(t, bot.NewAccounts()) })
	onEach(t, func(t *testing.T, p place) { test(t, p.open(t)) })
}

// TestAccountsOfSeveral holds that nothing is lost where programs spend at the
// same time, in any order of the accounts.
func TestAccountsOfSeveral(t *testing.T) {
	const each = 50
	orders := [][]string{{"all", "chat/t/1", "user/t/1"}, {"user/t/1", "chat/t/1", "all"}, {"chat/t/1", "all", "user/t/1"}}
	onEach(t, func(t *testing.T, p place) {
		day := p.clock.now()
		var done sync.WaitGroup
		for _, accounts := range orders {
			s := p.open(t)
			done.Go(func() {
				for range each {
					if err := s.Spend(t.Context(), accounts, day, bot.Spent{Answers: 1, PromptTokens: 2, CompletionTokens: 3, Cost: 0.5}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done.Wait()
		n := each * len(orders)
		wantSpent(t, p.open(t), "all", day, bot.Spent{Answers: n, PromptTokens: 2 * n, CompletionTokens: 3 * n, Cost: 0.5 * float64(n)})
	})
}
