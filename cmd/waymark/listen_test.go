package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// shownAt returns the address that a program has logged as that of its metrics.
func shownAt(p *process) string {
	p.t.Helper()
	p.logged("metrics are served")
	m := regexp.MustCompile(`"msg":"metrics are served","address":"([^"]+)"`).FindStringSubmatch(p.stderr.String())
	if m == nil {
		p.t.Fatal("no address in the log")
	}
	return "http://" + m[1]
}

// fetched is what a page answers.
func fetched(t *testing.T, address string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// standsAt waits until /readyz answers with a status, and returns what it says.
func standsAt(t *testing.T, address string, status int) standing {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		got, body := fetched(t, address+"/readyz")
		if got == status {
			var s standing
			if err := json.Unmarshal([]byte(body), &s); err != nil {
				t.Fatalf("%v in %s", err, body)
			}
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("/readyz answers %d and not %d: %s", got, status, body)
		}
	}
}

// sample returns the value of one sample of a page, by its name with its labels.
func sample(t *testing.T, page, name string) float64 {
	t.Helper()
	for line := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Errorf("no sample %s", name)
	return 0
}

// lint holds a page of metrics against Prometheus' conventions.
func lint(t *testing.T, page string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	if strings.Count(page, "# HELP waymark_") < 10 {
		t.Errorf("hardly any metrics: %s", page)
	}
}

func TestMetrics(t *testing.T) {
	dir := library(t)
	for name, r := range rooms(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(r.env(), "WAYMARK_LISTEN=127.0.0.1:0"), "serve", "--data", dir)
			at := shownAt(p)
			if s := standsAt(t, at, http.StatusOK); len(s.Problems) > 0 || len(s.Platforms) != 1 || s.Platforms[0].Heard == nil || s.Generation == "" {
				t.Errorf("ready, and says %+v", s)
			}
			_, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
			if h := command(t, "", []string{"WAYMARK_LISTEN=0.0.0.0:" + port}, "health"); h != (result{stdout: "ready\n"}) {
				t.Errorf("health: %+v", h)
			}
			if status, body := fetched(t, at+"/healthz"); status != http.StatusOK || body != "ok\n" {
				t.Errorf("/healthz: %d %q", status, body)
			}
			k := newTalk(t, r)
			k.answer("How tall is the Southern Tower?")
			r.limit()
			k.answer("What is the capital of the moon?")
			delivered := `waymark_delivery_duration_seconds_count{platform="` + name + `"}`
			page, over := "", func(page string) bool { // what was delivered leaves the inbox a moment later
				return strings.Contains(page, delivered+" 2\n") && strings.Contains(page, "waymark_inbox_oldest_age_seconds 0\n")
			}
			for end := time.Now().Add(patience); !over(page) && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				_, page = fetched(t, at+"/metrics")
			}
			lint(t, page)
			for sampled, want := range map[string]float64{
				delivered: 2,
				`waymark_answers_total{mode="extractive",platform="` + name + `",status="answered"}`: 1,
				`waymark_answer_duration_seconds_count{mode="extractive",platform="` + name + `"}`:   2,
				`waymark_answer_citations_count`:                               2,
				`waymark_platform_connected{platform="` + name + `"}`:          1,
				`waymark_platform_rate_limited_total{platform="` + name + `"}`: 1,
				`waymark_platform_retries_total{platform="` + name + `"}`:      1,
				`waymark_model_tokens_total{kind="prompt"}`:                    0,
				`waymark_inbox_events{state="dead"}`:                           0,
				`waymark_inbox_oldest_age_seconds`:                             0,
				`waymark_corpus_reports`:                                       1,
			} {
				if got := sample(t, page, sampled); got != want {
					t.Errorf("%s is %v, want %v", sampled, got, want)
				}
			}
			if sample(t, page, "waymark_corpus_passages") < 2 || sample(t, page, "waymark_corpus_projects") < 1 {
				t.Error("no passages or no projects")
			}
			wants(t, page, "waymark_build_info{", "waymark_corpus_info{generation=", "go_goroutines ", "process_resident_memory_bytes ")
			p.signal(syscall.SIGTERM)
			checkStopped(t, p, r)
			for _, private := range []string{"Southern", "capital of the moon", "Ada"} {
				if strings.Contains(p.stderr.String()+page, private) {
					t.Errorf("%q stands in the log or in the metrics", private)
				}
			}
			wants(t, p.stderr.String(), `"msg":"question answered"`)
		})
	}
}

