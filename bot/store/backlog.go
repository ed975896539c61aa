package store

import (
	"context"
	"database/sql"

	"github.com/waymark-bot/waymark/bot"
)

// Backlog counts what is in the inbox now.
func (s *Store) Backlog(ctx context.Context) (bot.Backlog, error) {
	var b bot.Backlog
	var oldest int64
	err := s.read(ctx, "count the inbox", func(rows *sql.Rows) error {
		return rows.Scan(&b.Waiting, &b.Working, &b.Dead, &oldest)
	}, `SELECT
		(SELECT count(*) FROM inbox WHERE state = 'waiting'),
		(SELECT count(*) FROM inbox WHERE state = 'working'),
		(SELECT count(*) FROM inbox WHERE state = 'dead'),
		(SELECT coalesce(min(received_at), 0) FROM inbox WHERE state IN ('waiting', 'working'))`)
	if err == nil && oldest > 0 {
		b.Oldest = max(0, s.config.Now().Sub(timeOf(oldest)))
	}
	return b, err
}
