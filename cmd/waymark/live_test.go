package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag"
)

// newLive returns a live over a data directory and the app it belongs to.
func newLive(t *testing.T, dir string) (*live, *bottest.Log) {
	t.Helper()
	logs := &bottest.Log{}
	logger := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := &app{settings: settings{Data: dir}, env: map[string]string{}, logger: logger}
	m, err := a.models()
	if err != nil {
		t.Fatal(err)
	}
	l := &live{
		open:       func(ctx context.Context) (*knowledge, error) { return a.know(ctx, m) },
		generation: a.generation,
		bot:        bot.Config{Sessions: bot.NewMemory(bot.SessionLimits{}, nil)},
		logger:     a.logger,
	}
	return l, logs
}

// isClosed reports whether the index of s has been closed.
func isClosed(logs *bottest.Log, s *serving) bool {
	return strings.Contains(logs.String(), `msg="index closed" generation=`+s.generation+"\n")
}

func rebuild(t *testing.T, dir string) {
	t.Helper()
	if r := command(t, "", nil, "ingest", "--rebuild", "--data", dir); r.code != exitOK {
		t.Fatalf("rebuild: %+v", r)
	}
}

func TestLiveClosesWhenNobodyUsesIt(t *testing.T) {
	dir := library(t)
	l, logs := newLive(t, dir)
	if err := l.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := l.use()
	if first != l.current.Load() {
		t.Fatal("the generation was changed although the directory was not")
	}
	rebuild(t, dir)
	if err := l.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := l.current.Load()
	if second == first {
		t.Fatal("the new generation was not taken up")
	}
	if isClosed(logs, first) {
		t.Error("the old index was closed while an answer needed it")
	}
	l.done(first)
	if !isClosed(logs, first) {
		t.Error("the old index stays open although nobody uses it")
	}
	if isClosed(logs, second) {
		t.Error("the current index is closed")
	}
	l.end()
	if !isClosed(logs, second) {
		t.Error("the last index stays open")
	}
}

func TestLiveKeepsTheOldOneWhenTheNewOneFails(t *testing.T) {
	dir := library(t)
	l, logs := newLive(t, dir)
	if err := l.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.end()
	opened := l.open
	l.open = func(context.Context) (*knowledge, error) { return nil, errors.New("it cannot be opened") }
	rebuild(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 3*reloadEvery+reloadEvery/2)
	defer cancel()
	l.watch(ctx)
	if n := strings.Count(logs.String(), "it cannot be opened"); n != 1 {
		t.Errorf("the problem was logged %d times, want once:\n%s", n, logs)
	}
	r := l.Handle(t.Context(), bot.Message{Platform: "test", Chat: "1", User: "1", Private: true, Text: "How tall is the Southern Tower?"})
	if r.Answer == nil || r.Answer.Status != rag.Answered {
		t.Errorf("the old generation does not answer: %+v", r)
	}
	l.open = opened
	if err := l.reload(t.Context()); err != nil || !strings.Contains(logs.String(), "new reports taken up") {
		t.Errorf("the next try: %v\n%s", err, logs)
	}
}

// TestLiveUnderLoad asks from many sides while generations come and go. An
// answer from a closed index would be an error in words.
func TestLiveUnderLoad(t *testing.T) {
	dir := library(t)
	l, logs := newLive(t, dir)
	if err := l.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				r := l.Handle(t.Context(), bot.Message{Platform: "test", Private: true, Text: "How tall is the Southern Tower?"})
				if r.Answer == nil || r.Answer.Status != rag.Answered {
					t.Errorf("answer: %+v", r)
					return
				}
				l.Suggest("tower", 3)
			}
		})
	}
	for range 4 {
		rebuild(t, dir)
		if err := l.reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	cancel()
	asking.Wait()
	l.end()
	if strings.Contains(logs.String(), "WARN") || strings.Contains(logs.String(), "ERROR") {
		t.Errorf("logged:\n%s", logs)
	}
}

func TestLiveFollowsTheDirectoryFromEmpty(t *testing.T) {
	dir := t.TempDir()
	l, _ := newLive(t, dir)
	if err := l.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.end()
	if name := l.current.Load().generation; name != "" {
		t.Errorf("an empty directory has generation %q", name)
	}
	if r := command(t, "", nil, "ingest", "--data", dir, "testdata/lights"); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var watching sync.WaitGroup
	watching.Go(func() { l.watch(ctx) })
	for ctx.Err() == nil && l.current.Load().generation == "" {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	watching.Wait()
	if n := len(l.current.Load().index.Reports()); n != 1 {
		t.Errorf("%d reports after the ingest, want 1", n)
	}
}
