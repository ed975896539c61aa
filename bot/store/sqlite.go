package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the state's file in its directory. Beside it are SQLite's log
// (-wal, -shm) and empty files that programs lock (.opening, .users, .lock-*).
const FileName = "state.db"

// A sqliteEngine is the state in a file. One connection serves all: River's
// driver wants it so (https://riverqueue.com/docs/sqlite), and SQLite has one
// writer anyway.
type sqliteEngine struct {
	db     *sql.DB
	logger *slog.Logger
	dir    string
	users  *flock.Flock // shared by all programs that have the file open
}

func openSQLite(ctx context.Context, c Config) (engine, error) {
	doing := "open state in " + c.Dir
	e := &sqliteEngine{logger: c.Logger, dir: c.Dir}
	if err := e.open(ctx, c); err != nil {
		return nil, explain(e, doing, errors.Join(err, e.close()))
	}
	return e, nil
}

// open opens the file while no other program does so.
func (e *sqliteEngine) open(ctx context.Context, c Config) (err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	opening := flock.New(filepath.Join(c.Dir, FileName+".opening"), flock.SetPermissions(0o600))
	if _, err := opening.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opening.Close()) }()
	alone, err := e.use(c.Dir)
	if err != nil {
		return err
	}
	file := filepath.Join(c.Dir, FileName)
	if err := e.openFile(ctx, file); err != nil {
		if !damaged(err) {
			return err
		}
		if err := e.replace(ctx, c, file, alone, err); err != nil {
			return err
		}
	}
	if err := e.migrate(ctx); err != nil {
		return err
	}
	return e.begin(ctx, alone)
}

// use says that this program has the file open and reports whether it is the
// only one.
func (e *sqliteEngine) use(dir string) (alone bool, err error) {
	e.users = flock.New(filepath.Join(dir, FileName+".users"), flock.SetPermissions(0o600))
	if alone, err = e.users.TryLock(); err != nil {
		return false, err
	}
	if alone { // whoever else could have taken it waits for us to have opened
		if err := e.users.Unlock(); err != nil {
			return false, err
		}
	}
	if ok, err := e.users.TryRLock(); err != nil || !ok {
		return false, errors.Join(err, fmt.Errorf("%s.users is locked by something else", FileName))
	}
	return alone, nil
}

// openFile connects to the file and looks through it for damage.
func (e *sqliteEngine) openFile(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_RDONLY|os.O_CREATE, 0o600) // SQLite's own is open to everybody
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if e.db, err = sql.Open("sqlite", sqliteName(file)); err != nil {
		return err
	}
	e.db.SetMaxOpenConns(1)
	var verdict string
	if err := e.db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, verdict)
	}
	return nil
}

// sqliteName is the file as the driver wants it named. A commit is on the disk
// when it returns, so a power cut loses no event that a platform was told is kept.
func sqliteName(file string) string {
	options := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "secure_delete(ON)"},
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(file), OmitHost: true}
	if !filepath.IsAbs(file) {
		name = url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()}
	}
	return name.String() + "?" + options.Encode()
}

// replace moves a damaged file aside and begins a new one.
func (e *sqliteEngine) replace(ctx context.Context, c Config, file string, alone bool, damage error) error {
	if !alone {
		return fmt.Errorf("%w: %w", ErrInUse, damage)
	}
	if err := e.db.Close(); err != nil {
		return err
	}
	aside := file + ".corrupt-" + c.Now().UTC().Format("20060102T150405.000Z")
	// The file itself last: a log without its file is not read into a new one.
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(file+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("move the damaged file aside: %w", err)
		}
	}
	e.logger.ErrorContext(ctx, "state is damaged, it was moved aside and a new one is begun", "moved_to", aside, "error", damage)
	return e.openFile(ctx, file)
}

// damaged reports whether err says that the file holds no sound database.
func damaged(err error) bool {
	return errors.Is(err, ErrCorrupt) || errors.Is(sqliteKnown(err), ErrCorrupt)
}

func (e *sqliteEngine) migrate(ctx context.Context) error {
	if err := migrate(ctx, e.db, goose.DialectSQLite3, "migrations/sqlite"); err != nil {
		return err
	}
	return migrateRiver(ctx, riversqlite.New(e.db), e.logger)
}

// begin makes sure that the file can be written. Tasks that were under way in
// programs that are gone are given again at once.
func (e *sqliteEngine) begin(ctx context.Context, alone bool) error {
	_, err := e.db.ExecContext(ctx, `UPDATE inbox SET due_at = 0 WHERE state = 'working' AND $1`, alone)
	return err
}

func (e *sqliteEngine) database() *sql.DB { return e.db }

// serial has nothing to do: SQLite runs one writing transaction at a time.
func (e *sqliteEngine) serial(context.Context, *sql.Tx) error { return nil }

// settle empties the log, which still holds what was there before. The file
// itself is overwritten where something is deleted (secure_delete).
func (e *sqliteEngine) settle(ctx context.Context) error {
	_, err := e.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

func (e *sqliteEngine) chores(ctx context.Context, c *chores) error {
	return runRiver(ctx, riversqlite.New(e.db), c)
}

func (e *sqliteEngine) known(err error) (error, bool) {
	if known := knownOfFiles(err); known != nil {
		return known, false
	}
	return sqliteKnown(err), isBusy(err)
}

// sqliteKnown reads https://www.sqlite.org/rescode.html.
func sqliteKnown(err error) error {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	}
	return nil
}

func isBusy(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// sqliteCode is the primary result code of err, 0 where it is no error of SQLite.
func sqliteCode(err error) int {
	if known, ok := errors.AsType[*sqlite.Error](err); ok {
		return known.Code() & 0xff
	}
	return 0
}

func (e *sqliteEngine) close() error {
	var err error
	if e.db != nil {
		err = e.db.Close()
	}
	if e.users != nil {
		err = errors.Join(err, e.users.Close())
	}
	return err
}
