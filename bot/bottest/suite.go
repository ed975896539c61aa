package bottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// patience is how long the suite waits for anything.
const patience = 20 * time.Second

// TestAdapter holds an adapter to what every adapter promises: each question
// gets one cited answer or one clear sentence, through limits, errors and the
// end of the program; sources are complete; no secret shows; nothing keeps
// running. It starts a platform of its own for each promise.
func TestAdapter(t *testing.T, setup Setup) {
	t.Run("answer with sources", func(t *testing.T) { testAnswer(t, setup) })
	t.Run("follow-on question", func(t *testing.T) { testFollowOn(t, setup) })
	t.Run("questions in order", func(t *testing.T) { testOrder(t, setup) })
	t.Run("long answer in parts", func(t *testing.T) { testLong(t, setup, nil) })
	t.Run("told to wait in the middle", func(t *testing.T) {
		testLong(t, setup, func(p Platform) { p.Fail(RateLimited, 2) })
	})
	t.Run("text without a place to cut", func(t *testing.T) { testUnbroken(t, setup) })
	t.Run("server error", func(t *testing.T) { testOnce(t, setup, ServerError) })
	t.Run("dropped connection", func(t *testing.T) { testOnce(t, setup, Dropped) })
	t.Run("told to wait", func(t *testing.T) { testOnce(t, setup, RateLimited) })
	t.Run("error in words", func(t *testing.T) { testError(t, setup) })
	t.Run("stop under way", func(t *testing.T) { testStop(t, setup) })
	t.Run("stop and start at once", func(t *testing.T) { start(t, setup, &Answerer{}).stop() })
	TestWriting(t, setup)
	TestVotes(t, setup)
}

// TestWriting is the part of [TestAdapter] about answers that are shown while
// they are being written, for adapters with several ways to ask: each such
// answer ends in exactly one complete message, whatever was shown before, and
// nothing is shown after it.
func TestWriting(t *testing.T, setup Setup) {
	t.Run("shown while it is written", func(t *testing.T) { testWriting(t, setup) })
	t.Run("model gone in the middle", func(t *testing.T) { testPulled(t, setup) })
	t.Run("error in the middle", func(t *testing.T) { testErrorAfterPart(t, setup) })
}

// A session is one platform with its adapter running.
type session struct {
	Platform
	t      *testing.T
	ctx    context.Context
	logs   *Log
	cancel context.CancelFunc
	ended  chan error
	leaks  goleak.Option
}

// start runs an adapter whose questions go to a.
func start(t *testing.T, setup Setup, a *Answerer) *session {
	t.Helper()
	return startWith(t, setup, a, func(*bot.Config) {})
}

// startWith runs an adapter whose bot is changed.
func startWith(t *testing.T, setup Setup, a *Answerer, change func(*bot.Config)) *session {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	logs := &Log{}
	logger := slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := bot.Config{Answerer: a, Logger: logger}
	change(&config)
	p := setup(t, bot.New(config), logger)
	ctx, cancelWaits := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancelWaits)
	s := &session{Platform: p, t: t, ctx: ctx, logs: logs, leaks: leaks}
	s.run(p.Adapter())
	return s
}

// run runs an adapter.
func (s *session) run(a bot.Adapter) {
	run, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	s.cancel, s.ended = cancel, ended
	go func() { ended <- a.Run(run) }()
}

// ask lets the member ask.
func (s *session) ask(text string) {
	s.t.Helper()
	if err := s.Ask(s.ctx, text); err != nil {
		s.t.Fatalf("ask %q: %v", text, err)
	}
}

// said returns the bot's messages once there are n.
func (s *session) said(n int) []string {
	s.t.Helper()
	out, err := s.Said(s.ctx, n)
	if err != nil {
		s.t.Fatalf("wait for message %d of the bot: %v\nso far: %q\nlog:\n%s", n, err, out, s.logs)
	}
	return out
}

// stop ends the adapter and the platform, and checks what they left behind.
func (s *session) stop() {
	s.t.Helper()
	s.end()
	s.Close()
	for _, f := range s.Findings() {
		s.t.Errorf("finding: %s", f)
	}
	CheckSecret(s.t, s.Secret(), s.logs.String())
	goleak.VerifyNone(s.t, s.leaks)
}

