package ragtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// A Shape is whose chat answers the server imitates, where servers differ.
type Shape string

// The shapes. Only OpenAI's own is held against the specification: the others
// leave out what it requires and add what it does not know.
const (
	OllamaShape   Shape = "ollama"
	LlamaCppShape Shape = "llamacpp"
	VLLMShape     Shape = "vllm"
	AzureShape    Shape = "azure" // at other paths, and with another header for the key: see model_azure.go
)

// answerChat says what the server's voice says, as a stream or in one piece.
func (c *Call) answerChat() {
	if !c.knowsModel() {
		return
	}
	if c.Request.Prompt.User == "" {
		c.Error(http.StatusBadRequest, "invalid_request_error", "", "Missing required parameter: 'messages'.")
		return
	}
	if !c.takesFormat() {
		return
	}
	prompt, read := c.Request.Prompt, promptTokens(c.Request.Prompt)
	if window := c.model.opts.Window; window > 0 && read > window {
		if !c.model.opts.Truncate {
			c.Error(http.StatusBadRequest, "invalid_request_error", "context_length_exceeded", fmt.Sprintf(
				"This model's maximum context length is %d tokens. However, your messages resulted in %d tokens.", window, read))
			return
		}
		prompt, read = lastTokens(prompt, window), window
	}
	text, err := c.model.voice()(prompt)
	if err != nil {
		c.Error(http.StatusInternalServerError, "server_error", "", err.Error())
		return
	}
	if c.Request.Stream {
		c.Stream(Stream{Text: text, Pace: c.model.opts.Pace, promptTokens: read})
		return
	}
	c.complete(text, read)
}

func promptTokens(p rag.Prompt) int { return tokens(p.System) + tokens(p.User) }

// lastTokens is what a server reads that cuts a prompt from its start.
func lastTokens(p rag.Prompt, window int) rag.Prompt {
	runes := []rune(p.User)
	for len(runes) > 0 && tokens(string(runes)) > window {
		runes = runes[len(runes)/8+1:]
	}
	return rag.Prompt{User: string(runes), Schema: p.Schema}
}

// complete answers with a whole completion.
func (c *Call) complete(text string, read int) {
	message := map[string]any{"role": "assistant", "content": text}
	choice := map[string]any{"index": 0, "message": message, "finish_reason": "stop"}
	if c.model.opts.Shape == "" {
		message["refusal"] = nil
		message["annotations"] = []any{}
		choice["logprobs"] = nil
	}
	answer := map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": created, "model": c.Request.Model,
		"choices": []any{choice}, "usage": usage(read, tokens(text)),
	}
	c.dress(answer, choice)
	c.standard(chatAnswer, http.StatusOK, answer)
}

// dress adds what the imitated server adds to an answer, or to a chunk of one,
// and to its choice, which may be nil.
func (c *Call) dress(answer, choice map[string]any) {
	_, last := answer["usage"]
	switch c.model.opts.Shape {
	case OllamaShape:
		answer["system_fingerprint"] = "fp_ollama"
	case LlamaCppShape:
		answer["system_fingerprint"] = "b4719-llama"
		if last {
			answer["timings"] = map[string]any{"prompt_n": 1, "predicted_n": 1, "predicted_per_second": 30.5}
		}
	case VLLMShape:
		if choice != nil {
			choice["logprobs"], choice["stop_reason"], choice["token_ids"] = nil, nil, nil
		}
	case AzureShape:
		answer["system_fingerprint"] = "fp_azure"
		if choice != nil {
			choice["content_filter_results"] = harmless()
		}
	}
}

