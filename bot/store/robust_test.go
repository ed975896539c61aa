package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
)

// TestOpenTogether holds that several programs may begin at once, also with a
// state that none has made yet.
func TestOpenTogether(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var done sync.WaitGroup
		for i := range 5 {
			done.Go(func() {
				s, err := store.Open(t.Context(), p.config)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(s.Add(t.Context(), "t/1/1", asked(fmt.Sprint(i))), s.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if got := questions(t, p.open(t), "t/1/1"); len(got) != 5 {
			t.Errorf("turns %q, want one of each program", got)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []store.Config{{}, {URL: "mysql://user:hunter2@host/db"}, {URL: "postgres://u:hunter2@127.0.0.1:1/db?sslmode=maybe"}} {
		s, err := store.Open(t.Context(), c)
		if err == nil {
			t.Fatalf("%q was opened: %v", c.URL, s.Close())
		}
		if strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "open state") {
			t.Errorf("%v: want what was done, and no password", err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	begin := time.Now()
	_, err := store.Open(t.Context(), store.Config{URL: "postgres://u:hunter2@127.0.0.1:1/db"})
	if !errors.Is(err, store.ErrUnreachable) || strings.Contains(fmt.Sprint(err), "hunter2") {
		t.Errorf("%v, want %v", err, store.ErrUnreachable)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %s to say so", took)
	}
}

// TestEnginesAlike holds that the tables of both engines have the same columns.
func TestEnginesAlike(t *testing.T) {
	columns := func(p place) map[string][]string {
		s, out := p.open(t), map[string][]string{}
		for _, table := range tables(t, s) {
			if strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "sqlite_") || strings.HasPrefix(table, "goose_") {
				continue
			}
			rows, err := s.Database().QueryContext(t.Context(), `SELECT * FROM `+table+` WHERE 1 = 0`)
			noError(t, err)
			out[table], err = rows.Columns()
			noError(t, errors.Join(err, rows.Err(), rows.Close()))
		}
		return out
	}
	if diff := cmp.Diff(columns(sqlitePlace(t)), columns(postgresPlace(t))); diff != "" {
		t.Error(diff)
	}
}

// fill adds to the state until that goes wrong and returns how many were added.
func fill(t *testing.T, s *store.Store) (added int, err error) {
	t.Helper()
	for added = range 10_000 {
		e := event(strconv.Itoa(added), strconv.Itoa(added))
		e.Payload = bytes.Repeat([]byte("x"), 2000)
		if _, err := s.Put(t.Context(), e); err != nil {
			return added, err
		}
	}
	return added, errors.New("it was never full")
}

// wantFull holds that a store without room says so, loses nothing, and goes on
// when there is room.
func wantFull(t *testing.T, s *store.Store, makeRoom func()) {
	t.Helper()
	added, err := fill(t, s)
	if !errors.Is(err, store.ErrFull) || !strings.HasPrefix(err.Error(), "put event: no room left") || added == 0 {
		t.Fatalf("after %d events: %v, want %v", added, err, store.ErrFull)
	}
	if err := s.Add(t.Context(), "t/1/1", asked(strings.Repeat("long ", 10_000))); !errors.Is(err, store.ErrFull) {
		t.Errorf("add: %v, want %v", err, store.ErrFull)
	}
	var kept int
	noError(t, s.Database().QueryRowContext(t.Context(), `SELECT count(*) FROM inbox WHERE length(payload) = 2000`).Scan(&kept))
	if kept != added {
		t.Errorf("%d events are kept, want %d", kept, added)
	}
	makeRoom()
	noError(t, s.Add(t.Context(), "t/1/1", asked("short")))
	wantQuestions(t, s, "t/1/1", "short")
	noError(t, s.Check(t.Context()))
}

func TestFullDatabase(t *testing.T) {
	s := sqlitePlace(t).open(t)
	noError(t, s.BoundPages(t.Context(), 50))
	wantFull(t, s, func() { noError(t, s.BoundPages(t.Context(), 10_000)) })
}

// TestFullDisk does the same on a disk that is really full. It has to be allowed
// to make one.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no disk of our own: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	noError(t, os.WriteFile(ballast, make([]byte, 512<<10), 0o600))
	p := place{"sqlite", store.Config{Dir: dir}, nil}
	wantFull(t, p.open(t), func() { noError(t, os.Remove(ballast)) })
}

// TestReadOnly holds that a directory that cannot be written is said so, and
// that the state in it is as it was. Root can write everywhere, so it has
// another user try.
func TestReadOnly(t *testing.T) {
	dir := filepath.Join(openTemp(t), "state")
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	noError(t, err)
	noError(t, s.Add(t.Context(), "t/1/1", asked("kept")))
	noError(t, s.Close())
	noError(t, chmodAll(dir, 0o444, 0o555))
	t.Cleanup(func() { noError(t, chmodAll(dir, 0o644, 0o755)) })
	for _, where := range []string{dir, filepath.Join(dir, "new")} {
		if out := helper(t, "open", where); !strings.Contains(out, "open state in "+where+": "+store.ErrReadOnly.Error()) {
			t.Errorf("it said %q, want %q", out, store.ErrReadOnly)
		}
	}
	noError(t, chmodAll(dir, 0o644, 0o755))
	again, err := store.Open(t.Context(), store.Config{Dir: dir})
	noError(t, err)
	wantQuestions(t, again, "t/1/1", "kept")
	noError(t, again.Close())
}

// TestReadOnlyFile holds the same of a file that cannot be written in a
// directory that can.
func TestReadOnlyFile(t *testing.T) {
	dir := filepath.Join(openTemp(t), "state")
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	noError(t, err)
	noError(t, s.Close())
	noError(t, chmodAll(dir, 0o666, 0o777))
	noError(t, os.Chmod(filepath.Join(dir, store.FileName), 0o444))
	if out := helper(t, "open", dir); !strings.Contains(out, store.ErrReadOnly.Error()) {
		t.Errorf("it said %q, want %q", out, store.ErrReadOnly)
	}
}

// openTemp is a temporary directory that any user may enter.
func openTemp(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	noError(t, os.Chmod(filepath.Dir(dir), 0o755))
	noError(t, os.Chmod(dir, 0o755))
	return dir
}

func chmodAll(dir string, files, dirs os.FileMode) error {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, name := range names {
		err = errors.Join(err, os.Chmod(name, files))
	}
	return errors.Join(err, os.Chmod(dir, dirs))
}

// helper runs a copy of the test program, as another user where we are root, and
// returns what it said.
func helper(t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	noError(t, err)
	c := exec.CommandContext(t.Context(), self)
	if who := bottest.OtherUser(); who != nil {
		c.Path = filepath.Join(openTemp(t), "helper")
		noError(t, copyFile(c.Path, self))
		c.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	}
	c.Dir, c.Env = "/", []string{helperVariable + "=" + strings.Join(args, " ")}
	out, err := c.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return string(out)
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// TestDamaged holds that a damaged file is moved aside and a new one is begun.
func TestDamaged(t *testing.T) {
	for name, damage := range map[string]func(raw []byte) []byte{
		"other": func([]byte) []byte {
			return []byte("this was never a database, and it is long enough to be read as one, is it not?")
		},
		"short": func(raw []byte) []byte { return raw[:len(raw)/3] },
		"holes": func(raw []byte) []byte {
			for at := 4096; at < len(raw); at += 64 {
				copy(raw[at:], "hole")
			}
			return raw
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, log := sqlitePlace(t), bytes.Buffer{}
			s, err := store.Open(t.Context(), p.config)
			noError(t, err)
			noError(t, s.Add(t.Context(), "t/1/1", asked("lost")))
			noError(t, s.Close())
			file := filepath.Join(p.config.Dir, store.FileName)
			raw, err := os.ReadFile(file)
			noError(t, err)
			raw = damage(raw)
			noError(t, os.WriteFile(file, raw, 0o600))

			p.config.Logger = slog.New(slog.NewTextHandler(&log, nil))
			s = p.open(t)
			wantQuestions(t, s, "t/1/1")
			noError(t, s.Add(t.Context(), "t/1/1", asked("new")))
			aside := file + ".corrupt-20260314T150926.535Z"
			if kept, err := os.ReadFile(aside); err != nil || !bytes.Equal(kept, raw) {
				t.Errorf("the damaged file is not as it was: %v", err)
			}
			if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "moved aside") || !strings.Contains(said, aside) {
				t.Errorf("the log says %q", said)
			}
		})
	}
}

// TestDamagedInUse holds that a damaged file is not moved from under a program
// that has it open.
func TestDamagedInUse(t *testing.T) {
	p := sqlitePlace(t)
	s := p.open(t)
	noError(t, s.Add(t.Context(), "t/1/1", asked("a")))
	_, err := s.Database().ExecContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`)
	noError(t, err)
	file := filepath.Join(p.config.Dir, store.FileName)
	raw, err := os.ReadFile(file)
	noError(t, err)
	noError(t, os.WriteFile(file, append([]byte("no database"), raw[11:]...), 0o600))
	if other, err := store.Open(t.Context(), p.config); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened %v, %v, want %v", other, err, store.ErrInUse)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// TestTwoPrograms holds that two processes on one file lose nothing.
func TestTwoPrograms(t *testing.T) {
	dir := openTemp(t)
	noError(t, os.Chmod(dir, 0o777))
	s, err := store.Open(t.Context(), store.Config{Dir: dir, Sessions: bot.SessionLimits{Turns: 1000}})
	noError(t, err)
	noError(t, chmodAll(dir, 0o666, 0o777))
	const each = 100
	var done sync.WaitGroup
	done.Go(func() {
		if out := helper(t, "add", dir, strconv.Itoa(each)); !strings.Contains(out, "added") {
			t.Errorf("the other program said %q", out)
		}
	})
	for i := range each {
		noError(t, s.Add(t.Context(), "t/1/1", asked("here "+strconv.Itoa(i))))
	}
	done.Wait()
	if got := questions(t, s, "t/1/1"); len(got) != 2*each {
		t.Errorf("%d turns, want %d", len(got), 2*each)
	}
	noError(t, s.Close())
}

// TestCrash holds that what a killed program was working on is given at once to
// the one that starts after it, on the same file.
func TestCrash(t *testing.T) {
	dir := openTemp(t)
	noError(t, os.Chmod(dir, 0o777))
	if out := helper(t, "crash", dir); !strings.Contains(out, "took 1") {
		t.Fatalf("the program said %q", out)
	}
	noError(t, chmodAll(dir, 0o666, 0o777))
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	noError(t, err)
	if task := take(t, s); task.ID != "1" || task.Failures != 1 || string(task.Reply) != "half" {
		t.Errorf("took %+v, want what the program left", task)
	}
	noError(t, s.Close())
}

// TestServerStops holds that calls fail clearly while the server is away, and go
// well again by themselves.
func TestServerStops(t *testing.T) {
	own := &server{}
	t.Cleanup(func() { noError(t, own.stop()) })
	p := place{"postgres", store.Config{URL: own.database(t), Timeout: 3 * time.Second}, nil}
	s := p.open(t, quick)
	noError(t, s.Add(t.Context(), "t/1/1", asked("before")))
	put(t, s, event("1", "a"))
	task := take(t, s)

	noError(t, own.Halt())
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err1 := s.Turns(ctx, "t/1/1")
		_, err2 := s.Take(ctx)
		for doing, err := range map[string]error{"read session": err1, "take task": err2, "write session": s.Add(ctx, "t/1/1", asked("lost")), "end task": s.Done(ctx, task)} {
			if !errors.Is(err, store.ErrUnreachable) || !strings.HasPrefix(err.Error(), doing) {
				t.Errorf("without its server: %v, want %s: %v", err, doing, store.ErrUnreachable)
			}
		}
		cancel()
	}

	noError(t, own.Resume(t.Context()))
	noError(t, s.Done(t.Context(), task))
	noError(t, s.Add(t.Context(), "t/1/1", asked("after")))
	wantQuestions(t, s, "t/1/1", "before", "after")
}

// TestCallsEnd holds that a call ends with its context.
func TestCallsEnd(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Add(ctx, "t/1/1", asked("a")); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
		if _, err := s.Take(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
		wantQuestions(t, s, "t/1/1")
	})
}
