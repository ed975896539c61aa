package rag

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// listHolding lists the projects of which a sentence holds all that the question
// asks: its weightiest words, beside a cue of the asked attribute.
func (e *Engine) listHolding(p *plan.Plan) (Answer, bool) {
	keys := e.keys(p)
	if len(keys) == 0 && len(p.Attributes) > 0 && e.boundByUnknown(p) {
		return notCovered(p, nil), true
	}
	if e.beyond(p, keys) {
		return Answer{}, false
	}
	rows := e.inAskedWords(p, e.holding(p, keys), keys...)
	keys, rows = e.started(p, keys, rows)
	if len(rows) == 0 {
		return Answer{}, false
	}
	return e.writeFound(p, e.spokenLabel(p, keys, rows), tenseNote(p), rows), true
}

// holding returns a row for each project of which a sentence holds the keys: all of them
// where two projects have such a sentence, else those of which it holds leastHeld of their weight.
func (e *Engine) holding(p *plan.Plan, keys []plan.Concept) []row {
	if len(keys) == 0 {
		return nil
	}
	some := alternatives(p.Text, keys)
	if len(some) > 0 {
		keys = some
	}
	keys = e.withoutTense(p, keys)
	cues := e.cuesOf(p)
	byProject := map[*catalogue.Project]row{}
	var order []*catalogue.Project
	all := e.cfg.Index.Passages()
	for _, n := range e.holdingAny(keys) {
		if !allowed(p.Reports, all[n].Report) {
			continue
		}
		for _, r := range e.rowsOf(p, n, &all[n], keys, cues) {
			if p.Category != nil && !slices.Contains(p.Category.Projects, r.project) {
				continue
			}
			old, ok := byProject[r.project]
			if !ok {
				order = append(order, r.project)
			}
			if !ok || r.order > old.order {
				byProject[r.project] = r
			}
		}
	}
	full := 0.0
	for _, k := range keys {
		full += k.Weight
	}
	least := leastHeld * full
	for _, k := range some { // one of them is enough
		least = min(least, k.Weight)
		full = least
	}
	var rows, whole []row
	for _, pr := range order {
		r := byProject[pr]
		if r.order < least-1e-9 || !e.holdsFigures(p, &r) {
			continue
		}
		rows = append(rows, r)
		if r.order >= full-1e-9 {
			whole = append(whole, r)
		}
	}
	if len(whole) > 1 {
		rows = whole
	}
	return e.inAskedSpelling(p, keys, rows)
}

// inAskedSpelling leaves out the rows that hold an everyday word where the question writes a name, if
// some row writes it so: "Move" is no move, and no 移动.
func (e *Engine) inAskedSpelling(p *plan.Plan, keys []plan.Concept, rows []row) []row {
	for _, k := range keys {
		name := spelledName(p.Text, k.Text)
		if name == "" || !slices.ContainsFunc(rows, func(r row) bool { return strings.Contains(r.text, name) }) {
			continue
		}
		rows = slices.DeleteFunc(rows, func(r row) bool {
			normal := corpus.Normal(r.text)
			return k.Match(normal) > 0 && !strings.Contains(r.text, name) && !slices.ContainsFunc(k.Alternatives[1:], func(a string) bool {
				return strings.Contains(normal, a) && !e.translatesWord(k.Text, a)
			})
		})
	}
	return rows
}

// spelledName returns the word of the question that is k and begins with a capital, but not the
// question; "" for none.
func spelledName(question, k string) string {
	for i, w := range nameWord.FindAllString(question, -1) {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) && corpus.Normal(w) == " "+k+" " && (i > 0 || !strings.HasPrefix(question, w)) {
			return w
		}
	}
	return ""
}

