// Package openai talks to any server of the OpenAI-compatible family (OpenAI,
// Azure, vLLM, llama.cpp, Ollama, TEI and the gateways in front of them): an
// [Embedder], a [Generator] and a [Reranker] for package rag.
//
// Start at [Config]; [NewGenerator], [NewEmbedder] and [NewReranker] each take
// one, and each has a Check for the start of the program. [NewFallback] puts a
// second generator behind the first. What can go wrong is a closed list of
// kinds in errors.go ([ErrBusy], [ErrAuth], ...), whatever the dialect of the
// server that says it.
//
// Requests are built and streams are decoded by go-openai. What it loses is
// caught one layer below, in exchange.go and events.go: status codes, error
// bodies, Retry-After and error frames are read there, before the library sees
// the response.
//
// What it does not do: it writes no prompt (but for the sentence that carries a
// schema to a server that takes none), counts no money, caches nothing, and
// never sends a request to another host than the one of its base URL.
package openai

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// DefaultBaseURL is where OpenAI itself answers. It is never used unless it is
// asked for: [Config.BaseURL] has no default.
const DefaultBaseURL = "https://api.openai.com/v1"

// The defaults of [Config].
const (
	DefaultTimeout     = 60 * time.Second // an embedding or rerank request
	DefaultFirstToken  = 2 * time.Minute  // a local server may load the model first
	DefaultIdle        = 30 * time.Second // between two pieces of a stream
	DefaultBatch       = 64               // inputs an embedding request
	DefaultRerankBatch = 32               // texts a rerank request: what TEI takes by default
	DefaultStreams     = 8                // completions at the same time
	DefaultBreakAfter  = 5
	DefaultBreakFor    = 30 * time.Second
	DefaultAttempts    = 4
	DefaultMaxWait     = 60 * time.Second
	DefaultMaxTokens   = 2500 // an answer of 2,500 characters at a token a character
	// DefaultReasoningMaxTokens is the default for models that reason: their
	// reasoning counts (https://platform.openai.com/docs/guides/reasoning).
	DefaultReasoningMaxTokens = 8000
)

// A Config says where a model answers and how it is called. BaseURL and Model
// are needed; every other zero value means its default.
//
// BaseURL is taken as given, with or without /v1: the paths /embeddings,
// /chat/completions, /models and /rerank are appended to it. A user name in it
// becomes basic authentication, a query is sent with every request; neither is
// ever shown.
//
// Azure has two forms, https://NAME.openai.azure.com/openai/v1 and
// https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=VERSION;
// there the key goes into the header that Azure wants it in, and Model is the
// name of the deployment.
type Config struct {
	BaseURL string // "http://127.0.0.1:11434/v1"
	Key     string // sent as a bearer token, to Azure as api-key; "" sends none
	Model   string

	Timeout    time.Duration // of one embedding or rerank request
	FirstToken time.Duration // from a chat request to the first piece of its stream
	Idle       time.Duration // from one piece of a stream to the next

	Attempts int           // tries in all; 1 means no retry
	MaxWait  time.Duration // a server that asks for a longer pause than this is not waited for

	BreakAfter int           // failures in a row after which the server is left alone; below 0 never
	BreakFor   time.Duration // for so long; then one request tries it

	Batch int // inputs an embedding request, texts a rerank request
	// Concurrency is how many requests run at the same time: of one Embed, 0
	// meaning 1; of a Generator in all, 0 meaning DefaultStreams. Others wait.
	Concurrency int
	Dimensions  int // asked for from the server; 0 leaves it to the model

	MaxTokens       int    // of a completion
	Window          int    // the context the server is set to, in tokens; 0 means not known
	Reasoning       *bool  // the model reasons: no temperature, max_completion_tokens; nil tells by the name
	ReasoningEffort string // "low", "none", ...; "" sends none

	Dialect Dialect // of a rerank server; "" finds out

	Transport http.RoundTripper // nil means http.DefaultTransport
	Logger    *slog.Logger      // nil logs nothing; texts and keys are never logged
	Now       func() time.Time  // for tests; nil means time.Now
	// Sleep waits between two attempts, for tests; nil means a timer. It returns
	// ctx's error when ctx ends first.
	Sleep func(ctx context.Context, d time.Duration) error
}

// String formats c without its secrets.
func (c Config) String() string {
	return fmt.Sprintf("openai.Config{BaseURL: %s, Model: %s, Key: %t}", shownURL(c.BaseURL), c.Model, c.Key != "")
}

