package openai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"

	api "github.com/sashabaranov/go-openai"
	"golang.org/x/sync/semaphore"

	"github.com/waymark-bot/waymark/rag"
)

// A Generator is a language model behind /chat/completions. It is safe for
// concurrent use.
type Generator struct {
	cfg     Config
	server  *server
	retry   retrier
	slots   *semaphore.Weighted
	refused atomic.Uint32 // parameters the server has refused, as bits
	form    atomic.Uint32 // the best form of asking for JSON that it has not refused
}

var _ rag.Generator = (*Generator)(nil)

// The parameters that not every model takes.
const (
	noTemperature   = 1 << iota // reasoning models
	completionLimit             // max_completion_tokens in place of max_tokens
	noUsage                     // servers that do not know stream_options
)

// NewGenerator returns the generator of cfg. It opens no connection.
func NewGenerator(cfg Config) (*Generator, error) {
	cfg = cfg.withDefaults()
	setDefault(&cfg.Concurrency, DefaultStreams)
	s, err := newServer(&cfg)
	if err != nil {
		return nil, fmt.Errorf("generator: %w", err)
	}
	g := &Generator{cfg: cfg, server: s, retry: newRetrier(cfg), slots: semaphore.NewWeighted(int64(cfg.Concurrency))}
	if reasons(cfg) {
		g.refused.Store(noTemperature | completionLimit)
	}
	if g.cfg.MaxTokens <= 0 {
		g.cfg.MaxTokens = DefaultMaxTokens
		if reasons(cfg) {
			g.cfg.MaxTokens = DefaultReasoningMaxTokens
		}
	}
	return g, nil
}

// reasons reports whether the model is one that refuses a temperature and
// max_tokens. go-openai refuses them for these names before any request.
func reasons(cfg Config) bool {
	if cfg.Reasoning != nil {
		return *cfg.Reasoning
	}
	name := cfg.Model[strings.LastIndexByte(cfg.Model, '/')+1:] // gateways write vendor/model
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Name is "openai:" and the model.
func (g *Generator) Name() string { return g.cfg.name() }

// Generate streams the completion of p to emit, which may be nil, and returns
// the text and the tokens as far as the server counts them. The text is what was
// emitted: what a model thinks aloud before its answer is left out. With a
// schema it is one JSON value, without the fence that a model may put around
// it, and emitted whole; other text is [ErrNotJSON].
//
// It tries again while nothing has been emitted. After that a failure is a
// [*TruncatedError] that holds the cause, with the text so far. ctx bounds the
// whole of it, pauses and the wait for one of Config.Concurrency places included.
func (g *Generator) Generate(ctx context.Context, p rag.Prompt, emit func(piece string) error) (string, rag.Usage, error) {
	if p.Schema != nil {
		return g.generateJSON(ctx, p, emit)
	}
	c, err := g.complete(ctx, p, plain, emit)
	return c.text.String(), c.usage, err
}

// complete asks in one form, and again while that may help. The completion is
// that of the last attempt.
func (g *Generator) complete(ctx context.Context, p rag.Prompt, f form, emit func(piece string) error) (*completion, error) {
	c := newCompletion(g.server.exchange("generate with "+g.cfg.Model), g.cfg, emit)
	op := c.x.op
	err := g.retry.do(ctx, op, func(err error) bool { return !c.shown && retryable(err) }, func() error {
		return g.placed(ctx, op, func() error {
			for {
				c = newCompletion(g.server.exchange(op), g.cfg, emit)
				err := c.run(ctx, g.request(p, f))
				if err == nil || c.shown || !g.adapt(err) {
					return err
				}
				g.cfg.Logger.InfoContext(ctx, "model refuses a parameter, going on without it", "op", op, "error", err)
			}
		})
	})
	if err == nil {
		err = g.checkPrompt(ctx, op, p, c)
	}
	return c, err
}

// placed calls once one of the places is free, unless the breaker is open.
func (g *Generator) placed(ctx context.Context, op string, call func() error) error {
	if err := g.slots.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("%s: wait for others to end: %w", op, err)
	}
	defer g.slots.Release(1)
	return g.server.breaker.do(op, call)
}

func (g *Generator) request(p rag.Prompt, f form) api.ChatCompletionRequest {
	r := api.ChatCompletionRequest{
		Model:           g.cfg.Model,
		ReasoningEffort: g.cfg.ReasoningEffort,
		ResponseFormat:  f.responseFormat(p.Schema),
		Messages: []api.ChatCompletionMessage{
			{Role: api.ChatMessageRoleSystem, Content: p.System},
			{Role: api.ChatMessageRoleUser, Content: p.User},
		},
	}
	if p.System == "" {
		r.Messages = r.Messages[1:]
	}
	refused := g.refused.Load()
	if refused&noTemperature == 0 {
		r.Temperature = math.SmallestNonzeroFloat32 // 0 would be left out, and the server's default is about 1
	}
	if refused&completionLimit == 0 {
		r.MaxTokens = g.cfg.MaxTokens
	} else {
		r.MaxCompletionTokens = g.cfg.MaxTokens
	}
	if refused&noUsage == 0 {
		r.StreamOptions = &api.StreamOptions{IncludeUsage: true}
	}
	return r
}

// adapt learns from a refused parameter. It reports whether the next request
// will differ.
func (g *Generator) adapt(err error) bool {
	var e *Error
	if !errors.As(err, &e) || !errors.Is(e.Kind, ErrRejected) {
		return false
	}
	said := e.Param + " " + e.Message
	var bit uint32
	switch {
	case strings.Contains(said, "temperature"):
		bit = noTemperature
	case strings.Contains(said, "max_tokens"):
		bit = completionLimit
	case strings.Contains(said, "stream_options"):
		bit = noUsage
	}
	return bit != 0 && g.refused.Or(bit)&bit == 0
}

// checkPrompt notices a server that cut the prompt to its context without a
// word: Ollama answers 200 and counts only the tokens it read.
func (g *Generator) checkPrompt(ctx context.Context, op string, p rag.Prompt, c *completion) error {
	read, least := c.usage.PromptTokens, leastTokens(p.System)+leastTokens(p.User)
	short := read > 0 && least >= 256 && read < least
	full := g.cfg.Window > 0 && read >= g.cfg.Window
	if !short && !full {
		return nil
	}
	g.cfg.Logger.WarnContext(ctx, "model server cut the prompt", "op", op, "tokens_read", read, "tokens_at_least", least, "window", g.cfg.Window)
	return &TruncatedError{
		Op: op, Reason: "prompt", Bytes: c.text.Len(),
		Err: fmt.Errorf("it read %d tokens of at least %d; raise its context (num_ctx, OLLAMA_CONTEXT_LENGTH, --ctx-size)", read, least),
	}
}

// leastTokens is a lower bound for the tokens of s, so that a whole prompt is
// never taken for a cut one. English has about 4 characters a token
// (https://platform.openai.com/tokenizer), Chinese more than half a token a
// character in the vocabularies of today; both are undercut.
func leastTokens(s string) int {
	ascii, other := 0, 0
	for _, r := range s {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return ascii/6 + other*2/5
}
