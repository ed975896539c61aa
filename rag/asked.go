package rag

import (
	"slices"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/plan"
)

// askedBy returns what a plan asks about, with its parts.
func askedBy(p *plan.Plan) Asked {
	var out Asked
	add := func(to *[]string, s string) {
		if !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	for _, part := range append([]plan.Plan{*p}, p.Parts...) {
		for _, pr := range part.Projects {
			add(&out.Projects, pr.Name)
		}
		for _, a := range ofWantedKind(part) {
			add(&out.Attributes, a.ID)
		}
	}
	switch p.Decline {
	case "":
	case plan.Live: // what is asked for, but of today
		add(&out.Attributes, string(p.Decline))
	default:
		out.Attributes = nil // what its words name is not what it asks for
		add(&out.Attributes, string(p.Decline))
	}
	return out
}

// ofWantedKind are the attributes of a plan, where it wants a kind of value those of that
// kind: "when was it founded" asks for no founder, though the word names both.
func ofWantedKind(p plan.Plan) []corpus.Attribute {
	var out []corpus.Attribute
	for _, a := range p.Attributes {
		if slices.Contains(p.Wants, a.Type) {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return p.Attributes
	}
	return out
}
