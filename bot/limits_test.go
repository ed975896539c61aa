package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// limited returns a bot with limits; asked is what reaches the reports.
func limited(c LimiterConfig, owners ...string) (b *Bot, asked *[]rag.Question) {
	asked = new([]rag.Question)
	var entries []Entry
	for _, id := range owners {
		entries = append(entries, Entry{Kind: EntryUser, Platform: "p", ID: id})
	}
	return New(Config{
		Answerer: echo(asked), Access: NewAccess(AccessConfig{Owners: entries}), Limiter: NewLimiter(c),
	}), asked
}

// told is what the bot says to a message: "answer", "" for nothing, else its first line.
func told(t *testing.T, b *Bot, m Message) string {
	t.Helper()
	if m.Platform == "" {
		m.Platform = "p"
	}
	r := b.Handle(t.Context(), m)
	switch {
	case r.Silent && len(r.Lines) == 0:
		return ""
	case r.Silent:
		t.Errorf("a silent reply says %q", shown(r))
	case r.Answer != nil:
		return "answer"
	}
	first, _, _ := strings.Cut(shown(r), "\n")
	return first
}

func wantTold(t *testing.T, b *Bot, m Message, want string) {
	t.Helper()
	if got := told(t, b, m); got != want {
		t.Errorf("%s in %s, %q /%s: told %q, want %q", m.User, m.Chat, m.Text, m.Command, got, want)
	}
}

const slow = "You have reached your limit of 2 per minute. I answer you again in 30 seconds."

func TestRateOfAUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, asked := limited(LimiterConfig{Rates: Rates{User: Rate{2, time.Minute}}})
		ada := Message{Chat: "-1", User: "ada", Text: "where?"}
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, slow)
		wantTold(t, b, ada, "") // once
		wantTold(t, b, Message{Chat: "-1", User: "ben", Text: "where?"}, "answer")
		elsewhere := ada
		elsewhere.Chat = "-2"
		wantTold(t, b, elsewhere, slow) // nobody heard it there
		time.Sleep(30 * time.Second)
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, "") // still within the minute
		time.Sleep(time.Minute)
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, slow)
		if len(*asked) != 6 {
			t.Errorf("%d questions were asked, want 6", len(*asked))
		}
	})
}

// TestRetriedCountsOnce holds that a question that is tried again, because a program
// died over it, counts once.
func TestRetriedCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, asked := limited(LimiterConfig{Rates: Rates{User: Rate{2, time.Minute}}, Quotas: Quotas{User: 2}})
		ada := Message{Chat: "-1", User: "ada", Text: "where?"}
		again := ada
		again.Retried = true
		wantTold(t, b, ada, "answer")
		for range 5 {
			wantTold(t, b, again, "answer")
		}
		wantTold(t, b, ada, "answer")
		wantTold(t, b, ada, slow)
		if len(*asked) != 7 {
			t.Errorf("%d questions were asked, want 7", len(*asked))
		}
	})
}

func TestRateInPrivate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := limited(LimiterConfig{Rates: Rates{User: Rate{1, time.Minute}, Commands: Rate{3, time.Minute}}})
		ada := Message{Chat: "ada", User: "ada", Private: true, Text: "路在哪里"}
		wantTold(t, b, ada, "answer")
		for range 3 { // each time
			wantTold(t, b, ada, "您已达到上限（每分钟 1 次），60 秒后可以继续提问。")
		}
		wantTold(t, b, ada, "您已达到上限（每分钟 1 次），60 秒后可以继续提问。") // the last notice, as a flood
		for range 50 {
			wantTold(t, b, ada, "")
		}
	})
}

func TestInteractionsAreAlwaysAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := limited(LimiterConfig{Rates: Rates{User: Rate{1, time.Hour}, Commands: Rate{1, time.Hour}}})
		ada := Message{Chat: "-1", User: "ada", Command: "ask", Text: "where?", Interaction: true}
		wantTold(t, b, ada, "answer")
		for range 5 {
			wantTold(t, b, ada, "You have reached your limit of 1 per hour. I answer you again in 60 minutes.")
		}
		help := Message{Chat: "-1", User: "ada", Command: "help", Interaction: true}
		wantTold(t, b, help, "Hi! I answer questions out of source reports, and every sentence shows where it stands.")
		wantTold(t, b, help, "That were too many commands (limit: 1 per hour). I listen again in 60 minutes.")
		wantTold(t, b, help, "That were too many commands (limit: 1 per hour). I listen again in 60 minutes.")
	})
}

func TestRateOfAChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := limited(LimiterConfig{Rates: Rates{Chat: Rate{3, time.Minute}}})
		for i := range 3 { // its topics are one chat
			wantTold(t, b, Message{Chat: fmt.Sprintf("-1/%d", i), User: fmt.Sprint(i), Text: "where?"}, "answer")
		}
		wantTold(t, b, Message{Chat: "-1/4", User: "4", Text: "where?"}, "This chat has reached its limit of 3 per minute. I answer here again in 20 seconds.")
		wantTold(t, b, Message{Chat: "-1", User: "5", Text: "where?"}, "") // said once for all
		wantTold(t, b, Message{Chat: "-11", User: "5", Text: "where?"}, "answer")
	})
}

// TestRefusedTakesNothing holds that a question which one limit refuses costs
// nothing of the others.
func TestRefusedTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := limited(LimiterConfig{Rates: Rates{User: Rate{1, time.Minute}, All: Rate{3, time.Hour}}})
		ada := Message{Chat: "-1", User: "ada", Text: "where?"}
		wantTold(t, b, ada, "answer")
		for range 20 {
			told(t, b, ada)
		}
		wantTold(t, b, Message{Chat: "-2", User: "b", Text: "where?"}, "answer")
		wantTold(t, b, Message{Chat: "-3", User: "c", Text: "where?"}, "answer")
		wantTold(t, b, Message{Chat: "-4", User: "d", Text: "where?"}, "So many people are asking that my limit of 3 per hour is reached. Please ask again in 20 minutes.")
	})
}

func TestQuestionsOfADay(t *testing.T) {
	now := time.Date(2026, 3, 14, 18, 10, 0, 0, time.UTC)
	b, _ := limited(LimiterConfig{Quotas: Quotas{User: 2, All: 4}, Now: func() time.Time { return now }})
	ada := Message{Chat: "-1", User: "ada", Text: "where?"}
	const full = "You have reached your limit of 2 questions a day. I answer you again at 00:00 UTC, in 6 hours."
	wantTold(t, b, ada, "answer")
	wantTold(t, b, Message{Chat: "-1", User: "ada", Command: "help"}, "Hi! I answer questions out of source reports, and every sentence shows where it stands.") // is no question
	wantTold(t, b, Message{Chat: "-1", User: "ada", Command: "project", Text: "Old Mill"}, "answer")
	wantTold(t, b, ada, full)
	now = now.Add(5 * time.Hour)
	wantTold(t, b, ada, "") // said today
	wantTold(t, b, Message{Chat: "-1", User: "ben", Text: "在哪里"}, "answer")
	wantTold(t, b, Message{Chat: "-1", User: "cyd", Text: "在哪里"}, "answer")
	wantTold(t, b, Message{Chat: "-1", User: "dan", Text: "在哪里"}, "提问的人太多，已达到总上限（每天 4 个问题），请UTC 时间 0 点（50 分钟后）再问。")
	now = now.Add(50 * time.Minute)
	wantTold(t, b, ada, "answer")
}