// end ends the adapter.
func (s *session) end() {
	s.t.Helper()
	s.cancel()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("Run: %v, want nil at the end of its context", err)
		}
	case <-time.After(patience):
		s.t.Fatalf("Run did not return\nlog:\n%s", s.logs)
	}
}

// CheckSecret fails the test if text holds secret, or the half of it behind a
// colon or a dot that is the actual secret.
func CheckSecret(t *testing.T, secret, text string) {
	t.Helper()
	for _, part := range append([]string{secret}, strings.FieldsFunc(secret, func(r rune) bool { return r == ':' || r == '.' })...) {
		if len(part) >= 12 && strings.Contains(text, part) {
			t.Errorf("a secret shows in: %s", text)
			return
		}
	}
}

// A Log collects what is logged. It is safe for use by several goroutines.
type Log struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data.Write(p)
}

// String returns the lines so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.data.String()
}

// wants fails the test unless text holds all of parts, in that order.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			t.Errorf("no %q where it is expected in:\n%s", p, text)
			return
		}
		rest = after
	}
}

func testAnswer(t *testing.T, setup Setup) {
	s := start(t, setup, &Answerer{})
	s.ask("where does the path go?")
	said := s.said(1)
	wants(t, said[0], "You asked: where does the path go?", "[1]", "Turns before: 0.", "[2]",
		"Sources", "[1] Field Guide", "Paths > North", "2024-03-27", "[2] Survey <of> Waymarks", "Counts", "2023", "As of 2024-03")
	if buttons := s.Buttons(0); len(buttons) > 0 {
		t.Errorf("buttons %q, and nobody keeps votes", buttons)
	}
	s.stop()
	if n := len(said); n != 1 {
		t.Errorf("%d messages, want 1: %q", n, said)
	}
}

func testFollowOn(t *testing.T, setup Setup) {
	a := &Answerer{}
	s := start(t, setup, a)
	s.ask("what is the northern path?")
	s.said(1)
	s.ask("and who marked it?")
	wants(t, s.said(2)[1], "You asked: and who marked it?", "Turns before: 1.")
	s.stop()
	asked := a.Asked()
	if len(asked) != 2 || len(asked[1].Turns) != 1 || asked[1].Turns[0].Question != "what is the northern path?" {
		t.Errorf("the second question did not see the first: %+v", asked)
	}
}

func testOrder(t *testing.T, setup Setup) {
	s := start(t, setup, &Answerer{})
	const n = 4
	for i := range n {
		s.ask(fmt.Sprintf("question %d", i))
	}
	for i, text := range s.said(n) {
		wants(t, text, fmt.Sprintf("You asked: question %d", i), fmt.Sprintf("Turns before: %d.", i))
	}
	s.stop()
}

// testLong asks for an answer of many messages, after breaking what break breaks.
func testLong(t *testing.T, setup Setup, breaks func(Platform)) {
	const rows = 90
	s := start(t, setup, &Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) {
		return Long(q, rows), nil
	}})
	if breaks != nil {
		breaks(s)
	}
	s.ask("all of them?")
	said := s.said(2)
	for last := fmt.Sprintf("Rows > %03d", rows); !strings.Contains(said[len(said)-1], last); {
		said = s.said(len(said) + 1)
	}
	s.stop()
	for n := 1; n <= rows; n++ {
		row := fmt.Sprintf("Row %03d: <b>waymark_%d</b> & *friends* stand far,", n, n)
		source := fmt.Sprintf("[%d] Survey of Waymarks", n)
		inRow := slices.IndexFunc(said, func(text string) bool { return strings.Contains(text, row) })
		inSource := slices.IndexFunc(said, func(text string) bool { return strings.Contains(text, source) })
		if inRow < 0 || inSource < inRow {
			t.Errorf("row %d stands in message %d, its source in message %d: the sources come last and complete", n, inRow, inSource)
		}
		if all := strings.Join(said, "\n"); strings.Count(all, row) != 1 || strings.Count(all, source) != 1 {
			t.Errorf("row %d %d times, its source %d times, want once each", n, strings.Count(all, row), strings.Count(all, source))
		}
	}
}

