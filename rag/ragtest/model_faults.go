package ragtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Fault is another answer than the standard one to a single request. Not all
// of them are wrong: some are only unusual.
type Fault struct {
	Name string
	Play func(*Call)
}

// Faults returns every fault that a route can be told to have, each with a name
// of its own: [ErrorAnswers] and, by route, [StreamFaults] and [StreamShapes],
// [EmbeddingFaults] or [RerankFaults].
func Faults(r Route) []Fault {
	all := ErrorAnswers()
	switch r {
	case Chat:
		all = append(all, StreamFaults()...)
		all = append(all, StreamShapes()...)
	case Embeddings:
		all = append(all, EmbeddingFaults()...)
	case Rerank:
		all = append(all, RerankFaults()...)
	case Models:
	}
	return all
}

// FaultNamed finds a fault of a route by its name.
func FaultNamed(r Route, name string) (Fault, bool) {
	all := Faults(r)
	if i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == name }); i >= 0 {
		return all[i], true
	}
	return Fault{}, false
}

// Answers is a fault that answers with a status and a body as they are. headers
// are pairs of name and value.
func Answers(name string, status int, contentType, body string, headers ...string) Fault {
	return Fault{name, func(c *Call) { c.Body(status, contentType, body, headers...) }}
}

// Streams is a fault that answers a chat with s. An empty Text is what the
// server's voice says.
func Streams(name string, s Stream) Fault {
	return Fault{name, func(c *Call) {
		if s.Text == "" {
			s := s
			s.Text, _ = c.model.voice()(c.Request.Prompt)
			c.Stream(s)
			return
		}
		c.Stream(s)
	}}
}

const asJSON = "application/json"

const (
	rateLimit = `{"error":{"message":"Rate limit reached for requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}`
	loading   = `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`
)

// An errorBody is what a server in the field says with an error.
type errorBody struct {
	name   string
	status int
	body   string
}

// errorBodies returns the bodies, in JSON, by the server that sends them.
func errorBodies() []errorBody {
	return []errorBody{
		{"rate-limit", 429, rateLimit},
		{"azure-rate-limit", 429, azureRateLimit},
		{"quota", 429, `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`},
		{"payment", 402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`},
		{"loading", 503, loading},
		{"overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`},
		{"context", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`},
		{"context-llamacpp", 400, `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9001,"n_ctx":8192}}`},
		{"context-vllm", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens. However, you requested 9001 tokens.","type":"BadRequestError","param":null,"code":400}}`},
		{"context-vllm-old", 400, `{"object":"error","message":"This model's maximum context length is 8192 tokens. However, you requested 9001 tokens.","type":"BadRequestError","param":null,"code":400}`},
		{"not-found-vllm", 404, `{"error":{"message":"The model ` + "`x`" + ` does not exist.","type":"NotFoundError","param":null,"code":404}}`},
		{"not-found-vllm-old", 404, `{"object":"error","message":"The model ` + "`x`" + ` does not exist.","type":"NotFoundError","param":null,"code":404}`},
		{"not-found-ollama", 404, `{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}`},
		{"not-found-ollama-own", 404, `{"error":"model 'x' not found"}`},
		{"azure-no-deployment", 404, azureNoDeployment},
		{"batch-tei", 413, `{"error":"batch size 64 > maximum allowed batch size 32","error_type":"Validation"}`},
		{"detail-fastapi", 422, `{"detail":[{"loc":["body","input"],"msg":"field required","type":"value_error.missing"}]}`},
		{"detail-string", 400, `{"detail":"Unsupported media"}`},
		{"content-policy", 400, azureFilter},
		{"bad-key", 401, `{"error":{"message":"Incorrect API key provided: sk-abc1***********wxyz.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`},
		{"azure-bad-key", 401, azureBadKey},
		{"forbidden", 403, `{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}}`},
		{"null-code", 500, `{"error":{"message":"boom","type":"server_error","param":null,"code":null}}`},
		{"crashed-ollama", 500, `{"error":"llama runner process has terminated: signal: killed"}`},
		{"long-message", 500, `{"error":{"message":"` + strings.Repeat("很长 and long ", 2000) + `"}}`},
	}
}

