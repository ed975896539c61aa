package rag

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/plan"
)

// generate lets the model phrase the answer from numbered evidence. What it writes is taken
// apart into sentences while it comes; each is checked against what it cites, and shown when
// it holds. Those that do not are put to the model once more with what is wrong. When the
// model fails, or nothing is left, the answer without it goes out and says so.
func (e *Engine) generate(ctx context.Context, q Question, p *plan.Plan, found Answer, hits []Hit, trace *Trace, show func(Answer)) (Answer, error) {
	if hits == nil && !isList(p) { // a list is shown its rows alone
		var err error
		if hits, err = e.retrieve(ctx, p); err != nil {
			return Answer{}, err
		}
	}
	t := e.newTelling(p, &found, e.evidence(p, hits, &found), trace, show)
	in := e.answerInput(q, p, t)
	text, err := t.stream(ctx, asked(prompts.Answer(in)))
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	if err != nil {
		e.cfg.Logger.WarnContext(ctx, "model failed, the extractive answer goes out", "model", e.cfg.Generator.Name(), "error", err)
		return t.without(phrase(p.Language, "The language model did not give a usable answer; these are the reports' own sentences.", "语言模型未能给出可用的回答；以下为报告原文。")), nil
	}
	if !prompts.ReadAnswer(text).Covered {
		return t.without(phrase(p.Language, "The model found no answer in the passages; these are the reports' own sentences nearest to the question.",
			"模型认为所给段落没有答案；以下是报告中与问题最接近的原文。")), nil
	}
	if err := t.repair(ctx, in); err != nil {
		return Answer{}, err
	}
	a, ok := t.finish()
	if !ok {
		e.cfg.Logger.WarnContext(ctx, "nothing that the model wrote is supported, the extractive answer goes out", "model", e.cfg.Generator.Name())
		return t.without(phrase(p.Language, "The language model did not give a usable answer; these are the reports' own sentences.", "语言模型未能给出可用的回答；以下为报告原文。")), nil
	}
	return a, nil
}

// asked brings a prompt into the form that a generator takes.
func asked(p prompts.Prompt) Prompt {
	return Prompt{Name: p.Name, Version: p.Version, System: p.System, User: p.User}
}

// answerInput is what the model is told: the question, the talk, what was found without it,
// and the numbered evidence.
func (e *Engine) answerInput(q Question, p *plan.Plan, t *telling) prompts.AnswerInput {
	in := prompts.AnswerInput{Question: q.Text, Language: p.Language, Passages: e.shownTo(t.evidence), Canary: t.canary, Complete: isList(p)}
	turns := q.Turns[max(0, len(q.Turns)-maxTurns):]
	if !p.FollowUp {
		turns = nil // a question that stands alone is answered alone, the same for all who ask it
	}
	for _, turn := range turns {
		pt := prompts.Turn{Question: turn.Question}
		if turn.Answer != nil {
			pt.Answer = turn.Answer.Render()
		}
		in.Turns = append(in.Turns, pt)
	}
	for i := range t.found.Sentences {
		if s := &t.found.Sentences[i]; !s.Heading {
			in.Found = append(in.Found, t.findings(s)...)
		}
	}
	return in
}

// findings brings a sentence of the answer without the model into the prompt's form: what it
// tells, and what it quotes, on lines of their own.
func (t *telling) findings(s *Sentence) []prompts.Finding {
	var numbers []int
	for _, n := range s.Cites {
		if k := t.numberOf(t.found.Citations[n-1].Passage); k > 0 && !slices.Contains(numbers, k) {
			numbers = append(numbers, k)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	told, quoted := splitQuotation(s.Text, t.plan.Language)
	var out []prompts.Finding
	for _, text := range []string{told, quoted} {
		if text != "" {
			out = append(out, prompts.Finding{Text: text, Numbers: numbers})
		}
	}
	return out
}

// settleAfter is how long a sentence whose marks stand at the end of the stream waits for
// another mark. The next piece of a model comes within a few milliseconds, or not at all for
// a while.
const settleAfter = 15 * time.Millisecond

// errEnough stops a stream that is longer than any answer.
var errEnough = errors.New("enough was written")

// stream asks the model and judges its sentences as they come. It returns the whole text.
func (t *telling) stream(ctx context.Context, pr Prompt) (string, error) {
	mctx, cancel := context.WithTimeout(ctx, t.engine.cfg.ModelTimeout)
	defer cancel()
	var r draftReader
	begun := time.Now()
	settle := time.AfterFunc(time.Hour, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.hear(ctx, r.settle())
	})
	settle.Stop()
	written := 0
	text, usage, err := t.engine.cfg.Generator.Generate(mctx, pr, func(piece string) error {
		settle.Stop()
		t.mu.Lock()
		defer t.mu.Unlock()
		if written == 0 {
			t.trace.FirstPiece = time.Since(begun)
		}
		if written += len(piece); written > maxWritten {
			return errEnough
		}
		t.hear(ctx, r.add(piece))
		settle.Reset(settleAfter)
		return nil
	})
	settle.Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.hear(ctx, r.end())
	}
	if errors.Is(err, errEnough) {
		err = nil // what has been judged stands
	}
	t.trace.spent(pr, usage, time.Since(begun), err)
	return text, err
}

// maxWritten is how many bytes of one completion are read: several times the longest answer.
const maxWritten = 32 << 10

// mostRepaired bounds how many sentences the model is asked to mend.
const mostRepaired = 12

// repair puts the sentences that were not borne out to the model once, with what is wrong.
func (t *telling) repair(ctx context.Context, in prompts.AnswerInput) error {
	var faults []prompts.Fault
	for i := range t.trace.Sentences {
		if s := &t.trace.Sentences[i]; !s.Shown && s.Reason != repeated && len(faults) < mostRepaired {
			faults = append(faults, prompts.Fault{N: i + 1, Text: s.Text, Numbers: s.Numbers, Why: s.why()})
		}
	}
	if len(faults) == 0 || t.engine.cfg.NoRepair {
		return nil
	}
	mctx, cancel := context.WithTimeout(ctx, t.engine.cfg.ModelTimeout)
	defer cancel()
	pr := asked(prompts.Repair(prompts.RepairInput{AnswerInput: in, Faults: faults}))
	begun := time.Now()
	text, usage, err := t.engine.cfg.Generator.Generate(mctx, pr, nil)
	t.trace.spent(pr, usage, time.Since(begun), err)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		t.engine.cfg.Logger.WarnContext(ctx, "model failed to mend its sentences, they are left out", "model", t.engine.cfg.Generator.Name(), "error", err)
		return nil
	}
	for n, mended := range prompts.ReadRepair(text) {
		if n < 1 || n > len(t.trace.Sentences) || t.trace.Sentences[n-1].Shown {
			continue
		}
		var r draftReader
		l := append(r.add(mended), r.end()...)
		if len(l) == 1 { // one sentence for one
			t.judge(ctx, l[0], n-1)
		}
	}
	return nil
}
