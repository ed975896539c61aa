package bottest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// Voting is how members vote on the bot's messages. Messages count from 0, as
// Said returns them; members, too, and 0 is the one who asks.
type Voting interface {
	// Buttons returns the labels of the buttons below a message.
	Buttons(message int) []string
	// Press lets a member press a button, and returns what only they are told.
	Press(ctx context.Context, message, member int, label string) (told string, err error)
	// Explain presses the thumbs-down of that label and gives the reason that the
	// platform's way, and returns what only they are told at last.
	Explain(ctx context.Context, message, member int, down, reason string) (told string, err error)
	// Another returns an adapter of the same bot, as a restarted program or another
	// one that shares its state has it. The first one has ended.
	Another(t *testing.T, h bot.Handler, logger *slog.Logger) bot.Adapter
}

// TestVotes is the part of [TestAdapter] about votes, for adapters with several
// ways to ask.
func TestVotes(t *testing.T, setup Setup) {
	t.Run("one vote a person", func(t *testing.T) { testVote(t, setup) })
	t.Run("reason", func(t *testing.T) { testReason(t, setup) })
	t.Run("below the last part", func(t *testing.T) { testVoteLong(t, setup) })
	t.Run("after it was written", func(t *testing.T) { testVoteWritten(t, setup) })
	t.Run("after a restart", func(t *testing.T) { testVoteRestart(t, setup) })
	t.Run("not kept", func(t *testing.T) { testVoteNotKept(t, setup) })
	t.Run("in Chinese", func(t *testing.T) { testVoteChinese(t, setup) })
	t.Run("not below an error", func(t *testing.T) { testVoteError(t, setup) })
}

const (
	thumbUp   = "👍 Helpful"
	thumbDown = "👎 Not helpful"
)

// press lets a member press a button and wants to read of it.
func (s *session) press(message, member int, label, want string) {
	s.t.Helper()
	told, err := s.Press(s.ctx, message, member, label)
	if err != nil || !strings.Contains(told, want) {
		s.t.Errorf("member %d presses %q: told %q, %v, want %q\nlog:\n%s", member, label, told, err, want, s.logs)
	}
}

// voted compares the votes with what is wanted: "up", "down", "down: wrong", in
// any order of the persons.
func (s *session) voted(f *Feedback, want map[string]int) {
	s.t.Helper()
	got := map[string]int{}
	for _, v := range f.Votes() {
		text := "down"
		if v.Up {
			text = "up"
		}
		if v.Reason != "" {
			text += ": " + strings.ToLower(v.Reason)
		}
		got[text]++
	}
	if !maps.Equal(got, want) {
		s.t.Errorf("votes %v, want %v", got, want)
	}
}

// thumbs holds that the message has the two buttons, and no other has any.
func (s *session) thumbs(message int, labels ...string) {
	s.t.Helper()
	for n := range s.said(message + 1) {
		want := labels
		if n != message {
			want = nil
		}
		if got := s.Buttons(n); !slices.Equal(got, want) {
			s.t.Errorf("buttons %q below message %d, want %q", got, n, want)
		}
	}
}

func testVote(t *testing.T, setup Setup) {
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{}, func(c *bot.Config) { c.Feedback = f })
	s.ask("where does the path go?")
	before := s.said(1)
	s.thumbs(0, thumbUp, thumbDown)
	s.press(0, 0, thumbUp, "Thank you")
	s.voted(f, map[string]int{"up": 1})
	s.press(0, 0, thumbDown, "Thank you")
	s.voted(f, map[string]int{"down": 1})
	s.press(0, 0, thumbDown, "Thank you")
	s.voted(f, map[string]int{"down": 1})
	s.press(0, 1, thumbUp, "Thank you")
	s.press(0, 2, thumbUp, "Thank you")
	s.voted(f, map[string]int{"down": 1, "up": 2})
	if after := s.said(1); !slices.Equal(after, before) {
		t.Errorf("votes changed what the chat reads from %q to %q", before, after)
	}
	s.stop()
}

func testReason(t *testing.T, setup Setup) {
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{}, func(c *bot.Config) { c.Feedback = f })
	s.ask("where does the path go?")
	before := s.said(1)
	for member, reason := range []string{"Out of date", "Not what I asked"} {
		told, err := s.Explain(s.ctx, 0, member, thumbDown, reason)
		if err != nil || !strings.Contains(told, "Thank you") {
			t.Errorf("told %q, %v\nlog:\n%s", told, err, s.logs)
		}
		s.thumbs(0, thumbUp, thumbDown)
	}
	s.voted(f, map[string]int{"down: out of date": 1, "down: not what i asked": 1})
	s.press(0, 0, thumbUp, "Thank you")
	s.voted(f, map[string]int{"up": 1, "down: not what i asked": 1})
	if after := s.said(1); !slices.Equal(after, before) {
		t.Errorf("reasons changed what the chat reads from %q to %q", before, after)
	}
	s.stop()
}

