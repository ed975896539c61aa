package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// settle brings intent, attributes and wants into line.
func (p *Planner) settle(pl *Plan, question string) {
	if len(pl.Projects) == 1 && len(pl.Attributes) == 0 && len(pl.Concepts) == 0 {
		p.assume(pl)
	}
	pl.Conflict = pl.Conflict || toConfirm.MatchString(question)
	withoutSum(pl, question)
	withoutOwner(pl, question)
	p.withoutRound(pl)
	types := typesOf(pl.Attributes)
	pl.Defines = pl.Intent == Define && len(pl.Projects) > 0 && definesName(question, pl.Projects[0])
	switch {
	case pl.Intent == Define && len(pl.Projects) > 0 && len(types) > 0:
		pl.Intent = Fact // "who is the CEO of", "what is the price of"
	case pl.Intent == Define && len(types) > 0 && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Name }):
		pl.Intent = Fact // the same, of what has a name and is no project
	case pl.Intent == Define && len(types) > 0 && ofWhom.MatchString(question):
		pl.Intent = Fact // "what is Acme's price"
	case pl.Intent == Define && len(pl.Wants) == 0:
		return // a notion is explained, whatever attribute its name sounds like
	case pl.Intent == Fact && len(pl.Projects) > 1 && which.MatchString(question):
		pl.Intent, pl.Wants = Compare, nil
	case pl.Intent == Fact && len(pl.Projects) == 1 && len(pl.Concepts) > 0 && len(pl.Attributes) == 0 && len(pl.Wants) == 0 && forWhat.MatchString(question):
		pl.Intent = Define // what a part of it does: the sentence that begins with the part says it
		return
	case pl.Intent == Fact && len(pl.Projects) > 1 && ofEach.MatchString(question):
		pl.Intent = Compare
	}
	if pl.Intent != Compare && p.whoOf(pl) { // who raised more: a project
		return
	}
	if pl.Conflict && (len(pl.Projects) == 0 || pl.Unknown == "" && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && !c.Name && c.Weight >= leastDoubted })) {
		pl.Wants = nil // what is said for and against holds no figure
		return
	}
	if len(pl.Wants) > 0 || !asksOtherwise(pl, question) && !asksWhether(pl, question) {
		pl.Wants = refine(pl.Wants, typesOf(asked(pl)))
	}
	if muchMore.MatchString(question) {
		pl.Wants = []corpus.ValueType{corpus.Number} // how much cheaper: a share as well as a sum
	}
	if i := slices.Index(pl.Wants, corpus.Person); i >= 0 && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Name }) {
		pl.Wants = slices.Delete(pl.Wants, i, i+1) // who invested: a firm
	}
}

// byWhatMeans matches a question for the way in which something is done.
var byWhatMeans = regexp.MustCompile(`(?i)\bhow (?:do|does|can|could|would|to)\b|怎么|怎样|如何|咋`)

// whether matches the beginning of a question for yes or no.
var whether = regexp.MustCompile(`(?i)^\W*(?:does|do|can|could|will|would)\s`)

// asksWhether reports whether a question is for yes or no about something else than its attributes: no sum need stand
// in the answer to "does it give the money back".
func asksWhether(pl *Plan, question string) bool {
	return whether.MatchString(question) && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && c.Weight >= leastDoubted })
}

// leastDoubted is the weight from which on a word is what a question doubts.
const leastDoubted = 0.6

// withoutSum makes words of what is earned words like others where the question is how, or for what else is told in
// words, not how much.
func withoutSum(pl *Plan, question string) {
	prose := slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Prose && len(a.Asked.All()) > 0 })
	if len(pl.Wants) > 0 || !prose && !byWhatMeans.MatchString(question) || !slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == earnedAttribute }) {
		return
	}
	pl.Attributes = slices.DeleteFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Amount })
	for i := range pl.Concepts {
		if c := &pl.Concepts[i]; c.Attribute != "" && !slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.Attribute }) {
			c.Attribute = ""
		}
	}
}

// earnedAttribute is the attribute of what is earned.
const earnedAttribute = "revenue"

