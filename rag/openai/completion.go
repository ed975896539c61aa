package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	api "github.com/sashabaranov/go-openai"

	"github.com/waymark-bot/waymark/rag"
)

// A completion is one streamed answer, as far as it has come.
type completion struct {
	x     *exchange
	cfg   Config
	emit  func(string) error // nil: nobody sees the pieces
	clock *watch

	think   thoughts
	text    strings.Builder
	shown   bool // a piece was emitted
	usage   rag.Usage
	finish  api.FinishReason
	refusal bool
}

// The longest text that is taken, in bytes, and how long is waited for the
// usage after the finish reason.
const (
	mostText = 1 << 20
	grace    = 2 * time.Second
)

func newCompletion(x *exchange, cfg Config, emit func(string) error) *completion {
	return &completion{x: x, cfg: cfg, emit: emit}
}

// errEmit wraps what the caller's emit returned.
type errEmit struct{ error }

func (e errEmit) Unwrap() error { return e.error }

// run sends the request and reads the stream to its end.
func (c *completion) run(ctx context.Context, request api.ChatCompletionRequest) error {
	watched, w := watchFor(ctx, c.cfg.FirstToken)
	defer w.stop()
	c.clock = w
	err := c.read(watched, request)
	var emitted errEmit
	switch {
	case errors.As(err, &emitted):
		return fmt.Errorf("%s: hand on a piece: %w", c.x.op, emitted)
	case c.finish != "":
		return c.ended() // whatever came after the finish reason
	case ctx.Err() != nil:
		return c.ctxEnded(ctx)
	case w.ran():
		err = c.x.tooSlow("nothing for %s", w.limit)
	case errors.Is(err, io.EOF):
		err = c.withoutFinish()
	default:
		err = c.x.sorted(err)
	}
	if c.text.Len() > 0 {
		return &TruncatedError{Op: c.x.op, Reason: "cut", Bytes: c.text.Len(), Err: bare(err)}
	}
	return err
}

// ctxEnded is the error for a context of the caller's that ended in the middle.
// A server that said nothing for long before that is too slow, too.
func (c *completion) ctxEnded(ctx context.Context) error {
	switch silent := c.clock.silent(); {
	case errors.Is(context.Cause(ctx), errRanOut):
		return c.x.tooSlow("nothing for %s", silent.Round(time.Millisecond))
	case silent >= c.cfg.Idle:
		return fmt.Errorf("%s: %w: %w", c.x.op, ctx.Err(), ErrTimeout)
	}
	return fmt.Errorf("%s: %w", c.x.op, ctx.Err())
}

// bare drops what a TruncatedError says itself.
func bare(err error) error {
	var cut *TruncatedError
	if errors.As(err, &cut) {
		return cut.Err
	}
	var e *Error
	if errors.As(err, &e) {
		short := *e
		short.Op = ""
		return &short
	}
	return err
}

// read receives the pieces of the stream until it ends; its error is never nil.
func (c *completion) read(ctx context.Context, request api.ChatCompletionRequest) error {
	stream, err := c.x.client().CreateChatCompletionStream(ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		chunk, err := stream.Recv()
		if err != nil {
			return err
		}
		c.clock.pause() // emit may take its time
		if err := c.take(chunk); err != nil {
			return err
		}
		c.clock.restart(c.patience())
	}
}

// take adds one chunk to the completion.
func (c *completion) take(chunk api.ChatCompletionStreamResponse) error {
	c.usage.Model = c.cfg.name()
	if u := chunk.Usage; u != nil && u.PromptTokens+u.CompletionTokens > 0 {
		c.usage.PromptTokens, c.usage.CompletionTokens = u.PromptTokens, u.CompletionTokens
	}
	if len(chunk.Choices) == 0 || c.finish != "" {
		return nil // the chunk that holds the usage
	}
	choice := chunk.Choices[0]
	c.refusal = c.refusal || choice.Delta.Refusal != ""
	if err := c.add(c.think.visible(choice.Delta.Content)); err != nil {
		return err
	}
	if choice.FinishReason == "" || choice.FinishReason == api.FinishReasonNull {
		return nil
	}
	if err := c.add(c.think.rest()); err != nil {
		return err
	}
	c.finish = choice.FinishReason
	return nil
}

// patience is how long the next piece is waited for.
func (c *completion) patience() time.Duration {
	if c.finish != "" {
		return min(grace, c.cfg.Idle)
	}
	return c.cfg.Idle
}

func (c *completion) add(piece string) error {
	if piece == "" {
		return nil
	}
	if c.text.Len()+len(piece) > mostText {
		return c.x.unusable("more than %d bytes of text", mostText)
	}
	c.text.WriteString(piece)
	if c.emit == nil {
		return nil
	}
	c.shown = true
	if err := c.emit(piece); err != nil {
		return errEmit{err}
	}
	return nil
}

// ended judges a completion by its finish reason.
func (c *completion) ended() error {
	switch c.finish {
	case api.FinishReasonStop,
		// https://huggingface.co/docs/text-generation-inference/reference/api_reference
		"eos_token", "stop_sequence":
	case api.FinishReasonLength:
		return &TruncatedError{Op: c.x.op, Reason: "length", Bytes: c.text.Len()}
	case api.FinishReasonContentFilter:
		return &Error{Op: c.x.op, Kind: ErrContentFilter}
	default:
		return c.x.unusable("finish reason %q", c.finish)
	}
	if strings.TrimSpace(c.text.String()) != "" {
		return nil
	}
	if c.refusal {
		return &Error{Op: c.x.op, Kind: ErrRefused}
	}
	return &Error{Op: c.x.op, Kind: ErrEmpty}
}

// withoutFinish is the error for a stream that ended without a finish reason:
// cut, or no stream at all.
func (c *completion) withoutFinish() error {
	cut := &TruncatedError{Op: c.x.op, Reason: "cut", Bytes: c.text.Len()}
	s := c.x.stream
	switch {
	case s == nil || len(s.stray) == 0:
		return cut
	case isReport(s.stray):
		return c.x.reported(s.stray)
	case s.lines == 0:
		return c.x.unusable("no stream but %q", pageTitle(s.stray))
	}
	return cut
}
