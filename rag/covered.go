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

// required keeps the sentences that can answer: of a question for a number, those that
// speak of what is counted; of one for a value of something that is no project, those
// that speak of it, themselves or by their heading.
func (e *Engine) required(p *plan.Plan, cands []candidate) []candidate {
	if p.Counted != nil && len(p.Projects) > 0 {
		for i := range cands {
			if e.counts(p.Counted, &cands[i]) {
				cands[i].score += countsShare
			}
		}
		sort.SliceStable(cands, func(i, j int) bool { return cands[i].score > cands[j].score })
		return slices.DeleteFunc(cands, func(c candidate) bool {
			return p.Counted.Match(c.normal) == 0 && len(c.states) == 0 && c.coverage < knownHalf || e.countsOther(p.Counted, &c) || len(c.states) == 0 && e.measures(p.Counted, &c) && !e.toldInWords(p, &c)
		})
	}
	if n := e.asksName(p); n != nil {
		return slices.DeleteFunc(cands, func(c candidate) bool { return !n.tells(p, &c) })
	}
	cands = e.explained(p, e.typed(p, termed(p, named(p, cands))))
	if len(p.Projects) > 0 || len(p.Wants) == 0 || len(p.Attributes) == 0 || p.Conflict {
		return cands
	}
	keys := e.keys(p)
	if len(keys) == 0 || keys[0].Weight < minKey {
		return cands
	}
	about := append([]plan.Concept{keys[0]}, p.Sides...)
	return slices.DeleteFunc(cands, func(c candidate) bool {
		path := e.readings.of(&c.hit.Passage).path
		return !slices.ContainsFunc(about, func(k plan.Concept) bool { return k.Match(c.normal) > 0 || k.Match(path) > 0 })
	})
}

// named keeps, of a question that names no project and something else, the sentences that speak of that:
// those that hold the name, and those about what such a sentence is about.
func named(p *plan.Plan, cands []candidate) []candidate {
	if len(p.Projects) > 0 || p.Conflict || p.Intent == plan.Compare || p.Intent == plan.Define {
		return cands
	}
	name := slices.IndexFunc(p.Concepts, func(k plan.Concept) bool { return k.Name && k.Weight >= rareName })
	if name < 0 || !slices.ContainsFunc(cands, func(c candidate) bool { return c.held[name] }) {
		return cands
	}
	passages := map[int]bool{}
	for _, c := range cands {
		if c.held[name] {
			passages[c.number] = true
		}
	}
	return slices.DeleteFunc(cands, func(c candidate) bool { return !passages[c.number] })
}

// termed keeps, of a question that names no project and asks about a term of several words that stands in
// the reports as it is asked, the sentences of the passages that hold the term, and those that hold all its
// words: one that shares a word with "proof of sampling" may be about any sampling.
func termed(p *plan.Plan, cands []candidate) []candidate {
	if len(p.Projects) > 0 || p.Conflict || p.Intent == plan.Compare || len(p.Attributes) > 0 {
		return cands
	}
	term, parts := termOf(p)
	passages := map[int]bool{}
	for _, c := range cands {
		if term != "" && strings.Contains(c.normal, term) {
			passages[c.number] = true
		}
	}
	if len(passages) == 0 {
		return cands
	}
	return slices.DeleteFunc(cands, func(c candidate) bool {
		return !passages[c.number] && slices.ContainsFunc(parts, func(k int) bool { return !c.held[k] })
	})
}

