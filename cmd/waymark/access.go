package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A pace is how often something may be done.
type pace bot.Rate

var errPace = errors.New("want a number and a time, like 6/min, 2/s, 100/h, 500/day or 10/5min")

// UnmarshalText reads "6/min".
func (p *pace) UnmarshalText(text []byte) error {
	number, per, ok := strings.Cut(strings.ToLower(strings.TrimSpace(string(text))), "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if !ok || err != nil || n < 1 || n > 1e6 {
		return errPace
	}
	per = strings.TrimSpace(per)
	unit := strings.TrimLeft(per, "0123456789")
	times := 1
	if digits := strings.TrimSuffix(per, unit); digits != "" {
		if times, err = strconv.Atoi(digits); err != nil || times < 1 || times > 1000 {
			return errPace
		}
	}
	for _, u := range paceUnits() {
		for _, name := range u.names {
			if strings.TrimSpace(unit) == name {
				*p = pace{N: n, Per: time.Duration(times) * u.of}
				return nil
			}
		}
	}
	return errPace
}

type paceUnit struct {
	of    time.Duration
	names []string // the first is how it is written
}

func paceUnits() []paceUnit {
	return []paceUnit{
		{24 * time.Hour, []string{"day", "d", "days"}},
		{time.Hour, []string{"h", "hour", "hours"}},
		{time.Minute, []string{"min", "m", "minute", "minutes"}},
		{time.Second, []string{"s", "sec", "second", "seconds"}},
	}
}

// MarshalText writes p as it is read.
func (p pace) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String formats p as it is read; "" when it bounds nothing.
func (p pace) String() string {
	if p.N == 0 {
		return ""
	}
	for _, u := range paceUnits() {
		if p.Per%u.of == 0 {
			times := ""
			if n := p.Per / u.of; n > 1 {
				times = strconv.Itoa(int(n))
			}
			return fmt.Sprintf("%d/%s%s", p.N, times, u.names[0])
		}
	}
	return fmt.Sprintf("%d/%s", p.N, p.Per)
}

// A roster lists chats, servers and persons.
type roster struct{ entries []bot.Entry }

// UnmarshalText reads "telegram:chat:-100123,discord:server:42".
func (r *roster) UnmarshalText(text []byte) error {
	var out []bot.Entry
	for _, one := range listItems(text) {
		e, err := bot.ParseEntry(one)
		if err != nil {
			return err
		}
		out = append(out, e)
	}
	r.entries = out
	return nil
}

// listItems splits a list at its commas.
func listItems(text []byte) []string {
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// MarshalText writes r as it is read.
func (r roster) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String formats r as it is read.
func (r roster) String() string {
	var texts []string
	for _, e := range r.entries {
		texts = append(texts, e.String())
	}
	return strings.Join(texts, ",")
}

// owners are persons on platforms.
type owners struct{ roster }

// UnmarshalText reads "telegram:123,discord:456".
func (o *owners) UnmarshalText(text []byte) error {
	var out []bot.Entry
	for _, one := range listItems(text) {
		platform, id, ok := strings.Cut(one, ":")
		e, err := bot.ParseEntry(platform + ":user:" + id)
		if !ok || err != nil || strings.HasPrefix(e.ID, "-") || strings.Contains(e.ID, "/") {
			return fmt.Errorf("%q: want persons by platform and id, like telegram:123,discord:456", one)
		}
		out = append(out, e)
	}
	o.entries = out
	return nil
}

// MarshalText writes o as it is read.
func (o owners) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// String formats o as it is read.
func (o owners) String() string { return strings.ReplaceAll(o.roster.String(), ":user:", ":") }

// on returns the ids of the owners on a platform.
func (o owners) on(platform string) []string {
	var ids []string
	for _, e := range o.entries {
		if e.Platform == platform {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// An exempt list says who is not limited.
type exempt struct {
	owners, admins bool
	set            bool
}

// UnmarshalText reads "owners,admins" or "none".
func (e *exempt) UnmarshalText(text []byte) error {
	out := exempt{set: true}
	for _, one := range listItems(text) {
		switch strings.ToLower(one) {
		case "owners":
			out.owners = true
		case "admins":
			out.admins = true
		case "none":
		default:
			return fmt.Errorf("%q: want owners, admins, both with a comma, or none", one)
		}
	}
	*e = out
	return nil
}

// MarshalText writes e as it is read.
func (e exempt) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// String formats e as it is read.
func (e exempt) String() string {
	switch {
	case !e.set:
		return ""
	case e.owners && e.admins:
		return "owners,admins"
	case e.owners:
		return "owners"
	case e.admins:
		return "admins"
	}
	return "none"
}

// adminsOfGroups is the value of the setting admins that gives them a say.
const adminsOfGroups = "groups"

// checkAccess looks at the limits that are numbers.
func (s *settings) checkAccess(from *sources) error {
	for name, n := range map[string]int{"questions-day": s.QuestionsDay, "questions-chat": s.QuestionsChat, "questions-user": s.QuestionsUser} {
		if n < 0 {
			return usagef("%s: %d; want a number of questions a day, for example 50, or 0 for any", from.from(name), n)
		}
	}
	return nil
}

// accessConfig says who may ask. people are what was said in chats.
func (a *app) accessConfig(people bot.People) bot.AccessConfig {
	s := a.settings
	return bot.AccessConfig{
		Owners: s.Owners.entries, Allow: s.Allow.entries, Deny: s.Deny.entries, People: people,
		GroupAdmins: s.Admins == adminsOfGroups, Logger: a.logger,
	}
}

// limiterConfig says how much may be asked.
func (a *app) limiterConfig(counter bot.Counter, key bot.Key) bot.LimiterConfig {
	s := a.settings
	return bot.LimiterConfig{
		Rates:        bot.Rates{User: bot.Rate(s.RateUser), Chat: bot.Rate(s.RateChat), All: bot.Rate(s.RateAll), Commands: bot.Rate(s.RateCommands)},
		Quotas:       bot.Quotas{User: s.QuestionsUser, Chat: s.QuestionsChat, All: s.QuestionsDay},
		ExemptOwners: s.Exempt.owners, ExemptAdmins: s.Exempt.admins,
		Counter: counter, Key: key, Logger: a.logger,
	}
}

// botKey makes the same pseudonyms in every program that serves the same bots.
func (a *app) botKey() bot.Key {
	return bot.NewKey(string(a.settings.TelegramToken), string(a.settings.DiscordToken))
}
