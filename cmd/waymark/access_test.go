package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

func TestPaceText(t *testing.T) {
	for text, want := range map[string]pace{
		"6/min": {6, time.Minute}, " 2 / s ": {2, time.Second}, "100/HOUR": {100, time.Hour}, "500/day": {500, 24 * time.Hour},
		"10/5min": {10, 5 * time.Minute}, "1/minute": {1, time.Minute}, "3/2d": {3, 48 * time.Hour},
	} {
		var p, again pace
		if err := p.UnmarshalText([]byte(text)); err != nil || p != want {
			t.Errorf("%q is read as %+v, %v, want %+v", text, p, err, want)
		}
		if err := again.UnmarshalText([]byte(p.String())); err != nil || again != p {
			t.Errorf("%q is written %q, which is read as %+v, %v", text, p, again, err)
		}
	}
	for _, text := range []string{"", "6", "/min", "0/min", "-1/min", "6/0min", "6/week", "6/min/h", "6.5/min", "6/", "99999999/s", "1/5000d"} {
		if err := new(pace).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as a rate", text)
		}
	}
}

func TestOwnersText(t *testing.T) {
	var o owners
	if err := o.UnmarshalText([]byte("telegram:123, discord:456")); err != nil || o.String() != "telegram:123,discord:456" {
		t.Errorf("owners %q, %v", o, err)
	}
	if got := fmt.Sprint(o.on("telegram"), o.on("discord"), o.on("irc")); got != "[123] [456] []" {
		t.Errorf("owners by platform: %s", got)
	}
	for _, text := range []string{"123", "telegram:", "telegram:ada", "irc:1", "telegram:-100", "telegram:user:1", "telegram:1/2"} {
		if err := new(owners).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as owners", text)
		}
	}
}

func TestExemptText(t *testing.T) {
	for text, want := range map[string]exempt{
		"owners": {true, false, true}, "admins, owners": {true, true, true}, "none": {false, false, true}, "Admins": {false, true, true},
	} {
		var e, again exempt
		if err := e.UnmarshalText([]byte(text)); err != nil || e != want {
			t.Errorf("%q is read as %+v, %v, want %+v", text, e, err, want)
		}
		if err := again.UnmarshalText([]byte(e.String())); err != nil || again != e {
			t.Errorf("%q is written %q", text, e)
		}
	}
}

// TestReloadNow holds that /reload takes up what is new at once, says what is
// served, and does not close what it answers from.
func TestReloadNow(t *testing.T) {
	dir := library(t)
	l, _ := newLive(t, dir)
	l.bot.Access = bot.NewAccess(bot.AccessConfig{Owners: []bot.Entry{{Kind: bot.EntryUser, Platform: "test", ID: "1"}}})
	if err := l.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.end()
	reload := bot.Message{Platform: "test", Chat: "1", User: "1", Private: true, Command: bot.CommandReload}
	first := plain(l.Handle(t.Context(), reload))
	wants(t, first, "Nothing new. Served: "+l.current.Load().generation+", 1 report,")
	if r := command(t, "", nil, "ingest", "--data", dir, "testdata/bridges"); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	wants(t, plain(l.Handle(t.Context(), reload)), "New reports taken up: ", ", 2 reports")
	wants(t, plain(l.Handle(t.Context(), reload)), "Nothing new. Served: "+l.current.Load().generation+", 2 reports")
}

// plain is a reply as a terminal shows it.
func plain(r bot.Reply) string { return strings.Join(bot.Split(r, bot.Plain{}, 10_000), "\n") }

// A hall is a group on a loopback platform: an owner of the bot, an administrator
// of the group and members.
type hall interface {
	env() []string
	owner() string                  // as WAYMARK_OWNERS takes it
	ids() []string                  // of everybody and the group
	say(who, text string)           // in the group: "owner", "admin", "ann", "ben"
	tell(who, text string)          // in private
	heard(n int) []string           // what the bot said in the group, once there are n messages
	heardAlone(who string) []string // what it said last in private
	findings() []string
}