// GoString formats c without its secrets.
func (c Config) GoString() string { return c.String() }

// LogValue logs c without its secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// shownURL is raw without user name and query, or "" when it is no URL.
func shownURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func (c Config) withDefaults() Config {
	setDefault(&c.Timeout, DefaultTimeout)
	setDefault(&c.FirstToken, DefaultFirstToken)
	setDefault(&c.Idle, DefaultIdle)
	setDefault(&c.Attempts, DefaultAttempts)
	setDefault(&c.MaxWait, DefaultMaxWait)
	setDefault(&c.BreakFor, DefaultBreakFor)
	if c.BreakAfter == 0 {
		c.BreakAfter = DefaultBreakAfter
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// name is the name of a client of c: "openai:" and the model.
func (c Config) name() string { return "openai:" + c.Model }

func (c Config) validate() error {
	if strings.TrimSpace(c.Model) == "" {
		return errors.New("model name: empty; want one like \"bge-m3\"")
	}
	if strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("key: holds a space, a line break or a character outside ASCII")
	}
	return nil
}

// A server is one endpoint: where it stands and how a request is authorised.
// The secrets live in closures, so that no %+v prints them.
type server struct {
	base    string              // without user name, query and final slash
	prepare func(*http.Request) // adds the key and the query
	redact  func(string) string
	client  *http.Client
	breaker *breaker
	azure   bool
	now     func() time.Time
}

// newServer takes the address and the secrets out of c.
func newServer(c *Config) (*server, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Fragment != "" {
		// The text of the parser's error holds the URL, and with it a password.
		return nil, errors.New("base URL: want one like http://127.0.0.1:11434/v1")
	}
	if u.User != nil && c.Key != "" {
		return nil, errors.New("base URL: holds a user name while a key is set; only one of them can be sent")
	}
	azure := isAzure(u)
	if azure && deployment.MatchString(u.Path) && !u.Query().Has("api-version") {
		return nil, errors.New("base URL: an Azure deployment needs a version, for example ?api-version=2024-10-21 at its end")
	}
	user, query := u.User, u.RawQuery
	u.User, u.RawQuery, u.ForceQuery = nil, "", false
	key := c.Key
	c.Key, c.BaseURL = "", ""
	return &server{
		base: strings.TrimRight(u.String(), "/"),
		prepare: func(r *http.Request) {
			r.URL.RawQuery = query
			switch {
			case key != "" && azure:
				r.Header.Set("Api-Key", key)
			case key != "":
				r.Header.Set("Authorization", "Bearer "+key)
			}
			if user != nil {
				password, _ := user.Password()
				r.SetBasicAuth(user.Username(), password)
			}
		},
		redact: redactor(key, user, query),
		client: &http.Client{
			Transport: c.Transport,
			// A redirect would carry passages, and perhaps the key, elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		breaker: newBreaker(*c),
		azure:   azure,
		now:     c.Now,
	}, nil
}

// deployment is the path of an Azure deployment, behind a gateway too:
// https://learn.microsoft.com/azure/ai-foundry/openai/reference
var deployment = regexp.MustCompile(`/openai/deployments/[^/]+/?$`)

// isAzure reports whether u is an address of Azure's. The path /openai/v1 alone
// does not tell: others have it, too.
func isAzure(u *url.URL) bool {
	return deployment.MatchString(u.Path) ||
		strings.HasSuffix(u.Hostname(), ".openai.azure.com") ||
		strings.HasSuffix(u.Hostname(), ".cognitiveservices.azure.com") ||
		strings.HasSuffix(u.Hostname(), ".services.ai.azure.com")
}

// exchange returns a new exchange with s; op says what for.
func (s *server) exchange(op string) *exchange { return &exchange{server: s, op: op} }

// redactor returns a function that blanks out the given secrets, and whatever
// else looks like one, in a text that a server sent.
func redactor(key string, user *url.Userinfo, query string) func(string) string {
	var secrets []string
	add := func(s string) {
		if len(s) >= 4 {
			secrets = append(secrets, s, "[redacted]", url.QueryEscape(s), "[redacted]")
		}
	}
	add(key)
	if user != nil {
		password, _ := user.Password()
		add(password)
		add(user.String())
		add(base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password)))
	}
	values, _ := url.ParseQuery(query)
	for _, vs := range values {
		for _, v := range vs {
			add(v)
		}
	}
	known := strings.NewReplacer(secrets...)
	return func(s string) string {
		return keyLike.ReplaceAllString(known.Replace(s), "[redacted]")
	}
}
