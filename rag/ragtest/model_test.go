package ragtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loadSpec = sync.OnceValues(func() (*ragtest.Spec, error) {
	return ragtest.LoadSpec(filepath.Join(os.Getenv("WAYMARK_SHARED"), "specs", "openai", "openapi.json"))
})

// spec is the published specification; a test without it is skipped.
func spec(t *testing.T) *ragtest.Spec {
	t.Helper()
	if os.Getenv("WAYMARK_SHARED") == "" {
		t.Skip("WAYMARK_SHARED is not set: no specification to hold requests against")
	}
	s, err := loadSpec()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t *testing.T, opts ragtest.ModelOptions) *ragtest.Model {
	t.Helper()
	m, err := ragtest.StartModel("127.0.0.1:0", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return m
}

// send posts body, or gets when it is empty, and returns status and body.
func send(t *testing.T, url, body string, headers ...string) (int, string) {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

const hello = `{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hello"}]`

// Every standard answer passes the specification.
func TestStandardAnswers(t *testing.T) {
	m := start(t, ragtest.ModelOptions{Spec: spec(t), Voice: ragtest.Says("It is red [1].")})
	for name, tt := range map[string]struct {
		path, body string
		status     int
		holds      string
	}{
		"chat":          {"/chat/completions", hello + `}`, 200, `"content":"It is red [1]."`},
		"stream":        {"/chat/completions", hello + `,"stream":true}`, 200, "data: [DONE]\n"},
		"stream, usage": {"/chat/completions", hello + `,"stream":true,"stream_options":{"include_usage":true}}`, 200, `"usage":{"completion_tokens":4,"prompt_tokens":3,"total_tokens":7}`},
		"embeddings":    {"/embeddings", `{"model":"m","input":["a","b"],"dimensions":3}`, 200, `"index":1`},
		"one input":     {"/embeddings", `{"model":"m","input":"a"}`, 200, `"index":0`},
		"base64":        {"/embeddings", `{"model":"m","input":["a"],"encoding_format":"base64"}`, 200, `"embedding":"AA`},
		"models":        {"/models", "", 200, `"id":"pretend"`},
		"rerank":        {"/rerank", `{"model":"m","query":"a","documents":["b","a"]}`, 200, `"results":[{"index":1,"relevance_score":1},{"index":0`},
		"no such path":  {"/nothing", "", 404, `"code":"unknown_url"`},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := send(t, m.URL()+tt.path, tt.body, "Accept", "text/event-stream")
			if status != tt.status || !strings.Contains(body, tt.holds) {
				t.Errorf("status %d, body %s", status, body)
			}
		})
	}
	if f := m.Findings(); len(f) > 0 {
		t.Errorf("findings: %s", strings.Join(f, "\n"))
	}
}

// What a client does wrong is found.
func TestFindings(t *testing.T) {
	for name, tt := range map[string]struct {
		path, body string
		header     [2]string
		want       string
	}{
		"temperature":   {"/chat/completions", hello + `,"temperature":9}`, [2]string{}, "temperature"},
		"role":          {"/chat/completions", `{"model":"m","messages":[{"role":"boss","content":"x"}]}`, [2]string{}, "messages"},
		"no messages":   {"/chat/completions", `{"model":"m"}`, [2]string{}, `property "messages" is missing`},
		"unknown":       {"/chat/completions", hello + `,"temprature":1}`, [2]string{}, `property "temprature" is not in the specification`},
		"two limits":    {"/chat/completions", hello + `,"max_tokens":1,"max_completion_tokens":1}`, [2]string{}, "together"},
		"accept":        {"/chat/completions", hello + `,"stream":true}`, [2]string{"Accept", "text/html"}, `accepts "text/html"`},
		"no JSON":       {"/chat/completions", `{`, [2]string{}, "the body is not JSON"},
		"content type":  {"/embeddings", `{"model":"m","input":"a"}`, [2]string{"Content-Type", "text/plain"}, `content type "text/plain"`},
		"no input":      {"/embeddings", `{"model":"m","input":[]}`, [2]string{}, "input"},
		"empty input":   {"/embeddings", `{"model":"m","input":["a"," "]}`, [2]string{}, "input 1 is empty"},
		"unknown input": {"/embeddings", `{"model":"m","input":"a","inputs":1}`, [2]string{}, `property "inputs" is not in the specification`},
	} {
		t.Run(name, func(t *testing.T) {
			m := start(t, ragtest.ModelOptions{Spec: spec(t)})
			var headers []string
			if tt.header[0] != "" {
				headers = tt.header[:]
			}
			send(t, m.URL()+tt.path, tt.body, headers...)
			send(t, m.URL()+tt.path, tt.body, headers...)
			f := m.Findings()
			if !strings.Contains(strings.Join(f, "\n"), tt.want) {
				t.Errorf("findings %q, want %q", f, tt.want)
			}
			for i := range f {
				for _, other := range f[:i] {
					if f[i] == other {
						t.Errorf("found twice: %s", other)
					}
				}
			}
		})
	}
}