type telegramHall struct {
	*bottest.Telegram
	t      *testing.T
	ctx    context.Context
	people map[string]bottest.TelegramUser
	group  bottest.TelegramChat
	alone  map[string]int
}

func newTelegramHall(t *testing.T, ctx context.Context) hall {
	r := newTelegram(t)
	h := &telegramHall{Telegram: r.Telegram, t: t, ctx: ctx, people: map[string]bottest.TelegramUser{}, alone: map[string]int{}}
	for _, who := range []string{"owner", "admin", "ann", "ben"} {
		h.people[who] = h.Member(who, "en")
	}
	h.group = h.Supergroup("Harbour", false)
	h.Promote(h.group, h.people["admin"])
	return h
}

func (h *telegramHall) env() []string {
	return []string{"WAYMARK_TELEGRAM_TOKEN=" + h.Token(), "WAYMARK_TELEGRAM_ENDPOINT=" + h.URL()}
}

func (h *telegramHall) owner() string { return fmt.Sprint("telegram:", h.people["owner"].ID) }

func (h *telegramHall) ids() []string {
	out := []string{fmt.Sprint(-h.group.ID)}
	for _, u := range h.people {
		out = append(out, fmt.Sprint(u.ID))
	}
	return out
}

func (h *telegramHall) say(who, text string) {
	if !strings.HasPrefix(text, "/") {
		text = "@" + h.Bot().Username + " " + text
	}
	h.Say(h.group, h.people[who], text)
}

func (h *telegramHall) heard(n int) []string { return h.wait(h.group, n) }

func (h *telegramHall) tell(who, text string) {
	h.alone[who]++
	h.Say(h.Private(h.people[who]), h.people[who], text)
}

func (h *telegramHall) heardAlone(who string) []string {
	return h.wait(h.Private(h.people[who]), h.alone[who])
}

func (h *telegramHall) wait(c bottest.TelegramChat, n int) []string {
	h.t.Helper()
	messages, err := h.WaitMessages(h.ctx, c, n)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, m := range messages {
		out = append(out, m.Text)
	}
	return out
}

func (h *telegramHall) findings() []string { return h.Findings() }

type discordHall struct {
	*bottest.Discord
	t      *testing.T
	ctx    context.Context
	people map[string]string
	alone  map[string]int
}

func newDiscordHall(t *testing.T, ctx context.Context) hall {
	r := newDiscord(t)
	h := &discordHall{Discord: r.Discord, t: t, ctx: ctx, people: map[string]string{}, alone: map[string]int{}}
	for _, who := range []string{"owner", "admin", "ann", "ben"} {
		h.people[who] = h.AddUser(who, false)
	}
	h.Promote(h.people["admin"])
	return h
}

func (h *discordHall) env() []string {
	return []string{"WAYMARK_DISCORD_TOKEN=" + h.Token(), "WAYMARK_DISCORD_ENDPOINT=" + h.URL()}
}

func (h *discordHall) owner() string { return "discord:" + h.people["owner"] }

func (h *discordHall) ids() []string {
	out := []string{h.Server().Channel, h.Server().Guild}
	for _, id := range h.people {
		out = append(out, id)
	}
	return out
}

func (h *discordHall) say(who, text string) {
	h.connected()
	h.Mention(h.Server(), h.people[who], text)
}

// connected waits for the bot, whose commands may stand from an earlier start.
func (h *discordHall) connected() {
	h.t.Helper()
	if err := h.WaitCommand(h.ctx, "deny"); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Wait(h.ctx, h.Connected); err != nil {
		h.t.Fatal(err)
	}
}

func (h *discordHall) heard(n int) []string { return h.wait(h.Server().Channel, n) }

func (h *discordHall) tell(who, text string) {
	h.connected()
	h.alone[who]++
	h.DM(h.people[who], text)
}

