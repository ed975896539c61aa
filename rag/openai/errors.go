package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// The kinds of failure. Every error of this package that comes from a server is
// one of them, by errors.Is; an ended context is context.Canceled or
// context.DeadlineExceeded instead (and ErrTimeout, when the server had been
// silent for Config.Idle by then), and an error of the caller's emit is itself.
var (
	ErrUnreachable   = errors.New("the model server cannot be reached") // refused, no such host, TLS, connection lost
	ErrTimeout       = errors.New("the model server is too slow")       // no answer in Timeout, no token in FirstToken, a stall of Idle
	ErrBusy          = errors.New("the model server is busy")           // 429, 503, overloaded, loading the model
	ErrSuspended     = errors.New("the model server failed several times in a row and is left alone for a while")
	ErrQuota         = errors.New("the model server's quota is used up") // 402, insufficient_quota: waiting does not help
	ErrAuth          = errors.New("the model server refuses the key")    // 401, 403
	ErrNotFound      = errors.New("the model server does not know the model or the path")
	ErrContextLength = errors.New("the prompt is longer than the model's context")
	ErrTooLarge      = errors.New("the model server refuses the size of the request") // 413
	ErrRejected      = errors.New("the model server rejects the request")             // any other 4xx, a redirect
	ErrServer        = errors.New("the model server failed")                          // any other 5xx
	ErrBadResponse   = errors.New("the model server's response is not usable")        // not JSON, wrong count, zero vector, ...
	ErrContentFilter = errors.New("the model server's content filter held the answer back")
	ErrRefused       = errors.New("the model refused to answer")
	ErrEmpty         = errors.New("the model's answer is empty")
	ErrNotJSON       = errors.New("the model's answer is not one JSON value") // a prompt with a schema wants one
	ErrTruncated     = errors.New("the model's answer is not complete")       // every *TruncatedError
	ErrLength        = errors.New("the model's answer reached its length limit")
)

// An Error is what a server answered, or why it did not, in a form that is safe
// to log: it holds no key, no URL, and at most 200 characters of a body.
type Error struct {
	Op         string // "embed 64 texts with bge-m3"
	Kind       error  // one of the kinds above
	Status     int    // HTTP status; 0 when there was none
	Code       string // the server's own code, "" when it gave none
	Param      string // the parameter the server complains about, "" when it names none
	Message    string // the server's own words, redacted and cut
	RetryAfter time.Duration

	cause error // of the network; nil for an answer
}

// Error says what was being done, what happened and what the server said.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Kind.Error())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d)", e.Status)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// Unwrap returns the kind and, when the network failed, its error.
func (e *Error) Unwrap() []error {
	if e.cause != nil {
		return []error{e.Kind, e.cause}
	}
	return []error{e.Kind}
}

// A TruncatedError is a completion that did not end by itself: the text so far
// must not be shown as an answer.
type TruncatedError struct {
	Op     string
	Reason string // "cut", "length", "prompt": the stream, the answer or the prompt was cut
	Bytes  int    // of text received
	Err    error  // why, or nil
}

