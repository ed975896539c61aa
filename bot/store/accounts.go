package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Accounts = (*Store)(nil)

// dayName is how a day is kept. Names of days are in their order.
func dayName(day time.Time) string { return day.UTC().Format(time.DateOnly) }

// Spend implements [bot.Accounts]. All accounts are charged or none.
func (s *Store) Spend(ctx context.Context, accounts []string, day time.Time, spent bot.Spent) error {
	if len(accounts) == 0 {
		return nil
	}
	accounts = slices.Clone(accounts)
	slices.Sort(accounts) // so that no two programs wait for each other
	accounts = slices.Compact(accounts)
	var rows []string
	args := []any{dayName(day), spent.Answers, spent.PromptTokens, spent.CompletionTokens, spent.Cost}
	for _, account := range accounts {
		rows = append(rows, fmt.Sprintf("($1, $2, $3, $4, $5, $%d, $%d)", len(args)+1, len(args)+2))
		args = append(args, account, ownerOf(account))
	}
	_, err := s.write(ctx, "book cost", `INSERT INTO accounts (day, answers, prompt_tokens, completion_tokens, cost, account, owner)
		VALUES `+strings.Join(rows, ", ")+` ON CONFLICT (account, day) DO UPDATE SET
		answers = accounts.answers + excluded.answers, prompt_tokens = accounts.prompt_tokens + excluded.prompt_tokens,
		completion_tokens = accounts.completion_tokens + excluded.completion_tokens, cost = accounts.cost + excluded.cost`, args...)
	return err
}

// ownerOf returns whose an account is: "telegram/1" of "user/telegram/1".
func ownerOf(account string) string {
	_, owner, _ := strings.Cut(account, "/")
	return owner
}

// Spent implements [bot.Accounts].
func (s *Store) Spent(ctx context.Context, account string, day time.Time) (bot.Spent, error) {
	var out bot.Spent
	err := s.one(ctx, "read account", []any{&out.Answers, &out.PromptTokens, &out.CompletionTokens, &out.Cost},
		`SELECT answers, prompt_tokens, completion_tokens, cost FROM accounts WHERE account = $1 AND day = $2`, account, dayName(day))
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Spent{}, nil
	}
	return out, err
}
