package rag

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// partEnds separate the parts of a sentence that deny on their own account.
var partEnds = regexp.MustCompile(`[,;，；。]\s*`)

// deniedIn reports whether a sentence denies wherever it holds the key: "has not yet launched on the
// mainnet" puts nobody there.
func (e *Engine) deniedIn(text string, k plan.Concept) bool {
	denied := false
	for _, part := range partEnds.Split(text, -1) {
		if k.Match(corpus.Normal(part)) == 0 {
			continue
		}
		if !e.denials.MatchString(corpus.Fold(part)) {
			return false
		}
		denied = true
	}
	return denied
}

// tellsTense reports whether a sentence tells of the key in the asked tense, and does not deny it. What is denied
// is still to come where that is asked for.
func (e *Engine) tellsTense(p *plan.Plan, text string, k plan.Concept) bool {
	if e.deniedIn(text, k) {
		return p.Tense == plan.Planned
	}
	return e.inTense(p, text, k)
}

// inTense reports whether a sentence tells of the key in the tense that is asked for, if one is: what is
// to come is not there already.
func (e *Engine) inTense(p *plan.Plan, text string, k plan.Concept) bool {
	return p.Tense == "" || (p.Tense == plan.Planned) == e.plannedIn(text, k)
}

// plannedIn reports whether a sentence tells of the key, wherever it does, as of what is to come: in
// that part of it, or where a colon announces its parts.
func (e *Engine) plannedIn(text string, k plan.Concept) bool {
	announced, planned := false, false
	for _, part := range partEnds.Split(text, -1) {
		normal := corpus.Normal(part)
		if k.Match(normal) > 0 {
			if !announced && !e.plannedBefore(normal, k) {
				return false
			}
			planned = true
		}
		announced = announced || strings.ContainsAny(part, ":：") && e.tellsPlans(normal)
	}
	return planned
}

// tellsPlans reports whether a text in normal form tells of what is to come.
func (e *Engine) tellsPlans(normal string) bool {
	return slices.ContainsFunc(e.plans, func(w string) bool { return strings.Contains(normal, w) })
}

// plannedBefore is tellsPlans for the key. Chinese says it before: behind, as in 孵化计划, it is another word.
func (e *Engine) plannedBefore(normal string, k plan.Concept) bool {
	for _, a := range k.Alternatives {
		i := strings.Index(normal, a)
		if i < 0 {
			continue
		}
		if corpus.HanShare(normal) == 0 {
			return e.tellsPlans(normal)
		}
		return e.tellsPlans(normal[:i+1])
	}
	return false
}

// withoutTense returns the keys but for those that only say the tense that is asked for, if others are left.
func (e *Engine) withoutTense(p *plan.Plan, keys []plan.Concept) []plan.Concept {
	if p.Tense == "" {
		return keys
	}
	left := slices.DeleteFunc(slices.Clone(keys), func(k plan.Concept) bool { return e.tellsPlans(k.Alternatives[0]) })
	if len(left) == 0 {
		return keys
	}
	return left
}
