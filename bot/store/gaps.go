package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

var _ bot.Gaps = (*Store)(nil)

// Gaps implements [bot.Gaps].
func (s *Store) Gaps(ctx context.Context, since time.Time, limit int) ([]bot.Gap, error) {
	var out []bot.Gap
	err := s.read(ctx, "read gaps", func(rows *sql.Rows) error {
		var g bot.Gap
		if err := scanGiven(rows, &g.Given, &g.Down); err != nil {
			return err
		}
		out = append(out, g)
		return nil
	}, `SELECT * FROM (SELECT `+givenColumns+`,
			(SELECT count(*) FROM votes WHERE votes.answer = answers.id AND NOT votes.up) AS down
			FROM answers WHERE answers.at >= $1) AS answers
		WHERE down > 0 OR status IN ($2, $3) ORDER BY at DESC, id LIMIT $4`,
		since.UnixMicro(), string(rag.Declined), string(rag.NotCovered), limit)
	return out, err
}
