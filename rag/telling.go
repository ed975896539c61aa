package rag

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
	"github.com/waymark-bot/waymark/rag/verify"
)

// A telling is one answer while a model writes it: every sentence is judged, and those that
// hold are put together.
type telling struct {
	engine   *Engine
	plan     *plan.Plan
	found    *Answer // the answer without the model
	evidence []Evidence
	show     func(Answer)
	canary   string
	poisoned bool                        // some evidence speaks to machines
	rules    string                      // the system text in normal form
	listed   map[*catalogue.Project]bool // of a list: the projects in it; else nil

	mu    sync.Mutex
	w     *writer
	order []int // of each sentence of the answer: its place in what the model wrote
	trace *Trace
}

// newTelling begins an answer. show may be nil.
func (e *Engine) newTelling(p *plan.Plan, found *Answer, evidence []Evidence, trace *Trace, show func(Answer)) *telling {
	t := &telling{engine: e, plan: p, found: found, evidence: evidence, show: show, canary: newCanary(), w: e.newWriter(p), trace: trace}
	t.rules = e.rulesIn(p.Language)
	trace.Evidence = evidence
	t.poisoned = e.poisoned(evidence)
	t.w.answer.Mode = Model
	t.w.answer.Projects = slices.Clone(found.Projects)
	if isList(p) {
		t.listed = map[*catalogue.Project]bool{}
		for _, n := range found.Projects {
			if pr := e.cfg.Catalogue.Project(n); pr != nil {
				t.listed[pr] = true
			}
		}
		if l := found.Sentences; len(l) > 0 && l[0].Heading { // the list's own, which counts its rows
			t.w.heading(l[0].Text)
			t.order = append(t.order, -1)
		}
	}
	return t
}

// newCanary returns a word that stands in the system text of one call and nowhere else: a
// sentence that holds it repeats what it must not.
func newCanary() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails: https://pkg.go.dev/crypto/rand#Read
	return hex.EncodeToString(b[:])
}

// numberOf returns under which number a passage is shown, 0 for none.
func (t *telling) numberOf(passage string) int {
	for _, ev := range t.evidence {
		if ev.Passage.ID == passage {
			return ev.N
		}
	}
	return 0
}

// Why a sentence is not shown, beside the reasons of package verify.
const (
	uncited  verify.Reason = "uncited"  // it cites nothing that the model was given
	leak     verify.Reason = "leak"     // it repeats the instructions
	link     verify.Reason = "link"     // it holds a link that its source does not
	mention  verify.Reason = "mention"  // it calls somebody whom its source does not
	markup   verify.Reason = "markup"   // it holds tags, braces or code that its source does not
	aside    verify.Reason = "aside"    // a clause of it has nothing of its source
	otherRow verify.Reason = "row"      // a list's row about something that is not in the list
	repeated verify.Reason = "repeated" // it was said before
	tooLong  verify.Reason = "length"   // the answer is long enough
)

// hear judges claims and shows the answer so far if it has grown.
func (t *telling) hear(ctx context.Context, l []claim) {
	grown := false
	for _, c := range l {
		t.trace.Sentences = append(t.trace.Sentences, Judged{})
		if t.judge(ctx, c, len(t.trace.Sentences)-1) {
			grown = true
		}
	}
	if grown && t.show != nil {
		t.show(t.soFar())
	}
}

// soFar returns the answer as it stands, which later sentences do not change.
func (t *telling) soFar() Answer {
	a := t.w.answer
	a.Sentences, a.Citations, a.Projects = slices.Clip(a.Sentences), slices.Clip(a.Citations), slices.Clip(a.Projects)
	a.Language = t.plan.Language
	return a
}

