package plan

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// readConcepts turns the words that are left into concepts.
func (p *Planner) readConcepts(pl *Plan, rest string) {
	text := rest + p.unname(pl)
	for _, s := range p.stopHan {
		if !isSingleHan(s) {
			text = strings.ReplaceAll(text, s, "  ")
		}
	}
	for _, run := range runs(text) {
		if corpus.IsHan([]rune(run[0])[0]) {
			pl.Concepts = append(pl.Concepts, p.hanConcepts(run)...)
			continue
		}
		for i := 0; i < len(run); i++ {
			u := run[i]
			if p.stop[u] || len(u) == 1 && (u < "0" || u > "9") {
				if n, zh := p.glossary.Phrase(run[i:]); n > 1 && !p.stop[run[i+1]] { // "use case" is a word of its own
					if c := p.phraseConcept(run[i:i+n], zh); c.Weight < phraseShare*unknownWeight {
						pl.Concepts = append(pl.Concepts, c)
					}
				}
				continue
			}
			if n := p.synonymPhrase(run[i:]); n > 0 {
				pl.Concepts = append(pl.Concepts, p.wordConcept(strings.Join(run[i:i+n], " ")))
				i += n - 1
				continue
			}
			if n, zh := p.glossary.Phrase(run[i:]); n > 0 {
				pl.Concepts = append(pl.Concepts, p.phraseConcept(run[i:i+n], zh))
			}
			pl.Concepts = append(pl.Concepts, p.latinConcept(u))
		}
	}
	pl.Concepts = unique(pl.Concepts)
}

// unname takes the concepts back that only look like names: those of the asked projects
// themselves, which tell nothing more, and headings such as "Using Sensors", whose words it
// returns.
func (p *Planner) unname(pl *Plan) string {
	words := ""
	pl.Concepts = slices.DeleteFunc(pl.Concepts, func(c Concept) bool {
		if !c.Name {
			return false
		}
		if slices.ContainsFunc(pl.Projects, func(pr *catalogue.Project) bool {
			return slices.ContainsFunc(pr.Names(), func(n string) bool { return corpus.Normal(n) == c.Alternatives[0] })
		}) {
			return true
		}
		units := strings.Fields(c.Text)
		if p.stop[units[0]] || p.stop[units[len(units)-1]] {
			words += "  " + c.Text + "  "
			return true
		}
		return false
	})
	for i := range pl.Concepts {
		if c := &pl.Concepts[i]; c.Name {
			p.halfTranslated(c)
		}
	}
	return words
}

// halfTranslated adds the forms of a name in which one word is written in the other language or
// by its synonym: "Gate 节点" for "gate node".
func (p *Planner) halfTranslated(c *Concept) {
	units := strings.Fields(c.Text)
	for i, u := range units {
		for _, s := range p.synonyms[" "+u+" "] {
			other := slices.Clone(units)
			other[i] = strings.TrimSpace(s)
			c.Alternatives = slices.Insert(c.Alternatives, c.Strong, " "+strings.Join(other, " ")+" ")
			c.Strong++
		}
	}
}

// runs cuts a normal form into runs of Han characters and runs of words.
func runs(normal string) [][]string {
	var out [][]string
	var cur []string
	han := false
	for _, part := range strings.Split(normal, "  ") { // a double blank is where something was cut out
		for _, u := range strings.Fields(part) {
			h := corpus.IsHan([]rune(u)[0])
			if len(cur) > 0 && h != han {
				out, cur = append(out, cur), nil
			}
			cur, han = append(cur, u), h
		}
		if len(cur) > 0 {
			out, cur = append(out, cur), nil
		}
	}
	return out
}

// synonymPhrase returns how many units at the start of run make up the longest phrase of
// two units or more that has synonyms; 0 for none.
func (p *Planner) synonymPhrase(run []string) int {
	for n := min(len(run), maxSynonym); n >= 2; n-- {
		if len(p.synonyms[" "+strings.Join(run[:n], " ")+" "]) > 0 {
			return n
		}
	}
	return 0
}

