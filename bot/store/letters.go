package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/waymark-bot/waymark/bot"
)

var (
	_ bot.DeadLetters = (*Store)(nil)
	_ bot.Backlogs    = (*Store)(nil)
)

// Backlogs implements [bot.Backlogs].
func (s *Store) Backlogs(ctx context.Context) (map[string]bot.Backlog, error) {
	out := map[string]bot.Backlog{}
	err := s.read(ctx, "count the inbox", func(rows *sql.Rows) error {
		var platform string
		var b bot.Backlog
		var oldest int64
		if err := rows.Scan(&platform, &b.Waiting, &b.Working, &b.Dead, &oldest); err != nil {
			return err
		}
		if oldest > 0 {
			b.Oldest = timeOf(oldest)
		}
		out[platform] = b
		return nil
	}, `SELECT platform, sum(CASE state WHEN 'waiting' THEN 1 ELSE 0 END), sum(CASE state WHEN 'working' THEN 1 ELSE 0 END),
		sum(CASE state WHEN 'dead' THEN 1 ELSE 0 END), coalesce(min(CASE state WHEN 'dead' THEN NULL ELSE received_at END), 0)
		FROM (SELECT platform, state, received_at FROM inbox WHERE state IN ('waiting', 'working')
			UNION ALL SELECT platform, state, received_at FROM inbox WHERE state = 'dead') there GROUP BY platform`) // each has an index
	return out, err
}

// Dead implements [bot.DeadLetters].
func (s *Store) Dead(ctx context.Context, limit int) ([]bot.Letter, error) {
	var out []bot.Letter
	err := s.read(ctx, "read dead letters", func(rows *sql.Rows) error {
		var l bot.Letter
		var received int64
		if err := rows.Scan(&l.Number, &l.Platform, &l.ID, &l.Lane, &received, &l.Failures, &l.Error); err != nil {
			return err
		}
		l.Lane, l.Received = strings.TrimPrefix(l.Lane, l.Platform+"/"), timeOf(received)
		out = append(out, l)
		return nil
	}, `SELECT id, platform, event, lane, received_at, failures, last_error FROM inbox
		WHERE state = 'dead' ORDER BY ended_at DESC, id DESC LIMIT $1`, limit)
	return out, err
}

// Revive implements [bot.DeadLetters].
func (s *Store) Revive(ctx context.Context, number int64) (bool, error) {
	n, err := s.write(ctx, "revive dead letter", `UPDATE inbox SET state = 'waiting', failures = 0, due_at = 0, ended_at = 0
		WHERE id = $1 AND state = 'dead'`, number)
	if n > 0 {
		s.awake()
	}
	return n > 0, err
}
