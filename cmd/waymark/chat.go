package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

type chatCommand struct {
	Lang language `placeholder:"en|zh" help:"Language of the answers; each question's own if not given."`
}

// The way out of a chat, by any of the usual names.
var quits = [...]string{"/quit", "/exit", "/q"}

// Run reads questions from standard input, one a line, and answers each in the
// light of those before it.
func (c *chatCommand) Run(ctx context.Context, a *app) error {
	k, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer a.close(k)
	k.warm(ctx)
	b := newBot(k, inLanguage{k.engine, string(c.Lang)}, a.botConfig(nil))
	t := newTerminal(a.stdout, a.env)
	person := isTerminal(a.stdin) && isTerminal(a.stdout)
	if person {
		fmt.Fprintf(a.stdout, "%s answer. /help, /sources, /reset, /quit.\n", plural(len(k.index.Reports()), "report"))
	}
	lines := readLines(ctx, a.stdin)
	for {
		if person {
			fmt.Fprint(a.stdout, t.style(bold, "> "))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l := <-lines:
			if l.err != nil {
				if person {
					fmt.Fprintln(a.stdout)
				}
				return ended(l.err)
			}
			if quit, err := c.turn(ctx, a, b, t, l.text); quit || err != nil {
				return err
			}
		}
	}
}

// turn answers one line.
func (c *chatCommand) turn(ctx context.Context, a *app, b *bot.Bot, t *terminal, text string) (quit bool, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return false, nil
	}
	for _, q := range quits {
		if strings.EqualFold(text, q) {
			return true, nil
		}
	}
	m := bot.Message{Platform: "terminal", Chat: "chat", User: "user", Private: true, Text: text, Locale: a.locale()}
	if c.Lang != "" {
		m.Locale = string(c.Lang)
	}
	if command, ok := strings.CutPrefix(text, "/"); ok {
		name, rest, _ := strings.Cut(command, " ")
		m.Command, m.Text = strings.ToLower(name), strings.TrimSpace(rest)
	}
	w := t.writing(ctx, a.logger)
	m.Show = w.show()
	if err := w.end(b.Handle(ctx, m)); err != nil {
		return false, err
	}
	_, err = fmt.Fprintln(a.stdout)
	return false, err
}

// inLanguage asks for answers in a language, the question's own for "".
type inLanguage struct {
	bot.Streamer
	language string
}

// Ask implements [bot.Answerer].
func (l inLanguage) Ask(ctx context.Context, q rag.Question) (rag.Answer, error) {
	return l.Stream(ctx, q, nil)
}

// Stream implements [bot.Streamer].
func (l inLanguage) Stream(ctx context.Context, q rag.Question, show func(rag.Answer)) (rag.Answer, error) {
	if q.Language == "" {
		q.Language = l.language
	}
	return l.Streamer.Stream(ctx, q, show)
}

// locale is the language that the person's system speaks, as "zh_CN.UTF-8".
func (a *app) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := a.env[name]; v != "" {
			return v
		}
	}
	return ""
}

// A typed is a line that a person typed, or why there are no more.
type typed struct {
	text string
	err  error
}

// readLines reads in the background, so that a signal ends a chat that waits
// for its next line. Its goroutine ends with ctx, or when the read returns.
func readLines(ctx context.Context, r io.Reader) <-chan typed {
	lines := make(chan typed)
	go func() {
		in := bufio.NewReader(r)
		for {
			line, err := readLine(in)
			if len(line) > 0 && (err == nil || errors.Is(err, io.EOF)) {
				select {
				case lines <- typed{text: string(line)}:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				select {
				case lines <- typed{err: err}:
				case <-ctx.Done():
				}
				return
			}
		}
	}()
	return lines
}

// ended turns the end of the input into a success.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read standard input: %w", err)
}