// maxSynonym is the most units of a phrase with synonyms.
const maxSynonym = 4

func (p *Planner) latinConcept(u string) Concept { return p.wordConcept(u) }

// wordConcept is the concept of a word, or of a phrase with synonyms.
func (p *Planner) wordConcept(u string) Concept {
	c := Concept{Text: u, Alternatives: []string{" " + u + " "}}
	for _, t := range p.glossary.FromEnglish(u) {
		if n := corpus.Normal(t); !isSingleHan(n) { // one character is part of too many words
			c.Alternatives = append(c.Alternatives, n)
		}
	}
	c.Alternatives = append(c.Alternatives, p.synonyms[c.Alternatives[0]]...)
	if other := p.otherNumber(u); other != "" {
		c.Alternatives = append(c.Alternatives, " "+other+" ")
	}
	if other := otherSpelling(u); other != "" {
		c.Alternatives = append(c.Alternatives, " "+other+" ")
		for _, t := range p.glossary.FromEnglish(other) {
			if n := corpus.Normal(t); !isSingleHan(n) {
				c.Alternatives = append(c.Alternatives, n)
			}
		}
	}
	if apart := p.apart(u); apart != "" {
		c.Alternatives = append(c.Alternatives, apart)
	}
	if m := numbered.FindStringSubmatch(u); m != nil {
		c.Alternatives = append(c.Alternatives, " "+m[1]+m[2]+" ", " "+m[1]+"-"+m[2]+" ", " "+m[1]+" "+m[2]+" ")
	}
	c.Strong = len(c.Alternatives)
	c.Weight = p.weight(u, c.Alternatives)
	p.addKin(&c, p.glossary.FromEnglish(u), p.glossary.FromChinese)
	return c
}

// addKin gives a word that no passage holds as it is written the words that translate to the same as it
// does: what is asked for as "disturb" the reports may tell as "interfere". They are kin, not the word.
func (p *Planner) addKin(c *Concept, there []string, back func(string) []string) {
	if p.holding(c.Alternatives[0]) > 0 {
		return
	}
	for _, t := range there {
		for _, k := range back(t) {
			if n := corpus.Normal(k); !slices.Contains(c.Alternatives, n) && p.holding(n) > 0 && !isSingleHan(n) {
				c.Alternatives = append(c.Alternatives, n)
			}
		}
	}
}

// otherSpelling returns the stem of a word in the spelling of the other side of the Atlantic; "" for none.
func otherSpelling(u string) string {
	for _, s := range [][2]string{{"is", "iz"}, {"isat", "iz"}, {"our", "or"}, {"tre", "ter"}} {
		if bare, ok := strings.CutSuffix(u, s[0]); ok && len(bare) >= leastApart {
			return stemOf(bare + s[1] + "e")
		}
	}
	return ""
}

// otherNumber returns the plural of an acronym, or the singular of its plural, where a passage
// holds it: stemming leaves short words alone. "" for none.
func (p *Planner) otherNumber(u string) string {
	other := u + "s"
	if bare, ok := strings.CutSuffix(u, "s"); ok {
		other = bare
	}
	if len(u) < 2 || len(u) > maxAcronym || p.freq.Holding(other) == 0 {
		return ""
	}
	return other
}

// apart returns the two words, in normal form, that the passages write for a word that none of them
// holds: "pre seed" for "preseed". "" for none.
func (p *Planner) apart(u string) string {
	if p.freq.Holding(u) > 0 {
		return ""
	}
	for i := leastApart; i+2 <= len(u); i++ {
		if p.freq.Holding(u[:i]) == 0 {
			continue
		}
		for _, end := range []string{"", "ed", "ing", "e"} { // what the stem may have cut off
			tail := u[i:] + end
			if n := " " + u[:i] + " " + tail + " "; len(tail) >= leastApart && p.freq.Holding(tail) > 0 && p.freq.Phrase(n) {
				return n
			}
		}
	}
	return ""
}

