package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Database gives tests a look at the tables.
func (s *Store) Database() *sql.DB { return s.db }

// BoundPages makes the file of the state hold at most n pages more than it has:
// a disk that is full then.
func (s *Store) BoundPages(ctx context.Context, n int) error {
	var pages int
	if err := s.db.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
		return err
	}
	_, err := s.db.ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+n))
	return err
}

// Now is the store's time.
func (s *Store) Now() time.Time { return s.config.Now() }
