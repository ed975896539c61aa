package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// outcomes notes what an observer is told.
type outcomes []Outcome

func (o *outcomes) Answered(_ context.Context, one Outcome) { *o = append(*o, one) }

// telling answers with everything that must not be logged in it.
func telling(q rag.Question) rag.Answer {
	return rag.Answer{
		Question: q.Text, Language: "en", Status: rag.Answered, Intent: "fact", Mode: rag.Model,
		Sentences: []rag.Sentence{{Text: "a secret sentence", Cites: []int{1}}, {Text: "another secret", Cites: []int{1}}},
		Citations: []rag.Citation{{N: 1, Title: "secret title", Quote: "secret quote", Passage: "guide#3"}},
		Projects:  []string{"secret project"}, Usage: rag.Usage{Calls: 2, PromptTokens: 30, CompletionTokens: 4},
		Trace: &rag.Trace{
			Calls:     []rag.Call{{Prompt: "answer", Version: "7"}},
			Sentences: []rag.Judged{{Text: "secret", Shown: true}, {Text: "secret", Reason: "figure"}, {Text: "secret", Reason: "figure"}},
		},
	}
}

func TestObserve(t *testing.T) {
	var log bytes.Buffer
	var seen outcomes
	fails := false
	b := New(Config{
		Logger: slog.New(slog.NewJSONHandler(&log, nil)), Observer: &seen, Price: func(rag.Usage) float64 { return 0.25 },
		Answerer: answererFunc(func(_ context.Context, q rag.Question) (rag.Answer, error) {
			if fails {
				return rag.Answer{}, errors.New("no luck")
			}
			return telling(q), nil
		}),
	})
	m := Message{Platform: "telegram", ID: "updateid-77", Chat: "chatid-88", User: "userid-99", Text: "who is Margaret Secret?"}
	b.Handle(t.Context(), m)
	b.Handle(t.Context(), Message{Platform: "telegram", Command: CommandHelp}) // no question
	line := map[string]any{}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, &log)
	}
	if took, ok := line["took_ms"].(float64); !ok || took < 0 {
		t.Errorf("took_ms is %v", line["took_ms"])
	}
	for _, varies := range []string{"time", "took_ms"} {
		delete(line, varies)
	}
	want := map[string]any{
		"level": "INFO", "msg": "question answered", "platform": "telegram", "event": Key{}.pseudonym("event", "telegram", "updateid-77"),
		"status": "answered", "mode": "model", "intent": "fact", "language": "en", "sentences": 2.0, "citations": 1.0, "projects": 1.0,
		"passages": []any{"guide#3"}, "conflict": false, "engine_ms": 0.0, "prompt_tokens": 30.0, "completion_tokens": 4.0,
		"model_calls": 2.0, "cost": 0.25, "prompt": "answer@7", "dropped": 2.0,
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
	fails = true
	b.Handle(t.Context(), m)
	for _, private := range []string{"ecret", "Margaret", "updateid", "chatid", "userid"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("%q stands in the log: %s", private, &log)
		}
	}
	if len(seen) != 2 || seen[0].Status() != "answered" || seen[0].Mode() != "model" || seen[0].Cost != 0.25 ||
		seen[0].Dropped()["figure"] != 2 || seen[1].Status() != "failed" || seen[1].Mode() != "none" {
		t.Errorf("the observer was told %+v", seen)
	}
}
