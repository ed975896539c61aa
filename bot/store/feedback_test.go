package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

func given(p place, id string) bot.Given {
	return bot.Given{
		ID: id, Question: "question " + id, Language: "zh", Status: rag.Answered, Intent: "list", Projects: []string{"A"},
		Attributes: []string{"raised", "launched"}, Passages: []string{"r#1", "s#2"}, Mode: rag.Mode("model"), Prompt: "answer v3", At: p.clock.now(),
	}
}

func ratings(t *testing.T, f bot.Feedback, since time.Time) []bot.Rating {
	t.Helper()
	var out []bot.Rating
	for r, err := range f.Ratings(t.Context(), since) {
		noError(t, err)
		out = append(out, r)
	}
	return out
}

func TestVotes(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, g := p.open(t), given(p, "t/1")
		noError(t, s.Give(t.Context(), g))
		noError(t, s.Give(t.Context(), g)) // answered again after a crash
		vote := bot.Vote{Answer: "t/1", Platform: "t", User: "7"}
		vote.Reason = "wrong\x00 year " + strings.Repeat("年", 600)
		noError(t, s.Vote(t.Context(), vote))
		vote.Reason = ""
		noError(t, s.Vote(t.Context(), vote)) // keeps the reason
		noError(t, s.Vote(t.Context(), bot.Vote{Answer: "t/1", Platform: "t", User: "8", Up: true}))

		got := ratings(t, s, time.Time{})
		want := []bot.Rating{
			{Given: g, Reason: "wrong year " + strings.Repeat("年", 489), Voted: p.clock.now()},
			{Given: g, Up: true, Voted: p.clock.now()},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}

		p.clock.pass(time.Second)
		vote.Up = true
		noError(t, s.Vote(t.Context(), vote)) // another mind: the reason was for the other
		got = ratings(t, s, p.clock.now())
		if diff := cmp.Diff([]bot.Rating{{Given: g, Up: true, Voted: p.clock.now()}}, got); diff != "" {
			t.Error(diff)
		}
		if err := s.Vote(t.Context(), bot.Vote{Answer: "t/2", Platform: "t", User: "7"}); !errors.Is(err, bot.ErrNoAnswer) {
			t.Errorf("vote on an unknown answer: %v, want %v", err, bot.ErrNoAnswer)
		}
	})
}

// TestManyVotes holds that a long list is read in full, and that its reader can
// use the store meanwhile.
func TestManyVotes(t *testing.T) {
	const votes = 450
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		noError(t, s.Give(t.Context(), given(p, "t/1")))
		for i := range votes {
			noError(t, s.Vote(t.Context(), bot.Vote{Answer: "t/1", Platform: "t", User: fmt.Sprint(i), Reason: fmt.Sprint(i)}))
		}
		seen := map[string]bool{}
		for r, err := range s.Ratings(t.Context(), time.Time{}) {
			noError(t, err)
			seen[r.Reason] = true
			noError(t, s.Check(t.Context()))
		}
		if len(seen) != votes {
			t.Errorf("%d votes were read, want %d", len(seen), votes)
		}
		for range s.Ratings(t.Context(), time.Time{}) {
			break
		}
	})
}

func TestGaps(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for id, status := range map[string]rag.Status{"1": rag.Answered, "2": rag.NotCovered, "3": rag.Declined, "4": rag.OffTopic, "5": rag.Answered} {
			g := given(p, id)
			g.Status, g.At = status, g.At.Add(time.Duration(id[0])*time.Second)
			noError(t, s.Give(t.Context(), g))
		}
		noError(t, s.Vote(t.Context(), bot.Vote{Answer: "1", Platform: "t", User: "7"}))
		noError(t, s.Vote(t.Context(), bot.Vote{Answer: "1", Platform: "t", User: "8"}))
		noError(t, s.Vote(t.Context(), bot.Vote{Answer: "5", Platform: "t", User: "8", Up: true}))
		got, err := s.Gaps(t.Context(), time.Time{}, 10)
		noError(t, err)
		var found []string
		for _, g := range got {
			found = append(found, fmt.Sprintf("%s %s %d", g.Question, g.Language, g.Down))
		}
		if diff := cmp.Diff([]string{"question 3 zh 0", "question 2 zh 0", "question 1 zh 2"}, found); diff != "" {
			t.Error(diff)
		}
		if got, err = s.Gaps(t.Context(), time.Time{}, 1); err != nil || len(got) != 1 {
			t.Errorf("%d gaps, %v, want the newest", len(got), err)
		}
	})
}

func TestQuestionsAreNotKept(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, g := p.open(t, func(c *store.Config) { c.Keep.Questions = -1 }), given(p, "t/1")
		noError(t, s.Give(t.Context(), g))
		noError(t, s.Vote(t.Context(), bot.Vote{Answer: "t/1", Platform: "t", User: "7"}))
		g.Question = ""
		if diff := cmp.Diff([]bot.Rating{{Given: g, Voted: p.clock.now()}}, ratings(t, s, time.Time{})); diff != "" {
			t.Error(diff)
		}
		gaps, err := s.Gaps(t.Context(), time.Time{}, 10)
		noError(t, err)
		if diff := cmp.Diff([]bot.Gap{{Given: g, Down: 1}}, gaps); diff != "" {
			t.Errorf("a gap counts without its question: %s", diff)
		}
		wantNowhere(t, s, "question t/1")
	})
}

// TestVoteOnAnothersAnswer holds that a program takes votes on what another one of
// the same state has said, and changes those that it took.
func TestVoteOnAnothersAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		one := p.open(t)
		noError(t, one.Give(t.Context(), given(p, "t/1")))
		noError(t, one.Vote(t.Context(), bot.Vote{Answer: "t/1", Platform: "t", User: "7", Up: true}))
		two := p.open(t)
		p.clock.pass(time.Second)
		noError(t, two.Vote(t.Context(), bot.Vote{Answer: "t/1", Platform: "t", User: "7", Reason: "wrong"}))
		if diff := cmp.Diff([]bot.Rating{{Given: ratings(t, one, time.Time{})[0].Given, Reason: "wrong", Voted: p.clock.now()}}, ratings(t, one, time.Time{})); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAnswersOfBefore holds that answers are read that were kept before it was known
// what they were asked for.
func TestAnswersOfBefore(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, g := p.open(t), given(p, "t/1")
		g.Status = rag.NotCovered
		noError(t, s.Give(t.Context(), g))
		for _, query := range []string{`ALTER TABLE answers DROP COLUMN attributes`, `DELETE FROM goose_db_version WHERE version_id = 6`} {
			_, err := s.Database().ExecContext(t.Context(), query)
			noError(t, err)
		}
		noError(t, s.Close())
		gaps, err := p.open(t).Gaps(t.Context(), time.Time{}, 10)
		noError(t, err)
		g.Attributes = []string{}
		if diff := cmp.Diff([]bot.Gap{{Given: g}}, gaps); diff != "" {
			t.Error(diff)
		}
	})
}
