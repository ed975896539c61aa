package openai

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	api "github.com/sashabaranov/go-openai"
)

// An exchange is one request to a server and its response. It is the HTTPDoer
// of a go-openai client that is made for this one request: an answer that is an
// error never reaches the library, which would lose its Retry-After, and a
// stream reaches it as data lines only.
type exchange struct {
	server *server
	op     string
	stream *events // of a streamed answer; nil before it comes, and for others
}

// The most that is read of an error body and of a whole response: 2,048
// vectors of 4,096 numbers of 12 characters fit.
const (
	mostErrorBody = 64 << 10
	mostResponse  = 128 << 20
)

// client returns a go-openai client whose only transport is x.
func (x *exchange) client() *api.Client {
	c := api.DefaultConfig("") // the key is added below the library
	c.BaseURL = x.server.base
	c.HTTPClient = x
	c.EmptyMessagesLimit = 1 << 20
	return api.NewClientWithConfig(c)
}

// Do sends r. Its error is an *Error, or r's ended context.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	x.server.prepare(r)
	resp, err := x.server.client.Do(r)
	switch {
	case err != nil && r.Context().Err() != nil:
		return nil, r.Context().Err() // the text of a *url.Error holds the URL
	case err != nil:
		return nil, x.lost(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		defer resp.Body.Close()
		return nil, x.refused(resp)
	}
	if r.Header.Get("Accept") == "text/event-stream" {
		x.stream = newEvents(resp.Body, x.reported)
		resp.Body = x.stream
		return resp, nil
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, mostResponse)
	return resp, nil
}

// lost is the error for a request that got no answer, or only a part of one,
// although its context has not ended. (That of a dial that took too long is a
// context.DeadlineExceeded nevertheless, by its method Is.)
func (x *exchange) lost(err error) error {
	// The text of a *url.Error holds the URL.
	for ue := (*url.Error)(nil); errors.As(err, &ue); {
		err = ue.Err
	}
	e := &Error{Op: x.op, Kind: ErrUnreachable, Message: clip(x.server.redact(err.Error()))}
	if !errors.Is(err, context.DeadlineExceeded) {
		e.cause = err
	}
	return e
}

// refused is the error for an answer that is no success.
func (x *exchange) refused(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, mostErrorBody)) // what is missing is only words
	if resp.StatusCode < 400 {
		return &Error{Op: x.op, Kind: ErrRejected, Status: resp.StatusCode, Message: "a redirect, which is not followed; correct the base URL"}
	}
	e := x.complained(resp.StatusCode, readComplaint(body))
	e.RetryAfter = retryAfter(resp.Header, x.server.now())
	return e
}

// reported is the error for an error frame inside a stream.
func (x *exchange) reported(frame []byte) error {
	c := readComplaint(frame)
	// llama.cpp and vLLM put the HTTP status there.
	status, err := strconv.Atoi(c.code)
	if err != nil || status < 400 || status > 599 {
		status = 0
	}
	return x.complained(status, c)
}

func (x *exchange) complained(status int, c complaint) *Error {
	return &Error{
		Op:      x.op,
		Kind:    kindOf(status, c),
		Status:  status,
		Code:    clip(x.server.redact(c.code)),
		Param:   clip(x.server.redact(c.param)),
		Message: clip(x.server.redact(c.message)),
	}
}

// unusable is the error for an answer that is not what was asked for.
func (x *exchange) unusable(format string, args ...any) *Error {
	return &Error{Op: x.op, Kind: ErrBadResponse, Message: clip(x.server.redact(fmt.Sprintf(format, args...)))}
}

// sorted turns whatever a call returned into an error of this package.
func (x *exchange) sorted(err error) error {
	var known *Error
	var cut *TruncatedError
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &cut):
		return err
	case errors.As(err, &syntax), errors.As(err, &mistyped), errors.As(err, new(*http.MaxBytesError)), errors.Is(err, bufio.ErrTooLong):
		return x.unusable("%v", err)
	case err == io.EOF: //nolint:errorlint // a wrapped one is a lost connection
		return x.unusable("an empty body")
	case refusedByLibrary(err):
		return &Error{Op: x.op, Kind: ErrRejected, Message: clip(err.Error())}
	}
	return x.lost(err)
}

// refusedByLibrary reports whether go-openai itself refused the request, by
// the name of the model, before sending it.
func refusedByLibrary(err error) bool {
	for _, refusal := range []error{
		api.ErrChatCompletionInvalidModel,
		api.ErrReasoningModelMaxTokensDeprecated,
		api.ErrReasoningModelLimitationsOther,
		api.ErrReasoningSamplingUnsupported,
		api.ErrReasoningEffortUnsupported,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// within runs call, which makes the exchange, for at most d, unless the breaker
// is open.
func (x *exchange) within(ctx context.Context, d time.Duration, call func(context.Context) error) error {
	return x.server.breaker.do(x.op, func() error { return x.limited(ctx, d, call) })
}

func (x *exchange) limited(ctx context.Context, d time.Duration, call func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := call(limited)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", x.op, ctx.Err())
	case limited.Err() != nil:
		return x.tooSlow("no answer in %s", d)
	}
	return x.sorted(err)
}

func (x *exchange) tooSlow(format string, args ...any) *Error {
	return &Error{Op: x.op, Kind: ErrTimeout, Message: fmt.Sprintf(format, args...)}
}

// retryAfter reads how long a server asks to wait: retry-after-ms (Azure),
// Retry-After in seconds or as a date
// (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). 0 when it does
// not say, or says something in the past.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	var d time.Duration
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil {
		d = time.Duration(min(ms, float64(most/time.Millisecond)) * float64(time.Millisecond))
	} else if s, err := strconv.ParseFloat(h.Get("Retry-After"), 64); err == nil {
		d = time.Duration(min(s, most.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		d = min(at.Sub(now), most)
	}
	return max(d, 0)
}

// postJSON sends in to path below the base URL and decodes the answer into out.
func (x *exchange) postJSON(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: encode the request: %w", x.op, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: make the request: %w", x.op, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	resp, err := x.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(out)
}
