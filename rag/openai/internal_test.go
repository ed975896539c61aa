package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"none":         {http.Header{}, 0},
		"seconds":      {http.Header{"Retry-After": {"20"}}, 20 * time.Second},
		"fraction":     {http.Header{"Retry-After": {"1.5"}}, 1500 * time.Millisecond},
		"zero":         {http.Header{"Retry-After": {"0"}}, 0},
		"negative":     {http.Header{"Retry-After": {"-5"}}, 0},
		"endless":      {http.Header{"Retry-After": {"1e300"}}, 24 * time.Hour},
		"infinite":     {http.Header{"Retry-After": {"Inf"}}, 24 * time.Hour},
		"not a number": {http.Header{"Retry-After": {"NaN"}}, 0},
		"date":         {http.Header{"Retry-After": {"Fri, 20 Nov 2026 12:00:30 GMT"}}, 30 * time.Second},
		"past":         {http.Header{"Retry-After": {"Fri, 20 Nov 2026 11:00:30 GMT"}}, 0},
		"garbage":      {http.Header{"Retry-After": {"soon"}}, 0},
		"milliseconds": {http.Header{"Retry-After-Ms": {"250"}, "Retry-After": {"1"}}, 250 * time.Millisecond},
	} {
		if got := retryAfter(tt.header, now); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		" a\n\tb\r\n ":             "a b",
		"a\x00\x1b[31m\u202eb":     "a[31mb",
		"\xff\xfea":                "a",
		strings.Repeat("长", 300):   strings.Repeat("长", 199) + "…",
		strings.Repeat("x ", 100):  strings.TrimSpace(strings.Repeat("x ", 100)),
		strings.Repeat(" ", 10000): "",
	} {
		if got := clip(in); got != want {
			t.Errorf("clip(%.40q) = %q, want %q", in, got, want)
		}
	}
}

func TestRedactor(t *testing.T) {
	redact := redactor("s3cret+key/", url.UserPassword("someone", "hunter2"), "api-version=1&code=abcd+efgh")
	for in, want := range map[string]string{
		"token s3cret+key/ is bad":              "token [redacted] is bad",
		"?k=s3cret%2Bkey%2F":                    "?k=[redacted]",
		"user someone:hunter2@host":             "user [redacted]@host",
		"code=abcd efgh":                        "code=[redacted]",
		"api-version=1":                         "api-version=1",
		"key sk-proj-abc123DEF456 is wrong":     "key [redacted] is wrong",
		"provided: sk-abc1***********wxyz.":     "provided: [redacted].",
		"Authorization: Bearer abc.def-ghi_jkl": "Authorization: [redacted]",
		"Basic c29tZW9uZTpodW50ZXIy":            "[redacted]",
		"a task-force of the risk-management":   "a task-force of the risk-management",
	} {
		if got := redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
	if got := redactor("", nil, "")("nothing to hide"); got != "nothing to hide" {
		t.Errorf("without secrets: %q", got)
	}
}

func TestThoughts(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                            "plain",
		"  \n plain ":                      "plain ",
		"<think>a</think>b":                "b",
		"\n<think>\na\n</think>\n\nb <x>":  "b <x>",
		"<think></think><think>a</think>b": "b",
		"<think>never closed":              "",
		"<thin":                            "<thin",
		"<thinking> is a word":             "<thinking> is a word",
		"a <think>b</think>":               "a <think>b</think>",
		"":                                 "",
	} {
		for size := 1; size <= len(in)+1; size++ {
			if got := reveal(in, size); got != want {
				t.Errorf("%q in pieces of %d: %q, want %q", in, size, got, want)
			}
		}
	}
}

// reveal sends s through thoughts in pieces of the given size.
func reveal(s string, size int) string {
	var th thoughts
	var out strings.Builder
	for len(s) > 0 {
		n := min(size, len(s))
		out.WriteString(th.visible(s[:n]))
		s = s[n:]
	}
	out.WriteString(th.rest())
	return out.String()
}

