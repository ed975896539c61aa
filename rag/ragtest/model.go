package ragtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// A Route is one of the services of a model server.
type Route string

// The routes.
const (
	Chat       Route = "chat"       // /v1/chat/completions
	Embeddings Route = "embeddings" // /v1/embeddings
	Models     Route = "models"     // /v1/models
	Rerank     Route = "rerank"     // see RerankDialect
)

// A RerankDialect is how the server's rerank service speaks.
type RerankDialect string

// The rerank dialects.
const (
	CohereRerank   RerankDialect = "cohere"   // /v2/rerank, /v1/rerank, /rerank; sorted, scores from 0 to 1
	LlamaCppRerank RerankDialect = "llamacpp" // /v1/rerank, /v1/reranking, /rerank; not sorted, raw logits
	TEIRerank      RerankDialect = "tei"      // /rerank; takes texts, answers a bare list
)

// ModelOptions say what kind of server [StartModel] starts. The zero value is
// an OpenAI-like server without a key.
type ModelOptions struct {
	Voice      Voice         // what the chat model says; nil means [Pretend]
	Shape      Shape         // whose chat answers it imitates; "" means OpenAI
	Models     []string      // the models it knows; nil means any name, listed as "pretend"
	Key        string        // when set, other bearer tokens get 401
	Dimensions int           // of the embeddings; 0 means 64
	MaxBatch   int           // inputs or texts a request, beyond which it answers 413; 0 means no limit
	Window     int           // the chat model's context in tokens; 0 means no limit
	Truncate   bool          // beyond Window: cut the prompt in silence (Ollama) instead of a 400
	Pace       time.Duration // pause before each piece of a stream
	Rerank     RerankDialect // "" means Cohere's
	Formats    []string      // the types of response_format it takes; nil means all, others get 400
	Spec       *Spec         // when set, requests and standard answers are held against it
}

// A Model is a running model server. It is safe for concurrent use.
type Model struct {
	opts     ModelOptions
	listener net.Listener
	http     http.Server
	done     chan struct{} // closed by Close: whatever hangs, ends
	serving  sync.WaitGroup

	mu       sync.Mutex
	next     map[Route][]Fault
	always   map[Route]Fault
	requests []Request
	findings []string
	closed   bool
}

// StartModel starts a server at addr, for example "127.0.0.1:0". Close stops it.
func StartModel(addr string, opts ModelOptions) (*Model, error) {
	if opts.Voice == nil {
		opts.Voice = Pretend
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start the model server at %s: %w", addr, err)
	}
	m := &Model{
		opts: opts, listener: l, done: make(chan struct{}),
		next: make(map[Route][]Fault), always: make(map[Route]Fault),
	}
	m.http.Handler = http.HandlerFunc(m.serve)
	m.http.ReadHeaderTimeout = 10 * time.Second
	m.serving.Go(func() { _ = m.http.Serve(l) }) // ends with ErrServerClosed
	return m, nil
}

// URL is the base URL of the OpenAI-like services, which ends in /v1; of an
// [AzureShape] server, that of its first deployment.
func (m *Model) URL() string {
	if m.opts.Shape == AzureShape {
		return m.Root() + "/openai/deployments/" + m.names()[0] + "?api-version=2024-10-21"
	}
	return m.Root() + "/v1"
}

// names are the models that the server lists.
func (m *Model) names() []string {
	if len(m.opts.Models) == 0 {
		return []string{"pretend"}
	}
	return m.opts.Models
}

// Root is the server's address as a URL, without a path.
func (m *Model) Root() string { return "http://" + m.listener.Addr().String() }

// Close ends all connections, hanging ones too, and waits for their handlers.
func (m *Model) Close() error {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		close(m.done)
	}
	m.mu.Unlock()
	err := m.http.Close()
	m.serving.Wait()
	if err != nil {
		return fmt.Errorf("close the model server: %w", err)
	}
	return nil
}

