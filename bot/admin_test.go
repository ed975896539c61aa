package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// The people of these tests: an owner, an administrator of the group and a member.
const (
	theOwner  = "100001"
	theAdmin  = "200002"
	theMember = "300003"
	theGroup  = "-1004004"
)

// A desk is a bot with an owner, and what it has logged.
type desk struct {
	*Bot
	t   *testing.T
	log *bytes.Buffer
}

func newDesk(t *testing.T, c Config, a AccessConfig) *desk {
	t.Helper()
	d := &desk{t: t, log: &bytes.Buffer{}}
	a.Owners = entries(t, "telegram:user:"+theOwner)
	c.Logger = slog.New(slog.NewJSONHandler(d.log, nil))
	c.Access, c.Key = NewAccess(a), NewKey("secret")
	if c.Answerer == nil {
		c.Answerer = echo(new([]rag.Question))
	}
	d.Bot = New(c)
	return d
}

// in returns what somebody says in the group; text may begin with a command.
func in(user, text string) Message {
	m := Message{Platform: "telegram", Chat: theGroup + "/3", User: user, Text: text}
	m.Admin = func(context.Context) (bool, error) { return user == theAdmin, nil }
	if command, ok := strings.CutPrefix(text, "/"); ok {
		m.Command, m.Text, _ = strings.Cut(command, " ")
	}
	return m
}

// alone is in for a private chat.
func alone(user, text string) Message {
	m := in(user, text)
	m.Chat, m.Private, m.Admin = user, true, nil
	return m
}

func (d *desk) wants(m Message, want string) {
	d.t.Helper()
	wantTold(d.t, d.Bot, m, want)
}

// audits returns the audit lines so far: what, as, outcome.
func (d *desk) audits() []string {
	d.t.Helper()
	var out []string
	for line := range strings.Lines(d.log.String()) {
		var l struct{ Msg, What, As, Outcome, Who, Where string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			d.t.Fatal(err)
		}
		if l.Msg != "admin act" {
			continue
		}
		if len(l.Who) != 16 || len(l.Where) != 16 {
			d.t.Errorf("an act of nobody or nowhere: %s", line)
		}
		out = append(out, strings.TrimSpace(l.What+" "+l.As+": "+l.Outcome))
	}
	for _, id := range []string{theOwner, theAdmin, theMember, theGroup[1:]} {
		if strings.Contains(d.log.String(), id) {
			d.t.Errorf("the id %s stands in the log:\n%s", id, d.log)
		}
	}
	return out
}

func (d *desk) wantAudits(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.audits()); diff != "" {
		d.t.Errorf("audit lines (-want +got):\n%s", diff)
	}
}

// TestStrangersCommands holds that who may not use a command hears what they would
// hear of an unknown one, and changes nothing.
func TestStrangersCommands(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{GroupAdmins: true})
	bare := in(theMember, "/deny")
	bare.Bare = true
	d.wants(bare, "")
	d.wants(in(theMember, "/deny"), "I do not know /deny.")
	d.wants(in(theMember, "/weather"), "I do not know /weather.")
	d.wants(alone(theMember, "/deny telegram:user:"+theOwner), "Only those who look after this bot can use /deny.")
	d.wants(alone(theMember, "/stats"), "Only those who look after this bot can use /stats.")
	d.wants(in(theAdmin, "/stats"), "I do not know /stats.") // is not about the group
	d.wants(in(theAdmin, "/reload"), "I do not know /reload.")
	d.wants(in(theAdmin, "/gaps"), "I do not know /gaps.")
	d.wants(alone(theAdmin, "/deny"), "Only those who look after this bot can use /deny.") // not their group
	d.wants(in(theMember, "where?"), "answer")
	d.wantAudits("deny : refused", "deny : refused", "stats : refused", "stats : refused", "reload : refused", "gaps : refused", "deny : refused")

	d = newDesk(t, Config{}, AccessConfig{}) // administrators of groups are nobody
	d.wants(in(theAdmin, "/deny"), "I do not know /deny.")
	d.wants(in(theMember, "where?"), "answer")
}

