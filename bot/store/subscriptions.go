package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

var (
	_ bot.Subscriptions = (*Store)(nil)
	_ bot.Digests       = (*Store)(nil)
	_ bot.DigestMarks   = (*Store)(nil)
)

// Subscribe implements [bot.Subscriptions].
func (s *Store) Subscribe(ctx context.Context, sub bot.Subscription) error {
	now := s.config.Now()
	next, err := sub.Next(now)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, "subscribe", `INSERT INTO subscriptions (platform, chat, server, person, kind, language, minute, zone, weekly, weekday, since, next_at, covered)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (platform, chat, kind) DO UPDATE SET server = excluded.server, person = excluded.person,
		language = excluded.language, minute = excluded.minute, zone = excluded.zone, weekly = excluded.weekly,
		weekday = excluded.weekday, next_at = excluded.next_at, failures = 0`,
		sub.Platform, sub.Chat, sub.Server, personOf(sub.Platform, sub.Person), sub.Kind, sub.Language, sub.Minute, sub.Zone, sub.Weekly, int(sub.Weekday),
		now.UnixMicro(), next.UnixMicro(), sub.Covered)
	return err
}

// Unsubscribe implements [bot.Subscriptions].
func (s *Store) Unsubscribe(ctx context.Context, platform, chat, kind string) (bool, error) {
	n, err := s.write(ctx, "unsubscribe", `DELETE FROM subscriptions WHERE platform = $1 AND chat = $2 AND kind = $3`, platform, chat, kind)
	return n > 0, err
}

// Due implements [bot.Digests].
func (s *Store) Due(ctx context.Context, limit int) ([]bot.Subscription, error) {
	var out []bot.Subscription
	err := s.read(ctx, "read subscriptions", func(rows *sql.Rows) error {
		var sub bot.Subscription
		var weekday int
		var since int64
		if err := rows.Scan(&sub.Platform, &sub.Chat, &sub.Server, &sub.Person, &sub.Kind, &sub.Language, &sub.Minute, &sub.Zone, &sub.Weekly, &weekday, &since, &sub.Covered); err != nil {
			return err
		}
		sub.Person = strings.TrimPrefix(sub.Person, sub.Platform+"/")
		sub.Weekday, sub.Since = time.Weekday(weekday), timeOf(since)
		out = append(out, sub)
		return nil
	}, `SELECT platform, chat, server, person, kind, language, minute, zone, weekly, weekday, since, covered FROM subscriptions
		WHERE next_at <= $1 ORDER BY next_at, platform, chat, kind LIMIT $2`, s.now(), limit)
	return out, err
}

// DigestSent implements [bot.Digests]. A subscription that another program has
// seen to, or that has ended, stays as it is.
func (s *Store) DigestSent(ctx context.Context, sub bot.Subscription) error {
	now := s.config.Now()
	next, err := sub.Next(now)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, "note digest", `UPDATE subscriptions SET since = $4, next_at = $5, covered = $7, sending_at = 0, failures = 0
		WHERE platform = $1 AND chat = $2 AND kind = $3 AND since = $6`,
		sub.Platform, sub.Chat, sub.Kind, now.UnixMicro(), next.UnixMicro(), sub.Since.UnixMicro(), sub.Covered)
	return err
}