func (h *discordHall) heardAlone(who string) []string {
	return h.wait(h.Direct(h.people[who]).Channel, h.alone[who])
}

func (h *discordHall) wait(channel string, n int) []string {
	h.t.Helper()
	answers, err := h.WaitAnswers(h.ctx, channel, n)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, m := range answers {
		out = append(out, m.Text())
	}
	return out
}

func (h *discordHall) findings() []string { return h.Findings() }

// A visit is a running bot in a hall, and how much it has said there.
type visit struct {
	hall
	t       *testing.T
	p       *process
	restart func() // stops the bot and starts it again
	count   int

	silences int
}

func (v *visit) discord() bool { return strings.HasPrefix(v.owner(), "discord") }

// inEach runs a test in a group of each platform, with a bot that was told env
// and who its owner is.
func inEach(t *testing.T, env []string, test func(*visit)) {
	t.Helper()
	for name, make := range map[string]func(*testing.T, context.Context) hall{"telegram": newTelegramHall, "discord": newDiscordHall} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting for what the platforms allow
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			v := &visit{hall: make(t, ctx), t: t}
			dir, log := library(t), ""
			begin := func() {
				v.p = start(t, append(append(v.env(), env...), "WAYMARK_OWNERS="+v.owner()), "serve", "--data", dir)
			}
			end := func() {
				v.p.signal(syscall.SIGTERM)
				if code := v.p.wait(); code != exitOK {
					t.Errorf("exit code %d after SIGTERM, want 0", code)
				}
				log += v.p.stderr.String() + v.p.stdout.String()
			}
			v.restart = func() { end(); begin() }
			begin()
			test(v)
			end()
			for _, f := range v.findings() {
				t.Errorf("finding: %s", f)
			}
			for _, id := range v.ids() {
				if strings.Contains(log, id) {
					t.Errorf("the id %s stands in the log", id)
				}
			}
			if said := v.heard(0); len(said) != v.count {
				t.Errorf("%d messages in the group, want %d: %q", len(said), v.count, said)
			}
		})
	}
}

// wants says something in the group and wants parts in the next message there.
func (v *visit) wants(who, text string, parts ...string) {
	v.t.Helper()
	v.say(who, text)
	v.count++
	wants(v.t, v.heard(v.count)[v.count-1], parts...)
}

// wantsAlone is wants in private.
func (v *visit) wantsAlone(who, text string, parts ...string) {
	v.t.Helper()
	v.tell(who, text)
	said := v.heardAlone(who)
	wants(v.t, said[len(said)-1], parts...)
}

// silence says something in the group that is met with silence, and waits until it
// was: on Discord the messages of one person are handled in order, but not those of
// two. So the same person says something after it that leaves an audit line.
func (v *visit) silence(who, text string) {
	v.t.Helper()
	v.say(who, text)
	if !v.discord() { // it handles a group in order
		return
	}
	v.say(who, "/allow")
	v.silences++
	for n := v.silences; ; n++ {
		refused := 0
		for _, l := range v.audits(n) {
			if l == "allow : refused" {
				refused++
			}
		}
		if refused >= v.silences {
			return
		}
	}
}

// audits returns the audit lines of the log once there are n: it comes through a pipe.
func (v *visit) audits(n int) []string {
	v.t.Helper()
	for end := time.Now().Add(patience); strings.Count(v.p.stderr.String(), `"admin act"`) < n; time.Sleep(5 * time.Millisecond) {
		if v.p.isOver() || time.Now().After(end) {
			v.t.Fatalf("fewer than %d audit lines", n)
		}
	}
	var out []string
	for line := range strings.Lines(v.p.stderr.String()) {
		var l struct{ Msg, What, As, Outcome string }
		if !strings.HasSuffix(line, "\n") {
			break // is being written
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			v.t.Fatal(err)
		}
		if l.Msg == "admin act" {
			out = append(out, strings.TrimSpace(l.What+" "+l.As+": "+l.Outcome))
		}
	}
	return out
}