// How a text is cut into pieces makes no difference, and what is shown is the
// end of what was said.
func FuzzThoughts(f *testing.F) {
	f.Add("<think>a</think>b", 3)
	f.Add(" <think><think></think></think>", 1)
	f.Add("</think>", 2)
	f.Fuzz(func(t *testing.T, s string, size int) {
		if size < 1 || size > 100 {
			return
		}
		whole, parts := reveal(s, len(s)+1), reveal(s, size)
		if whole != parts {
			t.Errorf("whole %q, in pieces %q", whole, parts)
		}
		if !strings.HasSuffix(s, whole) {
			t.Errorf("%q is not the end of %q", whole, s)
		}
	})
}

func readEvents(stream io.Reader) (string, error) {
	e := newEvents(io.NopCloser(stream), func(frame []byte) error { return fmt.Errorf("report %s", frame) })
	var b strings.Builder
	_, err := io.Copy(&b, e)
	return b.String(), err
}

func TestEvents(t *testing.T) {
	for name, tt := range map[string]struct {
		in, want string
		err      string
	}{
		"plain":               {"data: {\"a\":1}\n\ndata: [DONE]\n\n", "data: {\"a\":1}\ndata: [DONE]\n", ""},
		"crlf":                {"data: {\"a\":1}\r\n\r\n", "data: {\"a\":1}\n", ""},
		"no space":            {"data:{\"a\":1}\n", "data: {\"a\":1}\n", ""},
		"byte order mark":     {"\ufeffdata: {\"a\":1}\n", "data: {\"a\":1}\n", ""},
		"comments":            {": x\n\nevent: y\nid: 1\nretry: 5\ndata: 1\n", "data: 1\n", ""},
		"no last break":       {"data: {\"a\":1}", "data: {\"a\":1}\n", ""},
		"done, no last break": {"data: [DONE]", "data: [DONE]\n", ""},
		"half a line":         {"data: {\"a\":1}\ndata: {\"b\"", "data: {\"a\":1}\n", "unexpected EOF"},
		"report":              {"data: {\"a\":1}\ndata: { \"error\" : {} }\ndata: 2\n", "data: {\"a\":1}\n", `report { "error" : {} }`},
		"report at the end":   {"data: {\"error\":\"x\"}", "", `report {"error":"x"}`},
		"null error":          {"data: {\"a\":1,\"error\":null}\n", "data: {\"a\":1,\"error\":null}\n", ""},
		"error in the text":   {`data: {"content":"he said {\"error\":1}"}` + "\n", `data: {"content":"he said {\"error\":1}"}` + "\n", ""},
		"other things":        {"{\"a\":1}\n<html>\n", "", ""},
		"empty":               {"", "", ""},
		"too long":            {"data: " + strings.Repeat("x", mostLine+1) + "\n", "", "a line of more than 1048576 bytes: bufio.Scanner: token too long"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"whole": strings.NewReader(tt.in), "by the byte": iotest.OneByteReader(strings.NewReader(tt.in)),
			} {
				got, err := readEvents(r)
				if got != tt.want || fmt.Sprint(err) != map[bool]string{true: "<nil>", false: tt.err}[tt.err == ""] {
					t.Errorf("%s: %q, %v; want %q, %q", how, got, err, tt.want, tt.err)
				}
			}
		})
	}
	broken := errors.New("broken")
	if _, err := readEvents(io.MultiReader(strings.NewReader("data: 1\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// Whatever comes in, what goes to the library is whole data lines, and the
// reading ends.
func FuzzEvents(f *testing.F) {
	f.Add("data: {\"a\":1}\n\ndata: [DONE]\n")
	f.Add("data:\n: x\nevent:\ndata: {\"error\":{}}")
	f.Add("\ufeff\r\n\rdata: 1")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := readEvents(strings.NewReader(s))
		for line := range strings.Lines(got) {
			if !strings.HasPrefix(line, "data: ") || !strings.HasSuffix(line, "\n") {
				t.Errorf("line %q", line)
			}
		}
		again, _ := readEvents(strings.NewReader(got))
		if err == nil && again != got {
			t.Errorf("read again: %q, first %q", again, got)
		}
	})
}

// No body of an error can break what an error promises.
func FuzzComplaint(f *testing.F) {
	f.Add(400, `{"error":{"message":["a","b"],"code":null,"param":{}}}`)
	f.Add(413, `{"error":"batch","error_type":"Validation"}`)
	f.Add(422, `{"detail":[{"loc":["a",1],"msg":"m"},"s",3]}`)
	f.Add(502, "<html><title>\n502\n</title>")
	f.Add(500, "\x00\xff")
	x := &exchange{server: &server{redact: redactor("s3cret+key/", nil, "")}, op: "op"}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 300 || status > 599 {
			return
		}
		e := x.complained(status, readComplaint([]byte(body)))
		text := e.Error()
		if e.Kind == nil || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x00") || strings.Contains(text, "s3cret+key/") {
			t.Errorf("error %q of kind %v", text, e.Kind)
		}
		if utf8.RuneCountInString(e.Message) > 200 {
			t.Errorf("a message of %d characters", utf8.RuneCountInString(e.Message))
		}
	})
}

