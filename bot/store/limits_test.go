package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

// onEachCounter runs a test on both engines and in memory.
func onEachCounter(t *testing.T, test func(t *testing.T, c bot.Counter)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, bot.NewAccounts().(bot.Counter)) })
	onEach(t, func(t *testing.T, p place) { test(t, p.open(t)) })
}

func TestCount(t *testing.T) {
	onEachCounter(t, func(t *testing.T, c bot.Counter) {
		day := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
		all := bot.Bound{Account: "asked-all", Most: 3}
		user := func(name string) []bot.Bound { return []bot.Bound{{Account: "asked-user/" + name, Most: 2}, all} }
		for i, step := range []struct{ who, want string }{
			{"a", ""}, {"a", ""}, {"a", "asked-user/a"}, {"a", "asked-user/a"}, {"b", ""}, {"b", "asked-all"}, {"c", "asked-all"},
		} {
			if full, err := c.Count(t.Context(), day, user(step.who)); err != nil || full != step.want {
				t.Errorf("question %d: full %q, %v, want %q", i, full, err, step.want)
			}
		}
		wantSpent(t, c, "asked-all", day, bot.Spent{Answers: 3}) // what was refused is not counted
		wantSpent(t, c, "asked-user/a", day, bot.Spent{Answers: 2})
		wantSpent(t, c, "asked-user/b", day, bot.Spent{Answers: 1})
		wantSpent(t, c, "asked-user/c", day, bot.Spent{})
		if full, err := c.Count(t.Context(), day.AddDate(0, 0, 1), user("a")); err != nil || full != "" {
			t.Errorf("the next day: full %q, %v", full, err)
		}
		if full, err := c.Count(t.Context(), day, nil); err != nil || full != "" {
			t.Errorf("no bounds: full %q, %v", full, err)
		}
	})
}

// TestCountOfSeveral holds that programs which count at the same time pass no bound.
func TestCountOfSeveral(t *testing.T) {
	const each, most = 20, 25
	onEach(t, func(t *testing.T, p place) {
		day := p.clock.now()
		orders := [][]bot.Bound{
			{{Account: "asked-all", Most: most}, {Account: "asked-user/a", Most: 1000}},
			{{Account: "asked-user/a", Most: 1000}, {Account: "asked-all", Most: most}},
		}
		var done sync.WaitGroup
		var mu sync.Mutex
		passed := 0
		for _, bounds := range orders {
			s := p.open(t)
			done.Go(func() {
				for range each {
					full, err := s.Count(t.Context(), day, bounds)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					if full == "" {
						passed++
					}
					mu.Unlock()
				}
			})
		}
		done.Wait()
		if passed != most {
			t.Errorf("%d of %d questions passed, want %d", passed, each*len(orders), most)
		}
		wantSpent(t, p.open(t), "asked-all", day, bot.Spent{Answers: most})
	})
}

func TestSpenders(t *testing.T) {
	onEachCounter(t, func(t *testing.T, c bot.Counter) {
		day := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
		spend := func(s bot.Spent, day time.Time, accounts ...string) {
			noError(t, c.Spend(t.Context(), accounts, day, s))
		}
		spend(bot.Spent{Answers: 9}, day.AddDate(0, 0, -1), "user/t/0", "all")
		spend(bot.Spent{Answers: 1, PromptTokens: 10}, day, "user/t/1", "chat/t/1", "all")
		spend(bot.Spent{Answers: 1, PromptTokens: 30}, day, "user/t/2", "chat/t/1", "all")
		spend(bot.Spent{Answers: 2, PromptTokens: 20, Cost: 0.5}, day, "user/t/3", "chat/t/1", "all")
		got, err := c.(bot.Spenders).Spenders(t.Context(), day, 2)
		noError(t, err)
		want := []bot.Spent{{Answers: 2, PromptTokens: 20, Cost: 0.5}, {Answers: 1, PromptTokens: 30}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStats(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		for i, g := range []bot.Given{
			{ID: "t/0", Status: rag.Answered, Mode: rag.Model, At: p.clock.now().Add(-48 * time.Hour)},
			{ID: "t/1", Status: rag.Answered, Mode: rag.Model},
			{ID: "t/2", Status: rag.Answered, Mode: rag.Extractive},
			{ID: "t/3", Status: rag.NotCovered},
			{ID: "t/4", Status: rag.Declined},
		} {
			noError(t, s.Give(t.Context(), g))
			noError(t, s.Vote(t.Context(), bot.Vote{Answer: g.ID, Platform: "t", User: "1", Up: i < 2}))
		}
		got, err := s.Stats(t.Context(), p.clock.now().Add(-time.Hour))
		noError(t, err)
		want := bot.Stats{
			Questions: 4, Status: map[rag.Status]int{rag.Answered: 2, rag.NotCovered: 1, rag.Declined: 1},
			Mode: map[rag.Mode]int{rag.Model: 1, rag.Extractive: 1}, Up: 2, Down: 3,
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if got, err = s.Stats(t.Context(), p.clock.now().Add(time.Hour)); err != nil || got.Questions != 0 {
			t.Errorf("of nothing: %+v, %v", got, err)
		}
	})
}

// TestDeniedGroup holds that what a group's administrators and owners said of the
// same chat stands side by side.
func TestDeniedGroup(t *testing.T) {
	test := func(t *testing.T, p bot.People) {
		owner := bot.Entry{Kind: bot.EntryChat, Platform: "telegram", ID: "-100", Allow: true}
		group := bot.Entry{Kind: bot.EntryGroup, Platform: "telegram", ID: "-100"}
		noError(t, p.SetEntry(t.Context(), group))
		noError(t, p.SetEntry(t.Context(), owner))
		got, err := p.Entries(t.Context())
		noError(t, err)
		if diff := cmp.Diff([]bot.Entry{owner, group}, got); diff != "" {
			t.Error(diff)
		}
		for _, want := range []bool{true, false} {
			if dropped, err := p.DropEntry(t.Context(), group); err != nil || dropped != want {
				t.Errorf("dropped: %t, %v, want %t", dropped, err, want)
			}
		}
		if got, err = p.Entries(t.Context()); err != nil || len(got) != 1 || got[0] != owner {
			t.Errorf("%+v, %v", got, err)
		}
	}
	t.Run("memory", func(t *testing.T) { test(t, bot.NewPeople()) })
	onEach(t, func(t *testing.T, p place) { test(t, p.open(t)) })
}

// TestAccessOfSeveral holds that what one program is told in a chat holds for
// another one some seconds later.
func TestAccessOfSeveral(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		owner := bot.Entry{Kind: bot.EntryUser, Platform: "telegram", ID: "1"}
		replica := func(s *store.Store) (*bot.Bot, *bot.Access) {
			a := bot.NewAccess(bot.AccessConfig{Owners: []bot.Entry{owner}, People: s, Now: p.clock.now})
			return bot.New(bot.Config{Access: a, Now: p.clock.now}), a
		}
		first, here := replica(p.open(t))
		_, there := replica(p.open(t))
		group := bot.Message{Platform: "telegram", Chat: "-100", User: "7"}
		if !here.May(t.Context(), group) || !there.May(t.Context(), group) {
			t.Fatal("a group that nobody denied is not let in")
		}
		first.Handle(t.Context(), bot.Message{Platform: "telegram", Chat: "-100", User: "1", Command: bot.CommandDeny})
		if here.May(t.Context(), group) {
			t.Error("a denial does not hold at once where it was said")
		}
		p.clock.pass(5 * time.Second)
		if there.May(t.Context(), group) {
			t.Error("a denial does not hold on the other program after five seconds")
		}
	})
}
