package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the server of all tests that do not stop it.
var shared server

// A server is a Postgres server of our own, on loopback, in a directory that
// goes when it stops. It starts when it is first needed.
type server struct {
	once sync.Once
	why  error // it cannot be started

	dir  string
	port int
	run  *exec.Cmd
	said bytes.Buffer

	databases int
	mu        sync.Mutex
}

// errNoPostgres says that there is no server to start.
var errNoPostgres = errors.New("no initdb and postgres in PATH or /usr/lib/postgresql: install postgresql")

// database makes an empty database and returns its address. The test is skipped
// where there is no Postgres.
func (s *server) database(t testing.TB) string {
	t.Helper()
	s.once.Do(func() { s.why = s.make() })
	if errors.Is(s.why, errNoPostgres) {
		t.Skip(s.why)
	}
	noError(t, s.why)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.databases++
	name := "state" + strconv.Itoa(s.databases)
	c, err := pgx.Connect(t.Context(), s.address("postgres"))
	noError(t, err)
	defer c.Close(context.WithoutCancel(t.Context()))
	_, err = c.Exec(t.Context(), "CREATE DATABASE "+name)
	noError(t, err)
	return s.address(name)
}

func (s *server) address(database string) string {
	return fmt.Sprintf("postgres://waymark@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// make makes the server's directory and starts it.
func (s *server) make() (err error) {
	if s.dir, err = os.MkdirTemp("", "waymark-postgres"); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return err
	}
	if who := otherUser(); who != nil {
		if err := os.Chown(s.dir, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	initdb, err := s.command("initdb", "-D", s.data(), "-U", "waymark", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s.start()
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

// start starts the server and waits until it answers.
func (s *server) start() (err error) {
	s.run, err = s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-h", "127.0.0.1", "-k", "")
	if err != nil {
		return err
	}
	s.run.Stdout, s.run.Stderr = &s.said, &s.said
	if err := s.run.Start(); err != nil {
		return err
	}
	for range 200 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		c, err := pgx.Connect(ctx, s.address("postgres"))
		if err == nil {
			err = c.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("postgres does not answer: %s", s.said.String())
}

// halt ends the server and keeps its data. Programs that are connected are cut off.
func (s *server) halt() error {
	if s.run == nil || s.run.Process == nil {
		return nil
	}
	if err := s.run.Process.Signal(syscall.SIGINT); err != nil { // https://www.postgresql.org/docs/current/server-shutdown.html
		return err
	}
	err := s.run.Wait()
	s.run = nil
	return err
}

// stop ends the server and deletes its data.
func (s *server) stop() error {
	if s.dir == "" {
		return nil
	}
	return errors.Join(s.halt(), os.RemoveAll(s.dir))
}

// command is one of Postgres' programs, run by another user where we are root:
// it refuses that.
func (s *server) command(name string, args ...string) (*exec.Cmd, error) {
	file, err := postgresFile(name)
	if err != nil {
		return nil, err
	}
	c := exec.Command(file, args...)
	c.Dir, c.Env = s.dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if who := otherUser(); who != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	}
	return c, nil
}

func postgresFile(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name) // Debian's, one folder a version
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return slices.Max(found), nil
	}
	if file, err := exec.LookPath(name); err == nil {
		return file, nil
	}
	return "", errNoPostgres
}

// otherUser is whom to be instead of root; nil for who is not.
func otherUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}