func TestReadComplaint(t *testing.T) {
	for body, want := range map[string]complaint{
		`{"error":{"message":"m","type":"t","param":"p","code":"c"}}`:                {"m", "c", "t", "p"},
		`{"error":{"message":"m","code":503}}`:                                       {message: "m", code: "503"},
		`{"error":{"message":["a","b"],"code":null}}`:                                {message: "a; b"},
		`{"error":"m","error_type":"Validation"}`:                                    {message: "m"},
		`{"object":"error","message":"m","type":"NotFoundError","code":404}`:         {message: "m", code: "404", kind: "NotFoundError"},
		`{"detail":[{"loc":["body","x",0],"msg":"required"},{"msg":"and"}]}`:         {message: "body.x.0 required; and"},
		`{"detail":"Not Found"}`:                                                     {message: "Not Found"},
		`{"detail":{"reason":"x"}}`:                                                  {message: `{"reason":"x"}`},
		`<!DOCTYPE html><html><head><TITLE class="a">502 Bad Gateway</TITLE></head>`: {message: "502 Bad Gateway"},
		` <html><body>no title</body></html>`:                                        {message: "an HTML page"},
		`plain words`:                                                                {message: "plain words"},
		``:                                                                           {},
		`null`:                                                                       {},
		`[1]`:                                                                        {message: "[1]"},
	} {
		if got := readComplaint([]byte(body)); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestTruncatedError(t *testing.T) {
	err := fmt.Errorf("answer: %w", &TruncatedError{Op: "generate with m", Reason: "cut", Bytes: 7, Err: &Error{Kind: ErrUnreachable}})
	for kind, want := range map[error]bool{ErrTruncated: true, ErrUnreachable: true, ErrLength: false, ErrContextLength: false, ErrBusy: false} {
		if errors.Is(err, kind) != want {
			t.Errorf("is %v: %t", kind, !want)
		}
	}
	if want := "answer: generate with m: the stream ended without a finish reason after 7 bytes of text: the model server cannot be reached"; err.Error() != want {
		t.Errorf("text %s", err)
	}
}

func FuzzScores(f *testing.F) {
	f.Add(`{"results":[{"index":0,"relevance_score":1},{"index":1,"relevance_score":-5.4}]}`)
	f.Add(`[{"index":1,"score":1},{"index":0,"score":2}]`)
	f.Add(`[{"index":0,"score":1},{"index":0,"score":2}]`)
	f.Add(`[null,{}]`)
	x := &exchange{server: &server{redact: redactor("", nil, "")}, op: "op"}
	f.Fuzz(func(t *testing.T, body string) {
		scores := []float64{-1e9, -1e9}
		if err := readScores(x, json.RawMessage(body), scores); err == nil && strings.Count(body, "core") < 2 {
			t.Errorf("%s gives %v", body, scores)
		}
	})
}
