package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Feedback = (*Store)(nil)

// Give implements [bot.Feedback]. The question is kept only where
// [Retention.Questions] says so.
func (s *Store) Give(ctx context.Context, g bot.Given) error {
	if g.At.IsZero() {
		g.At = s.config.Now()
	}
	if s.config.Keep.Questions < 0 {
		g.Question = ""
	}
	projects, err := json.Marshal(g.Projects)
	if err != nil {
		return fmt.Errorf("encode projects: %w", err)
	}
	passages, err := json.Marshal(g.Passages)
	if err != nil {
		return fmt.Errorf("encode passages: %w", err)
	}
	attributes, err := json.Marshal(g.Attributes)
	if err != nil {
		return fmt.Errorf("encode attributes: %w", err)
	}
	_, err = s.write(ctx, "remember answer", `INSERT INTO answers (id, at, question, language, status, intent, projects, passages, mode, prompt, attributes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET
		question = excluded.question, language = excluded.language, status = excluded.status, intent = excluded.intent,
		projects = excluded.projects, passages = excluded.passages, mode = excluded.mode, prompt = excluded.prompt, attributes = excluded.attributes`,
		g.ID, g.At.UnixMicro(), clean(g.Question), g.Language, string(g.Status), g.Intent,
		clean(string(projects)), clean(string(passages)), string(g.Mode), g.Prompt, clean(string(attributes)))
	return err
}

// mostReason bounds the reason of a vote, in characters.
const mostReason = 500

// Vote implements [bot.Feedback].
func (s *Store) Vote(ctx context.Context, v bot.Vote) error {
	return s.change(ctx, "keep vote", func(ctx context.Context, tx *sql.Tx) error {
		n, err := count(tx.ExecContext(ctx, `INSERT INTO votes (answer, person, up, reason, at)
			SELECT id, $2, $3, $4, $5 FROM answers WHERE id = $1
			ON CONFLICT (answer, person) DO UPDATE SET up = excluded.up, at = excluded.at,
			reason = CASE WHEN excluded.reason = '' AND excluded.up = votes.up THEN votes.reason ELSE excluded.reason END`,
			v.Answer, personOf(v.Platform, v.User), v.Up, cut(v.Reason, mostReason), s.now()))
		if err == nil && n == 0 {
			return bot.ErrNoAnswer
		}
		return err
	})
}

// personOf is how a person is kept.
func personOf(platform, user string) string {
	if user == "" {
		return ""
	}
	return platform + "/" + user
}

// page is how many rows are read at a time where there can be very many: the
// connection is free between pages.
const page = 200

// Ratings implements [bot.Feedback].
func (s *Store) Ratings(ctx context.Context, since time.Time) iter.Seq2[bot.Rating, error] {
	return func(yield func(bot.Rating, error) bool) {
		after := place{at: since.UnixMicro()}
		for {
			ratings, last, err := s.ratings(ctx, after)
			for _, r := range ratings {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(bot.Rating{}, err)
				return
			}
			if len(ratings) < page {
				return
			}
			after = last
		}
	}
}

// A place is where a page of votes ends.
type place struct {
	at             int64
	answer, person string
}

// ratings reads a page of the votes after a place.
func (s *Store) ratings(ctx context.Context, after place) ([]bot.Rating, place, error) {
	var out []bot.Rating
	err := s.read(ctx, "read votes", func(rows *sql.Rows) error {
		var r bot.Rating
		if err := scanGiven(rows, &r.Given, &r.Up, &r.Reason, &after.at, &after.person); err != nil {
			return err
		}
		after.answer, r.Voted = r.ID, timeOf(after.at)
		out = append(out, r)
		return nil
	}, `SELECT `+givenColumns+`, votes.up, votes.reason, votes.at, votes.person
		FROM votes JOIN answers ON answers.id = votes.answer
		WHERE (votes.at, votes.answer, votes.person) > ($1, $2, $3)
		ORDER BY votes.at, votes.answer, votes.person LIMIT $4`, after.at, after.answer, after.person, page)
	return out, after, err
}

// givenColumns are those that scanGiven reads.
const givenColumns = `answers.id, answers.at, answers.question, answers.language, answers.status, answers.intent,
	answers.projects, answers.passages, answers.mode, answers.prompt, answers.attributes`

// scanGiven reads givenColumns and what comes after them.
func scanGiven(rows *sql.Rows, g *bot.Given, more ...any) error {
	var at int64
	var projects, passages, attributes string
	columns := []any{&g.ID, &at, &g.Question, &g.Language, &g.Status, &g.Intent, &projects, &passages, &g.Mode, &g.Prompt, &attributes}
	if err := rows.Scan(append(columns, more...)...); err != nil {
		return err
	}
	g.At = timeOf(at)
	if err := json.Unmarshal([]byte(projects), &g.Projects); err != nil {
		return fmt.Errorf("decode projects: %w", err)
	}
	if err := json.Unmarshal([]byte(passages), &g.Passages); err != nil {
		return fmt.Errorf("decode passages: %w", err)
	}
	if err := json.Unmarshal([]byte(attributes), &g.Attributes); err != nil {
		return fmt.Errorf("decode attributes: %w", err)
	}
	return nil
}
