package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	api "github.com/sashabaranov/go-openai"

	"github.com/waymark-bot/waymark/rag"
)

// A form is a way to ask for a completion. Those for JSON go from the one that
// binds the model most to the one that every server takes.
type form uint32

const (
	plain    form = iota // no JSON
	bySchema             // the server holds the model to the schema
	byObject             // the server holds it to JSON; the schema is told
	byWords              // it is told
)

// responseFormat is the parameter of that name, nil for none.
func (f form) responseFormat(s *rag.Schema) *api.ChatCompletionResponseFormat {
	switch f {
	case bySchema:
		return &api.ChatCompletionResponseFormat{
			Type:       api.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &api.ChatCompletionResponseFormatJSONSchema{Name: s.Name, Schema: s.JSON, Strict: true},
		}
	case byObject:
		return &api.ChatCompletionResponseFormat{Type: api.ChatCompletionResponseFormatTypeJSONObject}
	case plain, byWords:
	}
	return nil
}

// told is p with its schema in the system text, where the form needs it there.
func (f form) told(p rag.Prompt) rag.Prompt {
	if f == byObject || f == byWords {
		p.System = strings.TrimSpace(p.System + "\n\nReply with one JSON value and nothing else: no words around it and no code fence. " +
			"It has to be valid against this JSON schema:\n" + string(p.Schema.JSON))
	}
	return p
}

// generateJSON asks in the best form that the server is not known to refuse,
// and in the next one when it refuses that, too.
func (g *Generator) generateJSON(ctx context.Context, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	op := "generate with " + g.cfg.Model
	if !json.Valid(p.Schema.JSON) {
		return "", rag.Usage{}, fmt.Errorf("%s: the schema %q is not JSON", op, p.Schema.Name)
	}
	for f := max(bySchema, form(g.form.Load())); ; f++ {
		c, err := g.complete(ctx, f.told(p), f, nil)
		if err != nil && f < byWords && formRefused(err) {
			g.cfg.Logger.InfoContext(ctx, "model server refuses a form of JSON, asking in another one", "op", op, "error", err)
			g.learn(f, err)
			continue
		}
		text := c.text.String()
		if err == nil {
			text, err = oneValue(op, text)
		}
		if f == bySchema && errors.Is(err, ErrNotJSON) {
			f = byObject // it takes the parameter and does not mind it: words come next
			continue
		}
		if err == nil && emit != nil {
			err = handOn(op, text, emit)
		}
		return text, c.usage, err
	}
}

func handOn(op, text string, emit func(piece string) error) error {
	if err := emit(text); err != nil {
		return fmt.Errorf("%s: hand on the value: %w", op, err)
	}
	return nil
}

// learn remembers that a form is refused, unless it is the one schema that is.
func (g *Generator) learn(f form, err error) {
	var e *Error
	if errors.As(err, &e) && badSchema.MatchString(e.Message) {
		return
	}
	g.form.Store(uint32(f + 1))
}

// badSchema finds complaints about the schema itself: OpenAI's, llama.cpp's.
var badSchema = regexp.MustCompile(`(?i)invalid schema|schema conversion|grammar`)

// formNamed finds what servers call the parameter that they do not take.
var formNamed = regexp.MustCompile(`(?i)response[_ ]format|json[_ ](schema|object|mode)|structured output|guided|grammar|invalid schema|schema conversion`)

// formRefused reports whether another form of asking for JSON may be accepted.
func formRefused(err error) bool {
	var e *Error
	return errors.As(err, &e) && errors.Is(e.Kind, ErrRejected) && formNamed.MatchString(e.Param+" "+e.Message)
}

// fenced finds a value in a code fence that ends the text. What stands before it
// is what the model thought on the way.
var fenced = regexp.MustCompile("(?s)```[A-Za-z]*[ \\t]*\\n(.*?)\\s*```$")

// oneValue returns the JSON value that text is, or [ErrNotJSON]. The error does
// not hold the text.
func oneValue(op, text string) (string, error) {
	trimmed := strings.TrimSpace(text)
	candidates := []string{trimmed}
	if i := strings.LastIndex(trimmed, thinkEnd); i >= 0 { // some templates begin inside the thoughts
		trimmed = strings.TrimSpace(trimmed[i+len(thinkEnd):])
		candidates = append(candidates, trimmed)
	}
	if m := fenced.FindStringSubmatch(trimmed); m != nil {
		candidates = append(candidates, strings.TrimSpace(m[1]))
	}
	for _, c := range candidates {
		if json.Valid([]byte(c)) {
			return c, nil
		}
	}
	return text, &Error{Op: op, Kind: ErrNotJSON, Message: whyNot(trimmed)}
}

// whyNot says what is wrong with a text that is no JSON value, without showing it.
func whyNot(text string) string {
	var v json.RawMessage
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	if err := d.Decode(&v); err != nil {
		return fmt.Sprintf("%d bytes of other text", len(text))
	}
	return fmt.Sprintf("%d bytes of text behind a value", len(text)-int(d.InputOffset()))
}