// leastApart is the least length of each of two words written in one.
const leastApart = 3

// maxAcronym is the most letters of an acronym, its plural's included.
const maxAcronym = 5

// numbered matches a name with its number, which reports write in one word or in two: "mk3", "mk-3", "mk 3".
var numbered = regexp.MustCompile(`^([a-z]+)-?([0-9]+)$`)

// phraseConcept stands for a phrase as a whole, beside its words: it matches
// the other language only, and weighs little here.
func (p *Planner) phraseConcept(units, zh []string) Concept {
	c := Concept{Text: strings.Join(units, " "), Alternatives: []string{" " + strings.Join(units, " ") + " "}}
	for _, t := range zh {
		c.Alternatives = append(c.Alternatives, corpus.Normal(t))
	}
	c.Strong = len(c.Alternatives)
	c.Weight = phraseShare * p.weight(c.Text, c.Alternatives)
	return c
}

// phraseShare is what a phrase weighs beside the words in it.
const phraseShare = 0.5

// hanConcepts cuts a run of Han characters into the glossary's words and pairs
// of what is left.
func (p *Planner) hanConcepts(run []string) []Concept {
	var out []Concept
	flush := func(from, to int) {
		for from < to {
			end := from
			for end < to && !p.isStopHan(run[end]) {
				end++
			}
			if end-from == 1 {
				out = append(out, p.hanConcept(run[from:end], nil, 0.3))
			}
			for i := from; i+1 < end; i++ { // the pairs of one phrase weigh more than one, but not each as much
				out = append(out, p.hanConcept(run[i:i+2], nil, pairShare/math.Sqrt(float64(end-from-1))))
			}
			from = end + 1
		}
	}
	from := 0
	for i := 0; i < len(run); {
		n, en := p.longest(run[i:])
		if n == 0 {
			i++
			continue
		}
		flush(from, i)
		out = append(out, p.hanConcept(run[i:i+n], en, 1))
		out = append(out, p.partsOf(run[i:i+n])...)
		i += n
		from = i
	}
	flush(from, len(run))
	return out
}

// pairShare is what a pair of characters weighs that the glossary does not know.
const pairShare = 0.7

// partsOf cuts a glossary word of four characters or more into two words that the
// glossary knows too: what a text says of the parts tells something of the whole.
func (p *Planner) partsOf(run []string) []Concept {
	if len(run) < 4 {
		return nil
	}
	for n := len(run) - 2; n >= 2; n-- {
		head, tail := p.glossary.FromChinese(strings.Join(run[:n], "")), p.glossary.FromChinese(strings.Join(run[n:], ""))
		if len(head) > 0 && len(tail) > 0 {
			return []Concept{p.hanConcept(run[:n], head, partShare), p.hanConcept(run[n:], tail, partShare)}
		}
	}
	return nil
}

// partShare is what a part of a word weighs beside the word.
const partShare = 0.6

// isStopHan reports whether a single character is a stop word.
func (p *Planner) isStopHan(c string) bool { return slices.Contains(p.stopHan, " "+c+" ") }

// isSingleHan reports whether a normal form is one Han character. Such a word may
// be part of another one, and counts only where the glossary knows no longer word.
func isSingleHan(normal string) bool {
	bare := strings.TrimSpace(normal)
	return utf8.RuneCountInString(bare) == 1 && corpus.IsHan([]rune(bare)[0])
}

// standsAlone reports whether the single character c stands in text outside of the
// longer words that the glossary knows.
func (p *Planner) standsAlone(text, c string) bool {
	bare := strings.TrimSpace(c)
	for _, run := range runs(text) {
		for i := 0; i < len(run); {
			n, _ := p.longest(run[i:])
			if n == 0 {
				if run[i] == bare {
					return true
				}
				n = 1
			}
			i += n
		}
	}
	return false
}

