package store

import (
	"context"
	"database/sql"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.People = (*Store)(nil)

// Entries implements [bot.People].
func (s *Store) Entries(ctx context.Context) ([]bot.Entry, error) {
	var out []bot.Entry
	err := s.read(ctx, "read who may ask", func(rows *sql.Rows) error {
		var e bot.Entry
		if err := rows.Scan(&e.Kind, &e.Platform, &e.ID, &e.Allow); err != nil {
			return err
		}
		out = append(out, e)
		return nil
	}, `SELECT kind, platform, id, allow FROM people ORDER BY kind, platform, id`)
	return out, err
}

// SetEntry implements [bot.People].
func (s *Store) SetEntry(ctx context.Context, e bot.Entry) error {
	_, err := s.write(ctx, "write who may ask", `INSERT INTO people (kind, platform, id, allow) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, platform, id) DO UPDATE SET allow = excluded.allow`, string(e.Kind), e.Platform, e.ID, e.Allow)
	return err
}

// DropEntry implements [bot.People].
func (s *Store) DropEntry(ctx context.Context, e bot.Entry) (bool, error) {
	n, err := s.write(ctx, "write who may ask", `DELETE FROM people WHERE kind = $1 AND platform = $2 AND id = $3`,
		string(e.Kind), e.Platform, e.ID)
	return n > 0, err
}
