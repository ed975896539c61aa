package plan

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// readAttributes finds the attributes that rest asks for and what the answer
// must hold, makes a concept of each attribute, and returns rest without their words.
func (p *Planner) readAttributes(pl *Plan, rest string) string {
	rest = withoutAlternative(rest)
	text := rest
	var asked []string
	for _, c := range p.asks {
		if !strings.Contains(text, c.phrase) || c.phrase == " when " && whileIt.MatchString(pl.Text) && !strings.Contains(strings.ToLower(pl.Text), "and when") {
			continue
		}
		if !slices.Contains(pl.Wants, c.of.Type) {
			pl.Wants = append(pl.Wants, c.of.Type)
		}
		if !strings.Contains(c.phrase, " 谁 ") && c.of.Type != corpus.Link {
			asked = append(asked, c.phrase)
		}
	}
	matched := map[string][]string{}
	consumed := map[string]bool{} // a cue may stand for several attributes; a shorter one inside a longer counts for nothing
	for _, c := range p.attributes {
		if !consumed[c.phrase] && !strings.Contains(withoutVerbs(p.withoutTerms(text, c.phrase), c.phrase), c.phrase) || isSingleHan(c.phrase) && !p.standsAlone(rest, c.phrase) || p.straddles(rest, c.phrase) {
			continue
		}
		consumed[c.phrase] = true
		if matched[c.of.ID] == nil {
			pl.Attributes = append(pl.Attributes, c.of)
		}
		matched[c.of.ID] = append(matched[c.of.ID], c.phrase)
		text = strings.ReplaceAll(text, c.phrase, "  ")
	}
	for _, a := range pl.Attributes {
		cues := matched[a.ID]
		for _, asked := range cues {
			c := p.attributeConcept(a, []string{asked})
			c.Weight /= math.Sqrt(float64(len(cues))) // several words for one thing weigh more than one, but not each as much
			pl.Concepts = append(pl.Concepts, c)
		}
	}
	for _, phrase := range asked {
		text = strings.ReplaceAll(text, phrase, "  ") // "which month" asks for a date, not for a month
	}
	return text
}

// whileIt matches a question in which "when" asks for no date: it stands behind another asking word and
// before a subject, as in "what can one see when the store is full".
var whileIt = regexp.MustCompile(`(?i)\b(?:what|who|which|how|why|where)\b[^,;.?]*\w when (?:you|i|we|they|it|one|a|an|the|my|your|users?|someone|somebody|there)\b`)

// withoutVerbs takes the words out of a text that a Chinese cue and the suffix 化 make: to 电气化 a thing
// asks for no 电气.
func withoutVerbs(text, cue string) string {
	if bare := strings.TrimSpace(cue); bare != "" && corpus.IsHan([]rune(bare)[0]) {
		return strings.ReplaceAll(text, cue+"化 ", "  ")
	}
	return text
}

// straddles reports whether a Chinese cue stands in text only where a word that the planner knows ends
// within it: "项目的" holds no 目的.
func (p *Planner) straddles(text, cue string) bool {
	if bare := strings.TrimSpace(cue); bare == "" || !corpus.IsHan([]rune(bare)[0]) {
		return false
	}
	units := strings.Fields(cue)
	found := false
	for _, run := range runs(text) {
		begins := p.wordStarts(run)
		for i := 0; i+len(units) <= len(run); i++ {
			if !slices.Equal(run[i:i+len(units)], units) {
				continue
			}
			if begins[i] {
				return false
			}
			found = true
		}
	}
	return found
}

// wordStarts tells of each character of a run whether a word may begin with it: not where a longer
// word, read from the left, goes over it and ends before a word that begins with it does.
func (p *Planner) wordStarts(run []string) []bool {
	out := make([]bool, len(run))
	for i := 0; i < len(run); {
		out[i] = true
		i += max(p.wordAt(run[i:]), 1)
	}
	return out
}

// wordAt returns the length of the longest word for what projects are, or stop word, at the start of run; 0 for none.
func (p *Planner) wordAt(run []string) int {
	best := 0
	for _, w := range p.plainHan {
		if n := len(w); n > best && n <= len(run) && slices.Equal(run[:n], w) {
			best = n
		}
	}
	return best
}

// withoutAlternative takes the alternative out of a Chinese question of the form "A or not A":
// "便不便宜" asks about 便宜.
func withoutAlternative(rest string) string {
	units := strings.Split(rest, " ")
	for i := 0; i+2 < len(units); i++ {
		if units[i] != "" && units[i] == units[i+2] && (units[i+1] == "不" || units[i+1] == "没") {
			units = slices.Delete(units, i, i+2)
		}
	}
	return strings.Join(units, " ")
}

// attributeWeight is the weight of an attribute's concept: its words are common,
// but they are the point of the question.
const attributeWeight = 0.6

// isAsked reports whether a cue in normal form is one that only questions have.
func isAsked(a corpus.Attribute, cue string) bool {
	return slices.ContainsFunc(a.Asked.All(), func(w string) bool {
		before, after, _ := strings.Cut(w, " X ")
		return corpus.Normal(before+" "+after) == cue || corpus.Normal(w) == cue
	})
}

// attributeConcept holds the cues that were asked with, their translations, and
// then the attribute's other cues.
func (p *Planner) attributeConcept(a corpus.Attribute, asked []string) Concept {
	c := Concept{Text: strings.TrimSpace(asked[0]), Attribute: a.ID, Weight: attributeWeight}
	add := func(n string) {
		if !slices.Contains(c.Alternatives, n) {
			c.Alternatives = append(c.Alternatives, n)
		}
	}
	for _, n := range asked {
		add(n)
	}
	for _, n := range asked {
		bare := strings.TrimSpace(n)
		for _, t := range slices.Concat(p.glossary.FromEnglish(bare), p.glossary.FromChinese(strings.ReplaceAll(bare, " ", ""))) {
			add(corpus.Normal(t))
		}
		for _, s := range p.synonyms[n] {
			add(s)
		}
	}
	c.Strong = len(c.Alternatives)
	for _, w := range a.All() {
		add(corpus.Normal(w))
	}
	for _, b := range p.attributes {
		if a.Kin != "" && b.of.Kin == a.Kin { // who led a round invested in it
			add(b.phrase)
		}
	}
	if isAsked(a, asked[0]) { // a phrase of questions stands for all of them
		c.Strong = len(c.Alternatives)
	}
	return c
}

// withoutTerms returns text without the terms of several words that a shorter phrase is only part of: the "work" in
// "proof of work" asks for nothing.
func (p *Planner) withoutTerms(text, phrase string) string {
	if corpus.HanShare(phrase) > 0 || strings.Count(phrase, " ") > 2 || !strings.Contains(text, " of ") || !strings.Contains(text, phrase) {
		return text
	}
	for _, run := range runs(text) {
		for i := range run {
			if n := p.synonymPhrase(run[i:]); n > 2 && slices.Contains(run[i:i+n], "of") {
				text = strings.ReplaceAll(text, " "+strings.Join(run[i:i+n], " ")+" ", "  ")
			}
		}
	}
	return text
}
