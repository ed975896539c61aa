package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A Condition bounds a list of projects: an attribute, how it compares, and with what.
type Condition struct {
	Attribute string // id in the vocabulary
	Op        Op     // Is, Over, Under, On, Before, After or None
	Value     string // a name, "10M", "2023-06"; "" for None
}

// Is asks for projects of which a sentence about the attribute holds the value.
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
	switch c.Op {
	case Is:
		pl.Concepts = p.valueConcepts(c.Value)
		if len(pl.Concepts) == 0 {
			return Plan{}, fmt.Errorf("condition %s has no value", c)
		}
	case None:
		pl.Filter = &Filter{Attribute: a, Op: None}
	default:
		values := p.values.Read(c.Value, 0)
		if len(values) != 1 || values[0].Malformed {
			return Plan{}, fmt.Errorf("condition %s: value %q is no figure or date, want one like 10M, $2.5 million, 1.3 亿, 2023 or 2023-06-01", c, c.Value)
		}
		pl.Filter = &Filter{Attribute: a, Op: c.Op, Value: values[0]}
	}
	return pl, nil
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