// readSynonyms makes every member of a group stand for the others.
func (p *Planner) readSynonyms(groups [][]string) {
	p.synonyms = map[string][]string{}
	for _, g := range groups {
		for _, w := range g {
			n := corpus.Normal(w)
			for _, o := range g {
				if m := corpus.Normal(o); m != n && !slices.Contains(p.synonyms[n], m) {
					p.synonyms[n] = append(p.synonyms[n], m)
				}
			}
		}
	}
}

// longest returns the length of the longest glossary word, of two characters
// or more, at the start of run, and its translations.
func (p *Planner) longest(run []string) (int, []string) {
	for n := min(len(run), corpus.MaxGlossaryRunes); n >= 2; n-- {
		if en := p.glossary.FromChinese(strings.Join(run[:n], "")); len(en) > 0 {
			return n, en
		}
		if len(p.synonyms[" "+strings.Join(run[:n], " ")+" "]) > 0 {
			return n, nil
		}
	}
	return 0, nil
}

func (p *Planner) hanConcept(chars, en []string, share float64) Concept {
	c := Concept{Text: strings.Join(chars, ""), Alternatives: []string{" " + strings.Join(chars, " ") + " "}}
	for _, t := range en {
		c.Alternatives = append(c.Alternatives, corpus.Normal(t))
	}
	c.Alternatives = append(c.Alternatives, p.synonyms[c.Alternatives[0]]...)
	c.Strong = len(c.Alternatives)
	c.Weight = share * p.weight(c.Text, c.Alternatives)
	p.addKin(&c, en, func(w string) []string { return p.glossary.FromEnglish(strings.Join(corpus.Units(w), " ")) })
	return c
}

// unique joins concepts of the same text.
func unique(l []Concept) []Concept {
	var out []Concept
	for _, c := range l {
		if !slices.ContainsFunc(out, func(o Concept) bool { return o.Text == c.Text }) {
			out = append(out, c)
		}
	}
	return out
}

// weight is the inverse document frequency of a word, scaled to 0..1; of a
// word that the corpus does not hold, that of its commonest translation, and
// 1 when it holds none of them.
func (p *Planner) weight(text string, alternatives []string) float64 {
	total := float64(p.freq.Passages())
	df := 0
	for _, alt := range append([]string{" " + text + " "}, alternatives...) {
		if n := p.holding(alt); n > 0 && (df == 0 || n > df) {
			df = n
		}
	}
	if df == 0 || total == 0 {
		return unknownWeight
	}
	return max(0.05, math.Log((total+1)/(float64(df)+0.5))/math.Log(total+1))
}

// unknownWeight is the weight of a word that no passage holds in any language.
const unknownWeight = 1

// holding estimates how many passages hold the phrase: those that hold its
// rarest unit or pair of Han characters.
func (p *Planner) holding(normal string) int {
	units := strings.Fields(normal)
	best := -1
	note := func(unit string) {
		if n := p.freq.Holding(unit); best < 0 || n < best {
			best = n
		}
	}
	for i, u := range units {
		if i+1 < len(units) && corpus.IsHan([]rune(u)[0]) && corpus.IsHan([]rune(units[i+1])[0]) {
			note(u + units[i+1])
			continue
		}
		note(u)
	}
	return max(best, 0)
}

// expansion returns what the search adds to the question: the other names of
// the projects, the cue words of the attributes, the translations.
func expansion(pl *Plan) string {
	var b strings.Builder
	for _, p := range pl.Projects {
		for _, n := range p.Names() {
			b.WriteString(n + " ")
		}
	}
	for _, c := range pl.Concepts {
		for _, a := range c.Alternatives[1:] {
			b.WriteString(strings.TrimSpace(a) + " ")
		}
	}
	return b.String()
}
