package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
)

// votes makes a state with three votes, one of them with a reason that a spreadsheet
// would run.
func votes(t *testing.T) []string {
	t.Helper()
	a, env := stateApp(t)
	askBuiltin(t, a, "What is Bittensor?", "=HYPERLINK(\"http://example.org\") of Hyperbolic", "Who feeds the cat?")
	pressOn(t, a, "100", "7", bot.Up, "")
	pressOn(t, a, "100", "8", bot.Down, "")
	pressOn(t, a, "101", "8", bot.InWords, "=1+1, says \"he\"")
	return env
}

func TestFeedback(t *testing.T) {
	env := votes(t)
	for _, test := range []struct {
		args string
		want []string // vote and question, in order
	}{
		{"", []string{"up What is Bittensor?", "down What is Bittensor?", "down =HYPERLINK(\"http://example.org\") of Hyperbolic"}},
		{"--down", []string{"down What is Bittensor?", "down =HYPERLINK(\"http://example.org\") of Hyperbolic"}},
		{"--up", []string{"up What is Bittensor?"}},
		{"--reasons", []string{"down =HYPERLINK(\"http://example.org\") of Hyperbolic"}},
		{"--project bittensor --down", []string{"down What is Bittensor?"}},
		{"--since 2020-01-01 --up", []string{"up What is Bittensor?"}},
		{"--since " + time.Now().AddDate(0, 0, 2).Format(time.DateOnly), nil},
	} {
		r := command(t, "", env, append([]string{"feedback", "--jsonl"}, strings.Fields(test.args)...)...)
		var got []string
		for line := range strings.Lines(r.stdout) {
			var v ratingJSON
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			got = append(got, v.Vote+" "+v.Question)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || r.code != exitOK {
			t.Errorf("%s: %s%s", test.args, diff, r.stderr)
		}
	}
	r := command(t, "", env, "feedback")
	for _, want := range []string{"  up    What is Bittensor?\n", "answered · extractive · Bittensor", "“=1+1, says \"he\"”", "3 votes: 1 up, 2 down\n"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in\n%s%s", want, r.stdout, r.stderr)
		}
	}
}

func TestFeedbackCSV(t *testing.T) {
	r := command(t, "", votes(t), "feedback", "--csv")
	rows, err := csv.NewReader(bytes.NewReader([]byte(r.stdout))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v: %q", err, rows)
	}
	if diff := cmp.Diff(ratingColumns, rows[0]); diff != "" {
		t.Error(diff)
	}
	if _, err := time.Parse(time.RFC3339, rows[1][0]); err != nil {
		t.Error(err)
	}
	if len(rows[1][9]) == 0 {
		t.Error("no passages")
	}
	for _, row := range rows {
		row[0], row[9], row[12] = "", "", ""
	}
	want := [][]string{
		{"", "up", "", "What is Bittensor?", "en", "answered", "define", "", "Bittensor", "", "extractive", "", "", "telegram/100"},
		{"", "down", "", "What is Bittensor?", "en", "answered", "define", "", "Bittensor", "", "extractive", "", "", "telegram/100"},
		{"", "down", "'=1+1, says \"he\"", "'=HYPERLINK(\"http://example.org\") of Hyperbolic", "en", rows[3][5], rows[3][6], rows[3][7], rows[3][8], "", "extractive", "", "", "telegram/101"},
	}
	if diff := cmp.Diff(want, rows[1:]); diff != "" {
		t.Error(diff)
	}
}

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "a=b": "a=b", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", " =1": "' =1",
		"＝1": "'＝1", "＠x": "'＠x", "\n=1": "'\n=1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
}

// TestFeedbackOff holds that the setting takes the buttons away, and nothing else.
func TestFeedbackOff(t *testing.T) {
	a, _ := stateApp(t)
	a.settings.Feedback = "off"
	state, err := a.openState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.closeState(state)
	if c := a.botConfig(state); !c.NoVotes || c.Feedback == nil {
		t.Errorf("votes are taken, or answers are not remembered: %+v", c)
	}
}
