package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// events is the body of a streamed answer, reduced to what go-openai reads
// without losing anything: complete data lines, each ended by a line break.
// Comments, event names and blank lines are dropped (the library gives up after
// 300 of them, and lets them hide an error), an error frame becomes the error
// of Read, and a last line without a line break is delivered if it is whole.
type events struct {
	body     io.ReadCloser
	in       *bufio.Reader
	reported func(frame []byte) error
	out      []byte // the line being delivered
	err      error  // what Read returns after out
	lines    int    // data lines delivered
	stray    []byte // the first lines that are no part of a stream, to tell what came instead
}

const (
	mostLine  = 1 << 20 // of one data line, in bytes
	mostStray = 4 << 10
)

func newEvents(body io.ReadCloser, reported func(frame []byte) error) *events {
	return &events{body: body, in: bufio.NewReader(body), reported: reported}
}

// Read delivers data lines.
func (e *events) Read(p []byte) (int, error) {
	for len(e.out) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		e.next()
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// Close closes the connection's body.
func (e *events) Close() error { return e.body.Close() }

// next reads one line and decides what becomes of it.
func (e *events) next() {
	line, err := e.line()
	e.err = err
	whole := err == nil
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	data, ok := bytes.CutPrefix(line, []byte("data:"))
	switch data = bytes.TrimSpace(data); {
	case ok && isReport(data):
		e.err = e.reported(data)
	case ok && (whole || json.Valid(data) || string(data) == "[DONE]"):
		e.out = append(append([]byte("data: "), data...), '\n')
		e.lines++
	case ok && errors.Is(err, io.EOF):
		e.err = io.ErrUnexpectedEOF
	case !ok:
		e.keep(line)
	}
}

// line reads to the next line break. At the end of the body it returns what is
// left together with the error.
func (e *events) line() ([]byte, error) {
	var line []byte
	for {
		part, err := e.in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > mostLine {
			return nil, fmt.Errorf("a line of more than %d bytes: %w", mostLine, bufio.ErrTooLong)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// keep remembers a line that is neither data nor a part of the framing.
func (e *events) keep(line []byte) {
	for _, prefix := range []string{":", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(line, []byte(prefix)) {
			return
		}
	}
	if room := mostStray - len(e.stray); room > 0 {
		e.stray = append(e.stray, line[:min(len(line), room)]...)
	}
}

// isReport reports whether a data line is an error frame, however it is spaced:
// one with an "error", or the bare object of vLLM before 0.10.1.
func isReport(data []byte) bool {
	if !bytes.Contains(data, []byte(`"error"`)) {
		return false
	}
	var frame struct {
		Object string          `json:"object"`
		Error  json.RawMessage `json:"error"`
	}
	if json.Unmarshal(data, &frame) != nil {
		return false
	}
	return frame.Object == "error" || len(frame.Error) > 0 && string(frame.Error) != "null"
}