var nameWord = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*`)

// translatesWord reports whether the alternative is the glossary's Chinese for word as a common word,
// which it writes in small letters.
func (e *Engine) translatesWord(word, alternative string) bool {
	return slices.ContainsFunc(e.cfg.Glossary.FromChinese(strings.ReplaceAll(alternative, " ", "")), func(en string) bool {
		return en == strings.ToLower(en) && corpus.Normal(en) == " "+word+" "
	})
}

// either matches the words between two of which one will do.
var either = regexp.MustCompile(`(?i)\bor\b|或者?|、|/`)

// alternatives returns the keys that the question sets beside each other to choose from, if any.
func alternatives(question string, keys []plan.Concept) []plan.Concept {
	var out []plan.Concept
	for _, m := range either.FindAllStringIndex(question, -1) {
		left, right := corpus.Normal(question[:m[0]]), corpus.Normal(question[m[1]:])
		before := slices.IndexFunc(keys, func(k plan.Concept) bool {
			i := strings.LastIndex(left, k.Alternatives[0])
			return k.Attribute == "" && i >= 0 && len(left)-i-len(k.Alternatives[0]) <= besideEither
		})
		after := slices.IndexFunc(keys, func(k plan.Concept) bool {
			i := strings.Index(right, k.Alternatives[0])
			return k.Attribute == "" && i >= 0 && i <= besideEither
		})
		if before >= 0 && after >= 0 && before != after {
			out = append(out, keys[before], keys[after])
		}
	}
	return out
}

// besideEither is how far, in bytes of the normal form, a key may stand from the word "or".
const besideEither = 16

// holdingAny returns the numbers of the passages that hold one of the concepts, in order.
func (e *Engine) holdingAny(keys []plan.Concept) []int {
	var out []int
	for _, k := range keys {
		out = append(out, e.freq.candidates(k.Alternatives)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// beyond reports whether a word that no passage holds tells most of what a question bounds its list by:
// "countries that banned it in 2021" is not for all that happened in 2021. Beside a name the
// word tells little: "who tinkers with Acme". Characters are no words.
func (e *Engine) beyond(p *plan.Plan, keys []plan.Concept) bool {
	if len(keys) == 0 || slices.ContainsFunc(keys, func(k plan.Concept) bool { return isName(p.Text, k) }) {
		return false
	}
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute == "" && corpus.HanShare(c.Text) == 0 && c.Weight > keys[0].Weight && !e.known(c)
	})
}

// isName reports whether the question writes the key as a name, or in characters.
func isName(question string, k plan.Concept) bool {
	if k.Name || corpus.HanShare(k.Text) > 0 || spelledName(question, k.Text) != "" {
		return true
	}
	return capitals(question, k.Text) && strings.Trim(k.Text, "0123456789 ") != "" // a year is no name
}

// leastHeld is the share of the keys' weight that a row's sentence must hold.
const leastHeld = 0.6

// holdsFigures reports whether the row's sentence holds each sum and large number of the question: who
// names a figure asks for what has it.
func (e *Engine) holdsFigures(p *plan.Plan, r *row) bool {
	var have []corpus.Value
	for _, v := range p.Asked {
		if v.Kind != corpus.Amount && (v.Kind != corpus.Number || v.Num < leastFigure) {
			continue
		}
		if have == nil {
			report := e.reports[e.cfg.Index.Passages()[r.passage].Report]
			have = e.values.Read(report.Text[r.start:r.end], report.Published.Year)
		}
		if !slices.ContainsFunc(have, func(o corpus.Value) bool { return o.Kind != corpus.When && o.Num == v.Num }) {
			return false
		}
	}
	return true
}

// leastFigure is from where on a number is a figure: a smaller one may bound the list.
const leastFigure = 100

// keys returns the concepts that every row must hold, weightiest first: those
// that are no cue words of an attribute and weigh nearly as much as the weightiest.
func (e *Engine) keys(p *plan.Plan) []plan.Concept {
	var out []plan.Concept
	for _, c := range p.Concepts {
		said := p.Category != nil && !either.MatchString(p.Text) && c.Match(corpus.Normal(p.Category.Label)) == 1
		if c.Attribute == "" && e.known(c) && !said {
			out = append(out, c) // what the category says need not be said again
		}
	}
	if longer := slices.DeleteFunc(slices.Clone(out), func(c plan.Concept) bool { return utf8.RuneCountInString(c.Text) == 1 }); len(longer) > 0 || len(p.Attributes) > 0 {
		out = longer // one character is part of too many words
	}
	if len(out) == 0 && e.boundByUnknown(p) {
		return nil
	}
	if len(out) == 0 { // "still on the testnet": the attribute's own word is what rows must hold
		for _, c := range p.Concepts {
			if c.Attribute != "" && e.known(c) && !e.vaguer(p, c) {
				if e.unlike(c.Attribute) || p.Tense != "" { // a pilot is no plant; but all words for a listing mean one
					c.Alternatives = c.Alternatives[:c.Strong]
				}
				out = append(out, c)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Name != out[j].Name {
			return out[i].Name
		}
		return out[i].Weight > out[j].Weight
	})
	for i := range out {
		if out[i].Weight < 0.6*out[0].Weight || out[0].Name && !out[i].Name && !either.MatchString(p.Text) {
			return out[:i]
		}
	}
	return out
}

// boundByUnknown reports whether a question names an attribute of one kind only and bounds it by a word that
// no passage holds: "founders from Atlantis" is not for all that have founders.
func (e *Engine) boundByUnknown(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute == "" && !e.known(c) && c.Weight >= leastUnknown
	})
}

// leastUnknown is the weight from which on a word that no passage holds bounds a list.
const leastUnknown = 0.5

// vaguer reports whether c is one of its attribute's vague words and the question has a better one: of
// "launch a mainnet", mainnet tells what is launched.
func (e *Engine) vaguer(p *plan.Plan, c plan.Concept) bool {
	vague := e.cues[c.Attribute].vague
	return slices.Contains(vague, c.Alternatives[0]) && slices.ContainsFunc(p.Concepts, func(o plan.Concept) bool {
		return o.Attribute == c.Attribute && !slices.Contains(vague, o.Alternatives[0]) && e.known(o)
	})
}

// unlike reports whether the words for an attribute mean unlike things: those beside which
// values are stated do, but for those of a symbol.
func (e *Engine) unlike(id string) bool {
	return len(e.cues[id].state) > 0 && e.attribute(id).Type != corpus.Symbol
}

// A cueSet is the cue words of an asked attribute.
type cueSet struct {
	near  []string // must stand close to the key
	loose []string // anywhere in the sentence
}

// cuesOf returns the cues that a row's sentence must hold, or nil when the
// question asks for no attribute.
func (e *Engine) cuesOf(p *plan.Plan) *cueSet {
	var set cueSet
	for _, a := range p.Attributes {
		if a.Type != corpus.Name && a.Type != corpus.Amount && a.Type != corpus.Person && a.Type != corpus.Symbol {
			continue
		}
		if (a.Type == corpus.Name || a.Type == corpus.Symbol) && len(a.State.All()) > 0 {
			set.near = append(set.near, e.cues[a.ID].state...)
			continue
		}
		set.loose = append(set.loose, e.cues[a.ID].all...)
		set.loose = append(set.loose, e.cues[a.Kin].state...) // "seed round (Acme Capital)": whoever is named there invested
	}
	if len(set.near)+len(set.loose) == 0 {
		return nil
	}
	return &set
}

// nearCue is how far, in characters of the normal form, a key may stand from a cue.
const nearCue = 40

// holds reports whether the sentence holds a cue for the key.
func (s *cueSet) holds(normal string, key plan.Concept) bool {
	if s == nil {
		return true
	}
	if slices.ContainsFunc(s.loose, func(c string) bool { return strings.Contains(normal, c) }) {
		return true
	}
	for _, alt := range key.Alternatives {
		i := strings.Index(normal, alt)
		if i < 0 {
			continue
		}
		window := normal[max(0, i-nearCue):min(len(normal), i+len(alt)+nearCue)]
		if slices.ContainsFunc(s.near, func(c string) bool { return strings.Contains(window, c) }) {
			return true
		}
	}
	return false
}

// rowsOf returns a row for each project that a sentence of the passage puts on the list.
func (e *Engine) rowsOf(p *plan.Plan, n int, ps *corpus.Passage, keys []plan.Concept, cues *cueSet) []row {
	var out []row
	for _, span := range e.readings.of(ps).sentences {
		text, normal := ps.Text[span.start:span.end], span.normal
		held := 0.0
		for _, k := range keys {
			if !e.inFirmOnly(p.Text, text, k) {
				held += k.Weight * k.Match(normal)
			}
		}
		if !slices.ContainsFunc(keys, func(k plan.Concept) bool {
			return k.Match(normal) > 0 && !e.inFirmOnly(p.Text, text, k) && cues.holds(normal, k) && e.tellsTense(p, text, k)
		}) {
			continue
		}
		for _, pr := range e.subjects(normal, e.cfg.Catalogue.AboutAt(n, ps.Start+span.start)) {
			out = append(out, row{project: pr, passage: n, start: ps.Start + span.start, end: ps.Start + span.end, text: text, quoted: true, order: held})
		}
	}
	return out
}

// columnAt returns the name of the column of the passage's table row that byte at stands in.
func columnAt(p *corpus.Passage, at int) string {
	for _, c := range p.Cells {
		if at >= c.Start && at < c.End {
			return c.Column
		}
	}
	return ""
}

// subjects returns the projects that a sentence is about: what its passage
// describes, or else the first project that it names.
func (e *Engine) subjects(normal string, about []*catalogue.Project) []*catalogue.Project {
	if len(about) == 1 {
		return about
	}
	var first *catalogue.Project
	at := len(normal)
	for _, pr := range e.cfg.Catalogue.Projects() {
		if i := pr.FirstIn(normal); i >= 0 && i < at {
			first, at = pr, i
		}
	}
	if first == nil {
		return nil
	}
	return []*catalogue.Project{first}
}
