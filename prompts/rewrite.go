package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// A RewriteInput is what the rewrite prompt is made of.
type RewriteInput struct {
	Question string
	Turns    []Turn // the talk before it, oldest first
}

//go:embed rewrite.tmpl
var rewriteSource string

var rewriteFile = mustParse("rewrite", rewriteSource)

// Rewrite asks for a question in words that stand alone, as the JSON of [RewriteSchema].
// [ReadRewrite] takes the completion apart.
func Rewrite(in RewriteInput) Prompt {
	view := RewriteInput{Question: material(in.Question), Turns: turns(in.Turns)}
	return rewriteFile.fill(view)
}

// RewriteSchema is the JSON schema of a completion of the rewrite prompt.
func RewriteSchema() json.RawMessage {
	return json.RawMessage(`{"type":"object","additionalProperties":false,"required":["questions"],"properties":{"questions":{"type":"array","items":{"type":"string"}}}}`)
}

// The most questions that one is taken apart into, and the most characters of one.
const (
	maxRewritten       = 3
	maxRewrittenLength = 400
)

// ReadRewrite returns the questions of a completion of the rewrite prompt. More of them,
// longer or empty ones are an error: such a completion is of no use.
func ReadRewrite(completion string) ([]string, error) {
	var got struct {
		Questions []string `json:"questions"`
	}
	if err := json.Unmarshal([]byte(completion), &got); err != nil {
		return nil, fmt.Errorf("read rewritten question: %w", err)
	}
	if len(got.Questions) > maxRewritten {
		return nil, fmt.Errorf("read rewritten question: %d questions, want %d at most", len(got.Questions), maxRewritten)
	}
	for i, q := range got.Questions {
		q = line(q)
		if n := len([]rune(q)); n == 0 || n > maxRewrittenLength {
			return nil, fmt.Errorf("read rewritten question: one of %d characters, want 1 to %d", n, maxRewrittenLength)
		}
		got.Questions[i] = strings.TrimSpace(q)
	}
	return got.Questions, nil
}
