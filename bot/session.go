package bot

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// Sessions remembers the last turns of each talk, so that a follow-on question
// knows what "it" is. A key names one person in one chat of one platform,
// "platform/chat/user", or all in it, "platform/chat/".
type Sessions interface {
	// Turns returns the talk so far, oldest first; none is no error.
	Turns(ctx context.Context, key string) ([]rag.Turn, error)
	// Add appends a turn. It may forget the oldest.
	Add(ctx context.Context, key string, t rag.Turn) error
	// Reset forgets the talk.
	Reset(ctx context.Context, key string) error
}

// SessionLimits bound what is remembered.
type SessionLimits struct {
	Turns    int           // last turns of a talk; 0 means 6
	Sessions int           // talks; the one unused for longest goes first; 0 means 10,000
	TTL      time.Duration // a talk is forgotten so long after its last turn; 0 means 30 minutes
}

func (l SessionLimits) withDefaults() SessionLimits {
	if l.Turns <= 0 {
		l.Turns = 6
	}
	if l.Sessions <= 0 {
		l.Sessions = 10_000
	}
	if l.TTL <= 0 {
		l.TTL = 30 * time.Minute
	}
	return l
}

// memory keeps sessions in this process.
type memory struct {
	limits SessionLimits
	now    func() time.Time

	mu    sync.Mutex
	byKey map[string]*list.Element // of *talk
	order *list.List               // most recently used first
}

type talk struct {
	key   string
	turns []rag.Turn
	last  time.Time
}

// NewMemory returns sessions that live in this process. They hold at most
// limits.Sessions talks; now is the clock, nil means time.Now.
func NewMemory(limits SessionLimits, now func() time.Time) Sessions {
	if now == nil {
		now = time.Now
	}
	return &memory{limits: limits.withDefaults(), now: now, byKey: make(map[string]*list.Element), order: list.New()}
}

func (m *memory) Turns(_ context.Context, key string) ([]rag.Turn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(key)
	if e == nil {
		return nil, nil
	}
	return append([]rag.Turn(nil), e.Value.(*talk).turns...), nil
}

func (m *memory) Add(_ context.Context, key string, t rag.Turn) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(key)
	if e == nil {
		e = m.order.PushFront(&talk{key: key})
		m.byKey[key] = e
	}
	m.order.MoveToFront(e)
	k := e.Value.(*talk)
	k.turns, k.last = append(k.turns, t), m.now()
	if over := len(k.turns) - m.limits.Turns; over > 0 {
		k.turns = append([]rag.Turn(nil), k.turns[over:]...)
	}
	m.forget()
	return nil
}

func (m *memory) Reset(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.byKey[key]; e != nil {
		m.drop(e)
	}
	return nil
}

// find returns the talk under key, nil when there is none or it is too old.
func (m *memory) find(key string) *list.Element {
	e := m.byKey[key]
	if e != nil && m.stale(e) {
		m.drop(e)
		return nil
	}
	return e
}

// forget drops the talks that are too many or too old. The list is in order of
// last use, so looking at its end is enough.
func (m *memory) forget() {
	for e := m.order.Back(); e != nil && (m.order.Len() > m.limits.Sessions || m.stale(e)); e = m.order.Back() {
		m.drop(e)
	}
}

func (m *memory) stale(e *list.Element) bool {
	return m.now().Sub(e.Value.(*talk).last) > m.limits.TTL
}

func (m *memory) drop(e *list.Element) {
	m.order.Remove(e)
	delete(m.byKey, e.Value.(*talk).key)
}
