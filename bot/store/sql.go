package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// mostTries bounds how often a transaction is tried that another one was in the
// way of.
const mostTries = 5

// change runs do in a transaction and commits it. Where another transaction was
// in the way, do is run again.
func (s *Store) change(caller context.Context, doing string, do func(context.Context, *sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(caller, s.config.Timeout)
	defer cancel()
	for try := 1; ; try++ {
		err := s.transact(ctx, do)
		if err == nil {
			return nil
		}
		if _, again := s.engine.known(err); !again || try == mostTries || ctx.Err() != nil {
			return s.failed(caller, doing, err)
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

func (s *Store) transact(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(ctx, tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return errors.Join(err, undo)
		}
		return err
	}
	return tx.Commit()
}

// write runs one statement and returns how many rows it changed.
func (s *Store) write(ctx context.Context, doing, query string, args ...any) (int64, error) {
	var n int64
	err := s.change(ctx, doing, func(ctx context.Context, tx *sql.Tx) (err error) {
		n, err = count(tx.ExecContext(ctx, query, args...))
		return err
	})
	return n, err
}

// count is how many rows a statement changed.
func count(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// read runs a query and gives each of its rows to scan. No other call can be
// made before it returns: SQLite has one connection.
func (s *Store) read(caller context.Context, doing string, scan func(*sql.Rows) error, query string, args ...any) error {
	ctx, cancel := context.WithTimeout(caller, s.config.Timeout)
	defer cancel()
	if err := eachRow(ctx, s.db, scan, query, args...); err != nil {
		return s.failed(caller, doing, err)
	}
	return nil
}

// failed says what was being done. Where the caller has ended the call that is
// why, whatever the database makes of it.
func (s *Store) failed(caller context.Context, doing string, err error) error {
	if ended := caller.Err(); ended != nil {
		return fmt.Errorf("%s: %w", doing, ended)
	}
	return explain(s.engine, doing, err)
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func eachRow(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err below has what went wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// clean makes text of strangers fit for a column: Postgres takes neither a zero
// byte nor what is not UTF-8.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// cut is clean's first characters, at most n of them.
func cut(text string, n int) string {
	runes := []rune(clean(text))
	return string(runes[:min(n, len(runes))])
}

// one reads the columns of one row; [sql.ErrNoRows] says that there is none.
func (s *Store) one(ctx context.Context, doing string, columns []any, query string, args ...any) error {
	found := false
	err := s.read(ctx, doing, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(columns...)
	}, query, args...)
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}
