package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A Config says where the state is and how long it is kept. One of URL and Dir
// is required.
type Config struct {
	URL string // "postgres://user@host/database"; "" for the file state.db in Dir
	Dir string // made when it is not there

	Sessions bot.SessionLimits // as of bot.NewMemory
	Inbox    InboxLimits
	Keep     Retention

	Timeout time.Duration    // of one call, beside the caller's context; 0 means 10 s
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now. Programs that share the state need clocks that agree within seconds.
}

// Retention says how long what is kept. What is 0 has a default; what is below 0
// is not kept.
type Retention struct {
	Questions time.Duration // their text beside the answer; 0 means 30 days
	Answers   time.Duration // that nobody voted on; 0 means 30 days
	Votes     time.Duration // and the answers they are for; 0 means a year
	Accounts  time.Duration // 0 means 40 days
	Events    time.Duration // that an event was answered, to know it when it comes again; 0 means 2 days
	Dead      time.Duration // dead letters, with all they hold; 0 means 7 days
}

const day = 24 * time.Hour

func (r Retention) withDefaults() Retention {
	for _, d := range []struct {
		set     *time.Duration
		without time.Duration
	}{
		{&r.Questions, 30 * day},
		{&r.Answers, 30 * day},
		{&r.Votes, 365 * day},
		{&r.Accounts, 40 * day},
		{&r.Events, 2 * day},
		{&r.Dead, 7 * day},
	} {
		if *d.set == 0 {
			*d.set = d.without
		}
	}
	return r
}

// A Store keeps the state. It is safe for use by several goroutines, and by
// several programs at once.
type Store struct {
	config Config
	logger *slog.Logger
	engine engine
	db     *sql.DB

	mu      sync.Mutex
	lookers map[string]*looker // by the platforms that they look for tasks of
}

// An engine is what differs between the databases.
type engine interface {
	// database is for all that both do alike.
	database() *sql.DB
	// serial waits until no other transaction that asked for it is under way, and
	// makes others wait until tx ends.
	serial(ctx context.Context, tx *sql.Tx) error
	// settle is called after rows were deleted that must not be found any more.
	settle(ctx context.Context) error
	// lock is [Store.Lock].
	lock(ctx context.Context, name string) (held context.Context, release func(), err error)
	// chores runs c in the engine's River client until ctx ends.
	chores(ctx context.Context, c *chores) error
	// known returns the sentinel that says what err is, nil for none, and whether
	// the transaction may go well when it is tried again.
	known(err error) (sentinel error, again bool)
	close() error
}

// Open opens the state, makes it where there is none, and brings it up to date.
// Several programs may do so at once. [ErrReadOnly], [ErrFull], [ErrUnreachable]
// and [ErrInUse] say why it cannot be.
func Open(ctx context.Context, c Config) (*Store, error) {
	c = c.withDefaults()
	e, err := openEngine(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &Store{
		config: c, logger: c.Logger, engine: e, db: e.database(),
		lookers: map[string]*looker{},
	}
	return s, nil
}

func openEngine(ctx context.Context, c Config) (engine, error) {
	switch {
	case strings.HasPrefix(c.URL, "postgres://"), strings.HasPrefix(c.URL, "postgresql://"):
		return openPostgres(ctx, c)
	case c.URL != "":
		scheme, _, _ := strings.Cut(c.URL, ":")
		return nil, fmt.Errorf("open state: address begins with %.20q, want postgres://user@host/database", scheme)
	case c.Dir == "":
		return nil, errors.New("open state: neither an address nor a directory is given")
	}
	return openSQLite(ctx, c)
}

func (c Config) withDefaults() Config {
	c.Sessions = sessionDefaults(c.Sessions)
	c.Inbox = c.Inbox.withDefaults()
	c.Keep = c.Keep.withDefaults()
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Close ends all connections. Calls under way fail.
func (s *Store) Close() error {
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("close state: %w", err)
	}
	return nil
}

// Check reports whether the state can be read and written now.
func (s *Store) Check(ctx context.Context) error {
	return s.change(ctx, "check state", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE people SET allow = allow WHERE kind = ''`)
		return err
	})
}

// now is the time as the database has it: microseconds since 1970.
func (s *Store) now() int64 { return s.config.Now().UnixMicro() }

// timeOf is the time that a column holds.
func timeOf(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
