package store

import (
	"context"
	"database/sql"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Forgetter = (*Store)(nil)

// Forget implements [bot.Forgetter]. A task of p's that is being worked on
// counts as answered from then on.
func (s *Store) Forget(ctx context.Context, p bot.Person) (map[string]int, error) {
	var gone map[string]int
	err := s.change(ctx, "forget a person", func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := s.engine.serial(ctx, tx); err != nil {
			return err
		}
		gone, err = runAll(ctx, tx, s.deletionsOf(p))
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.engine.settle(ctx); err != nil {
		return gone, explain(s.engine, "forget a person", err)
	}
	return gone, nil
}

// A deletion is a statement and what it deletes.
type deletion struct {
	what  string
	query string
	args  []any
}

// runAll runs deletions and returns how many rows there were of what.
func runAll(ctx context.Context, tx *sql.Tx, all []deletion) (map[string]int, error) {
	gone := map[string]int{}
	for _, d := range all {
		n, err := count(tx.ExecContext(ctx, d.query, d.args...))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			gone[d.what] += int(n)
		}
	}
	return gone, nil
}

// deletionsOf are all places where a person's id is kept. In a private chat on
// Telegram the chat has the same id, and so have the topics in it ("id/topic").
func (s *Store) deletionsOf(p bot.Person) []deletion {
	person := personOf(p.Platform, p.User)
	out := []deletion{
		{"sessions", `DELETE FROM sessions WHERE person = $1`, []any{person}},
		{"votes", `DELETE FROM votes WHERE person = $1`, []any{person}},
		{"people", `DELETE FROM people WHERE platform = $1 AND id = $2`, []any{p.Platform, p.User}},
		{"subscriptions", `DELETE FROM subscriptions WHERE person = $1`, []any{person}},
		{"inbox", `DELETE FROM inbox WHERE person = $1 AND state <> 'working'`, []any{person}},
		{"inbox", `UPDATE inbox SET ` + emptied + `, state = 'done', ended_at = $2 WHERE person = $1`, []any{person, s.now()}},
	}
	for _, chat := range append([]string{p.User}, p.Private...) {
		out = append(out, s.deletionsIn(p.Platform, chat)...)
	}
	return out
}

// deletionsIn are all places where a private chat's id is kept.
func (s *Store) deletionsIn(platform, chat string) []deletion {
	whole := platform + "/" + chat
	args := []any{whole, whole + "/"}
	return []deletion{
		{"sessions", `DELETE FROM sessions WHERE ` + within("chat"), args},
		{"accounts", `DELETE FROM accounts WHERE ` + within("owner"), args},
		{"people", `DELETE FROM people WHERE ` + within("platform || '/' || id"), args},
		{"subscriptions", `DELETE FROM subscriptions WHERE ` + within("platform || '/' || chat"), args},
		{"inbox", `DELETE FROM inbox WHERE state <> 'working' AND ` + within("lane"), args},
		{"inbox", `UPDATE inbox SET ` + emptied + `, state = 'done', ended_at = $3 WHERE ` + within("lane"), append(args, s.now())},
	}
}

// within is the condition that a column is $1 or begins with $2.
func within(column string) string {
	return `(` + column + ` = $1 OR substr(` + column + `, 1, length($2)) = $2)`
}
