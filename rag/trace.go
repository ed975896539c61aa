package rag

import (
	"strings"
	"time"

	"github.com/waymark-bot/waymark/rag/verify"
)

// A Trace is how a model's answer came about.
type Trace struct {
	Rewritten  []string   // the question, as a model put it when the plan was unsure; nil for as it was asked
	Evidence   []Evidence // what the model was shown
	Calls      []Call
	FirstPiece time.Duration // from the call to the first piece of the answer
	Sentences  []Judged      // all that the model wrote, in order
	Restored   []string      // sentences that the model had left out
	Fallback   string        // why the answer is not the model's, or ""
	Cached     bool          // the answer was given before
	Usage      Usage
}

// A Call is one request to the model.
type Call struct {
	Prompt, Version string // name and version of the prompt
	Estimate        int    // tokens of the prompt as Tokens counts them
	Usage           Usage
	Elapsed         time.Duration
	Err             error // nil when it went well
}

// A Judged is one sentence that the model wrote and what became of it.
type Judged struct {
	Text     string
	Numbers  []int // as the model cited
	Shown    bool
	Reason   verify.Reason // why not; "" when shown
	Detail   string        // for a person
	Repaired bool          // the model put it right when it was told
	Mended   string        // what it wrote then, when that does not hold either
}

// why says to the model what is wrong with a sentence.
func (j *Judged) why() string {
	if j.Detail != "" {
		return string(j.Reason) + ": " + j.Detail
	}
	return string(j.Reason)
}

// spent notes what a call cost.
func (t *Trace) spent(pr Prompt, u Usage, d time.Duration, err error) {
	t.Usage.PromptTokens += u.PromptTokens
	t.Usage.CompletionTokens += u.CompletionTokens
	t.Usage.Calls++
	if u.Model != "" {
		t.Usage.Model = u.Model
	}
	t.Calls = append(t.Calls, Call{Prompt: pr.Name, Version: pr.Version, Estimate: Tokens(pr.System) + Tokens(pr.User), Usage: u, Elapsed: d, Err: err})
}

// logged returns what a log says of a model's part in an answer: no text of it.
func (t *Trace) logged() []any {
	if t == nil {
		return nil
	}
	var versions []string
	for _, c := range t.Calls {
		versions = append(versions, c.Prompt+"@"+c.Version)
	}
	dropped := 0
	for i := range t.Sentences {
		if !t.Sentences[i].Shown {
			dropped++
		}
	}
	return []any{
		"model", t.Usage.Model, "prompts", strings.Join(versions, ","), "prompt_tokens", t.Usage.PromptTokens, "completion_tokens", t.Usage.CompletionTokens,
		"sentences", len(t.Sentences), "dropped", dropped, "restored", len(t.Restored), "cached", t.Cached, "fallback", t.Fallback != "",
	}
}
