package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// TestContract asks a whole question set on the command line and holds every
// line against the contract: marks and citations belong together, and every
// quote stands at its place in the report.
func TestContract(t *testing.T) {
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		t.Skip("WAYMARK_SHARED is unset: no question set")
	}
	questions, err := os.ReadFile(filepath.Join(dir, "eval", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if r := command(t, "", nil, "ingest", "--data", data, filepath.Join(dir, "reports")); r.code != exitOK {
		t.Fatalf("ingest: %+v", r)
	}
	r := command(t, string(questions), nil, "ask", "--data", data, "--jsonl")
	if r.code != exitOK || r.stderr != "" {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	checkAnswers(t, string(questions), r.stdout, reportTexts(t, data))
}

// TestContractBuiltin is the same for a few questions to the built-in reports.
func TestContractBuiltin(t *testing.T) {
	questions := ""
	for i, q := range []string{"Which projects are there?", "哪些项目融资最多？", "What do the reports disagree on?", "Tell me a joke", "How many reports are there?"} {
		line, err := json.Marshal(map[string]string{"id": strconv.Itoa(i), "question": q})
		if err != nil {
			t.Fatal(err)
		}
		questions += string(line) + "\n"
	}
	data := t.TempDir()
	r := command(t, questions, nil, "ask", "--data", data, "--jsonl")
	if r.code != exitOK || r.stderr != "" {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	checkAnswers(t, questions, r.stdout, reportTexts(t, data))
}

// reportTexts returns the clean texts that answers from a data directory quote.
func reportTexts(t *testing.T, dir string) map[string]string {
	t.Helper()
	a := &app{settings: settings{Data: dir}, env: map[string]string{}, logger: slog.New(slog.DiscardHandler)}
	k, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.close(k)
	texts := map[string]string{}
	for _, r := range k.index.Reports() {
		texts[r.ID] = r.Text
	}
	return texts
}

var mark = regexp.MustCompile(`\[(\d+)\]`)

// checkAnswers holds the printed lines against the questions, one for one.
func checkAnswers(t *testing.T, questions, printed string, texts map[string]string) {
	t.Helper()
	asked := strings.Split(strings.TrimSpace(questions), "\n")
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	if len(asked) != len(lines) {
		t.Fatalf("%d lines to %d questions", len(lines), len(asked))
	}
	for i, line := range lines {
		var a answerJSON
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&a); err != nil {
			t.Errorf("line %d: %v", i+1, err)
			continue
		}
		var q struct{ ID string }
		if err := json.Unmarshal([]byte(asked[i]), &q); err != nil {
			t.Fatal(err)
		}
		if a.ID != q.ID {
			t.Errorf("line %d: id %q, want %q", i+1, a.ID, q.ID)
		}
		for _, problem := range problemsOf(a, texts) {
			t.Errorf("question %s: %s\n%s", a.ID, problem, line)
		}
	}
}

// problemsOf lists how an answer breaks the contract.
func problemsOf(a answerJSON, texts map[string]string) []string {
	var problems []string
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !slices.Contains([]rag.Status{rag.Answered, rag.NotCovered, rag.OffTopic, rag.Declined}, a.Status) {
		add("status %q", a.Status)
	}
	if !slices.Contains([]rag.Mode{rag.Extractive, rag.Model}, a.Mode) {
		add("mode %q", a.Mode)
	}
	if a.Language != "en" && a.Language != "zh" {
		add("language %q", a.Language)
	}
	if a.Status == rag.Answered && len(a.Citations) == 0 || strings.TrimSpace(a.Answer) == "" {
		add("an answer without text or without a citation")
	}
	var numbers []int
	for _, c := range a.Citations {
		numbers = append(numbers, c.N)
		text, known := texts[c.Report]
		if !known || c.Start < 0 || c.End > len(text) || c.Start >= c.End || text[c.Start:c.End] != c.Quote {
			add("citation %d does not stand in %s at [%d, %d)", c.N, c.Report, c.Start, c.End)
		}
		if c.Title == "" {
			add("citation %d has no title", c.N)
		}
	}
	if diff := cmp.Diff(numbers, marksOf(a.Answer)); diff != "" {
		add("citations and marks differ: %s", diff)
	}
	return problems
}

// marksOf returns the numbers of the marks of a text, each once, ascending.
func marksOf(text string) []int {
	var out []int
	for _, m := range mark.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
