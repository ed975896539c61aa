package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
)

// typed keeps, of a question that asks one project for names, persons or dates and for nothing else, the
// sentences that hold one where they speak of what is asked: a sentence that only shares a word with the
// question is no answer.
func (e *Engine) typed(p *plan.Plan, cands []candidate) []candidate {
	kind, attributes := e.asksPlainly(p)
	var tells func(*candidate) bool
	switch kind {
	case corpus.Name, corpus.Symbol:
		tells = func(c *candidate) bool {
			return slices.ContainsFunc(attributes, func(a corpus.Attribute) bool { return e.tellsName(p, c, a) })
		}
	case corpus.Person:
		tells = func(c *candidate) bool { return e.tellsPerson(p, c, attributes) }
	case corpus.When:
		tells = func(c *candidate) bool { return e.tellsWhen(c, attributes) }
	default:
		return cands
	}
	return slices.DeleteFunc(cands, func(c candidate) bool {
		return !c.concerns(p.Projects[0]) || !tells(&c) && !deniesAsked(&c, attributes)
	})
}

// deniesAsked reports whether c denies what is asked.
func deniesAsked(c *candidate, attributes []corpus.Attribute) bool {
	for _, f := range c.states {
		if f.Denied && slices.ContainsFunc(attributes, func(a corpus.Attribute) bool { return a.ID == f.Attribute || a.Kin == f.Attribute }) {
			return true
		}
	}
	return false
}

// asksPlainly returns the type of what a question asks of its one project, and the attributes; "" where it
// asks for other things beside, or for none of the types that are told by words alone.
func (e *Engine) asksPlainly(p *plan.Plan) (corpus.ValueType, []corpus.Attribute) {
	if len(p.Projects) != 1 || p.Intent != plan.Fact || p.Conflict || p.Counted != nil || len(p.Asked) > 0 || p.FollowUp && len(p.Attributes) == 0 {
		return "", nil
	}
	if slices.ContainsFunc(p.Concepts, func(c plan.Concept) bool { return c.Attribute == "" && c.Weight >= leastNarrowing }) {
		return "", nil
	}
	var kind corpus.ValueType
	var out []corpus.Attribute
	for _, a := range p.Attributes {
		if slices.ContainsFunc(p.Attributes, func(b corpus.Attribute) bool { return b.Kin == a.ID }) {
			continue // who gave the money, not the money
		}
		if kind != "" && a.Type != kind || len(a.Values) > 0 {
			return "", nil
		}
		kind = a.Type
		out = append(out, a)
	}
	if kind == corpus.Symbol && (len(p.Wants) > 0 || !asksWhere.MatchString(p.Text)) {
		return "", nil // what it is called is a sign, not a name
	}
	for _, t := range p.Wants {
		if t != kind && !(t == corpus.Person && kind == corpus.Name) {
			return "", nil
		}
	}
	if kind == corpus.When && len(p.Wants) == 0 {
		return "", nil // "its launch" may ask for anything about it
	}
	return kind, out
}

// asksWhere matches the words that ask for places rather than for signs.
var asksWhere = regexp.MustCompile(`(?i)\bwhere\b|\bon (?:which|what)\b|\b(?:which|what) \w+ (?:is|are|was|were|does|do)\b|哪|何处`)

// How far, in characters, a name stands from the word that says what it is.
const (
	nameBefore = 40
	nameBehind = 60
)

// tellsName reports whether c holds a word for the attribute and near it a name that is not the project's.
func (e *Engine) tellsName(p *plan.Plan, c *candidate, a corpus.Attribute) bool {
	text := withoutNames(p, c.text)
	cues := e.cues[a.ID]
	title := isTitleCase(text)
	sure := a.Kin == "" || slices.ContainsFunc(e.cues[a.Kin].state, func(w string) bool { return strings.Contains(c.normal, w) })
	words := slices.Concat(a.En, a.Zh)
	for _, b := range e.cfg.Vocabulary.Attributes { // who led a round invested in it
		if a.Kin != "" && b.Kin == a.Kin && len(b.All()) < len(a.All()) {
			words = slices.Concat(words, b.En, b.Zh)
		}
	}
	for _, w := range words {
		if slices.Contains(cues.vague, corpus.Normal(w)) && !sure {
			continue
		}
		for _, at := range e.wordsAt(text, w) {
			if e.nameNear(text, at[0], at[1], title) {
				return true
			}
		}
	}
	return false
}

