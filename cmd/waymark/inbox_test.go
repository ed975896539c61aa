package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
)

// TestInboxCommand holds that what waits and what was given up is seen, and that
// the latter can be tried again.
func TestInboxCommand(t *testing.T) {
	dir := t.TempDir()
	env := []string{"WAYMARK_DATA=" + dir}
	if got := command(t, "", env, "inbox"); got.code != exitOK || got.stdout != "No question waits for an answer, and none was given up.\n" {
		t.Errorf("an empty inbox: %+v", got)
	}
	s, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"1", "2"} {
		if _, err := s.Put(t.Context(), bot.Event{Platform: "telegram", ID: id, Lane: id, Payload: []byte("where?")}); err != nil {
			t.Fatal(err)
		}
	}
	task, err := s.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fail(t.Context(), task, fmt.Errorf("call Telegram sendMessage: 400: %w", bot.ErrFinal)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	got := command(t, "", env, "inbox")
	if !strings.HasPrefix(got.stdout, "telegram: 1 waiting, 0 being answered, 1 given up\n") || !strings.Contains(got.stdout, "400: given up") || strings.Contains(got.stdout, "where?") {
		t.Errorf("inbox: %+v", got)
	}
	if got := command(t, "", env, "inbox", "--json"); !strings.Contains(got.stdout, `{"platform":"telegram","waiting":1,"working":0,"dead":1,"oldest":"`) || strings.Count(got.stdout, "\n") != 2 {
		t.Errorf("inbox --json: %+v", got)
	}
	if got := command(t, "", env, "inbox", "--revive", "77"); got.code != exitFailure || !strings.Contains(got.stderr, "no question with the number 77 was given up") {
		t.Errorf("inbox --revive 77: %+v", got)
	}
	if got := command(t, "", env, "inbox", "--revive", fmt.Sprint(task.Number)); got.code != exitOK {
		t.Errorf("inbox --revive: %+v", got)
	}
	if got := command(t, "", env, "inbox"); got.stdout != "telegram: 2 waiting, 0 being answered, 0 given up\n" {
		t.Errorf("inbox after it: %+v", got)
	}
}
