package prompts

import (
	_ "embed"
	"encoding/json"
	"fmt"
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
	return json.RawMessage(`{"type":"object","additionalProperties":false,"required":["questions","other"],"properties":{"questions":{"type":"array","items":{"type":"string"}},"other":{"type":"string"}}}`)
}

// The most questions that one is taken apart into, and the most characters of one.
const (
	maxRewritten       = 3
	maxRewrittenLength = 400
)

// A Rewritten is a question as a model puts it.
type Rewritten struct {
	Questions []string `json:"questions"` // one, or one for each thing asked; none when it makes no sense
	Other     string   `json:"other"`     // the same in the other language; "" for none
}

// ReadRewrite takes a completion of the rewrite prompt apart. More questions than asked for,
// longer or empty ones are an error: such a completion is of no use.
func ReadRewrite(completion string) (Rewritten, error) {
	var got Rewritten
	if err := json.Unmarshal([]byte(completion), &got); err != nil {
		return Rewritten{}, fmt.Errorf("read rewritten question: %w", err)
	}
	if len(got.Questions) > maxRewritten {
		return Rewritten{}, fmt.Errorf("read rewritten question: %d questions, want %d at most", len(got.Questions), maxRewritten)
	}
	for i, q := range got.Questions {
		q = line(q)
		if n := len([]rune(q)); n == 0 || n > maxRewrittenLength {
			return Rewritten{}, fmt.Errorf("read rewritten question: one of %d characters, want 1 to %d", n, maxRewrittenLength)
		}
		got.Questions[i] = q
	}
	if got.Other = line(got.Other); len([]rune(got.Other)) > maxRewrittenLength {
		return Rewritten{}, fmt.Errorf("read rewritten question: one of %d characters, want %d at most", len([]rune(got.Other)), maxRewrittenLength)
	}
	return got, nil
}
