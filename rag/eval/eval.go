// Package eval scores answers and retrieval on question sets.
//
// Start at [Answers], which asks every question of a set and judges what comes
// back, and [Retrieval], which measures a search on a folder in BEIR's form
// (https://github.com/beir-cellar/beir: corpus.jsonl, queries.jsonl, qrels.tsv).
// [Judge] is the verdict on one answer; [Compare] sets two runs against each other.
//
// Everything is scored without a model: a right answer holds given words and
// figures in any usual spelling ([Found]), cites a right report, and is no
// longer than it should be; a question without an answer is declined. What it
// does not do: it does not judge style, and it does not know which report is right.
package eval

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A Question is one line of a question set.
type Question struct {
	ID       string   `json:"id"`
	Lang     string   `json:"lang"`
	Type     string   `json:"type"`
	Question string   `json:"question"`
	Turns    []string `json:"turns,omitempty"` // the whole talk, the last turn being the question
	Expect   Expect   `json:"expect"`
}

// Expect is what a right answer holds.
type Expect struct {
	MustInclude      [][]string `json:"must_include"`     // one hit of every inner list
	MustNotInclude   []string   `json:"must_not_include"` // none of these
	Entities         []string   `json:"entities"`
	OptionalEntities []string   `json:"optional_entities,omitempty"`
	Sources          []string   `json:"sources"` // report ids, one of which must be cited
	Sections         []string   `json:"sections"`
	Answerable       bool       `json:"answerable"`
	Behaviour        string     `json:"behaviour"`
	Conflict         string     `json:"conflict,omitempty"`
}

// ReadQuestions reads a question set: one JSON object a line. An error names the line.
func ReadQuestions(r io.Reader) ([]Question, error) {
	var out []Question
	s := bufio.NewScanner(r)
	s.Buffer(nil, 4<<20)
	seen := map[string]bool{}
	n := 1
	for ; s.Scan(); n++ {
		if strings.TrimSpace(s.Text()) == "" {
			continue
		}
		var q Question
		if err := json.Unmarshal(s.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("read questions: line %d: %w", n, err)
		}
		if q.Question == "" && len(q.Turns) > 0 {
			q.Question = q.Turns[len(q.Turns)-1]
		}
		if q.ID == "" || q.Question == "" {
			return nil, fmt.Errorf("read questions: line %d has no id or no question, want {\"id\": ..., \"question\": ..., \"expect\": {...}}", n)
		}
		if seen[q.ID] {
			return nil, fmt.Errorf("read questions: line %d repeats the id %q", n, q.ID)
		}
		seen[q.ID] = true
		if q.Expect.Behaviour == "" {
			q.Expect.Behaviour = "answer"
		}
		out = append(out, q)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read questions: line %d: %w", n, err)
	}
	return out, nil
}