// ErrorAnswers returns the error answers of the servers in the field, with
// their own bodies, and the ways to give no usable answer at all. They fit
// every route.
func ErrorAnswers() []Fault {
	var all []Fault
	for _, e := range errorBodies() {
		all = append(all, Answers(e.name, e.status, asJSON, e.body))
	}
	dated := func(name string, status int, body string) Fault {
		return Fault{name, func(c *Call) {
			c.Body(status, asJSON, body, "Retry-After", time.Now().Add(9*time.Second).UTC().Format(http.TimeFormat))
		}}
	}
	return append(all,
		Answers("rate-limit-seconds", 429, asJSON, rateLimit, "Retry-After", "7"),
		Answers("rate-limit-milliseconds", 429, asJSON, rateLimit, "Retry-After-Ms", "1500", "Retry-After", "2"),
		dated("rate-limit-date", 429, rateLimit),
		Answers("rate-limit-hour", 429, asJSON, rateLimit, "Retry-After", "3600"),
		Answers("rate-limit-past", 429, asJSON, rateLimit, "Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"),
		Answers("rate-limit-garbage", 429, asJSON, rateLimit, "Retry-After", "soon"),
		Answers("loading-seconds", 503, asJSON, loading, "Retry-After", "3"),
		dated("loading-date", 503, loading),
		Answers("not-found-text", 404, "text/plain; charset=utf-8", "404 page not found"),
		Fault{"key-echoed", func(c *Call) {
			c.Body(401, "text/plain", "no such token: "+c.Request.Header.Get("Authorization")+"; query "+c.Request.Query)
		}},
		Answers("html", 502, "text/html", "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center>"+strings.Repeat("<!-- padding -->", 500)+"</body></html>"),
		Answers("empty", 500, "text/plain", ""),
		Answers("redirect", 307, "text/plain", "", "Location", "http://127.0.0.1:9/elsewhere?key=secret"),
		Fault{"no-answer", (*Call).Reset},
		Fault{"slow", (*Call).Hang},
		Answers("ok-html", 200, "text/html", "<html><head><title>Sign in</title></head></html>"),
		Answers("ok-empty", 200, asJSON, ""),
		Fault{"ok-cut", func(c *Call) {
			c.w.Header().Set("Content-Type", asJSON)
			c.Raw(`{"object":"list","data":[{"object":"embedding","index":0,"embed`)
			c.Abort()
		}},
		Answers("ok-other-json", 200, asJSON, `{"hello":"world"}`),
	)
}

// StreamFaults returns what goes wrong in a stream. Those that cut it come in
// two forms: -before the first piece of text, and -after some of it.
func StreamFaults() []Fault {
	var all []Fault
	for _, cut := range streamCuts() {
		all = append(all,
			Streams(cut.Name+"-before", Stream{After: 0, Then: cut.Play}),
			Streams(cut.Name+"-after", Stream{After: 2, Then: cut.Play}))
	}
	const completion = `{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}]}`
	return append(all,
		Answers("json-not-stream", 200, asJSON, completion),
		Answers("json-error-not-stream", 200, asJSON, "{\n  \"error\": {\"message\": \"overloaded\", \"type\": \"server_error\"}\n}"),
		Streams("length", Stream{Finish: "length"}),
		Streams("content-filter", Stream{Finish: "content_filter"}),
		Streams("unknown-finish", Stream{Finish: "whatever"}),
		Streams("tool-call", Stream{ToolCall: true}),
		Streams("refusal", Stream{Text: " ", Refusal: "I cannot help with that."}),
		Streams("only-thoughts", Stream{Text: "<think>so much to think about"}),
		Streams("only-space", Stream{Text: "\n \n"}),
	)
}

// streamCuts are the ways a stream ends early. What the connection does at the
// end is part of each. Those named said- are the error bodies as data lines.
func streamCuts() []Fault {
	all := connectionCuts()
	for _, e := range errorBodies() {
		all = append(all, Fault{"said-" + e.name, func(c *Call) { c.Raw("data: " + e.body + "\n\ndata: [DONE]\n\n") }})
	}
	return all
}

