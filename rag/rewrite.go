package rag

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// rewriteTimeout bounds how long a model may take to put a question in other words: the
// answer that there is already waits for it.
const rewriteTimeout = 15 * time.Second

// rewritten answers a question that was not understood as a model puts it, if that asks the
// same as far as can be told: of the same projects, with the same figures. It returns what
// the answer is to, and false where the model is of no use; then what was planned stands.
func (e *Engine) rewritten(ctx context.Context, q Question, p *plan.Plan, t *Trace) (plan.Plan, Answer, bool) {
	in := prompts.RewriteInput{Question: q.Text}
	for _, turn := range q.Turns[max(0, len(q.Turns)-maxTurns):] {
		pt := prompts.Turn{Question: turn.Question}
		if turn.Answer != nil {
			pt.Answer = turn.Answer.Render()
		}
		in.Turns = append(in.Turns, pt)
	}
	pr := asked(prompts.Rewrite(in))
	pr.Schema = &Schema{Name: pr.Name, JSON: prompts.RewriteSchema()}
	mctx, cancel := context.WithTimeout(ctx, rewriteTimeout)
	defer cancel()
	begun := time.Now()
	text, usage, err := e.cfg.Generator.Generate(mctx, pr, nil)
	t.spent(pr, usage, time.Since(begun), err)
	var put prompts.Rewritten
	if err == nil {
		put, err = prompts.ReadRewrite(text)
	}
	if err != nil {
		e.cfg.Logger.WarnContext(ctx, "question not rewritten", "model", e.cfg.Generator.Name(), "error", err)
		return plan.Plan{}, Answer{}, false
	}
	for _, questions := range [][]string{put.Questions, {put.Other}} {
		if next, a, ok := e.answerAs(ctx, q, p, questions); ok {
			t.Rewritten = questions
			return next, a, true
		}
	}
	return plan.Plan{}, Answer{}, false
}

// answerAs answers q as the questions put it, in q's language whatever theirs is. It reports false
// when they do not ask the same, or are not answered either.
func (e *Engine) answerAs(ctx context.Context, q Question, p *plan.Plan, questions []string) (plan.Plan, Answer, bool) {
	if len(questions) == 0 || questions[0] == "" || !e.asksAlone(q, questions) || !e.asksTheSame(q, p, questions) {
		return plan.Plan{}, Answer{}, false
	}
	next := e.planner.Plan(questions[0], p.Language, nil)
	if len(questions) > 1 {
		next = e.planner.Together(questions, p.Language)
	}
	a, err := e.extract(ctx, &next)
	if err != nil || a.Status != Answered {
		return plan.Plan{}, Answer{}, false
	}
	a.Notice = strings.TrimSpace(phrase(p.Language, "Understood as: ", "理解为：") + strings.Join(questions, " ") + " " + a.Notice)
	return next, a, true
}

// asksTheSame reports whether the rewritten questions speak of nothing that neither the
// question nor the talk does, and leave out none of its figures.
func (e *Engine) asksTheSame(q Question, p *plan.Plan, questions []string) bool {
	known := slices.Clone(p.Projects)
	said := q.Text
	for _, t := range q.Turns {
		said += "\n" + t.Question
		if t.Answer != nil {
			said += "\n" + t.Answer.Render()
			for _, n := range t.Answer.Projects {
				if pr := e.cfg.Catalogue.Project(n); pr != nil {
					known = append(known, pr)
				}
			}
		}
	}
	for _, m := range e.cfg.Catalogue.Find(said) {
		known = append(known, m.Project)
	}
	asked := strings.Join(questions, "\n")
	for _, m := range e.cfg.Catalogue.Find(asked) {
		if !slices.Contains(known, m.Project) {
			return false
		}
	}
	if len(p.Projects) > 0 && !slices.ContainsFunc(e.cfg.Catalogue.Find(asked), func(m catalogue.Mention) bool { return slices.Contains(p.Projects, m.Project) }) {
		return false
	}
	return e.within(asked, said) && e.within(q.Text, asked)
}

// within reports whether every figure of a text stands in the other.
func (e *Engine) within(text, other string) bool {
	have := e.values.Read(other, 0)
	for _, v := range e.values.Read(text, 0) {
		if !slices.ContainsFunc(have, func(o corpus.Value) bool {
			return o.Kind == v.Kind && o.Num == v.Num && o.Date == v.Date
		}) {
			return false
		}
	}
	return true
}