func TestLoadSpecErrors(t *testing.T) {
	if _, err := ragtest.LoadSpec(filepath.Join(t.TempDir(), "none.json")); err == nil {
		t.Error("reads what is not there")
	}
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(other, []byte(`{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ragtest.LoadSpec(other); err == nil || !strings.Contains(err.Error(), "no schema") {
		t.Errorf("another document: %v", err)
	}
}

func TestModelRefuses(t *testing.T) {
	m := start(t, ragtest.ModelOptions{Key: "open-sesame", Models: []string{"m"}, MaxBatch: 2, Window: 10})
	auth := []string{"Authorization", "Bearer open-sesame"}
	for name, tt := range map[string]struct {
		path, body string
		headers    []string
		want       string
	}{
		"no key":        {"/models", "", nil, "401 invalid_api_key"},
		"wrong key":     {"/models", "", []string{"Authorization", "Bearer x"}, "401 invalid_api_key"},
		"unknown model": {"/embeddings", `{"model":"n","input":"a"}`, auth, "404 model_not_found"},
		"batch":         {"/embeddings", `{"model":"m","input":["a","b","c"]}`, auth, "413 maximum allowed batch size 2"},
		"empty input":   {"/embeddings", `{"model":"m","input":[""]}`, auth, "400 '$.input' is invalid"},
		"window":        {"/chat/completions", `{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat("long ", 20) + `"}]}`, auth, "400 context_length_exceeded"},
		"no messages":   {"/chat/completions", `{"model":"m"}`, auth, "400 messages"},
		"texts":         {"/rerank", `{"model":"m","query":"q","texts":["a"]}`, auth, "400 documents"},
		"rerank batch":  {"/rerank", `{"model":"m","query":"q","documents":["a","b","c"]}`, auth, "413 batch size 3"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := send(t, m.URL()+tt.path, tt.body, tt.headers...)
			want, words, _ := strings.Cut(tt.want, " ")
			if fmt.Sprint(status) != want || !strings.Contains(body, words) {
				t.Errorf("status %d, body %s; want %s", status, body, tt.want)
			}
		})
	}
	tei := start(t, ragtest.ModelOptions{Rerank: ragtest.TEIRerank})
	for path, want := range map[string]int{"/rerank": 200, "/v1/rerank": 404, "/v2/rerank": 404} {
		if status, body := send(t, tei.Root()+path, `{"query":"q","texts":["a"]}`); status != want {
			t.Errorf("TEI at %s: %d %s", path, status, body)
		}
	}
	if status, body := send(t, tei.Root()+"/rerank", `{"query":"q","documents":["a"]}`); status != 422 || !strings.Contains(body, "missing field") {
		t.Errorf("documents for TEI: %d %s", status, body)
	}
}

func TestModelPlansFaults(t *testing.T) {
	m := start(t, ragtest.ModelOptions{})
	m.Always(ragtest.Models, ragtest.Answers("always", 500, "text/plain", "always"))
	m.Next(ragtest.Models, ragtest.Answers("first", 501, "text/plain", "first"), ragtest.Answers("second", 502, "text/plain", "second"))
	for _, want := range []int{501, 502, 500, 500} {
		if status, _ := send(t, m.URL()+"/models", ""); status != want {
			t.Errorf("status %d, want %d", status, want)
		}
	}
	if status, _ := send(t, m.URL()+"/embeddings", `{"model":"m","input":"a"}`); status != 200 {
		t.Errorf("another route: %d", status)
	}
	m.Heal()
	if status, _ := send(t, m.URL()+"/models", ""); status != 200 {
		t.Errorf("healed: %d", status)
	}
}

func TestModelRecords(t *testing.T) {
	m := start(t, ragtest.ModelOptions{})
	send(t, m.URL()+"/chat/completions?x=1", hello+`,"temperature":0.5,"max_tokens":7}`, "X-Test", "yes")
	r := m.Requests()[0]
	if r.Route != ragtest.Chat || r.Method != "POST" || r.Query != "x=1" || r.Header.Get("X-Test") != "yes" ||
		r.Prompt.System != "s" || r.Prompt.User != "hello" || *r.Temperature != 0.5 || *r.MaxTokens != 7 || r.Stream || !json.Valid(r.Body) {
		t.Errorf("request %+v", r)
	}
	for range 1010 {
		send(t, m.URL()+"/models", "")
	}
	if all := m.Requests(); len(all) != 1000 || all[0].Route != ragtest.Models {
		t.Errorf("%d requests remembered", len(all))
	}
}

// Names are unique within a route, and FaultNamed finds each of them.
func TestFaultNames(t *testing.T) {
	for _, r := range []ragtest.Route{ragtest.Chat, ragtest.Embeddings, ragtest.Models, ragtest.Rerank} {
		seen := make(map[string]bool)
		for _, f := range ragtest.Faults(r) {
			if seen[f.Name] {
				t.Errorf("%s: two faults named %s", r, f.Name)
			}
			seen[f.Name] = true
			if found, ok := ragtest.FaultNamed(r, f.Name); !ok || found.Play == nil {
				t.Errorf("%s: %s is not found", r, f.Name)
			}
		}
	}
	if _, ok := ragtest.FaultNamed(ragtest.Chat, "none"); ok {
		t.Error("finds a fault that is none")
	}
}

// Close ends what hangs; a second Close changes nothing.
func TestModelCloseEndsHanging(t *testing.T) {
	m := start(t, ragtest.ModelOptions{})
	f, _ := ragtest.FaultNamed(ragtest.Chat, "slow")
	m.Always(ragtest.Chat, f)
	ended := make(chan error, 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.URL()+"/chat/completions", strings.NewReader(hello+"}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	go func() {
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			resp.Body.Close()
		}
		ended <- err
	}()
	for deadline := time.Now().Add(5 * time.Second); len(m.Requests()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the request does not arrive")
		}
	}
	for range 2 {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the request still hangs")
	}
}

func TestStartModelError(t *testing.T) {
	m := start(t, ragtest.ModelOptions{})
	addr := strings.TrimPrefix(m.Root(), "http://")
	if _, err := ragtest.StartModel(addr, ragtest.ModelOptions{}); err == nil || !strings.HasPrefix(err.Error(), "start the model server at "+addr) {
		t.Errorf("error %v", err)
	}
}
