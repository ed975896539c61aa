package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

// help is what a copy of the test program does that a test has started: "open
// DIR", "add DIR N", "crash DIR" or "work DIR CHAT", where DIR may be the address
// of a database.
func help(what string) int {
	args := append(strings.Fields(what), "", "")
	syscall.Umask(0) // whoever made the directory opens the files after us
	c := store.Config{Dir: args[1], Sessions: bot.SessionLimits{Turns: 1000}}
	if strings.HasPrefix(c.Dir, "postgres:") {
		c.URL, c.Dir = c.Dir, ""
	}
	c.Inbox = store.InboxLimits{Lease: time.Second, Poll: 5 * time.Millisecond, Failures: 1000}
	s, err := store.Open(context.Background(), c)
	if err == nil {
		switch args[0] {
		case "add":
			err = add(s, args[2])
		case "crash":
			err = crash(s)
		case "work":
			work(s, chat(args[2]))
		}
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func add(s *store.Store, times string) error {
	n, err := strconv.Atoi(times)
	if err != nil {
		return err
	}
	for i := range n {
		if err := s.Add(context.Background(), "t/1/1", rag.Turn{Question: "there " + strconv.Itoa(i)}); err != nil {
			return err
		}
	}
	fmt.Println("added")
	return nil
}

// crash takes a task, keeps half a reply and is gone.
func crash(s *store.Store) error {
	ctx := context.Background()
	if _, err := s.Put(ctx, bot.Event{Platform: "t", ID: "1", Lane: "a"}); err != nil {
		return err
	}
	task, err := s.Take(ctx)
	if err != nil {
		return err
	}
	if err := s.Keep(ctx, task, []byte("half")); err != nil {
		return err
	}
	fmt.Println("took", task.ID)
	return syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// work answers whatever is in the inbox, with two messages each, until it is killed.
func work(s *store.Store, c chat) {
	w := bot.Workers{Work: s, Lease: s, Renew: 100 * time.Millisecond, Number: 4, Handle: func(ctx context.Context, t bot.Task) error {
		if t.Reply == nil {
			if err := s.Keep(ctx, t, []byte("reply to "+t.ID)); err != nil {
				return err
			}
		}
		for part := range 2 {
			m, err := s.Sending(ctx, t, part)
			if err != nil {
				return err
			}
			if m.State == bot.PartSent {
				continue
			}
			if err := c.send(fmt.Sprintf("%s/%d %s", t.ID, part, t.Nonce(part)), m.State == bot.PartUnsure); err != nil {
				return err
			}
			if err := s.Sent(ctx, t, part, "1"); err != nil {
				return err
			}
		}
		return nil
	}}
	w.Run(context.Background())
}

// A chat is a file with a line a message. Like Discord it does not take a
// message again that it has, which is asked only where the sender is unsure.
type chat string

func (c chat) send(message string, unsure bool) error {
	if unsure {
		said, err := c.messages()
		if err != nil || slices.Contains(said, message) {
			return err
		}
	}
	f, err := os.OpenFile(string(c), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(message + "\n")
	return errors.Join(err, f.Close())
}

func (c chat) messages() ([]string, error) {
	raw, err := os.ReadFile(string(c))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n"), err
}
