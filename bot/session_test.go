package bot

import (
	"fmt"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

func TestMemoryBounds(t *testing.T) {
	now := time.Unix(0, 0)
	m := NewMemory(SessionLimits{Turns: 2, Sessions: 2, TTL: time.Hour}, func() time.Time { return now })
	add := func(key, q string) {
		if err := m.Add(t.Context(), key, rag.Turn{Question: q}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when, key string, want ...string) {
		t.Helper()
		turns, err := m.Turns(t.Context(), key)
		got := []string{}
		for _, turn := range turns {
			got = append(got, turn.Question)
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %s holds %v, %v, want %v", when, key, got, err, want)
		}
	}
	add("a", "1")
	add("a", "2")
	add("a", "3")
	check("after three turns", "a", "2", "3")

	now = now.Add(time.Minute)
	add("b", "4")
	add("a", "5")
	add("c", "6")
	check("after a third talk", "b")
	check("after a third talk", "a", "3", "5")
	check("after a third talk", "c", "6")

	now = now.Add(time.Hour)
	check("after just the TTL", "a", "3", "5")
	now = now.Add(time.Second)
	check("after the TTL", "a")
	add("d", "7")
	if n := len(m.(*memory).byKey); n != 1 || m.(*memory).order.Len() != 1 {
		t.Errorf("%d talks are kept, want 1", n)
	}

	if err := m.Reset(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	check("after reset", "d")
	if err := m.Reset(t.Context(), "nobody"); err != nil {
		t.Error(err)
	}
}

func TestMemoryHandsOutCopies(t *testing.T) {
	m := NewMemory(SessionLimits{}, nil)
	for _, q := range []string{"1", "2"} {
		if err := m.Add(t.Context(), "a", rag.Turn{Question: q}); err != nil {
			t.Fatal(err)
		}
	}
	turns, _ := m.Turns(t.Context(), "a")
	turns[0].Question = "changed"
	again, _ := m.Turns(t.Context(), "a")
	if again[0].Question != "1" {
		t.Error("a caller changed what is remembered")
	}
}
