package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// TestState holds that what a bot remembers is in the data directory: the talk and the day's
// account through a restart, the questions it could not answer for gaps, and nothing of a
// person after /forget.
func TestState(t *testing.T) {
	data := t.TempDir()
	a := &app{settings: settings{Data: data, KeepQuestions: 30}, env: map[string]string{}, logger: slog.New(slog.DiscardHandler)}
	answer := rag.Answer{
		Status: rag.NotCovered, Language: "en", Intent: "fact", Question: "Who feeds the cat of Northline?", Projects: []string{"Northline"},
		Usage: rag.Usage{PromptTokens: 40, CompletionTokens: 2, Calls: 1},
	}
	m := bot.Message{Platform: "telegram", ID: "1", Chat: "7", User: "7", Private: true, Text: answer.Question}
	say := func(m bot.Message) bot.Reply {
		t.Helper()
		state, err := a.openState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer a.closeState(state)
		c := a.botConfig(state)
		c.Answerer = answers(func(q rag.Question) rag.Answer {
			answer.Notice = strings.Repeat("x", len(q.Turns))
			return answer
		})
		return bot.New(c).Handle(t.Context(), m)
	}
	if r := say(m); r.Notice != "" {
		t.Errorf("the first question has a talk before it: %q", r.Notice)
	}
	m.ID = "2"
	if r := say(m); r.Notice != "x" {
		t.Errorf("after a restart the talk is gone: %q", r.Notice)
	}
	env := []string{"WAYMARK_DATA=" + data}
	if r := command(t, "", env, "gaps"); r.code != exitOK || !strings.Contains(r.stdout, "   2  Northline (not_covered 2)") || !strings.Contains(r.stdout, "Who feeds the cat") {
		t.Errorf("gaps: %+v", r)
	}
	var line struct{ Question string }
	if r := command(t, "", env, "gaps", "--set"); r.code != exitOK || json.Unmarshal([]byte(r.stdout), &line) != nil || line.Question != answer.Question {
		t.Errorf("gaps --set: %+v", r)
	}
	if r := command(t, "", env, "gaps", "--json"); r.code != exitOK || !strings.Contains(r.stdout, `"count":2`) || strings.Contains(r.stdout, `"7"`) {
		t.Errorf("gaps --json: %+v", r)
	}
	gone := say(bot.Message{Platform: "telegram", ID: "3", Chat: "7", User: "7", Private: true, Command: bot.CommandForget})
	if text := gone.Lines[0].Spans[0].Text; !strings.Contains(text, "I know nothing about you") || !strings.Contains(text, "daily accounts") {
		t.Errorf("/forget says %q", text)
	}
	m.ID = "4"
	if r := say(m); r.Notice != "" {
		t.Errorf("after /forget the talk is still there: %q", r.Notice)
	}
	if r := command(t, "", []string{"WAYMARK_DATA=" + t.TempDir()}, "gaps"); r.code != exitOK || !strings.Contains(r.stdout, "Nothing was left unanswered in 30 days.") {
		t.Errorf("gaps of nothing: %+v", r)
	}
	for _, bad := range [][]string{{"gaps", "--days", "0"}, {"gaps", "--state", "mysql://x"}, {"gaps", "--keep-questions", "-1"}} {
		if r := command(t, "", env, bad...); r.code != exitUsage {
			t.Errorf("%v: %+v", bad, r)
		}
	}
}

// An answers is an answerer without reports.
type answers func(rag.Question) rag.Answer

func (f answers) Ask(_ context.Context, q rag.Question) (rag.Answer, error) { return f(q), nil }
