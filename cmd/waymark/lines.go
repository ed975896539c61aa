package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/rag"
)

// maxLine bounds a line of questions: a talk of many turns fits.
const maxLine = 1 << 20

const wantedLine = `want {"id": "...", "question": "..."} or {"id": "...", "turns": ["...", "..."]}`

// errSome ends a run of several questions of which some failed: what went wrong
// stands in their place.
var errSome = errors.New("some questions could not be answered")

// answerLines answers the questions of standard input, each with one line of
// JSON. One that fails does not stop the others.
func (a *app) answerLines(ctx context.Context, answer func(rag.Question) (any, error)) error {
	failed := false
	err := eachQuestion(a.stdin, func(q rag.Question) error {
		v, err := answer(q)
		switch {
		case err == nil:
			return printJSON(a.stdout, v)
		case ctx.Err() != nil:
			return err
		}
		failed = true
		return printJSON(a.stdout, failedJSON{q.ID, q.Text, oneLine(err.Error())})
	})
	if err == nil && failed {
		return errSome
	}
	return err
}

// eachQuestion reads lines of JSON and hands each question to ask as soon as
// its line is there. It ends at the first line that is none, with a usage error
// that names the line.
func eachQuestion(r io.Reader, ask func(rag.Question) error) error {
	in := bufio.NewReader(r)
	for n, last := 1, false; !last; n++ {
		line, err := readLine(in)
		last = errors.Is(err, io.EOF)
		if err != nil && !last {
			return usagef("line %d: %v; %s", n, err, wantedLine)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		q, err := parseQuestion(line)
		if err != nil {
			return usagef("line %d: %v; %s", n, err, wantedLine)
		}
		if err := ask(q); err != nil {
			return err
		}
	}
	return nil
}

// readLine returns the next line, of at most maxLine bytes. The last line comes
// with [io.EOF].
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("longer than %d bytes", maxLine)
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		}
	}
}

// parseQuestion reads one line. Other keys than those of the contract are
// passed over: question sets carry what a right answer holds beside them.
func parseQuestion(line []byte) (rag.Question, error) {
	if !utf8.Valid(line) {
		return rag.Question{}, errors.New("not UTF-8")
	}
	var in struct {
		ID       string   `json:"id"`
		Question string   `json:"question"`
		Turns    []string `json:"turns"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(line, []byte("\ufeff")), &in); err != nil {
		return rag.Question{}, err
	}
	turns := in.Turns
	if len(turns) == 0 {
		turns = []string{in.Question}
	}
	last := turns[len(turns)-1]
	switch {
	case strings.TrimSpace(last) == "":
		return rag.Question{}, errors.New("no question in it")
	case in.Question != "" && in.Question != last:
		return rag.Question{}, errors.New("question is not the last of turns")
	}
	q := rag.Question{ID: in.ID, Text: last}
	for _, t := range turns[:len(turns)-1] {
		q.Turns = append(q.Turns, rag.Turn{Question: t})
	}
	return q, nil
}