func testVoteLong(t *testing.T, setup Setup) {
	const rows = 40
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) {
		return Long(q, rows), nil
	}}, func(c *bot.Config) { c.Feedback = f })
	s.Fail(ServerError, 2) // the buttons survive a part that is sent again
	s.ask("all of them?")
	said := s.said(2)
	for last := fmt.Sprintf("Rows > %03d", rows); !strings.Contains(said[len(said)-1], last); {
		said = s.said(len(said) + 1)
	}
	s.thumbs(len(said)-1, thumbUp, thumbDown)
	s.press(len(said)-1, 0, thumbUp, "Thank you")
	s.voted(f, map[string]int{"up": 1})
	s.stop()
}

func testVoteWritten(t *testing.T, setup Setup) {
	f, w := &Feedback{}, newWriting()
	s := startWith(t, setup, w.answerer(func(whole rag.Answer) (rag.Answer, error) { return whole, nil }), func(c *bot.Config) { c.Feedback = f })
	s.ask("where does the path go?")
	s.untilShown(w)
	if said, _ := s.Said(s.ctx, 0); len(said) > 0 && len(s.Buttons(0)) > 0 {
		t.Errorf("buttons %q below an answer that is not complete", s.Buttons(0))
	}
	close(w.on)
	s.complete(w, "As of 2024-03")
	s.thumbs(0, thumbUp, thumbDown)
	s.press(0, 0, thumbDown, "Thank you")
	s.voted(f, map[string]int{"down": 1})
	s.stop()
}

// testVoteRestart holds that a button works in a program that knows nothing but
// the state: no session, no message, no press before.
func testVoteRestart(t *testing.T, setup Setup) {
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{}, func(c *bot.Config) { c.Feedback = f })
	s.ask("where does the path go?")
	s.said(1)
	s.end()
	logger := slog.New(slog.NewJSONHandler(s.logs, nil))
	s.run(s.Another(t, bot.New(bot.Config{Answerer: &Answerer{}, Feedback: f, Logger: logger}), logger))
	for strings.Count(s.logs.String(), `connected"`) < 2 { // a platform may tell an event to nobody
		if s.ctx.Err() != nil {
			t.Fatalf("not connected again\nlog:\n%s", s.logs)
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.press(0, 1, thumbDown, "Thank you")
	s.voted(f, map[string]int{"down": 1})
	s.stop()
}

func testVoteNotKept(t *testing.T, setup Setup) {
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{}, func(c *bot.Config) { c.Feedback = f })
	s.ask("where does the path go?")
	s.said(1)
	f.Fail()
	s.press(0, 0, thumbUp, "Something went wrong (ref ")
	s.press(0, 0, thumbDown, "Something went wrong (ref ")
	f.Lose()
	s.press(0, 0, thumbDown, "I no longer know this answer")
	s.voted(f, map[string]int{})
	s.thumbs(0, thumbUp, thumbDown)
	s.stop()
}

func testVoteChinese(t *testing.T, setup Setup) {
	f := &Feedback{}
	s := startWith(t, setup, &Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) {
		a := Echo(q)
		a.Language = "zh"
		return a, nil
	}}, func(c *bot.Config) { c.Feedback = f })
	s.ask("这条路通向哪里？")
	s.said(1)
	s.thumbs(0, "👍 有用", "👎 没用")
	s.press(0, 0, "👍 有用", "感谢反馈")
	if told, err := s.Explain(s.ctx, 0, 0, "👎 没用", "已过时"); err != nil || !strings.Contains(told, "感谢反馈") {
		t.Errorf("told %q, %v", told, err)
	}
	s.stop()
}

func testVoteError(t *testing.T, setup Setup) {
	s := startWith(t, setup, &Answerer{Answer: func(context.Context, rag.Question) (rag.Answer, error) {
		return rag.Answer{}, errFeedback
	}}, func(c *bot.Config) { c.Feedback = &Feedback{} })
	s.ask("does it work?")
	wants(t, s.said(1)[0], "Something went wrong")
	s.thumbs(0)
	s.stop()
}