const aQuestion = "How tall is the Southern Tower?"

// TestLimitsInAGroup holds that who is limited is told once, that others and the
// owner go on, and that the count outlives a restart.
func TestLimitsInAGroup(t *testing.T) {
	t.Parallel()
	env := []string{"WAYMARK_QUESTIONS_USER=2", "WAYMARK_RATE_USER=1000/s"}
	inEach(t, env, func(v *visit) {
		for range 2 {
			v.wants("ann", aQuestion, "12 metres", "[1]")
		}
		v.wants("ann", aQuestion, "You have reached your limit of 2 questions a day. I answer you again at 00:00 UTC, in ")
		for range 3 {
			v.say("ann", aQuestion) // to silence
		}
		v.wants("ben", aQuestion, "12 metres")
		for range 4 {
			v.wants("owner", aQuestion, "12 metres")
		}
		v.restart()
		for range 2 {
			v.wantsAlone("ann", aQuestion, "You have reached your limit of 2 questions a day.")
		}
	})
}

// TestAdministratorOfAGroup walks through what a stranger, an administrator and the
// owner can do to a group that is not on the list.
func TestAdministratorOfAGroup(t *testing.T) {
	t.Parallel()
	env := []string{"WAYMARK_ADMINS=groups", "WAYMARK_ALLOW=telegram:chat:-1"}
	inEach(t, env, func(v *visit) {
		v.silence("ann", aQuestion)
		v.wants("admin", "/allow", "Let in: this chat.")
		v.wants("ann", aQuestion, "12 metres", "[1]")
		v.wantsAlone("ann", "/deny", "Sorry, I am not allowed to answer you.")
		v.wants("admin", "/deny", "Not answered any more: this chat.")
		v.silence("ann", aQuestion)
		v.wants("owner", "/allow", "Let in: this chat.")
		v.wants("ann", aQuestion, "12 metres")
		v.wants("admin", "/budget", "This chat: 0 answers by the model", "Limits", "None is set.")
		v.wantsAlone("owner", "/stats", "Today", "2 questions, 100 % answered", "The last 2 answers of this program took")
		v.wantsAlone("owner", "/reload", "Nothing new. Served: ", "1 report,")
		v.wantsAlone("owner", "/gaps", "Nothing was left unanswered in 30 days.")
		v.wantsAlone("owner", "/budget", "Everybody: 0 answers by the model, 0 tokens")
		got := strings.Join(v.audits(9+v.silences), ", ")
		wants(v.t, got, "allow group administrator: done", "deny : refused", "deny group administrator: done", "allow owner: done",
			"budget group administrator: done", "stats owner: done", "reload owner: nothing new", "gaps owner: done", "budget owner: done")
	})
}

// TestStrangerInAGroup holds that a stranger's command does nothing, whatever the
// settings.
func TestStrangerInAGroup(t *testing.T) {
	t.Parallel()
	inEach(t, nil, func(v *visit) {
		v.say("ann", "/deny") // to silence on Telegram, where another bot may be meant
		if v.discord() {
			v.count++
			wants(t, v.heard(v.count)[v.count-1], "I do not know /deny.")
		}
		v.say("admin", "/deny")
		if v.discord() {
			v.count++
			wants(t, v.heard(v.count)[v.count-1], "I do not know /deny.")
		}
		v.wants("ann", aQuestion, "12 metres")
		v.wantsAlone("ann", "/reload", "Only those who look after this bot can use /reload.")
		v.wants("owner", "/deny", "Not answered any more: this chat.")
		v.silence("ann", aQuestion)
		v.wants("owner", aQuestion, "12 metres")
		v.wants("owner", "/allow", "Let in again: this chat.")
		v.wants("ann", aQuestion, "12 metres")
	})
}
