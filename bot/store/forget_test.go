package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
)

// tables are all tables of a state, River's included.
func tables(t testing.TB, s *store.Store) []string {
	t.Helper()
	query := `SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`
	if isSQLite(t, s) {
		query = `SELECT name FROM sqlite_master WHERE type = 'table'`
	}
	var out []string
	rows, err := s.Database().QueryContext(t.Context(), query)
	noError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		noError(t, rows.Scan(&name))
		out = append(out, name)
	}
	noError(t, rows.Err())
	if len(out) < 10 {
		t.Fatalf("tables %q, want all", out)
	}
	return out
}

func isSQLite(t testing.TB, s *store.Store) bool {
	t.Helper()
	return strings.HasPrefix(fmt.Sprintf("%T", s.Database().Driver()), "*sqlite.")
}

// found returns the tables in which some column of some row holds a text.
func found(t testing.TB, s *store.Store, text string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range tables(t, s) {
		if n := rowsWith(t, s, table, text); n > 0 {
			out[table] = n
		}
	}
	return out
}

func rowsWith(t testing.TB, s *store.Store, table, text string) (n int) {
	t.Helper()
	rows, err := s.Database().QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
	noError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	noError(t, err)
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		noError(t, rows.Scan(row...))
		for _, column := range row {
			value := *column.(*any)
			if raw, ok := value.([]byte); ok {
				value = string(raw)
			}
			if strings.Contains(fmt.Sprint(value), text) {
				n++
				break
			}
		}
	}
	noError(t, rows.Err())
	return n
}

// wantNowhere holds that a text stands in no table.
func wantNowhere(t testing.TB, s *store.Store, text string) {
	t.Helper()
	if where := found(t, s, text); len(where) > 0 {
		t.Errorf("%q stands in rows of %v", text, where)
	}
}

const (
	forgotten = "4815162342" // who is to be forgotten
	direct    = "8675309000" // their private channel, where that has an id of its own
)

// live fills the state with all that can be known of a person.
func live(t *testing.T, s *store.Store, platform, user, private string) {
	t.Helper()
	ctx := t.Context()
	for _, chat := range []string{private, private + "/3", "-100777", "-100777/3"} {
		noError(t, s.Add(ctx, platform+"/"+chat+"/"+user, asked("I am "+user)))
		accounts := []string{"all", "chat/" + platform + "/" + chat, "user/" + platform + "/" + user}
		noError(t, s.Spend(ctx, accounts, s.Now(), bot.Spent{Answers: 1}))
	}
	noError(t, s.Give(ctx, bot.Given{ID: platform + "/1", Question: "what?", At: s.Now()}))
	noError(t, s.Vote(ctx, bot.Vote{Answer: platform + "/1", Platform: platform, User: user, Reason: "because " + user}))
	noError(t, s.SetEntry(ctx, bot.Entry{Kind: bot.EntryUser, Platform: platform, ID: user}))
	noError(t, s.SetEntry(ctx, bot.Entry{Kind: bot.EntryChat, Platform: platform, ID: private}))
	noError(t, s.Subscribe(ctx, bot.Subscription{Platform: platform, Chat: private, Person: user, Kind: "news"}))
	noError(t, s.Subscribe(ctx, bot.Subscription{Platform: platform, Chat: "555", Person: user, Kind: "news"})) // a chat of before

	events := map[string]func(bot.Task) error{ // what becomes of them
		"done": func(task bot.Task) error { return s.Done(ctx, task) },
		"dead": func(task bot.Task) error { return s.Fail(ctx, task, errors.New("send to "+user)) },
		"work": func(task bot.Task) error { return s.Keep(ctx, task, []byte("hello "+user)) },
		"wait": nil,
	}
	for _, what := range []string{"done", "dead", "work", "wait"} {
		put(t, s, bot.Event{Platform: platform, ID: what + platform + private, Lane: private, User: user, Payload: []byte(`{"from":` + user + `}`)})
		if end := events[what]; end != nil {
			task := take(t, s)
			mark, err := s.Sending(ctx, task, 0)
			noError(t, err)
			if mark.State != bot.PartFresh {
				t.Errorf("%+v", mark)
			}
			noError(t, s.Sent(ctx, task, 0, "m"))
			noError(t, end(task))
		}
	}
}