// wordsAt returns where a cue stands in text: in Latin script in any inflection.
func (e *Engine) wordsAt(text, cue string) [][]int {
	if corpus.HanShare(cue) > 0 {
		if !strings.Contains(text, cue) {
			return nil
		}
		return regexp.MustCompile(regexp.QuoteMeta(cue)).FindAllStringIndex(text, -1)
	}
	known, ok := e.inflected.Load(cue)
	if !ok {
		known, _ = e.inflected.LoadOrStore(cue, regexp.MustCompile(`(?i)\b`+strings.ReplaceAll(regexp.QuoteMeta(cue), " ", `[a-z]{0,4}\s+`)+`[a-z]{0,4}\b`))
	}
	re, _ := known.(*regexp.Regexp)
	return re.FindAllStringIndex(text, -1)
}

// properNoun matches a word that is written like a name.
var properNoun = regexp.MustCompile(`[A-Z][\p{L}\d]*(?:[.'&-][\p{L}\d]+)*`)

// nameNear reports whether a name stands near the bytes [start, end) of a text, in the same part of it.
func (e *Engine) nameNear(text string, start, end int, title bool) bool {
	from, to := runesBack(text, start, nameBefore), runesOn(text, end, nameBehind)
	before, behind := text[from:start], text[end:to]
	switch i, by := strings.LastIndexAny(before, ";；。，"), strings.LastIndex(before, "由"); {
	case by >= 0 && !strings.ContainsAny(before[by:], ";；。"): // "由甲，乙等投资"
		before = before[by:]
	case i >= 0:
		before = before[i:]
	}
	if i := strings.IndexAny(behind, ";；。，"); i >= 0 {
		behind = behind[:i]
	}
	opening := properNoun.FindString(text[:min(len(text), nameBefore)]) // the first word has a capital, whatever it is
	for _, part := range []string{before, behind} {
		words := properNoun.FindAllString(part, -1)
		for i, w := range words {
			if e.isProper(w, i+1 < len(words), title || w == opening && strings.HasPrefix(strings.TrimSpace(text), w)) {
				return true
			}
		}
		if e.namesOrganisation(part) || e.namesCompanion(part) {
			return true
		}
	}
	return false
}

// namesCompanion reports whether a name of capitals alone stands right behind the word that puts it beside the
// project.
func (e *Engine) namesCompanion(text string) bool {
	return slices.ContainsFunc(companion.FindAllStringSubmatch(text, -1), func(m []string) bool { return !e.isCommon(m[1] + m[2]) })
}

var companion = regexp.MustCompile(`[与和同由]\s?([A-Z][A-Z0-9]+)\b|\b(?:with|by) ([A-Z][A-Z0-9]{2,})\b`)

// isCommon reports whether many passages hold a word.
func (e *Engine) isCommon(w string) bool {
	units := corpus.Units(w)
	return len(units) == 0 || slices.ContainsFunc(units, func(u string) bool { return e.freq.Holding(u)*commonShare > e.freq.Passages()+commonShare*minCommon })
}

// isProper reports whether a word with a capital is somebody's name: not a word that many passages hold, not a
// word of a title, and not letters alone but for those before another name.
func (e *Engine) isProper(w string, another, title bool) bool {
	if len([]rune(w)) < 3 || e.isCommon(w) || e.isCue(w) || slices.Contains(e.cfg.Vocabulary.Names.Suffixes, strings.ToLower(w)) {
		return false
	}
	inner := strings.IndexFunc(w[1:], unicode.IsUpper) >= 0
	lower := strings.IndexFunc(w, unicode.IsLower) >= 0
	if title {
		return inner && lower
	}
	return lower || another
}

// isCue reports whether a word is one by which an attribute is told, and so nobody's name.
func (e *Engine) isCue(w string) bool {
	normal := corpus.Normal(w)
	for _, cues := range e.cues {
		if slices.Contains(cues.all, normal) || slices.Contains(cues.state, normal) {
			return true
		}
	}
	return false
}

// A word that more than one passage in commonShare holds, and more than minCommon, is no name.
const (
	commonShare = 10
	minCommon   = 5
)

// namesOrganisation reports whether a text holds a name in characters: one that the vocabulary knows, or a word
// with an ending of organisations.
func (e *Engine) namesOrganisation(text string) bool {
	return e.orgs != nil && e.orgs.MatchString(text)
}