func testUnbroken(t *testing.T, setup Setup) {
	long := strings.Repeat("路标😀", 3000)
	s := start(t, setup, &Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) {
		a := Echo(q)
		a.Sentences[0].Text = long
		return a, nil
	}})
	s.ask("say it in one word")
	said := s.said(2)
	for !strings.Contains(said[len(said)-1], "[2] Survey <of> Waymarks") {
		said = s.said(len(said) + 1)
	}
	s.stop()
	all := strings.Join(said, "")
	if strings.Count(all, "路标😀") < strings.Count(long, "路标😀")-len(said) || strings.Contains(all, "\uFFFD") {
		t.Errorf("text was lost or a character was cut in %d messages", len(said))
	}
	wants(t, all, "[1]", "[2]", "[1] Field Guide", "[2] Survey")
}

// testOnce fails the first send and wants exactly one answer.
func testOnce(t *testing.T, setup Setup, f Fault) {
	s := start(t, setup, &Answerer{})
	s.Fail(f, 1)
	s.ask("are you there?")
	wants(t, s.said(1)[0], "You asked: are you there?", "[1] Field Guide", "[2] Survey")
	s.ask("and now?")
	said := s.said(2)
	wants(t, said[1], "You asked: and now?")
	s.stop()
	if len(said) != 2 {
		t.Errorf("%d messages to two questions: %q", len(said), said)
	}
}

func testError(t *testing.T, setup Setup) {
	s := start(t, setup, &Answerer{Answer: func(context.Context, rag.Question) (rag.Answer, error) {
		return rag.Answer{}, errors.New("open /srv/private/index: permission denied")
	}})
	s.ask("does it work?")
	text := s.said(1)[0]
	s.stop()
	wants(t, text, "Something went wrong (ref ")
	_, after, _ := strings.Cut(text, "(ref ")
	if ref, _, _ := strings.Cut(after, ")"); len(ref) < 5 || !strings.Contains(s.logs.String(), ref) {
		t.Errorf("reference %q is not in the log:\n%s", ref, s.logs)
	}
	if strings.Contains(text, "private") {
		t.Errorf("the error itself was shown: %s", text)
	}
}

func testStop(t *testing.T, setup Setup) {
	asked, release := make(chan struct{}), make(chan struct{})
	s := start(t, setup, &Answerer{Answer: func(_ context.Context, q rag.Question) (rag.Answer, error) {
		close(asked)
		<-release
		return Echo(q), nil
	}})
	s.ask("will I still get an answer?")
	select {
	case <-asked:
	case <-s.ctx.Done():
		t.Fatalf("the question did not arrive\nlog:\n%s", s.logs)
	}
	s.cancel()
	select {
	case err := <-s.ended:
		t.Fatalf("Run returned %v with a question under way", err)
	case <-time.After(50 * time.Millisecond): // no proof, but Run has nothing else to wait for
	}
	close(release)
	wants(t, s.said(1)[0], "You asked: will I still get an answer?", "[1] Field Guide")
	s.stop()
}

// A writing is an answer of two sentences that stops after the first.
type writing struct {
	first chan struct{} // closed when the first has been shown
	on    chan struct{} // closed to let it go on
	show  func(rag.Answer)
}

func newWriting() *writing {
	return &writing{first: make(chan struct{}), on: make(chan struct{})}
}

// answerer shows the first sentence of an [Echo] and ends as end does.
func (w *writing) answerer(end func(whole rag.Answer) (rag.Answer, error)) *Answerer {
	return &Answerer{Write: func(_ context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
		whole := Echo(q)
		w.show = show
		show(Grown(whole, 1))
		close(w.first)
		<-w.on
		return end(whole)
	}}
}

