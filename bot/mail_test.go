package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag"
)

// keeper keeps one reply; the zero value keeps nothing, as of a lost task.
type keeper struct {
	bot.Marks
	kept []byte
	err  error
}

func (k *keeper) Keep(_ context.Context, _ bot.Task, reply []byte) error {
	k.kept = reply
	return k.err
}

// TestKeepReply holds that a reply is found once, and comes back as it was.
func TestKeepReply(t *testing.T) {
	k, asked := &keeper{}, 0
	a := bottest.Echo(rag.Question{Text: "where?"})
	a.Trace = &rag.Trace{}
	ask := func() bot.Reply {
		asked++
		return bot.ReplyTo(a)
	}
	first, err := bot.KeepReply(t.Context(), k, bot.Task{}, time.Hour, ask)
	if err != nil {
		t.Fatal(err)
	}
	second, err := bot.KeepReply(t.Context(), k, bot.Task{Reply: k.kept}, time.Hour, ask)
	if err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	first.Answer.Trace = nil
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the reply came back changed: %s", diff)
	}
	if _, err := bot.KeepReply(t.Context(), k, bot.Task{Reply: []byte("half")}, 0, ask); !errors.Is(err, bot.ErrFinal) {
		t.Errorf("a damaged reply: %v, want that no try can help", err)
	}
}

// TestKeepReplyNot holds that what is said because of the end of the program is not kept.
func TestKeepReplyNot(t *testing.T) {
	k := &keeper{}
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := bot.KeepReply(ctx, k, bot.Task{}, 0, func() bot.Reply {
		cancel(bot.ErrStopped)
		return bot.Reply{Language: "en"}
	})
	if !errors.Is(err, bot.ErrStopped) || k.kept != nil {
		t.Errorf("%v, kept %q", err, k.kept)
	}
}

// TestKeepReplyLate holds when and how a late answer apologizes, in both languages.
func TestKeepReplyLate(t *testing.T) {
	for _, test := range []struct {
		lang     string
		ago      time.Duration
		late     time.Duration
		apology  string
		language string
	}{
		{"en", 61 * time.Minute, time.Hour, "Sorry for the late answer: I was away.", "en"},
		{"zh", 61 * time.Minute, time.Hour, "抱歉，回复晚了：我刚才不在线。", "zh"},
		{"en", 59 * time.Minute, time.Hour, "", "en"},
		{"en", 61 * time.Minute, 0, "", "en"},
	} {
		task := bot.Task{Event: bot.Event{Received: time.Now().Add(-test.ago)}}
		r, err := bot.KeepReply(t.Context(), &keeper{}, task, test.late, func() bot.Reply {
			return bot.Reply{Language: test.lang, Lines: []bot.Line{{Spans: []bot.Span{{Text: "the answer"}}}}}
		})
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, l := range r.Lines {
			said = append(said, l.Spans[0].Text)
		}
		if want := strings.Trim(test.apology+"|the answer", "|"); strings.Join(said, "|") != want {
			t.Errorf("%v late, apology after %v: said %q", test.ago, test.late, said)
		}
	}
}

// TestFinish holds that what must not be cut off gets its time, and none when
// the task is another worker's.
func TestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for cause, want := range map[error]time.Duration{bot.ErrStopped: 5 * time.Second, bot.ErrLost: 0} {
			ctx, stop := context.WithCancelCause(t.Context())
			finish, end := bot.Finish(ctx, 5*time.Second)
			began := time.Now()
			stop(cause)
			<-finish.Done()
			if took := time.Since(began); took != want || !errors.Is(context.Cause(finish), cause) {
				t.Errorf("%v: ended after %v with %v, want %v", cause, took, context.Cause(finish), want)
			}
			end()
		}
	})
}

// TestSharedTalks holds whose talk a question goes on, and whose is forgotten.
func TestSharedTalks(t *testing.T) {
	for _, shared := range []bool{false, true} {
		answerer := &bottest.Answerer{}
		b := bot.New(bot.Config{Answerer: answerer, SharedTalks: shared})
		say := func(user, chat, command, text string, private bool) {
			b.Handle(t.Context(), bot.Message{Platform: "t", Chat: chat, User: user, Command: command, Text: text, Private: private})
		}
		say("ada", "g/7", "", "one", false)
		say("bob", "g/7", "", "two", false)
		say("bob", "g/8", "", "another topic", false)
		say("bob", "bob", "", "private", true)
		say("bob", "g/7", bot.CommandReset, "", false)
		say("ada", "g/7", "", "three", false)
		var turns []int
		for _, q := range answerer.Asked() {
			turns = append(turns, len(q.Turns))
		}
		want := []int{0, 0, 0, 0, 1}
		if shared {
			want = []int{0, 1, 0, 0, 0}
		}
		if diff := cmp.Diff(want, turns); diff != "" {
			t.Errorf("shared %t: turns before each question: %s", shared, diff)
		}
	}
}
