package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

var (
	_ bot.Counter    = (*Store)(nil)
	_ bot.Spenders   = (*Store)(nil)
	_ bot.Statistics = (*Store)(nil)
)

// errFull undoes what was counted.
var errFull = errors.New("as much as there may be")

// Count implements [bot.Counter].
func (s *Store) Count(ctx context.Context, day time.Time, bounds []bot.Bound) (string, error) {
	if len(bounds) == 0 {
		return "", nil
	}
	sorted := slices.Clone(bounds)
	slices.SortFunc(sorted, func(a, b bot.Bound) int { return cmp.Compare(a.Account, b.Account) }) // as in Spend
	counted := map[string]int{}
	err := s.change(ctx, "count a question", func(ctx context.Context, tx *sql.Tx) error {
		full := false
		for _, b := range sorted {
			var n int
			err := eachRow(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&n) },
				`INSERT INTO accounts (account, day, owner, answers, prompt_tokens, completion_tokens, cost) VALUES ($1, $2, $3, 1, 0, 0, 0)
				ON CONFLICT (account, day) DO UPDATE SET answers = accounts.answers + 1 RETURNING answers`,
				b.Account, dayName(day), ownerOf(b.Account))
			if err != nil {
				return err
			}
			counted[b.Account] = n
			full = full || n > b.Most
		}
		if full {
			return errFull
		}
		return nil
	})
	if !errors.Is(err, errFull) {
		return "", err
	}
	first := slices.IndexFunc(bounds, func(b bot.Bound) bool { return counted[b.Account] > b.Most })
	return bounds[first].Account, nil
}

// Spenders implements [bot.Spenders].
func (s *Store) Spenders(ctx context.Context, day time.Time, limit int) ([]bot.Spent, error) {
	var out []bot.Spent
	err := s.read(ctx, "read accounts", func(rows *sql.Rows) error {
		var one bot.Spent
		if err := rows.Scan(&one.Answers, &one.PromptTokens, &one.CompletionTokens, &one.Cost); err != nil {
			return err
		}
		out = append(out, one)
		return nil
	}, `SELECT answers, prompt_tokens, completion_tokens, cost FROM accounts WHERE day = $1 AND substr(account, 1, 5) = 'user/'
		ORDER BY cost DESC, prompt_tokens + completion_tokens DESC, account LIMIT $2`, dayName(day), limit)
	return out, err
}

// Stats implements [bot.Statistics].
func (s *Store) Stats(ctx context.Context, since time.Time) (bot.Stats, error) {
	var out bot.Stats
	err := s.read(ctx, "count answers", func(rows *sql.Rows) error {
		var status, mode string
		var n int
		if err := rows.Scan(&status, &mode, &n); err != nil {
			return err
		}
		out.Add(rag.Status(status), rag.Mode(mode), n)
		return nil
	}, `SELECT status, mode, count(*) FROM answers WHERE at >= $1 GROUP BY status, mode`, since.UnixMicro())
	if err != nil {
		return bot.Stats{}, err
	}
	err = s.read(ctx, "count votes", func(rows *sql.Rows) error {
		var up bool
		var n int
		if err := rows.Scan(&up, &n); err != nil {
			return err
		}
		if up {
			out.Up = n
		} else {
			out.Down = n
		}
		return nil
	}, `SELECT up, count(*) FROM votes WHERE at >= $1 GROUP BY up`, since.UnixMicro())
	return out, err
}
