package bottest

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
	"time"
)

// ErrNoPostgres says that there is no server to start.
var ErrNoPostgres = errors.New("no initdb, postgres and createdb in PATH or /usr/lib/postgresql: install postgresql")

// A Postgres is a database server of its own, on loopback, in a directory that
// goes when it is closed.
type Postgres struct {
	dir    string
	port   int
	server *exec.Cmd
	said   bytes.Buffer

	mu        sync.Mutex
	databases int
}

// StartPostgres starts a server. [ErrNoPostgres] where the machine has none.
func StartPostgres(ctx context.Context) (p *Postgres, err error) {
	dir, err := os.MkdirTemp("", "waymark-postgres")
	if err != nil {
		return nil, err
	}
	p = &Postgres{dir: dir}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Postgres) start(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to cancel on loopback
	if err != nil {
		return err
	}
	p.port = listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return err
	}
	if who := OtherUser(); who != nil {
		if err := os.Chown(p.dir, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	if err := p.run(ctx, "initdb", "-D", p.data(), "-U", "waymark", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	return p.Resume(ctx)
}

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

// Resume starts the server again after [Postgres.Halt] and waits until it answers.
func (p *Postgres) Resume(ctx context.Context) error {
	server, err := p.command(context.WithoutCancel(ctx), "postgres", "-D", p.data(), "-p", strconv.Itoa(p.port), "-h", "127.0.0.1", "-k", "")
	if err != nil {
		return err
	}
	server.Stdout, server.Stderr = &p.said, &p.said
	if err := server.Start(); err != nil {
		return err
	}
	p.server = server
	for range 200 {
		if err = p.run(ctx, "psql", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "waymark", "-c", "SELECT 1", "postgres"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("postgres does not answer: %w", err)
}

// Database makes an empty database and returns its address.
func (p *Postgres) Database(ctx context.Context) (string, error) {
	p.mu.Lock()
	p.databases++
	name := "state" + strconv.Itoa(p.databases)
	p.mu.Unlock()
	if err := p.run(ctx, "createdb", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "waymark", name); err != nil {
		return "", err
	}
	return fmt.Sprintf("postgres://waymark@127.0.0.1:%d/%s?sslmode=disable", p.port, name), nil
}

// Halt ends the server and keeps its data. Programs that are connected are cut off.
func (p *Postgres) Halt() error {
	if p.server == nil {
		return nil
	}
	err := p.server.Process.Signal(syscall.SIGINT) // https://www.postgresql.org/docs/current/server-shutdown.html
	err = errors.Join(err, p.server.Wait())
	p.server = nil
	return err
}

// Close ends the server and deletes its data.
func (p *Postgres) Close() error { return errors.Join(p.Halt(), os.RemoveAll(p.dir)) }

// run runs one of Postgres' programs to its end.
func (p *Postgres) run(ctx context.Context, name string, args ...string) error {
	c, err := p.command(ctx, name, args...)
	if err != nil {
		return err
	}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// command is one of Postgres' programs, run by another user where we are root:
// it refuses that.
func (p *Postgres) command(ctx context.Context, name string, args ...string) (*exec.Cmd, error) {
	file, err := postgresFile(name)
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, file, args...)
	c.Dir, c.Env = p.dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	if who := OtherUser(); who != nil {
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
	return "", ErrNoPostgres
}

// OtherUser is whom a test runs a program as instead of root; nil for who is not root.
func OtherUser() *syscall.Credential {
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