// untilShown waits until the first sentence is seen in the chat, where it can be.
func (s *session) untilShown(w *writing) {
	s.t.Helper()
	<-w.first
	begun := time.Now()
	err := s.Wait(s.ctx, func() bool {
		states, can := s.Shown()
		return !can || len(states) > 0
	})
	if err != nil {
		s.t.Fatalf("the first sentence was not shown: %v\nlog:\n%s", err, s.logs)
	}
	states, can := s.Shown()
	if !can {
		if len(states) > 0 {
			s.t.Errorf("shown %q, where only typing is to be seen", states)
		}
		return
	}
	s.t.Logf("the first sentence was seen %v after it was written", time.Since(begun).Round(10*time.Microsecond))
	wants(s.t, states[0], "You asked: where does the path go?", "[1]", "[1] Field Guide", "Still writing")
	if strings.Contains(states[0], "Turns before") || strings.Contains(states[0], "[2]") {
		s.t.Errorf("shown before it was written: %q", states[0])
	}
}

// complete waits for a message that holds mark, and holds that it is the only one
// and the last that is seen, also when somebody still shows what was before it.
func (s *session) complete(w *writing, mark string) string {
	s.t.Helper()
	var said []string
	err := s.Wait(s.ctx, func() bool {
		said, _ = s.Said(s.ctx, 0)
		return slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, mark) })
	})
	if err != nil {
		s.t.Fatalf("no %q: %v\nsaid: %q\nlog:\n%s", mark, err, said, s.logs)
	}
	before, _ := s.Shown()
	w.show(Grown(Echo(rag.Question{Text: "too late"}), 1))
	time.Sleep(100 * time.Millisecond) // no proof, but several times what showing takes
	after, _ := s.Shown()
	if len(after) != len(before) {
		s.t.Errorf("shown after the complete answer: %q", after[len(before):])
	}
	if now, _ := s.Said(s.ctx, 0); len(now) != 1 || now[0] != said[0] {
		s.t.Errorf("%d messages, want 1 that stays: %q, then %q", len(now), said, now)
	}
	return said[0]
}

func testWriting(t *testing.T, setup Setup) {
	w := newWriting()
	s := start(t, setup, w.answerer(func(whole rag.Answer) (rag.Answer, error) {
		w.show(whole)
		return whole, nil
	}))
	s.ask("where does the path go?")
	s.untilShown(w)
	close(w.on)
	text := s.complete(w, "As of 2024-03")
	wants(t, text, "You asked: where does the path go?", "[1]", "Turns before: 0.", "[2]", "Sources", "[1] Field Guide", "[2] Survey <of> Waymarks", "As of 2024-03")
	if strings.Count(text, "Sources") != 1 || strings.Contains(text, "writing") {
		t.Errorf("said %q", text)
	}
	s.stop()
}

// testPulled ends an answer as the engine does when its model goes away: with
// the reports' own sentences.
func testPulled(t *testing.T, setup Setup) {
	w := newWriting()
	s := start(t, setup, w.answerer(func(whole rag.Answer) (rag.Answer, error) {
		whole.Sentences = []rag.Sentence{{Text: "The path goes north.", Cites: []int{1}}, {Text: "There are many.", Cites: []int{2}}}
		whole.Notice = "The language model did not give a usable answer."
		return whole, nil
	}))
	s.ask("where does the path go?")
	s.untilShown(w)
	close(w.on)
	text := s.complete(w, "did not give a usable answer")
	wants(t, text, "The path goes north.", "[1]", "There are many.", "[2]", "Sources", "[1] Field Guide", "[2] Survey <of> Waymarks", "As of 2024-03")
	if strings.Contains(text, "You asked") || strings.Contains(text, "writing") {
		t.Errorf("what was shown before is still there: %q", text)
	}
	s.stop()
}

func testErrorAfterPart(t *testing.T, setup Setup) {
	w := newWriting()
	s := start(t, setup, w.answerer(func(rag.Answer) (rag.Answer, error) { return rag.Answer{}, errors.New("index is gone") }))
	s.ask("where does the path go?")
	s.untilShown(w)
	close(w.on)
	if text := s.complete(w, "Something went wrong"); strings.Contains(text, "You asked") {
		t.Errorf("what was shown before is still there: %q", text)
	}
	s.stop()
}