func TestOwnerDeniesAndAllows(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{GroupAdmins: true, Deny: entries(t, "telegram:user:13")})
	d.wants(in(theMember, "where?"), "answer")
	d.wants(in(theOwner, "/allow"), "Nobody is kept out of this chat. To let in only those on a list, begin it with /allow only.")
	d.wants(in(theOwner, "/deny"), "Not answered any more: this chat. To take it back, use /allow the same way.")
	d.wants(in(theMember, "where?"), "")
	d.wants(in(theOwner, "where?"), "answer")
	d.wants(in(theAdmin, "/allow"), "") // an owner's word stands
	d.wants(alone(theMember, "where?"), "answer")
	d.wants(alone(theOwner, "/allow"), "This chat is only between the two of us. Name an entry, like telegram:chat:-100123.")
	d.wants(alone(theOwner, "/allow telegram:chat:"+theGroup), "Let in again: telegram:chat:"+theGroup+".")
	d.wants(in(theMember, "where?"), "answer")

	d.wants(alone(theOwner, "/deny telegram:user:"+theMember), "Not answered any more: telegram:user:"+theMember+". To take it back, use /allow the same way.")
	d.wants(in(theMember, "where?"), "")
	d.wants(in(theAdmin, "where?"), "answer")
	d.wants(alone(theOwner, "/allow telegram:user:"+theMember), "Let in again: telegram:user:"+theMember+".")
	d.wants(alone(theOwner, "/deny telegram:user:"+theOwner), "telegram:user:"+theOwner+" is an owner, and owners are always let in.")
	d.wants(alone(theOwner, "/allow telegram:user:13"), "The configuration denies telegram:user:13 (WAYMARK_DENY), and that wins.")
	d.wants(alone(theOwner, "/deny everybody"), "Whom? Nothing for this chat, \"server\" for this server, or an entry like telegram:chat:-100123, discord:server:42 or telegram:user:7.")
	d.wantAudits("allow owner: nothing to do", "deny owner: done", "allow : refused", "allow owner: not understood", "allow owner: done",
		"deny owner: done", "allow owner: done", "deny owner: refused", "allow owner: refused", "deny owner: not understood")
}

// TestOwnerMakesAList holds that nobody is shut out by accident: a list begins
// where that is said, and can be ended.
func TestOwnerMakesAList(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{})
	d.wants(in(theOwner, "/allow only"), "Let in: this chat. From now on only those on the list are answered, and owners. /allow all ends the list.")
	d.wants(in(theMember, "where?"), "answer")
	d.wants(alone(theMember, "where?"), "Sorry, I am not allowed to answer you.")
	d.wants(alone(theOwner, "/allow telegram:user:"+theMember), "Let in: telegram:user:"+theMember+".")
	d.wants(alone(theMember, "where?"), "answer")
	d.wants(alone(theAdmin, "where?"), "Sorry, I am not allowed to answer you.")
	d.wants(alone(theOwner, "/allow all"), "The list of those let in is empty: everybody is answered who is not denied.")
	d.wants(alone(theAdmin, "where?"), "answer")

	d = newDesk(t, Config{}, AccessConfig{Allow: entries(t, "telegram:chat:-1")})
	d.wants(in(theOwner, "/allow"), "Let in: this chat.")
	d.wants(in(theMember, "where?"), "answer")
	d.wants(in(theOwner, "/allow all"), "What was let in from chats is removed. The list of the configuration (WAYMARK_ALLOW) stays.")
	d.wants(in(theMember, "where?"), "")
}

// TestGroupAdministrators holds that their word counts in their own group, and
// nowhere else.
func TestGroupAdministrators(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{GroupAdmins: true, Allow: entries(t, "telegram:chat:-1")})
	d.wants(in(theMember, "where?"), "")
	d.wants(in(theAdmin, "/budget"), "") // not let in yet
	d.wants(in(theAdmin, "/allow"), "Let in: this chat.")
	d.wants(in(theMember, "where?"), "answer")
	d.wants(in(theAdmin, "/deny"), "Not answered any more: this chat. To take it back, use /allow the same way.")
	d.wants(in(theMember, "where?"), "")
	d.wants(in(theMember, "/allow"), "")
	d.wants(in(theAdmin, "/allow"), "Let in: this chat.")
	d.wants(in(theMember, "where?"), "answer")
	for _, text := range []string{"/deny telegram:chat:-1", "/deny telegram:user:" + theMember, "/allow telegram:chat:-2", "/allow only", "/deny discord:server:1"} {
		d.wants(in(theAdmin, text), "Administrators of a group can only allow or deny their own group.")
	}
	d.wants(in(theAdmin, "/allow all"), "Whom? Nothing for this chat, \"server\" for this server, or an entry like telegram:chat:-100123, discord:server:42 or telegram:user:7.")
	d.wants(Message{Platform: "telegram", Chat: "-1", User: theMember, Text: "where?"}, "answer")
	d.wants(in(theOwner, "/deny"), "Not answered any more: this chat. To take it back, use /allow the same way.")
	d.wants(in(theAdmin, "/allow"), "")
	d.wants(in(theMember, "where?"), "")
	d.wants(in(theOwner, "/allow"), "Let in: this chat.")
	d.wants(in(theMember, "where?"), "answer")
	if got := d.audits(); len(got) != 14 || got[1] != "allow group administrator: done" {
		t.Errorf("audit lines %q", got)
	}
}

