package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Locker = (*Store)(nil)

const (
	lockPoll  = 250 * time.Millisecond // between tries to get a lock
	lockCheck = time.Second            // between looks whether a server still has ours
	lockSlow  = 3 * time.Second        // a look that takes longer says that it has not
)

// Lock implements [bot.Locker]: an advisory lock of the connection in Postgres,
// a locked file beside the state in SQLite. Both end with the program.
func (s *Store) Lock(ctx context.Context, name string) (held context.Context, release func(), err error) {
	held, release, err = s.engine.lock(ctx, name)
	if err != nil {
		return nil, nil, s.failed(ctx, "wait for the lock of "+name, err)
	}
	return held, release, nil
}

// lock waits for a lock on a file of its own.
func (e *sqliteEngine) lock(ctx context.Context, name string) (context.Context, func(), error) {
	sum := sha256.Sum256([]byte(name))
	f := flock.New(filepath.Join(e.dir, FileName+".lock-"+hex.EncodeToString(sum[:4])), flock.SetPermissions(0o600))
	if _, err := f.TryLockContext(ctx, lockPoll); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	held, cancel := context.WithCancel(ctx)
	return held, func() {
		cancel()
		_ = f.Close() // which unlocks it, as the program's end would
	}, nil
}

// lock waits for an advisory lock on a connection of its own.
func (e *postgresEngine) lock(ctx context.Context, name string) (context.Context, func(), error) {
	sum := sha256.Sum256([]byte(name))
	key := int64(binary.BigEndian.Uint64(sum[:8])) //nolint:gosec // any number will do
	c, err := e.db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := awaitLock(ctx, c, key); err != nil {
		discard(c)
		return nil, nil, err
	}
	held, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		watchLock(held, c)
	}()
	return held, func() {
		cancel()
		<-ended
		discard(c) // the server gives the lock back with the connection
	}, nil
}

// awaitLock waits until the lock is c's. The server is to notice within seconds
// when the machine of c is gone without a word.
func awaitLock(ctx context.Context, c *sql.Conn, key int64) error {
	for _, set := range []string{`SET tcp_keepalives_idle = 5`, `SET tcp_keepalives_interval = 2`, `SET tcp_keepalives_count = 3`} {
		if _, err := c.ExecContext(ctx, set); err != nil {
			return err
		}
	}
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		var ours bool
		if err := c.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&ours); err != nil || ours {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watchLock returns when c is gone, and the lock with it, or held has ended.
func watchLock(held context.Context, c *sql.Conn) {
	tick := time.NewTicker(lockCheck)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-held.Done():
			return
		}
		ctx, cancel := context.WithTimeout(held, lockSlow)
		_, err := c.ExecContext(ctx, `SELECT 1`)
		cancel()
		if err != nil {
			return
		}
	}
}

// discard ends a connection instead of giving it back to the pool.
func discard(c *sql.Conn) {
	_ = c.Raw(func(raw any) error {
		if own, ok := raw.(*stdlib.Conn); ok {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_ = own.Conn().Close(ctx)
		}
		return driver.ErrBadConn
	})
	_ = c.Close()
}
