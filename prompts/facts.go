package prompts

import (
	_ "embed"
	"encoding/json"
)

// A FactsInput is what the facts prompt is made of.
type FactsInput struct {
	Passage    Passage  // N is not used
	Projects   []string // names of the projects that the passage may state something of
	Attributes []Attribute
}

// An Attribute is something that may be stated of a project.
type Attribute struct {
	ID    string
	Label string // what it is called
	Kind  string // of its values: "amount", "number", "date"
}

//go:embed facts.tmpl
var factsSource string

var factsFile = mustParse("facts", factsSource)

// Facts asks for the facts that one passage states, as the JSON of [FactsSchema].
func Facts(in FactsInput) Prompt {
	view := FactsInput{Passage: Passage{
		Title: attribute(in.Passage.Title), Section: attribute(in.Passage.Section),
		Published: attribute(in.Passage.Published), Text: material(in.Passage.Text),
	}}
	for _, p := range in.Projects {
		view.Projects = append(view.Projects, line(p))
	}
	for _, a := range in.Attributes {
		view.Attributes = append(view.Attributes, Attribute{ID: line(a.ID), Label: line(a.Label), Kind: line(a.Kind)})
	}
	return factsFile.fill(view)
}

// FactsSchema is the JSON schema of a completion of the facts prompt, as servers with
// strict schemas want it: every property required, no other allowed.
func FactsSchema() json.RawMessage {
	return json.RawMessage(`{"type":"object","additionalProperties":false,"required":["facts"],"properties":{"facts":{"type":"array","items":` +
		`{"type":"object","additionalProperties":false,"required":["project","attribute","value","evidence"],` +
		`"properties":{"project":{"type":"string"},"attribute":{"type":"string"},"value":{"type":"string"},"evidence":{"type":"string"}}}}}}`)
}