// withoutRound drops an attribute that only the name of a round stands for where another sum is asked for: "the
// valuation at the series A".
func (p *Planner) withoutRound(pl *Plan) {
	sums := 0
	for _, a := range pl.Attributes {
		if a.Type == corpus.Amount {
			sums++
		}
	}
	if sums < 2 {
		return
	}
	pl.Attributes = slices.DeleteFunc(pl.Attributes, func(a corpus.Attribute) bool {
		return a.Type == corpus.Amount && !slices.ContainsFunc(pl.Concepts, func(c Concept) bool {
			return c.Attribute == a.ID && !slices.Contains(p.rounds, c.Alternatives[0])
		})
	})
	for i := range pl.Concepts {
		if c := &pl.Concepts[i]; c.Attribute != "" && slices.Contains(p.rounds, c.Alternatives[0]) && !slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.Attribute }) {
			c.Attribute = "" // a word like others
		}
	}
}

// ofWhom matches a name that something is asked of.
var ofWhom = regexp.MustCompile(`\p{Lu}[\p{L}\d.]*['’]s\s|\bof \p{Lu}[\p{L}\d.]+`)

// muchMore matches a question for a difference.
var muchMore = regexp.MustCompile(`(?i)\bhow much (?:more|less|\w+er)\b|(?:便宜|贵|省|高|低|快|慢|大|小|强|提升|提高|降低|减少|增加|增长)(?:了|出)?多少|百分之(?:几|多少)|几分之几|几折|\bwhat (?:percent|percentage|fraction|share)\b`)

// withoutOwner drops the symbol of a question for a value of the symbol's: "the supply of Acme's token",
// "舰队的总量" do not ask what the symbol is called.
func withoutOwner(pl *Plan, question string) {
	full := corpus.Normal(question)
	symbol, figure, cue := -1, -1, ""
	for _, c := range pl.Concepts {
		i := slices.IndexFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.Attribute })
		at := strings.Index(full, c.Alternatives[0])
		if i < 0 || at < 0 {
			continue
		}
		switch pl.Attributes[i].Type {
		case corpus.Symbol:
			symbol, cue = at, c.Alternatives[0]
		case corpus.Amount, corpus.Number, corpus.When:
			figure = at
		}
	}
	if symbol < 0 || figure < 0 {
		return
	}
	between := full[min(symbol, figure):max(symbol, figure)]
	before := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(between), " 的")) == strings.TrimSpace(cue)
	if symbol < figure && !before || symbol > figure && !strings.Contains(between, " of ") || strings.Contains(between, " and ") {
		return
	}
	pl.Attributes = slices.DeleteFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Symbol })
	pl.Wants = slices.DeleteFunc(pl.Wants, func(t corpus.ValueType) bool { return t == corpus.Symbol })
}

// forWhat matches a question for what something does or is for.
var forWhat = regexp.MustCompile(`(?i)\bwhat (?:do|does) .+ do(?: (?:at|in|for|on|within|inside) .+)?\s*\??\s*$|\b(?:used |good )?for\s*\??\s*$|(?:做|干)什么用|有(?:什么|啥|何)用|干(?:嘛|啥|什么)(?:的|用)|起什么作用`)

// toConfirm matches the end of a question that wants what it says confirmed.
var toConfirm = regexp.MustCompile(`(?i)\b(?:right|true|correct|huh|is(?:n['’]?t| it| that) (?:it|so|true|right))\s*[?!.]*\s*$|(?:对吗|对吧|对不对|是吧|是吗|没错吧|真的吗|真的假的)\s*[？?]*\s*$`)

// ofEach matches the words that ask the same of several.
var ofEach = regexp.MustCompile(`(?i)\b(each|respectively)\b|分别|各自|各(?:是|有|用|做)`)

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
// the investors behind money raised; else any name will do, and whoOf reports that no
// value of the attribute is wanted: "who gets the revenue" asks for no sum.
func (p *Planner) whoOf(pl *Plan) bool {
	i := slices.Index(pl.Wants, corpus.Person)
	if i < 0 || slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Person || a.Type == corpus.Name }) {
		return false
	}
	pl.Wants = slices.Delete(slices.Clone(pl.Wants), i, i+1)
	for _, c := range p.attributes {
		if c.of.Kin != "" && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.of.Kin }) {
			pl.Attributes = []corpus.Attribute{c.of}
			k := p.attributeConcept(c.of, []string{c.phrase})
			k.Strong = len(k.Alternatives)
			pl.Concepts = append(pl.Concepts, k)
			return false
		}
	}
	return len(pl.Wants) == 0 && len(pl.Attributes) > 0
}

// asksOtherwise reports whether a question that names an attribute asks for no value of it: it asks
// how or why, for another thing ("which motor is behind it"), or for something of the attribute's
// ("team allocation").
func asksOtherwise(pl *Plan, question string) bool {
	full := corpus.Normal(question)
	return explanation.MatchString(question) || noValue.MatchString(question) || thingBehind(question) || byWhom.MatchString(question) || asksForThing(pl, full) || modifies(pl, full)
}

