package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		Status: rag.NotCovered, Language: "en", Intent: "fact", Question: "Who feeds the cat of Northline?", Asked: rag.Asked{Projects: []string{"Northline"}},
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
	if r := command(t, "", env, "gaps"); r.code != exitOK || !strings.Contains(r.stdout, "Northline: feeds cat (not_covered 2)") || !strings.Contains(r.stdout, "Who feeds the cat") {
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
	for _, bad := range [][]string{{"gaps", "--days", "0"}, {"gaps", "--top", "-1"}, {"gaps", "--state", "mysql://x"}, {"gaps", "--keep-questions", "-1"}} {
		if r := command(t, "", env, bad...); r.code != exitUsage {
			t.Errorf("%v: %+v", bad, r)
		}
	}
}

// An answers is an answerer without reports.
type answers func(rag.Question) rag.Answer

func (f answers) Ask(_ context.Context, q rag.Question) (rag.Answer, error) { return f(q), nil }

// stateApp is a program with a data directory of its own, and its environment.
func stateApp(t *testing.T) (*app, []string) {
	t.Helper()
	data := t.TempDir()
	a := &app{settings: settings{Data: data, KeepQuestions: 30}, env: map[string]string{}, logger: slog.New(slog.DiscardHandler)}
	return a, []string{"WAYMARK_DATA=" + data}
}

// askBuiltin puts questions to a bot that answers from the built-in reports, and
// returns what was remembered to be given.
func askBuiltin(t *testing.T, a *app, questions ...string) {
	t.Helper()
	state, err := a.openState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.closeState(state)
	m, err := a.models()
	if err != nil {
		t.Fatal(err)
	}
	k, err := a.know(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close(k)
	b := newBot(k, k.engine, a.botConfig(state))
	for i, q := range questions {
		id := itoa(100 + i)
		r := b.Handle(t.Context(), bot.Message{Platform: "telegram", ID: id, Chat: "7", User: itoa(i), Private: true, Text: q})
		if r.Ballot != id {
			t.Fatalf("%s: votes go to %q", q, r.Ballot)
		}
	}
}

// pressOn votes as the member does who presses a button below the answer to an event.
func pressOn(t *testing.T, a *app, event, user string, c bot.Choice, reason string) {
	t.Helper()
	state, err := a.openState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.closeState(state)
	b := bot.New(a.botConfig(state))
	p := bot.Press{Ballot: bot.Ballot{Event: event, Language: "en", Choice: c}, Platform: "telegram", User: user, Reason: reason}
	if said, kept := b.Vote(t.Context(), p); !kept {
		t.Fatalf("vote on %s: %q", event, said)
	}
}

// TestGapClusters holds that the questions of real bots come together in both
// languages, and that the set of them is one that eval answers runs.
func TestGapClusters(t *testing.T) {
	a, env := stateApp(t)
	askBuiltin(t, a,
		"Does Bittensor have a podcast?", "Bittensor 有播客吗？",
		"Should I buy Bittensor now?", "Bittensor 现在值得买吗？",
		"What is Bittensor?", "How much has Hyperbolic raised?",
	)
	pressOn(t, a, "105", "9", bot.Outdated, "")
	pressOn(t, a, "105", "8", bot.Down, "")
	pressOn(t, a, "104", "8", bot.Up, "")

	var got []string
	r := command(t, "", env, "gaps", "--json")
	for line := range strings.Lines(r.stdout) {
		var k gapJSON
		if err := json.Unmarshal([]byte(line), &k); err != nil || time.Since(k.Last) > time.Hour {
			t.Fatalf("%s: %v", line, err)
		}
		slices.Sort(k.Examples)
		got = append(got, k.About+" "+itoa(k.Count)+" "+itoa(k.Down)+" "+statuses(k.Status)+" "+strings.Join(k.Examples, " | "))
	}
	slices.Sort(got)
	want := []string{
		"Bittensor: advice 2 0 declined 2 Bittensor 现在值得买吗？ | Should I buy Bittensor now?",
		"Bittensor: podcast 2 0 not_covered 2 Bittensor 有播客吗？ | Does Bittensor have a podcast?",
		"Hyperbolic: Raised 1 2 answered 1 How much has Hyperbolic raised?",
	}
	if diff := cmp.Diff(want, got); diff != "" || r.code != exitOK {
		t.Errorf("-want +got:\n%s%s", diff, r.stderr)
	}
	r = command(t, "", env, "gaps", "--top", "1", "--examples", "1")
	if lines := strings.Count(r.stdout, "\n"); lines != 3 || !strings.HasPrefix(r.stdout, "COUNT  DOWN  LAST        ABOUT\n    2     0  20") {
		t.Errorf("one cluster with one example:\n%s", r.stdout)
	}

	set := filepath.Join(t.TempDir(), "gaps.jsonl")
	r = command(t, "", env, "gaps", "--set")
	if err := os.WriteFile(set, []byte(r.stdout), 0o600); err != nil || r.code != exitOK {
		t.Fatal(err, r)
	}
	if again := command(t, "", env, "gaps", "--set"); again.stdout != r.stdout {
		t.Error("another export has other ids")
	}
	r = command(t, "", env, "eval", "answers", set, "--json")
	passed := map[string]bool{}
	for line := range strings.Lines(r.stdout) {
		var v struct {
			Question struct{ Question string }
			Pass     bool
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if v.Question.Question != "" { // the last line has the figures
			passed[v.Question.Question] = v.Pass
		}
	}
	wanted := map[string]bool{ // what was declined rightly, and what is answered now
		"Does Bittensor have a podcast?": false, "Bittensor 有播客吗？": false,
		"Should I buy Bittensor now?": true, "Bittensor 现在值得买吗？": true,
		"How much has Hyperbolic raised?": true,
	}
	if diff := cmp.Diff(wanted, passed); diff != "" || r.code != exitOK {
		t.Errorf("the set of gaps, scored: %s%s", diff, r.stderr)
	}
}

// TestGapsWithoutQuestions holds that gaps count where no question is kept.
func TestGapsWithoutQuestions(t *testing.T) {
	a, env := stateApp(t)
	a.settings.KeepQuestions = 0
	askBuiltin(t, a, "Should I buy Bittensor now?", "Bittensor 现在值得买吗？")
	r := command(t, "", append(env, "WAYMARK_KEEP_QUESTIONS=0"), "gaps")
	if lines := strings.Count(r.stdout, "\n"); lines != 2 || !strings.Contains(r.stdout, "Bittensor: advice (declined 2)") {
		t.Errorf("%+v", r)
	}
	if r := command(t, "", env, "gaps", "--set"); r.code != exitOK || r.stdout != "" {
		t.Errorf("a set of questions that are not kept: %+v", r)
	}
}
