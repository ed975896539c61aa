package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

var _ bot.Sessions = (*Store)(nil)

// sessionDefaults are those of bot.NewMemory.
func sessionDefaults(l bot.SessionLimits) bot.SessionLimits {
	if l.Turns <= 0 {
		l.Turns = 6
	}
	if l.Sessions <= 0 {
		l.Sessions = 10_000
	}
	if l.TTL <= 0 {
		l.TTL = 30 * time.Minute
	}
	return l
}

// stale is before when a talk must have been used last to be forgotten.
func (s *Store) stale() int64 { return s.config.Now().Add(-s.config.Sessions.TTL).UnixMicro() }

// Turns implements [bot.Sessions]. Answers come back without their Trace.
func (s *Store) Turns(ctx context.Context, key string) ([]rag.Turn, error) {
	var turns []rag.Turn
	err := s.read(ctx, "read session", func(rows *sql.Rows) error {
		var kept string
		if err := rows.Scan(&kept); err != nil {
			return err
		}
		var t rag.Turn
		if err := json.Unmarshal([]byte(kept), &t); err != nil {
			return fmt.Errorf("decode turn: %w", err)
		}
		turns = append(turns, t)
		return nil
	}, `SELECT turns.turn FROM turns JOIN sessions ON sessions.key = turns.session
		WHERE sessions.key = $1 AND sessions.last_at >= $2 ORDER BY turns.id`, key, s.stale())
	return turns, err
}

// Add implements [bot.Sessions]. Turns that several programs add to one talk at
// the same time are all kept, one after another.
func (s *Store) Add(ctx context.Context, key string, t rag.Turn) error {
	kept, err := json.Marshal(withoutTrace(t))
	if err != nil {
		return fmt.Errorf("encode turn: %w", err)
	}
	turns := 0
	err = s.change(ctx, "write session", func(ctx context.Context, tx *sql.Tx) (err error) {
		turns, err = s.addTurn(ctx, tx, key, string(kept))
		return err
	})
	if err != nil || turns > 1 {
		return err
	}
	return s.boundSessions(ctx)
}

// withoutTrace is t as it is kept.
func withoutTrace(t rag.Turn) rag.Turn {
	if t.Answer != nil && t.Answer.Trace != nil {
		a := *t.Answer
		a.Trace = nil
		t.Answer = &a
	}
	return t
}

// addTurn appends a turn and returns how many the talk has then.
func (s *Store) addTurn(ctx context.Context, tx *sql.Tx, key, turn string) (n int, err error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE key = $1 AND last_at < $2`, key, s.stale()); err != nil {
		return 0, err
	}
	chat, person := partiesOf(key)
	if _, err := tx.ExecContext(ctx, `INSERT INTO sessions (key, person, chat, last_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at`, key, person, chat, s.now()); err != nil {
		return 0, err // the row is locked from here on: other programs wait
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO turns (session, turn) VALUES ($1, $2)`, key, turn); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM turns WHERE session = $1`, key).Scan(&n); err != nil {
		return 0, err
	}
	if n <= s.config.Sessions.Turns {
		return n, nil
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM turns WHERE session = $1 AND id NOT IN
		(SELECT id FROM turns WHERE session = $1 ORDER BY id DESC LIMIT $2)`, key, s.config.Sessions.Turns)
	return s.config.Sessions.Turns, err
}

// partiesOf returns the chat and the person that a key of [bot.Sessions] names,
// "platform/chat/user", each with the platform.
func partiesOf(key string) (chat, person string) {
	platform, rest, _ := strings.Cut(key, "/")
	at := strings.LastIndexByte(rest, '/')
	if at < 0 {
		return key, ""
	}
	if user := rest[at+1:]; user != "" {
		person = platform + "/" + user
	}
	return platform + "/" + rest[:at], person
}

// boundSessions forgets the talks that are too many.
func (s *Store) boundSessions(ctx context.Context) error {
	_, err := s.write(ctx, "bound sessions", `DELETE FROM sessions WHERE key IN
		(SELECT key FROM sessions ORDER BY last_at DESC LIMIT 1000 OFFSET $1)`, s.config.Sessions.Sessions)
	return err
}

// Reset implements [bot.Sessions].
func (s *Store) Reset(ctx context.Context, key string) error {
	_, err := s.write(ctx, "reset session", `DELETE FROM sessions WHERE key = $1`, key)
	return err
}
