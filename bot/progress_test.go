package bot

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// A screen notes what a Progress sends, and when.
type screen struct {
	began time.Time
	seen  []string
	took  time.Duration // of each send
	err   error         // of each send
}

func (s *screen) send(_ context.Context, r Reply) error {
	at := time.Since(s.began)
	time.Sleep(s.took)
	s.seen = append(s.seen, at.String()+" "+r.Lines[0].Spans[0].Text)
	return s.err
}

// show shows each text of a line of words, one every pause.
func show(p *Progress, pause time.Duration, texts string) {
	for _, text := range strings.Fields(texts) {
		p.Show(textReply("en", text))
		time.Sleep(pause)
	}
}

func TestProgress(t *testing.T) {
	const second, ms = time.Second, time.Millisecond
	for name, tt := range map[string]struct {
		took, pause time.Duration
		texts       string
		want        []string
	}{
		"one":                      {0, 0, "a", []string{"0s a"}},
		"the first at once":        {0, 5 * second, "a b", []string{"0s a", "5s b"}},
		"the latest each interval": {0, 300 * ms, "a b c d e f g", []string{"0s a", "1s d", "2s g"}},
		"what is new only":         {0, 700 * ms, "a b", []string{"0s a", "1s b"}},
		"after slow sends":         {500 * ms, 400 * ms, "a b c d e f g", []string{"0s a", "1.5s d", "3s g"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &screen{began: time.Now(), took: tt.took}
				p := NewProgress(t.Context(), time.Second, s.send, slog.New(slog.DiscardHandler))
				show(p, tt.pause, tt.texts)
				time.Sleep(10 * time.Second)
				p.Done()
				p.Show(textReply("en", "late"))
				p.Done()
				if diff := cmp.Diff(tt.want, s.seen); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Show does not wait for a send, and Done does, but for no interval.
func TestProgressDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{began: time.Now(), took: 2 * time.Second}
		p := NewProgress(t.Context(), time.Hour, s.send, slog.New(slog.DiscardHandler))
		p.Show(textReply("en", "a"))
		p.Show(textReply("en", "b"))
		if d := time.Since(s.began); d != 0 {
			t.Errorf("Show took %v", d)
		}
		time.Sleep(500 * time.Millisecond)
		p.Done()
		if d := time.Since(s.began); d != 2*time.Second || len(s.seen) != 1 {
			t.Errorf("Done after %v, sent %q", d, s.seen)
		}
		p.Show(textReply("en", "c"))
		synctest.Wait()
		if len(s.seen) != 1 {
			t.Errorf("sent after Done: %q", s.seen)
		}
	})
	synctest.Test(t, func(t *testing.T) { // nothing was shown
		p := NewProgress(t.Context(), time.Hour, nil, slog.New(slog.DiscardHandler))
		p.Done()
	})
}

// A send that hangs is given up: the complete answer waits behind it.
func TestProgressHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := NewProgress(t.Context(), time.Second, func(ctx context.Context, _ Reply) error {
			<-ctx.Done()
			return ctx.Err()
		}, slog.New(slog.DiscardHandler))
		p.Show(textReply("en", "a"))
		synctest.Wait()
		p.Done()
		if d := time.Since(began); d != partWithin {
			t.Errorf("Done after %v, want %v", d, partWithin)
		}
	})
}

// A send that fails is the last, and is logged once; so is one that panics.
func TestProgressFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("no such chat") },
		"panic": func() error { panic("no such chat") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				sends := 0
				p := NewProgress(t.Context(), time.Second, func(context.Context, Reply) error {
					sends++
					return fail()
				}, slog.New(slog.NewTextHandler(&log, nil)))
				show(p, 500*time.Millisecond, "a b c d e")
				p.Done()
				if sends != 1 || strings.Count(log.String(), "msg=") != 1 {
					t.Errorf("%d sends, log:\n%s", sends, log.String())
				}
			})
		})
	}
}

// When its context ends, a Progress is over, and says nothing.
func TestProgressContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		s := &screen{began: time.Now()}
		p := NewProgress(ctx, time.Second, s.send, slog.New(slog.NewTextHandler(&log, nil)))
		show(p, 100*time.Millisecond, "a b")
		cancel()
		time.Sleep(10 * time.Second)
		p.Show(textReply("en", "c"))
		p.Done()
		if len(s.seen) != 1 || log.Len() > 0 {
			t.Errorf("sent %q, log:\n%s", s.seen, log.String())
		}
	})
}

// A streamer shows a sentence before it answers with two.
type streamer struct{ Answerer }

func (s streamer) Stream(ctx context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
	a, err := s.Ask(ctx, q)
	a.AsOf = "2024"
	part := a
	part.Language = ""
	show(part)
	a.Sentences = append(a.Sentences, rag.Sentence{Text: "Done.", Cites: []int{1}})
	return a, err
}

func TestBotShows(t *testing.T) {
	var asked []rag.Question
	for name, tt := range map[string]struct {
		m    Message
		want []string
	}{
		"English": {Message{Text: "where?"}, []string{"where? [1]\n\nSources\n[1] Guide\nStill writing…"}},
		"Chinese": {Message{Command: CommandProject, Text: "北路"}, []string{"介绍一下 北路[1]\n\n来源\n[1] Guide\n正在撰写……"}},
		"help":    {Message{Command: CommandHelp}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			tt.m.Show = func(r Reply) { got = append(got, strings.Join(Split(r, Plain{}, 1000), "|")) }
			r := New(Config{Answerer: streamer{echo(&asked)}}).Handle(t.Context(), tt.m)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			if len(tt.want) > 0 && (r.Answer == nil || len(r.Answer.Sentences) != 2 || strings.Contains(r.Notice, "…")) {
				t.Errorf("reply %+v", r)
			}
		})
	}
	var log bytes.Buffer
	b := New(Config{Answerer: streamer{echo(&asked)}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	r := b.Handle(t.Context(), Message{Text: "where?", Show: func(Reply) { panic("screen") }})
	if len(r.Sources) != 1 || !strings.Contains(log.String(), "panic while showing") {
		t.Errorf("a Show that panics: %+v, log:\n%s", r, log.String())
	}
	if r := b.Handle(t.Context(), Message{Text: "where?"}); r.Answer == nil || len(r.Answer.Sentences) != 1 {
		t.Errorf("without a Show: %+v", r)
	}
	r = New(Config{Answerer: echo(&asked)}).Handle(t.Context(), Message{Text: "where?", Show: func(Reply) { t.Error("shown") }})
	if len(r.Sources) != 1 {
		t.Errorf("without a Streamer: %+v", r)
	}
}