// organisations matches them.
func organisations(v *corpus.Vocabulary) *regexp.Regexp {
	var parts []string
	for _, w := range v.Names.Organisations {
		parts = append(parts, `\p{Han}{2,}`+regexp.QuoteMeta(w))
	}
	for _, w := range v.Names.Known {
		parts = append(parts, regexp.QuoteMeta(w))
	}
	if len(parts) == 0 {
		return nil
	}
	return regexp.MustCompile(strings.Join(parts, "|"))
}

func runesBack(s string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return at
}

func runesOn(s string, at, n int) int {
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

// isTitleCase reports whether most words of a text begin with capitals, as in a heading.
func isTitleCase(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	n := 0
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) {
			n++
		}
	}
	return corpus.HanShare(text) == 0 && len(words) > 1 && n*10 >= len(words)*6
}

// nearRole is how far, in characters, a person stands from the word for what they are or did.
const nearRole = 45

// tellsPerson reports whether c names a person beside a word for the attribute, or says by whom it was done.
func (e *Engine) tellsPerson(p *plan.Plan, c *candidate, attributes []corpus.Attribute) bool {
	text := e.withoutProjects(c.text)
	for _, a := range attributes {
		for _, w := range slices.Concat(a.State.All(), a.En, a.Zh) {
			for _, at := range e.wordsAt(text, w) {
				around := text[runesBack(text, at[0], nearRole):at[0]] + " | " + text[at[1]:runesOn(text, at[1], nearRole)]
				if e.namesPerson(around) {
					return true
				}
			}
		}
	}
	ours := len(c.names) > 0 || len(c.about) == 1 && len(e.cfg.Catalogue.Find(c.text)) == 0
	return ours && e.saysByWhom(c.text, attributes)
}

// namesPerson reports whether a text holds a person's name.
func (e *Engine) namesPerson(text string) bool {
	for _, m := range valueForms[corpus.Person].FindAllString(text, -1) {
		if corpus.HanShare(m) > 0 {
			return true
		}
		if slices.ContainsFunc(strings.Fields(m), func(w string) bool { return e.isProper(w, false, false) }) {
			return true
		}
	}
	return false
}

// withoutProjects cuts the names of all projects out of a text.
func (e *Engine) withoutProjects(text string) string {
	found := e.cfg.Catalogue.Find(text)
	for i := len(found) - 1; i >= 0; i-- {
		if m := found[i]; m.Exact && m.End <= len(text) {
			text = text[:m.Start] + " " + text[m.End:]
		}
	}
	return text
}

// madeWords are words for making a thing, by which a text says by whom it was made.
var madeWords = []string{"构建", "开发", "打造", "创立", "创建", "创办", "研发", "built", "made", "developed", "created"}

// saysByWhom reports whether a text says by whom the attribute was done: "founded by a team of", "由…团队创立".
func (e *Engine) saysByWhom(text string, attributes []corpus.Attribute) bool {
	for _, a := range attributes {
		for _, w := range slices.Concat(a.State.All(), a.En, a.Zh, madeWords) {
			for _, at := range e.wordsAt(text, w) {
				if corpus.HanShare(w) == 0 {
					if byBehind.MatchString(text[at[1]:]) {
						return true
					}
					continue
				}
				before := text[runesBack(text, at[0], nearRole):at[0]]
				if byBefore.MatchString(before) || slices.Contains(madeWords, w) && strings.HasSuffix(before, "团队") {
					return true
				}
			}
		}
	}
	return false
}

var (
	byBehind = regexp.MustCompile(`^ by \S`)
	byBefore = regexp.MustCompile(`由[^，。；]+$`)
)

// tellsWhen reports whether c dates what is asked: it states such a fact, or a part of it holds a date and a
// word for the attribute.
func (e *Engine) tellsWhen(c *candidate, attributes []corpus.Attribute) bool {
	if slices.ContainsFunc(e.factsOf(c), func(f catalogue.Fact) bool {
		return f.Value.Kind == corpus.When && e.isHappening(f.Attribute)
	}) {
		return true
	}
	for _, part := range partEnds.Split(c.text, -1) {
		normal := corpus.Normal(part)
		told := slices.ContainsFunc(attributes, func(a corpus.Attribute) bool {
			return slices.ContainsFunc(e.cues[a.ID].all, func(w string) bool { return strings.Contains(normal, w) })
		})
		if told && (holds(part, []corpus.ValueType{corpus.When}) || e.denials.MatchString(corpus.Fold(part))) {
			return true
		}
	}
	return false
}

// isHappening reports whether an attribute is of a date.
func (e *Engine) isHappening(id string) bool {
	return e.attribute(id).Type == corpus.When
}