// termOf returns the weightiest run of two words or more of a question, in normal form, that stand beside each
// other but for a short word as in "proof of sampling", and which concepts they are; "" for none. Of characters
// a concept holds the whole of a word already.
func termOf(p *plan.Plan) (term string, parts []int) {
	best, weight, last := "", 0.0, -1
	var run []string // units, from the first of the run on
	var of []int
	var found []int
	sum := 0.0
	for _, u := range corpus.Units(p.Text) {
		k := slices.IndexFunc(p.Concepts, func(c plan.Concept) bool { return c.Attribute == "" && c.Text == u && corpus.HanShare(u) == 0 })
		switch {
		case k >= 0 && !slices.Contains(of, k):
			run, of, sum = append(run, u), append(of, k), sum+p.Concepts[k].Weight
			last = len(run)
			if len(of) > 1 && sum > weight {
				best, weight, found = " "+strings.Join(run, " ")+" ", sum, slices.Clone(of)
			}
		case k < 0 && len(of) > 0 && len(run) == last && len(u) <= maxParticle && corpus.HanShare(u) == 0:
			run = append(run, u)
		default:
			run, of, sum, last = nil, nil, 0, -1
		}
	}
	return best, found
}

// maxParticle is the most letters of a word within a term that is none of its own: of, the, to.
const maxParticle = 3

// explained keeps, of a question for something told in words that names no project, such as drawbacks, the
// sentences that speak of it, themselves or under their heading, if there are any.
func (e *Engine) explained(p *plan.Plan, cands []candidate) []candidate {
	asked := e.asksExplaining(p)
	if asked < 0 || !slices.ContainsFunc(cands, func(c candidate) bool { return c.tells[asked] && c.coverage >= leastExplained }) {
		return cands
	}
	if under := slices.DeleteFunc(slices.Clone(cands), func(c candidate) bool { return !c.tells[asked] || !underTopic(p, &c) }); len(under) > 0 {
		return under
	}
	return slices.DeleteFunc(cands, func(c candidate) bool { return !c.tells[asked] })
}

// underTopic reports whether one of the headings over c holds all that a question names beside what it asks of it.
func underTopic(p *plan.Plan, c *candidate) bool {
	return slices.ContainsFunc(c.hit.Path, func(heading string) bool {
		normal, held := corpus.Normal(heading), 0.0
		for _, k := range p.Concepts {
			switch {
			case k.Attribute != "" || k.Weight < leastTopic || len([]rune(k.Text)) == 1:
			case k.Match(normal) == 0:
				return false
			default:
				held += k.Weight
			}
		}
		return held > 0
	})
}

// leastTopic is the weight from which on a word says what a question is about.
const leastTopic = 0.2

// asksExplaining returns which concept of a question that names no project asks for something told in words, -1
// for none.
func (e *Engine) asksExplaining(p *plan.Plan) int {
	if len(p.Projects) > 0 || p.Intent == plan.Compare {
		return -1
	}
	return slices.IndexFunc(p.Concepts, func(c plan.Concept) bool {
		return slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool {
			return a.ID == c.Attribute && a.Type == corpus.Prose && len(a.Asked.All()) > 0
		})
	})
}

// leastExplained is the share of a question that such a sentence must hold.
const leastExplained = 0.2

// rareName is the weight of a name from which on it is somebody's or something's own.
const rareName = 0.9

// counts reports whether c gives a number of what is asked, one right before it.
func (e *Engine) counts(what *plan.Concept, c *candidate) bool {
	if what.Match(c.normal) < 1 {
		return false
	}
	return slices.ContainsFunc(e.values.Read(c.text, e.reports[c.hit.Report].Published.Year), func(v corpus.Value) bool {
		return v.Kind == corpus.Number && !v.Percent && what.Match(behind(c.text, v)) == 1
	})
}

// behind returns what stands right behind a value, up to the next mark, in normal form.
func behind(text string, v corpus.Value) string {
	rest := []rune(text[v.End:])
	within := countedWithin
	if corpus.HanShare(text) == 0 {
		within *= 2 // letters
	}
	rest = rest[:min(within, len(rest))]
	if k := slices.IndexFunc(rest, func(r rune) bool { return strings.ContainsRune(",.;:，。；：、", r) }); k >= 0 {
		rest = rest[:k]
	}
	return corpus.Normal(string(rest))
}