// TestReadyBeforeThePlatforms holds that what is missing is said in words.
func TestReadyBeforeThePlatforms(t *testing.T) {
	tg := newTelegram(t)
	tg.Fail(bottest.TelegramFault{Method: "getMe", Times: 1000, Status: http.StatusBadGateway, Text: "Bad Gateway"})
	p := start(t, append(tg.env(), "WAYMARK_LISTEN=127.0.0.1:0"), "serve", "--data", library(t))
	at := shownAt(p)
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		s := standsAt(t, at, http.StatusServiceUnavailable)
		if cmp.Equal(s.Problems, []string{"telegram is not connected yet"}) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("problems %q", s.Problems)
		}
	}
	r := command(t, "", []string{"WAYMARK_LISTEN=" + strings.TrimPrefix(at, "http://")}, "health")
	if r.code != exitFailure || r.stderr != "waymark: error: not ready: telegram is not connected yet\n" {
		t.Errorf("health: %+v", r)
	}
	p.signal(syscall.SIGTERM)
	p.wait()
	if r := command(t, "", []string{"WAYMARK_LISTEN=" + strings.TrimPrefix(at, "http://")}, "health"); r.code != exitFailure || !strings.Contains(r.stderr, "refused") {
		t.Errorf("health of nothing: %+v", r)
	}
}

func TestReadiness(t *testing.T) {
	opened, l := &live{}, newLinks([]string{"discord", "telegram"})
	ended := make(chan struct{})
	r := &readiness{live: opened, links: l, ended: ended}
	want := func(status int, problems ...string) {
		t.Helper()
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		var s standing
		if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		for i := range s.Problems {
			s.Problems[i] = regexp.MustCompile(`at \d{4}-.*`).ReplaceAllString(s.Problems[i], "at TIME")
		}
		if diff := cmp.Diff(problems, s.Problems); diff != "" || w.Code != status || s.Ready != (status == http.StatusOK) {
			t.Errorf("status %d, ready %t, %s", w.Code, s.Ready, diff)
		}
	}
	want(http.StatusServiceUnavailable, "the reports are not opened yet", "discord is not connected yet", "telegram is not connected yet")
	opened.current.Store(&serving{knowledge: &knowledge{generation: "1"}})
	l.set("telegram", true)
	l.set("discord", true)
	want(http.StatusOK)
	l.set("discord", false)
	want(http.StatusServiceUnavailable, "the connection to discord is lost, last heard from at TIME")
	l.set("discord", true)
	r.state = func(context.Context) error { return errors.New("read state: nobody answers") }
	want(http.StatusServiceUnavailable, "the state is not there: read state: nobody answers")
	r.state = func(context.Context) error { return nil }
	want(http.StatusOK)
	close(ended)
	want(http.StatusServiceUnavailable, "the bot is stopping")
}

// backlogs are those of an inbox.
type backlogs map[string]bot.Backlog

func (b backlogs) Backlogs(context.Context) (map[string]bot.Backlog, error) { return b, nil }