// Next makes the next requests of a route meet these faults, one each, in order.
func (m *Model) Next(r Route, faults ...Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next[r] = append(m.next[r], faults...)
}

// Always makes every request of a route that no [Model.Next] is left for meet f.
func (m *Model) Always(r Route, f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.always[r] = f
}

// Heal takes all faults back.
func (m *Model) Heal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.next)
	clear(m.always)
}

// SetVoice changes what the chat model says.
func (m *Model) SetVoice(v Voice) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opts.Voice = v
}

// Requests returns the last requests, at most 1,000, oldest first.
func (m *Model) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Request(nil), m.requests...)
}

// Findings returns what the requests, and the server's own standard answers,
// did wrong, each once: against the specification if one is given, and against the rules
// that a specification cannot state. A test ends with none.
func (m *Model) Findings() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.findings...)
}

func (m *Model) find(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := fmt.Sprintf(format, args...); !slices.Contains(m.findings, f) {
		m.findings = append(m.findings, f)
	}
}

func (m *Model) voice() Voice {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.opts.Voice
}

// A Request is one request as it came in.
type Request struct {
	Route  Route // "" for a path that does not exist
	Method string
	Path   string
	Query  string
	Header http.Header
	Body   []byte
	At     time.Time

	// Decoded from Body, as far as the route has them.
	Model               string
	Prompt              rag.Prompt // the system and the last user message, and the schema
	Format              string     // type of response_format; "" without one
	Stream              bool
	IncludeUsage        bool
	Temperature         *float64
	MaxTokens           *int
	MaxCompletionTokens *int
	Dimensions          int
	EncodingFormat      string
	Inputs              []string // of an embedding request
	RerankQuery         string
	Texts               []string // documents or texts of a rerank request
	HasDocuments        bool
	HasTexts            bool

	strict bool // of the schema
}

// serve records a request, lets a planned fault or the standard answer reply.
func (m *Model) serve(w http.ResponseWriter, r *http.Request) {
	if !m.enter() {
		return
	}
	defer m.serving.Done()
	c := &Call{model: m, w: w, r: r}
	c.Request = m.read(r)
	m.record(c.Request)
	m.inspect(c)
	if fault := m.fault(c.Request.Route); fault.Play != nil {
		fault.Play(c)
		return
	}
	c.Answer()
}

// enter counts a handler in, unless the server is closed.
func (m *Model) enter() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.serving.Add(1)
	}
	return !m.closed
}

const mostRequests = 1000

func (m *Model) record(r Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.requests) == mostRequests {
		m.requests = append(m.requests[:0], m.requests[1:]...)
	}
	m.requests = append(m.requests, r)
}

func (m *Model) fault(r Route) Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if planned := m.next[r]; len(planned) > 0 {
		m.next[r] = planned[1:]
		return planned[0]
	}
	return m.always[r]
}

func (m *Model) route(path string) Route {
	if m.opts.Shape == AzureShape {
		path = azurePath.ReplaceAllString(path, "/v1/")
	}
	switch path {
	case "/v1/chat/completions":
		return Chat
	case "/v1/embeddings":
		return Embeddings
	case "/v1/models":
		return Models
	case "/rerank":
		return Rerank
	case "/v1/rerank":
		if m.opts.Rerank != TEIRerank {
			return Rerank
		}
	case "/v2/rerank":
		if m.opts.Rerank == CohereRerank || m.opts.Rerank == "" {
			return Rerank
		}
	case "/v1/reranking":
		if m.opts.Rerank == LlamaCppRerank {
			return Rerank
		}
	}
	return ""
}