// judge adds a claim to the answer if it holds, and notes the verdict under the number.
func (t *telling) judge(ctx context.Context, c claim, n int) bool {
	before := t.trace.Sentences[n]
	c.text = withoutUnseen(c.text)
	j := Judged{Text: c.text, Numbers: c.numbers, Repaired: before.Text != ""}
	cites, v := t.examine(c)
	j.Shown, j.Reason, j.Detail = v.Supported, v.Reason, v.Detail
	if before.Text != "" && !j.Shown { // what was wrong first is what there is to know
		t.trace.Sentences[n].Mended = j.Text
		return false
	}
	t.trace.Sentences[n] = j
	if !j.Shown {
		t.engine.cfg.Logger.DebugContext(ctx, "model's sentence is not shown", "reason", v.Reason, "detail", v.Detail)
		return false
	}
	t.w.add("", c.text, c.newline || t.listed != nil, t.citeSpans(cites)...)
	t.order = append(t.order, n)
	return true
}

// A citedSpan is a sentence of a passage that a claim rests on.
type citedSpan struct {
	passage    *corpus.Passage
	start, end int // bytes in the report
}

func (t *telling) citeSpans(l []citedSpan) []int {
	var out []int
	for _, s := range l {
		if n := t.w.cite(s.passage, s.start, s.end); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// maxSentences and maxAnswer bound what a model may say: the second in characters.
const (
	maxSentences = 60
	maxAnswer    = 4000
)

// examine tells whether a claim may be shown, and what it rests on.
func (t *telling) examine(c claim) ([]citedSpan, verify.Verdict) {
	fault := func(r verify.Reason, format string, args ...any) ([]citedSpan, verify.Verdict) {
		return nil, verify.Verdict{Reason: r, Detail: fmt.Sprintf(format, args...)}
	}
	var given []int
	for _, n := range c.numbers {
		if n >= 1 && n <= len(t.evidence) {
			given = append(given, n)
		}
	}
	switch normal := corpus.Normal(c.text); {
	case holdsWord(c.text, t.canary):
		return fault(leak, "it repeats the instructions")
	case len(c.numbers) == 0:
		return fault(uncited, "it cites nothing")
	case len(given) == 0:
		return fault(uncited, "it cites %v, which was not given", c.numbers)
	case len(t.w.answer.Sentences) >= maxSentences || t.w.size+len([]rune(c.text)) > maxAnswer:
		return fault(tooLong, "the answer is long enough without it")
	case slices.ContainsFunc(t.w.answer.Sentences, func(s Sentence) bool { return corpus.Normal(s.Text) == normal }):
		return fault(repeated, "it was said before")
	}
	if r, what := t.added(c.text, given); r != "" {
		return fault(r, "%q is not in the source", what)
	}
	if spans := t.asFound(c.text, given); len(spans) > 0 {
		return spans, verify.Verdict{Supported: true}
	}
	if clause := t.aside(c.text, given); clause != "" {
		return fault(aside, "nothing of %q is in the source", clause)
	}
	if t.listed != nil {
		if d := t.notInList(c.text); d != "" {
			return fault(otherRow, "%s", d)
		}
	}
	var first verify.Verdict
	for i, spans := range t.nearest(c.text, given) {
		v := t.check(c.text, spans)
		if i == 0 {
			first = v
		}
		if !v.Supported {
			continue
		}
		if !slices.ContainsFunc(spans, t.isInstruction) {
			return spans, v
		}
		first = verify.Verdict{Reason: aside, Detail: "the source tells somebody what to say"}
	}
	return nil, first
}

// check tells whether sentences of passages bear out what is said.
func (t *telling) check(said string, spans []citedSpan) verify.Verdict {
	scratch := t.engine.newWriter(t.plan)
	scratch.answer.Projects = t.w.answer.Projects
	var cites []int
	for _, s := range spans {
		cites = append(cites, scratch.cite(s.passage, s.start, s.end))
	}
	return t.engine.verify(&scratch.answer, &Sentence{Text: said, Cites: cites})
}

// asFound returns what a claim rests on that repeats a sentence found without the model,
// which has been checked: its citations, if the claim cites those passages. Nil when not.
func (t *telling) asFound(said string, numbers []int) []citedSpan {
	normal := corpus.Normal(said)
	for i := range t.found.Sentences {
		s := &t.found.Sentences[i]
		told, quoted := splitQuotation(s.Text, t.plan.Language)
		if s.Heading || !slices.ContainsFunc([]string{s.Text, told, quoted}, func(text string) bool { return text != "" && corpus.Normal(text) == normal }) {
			continue
		}
		var out []citedSpan
		for _, n := range s.Cites {
			c := &t.found.Citations[n-1]
			if k := t.numberOf(c.Passage); slices.Contains(numbers, k) {
				out = append(out, citedSpan{&t.evidence[k-1].Passage, c.Start, c.End})
			}
		}
		if len(out) == len(s.Cites) {
			return out
		}
	}
	return nil
}

// maxChoices is how many sentences of a cited passage a claim is held against.
const maxChoices = 3

// nearest returns what a claim may rest on, best first: of each cited passage the sentence
// nearest to what is said; and where it cites one passage alone, the next nearest.
func (t *telling) nearest(said string, numbers []int) [][]citedSpan {
	var best []citedSpan
	var choices []citedSpan
	for _, n := range numbers {
		choices = t.choices(said, &t.evidence[n-1].Passage)
		best = append(best, choices[0])
	}
	out := [][]citedSpan{best}
	if len(numbers) == 1 {
		for _, s := range choices[1:] {
			out = append(out, []citedSpan{s})
		}
	}
	return out
}

// choices returns the sentences of a passage nearest to what is said, best first; of a table
// the row, for nothing less can be read.
func (t *telling) choices(said string, p *corpus.Passage) []citedSpan {
	spans := corpus.Sentences(p.Text)
	if len(p.Cells) > 0 || len(spans) == 0 {
		return []citedSpan{{p, p.Start, p.End}}
	}
	normal, values := corpus.Normal(said), t.values(said)
	score := make(map[corpus.Span]float64, len(spans))
	for _, s := range spans {
		text := p.Text[s.Start:s.End]
		score[s] = shared(normal, corpus.Normal(text)) + t.sharedValues(values, text)
	}
	slices.SortStableFunc(spans, func(a, b corpus.Span) int { return cmp.Compare(score[b], score[a]) })
	var out []citedSpan
	for _, s := range spans[:min(len(spans), maxChoices)] {
		out = append(out, citedSpan{p, p.Start + s.Start, p.Start + s.End})
	}
	return out
}

// sharedValues is the share of the values that a text holds: across languages they are all
// that two sentences have in common.
func (t *telling) sharedValues(l []corpus.Value, text string) float64 {
	if len(l) == 0 {
		return 0
	}
	have := t.values(text)
	n := 0
	for _, v := range l {
		if slices.ContainsFunc(have, func(o corpus.Value) bool { return same(v, o) }) {
			n++
		}
	}
	return float64(n) / float64(len(l))
}

// same reports whether two values are the same figure or the same date.
func same(v, o corpus.Value) bool {
	if v.Kind == corpus.Name || o.Kind == corpus.Name {
		return v.Kind == o.Kind && v.Name == o.Name
	}
	if v.Kind == corpus.When || o.Kind == corpus.When {
		return v.Kind == o.Kind && v.Date == o.Date
	}
	return alike(v.Num, o.Num)
}

// shared is the share of said's units that the source sentence holds.
func shared(said, source string) float64 {
	units := strings.Fields(said)
	if len(units) == 0 {
		return 0
	}
	n := 0
	for _, u := range units {
		if strings.Contains(source, " "+u+" ") {
			n++
		}
	}
	return float64(n) / float64(len(units))
}

// notInList says why a row does not belong to the list, or "".
func (t *telling) notInList(said string) string {
	var named []*catalogue.Project
	for _, m := range t.engine.cfg.Catalogue.Find(said) {
		if m.Exact {
			named = append(named, m.Project)
		}
	}
	if len(named) == 0 {
		return "it names none of the list's projects"
	}
	if !slices.ContainsFunc(named, func(p *catalogue.Project) bool { return t.listed[p] }) {
		return named[0].Name + " is not in the list"
	}
	return ""
}

// without returns the answer without the model, which says why it is that.
func (t *telling) without(notice string) Answer {
	a := *t.found
	a.Usage = t.trace.Usage
	a.Notice = strings.TrimSpace(notice + " " + a.Notice)
	t.trace.Fallback = notice
	a.Trace = t.trace
	return a
}

// finish returns the answer, with what the reports state and the model left out: the other
// rows of a list, the figure that was asked for, the other side of a disagreement. It reports
// false when nothing of the model's is left.
func (t *telling) finish() (Answer, bool) {
	if len(t.w.answer.Citations) == 0 {
		return Answer{}, false
	}
	t.inOrder()
	for i := range t.found.Sentences {
		if s := &t.found.Sentences[i]; !s.Heading && t.lacks(i) {
			t.restore(s)
		}
	}
	a := t.w.answer
	a.renumber()
	a.Usage, a.Conflict, a.Notice, a.Trace = t.trace.Usage, t.found.Conflict, t.found.Notice, t.trace
	return a, true
}

// inOrder puts mended sentences where they were to stand.
func (t *telling) inOrder() {
	l := make([]int, len(t.order))
	for i := range l {
		l[i] = i
	}
	sort.SliceStable(l, func(i, j int) bool { return t.order[l[i]] < t.order[l[j]] })
	sorted := make([]Sentence, len(l))
	for i, k := range l {
		sorted[i] = t.w.answer.Sentences[k]
	}
	t.w.answer.Sentences = sorted
}

// restore adds a sentence of the answer without the model.
func (t *telling) restore(s *Sentence) {
	var cites []int
	for _, n := range s.Cites {
		c := &t.found.Citations[n-1]
		cites = append(cites, t.w.cite(&t.engine.cfg.Index.Passages()[t.engine.numbers[c.Passage]], c.Start, c.End))
	}
	t.w.add("", s.Text, s.Break || t.listed != nil, cites...)
	t.trace.Restored = append(t.trace.Restored, s.Text)
}

// lacks reports whether the answer is not whole without sentence i of what was found.
func (t *telling) lacks(i int) bool {
	s := &t.found.Sentences[i]
	if t.listed != nil {
		return !t.tells(t.subjects(s))
	}
	if t.plan.Intent == plan.Compare || t.plan.Intent == plan.Summary {
		return t.plan.Intent == plan.Compare && !t.tells(t.subjects(s))
	}
	values := t.values(s.Text)
	if len(values) == 0 {
		return false
	}
	if t.found.Conflict {
		return !t.saysOne(values)
	}
	if len(t.plan.Wants) == 0 || i > 0 && t.saysAny() {
		return false
	}
	return i == 0 && !t.saysOne(values)
}

// subjects returns the projects that a sentence names, of a list the one that its row is about.
func (t *telling) subjects(s *Sentence) []*catalogue.Project {
	var out []*catalogue.Project
	for _, m := range t.engine.cfg.Catalogue.Find(s.Text) {
		if t.listed == nil || t.listed[m.Project] {
			out = append(out, m.Project)
		}
	}
	if t.listed != nil && len(out) > 1 {
		out = out[:1]
	}
	return out
}

// tells reports whether the answer speaks of all the projects.
func (t *telling) tells(l []*catalogue.Project) bool {
	for _, p := range l {
		if !slices.ContainsFunc(t.w.answer.Sentences, func(s Sentence) bool { return !s.Heading && p.NamedIn(corpus.Normal(s.Text)) }) {
			return false
		}
	}
	return true
}

// values reads the figures and dates of a text.
func (t *telling) values(text string) []corpus.Value { return t.engine.values.Read(text, 0) }

// saysAny reports whether the answer states any value.
func (t *telling) saysAny() bool {
	return slices.ContainsFunc(t.w.answer.Sentences, func(s Sentence) bool { return len(t.values(s.Text)) > 0 })
}

// saysOne reports whether the answer states one of the values.
func (t *telling) saysOne(l []corpus.Value) bool {
	for _, s := range t.w.answer.Sentences {
		for _, v := range t.values(s.Text) {
			if slices.ContainsFunc(l, func(o corpus.Value) bool { return same(v, o) }) {
				return true
			}
		}
	}
	return false
}