func usage(read, written int) map[string]any {
	return map[string]any{"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
}

// A Stream is a streamed completion: what is said and how it goes over the wire.
// The zero value says nothing, in the official form.
type Stream struct {
	Text      string
	Reasoning string // sent before the text as reasoning_content
	Refusal   string // sent in place of text
	ToolCall  bool   // a tool is called after the text
	Finish    string // finish reason; "" means "stop"

	First time.Duration // pause before the first piece
	Pace  time.Duration // pause before every piece

	NoUsage      bool   // no usage chunk although one is asked for
	AlwaysUsage  bool   // the usage in every chunk
	NoDone       bool   // no [DONE] at the end
	NoLastBreak  bool   // the last line has no line break
	NoSpace      bool   // data:{...}
	Events       bool   // event: and id: lines
	LineEnd      string // "" means "\n"
	Comments     int    // keep-alive comments before every chunk
	BytesAtATime int    // written and sent off so many bytes at a time; 0 means whole chunks

	// Then, if set, takes over after After pieces of text, in place of the rest.
	After int
	Then  func(*Call)

	promptTokens int // 0 means those of the request
}

// pieceRunes is how many characters a piece of text has.
const pieceRunes = 8

// Stream answers with s.
func (c *Call) Stream(s Stream) {
	w := &streamWriter{c: c, s: s}
	if s.promptTokens == 0 {
		w.s.promptTokens = promptTokens(c.Request.Prompt)
	}
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.WriteHeader(http.StatusOK)
	c.Raw("")
	if c.Wait(s.First) {
		w.write()
	}
}

// A streamWriter writes one stream.
type streamWriter struct {
	c *Call
	s Stream
}

func (w *streamWriter) write() {
	w.opening()
	for i, piece := range pieces(w.s.Text) {
		if w.s.Then != nil && i == w.s.After {
			break
		}
		if !w.c.Wait(w.s.Pace) {
			return
		}
		w.delta(map[string]any{"content": piece}, "")
	}
	if w.s.Then != nil {
		w.s.Then(w.c)
		return
	}
	w.closing()
}

// opening sends the chunk that names the role, as the imitated server does it.
func (w *streamWriter) opening() {
	switch w.c.model.opts.Shape {
	case AzureShape:
		w.chunk(map[string]any{"choices": []any{}, "prompt_filter_results": []any{
			map[string]any{"prompt_index": 0, "content_filter_results": harmless()},
		}}, nil)
		fallthrough
	case "":
		w.delta(map[string]any{"role": "assistant", "content": "", "refusal": nil}, "")
	case LlamaCppShape:
		w.delta(map[string]any{"role": "assistant", "content": nil}, "")
	case VLLMShape:
		w.delta(map[string]any{"role": "assistant", "content": ""}, "")
	case OllamaShape: // the role is in every chunk
	}
	for _, piece := range pieces(w.s.Reasoning) {
		w.delta(map[string]any{"reasoning_content": piece}, "")
	}
}

func (w *streamWriter) closing() {
	finish := w.s.Finish
	if w.s.Refusal != "" {
		w.delta(map[string]any{"refusal": w.s.Refusal}, "")
	}
	if w.s.ToolCall {
		w.toolCall()
		finish = "tool_calls"
	}
	if finish == "" {
		finish = "stop"
	}
	w.delta(map[string]any{}, finish)
	if w.c.Request.IncludeUsage && !w.s.NoUsage {
		w.chunk(map[string]any{"choices": []any{}, "usage": usage(w.s.promptTokens, tokens(w.s.Text))}, nil)
	}
	if !w.s.NoDone {
		w.line("[DONE]", w.s.NoLastBreak)
	}
}

// toolCall sends two tool calls whose deltas come by index, the one between the
// other's.
func (w *streamWriter) toolCall() {
	for i, id := range []string{"call_1", "call_2"} {
		w.delta(map[string]any{"tool_calls": []any{map[string]any{
			"index": i, "id": id, "type": "function", "function": map[string]any{"name": "look", "arguments": ""},
		}}}, "")
	}
	for _, part := range []string{`{"at":`, `"it"}`} {
		for i := range 2 {
			w.delta(map[string]any{"tool_calls": []any{map[string]any{
				"index": i, "function": map[string]any{"arguments": part},
			}}}, "")
		}
	}
}

// delta sends a chunk with one choice. finish may be "".
func (w *streamWriter) delta(delta map[string]any, finish string) {
	choice := map[string]any{"index": 0, "delta": delta, "finish_reason": nil}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	switch w.c.model.opts.Shape {
	case "":
		choice["logprobs"] = nil
	case OllamaShape:
		delta["role"] = "assistant"
		if _, ok := delta["content"]; !ok {
			delta["content"] = ""
		}
	}
	w.chunk(map[string]any{"choices": []any{choice}}, choice)
}

// chunk completes v and sends it. choice is the one in it, or nil.
func (w *streamWriter) chunk(v, choice map[string]any) {
	v["id"], v["object"], v["created"], v["model"] = "chatcmpl-1", "chat.completion.chunk", created, w.c.Request.Model
	w.c.dress(v, choice)
	if _, ok := v["usage"]; !ok && w.s.AlwaysUsage {
		v["usage"] = usage(w.s.promptTokens, 1)
	}
	body := encode(v)
	if w.official() {
		w.c.model.holdAgainst(chatChunk, "stream of "+w.c.r.URL.Path, body)
	}
	w.line(string(body), false)
}

// official reports whether the stream says nothing that OpenAI itself would not.
func (w *streamWriter) official() bool {
	return w.c.model.opts.Shape == "" && w.s.Reasoning == "" &&
		slices.Contains([]string{"", "stop", "length", "content_filter"}, w.s.Finish)
}

// line sends one data line in the stream's framing.
func (w *streamWriter) line(data string, last bool) {
	end := w.s.LineEnd
	if end == "" {
		end = "\n"
	}
	var b strings.Builder
	for range w.s.Comments {
		b.WriteString(": ping" + end + end)
	}
	if w.s.Events {
		b.WriteString("event: message" + end + "id: 1" + end)
	}
	b.WriteString("data:")
	if !w.s.NoSpace {
		b.WriteString(" ")
	}
	b.WriteString(data)
	if !last {
		b.WriteString(end + end)
	}
	w.send(b.String())
}

func (w *streamWriter) send(s string) {
	n := w.s.BytesAtATime
	if n <= 0 {
		n = len(s)
	}
	for len(s) > 0 {
		part := min(n, len(s))
		w.c.Raw(s[:part])
		s = s[part:]
	}
}

// pieces cuts text into pieces of 8 characters.
func pieces(text string) []string {
	var all []string
	for runes := []rune(text); len(runes) > 0; {
		n := min(pieceRunes, len(runes))
		all = append(all, string(runes[:n]))
		runes = runes[n:]
	}
	return all
}
