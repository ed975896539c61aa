package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Editions = (*Store)(nil)

// sendingFor is how long a program has to send a digest before it is taken for
// dead: a chore has a minute.
const sendingFor = 5 * time.Minute

// SendingDigest implements [bot.DigestMarks].
func (s *Store) SendingDigest(ctx context.Context, sub bot.Subscription) (state bot.MarkState, err error) {
	err = s.change(ctx, "mark digest", func(ctx context.Context, tx *sql.Tx) error {
		state = ""
		for _, step := range []struct {
			state bot.MarkState
			where string
			args  []any
		}{
			{bot.PartFresh, `sending_at = 0`, nil},
			{bot.PartUnsure, `sending_at > 0 AND sending_at <= $6`, []any{s.now() - sendingFor.Microseconds()}},
		} {
			n, err := count(tx.ExecContext(ctx, `UPDATE subscriptions SET sending_at = $5
				WHERE platform = $1 AND chat = $2 AND kind = $3 AND since = $4 AND `+step.where,
				append([]any{sub.Platform, sub.Chat, sub.Kind, sub.Since.UnixMicro(), s.now()}, step.args...)...))
			if err != nil || n > 0 {
				state = step.state
				return err
			}
		}
		return bot.ErrLost
	})
	return state, err
}

// mostDigestFailures is how often a digest is tried: about as many minutes.
const mostDigestFailures = 5

// DigestFailed implements [bot.DigestMarks].
func (s *Store) DigestFailed(ctx context.Context, sub bot.Subscription) error {
	next, err := sub.Next(s.config.Now())
	if err != nil {
		return err
	}
	_, err = s.write(ctx, "put back digest", `UPDATE subscriptions SET sending_at = 0,
		next_at = CASE WHEN failures + 1 >= $5 THEN $6 ELSE next_at END,
		failures = CASE WHEN failures + 1 >= $5 THEN 0 ELSE failures + 1 END
		WHERE platform = $1 AND chat = $2 AND kind = $3 AND since = $4`,
		sub.Platform, sub.Chat, sub.Kind, sub.Since.UnixMicro(), mostDigestFailures, next.UnixMicro())
	return err
}

// KeepEdition implements [bot.Editions].
func (s *Store) KeepEdition(ctx context.Context, name string, edition []byte) error {
	if name == "" || len(edition) == 0 {
		return fmt.Errorf("keep edition %q: it has no name or nothing in it", name)
	}
	_, err := s.write(ctx, "keep edition", `INSERT INTO editions (name, edition, kept_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET kept_at = excluded.kept_at`, name, edition, s.now())
	return err
}

// Edition implements [bot.Editions].
func (s *Store) Edition(ctx context.Context, name string) (edition []byte, err error) {
	err = s.read(ctx, "read edition", func(rows *sql.Rows) error { return rows.Scan(&edition) },
		`SELECT edition FROM editions WHERE name = $1`, name)
	return edition, err
}