// read decodes a request. What is missing or mistyped stays zero: whether that
// is an error is for the standard answer to say.
func (m *Model) read(r *http.Request) Request {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		m.find("%s %s: read the body: %v", r.Method, r.URL.Path, err)
	}
	req := Request{
		Route: m.route(r.URL.Path), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: r.Header.Clone(), Body: body, At: time.Now(),
	}
	var in struct {
		Model    string `json:"model"`
		Messages []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
		Stream        bool `json:"stream"`
		StreamOptions struct {
			IncludeUsage bool `json:"include_usage"`
		} `json:"stream_options"`
		ResponseFormat struct {
			Type   string `json:"type"`
			Schema struct {
				Name   string          `json:"name"`
				Strict bool            `json:"strict"`
				Schema json.RawMessage `json:"schema"`
			} `json:"json_schema"`
		} `json:"response_format"`
		Temperature         *float64        `json:"temperature"`
		MaxTokens           *int            `json:"max_tokens"`
		MaxCompletionTokens *int            `json:"max_completion_tokens"`
		Dimensions          int             `json:"dimensions"`
		EncodingFormat      string          `json:"encoding_format"`
		Input               json.RawMessage `json:"input"`
		Query               string          `json:"query"`
		Documents           []string        `json:"documents"`
		Texts               []string        `json:"texts"`
	}
	if len(body) > 0 {
		_ = json.Unmarshal(body, &in) // the standard answer looks at it again
	}
	for _, msg := range in.Messages {
		switch msg.Role {
		case "system", "developer":
			req.Prompt.System = msg.Content
		case "user":
			req.Prompt.User = msg.Content
		}
	}
	if req.Format = in.ResponseFormat.Type; req.Format == schemaFormat {
		req.Prompt.Schema = &rag.Schema{Name: in.ResponseFormat.Schema.Name, JSON: in.ResponseFormat.Schema.Schema}
		req.strict = in.ResponseFormat.Schema.Strict
	}
	req.Model, req.Stream, req.IncludeUsage = in.Model, in.Stream, in.StreamOptions.IncludeUsage
	req.Temperature, req.MaxTokens, req.MaxCompletionTokens = in.Temperature, in.MaxTokens, in.MaxCompletionTokens
	req.Dimensions, req.EncodingFormat = in.Dimensions, in.EncodingFormat
	req.Inputs = stringOrList(in.Input)
	req.RerankQuery, req.Texts = in.Query, append(in.Documents, in.Texts...)
	req.HasDocuments, req.HasTexts = in.Documents != nil, in.Texts != nil
	return req
}

func stringOrList(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// inspect holds a request against the specification and against what it cannot
// state.
func (m *Model) inspect(c *Call) {
	r := c.Request
	at := r.Method + " " + r.Path
	switch {
	case r.Route == "":
		return
	case r.Method == http.MethodPost && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		m.find("%s: content type %q, want application/json", at, r.Header.Get("Content-Type"))
	case r.Method == http.MethodPost && !json.Valid(r.Body):
		m.find("%s: the body is not JSON", at)
	}
	switch r.Route {
	case Chat:
		m.holdAgainst(chatRequest, at, r.Body)
		if r.Stream && r.Header.Get("Accept") != "text/event-stream" {
			m.find("%s: asks for a stream and accepts %q", at, r.Header.Get("Accept"))
		}
		if r.MaxTokens != nil && r.MaxCompletionTokens != nil {
			m.find("%s: max_tokens and max_completion_tokens together", at)
		}
		for _, f := range schemaFindings(r) {
			m.find("%s: %s", at, f)
		}
	case Embeddings:
		m.holdAgainst(embeddingRequest, at, r.Body)
		for i, s := range r.Inputs {
			if strings.TrimSpace(s) == "" {
				m.find("%s: input %d is empty", at, i)
			}
		}
	}
}

// holdAgainst checks one JSON value, if there is a specification.
func (m *Model) holdAgainst(schema, at string, body []byte) {
	if m.opts.Spec == nil {
		return
	}
	for _, f := range m.opts.Spec.check(schema, body) {
		m.find("%s: %s: %s", at, schema, f)
	}
}
