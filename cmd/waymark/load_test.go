//go:build !race

// The race detector makes everything ten times slower: what is timed here would tell nothing.

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

const (
	loadChats  = 100                    // that talk at the same time, half of them on each platform
	loadEvery  = 10 * time.Second       // a chat asks about so often
	loadWithin = 150 * time.Millisecond // of 95 in 100 questions: from the update to the message
)

// TestLoad holds that a hundred chats that talk at once, beside talks that are
// remembered, are answered fast, that memory does not grow with what was
// answered, and that no platform has to say that the bot is too fast; both hold
// it to their published limits. It is short unless told otherwise:
//
//	WAYMARK_TEST_LOAD=5m WAYMARK_TEST_SESSIONS=10000 go test ./cmd/waymark -run TestLoad -v -timeout 15m
//
// Only then, on a machine with nothing else to do, time and memory count.
func TestLoad(t *testing.T) {
	lasts, sessions := 6*time.Second, setting(t, "WAYMARK_TEST_SESSIONS", 100)
	full := os.Getenv("WAYMARK_TEST_LOAD") != ""
	if full {
		var err error
		if lasts, err = time.ParseDuration(os.Getenv("WAYMARK_TEST_LOAD")); err != nil {
			t.Fatal(err)
		}
	}
	l := newLoad(t, sessions)
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	watched := make(chan []int)
	go func() { watched <- l.watchMemory(ctx) }()
	l.talk(ctx)
	memory := <-watched
	p50, p95, p99, answers := l.times()
	limited := l.limited()
	begin, end := average(memory[len(memory)/5:len(memory)*2/5+1]), average(memory[len(memory)*4/5:])
	t.Logf("%d chats for %v beside %d sessions: %d asked, %d answered; own time p50 %v, p95 %v, p99 %v; %d answers 429; memory %d MB at first, %d MB at the end",
		loadChats, lasts, sessions, l.asked, answers, p50, p95, p99, limited, begin>>20, end>>20)
	if answers != l.asked || limited > 0 {
		t.Errorf("%d of %d questions were answered, %d requests were too many", answers, l.asked, limited)
	}
	if full && (p95 > loadWithin || end > begin*11/10) {
		t.Errorf("p95 %v, want %v; memory grew from %d to %d bytes", p95, loadWithin, begin, end)
	}
	for _, f := range append(l.telegram.Findings(), l.discord.Findings()...) {
		t.Errorf("finding: %s", f)
	}
}

// A load is a program and who asks it.
type load struct {
	t        *testing.T
	about    []known
	program  *process
	telegram *bottest.Telegram
	discord  *bottest.Discord

	mu       sync.Mutex
	asked    int
	said     map[int64][]time.Time // on Telegram, by chat: when it was asked
	commands map[string]time.Time  // on Discord, by interaction
}

// newLoad starts a program that remembers so many talks.
func newLoad(t *testing.T, sessions int) *load {
	t.Helper()
	l := &load{t: t, about: questionsWithAnswers(t), said: map[int64][]time.Time{}, commands: map[string]time.Time{}}
	var err error
	if l.telegram, err = bottest.StartTelegram("127.0.0.1:0", bottest.TelegramOptions{Limits: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.telegram.Close)
	l.discord = newDiscord(t).Discord
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for i := range sessions {
		q := l.about[i%len(l.about)]
		a := rag.Answer{Question: q.question, Status: rag.Answered, Language: "en", Sentences: []rag.Sentence{{Text: strings.Repeat(q.begins+" ", 10)}}}
		if err := s.Add(t.Context(), fmt.Sprintf("telegram/%d/%d", i, i), rag.Turn{Question: q.question, Answer: &a}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l.program = start(t, []string{
		"WAYMARK_DATA=" + dir, "WAYMARK_LOG_LEVEL=warn",
		"WAYMARK_TELEGRAM_TOKEN=" + l.telegram.Token(), "WAYMARK_TELEGRAM_ENDPOINT=" + l.telegram.URL(),
		"WAYMARK_DISCORD_TOKEN=" + l.discord.Token(), "WAYMARK_DISCORD_ENDPOINT=" + l.discord.URL(),
	}, "serve")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := l.discord.WaitCommand(ctx, "ask"); err != nil {
		t.Fatal(err)
	}
	return l
}

// talk lets all chats ask until ctx ends, and waits for the last answers.
func (l *load) talk(ctx context.Context) {
	var chats sync.WaitGroup
	for range loadChats / 2 {
		chats.Go(func() { l.askPrivately(ctx) })
		chats.Go(func() { l.askByCommand(ctx) })
	}
	chats.Wait()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, _, _, answers := l.times(); answers == l.asked {
			return
		}
	}
}

// each asks again and again, about as often as loadEvery says.
func (l *load) each(ctx context.Context, ask func(known)) {
	wait := time.Duration(rand.Int64N(int64(loadEvery / 2)))
	for {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
		ask(l.about[rand.IntN(len(l.about))])
		wait = loadEvery*4/5 + time.Duration(rand.Int64N(int64(loadEvery*2/5)))
	}
}

func (l *load) askPrivately(ctx context.Context) {
	u := l.telegram.Member("Ada", "en")
	chat := l.telegram.Private(u)
	l.each(ctx, func(q known) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.asked++
		l.said[chat.ID] = append(l.said[chat.ID], time.Now())
		l.telegram.Say(chat, u, q.question)
	})
}

func (l *load) askByCommand(ctx context.Context) {
	user := l.discord.AddUser("cyd", false)
	l.each(ctx, func(q known) {
		l.mu.Lock()
		defer l.mu.Unlock()
		now := time.Now()
		id, err := l.discord.Slash(l.discord.Server(), user, "ask", map[string]string{"question": q.question})
		if err != nil {
			l.t.Error(err)
			return
		}
		l.asked++
		l.commands[id] = now
	})
}

// times returns how long answers took, from the question's being there for the
// bot until the platform had the answer, and how many there are.
func (l *load) times() (p50, p95, p99 time.Duration, answers int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var took []time.Duration
	for chat, asked := range l.said {
		for i, m := range l.telegram.Messages(bottest.TelegramChat{ID: chat}) {
			if i < len(asked) {
				took = append(took, m.Edited.Sub(asked[i]))
			}
		}
	}
	for _, f := range l.discord.Fillings(l.discord.Server().Channel) {
		if asked, ok := l.commands[f.Interaction]; ok {
			took = append(took, f.At.Sub(asked))
		}
	}
	if len(took) == 0 {
		return 0, 0, 0, 0
	}
	slices.Sort(took)
	at := func(percent int) time.Duration {
		return took[min(len(took)-1, len(took)*percent/100)].Round(100 * time.Microsecond)
	}
	return at(50), at(95), at(99), len(took)
}

// limited is how many requests the platforms have refused as too many.
func (l *load) limited() (n int) {
	for _, c := range l.telegram.Calls("") {
		if c.Status == http.StatusTooManyRequests {
			n++
		}
	}
	for _, r := range l.discord.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

// watchMemory returns what the program holds in memory, in bytes, every second.
func (l *load) watchMemory(ctx context.Context) []int {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var all []int
	for ctx.Err() == nil {
		if raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", l.program.cmd.Process.Pid)); err == nil {
			var size, resident int
			if _, err := fmt.Sscan(string(raw), &size, &resident); err == nil {
				all = append(all, resident*os.Getpagesize())
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	if len(all) == 0 {
		all = []int{0} // not Linux
	}
	return all
}

func average(all []int) int {
	sum := 0
	for _, n := range all {
		sum += n
	}
	return sum / max(1, len(all))
}
