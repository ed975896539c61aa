package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// Spent is what a language model's answers have cost.
type Spent struct {
	Answers          int // that a model was asked for
	PromptTokens     int
	CompletionTokens int
	Cost             float64 // in the currency of the prices; 0 when no price is known
}

// Tokens returns the tokens of both kinds.
func (s Spent) Tokens() int { return s.PromptTokens + s.CompletionTokens }

func (s *Spent) add(o Spent) {
	s.Answers += o.Answers
	s.PromptTokens += o.PromptTokens
	s.CompletionTokens += o.CompletionTokens
	s.Cost += o.Cost
}

// A Budget bounds what may be spent in a day. What is zero is not bounded.
type Budget struct {
	Tokens int
	Cost   float64
}

// spent reports whether nothing is left of b.
func (b Budget) spent(s Spent) bool {
	return b.Tokens > 0 && s.Tokens() >= b.Tokens || b.Cost > 0 && s.Cost >= b.Cost
}

// Budgets bound what a language model may cost a day, by UTC. An answer that is under way
// when a budget ends is finished; those after it do without the model and say so.
type Budgets struct {
	All  Budget // of everybody together
	Chat Budget // of each chat
	User Budget // of each person
}

// Accounts keep what was spent, by account and day.
type Accounts interface {
	// Spend adds s to the accounts for the day.
	Spend(ctx context.Context, accounts []string, day time.Time, s Spent) error
	// Spent returns what an account has spent on the day.
	Spent(ctx context.Context, account string, day time.Time) (Spent, error)
}

// allAccount is the account of everybody together.
const allAccount = "all"

// accountsOf returns the accounts that a message's answer is charged to: everybody's, the
// chat's and the person's.
func accountsOf(m Message) []string {
	return []string{allAccount, "chat/" + m.Platform + "/" + m.Chat, "user/" + m.Platform + "/" + m.User}
}

// frugal reports whether a budget that m's answer would be charged to is spent.
func (b *Bot) frugal(ctx context.Context, m Message) (bool, error) {
	day := b.today()
	for i, bound := range []Budget{b.config.Budgets.All, b.config.Budgets.Chat, b.config.Budgets.User} {
		if bound == (Budget{}) {
			continue
		}
		s, err := b.accounts.Spent(ctx, accountsOf(m)[i], day)
		if err != nil {
			return true, fmt.Errorf("read account: %w", err) // nobody pays without a limit that was set
		}
		if bound.spent(s) {
			return true, nil
		}
	}
	return false, nil
}

// charge books what an answer has cost.
func (b *Bot) charge(ctx context.Context, m Message, u rag.Usage) error {
	if u.Calls == 0 {
		return nil
	}
	s := Spent{Answers: 1, PromptTokens: u.PromptTokens, CompletionTokens: u.CompletionTokens, Cost: b.priceOf(u)}
	// What was used is owed, also when the asker has gone.
	if err := b.accounts.Spend(context.WithoutCancel(ctx), accountsOf(m), b.today(), s); err != nil {
		return fmt.Errorf("book cost: %w", err)
	}
	return nil
}

// priceOf is what a model's work costs; 0 where no price is known.
func (b *Bot) priceOf(u rag.Usage) float64 {
	if b.config.Price == nil || u.Calls == 0 {
		return 0
	}
	return b.config.Price(u)
}

// today is the day that budgets are for: by UTC.
func (b *Bot) today() time.Time { return b.config.Now().UTC().Truncate(24 * time.Hour) }

// memoryAccounts keep the accounts of one day. They are safe for concurrent use.
type memoryAccounts struct {
	mu    sync.Mutex
	day   time.Time
	spent map[string]Spent
}

// NewAccounts returns accounts in memory, which a restart empties. They are a
// [Counter] and [Spenders], too.
func NewAccounts() Accounts { return &memoryAccounts{spent: map[string]Spent{}} }

// mostAccounts bounds how many accounts of a day are kept: about 20 MB.
const mostAccounts = 100_000

func (a *memoryAccounts) Spend(_ context.Context, accounts []string, day time.Time, s Spent) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(day)
	for _, k := range accounts {
		t, known := a.spent[k]
		if !known && len(a.spent) >= mostAccounts && k != allAccount {
			continue
		}
		t.add(s)
		a.spent[k] = t
	}
	return nil
}

func (a *memoryAccounts) Spent(_ context.Context, account string, day time.Time) (Spent, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !day.Equal(a.day) {
		return Spent{}, nil
	}
	return a.spent[account], nil
}

// Spenders implements [Spenders].
func (a *memoryAccounts) Spenders(_ context.Context, day time.Time, limit int) ([]Spent, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []Spent
	for account, s := range a.spent {
		if day.Equal(a.day) && strings.HasPrefix(account, "user/") {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Spent) int { return cmp.Or(cmp.Compare(b.Cost, a.Cost), b.Tokens()-a.Tokens()) })
	return out[:min(limit, len(out))], nil
}

// Count implements [Counter].
func (a *memoryAccounts) Count(_ context.Context, day time.Time, bounds []Bound) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(day)
	for _, b := range bounds {
		if a.spent[b.Account].Answers >= b.Most {
			return b.Account, nil
		}
	}
	for _, b := range bounds {
		t, known := a.spent[b.Account]
		if !known && len(a.spent) >= mostAccounts {
			continue
		}
		t.Answers++
		a.spent[b.Account] = t
	}
	return "", nil
}

// turn begins a new day.
func (a *memoryAccounts) turn(day time.Time) {
	if day.After(a.day) {
		a.day = day
		clear(a.spent)
	}
}
