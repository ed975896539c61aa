package openai_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is the key of every test. It may stand in requests and nowhere else.
const canary = "CANARY0secret1key2"

// spec is the published specification, read once; nil where it is not at hand.
var spec = sync.OnceValues(func() (*ragtest.Spec, error) {
	folder := os.Getenv("WAYMARK_SHARED")
	if folder == "" {
		return nil, nil
	}
	return ragtest.LoadSpec(filepath.Join(folder, "specs", "openai", "openapi.json"))
})

// A bench is a model server, and a configuration that reaches it.
type bench struct {
	*ragtest.Model
	cfg   openai.Config
	log   *syncBuffer
	waits []time.Duration // what the client slept
}

// start starts a server. At the end of the test it must have no findings, and
// the log must not hold the canary.
func start(t *testing.T, opts ragtest.ModelOptions) *bench {
	t.Helper()
	s, err := spec()
	if err != nil {
		t.Fatal(err)
	}
	opts.Spec = s
	opts.Key = canary
	m, err := ragtest.StartModel("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	b := &bench{Model: m, log: &syncBuffer{}}
	var mu sync.Mutex
	b.cfg = openai.Config{
		BaseURL: m.URL(), Key: canary, Model: "pretend", Transport: transport,
		Timeout: time.Minute, FirstToken: time.Minute, Idle: time.Minute,
		Logger:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		BreakAfter: -1,
		Sleep: func(ctx context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			b.waits = append(b.waits, d)
			return ctx.Err()
		},
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if f := m.Findings(); len(f) > 0 {
			t.Errorf("findings of the server:\n%s", strings.Join(f, "\n"))
		}
		mustNotLeak(t, "the log", b.log.String())
	})
	return b
}

// impatient makes the client wait only briefly, for faults that hang.
func (b *bench) impatient() *bench {
	b.cfg.Timeout, b.cfg.FirstToken, b.cfg.Idle = 400*time.Millisecond, 400*time.Millisecond, 400*time.Millisecond
	return b
}

// hangs reports whether a fault ends by the client's patience alone.
func hangs(fault string) bool {
	return fault == "slow" || strings.HasPrefix(fault, "stall") || fault == "open-after-finish"
}

func (b *bench) generator(t *testing.T) *openai.Generator {
	t.Helper()
	g, err := openai.NewGenerator(b.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// count is the number of requests on a route so far.
func (b *bench) count(r ragtest.Route) int {
	n := 0
	for _, req := range b.Requests() {
		if req.Route == r {
			n++
		}
	}
	return n
}

func mustNotLeak(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{canary, "hunter2", "q-secret", "key=secret"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds the secret %s:\n%s", where, secret, text)
		}
	}
}

// checkError checks what every error of the package promises.
func checkError(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	mustNotLeak(t, "the error", text)
	if len([]rune(text)) > 400 || strings.ContainsAny(text, "\n\r\x00") {
		t.Errorf("error text is long or has several lines: %q", text)
	}
	if strings.Contains(text, "http://") && !strings.Contains(text, "may need /v1") {
		t.Errorf("error text holds a URL: %q", text)
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// towers is a prompt whose answer by ragtest.Pretend has two scripts.
func towers() rag.Prompt {
	p := prompts.Answer(prompts.AnswerInput{
		Question: "How tall is the Grey Tower?",
		Language: "en",
		Passages: []prompts.Passage{
			{N: 1, Title: "Lights of the North", Published: "2023", Text: "The Grey Tower was lit in 1858. The Grey Tower (灰塔) is 46 metres tall, and it is red."},
			{N: 2, Title: "灯塔名录", Published: "2024", Text: "灰塔高46米，1858年点亮。"},
		},
	})
	return rag.Prompt{Name: p.Name, Version: p.Version, System: p.System, User: p.User}
}

// answer is what ragtest.Pretend says to towers.
func answer(t *testing.T) string {
	t.Helper()
	text, err := ragtest.Pretend(towers())
	if err != nil || !strings.Contains(text, "46 metres tall, and it is red [1].") {
		t.Fatalf("the pretended model says %q, %v", text, err)
	}
	return text
}
