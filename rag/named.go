package rag

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A namedAttribute is one whose values are names, and what tells one in a sentence.
type namedAttribute struct {
	values  *regexp.Regexp // its own, as they are printed
	normals []string       // the same in normal form
	called  *regexp.Regexp // any name before a word for what it is: "the Acme chain"
}

// namedAttributes returns them by id.
func namedAttributes(v *corpus.Vocabulary) map[string]namedAttribute {
	out := map[string]namedAttribute{}
	for _, a := range v.Attributes {
		var values, normal, kinds, han []string
		for _, names := range a.Values {
			for _, n := range names {
				values = append(values, regexp.QuoteMeta(n))
				normal = append(normal, corpus.Normal(n))
			}
		}
		if len(values) == 0 {
			continue
		}
		for _, w := range a.State.All() {
			if slices.Contains(a.All(), w) { // a word by which the attribute is asked for is what its values are
				if corpus.HanShare(w) > 0 {
					han = append(han, regexp.QuoteMeta(w))
				} else {
					kinds = append(kinds, regexp.QuoteMeta(w))
				}
			}
		}
		longest := func(l []string) string {
			sort.SliceStable(l, func(i, j int) bool { return len(l[i]) > len(l[j]) })
			return strings.Join(l, "|")
		}
		out[a.ID] = namedAttribute{
			normals: normal,
			values:  regexp.MustCompile(`(?:^|[^A-Za-z])(?:` + longest(values) + `)(?:[^A-Za-z]|$)`),
			called:  regexp.MustCompile(`[A-Z][A-Za-z0-9.]{2,}(?: (?:` + longest(kinds) + `)\b|\s?(?:` + longest(han) + `))`),
		}
	}
	return out
}

// asksName returns the attribute of which a question wants a name for an answer: it asks by a word for what
// the attribute's values are. Nil where it asks for none, or for something else beside.
func (e *Engine) asksName(p *plan.Plan) *namedAttribute {
	of := slices.ContainsFunc(p.Concepts, e.isNamed)
	if len(p.Projects) != 1 || len(p.Wants) > 0 || p.Conflict && !of || p.Intent != plan.Fact {
		return nil
	}
	full := corpus.Normal(p.Text)
	var out *namedAttribute
	for _, c := range p.Concepts {
		n, ok := e.named[c.Attribute]
		switch {
		case c.Attribute == "" && c.Weight >= leastNarrowing && !e.isNamed(c):
			return nil
		case ok && (of || whichKind(full, c.Alternatives[0])):
			out = &n
		case c.Attribute != "" && !ok:
			return nil
		}
	}
	return out
}

// whichKind reports whether a question in normal form asks which one of the kind it wants: "which chain".
func whichKind(full, kind string) bool {
	before, _, ok := strings.Cut(full, kind)
	return ok && asksWhich.MatchString(before+" ") || strings.HasPrefix(kind, " 哪 ")
}

var asksWhich = regexp.MustCompile(` (?:which|what|whose|哪 ?[条个种家类]?|什 么|啥) +$`)

// isNamed reports whether a word of a question is itself a value of such an attribute: "is it on Acme?".
func (e *Engine) isNamed(c plan.Concept) bool {
	for _, n := range e.named {
		if slices.ContainsFunc(n.normals, func(v string) bool { return slices.Contains(c.Alternatives[:c.Strong], v) }) {
			return true
		}
	}
	return false
}

// listNamed lists the projects of which it is stated that the asked name is their value of an attribute: of
// "projects on Acme" those that stand on it, not those that only name it.
func (e *Engine) listNamed(p *plan.Plan) (Answer, bool) {
	rows := e.namedRows(p)
	if len(rows) == 0 {
		keys := e.keys(p)
		if len(keys) == 1 && e.isNamed(keys[0]) && e.namesOthers(p, keys[0]) {
			return notCovered(p, nil), true // of each alone, but not of both
		}
		return Answer{}, false
	}
	return e.writeRows(p, listLabel(p, e.keys(p)), "", rows), true
}

// namedRows returns its rows; nil where the question is for no such name alone.
func (e *Engine) namedRows(p *plan.Plan) []row {
	keys := e.keys(p)
	if len(keys) != 1 || !e.isNamed(keys[0]) {
		return nil
	}
	var rows []row
	kinds := slices.DeleteFunc(e.kinds(p), func(c plan.Concept) bool { return c.Text == keys[0].Text })
	for id, n := range e.named {
		if slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.ID != id }) {
			continue
		}
		asked := slices.DeleteFunc(slices.Clone(n.normals), func(v string) bool { return !slices.Contains(keys[0].Alternatives[:keys[0].Strong], v) })
		if slices.ContainsFunc(asked, func(v string) bool { return slices.Contains(e.cues[id].state, v) }) {
			continue // a kind, which sentences tell in many ways
		}
		for _, pr := range e.in(p) {
			if !e.ofKinds(pr, kinds) {
				continue
			}
			if f := e.namedFact(p, pr, id, asked); f != nil && e.holdsOthers(p, f, id, keys[0]) {
				rows = append(rows, row{project: pr, passage: f.Passage, start: f.Start, end: f.End, text: e.reports[f.Report].Text[f.Start:f.End], quoted: true})
			}
		}
	}
	return rows
}

// namesOthers reports whether the question names another value of an attribute beside the key.
func (e *Engine) namesOthers(p *plan.Plan, key plan.Concept) bool {
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		n, ok := e.named[c.Attribute]
		return ok && c.Text != key.Text && !slices.Contains(key.Alternatives, c.Alternatives[0]) && slices.Contains(n.normals, c.Alternatives[0])
	})
}

// holdsOthers reports whether the sentence of a fact holds the other values of the attribute that the question
// names: an L2 on Acme is not all that is on Acme.
func (e *Engine) holdsOthers(p *plan.Plan, f *catalogue.Fact, attribute string, key plan.Concept) bool {
	normal := corpus.Normal(e.reports[f.Report].Text[f.Start:f.End])
	return !slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Text != key.Text && !slices.Contains(key.Alternatives, c.Alternatives[0]) && c.Attribute == attribute && slices.Contains(e.named[attribute].normals, c.Alternatives[0]) && c.Match(normal) < 1
	})
}

// namedFact returns the first fact of the project by which one of the names, in normal form, is its value.
func (e *Engine) namedFact(p *plan.Plan, pr *catalogue.Project, attribute string, names []string) *catalogue.Fact {
	facts := e.cfg.Catalogue.Facts(pr, attribute)
	for i, f := range facts {
		if !f.Denied && allowed(p.Reports, f.Report) && slices.ContainsFunc(names, func(n string) bool { return strings.Contains(corpus.Normal(f.Value.Name), n) }) {
			return &facts[i]
		}
	}
	return nil
}

// tells reports whether a sentence of one of the candidates about the project has a name for an answer.
func (n *namedAttribute) tells(p *plan.Plan, c *candidate) bool {
	if len(c.states) > 0 {
		return true
	}
	text := withoutNames(p, c.text)
	return c.concerns(p.Projects[0]) && !likens.MatchString(text) && (n.values.MatchString(text) || n.called.MatchString(text))
}

// likens matches the words by which a sentence sets a name beside another thing.
var likens = regexp.MustCompile(`(?i)\bthan\b|\bvs\b|\bsimilar to\b|\bunlike\b|像|类似|不同`)
