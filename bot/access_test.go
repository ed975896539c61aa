package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// entries parses a list: "+" lets in what follows it.
func entries(t *testing.T, texts ...string) []Entry {
	t.Helper()
	var out []Entry
	for _, text := range texts {
		rest, allow := strings.CutPrefix(text, "+")
		group := strings.Contains(rest, ":group:")
		e, err := ParseEntry(strings.Replace(rest, ":group:", ":chat:", 1))
		if err != nil {
			t.Fatal(err)
		}
		if e.Allow = allow; group {
			e.Kind = EntryGroup
		}
		out = append(out, e)
	}
	return out
}

func TestParseEntry(t *testing.T) {
	for text, want := range map[string]Entry{
		"telegram:chat:-100123":    {Kind: EntryChat, Platform: "telegram", ID: "-100123"},
		" Telegram:User:7 ":        {Kind: EntryUser, Platform: "telegram", ID: "7"},
		"telegram:chat:-100123/5":  {Kind: EntryChat, Platform: "telegram", ID: "-100123/5"},
		"discord:server:42":        {Kind: EntryServer, Platform: "discord", ID: "42"},
		"discord:chat:12345678901": {Kind: EntryChat, Platform: "discord", ID: "12345678901"},
	} {
		got, err := ParseEntry(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := ParseEntry(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which is read %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{
		"", "telegram", "telegram:7", "telegram:user:ada", "telegram:server:7", "discord:group:7", "discord:chat:-7", "irc:chat:7",
		"telegram:chat:", "telegram:chat:7:8", "telegram:user:" + strings.Repeat("7", 30),
	} {
		_, err := ParseEntry(text)
		var bad *EntryError
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v, want an EntryError", text, err)
		}
	}
}

func TestMay(t *testing.T) {
	topic := Message{Platform: "telegram", Chat: "-100/5", User: "7"}
	server := Message{Platform: "discord", Chat: "11", Server: "42", User: "7"}
	for _, c := range []struct {
		name                string
		allow, deny, stored string
		m                   Message
		want                bool
	}{
		{"no lists", "", "", "", topic, true},
		{"another denied", "", "telegram:chat:-1001", "telegram:user:77", topic, true},
		{"the same id elsewhere", "", "discord:user:7", "discord:chat:100", Message{Platform: "telegram", Chat: "100", User: "7"}, true},
		{"chat denied", "", "telegram:chat:-100", "", topic, false},
		{"topic denied", "", "telegram:chat:-100/5", "", topic, false},
		{"another topic denied", "", "telegram:chat:-100/55", "", topic, true},
		{"user denied in a chat", "", "", "telegram:user:7", topic, false},
		{"server denied", "", "", "discord:server:42", server, false},
		{"group denied by its own", "", "", "telegram:group:-100", topic, false},
		{"server denied by its own", "", "", "discord:group:42", server, false},
		{"deny wins over allow", "telegram:chat:-100", "telegram:user:7", "", topic, false},
		{"stored deny wins over allow", "telegram:chat:-100", "", "telegram:user:7", topic, false},
		{"deny wins over stored allow", "", "telegram:chat:-100", "+telegram:user:7", topic, false},
		{"stored deny wins over a group's allow", "", "", "telegram:chat:-100 +telegram:group:-100", topic, false},
		{"on the list", "telegram:chat:-100", "", "", topic, true},
		{"on the list by person", "telegram:user:7", "", "", topic, true},
		{"on the list by server", "discord:server:42", "", "", server, true},
		{"not on the list", "telegram:chat:-1", "", "", topic, false},
		{"list of the other platform", "telegram:chat:-1", "", "", server, false},
		{"not on the stored list", "", "", "+telegram:chat:-1", topic, false},
		{"on the stored list", "telegram:chat:-1", "", "+telegram:chat:-100", topic, true},
		{"a group's allow lets it in", "telegram:chat:-1", "", "+telegram:group:-100", topic, true},
		{"a group's allow makes no list", "", "", "+telegram:group:-1", topic, true},
		{"owner, denied", "telegram:chat:-1", "telegram:user:1", "telegram:chat:-100", Message{Platform: "telegram", Chat: "-100", User: "1"}, true},
		{"owner of another platform", "telegram:chat:-1", "", "", Message{Platform: "discord", Chat: "5", User: "1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			people := NewPeople()
			for _, e := range entries(t, strings.Fields(c.stored)...) {
				if err := people.SetEntry(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			a := NewAccess(AccessConfig{
				Owners: entries(t, "telegram:user:1"), Allow: entries(t, strings.Fields(c.allow)...), Deny: entries(t, strings.Fields(c.deny)...), People: people,
			})
			if got := a.May(t.Context(), c.m); got != c.want {
				t.Errorf("may ask: %t, want %t", got, c.want)
			}
		})
	}
}

// flakyPeople can be out of reach.
type flakyPeople struct {
	People
	down  bool
	reads int
}

func (p *flakyPeople) Entries(ctx context.Context) ([]Entry, error) {
	p.reads++
	if p.down {
		return nil, errDown
	}
	return p.People.Entries(ctx)
}

// TestListsAreReadAgain holds that what others wrote is seen within seconds, is not
// read at every message, and holds on while it cannot be read.
func TestListsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := &flakyPeople{People: NewPeople()}
		a := NewAccess(AccessConfig{People: people})
		m := Message{Platform: "telegram", Chat: "-100", User: "7"}
		for range 100 {
			if !a.May(t.Context(), m) {
				t.Fatal("denied by nobody")
			}
		}
		if people.reads != 1 {
			t.Errorf("read %d times for 100 messages", people.reads)
		}
		if err := people.SetEntry(t.Context(), entries(t, "telegram:chat:-100")[0]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		if a.May(t.Context(), m) {
			t.Error("a denial of another program is not seen")
		}
		people.down = true
		time.Sleep(time.Hour)
		if a.May(t.Context(), m) {
			t.Error("a denial is forgotten while the lists cannot be read")
		}
	})
}

// TestNotLetIn holds what somebody hears who may not ask: a sentence in private,
// nothing in a group, and never nothing where the platform waits.
func TestNotLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []rag.Question
		b := New(Config{
			Answerer: echo(&asked), Access: NewAccess(AccessConfig{Deny: entries(t, "telegram:user:7")}),
			Limiter: NewLimiter(LimiterConfig{Rates: Rates{Commands: Rate{2, time.Minute}}}),
		})
		const sorry = "Sorry, I am not allowed to answer you."
		for _, c := range []struct {
			m    Message
			want string
		}{
			{Message{Chat: "-1", Text: "where?"}, ""},
			{Message{Chat: "-1", Command: "help"}, ""},
			{Message{Chat: "-1", Command: "ask", Text: "where?", Interaction: true}, "That were too many commands (limit: 2 per minute). I listen again in 30 seconds."},
		} {
			c.m.Platform, c.m.User = "telegram", "7"
			wantTold(t, b, c.m, c.want)
		}
		time.Sleep(time.Minute)
		private := Message{Platform: "telegram", Chat: "7", User: "7", Private: true, Text: "在哪里"}
		wantTold(t, b, private, "抱歉，我不能回答您的问题。")
		private.Text = "where?"
		wantTold(t, b, private, sorry)
		wantTold(t, b, private, "That were too many commands (limit: 2 per minute). I listen again in 30 seconds.")
		wantTold(t, b, private, "")
		if len(asked) != 0 {
			t.Errorf("asked %v", asked)
		}
	})
}

