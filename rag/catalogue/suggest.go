package catalogue

import (
	"errors"
	"fmt"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A Suggestion is a fact that a language model believes to have found in a passage. All of
// it is text that the model wrote: nothing of it is taken for true.
type Suggestion struct {
	Project   string `json:"project"`   // a name
	Attribute string `json:"attribute"` // an id of the vocabulary
	Value     string `json:"value"`     // as printed in the passage
	Evidence  string `json:"evidence"`  // the words of the passage that state it
}

// Why a suggestion is not taken.
var (
	ErrUnknownProject   = errors.New("no such project")
	ErrUnknownAttribute = errors.New("no such attribute, or none that has values")
	ErrNotVerbatim      = errors.New("the evidence is not in the passage word for word")
	ErrNoValue          = errors.New("the evidence holds no such value")
	ErrOtherSubject     = errors.New("the sentence states it of something else")
	ErrRead             = errors.New("that value is read off the sentence already")
)

// Suggest adds a suggested fact about passage number n when the reports bear it out: its
// evidence stands there word for word within one sentence, holds a value of the attribute's
// kind, and the sentence states that value of that project. A value that the cue words of the
// vocabulary explain stays what they say. Else it returns one of the errors above, wrapped.
func (c *Catalogue) Suggest(n int, s Suggestion) (Fact, error) {
	if n < 0 || n >= len(c.facts.passages) {
		return Fact{}, fmt.Errorf("suggest a fact of passage %d: there are %d", n, len(c.facts.passages))
	}
	f, err := c.examine(n, s)
	if err != nil {
		return Fact{}, fmt.Errorf("suggested %s of %s: %w", s.Attribute, s.Project, err)
	}
	b := c.facts
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read[n] = append(b.read[n], f)
	if b.byProject != nil {
		b.complete()
	}
	return f, nil
}

func (c *Catalogue) examine(n int, s Suggestion) (Fact, error) {
	p := c.facts.passages[n]
	project := c.Project(s.Project)
	if project == nil {
		return Fact{}, ErrUnknownProject
	}
	r := c.facts.reader()
	kind, ok := r.kinds[s.Attribute]
	if !ok {
		return Fact{}, ErrUnknownAttribute
	}
	span, err := sentenceOf(p.Text, strings.TrimSpace(s.Evidence))
	if err != nil {
		return Fact{}, err
	}
	text := p.Text[span.Start:span.End]
	published := c.facts.published[p.Report]
	values := r.values.Read(text, published.Year)
	v, err := valueIn(text, values, kind, s)
	if err != nil {
		return Fact{}, err
	}
	f := Fact{
		Project: project, Attribute: s.Attribute, Value: v, Unit: unitOf(text[v.End:]), Doubtful: r.asPrinted(text[v.End:]),
		Report: p.Report, AsOf: published, Passage: n, Start: p.Start + span.Start, End: p.Start + span.End, Model: true,
	}
	if kind == corpus.Amount {
		f.Value.Kind = corpus.Amount
		clauses := splitClauses(text)
		f.Round = r.round(text, clauses, values, v)
		f.Date, f.Quarter = r.dateOf(text, clauses, values, v)
	}
	for _, known := range c.FactsAt(n, f.Start) {
		if !known.Denied && known.Value.Start == v.Start {
			return Fact{}, ErrRead
		}
	}
	clauses := splitClauses(text)
	if c.owner(text[:v.Start], clauses[clauseOf(clauses, v.Start)].Start, n, f.Start) != project {
		return Fact{}, ErrOtherSubject
	}
	return f, nil
}

// sentenceOf returns the sentence of text that holds the evidence.
func sentenceOf(text, evidence string) (corpus.Span, error) {
	if evidence == "" {
		return corpus.Span{}, ErrNotVerbatim
	}
	for _, span := range corpus.Sentences(text) {
		if strings.Contains(text[span.Start:span.End], evidence) {
			return span, nil
		}
	}
	return corpus.Span{}, ErrNotVerbatim
}

// valueIn returns the value of the sentence that s names: one of the kind, printed as s has it,
// inside its evidence.
func valueIn(text string, values []corpus.Value, kind corpus.ValueType, s Suggestion) (corpus.Value, error) {
	evidence := strings.TrimSpace(s.Evidence)
	from := strings.Index(text, evidence)
	at := strings.Index(evidence, strings.TrimSpace(s.Value))
	if at < 0 || strings.TrimSpace(s.Value) == "" {
		return corpus.Value{}, ErrNoValue
	}
	start := from + at
	end := start + len(strings.TrimSpace(s.Value))
	for _, v := range values {
		if fits(kind, v) && v.Start < end && start < v.End && v.End <= from+len(evidence) {
			return v, nil
		}
	}
	return corpus.Value{}, ErrNoValue
}
