package eval

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/rag"
)

// The behaviours that want an answer. All others want the question declined.
var answering = map[string]bool{
	"answer": true, "answer_with_conflict": true, "answer_none": true, "correct_premise": true, "answer_ignoring_injection": true,
}

// How long an answer may be, in characters.
const (
	shortAnswer = 900
	longAnswer  = 2500
)

// longTypes may have longAnswer characters.
var longTypes = map[string]bool{"list-by-category": true, "list-by-attribute": true, "compare": true, "project-summary": true}

// listRecall is the share of its rows that a list must hold.
const listRecall = 0.8

// A Verdict is the judgement on one answer.
type Verdict struct {
	Question Question   `json:"question"`
	Status   rag.Status `json:"status"`
	Answer   string     `json:"answer"`
	Pass     bool       `json:"pass"`
	Why      string     `json:"why"`   // what is wrong; "" when it passes
	Cited    bool       `json:"cited"` // a right report is cited
	Millis   float64    `json:"elapsed_ms"`
}

var markPattern = regexp.MustCompile(`\[\d+\]`)

// Judge judges one answer: text as [rag.Answer.Render] gives it. It does not know
// which rows of a list are wrong; a [Scorer] does.
func Judge(q Question, a rag.Answer, text string) Verdict { return Scorer{}.Judge(q, a, text) }

// A Scorer judges answers.
type Scorer struct {
	Names Names // of what a list may hold; nil: no row of a list is wrong
}

// Judge judges one answer: text as [rag.Answer.Render] gives it.
func (s Scorer) Judge(q Question, a rag.Answer, text string) Verdict {
	v := Verdict{Question: q, Status: a.Status, Answer: text, Millis: float64(a.Elapsed.Microseconds()) / 1000}
	v.Cited = slices.ContainsFunc(a.Citations, func(c rag.Citation) bool { return slices.Contains(q.Expect.Sources, c.Report) })
	v.Why = s.fault(q, a, markPattern.ReplaceAllString(text, " "), v.Cited)
	v.Pass = v.Why == ""
	return v
}

// fault says what is wrong with an answer, or "".
func (s Scorer) fault(q Question, a rag.Answer, text string, cited bool) string {
	for _, m := range q.Expect.MustNotInclude {
		if Found(text, m) {
			return "must not: " + m
		}
	}
	if !answering[q.Expect.Behaviour] {
		if a.Status == rag.Answered && q.Expect.Behaviour != "decline_or_mention" {
			return "answered what it should decline"
		}
		return ""
	}
	if a.Status != rag.Answered {
		return "status " + string(a.Status)
	}
	if missing, ok := missed(q, text); !ok {
		return fmt.Sprintf("missing %d of %d: %s", len(missing), len(q.Expect.MustInclude), strings.Join(missing, ", "))
	}
	limit := shortAnswer
	if longTypes[q.Type] {
		limit = longAnswer
	}
	if n := len([]rune(text)); n > limit {
		return fmt.Sprintf("too long: %d characters, at most %d", n, limit)
	}
	if wrong := s.wrongRows(q, text); len(wrong) > 0 {
		return "wrong rows: " + strings.Join(wrong[:min(len(wrong), maxWrong)], ", ")
	}
	if len(q.Expect.Sources) > 0 && !cited {
		return "no right report cited"
	}
	return ""
}

// missed returns the first alternative of every list that text has no hit
// of, and whether enough are there.
func missed(q Question, text string) ([]string, bool) {
	var out []string
	for _, alternatives := range q.Expect.MustInclude {
		if !slices.ContainsFunc(alternatives, func(alt string) bool { return Found(text, alt) }) {
			out = append(out, strings.Join(alternatives[:min(1, len(alternatives))], ""))
		}
	}
	total := len(q.Expect.MustInclude)
	if total == 0 {
		return nil, true
	}
	need := 1.0
	if isList(q) {
		need = listRecall
	}
	return out, float64(total-len(out))/float64(total) >= need
}
