package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Rates bound how fast questions may come. They hold for one program: of
// several replicas each counts for itself.
type Rates struct {
	User Rate // of each person
	Chat Rate // of each chat, with all its topics
	All  Rate // of everybody together

	// Commands bound what is no question: of each person; ten times as many of
	// each group.
	Commands Rate
}

// Quotas bound how many questions are answered in a day, by UTC. They are kept
// with the [Accounts], so they hold for all programs that share these. What is 0
// is not bounded.
type Quotas struct {
	User, Chat, All int
}

// A Bound is an account and how much there may be on it.
type Bound struct {
	Account string
	Most    int
}

// A Counter is [Accounts] that count, too: questions are the Answers of accounts
// of their own.
type Counter interface {
	Accounts
	// Count adds one to the account of every bound for the day, or to none where
	// one has as much as it may: then it returns that one, the first of bounds.
	// Where several programs count at the same time, no bound is passed.
	Count(ctx context.Context, day time.Time, bounds []Bound) (full string, err error)
}

// A LimiterConfig is what a [Limiter] is made of.
type LimiterConfig struct {
	Rates  Rates
	Quotas Quotas

	// ExemptOwners and ExemptAdmins say who is not bounded: owners, and in groups
	// their administrators, once the limit of others is reached.
	ExemptOwners, ExemptAdmins bool

	Counter Counter          // nil: in memory
	Key     Key              // of the names under which persons are counted
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// A Limiter bounds how many questions are asked, and how fast. It is safe for
// use by several goroutines, and outlives a [Bot].
//
// A day's questions are counted under names that only who has the key can make,
// and only for that day. They say nothing of anybody, and so they stay when a
// person is forgotten: that is no way around a limit.
type Limiter struct {
	config LimiterConfig

	mu                sync.Mutex
	users, chats, all *buckets
	commands, noise   *buckets             // of a person, of a chat
	told              map[string]time.Time // what was said, until when it is not said again
}

// mostBuckets bounds how many persons, and how many chats, are told apart at a
// time: about 3 MB of each.
const mostBuckets = 20_000

// NewLimiter returns a limiter.
func NewLimiter(c LimiterConfig) *Limiter {
	if c.Counter == nil {
		c.Counter = NewAccounts().(Counter)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	r := c.Rates
	return &Limiter{
		config: c, told: map[string]time.Time{},
		users: newBuckets(r.User, mostBuckets), chats: newBuckets(r.Chat, mostBuckets), all: newBuckets(r.All, 1),
		commands: newBuckets(r.Commands, mostBuckets), noise: newBuckets(Rate{10 * r.Commands.N, r.Commands.Per}, mostBuckets),
	}
}

// A scope says whose limit it is.
type scope string

const (
	scopeUser     scope = "user"
	scopeChat     scope = "chat"
	scopeAll      scope = "all"
	scopeCommands scope = "commands"
)

// A reached limit.
type reached struct {
	scope scope
	rate  Rate      // that was reached; zero: quota was
	quota int       // questions a day
	until time.Time // when there is room again
	now   time.Time
}

// A taking is a bucket to take from, and whose it is.
type taking struct {
	scope scope
	from  *buckets
	key   string
}

// takeAll takes one from all of takings, or from none where one is empty.
func (l *Limiter) takeAll(takings []taking) *reached {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.config.Now()
	var most *reached // the one that keeps longest
	for _, t := range takings {
		if wait := t.from.wait(t.key, now); wait > 0 && (most == nil || now.Add(wait).After(most.until)) {
			most = &reached{scope: t.scope, rate: t.from.rate, until: now.Add(wait), now: now}
		}
	}
	if most != nil {
		return most
	}
	for _, t := range takings {
		t.from.spend(t.key, now)
	}
	return nil
}

func userKey(m Message) string { return m.Platform + "/" + m.User }
func chatKey(m Message) string { return m.Platform + "/" + rootChat(m) }

// question counts a question; nil: it may be answered. Where the day's questions
// cannot be counted it may.
func (l *Limiter) question(ctx context.Context, m Message) *reached {
	r := l.takeAll([]taking{{scopeUser, l.users, userKey(m)}, {scopeChat, l.chats, chatKey(m)}, {scopeAll, l.all, allAccount}})
	if r != nil {
		return r
	}
	now := l.config.Now()
	day := now.UTC().Truncate(24 * time.Hour)
	bounds, scopes := l.bounds(m, day)
	if len(bounds) == 0 {
		return nil
	}
	full, err := l.config.Counter.Count(ctx, day, bounds)
	if err != nil {
		l.config.Logger.ErrorContext(ctx, "questions of the day not counted", "error", err)
		return nil
	}
	for i, b := range bounds {
		if b.Account == full {
			return &reached{scope: scopes[i], quota: b.Most, until: day.Add(24 * time.Hour), now: now}
		}
	}
	return nil
}

// command counts what is no question; nil: it may be answered.
func (l *Limiter) command(m Message) *reached {
	takings := []taking{{scopeCommands, l.commands, userKey(m)}}
	if !m.Private {
		takings = append(takings, taking{scopeCommands, l.noise, chatKey(m)})
	}
	return l.takeAll(takings)
}

// bounds are the accounts that a question of the day is counted on, and whose.
func (l *Limiter) bounds(m Message, day time.Time) (bounds []Bound, scopes []scope) {
	q := l.config.Quotas
	for _, b := range []struct {
		scope scope
		most  int
		of    string
	}{{scopeUser, q.User, userKey(m)}, {scopeChat, q.Chat, chatKey(m)}, {scopeAll, q.All, ""}} {
		if b.most > 0 {
			bounds = append(bounds, Bound{l.account(b.scope, b.of, day), b.most})
			scopes = append(scopes, b.scope)
		}
	}
	return bounds, scopes
}

// account names what counts the questions of a person or a chat on a day.
func (l *Limiter) account(s scope, of string, day time.Time) string {
	if s == scopeAll {
		return "asked-" + allAccount
	}
	return "asked-" + string(s) + "/" + l.config.Key.pseudonym("asked", string(s), of, day.Format(time.DateOnly))
}

// asked returns how many questions were counted today, by scope, where a quota
// bounds them.
func (l *Limiter) asked(ctx context.Context, m Message) (map[scope]int, error) {
	day := l.config.Now().UTC().Truncate(24 * time.Hour)
	bounds, scopes := l.bounds(m, day)
	out := map[scope]int{}
	for i, b := range bounds {
		spent, err := l.config.Counter.Spent(ctx, b.Account, day)
		if err != nil {
			return nil, err
		}
		out[scopes[i]] = spent.Answers
	}
	return out, nil
}

// says reports whether a reached limit is to be said, or was said already. In a
// group it is said once until it is over; in private each time, as long as that
// is no flood itself; and always where the platform waits for a reply.
func (l *Limiter) says(m Message, r *reached) bool {
	switch {
	case m.Interaction:
		return true
	case m.Private && r.scope != scopeCommands:
		if r = l.command(m); r == nil {
			return true
		}
	}
	return l.once(m, r.scope, r.until, r.now.Add(r.rate.quiet()))
}

// once reports whether something is said for the first time until the later of
// two times.
func (l *Limiter) once(m Message, s scope, until, quiet time.Time) bool {
	key := string(s) + " " + chatKey(m)
	if s == scopeUser || s == scopeCommands {
		key += " " + m.User
	}
	if quiet.After(until) {
		until = quiet
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.config.Now()
	if now.Before(l.told[key]) {
		return false
	}
	if len(l.told) >= mostBuckets {
		l.forgetTold(now)
	}
	l.told[key] = until
	return true
}

// forgetTold makes room: what is over goes, and everything where that is not
// enough, so that something is said twice at worst.
func (l *Limiter) forgetTold(now time.Time) {
	for key, until := range l.told {
		if !now.Before(until) {
			delete(l.told, key)
		}
	}
	if len(l.told) >= mostBuckets {
		clear(l.told)
	}
}