// figureOf reports whether c gives a number or a share of what is asked.
func (e *Engine) figureOf(what *plan.Concept, c *candidate) bool {
	if slices.ContainsFunc(e.values.Read(c.text, e.reports[c.hit.Report].Published.Year), func(v corpus.Value) bool {
		return v.Kind == corpus.Number && what.Match(behind(c.text, v)) > 0
	}) {
		return true
	}
	return slices.ContainsFunc(valueForms[corpus.Number].FindAllStringIndex(c.text, -1), func(m []int) bool { // "three offices"
		return what.Match(behind(c.text, corpus.Value{End: m[1]})) > 0
	})
}

// measures reports whether all figures of c are amounts, dates and shares of other things: it counts nothing.
func (e *Engine) measures(what *plan.Concept, c *candidate) bool {
	l := e.values.Read(c.text, e.reports[c.hit.Report].Published.Year)
	return len(l) > 0 && !slices.ContainsFunc(l, func(v corpus.Value) bool {
		return v.Kind == corpus.Number && (!v.Percent || what.Match(behind(c.text, v)) == 1)
	})
}

// countsOther reports whether c counts something else than what is asked. An attribute
// without a label gathers unlike things: a number of plants is no number of employees.
func (e *Engine) countsOther(what *plan.Concept, c *candidate) bool {
	return e.attribute(what.Attribute).Loose && what.Match(c.normal) < 1
}

// countedWithin is how many characters behind a number the thing counted stands at most.
const countedWithin = 24

// countsShare is what it is worth that a sentence counts the very thing asked for.
const countsShare = 0.3

// minKey is the weight from which on a word tells what a question is about.
const minKey = 0.6

// covered reports whether the hits can answer at all.
func (e *Engine) covered(p *plan.Plan, hits []Hit, cands []candidate) bool {
	if len(cands) == 0 {
		return false
	}
	if len(p.Concepts) == 0 || len(p.Projects) > 1 && p.Intent == plan.Compare {
		return len(p.Projects) > 0
	}
	if p.Unknown != "" && !slices.ContainsFunc(cands, func(c candidate) bool { return holdsWords(p, &c) || corrects(p, &c) }) {
		return false
	}
	if slices.ContainsFunc(cands, func(c candidate) bool { return len(c.states) > 0 }) {
		return true
	}
	if p.Intent == plan.Compare && len(p.Projects) == 0 && len(e.keys(p)) > 1 {
		return true
	}
	if len(p.Projects) > 0 {
		return e.coveredFor(p, hits, cands)
	}
	best, missing := e.passageCoverage(p, hits)
	if best < minPassageCoverage || !tellsWeightiest(p, cands) {
		return false
	}
	if (p.Intent == plan.List || p.Intent == plan.Count) && cands[0].coverage < leastInstead {
		return false // what is no list must tell all the more
	}
	if missing != nil && missing.Weight >= 0.9 && missing.Attribute == "" && !p.Conflict && (len(missing.Alternatives) == 1 || cands[0].coverage < knownHalf) {
		return false // a word that tells most, and no passage knows it: a name, or half of the question; "is it really so" may doubt that very word
	}
	if len(p.Wants) > 0 && !slices.ContainsFunc(cands, func(c candidate) bool { return c.holds > 0 && c.coverage >= minSentenceCoverage }) {
		return false
	}
	return cands[0].coverage >= minSentenceCoverage || best >= wholePassage && cands[0].coverage+cands[0].near >= minSentenceCoverage
}

// tellsWeightiest reports whether a sentence, or what it stands under or beside, holds the word that tells most of
// a question for projects, unless the question doubts that very word.
func tellsWeightiest(p *plan.Plan, cands []candidate) bool {
	most := -1
	for i, k := range p.Concepts {
		if k.Attribute == "" && (most < 0 || k.Weight > p.Concepts[most].Weight) {
			most = i
		}
	}
	if most < 0 || p.Conflict || p.Intent != plan.List || p.Concepts[most].Weight < minKey {
		return true
	}
	return slices.ContainsFunc(cands, func(c candidate) bool { return c.tells[most] })
}

