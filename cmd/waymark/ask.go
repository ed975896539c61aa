package main

import (
	"context"
	"errors"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

type askCommand struct {
	Question []string `arg:"" optional:"" help:"The question."`
	Lang     language `placeholder:"en|zh" help:"Language of the answer; the question's own if not given."`
	JSON     bool     `name:"json" xor:"form" help:"Print one JSON object."`
	Explain  bool     `xor:"form" help:"Before the answer, print what the question was taken to ask and the sentences that were considered."`
	Trace    bool     `xor:"form" help:"Behind the answer, print how it came about: the plan, what the language model was shown, what became of each of its sentences, tokens, cost and times."`
	JSONL    bool     `name:"jsonl" xor:"form" help:"Read questions from standard input, one JSON object a line, and print one a line."`
}

// A language is one that answers are given in.
type language string

// UnmarshalText reads en or zh.
func (l *language) UnmarshalText(text []byte) error {
	switch s := strings.ToLower(string(text)); s {
	case "en", "zh":
		*l = language(s)
		return nil
	}
	return errors.New("want en or zh")
}

// Run answers one question, or those of standard input.
func (c *askCommand) Run(ctx context.Context, a *app) error {
	text := strings.TrimSpace(strings.Join(c.Question, " "))
	switch {
	case c.JSONL && text != "":
		return usagef("ask: a question and --jsonl; want one of them")
	case !c.JSONL && text == "":
		return usagef("ask: no question; want waymark ask QUESTION, or --jsonl with lines on standard input (see waymark ask --help)")
	}
	k, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer a.close(k)
	if c.JSONL {
		k.warm(ctx)
		return a.answerLines(ctx, func(q rag.Question) (any, error) {
			q.Language = string(c.Lang)
			answer, err := k.engine.Ask(ctx, q)
			return answerToJSON(answer), err
		})
	}
	if c.Explain {
		if err := a.explain(ctx, k, text); err != nil {
			return err
		}
	}
	q := rag.Question{Text: text, Language: string(c.Lang)}
	if c.JSON {
		answer, err := k.engine.Ask(ctx, q)
		if err != nil {
			return err
		}
		return printJSON(a.stdout, answerToJSON(answer))
	}
	answer, err := newTerminal(a.stdout, a.env).answer(ctx, k.engine, q, a.logger)
	if err != nil || !c.Trace {
		return err
	}
	return a.trace(k, text, &answer)
}

// open opens what there is to answer from, with the models of the settings.
func (a *app) open(ctx context.Context) (*knowledge, error) {
	m, err := a.models()
	if err != nil {
		return nil, err
	}
	return a.know(ctx, m)
}

// close closes what open opened.
func (a *app) close(k *knowledge) {
	if err := k.close(); err != nil {
		a.logger.Warn("index not closed", "error", err)
	}
}
