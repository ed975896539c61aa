package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

func TestSubscriptionOf(t *testing.T) {
	w := digestWordsOf("en")
	for _, c := range []struct {
		text    string
		minute  int
		weekly  bool
		zone    string
		problem string
	}{
		{"", 540, false, "", ""},
		{"daily", 540, false, "", ""},
		{"Weekly 09:00 Europe/Berlin", 540, true, "Europe/Berlin", ""},
		{"18:05 america/new_york", 18*60 + 5, false, "America/New_York", ""},
		{"America/New York weekly 7:30", 450, true, "America/New_York", ""},
		{"每周 9：00 Asia/Shanghai", 540, true, "Asia/Shanghai", ""},
		{"每天 08:15 UTC+8", 495, false, "UTC+08:00", ""},
		{"00:00 +5:30", 0, false, "UTC+05:30", ""},
		{"23:59 gmt-3", 23*60 + 59, false, "UTC-03:00", ""},
		{"utc", 540, false, "UTC", ""},
		{"z", 540, false, "UTC", ""},
		{"UTC+0", 540, false, "UTC", ""},
		{"est", 540, false, "EST", ""},

		{"25:00", 0, false, "", "“25:00”"},
		{"09:60", 0, false, "", "“09:60”"},
		{"09:00 10:00", 0, false, "", "“10:00”"},
		{"9am", 0, false, "", "“9am”"},
		{"monthly", 0, false, "", "no time zone “monthly”"},
		{"daily weekly", 0, false, "", "no time zone “weekly”"},
		{"Mars/Base", 0, false, "", "no time zone “Mars/Base”"},
		{"UTC+15", 0, false, "", "no time zone “UTC+15”"},
		{"Local", 0, false, "", "no time zone “Local”"},
		{"../../etc/passwd", 0, false, "", "no time zone “../../etc/passwd”"},
		{strings.Repeat("x", 5000), 0, false, "", strings.Repeat("x", 40) + "…”"},
	} {
		s, problem := subscriptionOf(c.text, w)
		if c.problem != "" {
			if !strings.Contains(problem, c.problem) || len(problem) > 300 {
				t.Errorf("%.50q: %q, want %q in it", c.text, problem, c.problem)
			}
			continue
		}
		if problem != "" || s.Minute != c.minute || s.Weekly != c.weekly || s.Zone != c.zone || c.weekly != (s.Weekday == time.Monday) {
			t.Errorf("%q: %+v %q", c.text, s, problem)
		}
		if _, err := s.Next(time.Now()); err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func TestSubscriptionNextWithOffset(t *testing.T) {
	s := Subscription{Minute: 9 * 60, Zone: "UTC+05:30"}
	at, err := s.Next(time.Date(2026, 3, 14, 3, 29, 0, 0, time.UTC))
	if want := time.Date(2026, 3, 14, 3, 30, 0, 0, time.UTC); err != nil || !at.Equal(want) {
		t.Errorf("%v, %v, want %v", at, err, want)
	}
	for _, zone := range []string{"UTC+99:00", "Nowhere/Town"} {
		if _, err := (Subscription{Zone: zone}).Next(time.Now()); err == nil {
			t.Errorf("%s was taken", zone)
		}
	}
}

// desk keeps subscriptions and editions in memory.
type newsDesk struct {
	kept     map[string]Subscription // by platform and chat
	editions map[string][]byte
	edition  rag.Edition
	err      error
}

func (d *newsDesk) Subscribe(_ context.Context, s Subscription) error {
	d.kept[s.Platform+"/"+s.Chat] = s
	return d.err
}

func (d *newsDesk) Unsubscribe(_ context.Context, platform, chat, _ string) (bool, error) {
	_, was := d.kept[platform+"/"+chat]
	delete(d.kept, platform+"/"+chat)
	return was, d.err
}

func (d *newsDesk) KeepEdition(_ context.Context, name string, raw []byte) error {
	d.editions[name] = raw
	return nil
}

func (d *newsDesk) Edition(_ context.Context, name string) ([]byte, error) {
	return d.editions[name], nil
}

// now is what the reports state now.
type nowStated struct{ *newsDesk }

func (n nowStated) Edition(context.Context) (rag.Edition, error) { return n.edition, nil }

func TestSubscribe(t *testing.T) {
	d := &newsDesk{kept: map[string]Subscription{}, editions: map[string][]byte{}}
	d.edition.Reports = []rag.EditionReport{{ID: "a", Title: "Guide", Sum: "1"}}
	var asked []rag.Question
	with := func(desk *NewsDesk) *Bot { return New(Config{Answerer: echo(&asked), News: desk}) }
	b := with(&NewsDesk{Subscriptions: d, Editions: d, Newsroom: nowStated{d}, Admins: []string{"discord"}})
	name, err := d.edition.Name()
	if err != nil {
		t.Fatal(err)
	}
	admin := func(context.Context) (bool, error) { return true, nil }
	private := Message{Platform: "telegram", Chat: "7", User: "7", Private: true}
	for _, c := range []struct {
		what    string
		bot     *Bot
		m       Message
		command string
		text    string
		want    string
		chats   int
	}{
		{"a person", b, private, "subscribe", "weekly 9:30 Europe/Berlin", "Subscribed: news of the reports, every Monday at 09:30 (Europe/Berlin), when", 1},
		{"with bad input", b, private, "subscribe", "25:00", "I do not understand “25:00”. For example: /subscribe weekly 09:00 Europe/Berlin", 1},
		{"a Chinese one", b, Message{Platform: "telegram", Chat: "8", Private: true, Locale: "zh-hans"}, "subscribe", "", "已订阅报告动态：每天 09:00（UTC）", 2},
		{"a Chinese one with bad input", b, Message{Platform: "telegram", Chat: "8", Private: true, Locale: "zh-hans"}, "subscribe", "moon", "没有名为“moon”的时区：请写 Asia/Shanghai", 2},
		{"a group whose administrators are not known", b, Message{Platform: "telegram", Chat: "-1"}, "subscribe", "", "Subscribed", 3},
		{"a member", b, Message{Platform: "discord", Chat: "5"}, "subscribe", "", "only its administrators", 3},
		{"an administrator", b, Message{Platform: "discord", Chat: "5", Admin: admin}, "subscribe", "", "every day at 09:00 (UTC)", 4},
		{"a member ends it", b, Message{Platform: "discord", Chat: "5"}, "unsubscribe", "", "only its administrators", 4},
		{"an administrator ends it", b, Message{Platform: "discord", Chat: "5", Admin: admin}, "unsubscribe", "", "Unsubscribed", 3},
		{"twice", b, Message{Platform: "discord", Chat: "5", Admin: admin}, "unsubscribe", "", "There is no subscription here", 3},
		{"a button, twice", b, Message{Platform: "discord", Chat: "5", Admin: admin, Button: true}, "unsubscribe", "", "Unsubscribed", 3},
		{"nobody may", with(nil), private, "subscribe", "", "There are no subscriptions", 3},
	} {
		m := c.m
		m.Command, m.Text = c.command, c.text
		if got := shown(c.bot.Handle(t.Context(), m)); !strings.Contains(got, c.want) || len(d.kept) != c.chats {
			t.Errorf("%s: %q with %d subscriptions, want %q and %d", c.what, got, len(d.kept), c.want, c.chats)
		}
	}
	want := Subscription{
		Platform: "telegram", Chat: "7", Kind: "news", Language: "en", Minute: 570, Zone: "Europe/Berlin", Weekly: true, Weekday: time.Monday, Covered: name,
		Person: "7",
	}
	if diff := cmp.Diff(want, d.kept["telegram/7"]); diff != "" || d.editions[name] == nil {
		t.Errorf("%s, editions %d", diff, len(d.editions))
	}
	if d.kept["telegram/8"].Language != "zh" {
		t.Errorf("kept %+v", d.kept["telegram/8"])
	}
	d.err = errors.New("no luck")
	for _, command := range []string{"subscribe", "unsubscribe"} {
		m := private
		m.Command = command
		if got := shown(b.Handle(t.Context(), m)); !strings.Contains(got, "Something went wrong (ref ") {
			t.Errorf("%s: %q", command, got)
		}
	}
}

// TestSubscribeAccess holds that what comes unasked goes only where the bot would answer.
func TestSubscribeAccess(t *testing.T) {
	d := &newsDesk{kept: map[string]Subscription{}, editions: map[string][]byte{}}
	entry := func(text string) Entry {
		e, err := ParseEntry(text)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	access := NewAccess(AccessConfig{
		Owners: []Entry{entry("discord:user:1")},
		Allow:  []Entry{entry("discord:user:2"), entry("discord:server:40"), entry("telegram:chat:-7")},
		Deny:   []Entry{entry("discord:chat:43")},
	})
	asked := []rag.Question(nil)
	b := New(Config{
		Answerer: echo(&asked), Access: access,
		News: &NewsDesk{Subscriptions: d, Editions: d, Newsroom: nowStated{d}, Admins: []string{"discord", "telegram"}},
	})
	admin := func(context.Context) (bool, error) { return true, nil }
	unknown := func(context.Context) (bool, error) { return true, errors.New("no luck") }
	for _, c := range []struct {
		what string
		m    Message
		want string
	}{
		{"an owner alone", Message{Platform: "discord", Chat: "91", User: "1", Private: true}, "Subscribed"},
		{"an owner for a group that is not let in", Message{Platform: "discord", Chat: "50", Server: "51", User: "1"}, "not allowed to send anything to this group"},
		{"an owner who administers nothing", Message{Platform: "discord", Chat: "41", Server: "40", User: "1"}, "Subscribed"},
		{"a person who is let in, alone", Message{Platform: "discord", Chat: "92", User: "2", Private: true}, "Subscribed"},
		{"that person for their own group", Message{Platform: "discord", Chat: "50", Server: "51", User: "2", Admin: admin}, "not allowed to send anything to this group"},
		{"an administrator", Message{Platform: "discord", Chat: "42", Server: "40", User: "3", Admin: admin}, "Subscribed"},
		{"somebody of whom that is not known", Message{Platform: "discord", Chat: "42", Server: "40", User: "3", Admin: unknown}, "only its administrators"},
		{"an administrator of a denied channel", Message{Platform: "discord", Chat: "43", Server: "40", User: "3", Admin: admin, Interaction: true}, "not allowed to answer you"},
		{"an administrator in a topic", Message{Platform: "telegram", Chat: "-7/5", User: "3", Admin: admin}, "Subscribed"},
		{"somebody who is not let in", Message{Platform: "telegram", Chat: "9", User: "9", Private: true}, "not allowed to answer you"},
	} {
		clear(d.kept)
		c.m.Command = CommandSubscribe
		got := shown(b.Handle(t.Context(), c.m))
		kept, is := d.kept[c.m.Platform+"/"+c.m.Chat]
		if !strings.Contains(got, c.want) || is != (c.want == "Subscribed") {
			t.Errorf("%s: %q, want %q; kept: %t", c.what, got, c.want, is)
		}
		if is && (kept.Server != c.m.Server || (kept.Person != "") != c.m.Private) {
			t.Errorf("%s: kept %+v", c.what, kept)
		}
	}
}

func TestDigest(t *testing.T) {
	cite := func(title, section, quote string) rag.Citation {
		return rag.Citation{Title: title, Section: section, Published: "2024-05", Quote: quote, URL: "https://example.org/" + title}
	}
	n := rag.News{
		Added:    []rag.EditionReport{{Title: "Survey", Published: "2024-05", URL: "https://example.org/survey"}},
		Changed:  []rag.EditionReport{{Title: "Guide"}},
		Removed:  []rag.EditionReport{{Title: "Map"}},
		Projects: []rag.NewProject{{Name: "North Path", Citation: cite("Survey", "North Path", "North Path is a path.")}},
	}
	fact := rag.NewFact{Before: []rag.Wording{{En: "$5 million", Zh: "500 万美元"}}}
	fact.Project, fact.Label, fact.Value = "Old Mill", rag.Wording{En: "Raised", Zh: "融资"}, rag.Wording{En: "$7 million", Zh: "700 万美元"}
	fact.Citation = cite("Guide", "Old Mill", "Old Mill raised $7 million.")
	loose := rag.NewFact{}
	loose.Project, loose.Value, loose.Citation = "Old Mill", rag.Wording{En: "9", Zh: "9"}, cite("Guide", "Old Mill", "It has 9 wheels.")
	n.Facts = []rag.NewFact{fact, loose}
	for lang, want := range map[string][]string{
		"en": {
			"News of the reports", "New report: Survey [1]", "Changed report: Guide [2]", "No longer there: Map\n", "New projects", "North Path [3]",
			"New figures", "Old Mill: Raised $7 million (until now $5 million) [4]", "Old Mill: “It has 9 wheels.” [4]",
			"Sources", "[1] Survey", "2024-05", "[3] Survey", "[4] Guide", "/unsubscribe",
		},
		"zh": {
			"报告动态", "新增报告：Survey [1]", "报告有更新：Guide [2]", "已移除：Map\n", "新出现的项目", "North Path [3]",
			"新的数据", "Old Mill：融资 700 万美元（此前为 500 万美元）[4]", "来源", "[4] Guide", "/unsubscribe",
		},
	} {
		rest := shown(Digest(n, lang))
		for _, part := range want {
			_, after, ok := strings.Cut(rest, part)
			if !ok {
				t.Errorf("%s: no %q, in this order, in\n%s", lang, part, shown(Digest(n, lang)))
				break
			}
			rest = after
		}
	}
	if l := Digest(n, "en").Sources; len(l) != 4 || l[2].Quote != "North Path is a path." || l[3].Quote != "Old Mill raised $7 million. … It has 9 wheels." {
		t.Errorf("sources %+v", l)
	}
	for range 30 {
		n.Facts = append(n.Facts, fact)
	}
	if got := shown(Digest(n, "en")); !strings.Contains(got, "and 24 more") || strings.Count(got, "$7 million (") != 7 {
		t.Errorf("many facts: %s", got)
	}
}