func TestServerAdministrators(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{GroupAdmins: true})
	on := func(user, channel, text string) Message {
		m := in(user, text)
		m.Platform, m.Chat, m.Server = "discord", channel, "42"
		return m
	}
	d.wants(on(theAdmin, "11", "/deny server"), "Not answered any more: discord:server:42. To take it back, use /allow the same way.")
	d.wants(on(theMember, "12", "where?"), "")
	d.wants(on(theAdmin, "12", "/deny discord:server:43"), "Administrators of a group can only allow or deny their own group.")
	d.wants(on(theAdmin, "12", "/allow"), "Let in: this chat.")
	d.wants(on(theMember, "11", "where?"), "answer")
}

// TestAdministratorsUnknown holds that nobody is an administrator while the
// platform does not say so.
func TestAdministratorsUnknown(t *testing.T) {
	d := newDesk(t, Config{}, AccessConfig{GroupAdmins: true})
	m := in(theAdmin, "/deny")
	m.Admin = func(context.Context) (bool, error) { return true, errors.New("not reached") }
	d.wants(m, "I do not know /deny.")
	d.wants(in(theMember, "where?"), "answer")
}

// fakeGaps are what was not answered.
type fakeGaps []Gap

func (f fakeGaps) Gaps(context.Context, time.Time, int) ([]Gap, error) { return f, nil }

// wantsAll fails the test unless the reply to m holds all of parts, in order.
func (d *desk) wantsAll(m Message, parts ...string) string {
	d.t.Helper()
	text := shown(d.Handle(d.t.Context(), m))
	rest := text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			d.t.Fatalf("no %q in:\n%s", p, text)
		}
		rest = after
	}
	return text
}

func TestStatsCommand(t *testing.T) {
	now := time.Date(2026, 3, 14, 1, 0, 0, 0, time.UTC)
	next := rag.Answer{Status: rag.Answered, Mode: rag.Model, Language: "en"}
	d := newDesk(t, Config{
		Now: func() time.Time { return now },
		Answerer: answererFunc(func(context.Context, rag.Question) (rag.Answer, error) {
			now = now.Add(300 * time.Millisecond)
			return next, nil
		}),
	}, AccessConfig{})
	ask := func(s rag.Status, m rag.Mode) {
		next.Status, next.Mode = s, m
		d.Handle(t.Context(), in(theMember, "where?"))
	}
	ask(rag.Answered, rag.Model)
	ask(rag.NotCovered, rag.Extractive)
	now = now.AddDate(0, 0, 1)
	ask(rag.Answered, rag.Extractive)
	ask(rag.Answered, rag.Model)
	ask(rag.Declined, rag.Extractive)
	d.wantsAll(alone(theOwner, "/stats"), "Today", "3 questions, 67 % answered", "answered 2 · declined 1", "by the model: 1 · in the reports' own sentences: 1",
		"7 days", "5 questions, 60 % answered", "answered 3 · not covered 1 · declined 1", "by the model: 2", "The last 5 answers", "300ms (median), 300ms")
	m := alone(theOwner, "/stats")
	m.Locale = "zh"
	d.wantsAll(m, "提问统计 · 今天", "3 个问题，答出 67 %")
	now = now.AddDate(0, 0, 30)
	d.wantsAll(alone(theOwner, "/stats"), "0 questions, 0 % answered")
}

// TestGapsCommand holds that questions of others are shown in private alone.
func TestGapsCommand(t *testing.T) {
	mill := func(status rag.Status, down int) Gap {
		return Gap{Given: Given{Question: "who owns the mill?", Language: "en", Projects: []string{"Old Mill"}, Status: status}, Down: down}
	}
	gaps := fakeGaps{mill(rag.NotCovered, 0), mill(rag.NotCovered, 0), mill(rag.Answered, 1)}
	d := newDesk(t, Config{Admin: Admin{Gaps: gaps}}, AccessConfig{})
	line := "3 × Old Mill (answered 1, not covered 2, votes against 1)"
	d.wantsAll(alone(theOwner, "/gaps"), "Not answered well in 30 days", line+": who owns the mill?")
	if text := d.wantsAll(in(theOwner, "/gaps"), line); strings.Contains(text, "who owns") {
		t.Errorf("a question of somebody is shown in a group: %s", text)
	}
	d = newDesk(t, Config{Admin: Admin{Gaps: fakeGaps{}}}, AccessConfig{})
	d.wants(alone(theOwner, "/gaps"), "Nothing was left unanswered in 30 days.")
	d = newDesk(t, Config{}, AccessConfig{})
	d.wants(alone(theOwner, "/gaps"), "Nothing is kept that would tell.")
}