// leastInstead is the share of a question for projects that a sentence must hold to stand for the list.
const leastInstead = 0.6

// wholePassage is the share of a question that a passage must hold to answer it by a sentence that
// holds little itself and stands beside the rest.
const wholePassage = 0.65

// holdsWords reports whether c holds each word of the name that no passage holds: then it is no name,
// but words that a question sets side by side.
func holdsWords(p *plan.Plan, c *candidate) bool {
	for _, u := range strings.Fields(corpus.Normal(p.Unknown)) {
		if !slices.ContainsFunc(p.Concepts, func(k plan.Concept) bool { return k.Text == u && k.Match(c.normal) == 1 }) {
			return false
		}
	}
	return true
}

// coveredFor reports whether a sentence about one of the asked projects can answer:
// it holds enough of the question, and a value of a wanted type.
func (e *Engine) coveredFor(p *plan.Plan, hits []Hit, cands []candidate) bool {
	best, missing := e.passageCoverage(p, hits)
	if p.Intent == plan.Summary && best >= minSentenceCoverage {
		return true
	}
	least := minPassageCoverage
	if p.Conflict {
		least = minSentenceCoverage // "is it A or B": no passage holds both
	}
	kind, persons := e.asksPlainly(p)
	return slices.ContainsFunc(cands, func(c candidate) bool {
		if kind == corpus.Person && c.concerns(p.Projects[0]) && e.tellsPerson(p, &c, persons) {
			return true
		}
		if !slices.ContainsFunc(p.Projects, c.concerns) || len(p.Wants) > 0 && c.holds == 0 && !e.toldInWords(p, &c) {
			return false
		}
		if len(c.states) == 0 && (c.coverage < wholeCoverage && asksFigure(p) && !e.tellsFigure(p, &c) && !c.leadTells ||
			p.Counted != nil && !e.figureOf(p.Counted, &c) && !e.toldInWords(p, &c)) {
			return false // a figure, but of nothing that the question names
		}
		around := c.near
		if !slices.ContainsFunc(p.Projects, func(pr *catalogue.Project) bool { return slices.Contains(c.about, pr) }) {
			around = 0 // it names the project in a passage about another one, of which the words around it speak
		}
		return corrects(p, &c) ||
			(best >= least || translates(p, &c)) && !lacks(p, &c, missing) && c.coverage+around >= minSentenceCoverage
	})
}

// asksFigure reports whether p asks for a figure of an attribute.
func asksFigure(p *plan.Plan) bool {
	return len(p.Wants) > 0 && slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool {
		return a.Type == corpus.Amount || a.Type == corpus.Number
	})
}

// tellsFigure reports whether c holds a word for one of the attributes that p asks the value of: one of the
// attribute's own, not any translation of the question's.
func (e *Engine) tellsFigure(p *plan.Plan, c *candidate) bool {
	return slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool {
		cues := e.cues[a.ID]
		return slices.ContainsFunc(slices.Concat(cues.all, cues.state), func(w string) bool { return strings.Contains(c.normal, w) })
	})
}

// corrects reports whether c tells of an asked project what a question wants confirmed. That corrects
// a false premise, whose own words no passage need hold.
func corrects(p *plan.Plan, c *candidate) bool {
	return p.Conflict && slices.ContainsFunc(p.Projects, c.concerns) && tellsAsked(p, c) && (c.coverage >= leastCorrecting || len(p.Wants) > 0 && c.holds > 0)
}

// leastCorrecting is the share of a question that a sentence holds at least which corrects it.
const leastCorrecting = 0.2

// tellsAsked reports whether c holds a word for an attribute asked for.
func tellsAsked(p *plan.Plan, c *candidate) bool {
	return slices.ContainsFunc(p.Concepts, func(k plan.Concept) bool { return k.Attribute != "" && k.Match(c.normal) > 0 })
}