// TestMetersAfterConventions holds all metrics against promlint, those that only
// a model or a state gives too.
func TestMetersAfterConventions(t *testing.T) {
	m := newMeters("telegram")
	l := &live{}
	m.registry.MustRegister(newCorpusGauge(l), newInboxGauge(backlogs{
		"telegram": {Waiting: 1, Working: 2, Dead: 1, Oldest: time.Now().Add(-90 * time.Second)},
		"discord":  {Waiting: 2, Oldest: time.Now().Add(-30 * time.Second)},
		"idle":     {},
	}, nil))
	answer := rag.Answer{
		Status: rag.Answered, Mode: rag.Model, Usage: rag.Usage{Calls: 2, PromptTokens: 100, CompletionTokens: 20},
		Trace: &rag.Trace{Sentences: []rag.Judged{{Shown: true}, {Reason: "figure"}}},
	}
	m.Answered(t.Context(), bot.Outcome{Platform: "telegram", Answer: &answer, Cost: 0.5, Took: 20 * time.Millisecond})
	m.Answered(t.Context(), bot.Outcome{Platform: "telegram"})
	m.Retried("telegram", true)
	m.Retried("telegram", false)
	m.Delivered("telegram", time.Second)
	server := httptest.NewServer(endpoints(m, &readiness{}, slog.New(slog.DiscardHandler)))
	defer server.Close()
	_, page := fetched(t, server.URL+"/metrics")
	lint(t, page)
	for name, want := range map[string]float64{
		`waymark_answers_total{mode="model",platform="telegram",status="answered"}`: 1,
		`waymark_answers_total{mode="none",platform="telegram",status="failed"}`:    1,
		`waymark_dropped_sentences_total{reason="figure"}`:                          1,
		`waymark_model_tokens_total{kind="prompt"}`:                                 100,
		`waymark_model_tokens_total{kind="completion"}`:                             20,
		`waymark_model_calls_total`:                                                 2,
		`waymark_model_cost_total`:                                                  0.5,
		`waymark_platform_retries_total{platform="telegram"}`:                       2,
		`waymark_platform_rate_limited_total{platform="telegram"}`:                  1,
		`waymark_inbox_events{state="waiting"}`:                                     3,
		`waymark_inbox_events{state="working"}`:                                     2,
		`waymark_inbox_events{state="dead"}`:                                        1,
	} {
		if got := sample(t, page, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := sample(t, page, `waymark_inbox_oldest_age_seconds`); got < 90 || got > 120 {
		t.Errorf("the oldest waits for %v s, want 90", got)
	}
}

// TestStopShows holds that a bot that was told to stop is not ready at once,
// and alive until it has answered.
func TestStopShows(t *testing.T) {
	r, model, asked, release := newTelegram(t), startModel(t), make(chan struct{}), make(chan struct{})
	model.Next(ragtest.Chat, ragtest.Fault{Name: "held back", Play: func(c *ragtest.Call) {
		close(asked)
		<-release
		c.Answer()
	}})
	p := start(t, append(r.env(), "WAYMARK_LISTEN=127.0.0.1:0", "WAYMARK_MODEL_URL="+model.URL(), "WAYMARK_MODEL=pretend"), "serve", "--data", library(t))
	at, k := shownAt(p), newTalk(t, r)
	standsAt(t, at, http.StatusOK)
	if err := k.ask(k.ctx, "How tall is the Southern Tower?"); err != nil {
		t.Fatal(err)
	}
	<-asked
	p.signal(syscall.SIGTERM)
	p.logged("stopping")
	if s := standsAt(t, at, http.StatusServiceUnavailable); !cmp.Equal(s.Problems[:1], []string{"the bot is stopping"}) {
		t.Errorf("problems %q", s.Problems)
	}
	if status, _ := fetched(t, at+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	close(release)
	wants(t, k.next(), "12 metres", "[1]")
	checkStopped(t, p, r)
}

// TestStopTwice holds that the second signal ends the program at once, and that
// one signal ends it in the time it has.
func TestStopTwice(t *testing.T) {
	dir := library(t)
	for name, signals := range map[string]int{"once": 1, "twice": 2} {
		t.Run(name, func(t *testing.T) {
			r, model, asked, release := newTelegram(t), startModel(t), make(chan struct{}), make(chan struct{})
			t.Cleanup(func() { close(release) })
			model.Next(ragtest.Chat, ragtest.Fault{Name: "held back", Play: func(*ragtest.Call) { close(asked); <-release }})
			within := map[int]string{1: "2s", 2: "1h"}[signals]
			p := start(t, append(r.env(), "WAYMARK_STOP_WITHIN="+within, "WAYMARK_MODEL_URL="+model.URL(), "WAYMARK_MODEL=pretend"), "serve", "--data", dir)
			if err := r.ask(t.Context(), "How tall is the Southern Tower?"); err != nil {
				t.Fatal(err)
			}
			<-asked
			p.signal(syscall.SIGTERM)
			p.logged("stopping")
			for range signals - 1 {
				p.signal(syscall.SIGTERM)
			}
			began := time.Now()
			code := p.wait()
			if killed := code == -1; killed != (signals == 2) {
				t.Errorf("exit code %d after %d signals", code, signals)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the stop took %s", took)
			}
		})
	}
}

func startModel(t *testing.T) *ragtest.Model {
	t.Helper()
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	return model
}

func TestStopWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		other := errors.New("other")
		time.AfterFunc(time.Hour, cancel)
		began, release := time.Now(), make(chan struct{})
		err := stopWithin(ctx, time.Minute, func() error { <-release; return other })
		if took := time.Since(began); !errors.Is(err, errStopLate) || took != time.Hour+time.Minute {
			t.Errorf("one that does not end: %v after %s", err, took)
		}
		close(release)
		if err := stopWithin(ctx, time.Minute, func() error { time.Sleep(time.Second); return other }); !errors.Is(err, other) {
			t.Errorf("one that ends in time: %v", err)
		}
	})
}

func TestListenTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	r := command(t, "", []string{"WAYMARK_TELEGRAM_TOKEN=1:a", "WAYMARK_LISTEN=" + taken.Addr().String()}, "serve")
	if want := "waymark: error: WAYMARK_LISTEN: listen on " + taken.Addr().String() + ": "; r.code != exitUsage || !strings.Contains(r.stderr, want) ||
		!strings.Contains(r.stderr, "want a free address such as 127.0.0.1:9090") {
		t.Errorf("%+v, want %s", r, want)
	}
}
