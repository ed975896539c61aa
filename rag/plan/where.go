package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A Condition bounds a list of projects: an attribute, how it compares, and with what.
type Condition struct {
	Attribute string // id in the vocabulary
	Op        Op     // Is, Over, Under, On, Before, After or None
	Value     string // a name, "10M", "2023-06"; "" for None
}

// Is asks for projects of which a sentence about the attribute holds the value; of a date, for
// those within it.
const Is Op = "is"

func (c Condition) String() string {
	switch c.Op {
	case None:
		return "no " + c.Attribute
	case Is:
		return c.Attribute + "=" + c.Value
	}
	return c.Attribute + " " + string(c.Op) + " " + c.Value
}

// Where makes the plan of a list with one condition.
func (p *Planner) Where(c Condition, language string) (Plan, error) {
	a, ok := p.attribute(c.Attribute)
	if !ok {
		return Plan{}, fmt.Errorf("attribute %q is unknown, want one of %s", c.Attribute, strings.Join(p.attributeIDs(), ", "))
	}
	pl := Plan{Text: c.String(), Language: language, Intent: List, Attributes: []corpus.Attribute{a}}
	if date, err := corpus.ParseDate(c.Value); c.Op == Is && a.Type == corpus.When && err == nil && !date.IsZero() {
		c.Op = On
	}
	switch c.Op {
	case Is:
		pl.Concepts = p.valueConcepts(c.Value)
		if len(pl.Concepts) == 0 {
			return Plan{}, fmt.Errorf("condition %s has no value", c)
		}
	case None:
		pl.Filter = &Filter{Attribute: a, Op: None}
	default:
		v, err := p.limit(c, a)
		if err != nil {
			return Plan{}, fmt.Errorf("condition %s: %w", c, err)
		}
		pl.Filter = &Filter{Attribute: a, Op: c.Op, Value: v}
	}
	return pl, nil
}

// limit reads what a condition compares the attribute with: a figure or a date.
func (p *Planner) limit(c Condition, a corpus.Attribute) (corpus.Value, error) {
	of := []corpus.Attribute{a}
	if c.Op == Over || c.Op == Under {
		if _, ok := bounded(of); !ok {
			return corpus.Value{}, fmt.Errorf("attribute %q has no figures, want one of %s", a.ID, p.idsWhere(bounded))
		}
		if v, ok := p.figure(c.Value); ok {
			return v, nil
		}
		return corpus.Value{}, fmt.Errorf("value %q is no figure, want one like 10M, $2.5 million or 1.3 亿", c.Value)
	}
	if _, ok := dated(of); !ok {
		return corpus.Value{}, fmt.Errorf("attribute %q has no dates, want one of %s", a.ID, p.idsWhere(dated))
	}
	if v, ok := p.date(c.Value); ok {
		return v, nil
	}
	return corpus.Value{}, fmt.Errorf("value %q is no date, want one like 2023, 2023-06 or 2023-06-01", c.Value)
}

// figure reads one figure; one that could be a year is a figure here.
func (p *Planner) figure(text string) (corpus.Value, bool) {
	if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 53); err == nil {
		return corpus.Value{Kind: corpus.Number, Num: float64(n)}, true
	}
	l := p.values.Read(text, 0)
	if len(l) != 1 || l[0].Malformed || l[0].Kind == corpus.When {
		return corpus.Value{}, false
	}
	return l[0], true
}

// date reads one date.
func (p *Planner) date(text string) (corpus.Value, bool) {
	if d, err := corpus.ParseDate(text); err == nil && !d.IsZero() {
		return corpus.Value{Kind: corpus.When, Date: d}, true
	}
	l := p.values.Read(text, 0)
	if len(l) != 1 || l[0].Kind != corpus.When || l[0].Date.IsZero() {
		return corpus.Value{}, false
	}
	return l[0], true
}

// idsWhere lists the attributes for which can holds.
func (p *Planner) idsWhere(can func([]corpus.Attribute) (corpus.Attribute, bool)) string {
	return strings.Join(slices.DeleteFunc(p.attributeIDs(), func(id string) bool {
		a, _ := p.attribute(id)
		_, ok := can([]corpus.Attribute{a})
		return !ok
	}), ", ")
}

// valueConcepts makes concepts of a value: the whole of it as one name, if it is one.
func (p *Planner) valueConcepts(value string) []Concept {
	n := corpus.Normal(value)
	units := strings.Fields(n)
	if len(units) == 0 {
		return nil
	}
	c := Concept{Text: strings.TrimSpace(n), Alternatives: append([]string{n}, p.synonyms[n]...), Weight: 1, Name: true}
	for _, t := range append(p.glossary.FromEnglish(strings.Join(units, " ")), p.glossary.FromChinese(strings.Join(units, ""))...) {
		c.Alternatives = append(c.Alternatives, corpus.Normal(t))
	}
	c.Strong = len(c.Alternatives)
	return []Concept{c}
}

func (p *Planner) attribute(id string) (corpus.Attribute, bool) {
	for _, c := range p.attributes {
		if c.of.ID == id {
			return c.of, true
		}
	}
	return corpus.Attribute{}, false
}

func (p *Planner) attributeIDs() []string {
	var out []string
	for _, c := range p.attributes {
		if !slices.Contains(out, c.of.ID) {
			out = append(out, c.of.ID)
		}
	}
	slices.Sort(out)
	return out
}
