package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TelegramOptions configure a loopback Bot API server. The zero value is a
// server with a token of its own, privacy mode on and no validation.
type TelegramOptions struct {
	Token    string // the bot's; "" means a fixed one
	Username string // the bot's, without @; "" means waymark_test_bot
	Spec     string // path of the machine-readable Bot API; "" leaves validation out

	Limits  bool // messages and edits past what Telegram lets a bot send earn a 429; see telegram_limits.go
	ReadAll bool // privacy mode is off: the bot sees every message of a group
	Logger  *slog.Logger
}

// A Telegram is a Bot API server on loopback: one bot, its chats, and the
// members that talk to it. It is safe for use by several goroutines.
type Telegram struct {
	options TelegramOptions
	spec    *telegramSpec // nil: no validation
	bot     TelegramUser
	server  *http.Server
	address string
	closed  chan struct{}
	serving sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever something happens
	nextID   int64         // of users and chats
	chats    map[int64]*telegramChat
	queue    telegramQueue
	commands map[string][]string // language code to names; those of a scope behind it
	faults   []*TelegramFault
	sent     telegramSent
	limited  map[int64]time.Time // chats that may not be sent to before
	held     map[int64]time.Time // chats that may not be sent drafts before
	drafts   []TelegramDraft
	presses  map[string]*telegramPress // by the id of the query
	calls    []TelegramCall
	findings []string
	conns    int // that are open
}

// A TelegramCall is one request of the bot.
type TelegramCall struct {
	Method string
	Params map[string]string
	At     time.Time
	Status int // answered; 0 when the connection was dropped
}

// StartTelegram serves on addr; "127.0.0.1:0" takes a free port.
func StartTelegram(addr string, o TelegramOptions) (*Telegram, error) {
	if o.Token == "" {
		o.Token = "7000001:AAF-loopback-token-of-no-account_01"
	}
	if o.Username == "" {
		o.Username = "waymark_test_bot"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	t := &Telegram{
		options:  o,
		closed:   make(chan struct{}),
		changed:  make(chan struct{}),
		nextID:   7000001,
		chats:    make(map[int64]*telegramChat),
		commands: make(map[string][]string),
		limited:  make(map[int64]time.Time),
		held:     make(map[int64]time.Time),
		presses:  make(map[string]*telegramPress),
		queue:    telegramQueue{next: 1000},
	}
	t.bot = TelegramUser{ID: t.nextID, IsBot: true, FirstName: "Waymark", Username: o.Username}
	if o.Spec != "" {
		spec, err := loadTelegramSpec(o.Spec)
		if err != nil {
			return nil, err
		}
		t.spec = spec
	}
	listener, err := net.Listen("tcp", addr) //nolint:noctx // nothing to cancel on loopback
	if err != nil {
		return nil, fmt.Errorf("listen for the bot on %s: %w", addr, err)
	}
	t.address = listener.Addr().String()
	t.server = &http.Server{Handler: http.HandlerFunc(t.serve), ReadHeaderTimeout: 10 * time.Second, ConnState: t.count}
	t.serving.Go(func() {
		if err := t.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			o.Logger.Error("loopback Telegram ended", "error", err)
		}
	})
	return t, nil
}

// NewTelegram is StartTelegram for a test: it closes with the test and fails it
// when there are findings.
func NewTelegram(tb testing.TB, o TelegramOptions) *Telegram {
	tb.Helper()
	t, err := StartTelegram("127.0.0.1:0", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		t.Close()
		for _, f := range t.Findings() {
			tb.Errorf("telegram: %s", f)
		}
	})
	return t
}

// URL is the endpoint to point the bot at.
func (t *Telegram) URL() string { return "http://" + t.address }

// Token is the bot's token.
func (t *Telegram) Token() string { return t.options.Token }

// Bot is the bot's own user.
func (t *Telegram) Bot() TelegramUser { return t.bot }

// Close ends all connections and returns when the server has ended.
func (t *Telegram) Close() {
	t.mu.Lock()
	select {
	case <-t.closed:
	default:
		close(t.closed)
	}
	t.mu.Unlock()
	_ = t.server.Close()
	t.serving.Wait()
}

// Connections returns how many connections of bots are open.
func (t *Telegram) Connections() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.conns
}

// count is told what becomes of each connection.
func (t *Telegram) count(_ net.Conn, state http.ConnState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch state {
	case http.StateNew:
		t.conns++
	case http.StateClosed, http.StateHijacked:
		t.conns--
	}
	t.wake()
}

// Findings lists the rules that requests broke, oldest first.
func (t *Telegram) Findings() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.findings)
}

// Calls returns the requests for method so far, all of them for "".
func (t *Telegram) Calls(method string) []TelegramCall {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []TelegramCall
	for _, c := range t.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// Commands returns the names of the commands set for a language code.
func (t *Telegram) Commands(language string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.commands[language])
}

