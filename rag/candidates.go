package rag

import (
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// A candidate is a sentence that may answer, with what speaks for it.
type candidate struct {
	hit        *Hit
	number     int // of the passage
	place      int // of the sentence in its passage, from 0
	start, end int // bytes in the report
	text       string
	normal     string
	about      []*catalogue.Project // what its passage describes
	names      []*catalogue.Project // what it names itself
	under      float64              // share of the question's concepts that its heading path holds
	coverage   float64              // share of the question's concepts, by weight, that it holds
	near       float64              // and of those that stand around it, discounted
	held       []bool               // which of the concepts it holds itself, in the words asked for
	tells      []bool               // and which it holds in any words, or its lead does
	holds      float64              // share of the wanted types that it holds a value of
	states     []catalogue.Fact     // of an asked attribute of an asked project
	defines    bool                 // it begins with what the question asks to define
	opens      bool                 // it begins with the name of a project asked for
	line       int                  // of its passage, from 0
	lead       *candidate           // what stands over it like a heading, or nil
	leads      bool                 // it is one itself
	leadTells  bool                 // its lead holds a word of the question that it does not hold
	score      float64
}

// The share of each sign in a sentence's score. Their order matters more than
// their size.
const (
	coverageShare = 1.0
	pathShare     = 0.8  // what a concept counts that stands in the heading path: it scopes the sentence
	besideShare   = 0.6  // what one counts that stands in the sentence before
	contextShare  = 0.35 // what one counts that stands elsewhere in the passage
	holdsShare    = 0.35 // a value of a wanted type
	statesShare   = 0.4  // a fact of the attribute asked for
	laterShare    = 0.02 // each sentence later in its passage: figures of one thing come in the order of time
	definesShare  = 0.3
	isShare       = 0.2
	topicShare    = 0.6 // the first sentences under a heading that is the topic
	namesShare    = 0.25
	opensShare    = 0.15
	hitShare      = 0.25
)

const (
	topicSentences = 3
	maxLater       = 10
)

// candidatePassages is how many passages are read sentence by sentence.
const candidatePassages = 44

// candidates reads the sentences of the first hits and scores them, best first.
func (e *Engine) candidates(p *plan.Plan, hits []Hit) []candidate {
	top := 0.0
	for _, h := range hits {
		top = max(top, h.Score)
	}
	p = e.weighed(p, hits)
	var out []candidate
	for i := range hits[:min(candidatePassages, len(hits))] {
		out = append(out, e.readPassage(p, &hits[i], top)...)
	}
	tellApart(p, out)
	sort.SliceStable(out, func(i, j int) bool { return out[i].score > out[j].score })
	return out
}

// tellApart moves the sentences about the one project of a question by how far the words that they hold
// tell them apart: what half of them hold tells little, however rare it is elsewhere.
func tellApart(p *plan.Plan, cands []candidate) {
	if len(p.Projects) != 1 || len(p.Concepts) < 2 || p.Conflict {
		return
	}
	held := make([]int, len(p.Concepts))
	sentences := 0
	own := func(c *candidate) bool { return slices.Contains(c.about, p.Projects[0]) }
	for i := range cands {
		if own(&cands[i]) {
			sentences++
			for k, h := range cands[i].held {
				if h {
					held[k]++
				}
			}
		}
	}
	if sentences < fewSentences {
		return
	}
	apart := make([]float64, len(p.Concepts))
	total, totalApart := 0.0, 0.0
	for k, c := range p.Concepts {
		apart[k] = c.Weight * math.Log(float64(sentences+1)/(float64(held[k])+0.5)) / math.Log(float64(sentences+1)/0.5)
		total += c.Weight
		totalApart += apart[k]
	}
	for i := range cands {
		if !own(&cands[i]) {
			continue
		}
		for k, h := range cands[i].held {
			if h {
				cands[i].score += apartShare * (apart[k]/max(totalApart, minWeight) - p.Concepts[k].Weight/max(total, minWeight))
			}
		}
	}
}

// apartShare is what it counts how far a word tells the sentences about a project apart, of which there
// must be fewSentences.
const (
	apartShare   = 0.4
	fewSentences = 5
)

// readPassage makes a candidate of each sentence of a hit; a short table row
// is one.
func (e *Engine) readPassage(p *plan.Plan, h *Hit, top float64) []candidate {
	number := e.numbers[h.ID]
	read := e.readings.of(&h.Passage)
	around := surroundings{path: read.path, text: read.text, top: top}
	around.topic = len(h.Path) > 0 && isTopic(p, corpus.Normal(h.Path[len(h.Path)-1]))
	if h.Kind == corpus.TableRow && len([]rune(h.Text)) <= maxRow && len(h.Cells) > 1 {
		c := candidate{hit: h, number: number, about: e.cfg.Catalogue.About(number), start: h.Start, end: h.End, text: rowText(h)}
		c.normal = corpus.Normal(c.text)
		e.score(p, &c, around)
		return []candidate{c}
	}
	over := leads(h.Text, read.sentences)
	var out []candidate
	line := 0
	for i, s := range read.sentences {
		around.before = around.last
		around.last = s.normal
		if i > 0 && startsLine(h.Text, read.sentences, i) {
			line++
		}
		c := e.sentenceOf(h, number, s)
		c.place, c.line = i, line
		c.leads = slices.Contains(over, i)
		around.lead, around.below = "", 0
		if over[i] >= 0 {
			lead := e.sentenceOf(h, number, read.sentences[over[i]])
			c.lead, around.lead, around.below = &lead, lead.normal, i-over[i]
		}
		if isTitle(c.text, c.normal) {
			continue
		}
		e.score(p, &c, around)
		out = append(out, c)
	}
	return out
}

// sentenceOf makes a candidate of a sentence of a hit, not scored yet.
func (e *Engine) sentenceOf(h *Hit, number int, s sentence) candidate {
	return candidate{
		hit: h, number: number, about: e.cfg.Catalogue.AboutAt(number, h.Start+s.start),
		start: h.Start + s.start, end: h.Start + s.end,
		text: h.Text[s.start:s.end], normal: s.normal,
	}
}

// maxRow is up to how many characters a table row is quoted whole.
const maxRow = 240

// rowText is a row with its column names: "Model: L4; Price: $0.13".
func rowText(h *Hit) string {
	var parts []string
	for _, c := range h.Cells {
		text := oneLine(h.Text[c.Start-h.Start : c.End-h.Start])
		if c.Column != "" {
			text = c.Column + ": " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// isTitle reports whether a sentence is no more than a name or a title: three units or
// fewer without a figure, a comma or a link, or no letters at all.
func isTitle(text, normal string) bool {
	n := strings.Count(normal, " ") - 1
	return n <= 3 && !strings.ContainsAny(text, "0123456789$,，") && !strings.Contains(strings.Trim(text, ". "), ".")
}

// surroundings are what stands around a sentence, in normal form.
type surroundings struct {
	path, text string
	before     string // the sentence before
	last       string
	lead       string  // what stands over the sentence like a heading
	below      int     // how many sentences it stands below that
	topic      bool    // the heading is just what the question asks about
	top        float64 // the best hit's score
}

// isTopic reports whether a heading in normal form names the question's weightiest concept
// and nothing else.
func isTopic(p *plan.Plan, heading string) bool {
	if heading == "" || len(p.Projects) > 0 {
		return false
	}
	held := 0.0
	for _, c := range p.Concepts {
		if c.Match(heading) > 0 {
			held += c.Weight
		}
	}
	units := strings.Count(heading, " ") - 1
	return held > 0 && units <= maxTopic && held >= 0.5*totalWeight(p)
}

// maxTopic is how many units a heading may have that names a topic.
const maxTopic = 5

func totalWeight(p *plan.Plan) float64 {
	total := 0.0
	for _, c := range p.Concepts {
		total += c.Weight
	}
	return total
}

// match finds the question's concepts in the candidate and around it. It reports whether
// any stands in it, in its lead or near it.
func (c *candidate) match(e *Engine, p *plan.Plan, around surroundings) bool {
	var here, above, near, led float64
	c.held, c.tells = make([]bool, len(p.Concepts)), make([]bool, len(p.Concepts))
	for i, k := range p.Concepts {
		m, path, lead := k.Match(c.normal), k.Match(around.path), k.Match(around.lead)
		if m > 0 && e.inFirmOnly(p.Text, c.text, k) {
			m = 0
		}
		c.held[i], c.tells[i] = m == 1, m > 0 || lead > 0 || path > 0
		c.leadTells = c.leadTells || m == 0 && lead == 1 && k.Weight >= minNewConcept
		here += k.Weight * m
		c.under += k.Weight * path
		led += k.Weight * lead
		over := max(0, max(path, lead)-m)
		above += k.Weight * over
		if m+over < 1 {
			beside := max(0, k.Match(around.before)-m-over)
			near += k.Weight * (besideShare*beside + contextShare*max(0, k.Match(around.text)-m-over-beside))
		}
		if p.Intent == plan.Define && k.Weight > 0.3 && opensConcept(c.normal, k) && !conditional.MatchString(c.text) {
			c.defines = true
		}
	}
	if total := totalWeight(p); total > 0 {
		here, above, near, c.under = here/total, above/total, near/total, c.under/total
	}
	c.coverage, c.near = here+pathShare*above, near
	return here+near+led > 0
}

// score weighs the candidate against the plan.
func (e *Engine) score(p *plan.Plan, c *candidate, around surroundings) {
	speaks := c.match(e, p, around)
	c.holds = e.heldBy(p, c)
	c.states = e.stated(p, c)
	c.score = coverageShare*c.coverage + c.near
	if len(p.Wants) > 0 && speaks {
		c.score += holdsShare * (2*c.holds - 1)
	}
	if len(c.states) > 0 {
		share := statesShare
		if missesKey(p, c) {
			share /= 4 // a price, but not of the thing that was asked for
		}
		c.score += share + laterShare*float64(min(c.place, maxLater))
	}
	if p.Why && speaks && e.tellsReason(c.normal) {
		c.score += reasonShare
	}
	if c.defines {
		c.score += definesShare
		if e.saysWhat(p, c) {
			c.score += isShare
		}
	}
	switch {
	case around.below > 0 && around.below <= topicSentences && isTopic(p, around.lead):
		c.score += topicShare / float64(around.below)
	case around.topic && c.place < topicSentences:
		c.score += topicShare / float64(1+c.place)
	}
	for _, pr := range p.Projects {
		if names(pr, c) {
			c.names = append(c.names, pr)
		}
	}
	if len(c.names) > 0 {
		c.opens = c.names[0].Opens(c.normal)
		share := namesShare
		if c.opens {
			share += opensShare
		}
		if len(p.Concepts) > 0 { // the name alone tells little when something is asked of it
			share *= 0.4 + 0.6*c.coverage
		}
		c.score += share
	}
	if around.top > 0 {
		c.score += hitShare * c.hit.Score / around.top
	}
}

// reasonShare is what it counts that a sentence tells a reason where one is asked for.
const reasonShare = 0.25

// tellsReason reports whether a sentence in normal form holds a word by which reasons are told.
func (e *Engine) tellsReason(normal string) bool {
	return slices.ContainsFunc(e.reasons, func(w string) bool { return strings.Contains(normal, w) })
}

// names reports whether the sentence names pr. A name that is an everyday word too is one
// where it is printed like it: a symbol, in a passage about something else, behind its $.
func names(pr *catalogue.Project, c *candidate) bool {
	if pr.FirstIn(c.normal) >= 0 {
		return true
	}
	if !pr.NamedIn(c.normal) {
		return false
	}
	own := slices.Contains(c.about, pr)
	return slices.ContainsFunc(pr.Names(), func(n string) bool {
		if slices.Contains(pr.Tickers, n) && !own {
			n = "$" + n
		}
		return strings.Contains(c.text, n)
	})
}

// heldBy returns the share of the wanted types that the sentence holds a value of. A
// person needs a word for a role beside a name that is no project's; a symbol is one of the
// asked projects' own.
func (e *Engine) heldBy(p *plan.Plan, c *candidate) float64 {
	if len(p.Wants) == 0 {
		return 1
	}
	n := 0
	for _, t := range p.Wants {
		ok := false
		switch t {
		case corpus.Person:
			ok = holds(withoutNames(p, c.text), []corpus.ValueType{t}) && e.namesRole(c.normal)
		case corpus.Symbol:
			ok = holdsSymbol(p, c.text)
		case corpus.Number:
			ok = holds(codes.ReplaceAllString(c.text, " "), []corpus.ValueType{t})
		default:
			ok = holds(c.text, []corpus.ValueType{t})
		}
		if ok {
			n++
		}
	}
	return float64(n) / float64(len(p.Wants))
}

// codes match what looks like a number and counts nothing: the digits of versions and names ("V2", "mp3",
// "L-1"), "no-code", the article in "是一个".
var codes = regexp.MustCompile(`[A-Za-z]+-?\d[\w.]*|\b[Nn]o-[a-z]+|一[个种家款项]`)

// namesRole reports whether a text in normal form holds a word for what a person is or did.
func (e *Engine) namesRole(normal string) bool {
	for _, a := range e.cfg.Vocabulary.Attributes {
		if a.Type == corpus.Person && slices.ContainsFunc(e.cues[a.ID].state, func(w string) bool { return strings.Contains(normal, w) }) {
			return true
		}
	}
	return false
}

// holdsSymbol reports whether text holds a ticker of an asked project, or anything with a $
// in front when no project is asked for.
func holdsSymbol(p *plan.Plan, text string) bool {
	for _, pr := range p.Projects {
		if slices.ContainsFunc(pr.Tickers, func(t string) bool { return strings.Contains(text, t) }) {
			return true
		}
	}
	return len(p.Projects) == 0 && holds(text, []corpus.ValueType{corpus.Symbol})
}

// withoutNames cuts the names of the asked projects out of a text.
func withoutNames(p *plan.Plan, text string) string {
	for _, pr := range p.Projects {
		for _, n := range pr.Names() {
			text = strings.ReplaceAll(text, n, " ")
		}
	}
	return text
}

// missesKey reports whether the question names a weighty thing beside its attributes and the
// sentence holds none of them.
func missesKey(p *plan.Plan, c *candidate) bool {
	asked := false
	for i, k := range p.Concepts {
		if k.Attribute == "" && k.Weight >= minKey {
			if c.held[i] {
				return false
			}
			asked = true
		}
	}
	return asked
}

// opensConcept reports whether the text begins with the concept, or with an article or a
// few words and the concept.
func opensConcept(normal string, k plan.Concept) bool {
	for i, a := range k.Alternatives {
		if i >= k.Strong {
			break
		}
		if j := strings.Index(normal, a); j >= 0 && j <= len(" definit of the ") {
			return true
		}
	}
	return false
}

// conditional matches the beginning of a sentence that says what holds if something is so.
var conditional = regexp.MustCompile(`(?i)^\W*(?:if|when|unless|once|while|although|though)\b|^\W*(?:如果|若|当|一旦|虽然)`)

// saysWhat reports whether c goes on with "is" where it begins with what is to be defined.
func (e *Engine) saysWhat(p *plan.Plan, c *candidate) bool {
	for i, k := range p.Concepts {
		if !c.held[i] || !opensConcept(c.normal, k) {
			continue
		}
		for _, a := range k.Alternatives[:k.Strong] {
			before, rest, ok := strings.Cut(c.normal, a)
			if ok && (before == "" || before == " a" || before == " an" || before == " the") && begins(" "+rest, e.copulas) {
				return true
			}
		}
	}
	return false
}

// stated returns the facts of the asked attributes, or denials of their kin, that the
// sentence states of the asked projects.
func (e *Engine) stated(p *plan.Plan, c *candidate) []catalogue.Fact {
	if len(p.Projects) == 0 {
		return nil
	}
	var out []catalogue.Fact
	for _, f := range e.factsOf(c) {
		if !slices.Contains(p.Projects, f.Project) || f.Value.Kind == corpus.Name && e.asksVaguely(p, f.Attribute) {
			continue
		}
		if slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool {
			return (f.Attribute == a.ID || e.isBeside(f.Attribute, a.ID)) && wanted(p, f) || f.Denied && f.Attribute == a.Kin && (p.Counted == nil || p.Counted.Attribute == a.ID)
		}) || echoes(p, f) {
			out = append(out, f)
		}
	}
	return out
}

// isBeside reports whether an attribute is told where another is asked for that it is taken for.
func (e *Engine) isBeside(id, asked string) bool {
	return e.attribute(id).Beside == asked
}

// asksVaguely reports whether the question names an attribute by its vague words alone: the technology of a
// project is more than the name of what it stands on.
func (e *Engine) asksVaguely(p *plan.Plan, attribute string) bool {
	return !slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool {
		return c.Attribute == attribute && !slices.Contains(e.cues[attribute].vague, c.Alternatives[0])
	})
}

// factsOf returns the facts that the candidate states: of a table row those of all cells.
func (e *Engine) factsOf(c *candidate) []catalogue.Fact {
	if c.start > c.hit.Start || c.end < c.hit.End || len(c.hit.Cells) < 2 {
		return e.cfg.Catalogue.FactsAt(c.number, c.start)
	}
	var out []catalogue.Fact
	for _, s := range e.readings.of(&c.hit.Passage).sentences {
		out = append(out, e.cfg.Catalogue.FactsAt(c.number, c.hit.Start+s.start)...)
	}
	return out
}

// wanted reports whether the fact's value is of a type that the question asks
// for: "who founded" wants no date.
func wanted(p *plan.Plan, f catalogue.Fact) bool {
	if f.Denied || len(p.Wants) == 0 {
		return true
	}
	sums := slices.ContainsFunc(p.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Amount })
	for _, t := range p.Wants {
		if t == corpus.Amount && f.Value.Kind == corpus.Number && sums {
			continue // it counts something, and a sum is asked for
		}
		if t == f.Value.Kind || t == corpus.Number && f.Value.Kind == corpus.Amount || t == corpus.Amount && f.Value.Kind == corpus.Number || t == corpus.Symbol || t == corpus.Name {
			return true
		}
	}
	return false
}

// echoes reports whether the fact's value is a figure that the question itself holds.
func echoes(p *plan.Plan, f catalogue.Fact) bool {
	return !f.Denied && isFigure(f) && slices.ContainsFunc(p.Asked, func(v corpus.Value) bool {
		return v.Kind == corpus.Amount && v.Num == f.Value.Num && v.Num > 0
	})
}

// concerns reports whether c is about pr: it names it, or stands in a passage that
// describes it and no other asked one.
func (c *candidate) concerns(pr *catalogue.Project) bool {
	return slices.Contains(c.about, pr) || slices.Contains(c.names, pr)
}

// passageCoverage returns the share of the question's concepts, by weight, that the best
// hit holds, header included, and the weightiest concept that no hit holds.
func (e *Engine) passageCoverage(p *plan.Plan, hits []Hit) (best float64, missing *plan.Concept) {
	total := 0.0
	seen := make([]bool, len(p.Concepts))
	for _, k := range p.Concepts {
		total += k.Weight
	}
	if total == 0 {
		return 0, nil
	}
	for _, h := range hits[:min(candidatePassages, len(hits))] {
		normal := e.readings.of(&h.Passage).text
		here := 0.0
		for i, k := range p.Concepts {
			if k.Match(normal) > 0 {
				here += k.Weight
				seen[i] = true
			}
		}
		best = max(best, here/total)
	}
	for i := range p.Concepts {
		if !seen[i] && (missing == nil || p.Concepts[i].Weight > missing.Weight) {
			missing = &p.Concepts[i]
		}
	}
	return best, missing
}
