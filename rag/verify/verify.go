// Package verify tells whether a sentence is supported by the passages that
// it cites. It reads English and Chinese, and one against the other, and needs
// no model.
//
// Start at [New] and [Checker.Check]. A sentence is compared with the one
// sentence of each source that matches it best, not with the whole passage: a
// figure exchanged for another figure of the same passage is found that way,
// and hardly ever otherwise. What must agree: figures with their scale, unit
// and place; dates as precisely as they are given; names; what is denied and
// what is not; whom the sentence is about; and enough of the remaining words.
//
// What it does not do: it does not understand. A sentence that uses the right
// words, figures and names for something the source does not say passes, as does
// a verb exchanged for its opposite; and where a sentence is retold freely, one name of
// the source sentence put for another often passes too. Chinese names are told apart only where the
// vocabulary, the glossary or the caller's names know them. It does not
// calculate: a sum or a count that the source does not print is not supported.
// TestEdits, TestRetold and TestRenderings measure what it catches; the last one, between the languages.
package verify

import (
	"fmt"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A Source is what a sentence cites.
type Source struct {
	Text      string      // the cited span or the passage around it
	Subject   []string    // all names of what the passage is about; empty when unknown
	Heading   string      // what stands above the passage: headings, title, publisher
	Published corpus.Date // what "this year" and "as of" refer to; zero when unknown
}

// A Reason is the kind of fault found.
type Reason string

// The reasons.
const (
	Figure   Reason = "figure"   // a number that the source sentence does not hold, or holds for something else
	Date     Reason = "date"     // a date that it does not hold, or not as precisely
	Name     Reason = "name"     // a name or quoted term that it does not hold, or holds elsewhere
	Negation Reason = "negation" // it denies what the sentence says, or the reverse
	Subject  Reason = "subject"  // the source is about something else
	Voice    Reason = "voice"    // it speaks to the reader, of the writer, or urges, and the source does not
	Coverage Reason = "coverage" // it says too little of what the sentence says
)

// A Verdict is the outcome of one check.
type Verdict struct {
	Supported bool
	Reason    Reason // "" when supported
	Detail    string // for a person: `"$43 million" is not in the source`; "" when supported
}

var supported = Verdict{Supported: true}

func fault(r Reason, format string, args ...any) Verdict {
	return Verdict{Reason: r, Detail: fmt.Sprintf(format, args...)}
}

// A Checker checks sentences. It is safe for concurrent use.
type Checker struct {
	values     *corpus.ValueReader
	glossary   *corpus.Glossary
	names      *nameList
	synonyms   *phrases        // groups of words that mean the same
	rounds     *phrases        // words of which one may not stand for another beside an amount
	attributes *phrases        // cues beside which a value states something of a kind
	cues       []translations  // of the synonyms and the attributes, by group
	meanings   int             // number of synonym groups: the attributes' follow in cues
	common     map[string]bool // stems of words that the vocabulary knows: no names
	persons    *phrases        // words that speak to the reader or of the writer
	urges      *phrases
	suffixes   map[string]bool // stems that do not tell two names apart
}

// New returns a checker. The glossary may be nil. Each of names holds the
// spellings of one thing (a project, its aliases and its ticker); a sentence's
// names are recognised without them too, by how they are written.
func New(v *corpus.Vocabulary, g *corpus.Glossary, names ...[]string) *Checker {
	c := &Checker{
		values: corpus.NewValueReader(v.Units), glossary: g, names: newNameList(names),
		synonyms: &phrases{}, rounds: &phrases{}, attributes: &phrases{}, persons: &phrases{}, urges: &phrases{}, common: map[string]bool{}, suffixes: map[string]bool{},
	}
	for i, l := range v.Synonyms {
		c.synonyms.add(i, l)
		c.cues = append(c.cues, translated(l))
	}
	c.meanings = len(v.Synonyms)
	c.persons.add(0, v.Persons.All())
	c.urges.add(0, v.Urges.All())
	for i, r := range v.Rounds {
		if r.ID != total {
			c.rounds.add(i, r.All())
		}
	}
	for i, a := range v.Attributes {
		if a.Type == corpus.Amount || a.Type == corpus.Number {
			c.attributes.add(i, append(a.State.All(), a.Label.En, a.Label.Zh))
		}
		c.cues = append(c.cues, translated(append(a.State.All(), a.All()...)))
	}
	for _, w := range v.Names.Suffixes {
		c.suffixes[stem(strings.ToLower(w))] = true
	}
	c.learnCommon(v)
	return c
}

// total is the id of the round that sums up the others.
const total = "total"

// learnCommon notes the words by which the vocabulary speaks of values.
func (c *Checker) learnCommon(v *corpus.Vocabulary) {
	add := func(l []string) {
		for _, p := range l {
			for _, w := range scan(p) {
				if !w.han {
					c.common[w.norm] = true
				}
			}
		}
	}
	for _, a := range v.Attributes {
		add(a.En)
		add(a.State.En)
		add([]string{a.Label.En})
	}
	for _, l := range [][]corpus.Cue{v.Rounds, v.Compare, v.Asks} {
		for _, r := range l {
			add(r.En)
		}
	}
	add(v.Stop.En)
}

// Check reports whether the sources support the sentence, and otherwise what
// is wrong with it. subjects are the names, with aliases, of what the sentence is
// about, as the caller knows it; nil when unknown. A sentence that stands
// verbatim in a source is supported.
func (c *Checker) Check(sentence string, sources []Source, subjects []string) Verdict {
	return c.check(sentence, sources, subjects, true)
}

// check is Check; without verbatim the rules judge the sentence even when it is a
// quotation.
func (c *Checker) check(sentence string, given []Source, subjects []string, verbatim bool) Verdict {
	if len(given) == 0 {
		return fault(Coverage, "no source is cited")
	}
	sentence = plain(sentence)
	sources := make([]*source, len(given))
	for i, s := range given {
		sources[i] = c.newSource(s)
		if verbatim && quoted(sentence, sources[i].text) {
			return supported
		}
	}
	cl := c.readClaim(withoutOwn(sentence, sources), subjects)
	if len(cl.words) == 0 {
		return supported
	}
	return c.weigh(cl, sources, verbatim)
}

// weigh tries the claim on each source alone, then on all of them together.
func (c *Checker) weigh(cl *claim, sources []*source, verbatim bool) Verdict {
	var together evidence
	var first Verdict
	most := -1.0
	for _, s := range sources {
		if verbatim && c.labelled(cl, s) {
			return supported
		}
		v, e, score := c.tryAlone(cl, s)
		if v.Supported {
			return v
		}
		if score > most {
			first, most = v, score
		}
		if c.subjectFault(cl, e).Supported {
			together.add(e)
		}
	}
	if len(sources) > 1 && len(together.sentences) > 1 {
		return c.judge(cl, &together)
	}
	return first
}

// tryAlone judges the claim by one source: by its best sentence, or one that
// is as good. It returns the verdict by the best one, that evidence, and its score.
func (c *Checker) tryAlone(cl *claim, s *source) (Verdict, *evidence, float64) {
	var first Verdict
	var best *evidence
	order := c.rank(cl, s)
	top := s.sentences[order[0]].score
	for k, i := range order {
		if k > 0 && (k == maxChoices || s.sentences[i].score < nearlyBest*top || s.sentences[i].score == 0) {
			break
		}
		e := &evidence{}
		for _, n := range append([]int{i}, cl.beside(c, s, i)...) {
			e.add(&evidence{sentences: []*cited{c.sentence(s, n)}, zh: s.zh})
		}
		v := c.judge(cl, e)
		if v.Supported {
			return v, e, top
		}
		if k == 0 {
			first, best = v, e
		}
	}
	return first, best, top
}

// judge applies all rules.
func (c *Checker) judge(cl *claim, e *evidence) Verdict {
	return c.apply(cl, e,
		// what is not there
		c.subjectFault, c.figureFault, c.nameFault, c.hanNameFault, c.roundFault, c.quoteFault, c.denialFault, c.oppositeFault,
		// what is there, of something else
		c.labelFault, c.repeatFault, c.diffFault, c.slotFault, c.clauseFault, c.attributeFault, c.ownerFault,
		c.voiceFault, c.coverageFault)
}

// apply applies rules in turn and returns the first fault.
func (c *Checker) apply(cl *claim, e *evidence, rules ...func(*claim, *evidence) Verdict) Verdict {
	for _, rule := range rules {
		if v := rule(cl, e); !v.Supported {
			return v
		}
	}
	return supported
}