// forgetsPeople forgets entries, as the store does.
type forgetsPeople struct{ People }

func (f forgetsPeople) Forget(ctx context.Context, p Person) (map[string]int, error) {
	_, err := f.DropEntry(ctx, Entry{Kind: EntryUser, Platform: p.Platform, ID: p.User})
	return map[string]int{"sessions": 2}, err
}

// TestForgetKeepsADenial holds that who is denied can have deleted what is known,
// and is denied as before.
func TestForgetKeepsADenial(t *testing.T) {
	people := NewPeople()
	denial := entries(t, "telegram:user:7")[0]
	if err := people.SetEntry(t.Context(), denial); err != nil {
		t.Fatal(err)
	}
	b := New(Config{Access: NewAccess(AccessConfig{People: people}), Forgetter: forgetsPeople{people}})
	m := Message{Platform: "telegram", Chat: "7", User: "7", Private: true, Command: CommandForget}
	wantTold(t, b, m, "I know nothing about you any more. Deleted: talks: 2.")
	got, err := people.Entries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Entry{denial}, got); diff != "" {
		t.Error(diff)
	}
	m.Command, m.Text = "", "where?"
	wantTold(t, b, m, "Sorry, I am not allowed to answer you.")
}

// slowPeople answer when they are told to.
type slowPeople struct {
	People
	reads  int
	answer chan struct{}
}

func (p *slowPeople) Entries(ctx context.Context) ([]Entry, error) {
	p.reads++
	if p.reads > 1 {
		select {
		case <-p.answer:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return p.People.Entries(ctx)
}

// TestSlowListsHoldUpOneMessage holds that a store which does not answer keeps one
// message waiting, for a bounded time, and not all.
func TestSlowListsHoldUpOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		people := &slowPeople{People: NewPeople(), answer: make(chan struct{})}
		a := NewAccess(AccessConfig{People: people})
		m := Message{Platform: "telegram", Chat: "-100", User: "7"}
		a.May(t.Context(), m)
		time.Sleep(5 * time.Second)
		began := time.Now()
		waited := make(chan time.Duration, 1)
		go func() {
			a.May(t.Context(), m)
			waited <- time.Since(began)
		}()
		synctest.Wait()
		for range 10 {
			if !a.May(t.Context(), m) {
				t.Error("denied by nobody")
			}
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("other messages waited %s", d)
		}
		if d := <-waited; d != accessTimeout {
			t.Errorf("the message that reads waited %s, want %s", d, accessTimeout)
		}
	})
}
