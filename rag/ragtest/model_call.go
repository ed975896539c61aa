package ragtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// A Call is one request being answered, in the hands of a [Fault].
type Call struct {
	Request Request

	model *Model
	w     http.ResponseWriter
	r     *http.Request
}

// Answer gives the standard answer.
func (c *Call) Answer() {
	if !c.authorised() {
		return
	}
	switch c.Request.Route {
	case Chat:
		c.answerChat()
	case Embeddings:
		c.answerEmbeddings(nil)
	case Models:
		c.answerModels()
	case Rerank:
		c.answerRerank(nil)
	default:
		c.Error(http.StatusNotFound, "invalid_request_error", "unknown_url", "Unknown request URL: "+c.r.Method+" "+c.r.URL.Path+".")
	}
}

// authorised answers 401 when a key is wanted and another one, or none, came.
func (c *Call) authorised() bool {
	m := c.model
	switch {
	case m.opts.Shape == AzureShape:
		return c.azureAuthorised()
	case m.opts.Key == "" || c.Request.Header.Get("Authorization") == "Bearer "+m.opts.Key:
		return true
	}
	c.Error(http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
	return false
}

// Error answers with an error in OpenAI's form. code may be "".
func (c *Call) Error(status int, kind, code, message string) {
	var coded any
	if code != "" {
		coded = code
	}
	c.standard(errorAnswerSchema, status, map[string]any{"error": map[string]any{
		"message": message, "type": kind, "param": nil, "code": coded,
	}})
}

// standard answers with v as JSON, after holding it against the specification.
func (c *Call) standard(schema string, status int, v any) {
	body := encode(v)
	if c.model.opts.Shape == "" || schema == errorAnswerSchema {
		c.model.holdAgainst(schema, "answer of "+c.r.URL.Path, body)
	}
	c.Body(status, "application/json", string(body))
}

// Body answers with a status and a body as they are. headers are pairs of name
// and value.
func (c *Call) Body(status int, contentType, body string, headers ...string) {
	for pair := range slices.Chunk(headers, 2) {
		c.w.Header().Set(pair[0], pair[1])
	}
	c.w.Header().Set("Content-Type", contentType)
	c.w.WriteHeader(status)
	_, _ = c.w.Write([]byte(body)) // the client may be gone: its matter
}

// Raw writes s and sends it off at once.
func (c *Call) Raw(s string) {
	_, _ = c.w.Write([]byte(s))
	_ = http.NewResponseController(c.w).Flush()
}

// Wait lets d pass. It reports false when the client or the server ended first.
func (c *Call) Wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.r.Context().Done():
	case <-c.model.done:
	}
	return false
}

// Hang does nothing until the client or the server ends.
func (c *Call) Hang() {
	select {
	case <-c.r.Context().Done():
	case <-c.model.done:
	}
}

// Abort ends the response in the middle: the body is not complete.
func (c *Call) Abort() { panic(http.ErrAbortHandler) }

// Reset resets the TCP connection, before or in the middle of a response.
func (c *Call) Reset() {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (c *Call) answerModels() {
	list := []any{}
	for _, n := range c.model.names() {
		list = append(list, map[string]any{"id": n, "object": "model", "created": created, "owned_by": "waymark"})
	}
	c.standard(modelList, http.StatusOK, map[string]any{"object": "list", "data": list})
}

// knowsModel answers 404 when the model is none of the server's.
func (c *Call) knowsModel() bool {
	names := c.model.opts.Models
	if names == nil && c.Request.Model != "" || slices.Contains(names, c.Request.Model) {
		return true
	}
	c.Error(http.StatusNotFound, "invalid_request_error", "model_not_found",
		fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", c.Request.Model))
	return false
}

// created is the time that all answers carry: answers are deterministic.
const created = 1700000000

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("ragtest: encode an answer: %v", err)) // maps of strings and numbers
	}
	return body
}