func TestReloadCommand(t *testing.T) {
	served, problem := Served{Generation: "g2", Reports: 4, Passages: 90, New: true}, error(nil)
	d := newDesk(t, Config{Admin: Admin{Reload: func(context.Context) (Served, error) { return served, problem }}}, AccessConfig{})
	d.wants(alone(theOwner, "/reload"), "New reports taken up: g2, 4 reports, 90 passages.")
	served.New, served.Generation = false, ""
	d.wants(alone(theOwner, "/reload"), "Nothing new. Served: the built-in reports, 4 reports, 90 passages.")
	problem = errors.New("open /srv/index: damaged")
	if got := told(t, d.Bot, alone(theOwner, "/reload")); !strings.HasPrefix(got, "Something went wrong (ref ") {
		t.Errorf("told %q", got)
	}
	d.wantAudits("reload owner: done", "reload owner: nothing new", "reload owner: failed")
}

func TestBudgetCommand(t *testing.T) {
	accounts := NewAccounts().(*memoryAccounts)
	d := newDesk(t, Config{
		Answerer: answererFunc(func(context.Context, rag.Question) (rag.Answer, error) {
			return rag.Answer{Status: rag.Answered, Language: "en", Usage: rag.Usage{Calls: 1, PromptTokens: 100, CompletionTokens: 20}}, nil
		}),
		Accounts: accounts, Budgets: Budgets{All: Budget{Tokens: 5000}, User: Budget{Cost: 0.5}}, Price: func(rag.Usage) float64 { return 0.25 },
		Limiter: NewLimiter(LimiterConfig{Rates: Rates{User: Rate{60, time.Minute}}, Quotas: Quotas{Chat: 10, All: 50}, Counter: accounts, ExemptOwners: true}),
		Admin:   Admin{Spenders: accounts},
	}, AccessConfig{GroupAdmins: true})
	d.Handle(t.Context(), in(theMember, "where?"))
	d.Handle(t.Context(), in(theAdmin, "where?"))
	d.Handle(t.Context(), alone(theMember, "where?"))
	d.wantsAll(alone(theOwner, "/budget"), "Today, by UTC", "Everybody: 3 answers by the model, 360 tokens · $0.75 · 3 of 50 questions",
		"This chat: 0 answers by the model, 0 tokens · 0 of 10 questions", "Limits", "Everybody: 5000 tokens a day for the model", "Everybody: 50 questions a day",
		"Each chat: 10 questions a day", "Each person: $0.50 a day for the model", "Each person: 60 per minute",
		"Largest spenders today", "2 answers by the model, 240 tokens · $0.50", "1 answer by the model, 120 tokens · $0.25")
	text := d.wantsAll(in(theAdmin, "/budget"), "This chat: 2 answers by the model, 240 tokens · $0.50 · 2 of 10 questions")
	if strings.Contains(text, "360") || strings.Contains(text, "Largest") {
		t.Errorf("an administrator of a group hears of others: %s", text)
	}
	if text := d.wantsAll(in(theOwner, "/budget"), "Everybody: 3"); strings.Contains(text, "Largest") {
		t.Errorf("spenders are shown in a group: %s", text)
	}
}

// TestAdminMenus holds what the menus promise.
func TestAdminMenus(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		all := AdminCommands(lang, false)
		for _, c := range all {
			if !isAdminCommand(c.Name) || c.Description == "" || UTF16Len(c.Description) > 100 {
				t.Errorf("%s: %+v", lang, c)
			}
		}
		for _, c := range AdminCommands(lang, true) {
			if !groupCommand(c.Name) {
				t.Errorf("administrators of a group are offered /%s", c.Name)
			}
		}
		if len(all) != 6 || len(AdminCommands(lang, true)) != 3 {
			t.Errorf("%s: %d commands, %d of them for groups", lang, len(all), len(AdminCommands(lang, true)))
		}
	}
}

// TestPseudonyms holds that a key makes the same name for the same, and no other.
func TestPseudonyms(t *testing.T) {
	a := NewKey("one", "two")
	if a.pseudonym("user", "telegram", "7") != NewKey("one", "two").pseudonym("user", "telegram", "7") {
		t.Error("the same key makes another name")
	}
	seen := map[string]bool{}
	for _, k := range []Key{a, NewKey("onetwo"), NewKey("one", "other"), NewKey(), NewKey()} {
		seen[k.pseudonym("user", "telegram", "7")] = true
	}
	seen[a.pseudonym("chat", "telegram", "7")] = true
	if len(seen) != 6 {
		t.Errorf("%d names, want 6", len(seen))
	}
}