// TestForgetIsNoWayAroundALimit holds that the day's count stays, and does not
// say whose it is.
func TestForgetIsNoWayAroundALimit(t *testing.T) {
	accounts := NewAccounts().(*memoryAccounts)
	b, _ := limited(LimiterConfig{Quotas: Quotas{User: 1, Chat: 9}, Counter: accounts, Key: NewKey("secret")})
	ada := Message{Chat: "777001", User: "777001", Private: true, Text: "where?"}
	wantTold(t, b, ada, "answer")
	b.Handle(t.Context(), Message{Platform: "p", Chat: "777001", User: "777001", Private: true, Command: CommandForget})
	if got := told(t, b, ada); !strings.HasPrefix(got, "You have reached your limit of 1 question a day.") {
		t.Errorf("after /forget: %q", got)
	}
	if len(accounts.spent) != 2 {
		t.Errorf("accounts %v, want two", accounts.spent)
	}
	for account := range accounts.spent {
		if strings.Contains(account, "777001") {
			t.Errorf("account %s names a person", account)
		}
	}
}

func TestExempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := Rates{User: Rate{1, time.Hour}, Commands: Rate{1, time.Hour}}
		owner, admin := Message{Chat: "-1", User: "own", Text: "where?"}, Message{Chat: "-1", User: "adm", Text: "where?", Admin: yes}
		b, _ := limited(LimiterConfig{Rates: limits, ExemptOwners: true, ExemptAdmins: true}, "own")
		for range 5 {
			wantTold(t, b, owner, "answer")
			wantTold(t, b, admin, "answer")
		}
		private := admin
		private.Private = true // nobody is an administrator there
		if got := told(t, b, private); got == "answer" {
			t.Error("an administrator of a group is exempt in private")
		}
		b, _ = limited(LimiterConfig{Rates: limits}, "own")
		for _, m := range []Message{owner, admin} {
			wantTold(t, b, m, "answer")
			if got := told(t, b, m); got == "answer" {
				t.Errorf("%s is exempt where nobody is", m.User)
			}
		}
	})
}

func yes(context.Context) (bool, error) { return true, nil }

// A brokenCounter is a store that is down.
type brokenCounter struct{ Counter }

func (brokenCounter) Count(context.Context, time.Time, []Bound) (string, error) {
	return "", errors.New("disk full")
}

func TestQuestionsNotCounted(t *testing.T) {
	b, _ := limited(LimiterConfig{Quotas: Quotas{All: 1}, Counter: brokenCounter{}})
	for range 3 {
		wantTold(t, b, Message{Chat: "-1", User: "ada", Text: "where?"}, "answer")
	}
}

func TestBucketsAreBounded(t *testing.T) {
	now := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	b := newBuckets(Rate{1, time.Minute}, 100)
	for i := range 10_000 {
		b.spend(fmt.Sprint(i), now)
	}
	if len(b.byKey) != 100 || b.order.Len() != 100 {
		t.Errorf("%d buckets, %d in order, want 100", len(b.byKey), b.order.Len())
	}
	if b.wait("9999", now) != time.Minute {
		t.Error("the last bucket is not known")
	}
	b.spend("last", now.Add(2*time.Minute))
	if len(b.byKey) != 1 {
		t.Errorf("%d buckets are kept that are full again", len(b.byKey)-1)
	}
}

func TestToldIsBounded(t *testing.T) {
	now := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	l := NewLimiter(LimiterConfig{Now: func() time.Time { return now }})
	for i := range 3 * mostBuckets {
		l.once(Message{Chat: "-1", User: fmt.Sprint(i)}, scopeUser, now.Add(time.Hour), now)
	}
	if len(l.told) > mostBuckets {
		t.Errorf("%d notices are remembered, want at most %d", len(l.told), mostBuckets)
	}
}

func TestWhen(t *testing.T) {
	w := accessEnglish()
	for d, want := range map[time.Duration]string{
		time.Millisecond: "in 1 second", 89 * time.Second: "in 89 seconds", 90 * time.Second: "in 2 minutes",
		12 * time.Minute: "in 12 minutes", 2 * time.Hour: "in 2 hours", 2*time.Hour + time.Second: "in 3 hours",
	} {
		if got := w.in(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