// by matches the words that introduce who did a thing.
var by = regexp.MustCompile(`(?i)\bby\b|由|团队`)

// announcers matches the words behind which a sentence lists things, and listed a list of three: that tells their
// number too.
var (
	announcers = regexp.MustCompile(`(?i)包括|包含|分别|由|有|是|：|:|\binclud\w*|\bare\b|\bnamely\b|\bconsists? of\b|\bsuch as\b`)
	listed     = regexp.MustCompile(`、.*(?:、|和|及)|,.*(?:,| and )`)
)

// enumeratedWithin is how many characters before a list the word for what it lists stands at most.
const enumeratedWithin = 16

// enumerates reports whether c lists what is asked to be counted: the word for it stands right before the list.
func enumerates(what *plan.Concept, c *candidate) bool {
	for _, m := range announcers.FindAllStringIndex(c.text, -1) {
		before := []rune(c.text[:m[0]])
		if what.Match(corpus.Normal(string(before[max(0, len(before)-enumeratedWithin):]))) == 1 && listed.MatchString(c.text[m[1]:]) {
			return true
		}
	}
	return false
}

// toldInWords reports whether c, which holds no value of a wanted type, tells it in words: who made a
// thing by the name of a company, how many there are by naming them.
func (e *Engine) toldInWords(p *plan.Plan, c *candidate) bool {
	if p.Counted == nil {
		return slices.Contains(p.Wants, corpus.Person) && tellsAsked(p, c) && by.MatchString(c.text)
	}
	persons := slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.ID == p.Counted.Attribute && a.Type == corpus.Person })
	return enumerates(p.Counted, c) || persons && p.Counted.Match(c.normal) > 0 && by.MatchString(c.text)
}

// lacks reports whether c holds less than half of a question of which no passage knows a word that
// tells most, neither the word nor its translation. A value of a wanted type makes up for that.
func lacks(p *plan.Plan, c *candidate, missing *plan.Concept) bool {
	if missing == nil || missing.Weight < 0.9 || missing.Attribute != "" || p.Conflict || len(p.Wants) > 0 {
		return false
	}
	return c.coverage < knownMost && (c.hit.Language == p.Language || len(missing.Alternatives) > 1)
}

// knownMost is the same for one about a project.
const knownMost = minSentenceCoverage

// knownHalf is the share of a question that a sentence must hold where a telling word is unknown.
const knownHalf = 0.5

// translates reports whether c is about an asked project, in another language than the question's,
// and holds one of its weighty words, or of an attribute that is told in words: that the others are
// not there may be the translation's fault.
func translates(p *plan.Plan, c *candidate) bool {
	if len(c.names) == 0 && len(c.about) != 1 || c.hit.Language == p.Language {
		return false
	}
	for i, k := range p.Concepts {
		if c.held[i] && (k.Attribute == "" && k.Weight >= minKey || k.Attribute != "" && len(p.Wants) == 0 && hasNoValue(p, k.Attribute)) {
			return true
		}
	}
	return false
}

// hasNoValue reports whether statements of an asked attribute are names or explanations.
func hasNoValue(p *plan.Plan, id string) bool {
	return slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool {
		return a.ID == id && (a.Type == corpus.Name || a.Type == corpus.Prose)
	})
}

// relatedCount is how many nearest topics an uncovered question is pointed to.
const relatedCount = 3

// related names the topics of the nearest passages.
func (e *Engine) related(hits []Hit) []string {
	var out []string
	for _, h := range hits {
		if len(h.Path) == 0 {
			continue
		}
		topic := h.Path[len(h.Path)-1]
		if strings.HasSuffix(topic, "?") && len(e.cfg.Catalogue.Find(topic)) == 0 {
			continue // a line to the reader
		}
		if !slices.Contains(out, topic) {
			out = append(out, topic)
		}
		if len(out) == relatedCount {
			break
		}
	}
	return out
}
