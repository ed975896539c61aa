package plan

import (
	"regexp"
	"slices"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// settle brings intent, attributes and wants into line.
func (p *Planner) settle(pl *Plan, question string) {
	if len(pl.Projects) == 1 && len(pl.Attributes) == 0 && len(pl.Concepts) == 0 {
		p.assume(pl)
	}
	types := typesOf(pl.Attributes)
	pl.Defines = pl.Intent == Define && len(pl.Projects) > 0 && definesName(question, pl.Projects[0])
	switch {
	case pl.Intent == Define && len(pl.Projects) > 0 && len(types) > 0:
		pl.Intent = Fact // "who is the CEO of", "what is the price of"
	case pl.Intent == Define && len(pl.Wants) == 0:
		return // a notion is explained, whatever attribute its name sounds like
	case pl.Intent == Fact && len(pl.Projects) > 1 && len(types) > 0 && which.MatchString(question):
		pl.Intent, pl.Wants = Compare, nil
	}
	if pl.Intent != Compare { // who raised more: a project
		p.whoOf(pl)
	}
	if pl.Conflict && len(pl.Projects) == 0 {
		pl.Wants = nil // what is said for and against holds no figure
		return
	}
	pl.Wants = refine(pl.Wants, typesOf(pl.Attributes))
	if i := slices.Index(pl.Wants, corpus.Person); i >= 0 && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Name }) {
		pl.Wants = slices.Delete(pl.Wants, i, i+1) // who invested: a firm
	}
}

// asksAll reports whether a question is for the projects of the reports, whichever they are.
func asksAll(pl *Plan) bool {
	return (pl.Intent == List || pl.Intent == Count) && pl.Decline == "" && pl.Unknown == "" && pl.Category == nil && pl.Filter == nil &&
		len(pl.Projects)+len(pl.Concepts)+len(pl.Attributes)+len(pl.Reports) == 0
}

// definesName reports whether the question asks what the project itself is: "what is Acme, and
// ...", "Acme 是什么，...".
func definesName(question string, pr *catalogue.Project) bool {
	for _, n := range pr.Names() {
		q := regexp.QuoteMeta(n)
		if ok, err := regexp.MatchString(`(?i)what(?: is|['’]?s)\s+`+q+`\s*(?:[,;?]|\band\b)|`+q+`\s*(?:是什么|是啥|是做什么的|是干什么的)\s*[，,；;？?、和]`, question); err == nil && ok {
			return true
		}
	}
	return false
}

// assume gives a question that only says "when" or "who" of a project the attribute
// that it can only mean.
func (p *Planner) assume(pl *Plan) {
	meant := ""
	switch {
	case slices.Contains(pl.Wants, corpus.When):
		meant = "founded"
	case slices.Contains(pl.Wants, corpus.Person):
		meant = "founders"
	case slices.Contains(pl.Wants, corpus.Amount):
		meant = "price"
	}
	for _, a := range p.attributes {
		if a.of.ID == meant {
			pl.Attributes = append(pl.Attributes, a.of)
			pl.Concepts = append(pl.Concepts, p.attributeConcept(a.of, []string{a.phrase}))
			pl.Concepts[len(pl.Concepts)-1].Strong = len(pl.Concepts[len(pl.Concepts)-1].Alternatives)
			return
		}
	}
}

// whoOf reads "who" beside an attribute that is no person: whoever stands behind it, as
// the investors behind money raised; else any name will do.
func (p *Planner) whoOf(pl *Plan) {
	i := slices.Index(pl.Wants, corpus.Person)
	if i < 0 || slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Person || a.Type == corpus.Name }) {
		return
	}
	pl.Wants = slices.Delete(slices.Clone(pl.Wants), i, i+1)
	for _, c := range p.attributes {
		if c.of.Kin != "" && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.of.Kin }) {
			pl.Attributes = []corpus.Attribute{c.of}
			k := p.attributeConcept(c.of, []string{c.phrase})
			k.Strong = len(k.Alternatives)
			pl.Concepts = append(pl.Concepts, k)
			return
		}
	}
}

// refine joins what the asking words want with the types of the attributes:
// "how many" of a sum of money is an amount.
func refine(asked, types []corpus.ValueType) []corpus.ValueType {
	if len(asked) == 0 {
		return types
	}
	out := slices.Clone(asked)
	if i := slices.Index(out, corpus.Number); i >= 0 && slices.Contains(types, corpus.Amount) && !slices.Contains(types, corpus.Number) {
		out[i] = corpus.Amount
	}
	return out
}

// typesOf returns the types of values that statements of the attributes hold.
func typesOf(l []corpus.Attribute) []corpus.ValueType {
	var out []corpus.ValueType
	for _, a := range l {
		if a.Type != corpus.Prose && a.Type != corpus.Name && !slices.Contains(out, a.Type) {
			out = append(out, a.Type)
		}
	}
	return out
}