func connectionCuts() []Fault {
	raw := func(name, s string) Fault { return Fault{name, func(c *Call) { c.Raw(s) }} }
	const finish = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"x","choices":[{"index":0,"delta":{"content":"lost"},"finish_reason":null}]`
	return []Fault{
		raw("cut", ""),
		raw("done-without-finish", "data: [DONE]\n\n"),
		raw("half-line", finish[:90]),
		raw("half-json-line", finish[:90]+"\n\n"),
		raw("error", "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n"),
		raw("error-spaced", "data: { \"error\": {\"message\": \"overloaded\", \"type\": \"server_error\"} }\n\n"),
		raw("error-after-comments", ": ping\n\nevent: error\ndata: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n"),
		raw("error-numbered", "data: {\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}\n\n"),
		raw("error-context", "data: {\"error\":{\"code\":400,\"message\":\"This model's maximum context length is 8 tokens\",\"type\":\"BadRequestError\"}}\n\n"),
		raw("error-without-data", "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n"),
		{"error-then-open", func(c *Call) {
			c.Raw("data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n")
			c.Hang()
		}},
		{"aborted", (*Call).Abort},
		{"reset", (*Call).Reset},
		{"stall", (*Call).Hang},
		{"stall-with-pings", func(c *Call) {
			for c.Wait(10 * time.Millisecond) {
				c.Raw(": ping\n\n")
			}
		}},
		{"endless-line", func(c *Call) {
			c.Raw("data: {\"choices\":[{\"delta\":{\"content\":\"")
			filler := strings.Repeat("x", 64<<10)
			for range 64 {
				c.Raw(filler)
			}
			c.Hang()
		}},
	}
}

// StreamShapes returns unusual streams that hold a whole answer.
func StreamShapes() []Fault {
	return []Fault{
		Streams("crlf", Stream{LineEnd: "\r\n"}),
		Streams("event-lines", Stream{Events: true}),
		Streams("no-space", Stream{NoSpace: true}),
		Streams("comments", Stream{Comments: 400}),
		Streams("one-byte", Stream{BytesAtATime: 1}),
		Streams("split-runes", Stream{BytesAtATime: 7}),
		Streams("no-usage", Stream{NoUsage: true}),
		Streams("usage-everywhere", Stream{AlwaysUsage: true}),
		Streams("no-done", Stream{NoDone: true}),
		Streams("no-last-break", Stream{NoLastBreak: true}),
		{"finish-without-break", func(c *Call) {
			text, _ := c.model.voice()(c.Request.Prompt)
			c.Stream(Stream{Text: text, After: len(text), Then: func(c *Call) {
				c.Raw(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`)
			}})
		}},
		{"open-after-finish", func(c *Call) {
			text, _ := c.model.voice()(c.Request.Prompt)
			c.Stream(Stream{Text: text, NoDone: true})
			c.Hang()
		}},
		Streams("eos-token", Stream{Finish: "eos_token"}),
		Streams("reasoning", Stream{Reasoning: "Let me think about this question for a while."}),
		{"thinks-aloud", func(c *Call) {
			text, _ := c.model.voice()(c.Request.Prompt)
			c.Stream(Stream{Text: "\n<think>\nLet me think [1].\n</think>\n\n" + text})
		}},
		Streams("late", Stream{First: 20 * time.Millisecond}),
		Streams("slow-pieces", Stream{Pace: time.Millisecond}),
	}
}

// EmbeddingFaults returns what goes wrong in an embeddings answer to a good
// request, and one that is only unusual: "reordered".
func EmbeddingFaults() []Fault {
	fault := func(name string, change func([]vectorItem) []vectorItem) Fault {
		return Fault{name, func(c *Call) { c.answerEmbeddings(change) }}
	}
	return []Fault{
		fault("reordered", func(v []vectorItem) []vectorItem { slices.Reverse(v); return v }),
		fault("too-few", func(v []vectorItem) []vectorItem { return v[:len(v)-1] }),
		fault("too-many", func(v []vectorItem) []vectorItem { return append(v, vectorItem{len(v), v[0].Vector}) }),
		fault("none", func([]vectorItem) []vectorItem { return nil }),
		fault("index-twice", func(v []vectorItem) []vectorItem { v[len(v)-1].Index = 0; return v }),
		fault("index-out-of-range", func(v []vectorItem) []vectorItem { v[0].Index = len(v); return v }),
		fault("index-negative", func(v []vectorItem) []vectorItem { v[0].Index = -1; return v }),
		fault("wrong-dimension", func(v []vectorItem) []vectorItem { v[0].Vector = v[0].Vector[1:]; return v }),
		fault("empty-vector", func(v []vectorItem) []vectorItem { v[0].Vector = []float32{}; return v }),
		fault("zero-vector", func(v []vectorItem) []vectorItem { clear(v[0].Vector); return v }),
	}
}

// RerankFaults returns what goes wrong in a rerank answer to a good request.
func RerankFaults() []Fault {
	fault := func(name string, change func([]scoreItem) []scoreItem) Fault {
		return Fault{name, func(c *Call) { c.answerRerank(change) }}
	}
	return []Fault{
		fault("too-few", func(s []scoreItem) []scoreItem { return s[:len(s)-1] }),
		fault("too-many", func(s []scoreItem) []scoreItem { return append(s, scoreItem{len(s), 1}) }),
		fault("index-twice", func(s []scoreItem) []scoreItem { s[len(s)-1].Index = 0; return s }),
		fault("index-out-of-range", func(s []scoreItem) []scoreItem { s[0].Index = len(s); return s }),
		fault("index-negative", func(s []scoreItem) []scoreItem { s[0].Index = -1; return s }),
		Answers("no-score", 200, asJSON, `{"results":[{"index":0},{"index":1}]}`),
	}
}
