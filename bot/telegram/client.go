package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// A client calls the Bot API. It is the one place that touches the library's
// client, because the library knows no context, sleeps where it likes, and puts
// the token, which is part of every URL, into its errors and its log.
type client struct {
	api     tgbotapi.BotAPI // copied for every call; it holds no lock
	http    *http.Client
	secrets *strings.Replacer
}

// mostResponse is more than 100 updates ever have.
const mostResponse = 32 << 20

// silenceLibrary takes the library's own log away, once: it prints URLs with
// the token in them. https://github.com/go-telegram-bot-api/telegram-bot-api/blob/v5.5.1/log.go
var silenceLibrary = sync.OnceFunc(func() { _ = tgbotapi.SetLogger(silent{}) })

type silent struct{}

func (silent) Println(...any)        {}
func (silent) Printf(string, ...any) {}

func newClient(token, endpoint string) *client {
	silenceLibrary()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16
	c := &client{
		api: tgbotapi.BotAPI{Token: token},
		http: &http.Client{
			Transport: transport,
			// Following a redirect would hand the token to somebody else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	_, secret, _ := strings.Cut(token, ":")
	c.secrets = strings.NewReplacer(token, "<token>", url.PathEscape(token), "<token>", secret, "<token>")
	c.api.SetAPIEndpoint(strings.TrimRight(endpoint, "/") + "/bot%s/%s")
	return c
}

// close ends the connections that wait for a next call.
func (c *client) close() { c.http.CloseIdleConnections() }

// A doFunc is a tgbotapi.HTTPClient.
type doFunc func(*http.Request) (*http.Response, error)

func (f doFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// call runs one method and decodes its result into out, unless out is nil. Its
// error is always a *callError that holds no token.
func (c *client) call(ctx context.Context, method string, params tgbotapi.Params, out any) error {
	status, header := 0, http.Header{}
	api := c.api
	api.Client = doFunc(func(r *http.Request) (*http.Response, error) {
		resp, err := c.http.Do(r.WithContext(ctx)) //nolint:bodyclose // the library closes it
		if err != nil {
			return nil, withoutURL(err)
		}
		status, header = resp.StatusCode, resp.Header
		resp.Body = limitBody(resp.Body)
		return resp, nil
	})
	resp, err := api.MakeRequest(method, params)
	if err == nil && out != nil {
		err = json.Unmarshal(resp.Result, out)
	}
	if err == nil {
		return nil
	}
	return c.newError(method, status, header, err)
}

// withoutURL takes off the wrapper that prints the URL.
func withoutURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

func limitBody(body io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(body, mostResponse), body}
}

// A callError is a call that did not succeed.
type callError struct {
	Method     string
	Code       int           // of the Bot API or of HTTP; 0 when there was no response
	Text       string        // the server's description or what else is known; without token
	RetryAfter time.Duration // 0 when the server named none
	Migrate    int64         // the chat's new id, or 0
	Unsent     bool          // the call did certainly not reach the server
	cause      error         // for errors.Is only: its text may hold the token
}

func (e *callError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("call Telegram %s: %s", e.Method, e.Text)
	}
	return fmt.Sprintf("call Telegram %s: %d %s", e.Method, e.Code, e.Text)
}

// Is lets errors.Is look at the cause, whose text stays hidden.
func (e *callError) Is(target error) bool { return errors.Is(e.cause, target) }

// says reports whether e is the error of that code whose description begins so.
func (e *callError) says(code int, prefix string) bool {
	return e.Code == code && strings.HasPrefix(strings.ToLower(e.Text), strings.ToLower(prefix))
}

// isDoubtful reports whether a call that failed may have had its effect all the same.
func isDoubtful(err error) bool {
	var e *callError
	return errors.As(err, &e) && !e.Unsent && (e.Code == 0 || e.Code == http.StatusOK)
}

func (c *client) newError(method string, status int, header http.Header, err error) *callError {
	e := &callError{Method: method, Code: status, cause: err, Text: c.secrets.Replace(err.Error())}
	var api *tgbotapi.Error
	var dial *net.OpError
	switch {
	case errors.As(err, &api):
		e.Code, e.Migrate = api.Code, api.MigrateToChatID
		e.RetryAfter = time.Duration(api.RetryAfter) * time.Second
	case status >= 300: // a page of something in between, not the Bot API's JSON
		e.Text = http.StatusText(status)
	case errors.As(err, &dial) && dial.Op == "dial":
		e.Unsent = true
	}
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && e.RetryAfter == 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}
