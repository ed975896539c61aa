package store_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/rag"
)

func benchEach(b *testing.B, bench func(b *testing.B, s *store.Store)) {
	b.Helper()
	for name, place := range map[string]func(testing.TB) place{"sqlite": sqlitePlace, "postgres": postgresPlace} {
		b.Run(name, func(b *testing.B) {
			p := place(b)
			p.config.Now = nil
			bench(b, p.open(b))
		})
	}
}

// usual is a turn of the usual size: some 2 KB.
func usual() rag.Turn {
	a := rag.Answer{ID: "1", Question: "which of them do it?", Language: "en", Status: rag.Answered}
	for n := range 5 {
		a.Sentences = append(a.Sentences, rag.Sentence{Text: "One of them does it since some time, and says so itself.", Cites: []int{n + 1}})
		a.Citations = append(a.Citations, rag.Citation{
			N: n + 1, Report: "report", Title: "A report of some length", Section: "Part > Chapter", Published: "2025-01-01",
			URL: "https://example.org/reports/1", Quote: "One of them does it since some time, and says so itself.", Start: 1000, End: 1060, Passage: "report#12",
		})
	}
	return rag.Turn{Question: a.Question, Answer: &a}
}

// BenchmarkSessions adds a turn to a talk and reads the talk, as each question
// does, with 10,000 talks.
func BenchmarkSessions(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		turn := usual()
		for i := range 10_000 {
			noError(b, s.Add(b.Context(), fmt.Sprintf("telegram/%d/%d", i, i), turn))
		}
		b.ResetTimer()
		for i := 0; b.Loop(); i++ {
			key := fmt.Sprintf("telegram/%d/%d", i%10_000, i%10_000)
			noError(b, s.Add(b.Context(), key, turn))
			_, err := s.Turns(b.Context(), key)
			noError(b, err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "questions/s")
	})
}

// BenchmarkSessionsTogether is the same by 16 at once.
func BenchmarkSessionsTogether(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		turn, begin := usual(), time.Now()
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				key := fmt.Sprintf("telegram/%d/%d", i%1000, i%1000)
				noError(b, s.Add(b.Context(), key, turn))
				_, err := s.Turns(b.Context(), key)
				noError(b, err)
			}
		})
		b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "questions/s")
	})
}

// BenchmarkInbox takes an event all its way: put, taken, reply kept, one part
// marked and sent, done.
func BenchmarkInbox(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		payload, reply := make([]byte, 500), make([]byte, 2000)
		for i := 0; b.Loop(); i++ {
			_, err := s.Put(b.Context(), bot.Event{Platform: "t", ID: strconv.Itoa(i), Lane: strconv.Itoa(i % 100), User: "1", Payload: payload})
			noError(b, err)
			noError(b, answer(b.Context(), s, reply))
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

func answer(ctx context.Context, s *store.Store, reply []byte) error {
	task, err := s.Take(ctx)
	if err != nil {
		return err
	}
	if err := s.Keep(ctx, task, reply); err != nil {
		return err
	}
	if _, err := s.Sending(ctx, task, 0); err != nil {
		return err
	}
	if err := s.Sent(ctx, task, 0, "1"); err != nil {
		return err
	}
	return s.Done(ctx, task)
}

// BenchmarkTakeFull takes an event out of a full inbox, and puts it back.
func BenchmarkTakeFull(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		for i := range 10_000 {
			put(b, s, event(strconv.Itoa(i), strconv.Itoa(i%1000)))
		}
		b.ResetTimer()
		for b.Loop() {
			task, err := s.Take(b.Context())
			noError(b, err)
			noError(b, s.Fail(b.Context(), task, context.Canceled))
		}
	})
}

// BenchmarkCount counts a question against the limits of a person, of a chat and of
// all, as each question does where all three are set.
func BenchmarkCount(b *testing.B) {
	benchEach(b, func(b *testing.B, s *store.Store) {
		day := time.Now()
		for i := 0; b.Loop(); i++ {
			bounds := []bot.Bound{
				{Account: "asked-user/" + strconv.Itoa(i%10_000), Most: 1e9}, {Account: "asked-chat/" + strconv.Itoa(i%100), Most: 1e9}, {Account: "asked-all", Most: 1e9},
			}
			if full, err := s.Count(b.Context(), day, bounds); err != nil || full != "" {
				b.Fatal(full, err)
			}
		}
	})
}
