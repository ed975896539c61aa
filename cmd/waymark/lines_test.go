package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

func TestAnswerLinesGoOnAfterAFailure(t *testing.T) {
	var out bytes.Buffer
	a := &app{stdin: strings.NewReader("{\"id\":\"a\",\"question\":\"one\"}\n{\"id\":\"b\",\"question\":\"two\"}\n{\"id\":\"c\",\"question\":\"three\"}"), stdout: &out}
	err := a.answerLines(t.Context(), func(q rag.Question) (any, error) {
		if q.ID == "b" {
			return nil, errors.New("the index\nis gone")
		}
		return map[string]string{"id": q.ID}, nil
	})
	if !errors.Is(err, errSome) {
		t.Errorf("error %v, want %v", err, errSome)
	}
	want := `{"id":"a"}` + "\n" + `{"id":"b","question":"two","error":"the index is gone"}` + "\n" + `{"id":"c"}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAnswerLinesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	a := &app{stdin: strings.NewReader("{\"question\":\"one\"}\n{\"question\":\"two\"}\n"), stdout: &out}
	err := a.answerLines(ctx, func(rag.Question) (any, error) {
		cancel()
		return nil, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v with output %q, want only that it was cancelled", err, &out)
	}
}

func TestEachQuestion(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, tt := range []struct {
		name, in string
		want     []rag.Question
		problem  string
	}{
		{"none", "", nil, ""},
		{"blank lines", "\n \r\n", nil, ""},
		{"without a last newline", `{"id":"a","question":"one?"}`, []rag.Question{{ID: "a", Text: "one?"}}, ""},
		{"byte order mark", "\ufeff{\"question\":\"one?\"}\r\n", []rag.Question{{Text: "one?"}}, ""},
		{"turns", `{"id":"a","turns":["one?","two?"]}`, []rag.Question{{ID: "a", Text: "two?", Turns: []rag.Turn{{Question: "one?"}}}}, ""},
		{"not JSON", "{\"question\":\"one?\"}\n\nwhat?\n", []rag.Question{{Text: "one?"}}, "line 3: "},
		{"a list", `["one?"]`, nil, "line 1: "},
		{"too long", `{"question":"` + long + `"}`, nil, "line 1: longer than "},
		{"not UTF-8", "{\"question\":\"\xff\"}", nil, "line 1: not UTF-8"},
		{"no question", `{"id":"a"}`, nil, "line 1: no question in it"},
		{"two objects", `{"question":"one?"}{"question":"two?"}`, nil, "line 1: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []rag.Question
			err := eachQuestion(strings.NewReader(tt.in), func(q rag.Question) error {
				got = append(got, q)
				return nil
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			var usage *usageError
			switch {
			case tt.problem == "" && err != nil:
				t.Errorf("error %v", err)
			case tt.problem != "" && (!errors.As(err, &usage) || !strings.HasPrefix(err.Error(), tt.problem) || !strings.HasSuffix(err.Error(), wantedLine)):
				t.Errorf("error %v, want a usage error that begins with %q and shows the wanted form", err, tt.problem)
			}
		})
	}
}

func FuzzQuestionLines(f *testing.F) {
	for _, s := range []string{`{"id":"a","question":"one?"}`, `{"turns":["one?","two?"]}`, "\xff", "{}", "null", "\ufeff\n[]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines := 0
		err := eachQuestion(strings.NewReader(s), func(q rag.Question) error {
			lines++
			if strings.TrimSpace(q.Text) == "" {
				t.Errorf("an empty question out of %q", s)
			}
			return nil
		})
		if most := strings.Count(s, "\n") + 1; lines > most {
			t.Errorf("%d questions in %d lines", lines, most)
		}
		if err != nil && strings.ContainsAny(oneLine(err.Error()), "\n\r\x1b") {
			t.Errorf("the error is no clean line: %q", err)
		}
	})
}