// ScopedCommands returns the names of the commands set for a language code in a
// scope: "chat 42", "all_chat_administrators".
func (t *Telegram) ScopedCommands(scope, language string) []string {
	return t.Commands(strings.TrimSpace(language + " " + scope))
}

// Wait returns when ok is true, which is asked whenever something happens; with
// an error when ctx ends first.
func (t *Telegram) Wait(ctx context.Context, ok func() bool) error {
	for {
		t.mu.Lock()
		changed := t.changed
		t.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// wake tells those who wait that something happened. The caller holds mu.
func (t *Telegram) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// finding notes a broken rule. The caller holds mu.
func (t *Telegram) finding(format string, args ...any) {
	t.findings = append(t.findings, fmt.Sprintf(format, args...))
}

// A telegramAnswer is what the server sends back.
type telegramAnswer struct {
	status     int
	result     any
	text       string // description of an error
	retryAfter int
	migrate    int64
	sent       bool // written already
}

func succeed(result any) telegramAnswer { return telegramAnswer{status: http.StatusOK, result: result} }

func refuse(status int, format string, args ...any) telegramAnswer {
	return telegramAnswer{status: status, text: fmt.Sprintf(format, args...)}
}

// serve answers one request of the bot.
func (t *Telegram) serve(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") {
		write(w, refuse(http.StatusNotFound, "Not Found"))
		return
	}
	form, files, err := readForm(r)
	if err != nil {
		write(w, refuse(http.StatusBadRequest, "Bad Request: %s", err))
		return
	}
	fault, call := t.begin(method, form, files, token)
	answer := t.faulty(w, r, fault)
	if answer == nil && token != t.options.Token {
		refused := refuse(http.StatusUnauthorized, "Unauthorized")
		answer = &refused
	}
	if answer == nil {
		done := t.dispatch(r.Context(), method, form)
		answer = &done
	}
	if fault != nil && fault.Drop == DropAfter {
		panic(http.ErrAbortHandler) // closes the connection without a response
	}
	t.end(call, answer.status, form, answer.retryAfter)
	if !answer.sent {
		write(w, *answer)
	}
}

// begin records a call, checks it and returns the fault that is due.
func (t *Telegram) begin(method string, form map[string]string, files []string, token string) (*TelegramFault, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.spec != nil {
		t.findings = append(t.findings, t.spec.ValidateForm(method, form, files)...)
	}
	if token == t.options.Token {
		t.checkPatience(method, form)
	}
	t.calls = append(t.calls, TelegramCall{Method: method, Params: form, At: time.Now()})
	t.wake()
	return t.due(method), len(t.calls) - 1
}

// end completes the record of a call.
func (t *Telegram) end(call, status int, form map[string]string, retryAfter int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls[call].Status = status
	if chat := chatParam(form); status == http.StatusTooManyRequests && chat != 0 {
		limits := t.limited
		if t.calls[call].Method == "sendMessageDraft" {
			limits = t.held // a message is not to wait for a preview of it
		}
		limits[chat] = time.Now().Add(time.Duration(retryAfter) * time.Second)
	}
	t.wake()
}

// write sends an answer in the Bot API's envelope:
// https://core.telegram.org/bots/api#making-requests
func write(w http.ResponseWriter, a telegramAnswer) {
	body := map[string]any{"ok": a.status == http.StatusOK}
	if a.status == http.StatusOK {
		body["result"] = a.result
	} else {
		body["error_code"], body["description"] = a.status, a.text
	}
	parameters := map[string]any{}
	if a.retryAfter > 0 {
		parameters["retry_after"] = a.retryAfter
		w.Header().Set("Retry-After", fmt.Sprint(a.retryAfter))
	}
	if a.migrate != 0 {
		parameters["migrate_to_chat_id"] = a.migrate
	}
	if len(parameters) > 0 {
		body["parameters"] = parameters
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(body)
}

// maxBody is more than any request of a bot that uploads nothing.
const maxBody = 1 << 20

// readForm reads the parameters of a call: urlencoded, multipart or JSON. It
// also returns the names of uploaded files.
func readForm(r *http.Request) (map[string]string, []string, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	form := make(map[string]string)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return form, nil, readJSON(r.Body, form)
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return nil, nil, fmt.Errorf("can't parse multipart body: %w", err)
		}
	} else if err := r.ParseForm(); err != nil {
		return nil, nil, fmt.Errorf("can't parse body: %w", err)
	}
	for name, values := range r.Form {
		form[name] = values[0]
	}
	var files []string
	if r.MultipartForm != nil {
		for name := range r.MultipartForm.File {
			files = append(files, name)
		}
	}
	return form, files, nil
}

// readJSON turns a JSON body into form values: strings bare, all else as JSON.
func readJSON(body io.Reader, form map[string]string) error {
	var values map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&values); err != nil {
		return fmt.Errorf("can't parse JSON body: %w", err)
	}
	for name, raw := range values {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		form[name] = text
	}
	return nil
}
