package store

import (
	"context"
	"database/sql"
	"time"
)

// Purge deletes what is past its time and returns how much there was, by what it
// was: "sessions", "accounts", "questions", "answers", "votes", "events", "editions", "dead".
func (s *Store) Purge(ctx context.Context) (map[string]int, error) {
	var gone map[string]int
	err := s.change(ctx, "purge state", func(ctx context.Context, tx *sql.Tx) (err error) {
		gone, err = runAll(ctx, tx, s.overdue())
		return err
	})
	if err != nil || len(gone) == 0 {
		return gone, err
	}
	if err := s.engine.settle(ctx); err != nil {
		return gone, explain(s.engine, "purge state", err)
	}
	return gone, s.boundSessions(ctx)
}

// overdue are the deletions of what is past its time.
func (s *Store) overdue() []deletion {
	k := s.config.Keep
	before := func(keep time.Duration) int64 { return s.config.Now().Add(-max(keep, 0)).UnixMicro() }
	return []deletion{
		{"sessions", `DELETE FROM sessions WHERE last_at < $1`, []any{s.stale()}},
		{"accounts", `DELETE FROM accounts WHERE day < $1`, []any{dayName(s.config.Now().Add(-max(k.Accounts, day)))}}, // never today's
		{"questions", `UPDATE answers SET question = '' WHERE question <> '' AND at < $1`, []any{before(k.Questions)}},
		{"votes", `DELETE FROM votes WHERE at < $1`, []any{before(k.Votes)}},
		{"answers", `DELETE FROM answers WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM votes WHERE votes.answer = answers.id)`, []any{before(k.Answers)}},
		{"events", `DELETE FROM inbox WHERE state IN ('done', 'refused') AND ended_at < $1`, []any{before(k.Events)}},
		{"editions", `DELETE FROM editions WHERE kept_at < $1 AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE covered = editions.name)`, []any{before(day)}},
		{"dead", `DELETE FROM inbox WHERE state = 'dead' AND ended_at < $1`, []any{before(k.Dead)}},
	}
}
