package bot

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// An AccessConfig says who may ask. The zero value lets everybody in and knows
// no owner.
type AccessConfig struct {
	Owners []Entry // persons; always let in
	Allow  []Entry // when there is one, here or among the owners' in People, only those named are let in
	Deny   []Entry // wins over Allow
	People People  // what was said in chats; nil: in memory

	GroupAdmins bool // administrators of a group may use the commands that are about their group

	Refresh time.Duration    // until People is read again, for what other programs wrote; 0 means 5 s
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// An Access decides who may ask. It is safe for use by several goroutines, and
// outlives a [Bot].
//
// Owners are always let in. A denial of the person, the chat or the server wins
// over whatever lets them in. While something is on the allow list only what is
// on it is let in, by its person, its chat or its server. What administrators of a group said
// of their own group ([EntryGroup]) denies it like any other denial, and lets it
// in where there is an allow list, but does not make one.
type Access struct {
	config AccessConfig

	mu      sync.Mutex
	entries []Entry // as People had them
	known   bool    // they were read
	read    time.Time
	broken  bool // the last read failed, and that was logged
}

// NewAccess returns who may ask.
func NewAccess(c AccessConfig) *Access {
	if c.People == nil {
		c.People = NewPeople()
	}
	if c.Refresh <= 0 {
		c.Refresh = 5 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Access{config: c}
}

// accessTimeout bounds one reading of the lists: a message waits for it.
const accessTimeout = 2 * time.Second

// stored returns what was said in chats. Where it cannot be read, what was read
// before still holds, and while one message waits for it, it holds for others.
func (a *Access) stored(ctx context.Context) []Entry {
	entries, fresh := a.kept(ctx)
	if fresh {
		return entries
	}
	entries, err := a.fetch(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.keep(ctx, entries, err)
}

// kept returns what was read before; not fresh: the caller is to read it again.
// The first reading is done here, and everybody waits for it.
func (a *Access) kept(ctx context.Context) (entries []Entry, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.config.Now()
	if !a.read.IsZero() && now.Sub(a.read) < a.config.Refresh {
		return a.entries, true
	}
	a.read = now
	if a.known {
		return nil, false
	}
	entries, err := a.fetch(ctx)
	return a.keep(ctx, entries, err), true
}

func (a *Access) fetch(ctx context.Context) ([]Entry, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accessTimeout)
	defer cancel()
	return a.config.People.Entries(ctx)
}

// keep takes over what was read, or says once that it could not be. a.mu is held.
func (a *Access) keep(ctx context.Context, entries []Entry, err error) []Entry {
	switch {
	case err == nil:
		a.entries, a.known, a.broken = entries, true, false
	case !a.broken: // once, not at every message
		a.broken = true
		a.config.Logger.ErrorContext(ctx, "who may ask is not read, the lists from before hold", "error", err)
	}
	return a.entries
}

// again reads the lists anew.
func (a *Access) again(ctx context.Context) {
	a.mu.Lock()
	a.read = time.Time{}
	a.mu.Unlock()
	a.stored(ctx)
}

// set keeps e; all who ask this program see it at once.
func (a *Access) set(ctx context.Context, e Entry) error {
	defer a.again(ctx)
	return a.config.People.SetEntry(ctx, e)
}

// drop removes e.
func (a *Access) drop(ctx context.Context, e Entry) (bool, error) {
	defer a.again(ctx)
	return a.config.People.DropEntry(ctx, e)
}

// Owner reports whether an owner said m.
func (a *Access) Owner(m Message) bool { return anyNames(a.config.Owners, m) }

// May reports whether who said m is answered.
func (a *Access) May(ctx context.Context, m Message) bool {
	if a.Owner(m) {
		return true
	}
	s := a.standing(ctx, m)
	return !s.denied && !s.deniedByGroup && (!s.listed || s.allowed)
}

// A standing is what the lists say of a message's person, chat and server.
type standing struct {
	denied        bool // by the configuration or an owner
	deniedByGroup bool // by the group's own administrators
	listed        bool // there is an allow list
	allowed       bool
}

func (a *Access) standing(ctx context.Context, m Message) standing {
	s := standing{
		denied: anyNames(a.config.Deny, m),
		listed: len(a.config.Allow) > 0, allowed: anyNames(a.config.Allow, m),
	}
	for _, e := range a.stored(ctx) {
		s.listed = s.listed || e.Allow && e.Kind != EntryGroup
		switch {
		case !e.names(m):
		case e.Allow:
			s.allowed = true
		case e.Kind == EntryGroup:
			s.deniedByGroup = true
		default:
			s.denied = true
		}
	}
	return s
}

// denials returns what was said in chats against who said m.
func (a *Access) denials(ctx context.Context, m Message) []Entry {
	var out []Entry
	for _, e := range a.stored(ctx) {
		if !e.Allow && e.names(m) {
			out = append(out, e)
		}
	}
	return out
}

// administers reports whether the platform takes who said m for an
// administrator of the group it was said in, and that counts.
func (a *Access) administers(ctx context.Context, m Message) bool {
	if !a.config.GroupAdmins {
		return false
	}
	return isAdmin(ctx, m, a.config.Logger)
}

// isAdmin asks the platform. Who cannot be looked up is none.
func isAdmin(ctx context.Context, m Message, l *slog.Logger) bool {
	if m.Private || m.Admin == nil {
		return false
	}
	yes, err := m.Admin(ctx)
	if err != nil {
		l.WarnContext(ctx, "administrators of a group not known", "platform", m.Platform, "error", err)
		return false
	}
	return yes
}

// memoryPeople keep entries in this process.
type memoryPeople struct {
	mu    sync.Mutex
	allow map[Entry]bool // by the entry without Allow
}

// NewPeople returns people in memory, which a restart empties.
func NewPeople() People { return &memoryPeople{allow: map[Entry]bool{}} }

func (p *memoryPeople) Entries(context.Context) ([]Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Entry
	for e, allow := range p.allow {
		e.Allow = allow
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func (p *memoryPeople) SetEntry(_ context.Context, e Entry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	allow := e.Allow
	e.Allow = false
	p.allow[e] = allow
	return nil
}

func (p *memoryPeople) DropEntry(_ context.Context, e Entry) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.Allow = false
	_, there := p.allow[e]
	delete(p.allow, e)
	return there, nil
}
