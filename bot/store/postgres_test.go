package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// shared is the server of all tests that do not stop it.
var shared server

// A server is a Postgres server of our own. It starts when it is first needed.
type server struct {
	*bottest.Postgres
	once sync.Once
	why  error // it cannot be started
}

// database makes an empty database and returns its address. The test is skipped
// where there is no Postgres.
func (s *server) database(t testing.TB) string {
	t.Helper()
	s.once.Do(func() { s.Postgres, s.why = bottest.StartPostgres(context.WithoutCancel(t.Context())) })
	if errors.Is(s.why, bottest.ErrNoPostgres) {
		t.Skip(s.why)
	}
	noError(t, s.why)
	address, err := s.Database(t.Context())
	noError(t, err)
	return address
}

// stop ends the server and deletes its data, if it was ever started.
func (s *server) stop() error {
	if s.Postgres == nil {
		return nil
	}
	return s.Close()
}