// Error says where the text ended and why.
func (e *TruncatedError) Error() string {
	var what string
	switch e.Reason {
	case "length":
		what = ErrLength.Error()
	case "prompt":
		what = "the model server cut the prompt"
	default:
		what = "the stream ended without a finish reason"
	}
	text := fmt.Sprintf("%s: %s after %d bytes of text", e.Op, what, e.Bytes)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause, which may be nil.
func (e *TruncatedError) Unwrap() error { return e.Err }

// Is reports the kinds a cut completion belongs to: [ErrTruncated] always, and
// [ErrLength] or [ErrContextLength] by its reason.
func (e *TruncatedError) Is(target error) bool {
	switch target {
	case ErrTruncated:
		return true
	case ErrLength:
		return e.Reason == "length"
	case ErrContextLength:
		return e.Reason == "prompt"
	}
	return false
}

// retryable reports whether the same request may succeed a little later.
func retryable(err error) bool {
	var cut *TruncatedError
	if errors.As(err, &cut) && cut.Err == nil {
		return cut.Reason == "cut"
	}
	for _, kind := range []error{ErrBusy, ErrServer, ErrUnreachable, ErrTimeout} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// A complaint is what the body of an error answer says, in any of the dialects.
type complaint struct {
	message string
	code    string
	kind    string // the server's "type"
	param   string
}

// readComplaint reads the bodies that servers send with an error: an "error"
// object (OpenAI, llama.cpp, vLLM since 0.10.1), an "error" string (TEI,
// Ollama's own API), the bare object of older vLLM, FastAPI's "detail".
func readComplaint(body []byte) complaint {
	var top struct {
		Error   json.RawMessage `json:"error"`
		Detail  json.RawMessage `json:"detail"`
		Message json.RawMessage `json:"message"`
		Type    any             `json:"type"`
		Code    any             `json:"code"`
		Param   any             `json:"param"`
	}
	if json.Unmarshal(body, &top) != nil {
		return complaint{message: pageTitle(body)}
	}
	var inner struct {
		Message json.RawMessage `json:"message"`
		Type    any             `json:"type"`
		Code    any             `json:"code"`
		Param   any             `json:"param"`
	}
	switch {
	case json.Unmarshal(top.Error, &inner) == nil && len(top.Error) > 0 && top.Error[0] == '{':
		return complaint{message: words(inner.Message), code: scalar(inner.Code), kind: scalar(inner.Type), param: scalar(inner.Param)}
	case len(top.Error) > 0:
		return complaint{message: words(top.Error), code: scalar(top.Code), kind: scalar(top.Type)}
	case len(top.Detail) > 0:
		return complaint{message: words(top.Detail)}
	}
	return complaint{message: words(top.Message), code: scalar(top.Code), kind: scalar(top.Type), param: scalar(top.Param)}
}

// words are the words in a JSON value: a string, or the strings named message
// or msg inside it.
func words(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		var all []string
		for _, item := range v {
			object, _ := item.(map[string]any)
			if msg, ok := object["msg"].(string); ok {
				all = append(all, strings.TrimSpace(location(object["loc"])+" "+msg))
			} else if s, ok := item.(string); ok {
				all = append(all, s)
			}
		}
		return strings.Join(all, "; ")
	}
	return string(raw)
}

func location(v any) string {
	parts, _ := v.([]any)
	var all []string
	for _, p := range parts {
		all = append(all, scalar(p))
	}
	return strings.Join(all, ".")
}

func scalar(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// pageTitle is the title of an HTML page, or the text when it is none.
func pageTitle(body []byte) string {
	if m := htmlTitle.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return "an HTML page"
	}
	return string(body)
}

var htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// kindOf tells what kind of failure a status with such a complaint is.
func kindOf(status int, c complaint) error {
	said := strings.ToLower(c.message + " " + c.code + " " + c.kind)
	switch {
	case tooLong.MatchString(said) && status <= 500 && status != http.StatusTooManyRequests:
		return ErrContextLength
	case strings.Contains(said, "insufficient_quota") || strings.Contains(said, "billing") || status == http.StatusPaymentRequired:
		return ErrQuota
	case (c.code == "content_filter" || strings.Contains(said, "content_policy")) && status < 500:
		return ErrContentFilter
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == 0 && c.code == "invalid_api_key":
		return ErrAuth
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return ErrNotFound
	case status == http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return ErrTimeout
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		status == http.StatusTooEarly, status == http.StatusConflict,
		status == 529, // overloaded: https://docs.anthropic.com/en/api/errors
		strings.Contains(said, "overloaded"), strings.Contains(said, "rate_limit"):
		return ErrBusy
	case status >= 500 && status != http.StatusNotImplemented, status == 0:
		return ErrServer
	}
	return ErrRejected
}

// tooLong finds the ways to say that a prompt does not fit: "maximum context
// length is" (OpenAI, vLLM), "exceeds the available context size" (llama.cpp),
// "prompt is too long", TEI's "must have less than 512 tokens".
var tooLong = regexp.MustCompile(`context_length_exceeded|exceed_context_size|context (length|size|window)|prompt is too long|input is too long|must have less than \d+ tokens`)

// clip makes a text from a server fit for an error: one line, printable, at
// most 200 characters.
func clip(s string) string {
	const most = 200
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// keyLike finds what looks like an API key or an Authorization header, masked
// ones too.
var keyLike = regexp.MustCompile(`(?i)\b(sk|pk|hf|gsk|key|xai)[-_][A-Za-z0-9*_-]{8,}|(bearer|basic)\s+[^\s"',;]+`)
