package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Marks = (*Store)(nil)

// Keep implements [bot.Marks].
func (s *Store) Keep(ctx context.Context, t bot.Task, reply []byte) error {
	return s.finish(ctx, "keep reply", t, `UPDATE inbox SET reply = $3 WHERE id = $1 AND taken = $2 AND state = 'working'`, reply)
}

// Sending implements [bot.Marks].
func (s *Store) Sending(ctx context.Context, t bot.Task, part int) (m bot.Mark, err error) {
	err = s.change(ctx, "mark part", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.own(ctx, tx, t); err != nil {
			return err
		}
		fresh, err := count(tx.ExecContext(ctx, `INSERT INTO parts (task, part, sent, message) VALUES ($1, $2, FALSE, '')
			ON CONFLICT (task, part) DO NOTHING`, t.Number, part))
		if err != nil {
			return err
		}
		if fresh > 0 {
			m = bot.Mark{State: bot.PartFresh}
			return nil
		}
		m, err = markOf(ctx, tx, t, part)
		return err
	})
	return m, err
}

// own renews the lease of t and keeps the task until tx ends.
func (s *Store) own(ctx context.Context, tx *sql.Tx, t bot.Task) error {
	n, err := count(tx.ExecContext(ctx, `UPDATE inbox SET due_at = $3 WHERE id = $1 AND taken = $2 AND state = 'working'`,
		t.Number, t.Taken, s.now()+s.config.Inbox.Lease.Microseconds()))
	if err == nil && n == 0 {
		return bot.ErrLost
	}
	return err
}

func markOf(ctx context.Context, tx *sql.Tx, t bot.Task, part int) (bot.Mark, error) {
	m := bot.Mark{State: bot.PartUnsure}
	sent := false
	err := tx.QueryRowContext(ctx, `SELECT sent, message FROM parts WHERE task = $1 AND part = $2`, t.Number, part).Scan(&sent, &m.Message)
	if sent {
		m.State = bot.PartSent
	}
	return m, err
}

// Sent implements [bot.Marks]. It is noted also for a worker whose task was
// taken again, as what was sent was sent, unless the next one has sent the part.
func (s *Store) Sent(ctx context.Context, t bot.Task, part int, message string) error {
	owned := 0
	err := s.change(ctx, "mark part", func(ctx context.Context, tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM inbox WHERE id = $1 AND taken = $2 AND state = 'working'`,
			t.Number, t.Taken).Scan(&owned); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE parts SET sent = TRUE, message = $3 WHERE task = $1 AND part = $2 AND (NOT sent OR $4)`,
			t.Number, part, message, owned > 0)
		return err
	})
	if err == nil && owned == 0 {
		return fmt.Errorf("mark part: %w", bot.ErrLost)
	}
	return err
}