func TestForget(t *testing.T) {
	for _, is := range []struct {
		platform, private string
		channels          []string
	}{{"telegram", forgotten, nil}, {"discord", direct, []string{direct}}} {
		t.Run(is.platform, func(t *testing.T) {
			onEach(t, func(t *testing.T, p place) {
				s := p.open(t, quick, func(c *store.Config) { c.Inbox.Failures = 1 })
				live(t, s, is.platform, forgotten, is.private)
				if len(found(t, s, forgotten)) < 6 {
					t.Fatalf("the person stands in %v alone: the test sees nothing", found(t, s, forgotten))
				}
				got, err := s.Forget(t.Context(), bot.Person{Platform: is.platform, User: forgotten, Private: is.channels})
				noError(t, err)
				want := map[string]int{"sessions": 4, "accounts": 3, "votes": 1, "people": 2, "subscriptions": 2, "inbox": 3}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				wantNowhere(t, s, forgotten)
				wantNowhere(t, s, direct)
				wantInNoFile(t, p, forgotten)
				if got, err = s.Forget(t.Context(), bot.Person{Platform: is.platform, User: forgotten}); err != nil || len(got) != 0 {
					t.Errorf("forgotten again: %v, %v", got, err)
				}
			})
		})
	}
}

// wantInNoFile holds that SQLite's files do not hold a text either.
func wantInNoFile(t *testing.T, p place, text string) {
	t.Helper()
	if p.engine != "sqlite" {
		return
	}
	names, err := filepath.Glob(filepath.Join(p.config.Dir, "*"))
	noError(t, err)
	if len(names) == 0 {
		t.Fatal("no files")
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		noError(t, err)
		if bytes.Contains(raw, []byte(text)) {
			t.Errorf("%q stands in %s", text, filepath.Base(name))
		}
	}
}

// TestForgetNobodyElse holds that one whose id begins or ends with the other's is
// left alone, and so is the same id on another platform.
func TestForgetNobodyElse(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		day := p.clock.now()
		for _, key := range []string{"telegram/1/1", "telegram/11/11", "telegram/-5/21", "discord/1/1", "telegram/-5/12"} {
			noError(t, s.Add(t.Context(), key, asked("q")))
			noError(t, s.Spend(t.Context(), []string{"user/" + strings.Split(key, "/")[0] + "/" + strings.Split(key, "/")[2]}, day, bot.Spent{Answers: 1}))
		}
		put(t, s, event("1", "11"))
		got, err := s.Forget(t.Context(), bot.Person{Platform: "telegram", User: "1"})
		noError(t, err)
		if diff := cmp.Diff(map[string]int{"sessions": 1, "accounts": 1}, got); diff != "" {
			t.Error(diff)
		}
		for _, key := range []string{"telegram/11/11", "telegram/-5/21", "discord/1/1", "telegram/-5/12"} {
			wantQuestions(t, s, key, "q")
		}
		wantSpent(t, s, "user/telegram/12", day, bot.Spent{Answers: 1})
	})
}

// TestForgetWhileWorking holds that the task that asked for it can end.
func TestForgetWhileWorking(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick)
		e := event("1", "7")
		e.User = "7"
		put(t, s, e)
		task := take(t, s)
		_, err := s.Forget(t.Context(), bot.Person{Platform: "telegram", User: "7"})
		noError(t, err)
		noError(t, s.Done(t.Context(), task))
		p.clock.pass(time.Hour)
		wantNothing(t, s)
		if fresh, err := s.Put(t.Context(), e); err != nil || fresh {
			t.Errorf("put again: new %t, %v", fresh, err)
		}
	})
}

func TestPurge(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t, quick, func(c *store.Config) { c.Inbox.Failures = 1 })
		live(t, s, "telegram", forgotten, forgotten)
		noError(t, s.Give(t.Context(), given(p, "other"))) // without a vote
		var steps []map[string]int
		for _, after := range []time.Duration{0, time.Hour, 2 * 24 * time.Hour, 6 * 24 * time.Hour, 23 * 24 * time.Hour, 20 * 24 * time.Hour, 320 * 24 * time.Hour} {
			p.clock.pass(after)
			gone, err := s.Purge(t.Context())
			noError(t, err)
			steps = append(steps, gone)
		}
		want := []map[string]int{
			{},
			{"sessions": 4},
			{"events": 1},
			{"dead": 1},
			{"questions": 2, "answers": 1},
			{"accounts": 6},
			{"votes": 1, "answers": 1},
		}
		if diff := cmp.Diff(want, steps); diff != "" {
			t.Error(diff)
		}
	})
}
