package ragtest

import (
	"context"
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
// and an error has both come out: the text so far, and what cut it.
func (g *Generator) Generate(ctx context.Context, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	g.mu.Lock()
	g.prompts = append(g.prompts, p)
	g.mu.Unlock()
	text, failure := g.voice(p)
	usage := rag.Usage{PromptTokens: tokens(p.System) + tokens(p.User), CompletionTokens: tokens(text)}
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
