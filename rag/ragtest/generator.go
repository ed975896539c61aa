package ragtest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/rag"
)

// A Generator is a rag.Generator that speaks with a [Voice] and remembers what
// it was asked. It is safe for concurrent use.
type Generator struct {
	voice   Voice
	mu      sync.Mutex
	prompts []rag.Prompt
}

// NewGenerator returns a generator with the given voice, for example [Echo],
// [Pretend] or [Script].
func NewGenerator(v Voice) *Generator { return &Generator{voice: v} }

// Name is "ragtest:generator".
func (g *Generator) Name() string { return "ragtest:generator" }

// Prompts returns what was asked so far.
func (g *Generator) Prompts() []rag.Prompt {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]rag.Prompt(nil), g.prompts...)
}

// Generate emits what the voice says, word by word. A voice that returns text
// and an error has both come out: the text so far, and what cut it. To a prompt
// with a schema the voice has to say one JSON value.
func (g *Generator) Generate(ctx context.Context, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	g.mu.Lock()
	g.prompts = append(g.prompts, p)
	g.mu.Unlock()
	text, failure := g.voice(p)
	usage := rag.Usage{Model: g.Name(), PromptTokens: tokens(p.System) + tokens(p.User), CompletionTokens: tokens(text)}
	if p.Schema != nil && ctx.Err() == nil {
		if failure == nil {
			failure = hand(p, text, emit)
		}
		return text, usage, failure
	}
	var said strings.Builder
	for _, piece := range strings.SplitAfter(text, " ") {
		if err := ctx.Err(); err != nil {
			return said.String(), rag.Usage{}, err
		}
		said.WriteString(piece)
		if piece == "" || emit == nil {
			continue
		}
		if err := emit(piece); err != nil {
			return said.String(), rag.Usage{}, err
		}
	}
	return said.String(), usage, failure
}

// hand emits a value whole. Other text is an error.
func hand(p rag.Prompt, text string, emit func(piece string) error) error {
	if !json.Valid([]byte(text)) {
		return fmt.Errorf("the voice says %q to a prompt with the schema %s: not one JSON value", text, p.Schema.Name)
	}
	if emit == nil {
		return nil
	}
	return emit(text)
}

// tokens is about what a tokenizer counts: four letters, or one Chinese
// character, a token.
func tokens(s string) int {
	ascii, other := 0, 0
	for _, r := range s {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return (ascii+3)/4 + other
}
