package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// schema holds the tables where the address names no search_path, so that the
// state can share a database with something else.
const schema = "waymark"

// Keys of advisory locks: any numbers that nobody else in the database uses.
const (
	lockMigrate int64 = 0x7761796d61726b01
	lockInbox   int64 = 0x7761796d61726b02
)

// A postgresEngine is the state in a Postgres database.
type postgresEngine struct {
	pool *pgxpool.Pool
	db   *sql.DB // the same connections
}

func openPostgres(ctx context.Context, c Config) (engine, error) {
	const doing = "open state in Postgres" // not the address: it may hold a password
	e := &postgresEngine{}
	if err := e.open(ctx, c); err != nil {
		return nil, explain(e, doing, errors.Join(err, e.close()))
	}
	return e, nil
}

func (e *postgresEngine) open(ctx context.Context, c Config) error {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return err // which shows no password
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if !strings.Contains(c.URL, "pool_max_conns") {
		config.MaxConns = 10
	}
	config.MaxConns = max(config.MaxConns, 4) // a migration needs three: the lock's, goose's, River's
	params := config.ConnConfig.RuntimeParams
	own := params["search_path"] == ""
	if own {
		params["search_path"] = schema
	}
	if e.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), config); err != nil {
		return err
	}
	e.db = stdlib.OpenDBFromPool(e.pool)
	return e.migrate(ctx, own, c.Logger)
}

// migrate brings the tables up to date while no other program does so.
func (e *postgresEngine) migrate(ctx context.Context, own bool, l *slog.Logger) (err error) {
	locked, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	// The server gives the lock back when the connection ends.
	defer func() { err = errors.Join(err, e.unlock(context.WithoutCancel(ctx), locked)) }()
	if _, err := locked.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockMigrate); err != nil {
		return fmt.Errorf("wait for other programs' migrations: %w", err)
	}
	if own {
		if err := makeSchema(ctx, locked); err != nil {
			return err
		}
	}
	if err := migrate(ctx, e.db, goose.DialectPostgres, "migrations/postgres"); err != nil {
		return err
	}
	return migrateRiver(ctx, riverpgxv5.New(e.pool), l)
}

// makeSchema needs the right to create one only where there is none.
func makeSchema(ctx context.Context, c *sql.Conn) error {
	var there bool
	if err := c.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)`, schema).Scan(&there); err != nil || there {
		return err
	}
	if _, err := c.ExecContext(ctx, `CREATE SCHEMA `+schema); err != nil {
		return fmt.Errorf("create schema %s: %w", schema, err)
	}
	return nil
}

func (e *postgresEngine) unlock(ctx context.Context, c *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, _ = c.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lockMigrate) // or the connection is gone, and the lock too
	return c.Close()
}

func (e *postgresEngine) database() *sql.DB { return e.db }

func (e *postgresEngine) serial(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockInbox)
	return err
}

// settle leaves it to the server's autovacuum.
func (e *postgresEngine) settle(context.Context) error { return nil }

func (e *postgresEngine) chores(ctx context.Context, c *chores) error {
	return runRiver(ctx, riverpgxv5.New(e.pool), c)
}

// known reads https://www.postgresql.org/docs/current/errcodes-appendix.html.
func (e *postgresEngine) known(err error) (error, bool) {
	if told, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case told.Code == "40001", told.Code == "40P01": // serialization_failure, deadlock_detected
			return nil, true
		case told.Code == "53100": // disk_full
			return ErrFull, false
		case told.Code == "25006": // read_only_sql_transaction
			return ErrReadOnly, false
		case strings.HasPrefix(told.Code, "08"), strings.HasPrefix(told.Code, "57P"), told.Code == "53300": // connection, shutdown, too_many_connections
			return ErrUnreachable, false
		}
		return nil, false
	}
	if errors.Is(err, pgx.ErrNoRows) || errors.Is(err, context.Canceled) {
		return nil, false
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	if connecting || network || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || pgconn.SafeToRetry(err) {
		return ErrUnreachable, false
	}
	return nil, false
}

func (e *postgresEngine) close() error {
	var err error
	if e.db != nil {
		err = e.db.Close()
	}
	if e.pool != nil {
		e.pool.Close()
	}
	return err
}