// asked returns the attributes of which a question without an asking word wants a value. Words for
// what can be counted stand in many a question for the things themselves ("what do users see"): where
// another word, one that a passage knows, tells more, no number is asked for; nor of an attribute that
// gathers unlike things.
func asked(pl *Plan) []corpus.Attribute {
	return slices.DeleteFunc(slices.Clone(pl.Attributes), func(a corpus.Attribute) bool {
		return a.Loose || a.Type == corpus.Number && slices.ContainsFunc(pl.Concepts, func(c Concept) bool {
			return c.Attribute == "" && c.Weight >= attributeWeight && c.Weight < unknownWeight
		})
	})
}

// byWhom matches the words that ask who did a thing, of whatever kind.
var byWhom = regexp.MustCompile(`(?i)\b(?:by|from|with|for) (?:which|what|whom|who)\b|\b(?:which|what) (?:compan(?:y|ies)|firms?|organi[sz]ations?|institutions?|groups?)\b|哪(?:几|些)?(?:家|个)(?:公司|企业|机构|组织|团队)`)

// explanation matches the words that ask how or why something is.
var explanation = regexp.MustCompile(`(?i)\bwhy\b|\bhow (?:can|could|do|does|did|is|are|was|were|to|would|will|should|come)\b|为什么|为何|为啥|怎么|怎样|如何`)

// noValue matches the words that ask for a span of time or for a use, whatever attribute stands beside
// them, and those that ask for what somebody gets or does rather than for a sum.
var noValue = regexp.MustCompile(`(?i)\bhow (?:long|often|far)\b|\bwhat (?:do|does|can|will|would) (?:you|i|we|they|users?|people|one|someone|holders?|developers?)\b|\bused? for\b|多久|多长时间|干嘛|干啥|干什么|做什么|有(?:什么|啥)用|用途|用来|为了(?:什么|啥)|\b(?:which|what) (?:stock )?exchanges?\b|哪(?:个|些|家|几家)?交易所|给谁|(?:哪些|什么)人`)

// thingBehind reports whether a question asks for something behind its subject, as the idea behind it, and
// for nobody.
func thingBehind(question string) bool {
	m := wordBehind.FindStringSubmatch(question)
	return m != nil && !slices.Contains([]string{"is", "s", "are", "was", "were", "who", "whos", "stands", "team", "people", "person", "company", "those"}, strings.ToLower(m[1]))
}

var wordBehind = regexp.MustCompile(`(?i)(\w+) behind\b`)

// thingWords come right before the thing that a question asks for. The blank behind each is
// left to the thing, whose normal form begins with it.
var thingWords = regexp.MustCompile(` (?:which|what|whose|哪 (?:个|种|款|类|家)|什 么|啥|何 种)( )`)

// asksForThing reports whether a question, in normal form, names the kind of thing that it
// asks for and that is no attribute.
func asksForThing(pl *Plan, full string) bool {
	found := false
	for _, m := range thingWords.FindAllStringSubmatchIndex(full, -1) {
		rest := full[m[2]:]
		if c := opening(pl, rest, true); c != nil {
			return false
		}
		found = found || opening(pl, rest, false) != nil
	}
	return found
}

// modifies reports whether the words for each person or symbol that a question in normal form
// names stand right before another thing, to say which: then that thing is asked for.
func modifies(pl *Plan, full string) bool {
	found := false
	for _, a := range pl.Attributes {
		if a.Type != corpus.Person && a.Type != corpus.Symbol {
			continue
		}
		if !slices.ContainsFunc(pl.Concepts, func(c Concept) bool {
			_, rest, ok := strings.Cut(full, c.Alternatives[0])
			return ok && c.Attribute == a.ID && opening(pl, " "+rest, false) != nil
		}) {
			return false
		}
		found = true
	}
	return found
}

// opening returns the concept that a text in normal form begins with: one of an attribute or one
// of none, which must tell something; nil if there is none.
func opening(pl *Plan, text string, attribute bool) *Concept {
	i := slices.IndexFunc(pl.Concepts, func(c Concept) bool {
		return (c.Attribute != "") == attribute && (attribute || c.Weight >= leastThing) && strings.HasPrefix(text, c.Alternatives[0])
	})
	if i < 0 {
		return nil
	}
	return &pl.Concepts[i]
}

// leastThing is the weight from which on a word may be the thing that a question asks for.
const leastThing = 0.2

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
