package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// Frequencies tells how many of a corpus's passages hold a unit (corpus.Units)
// or a pair of Han characters.
type Frequencies interface {
	Passages() int
	Holding(unit string) int
	Phrase(normal string) bool // some passage holds the phrase, in normal form
}

// A Planner makes plans over one corpus. It is safe for concurrent use.
type Planner struct {
	catalogue *catalogue.Catalogue
	freq      Frequencies
	glossary  *corpus.Glossary
	reports   []reportName

	attributes []cue[corpus.Attribute]
	asks       []cue[corpus.Cue]
	intents    []cue[corpus.Cue]
	decline    []cue[corpus.Cue]
	stop       map[string]bool
	stopHan    []string   // longest first
	plainHan   [][]string // words for what projects are and stop words, of two characters or more, in characters
	categories []category
	compare    []cue[corpus.Cue]
	tenses     []cue[corpus.Cue]
	withheld   []string // normal forms
	rounds     []string // the same, of the names of rounds
	negations  []string
	synonyms   map[string][]string // normal forms by normal form
	values     *corpus.ValueReader
	cueWords   map[string]bool // single Latin words of all cues
}

// A cue is a phrase in normal form and what it stands for.
type cue[T any] struct {
	phrase string
	of     T
}

// New returns a planner. The glossary may be nil.
func New(v *corpus.Vocabulary, c *catalogue.Catalogue, g *corpus.Glossary, f Frequencies, reports []corpus.Report) *Planner {
	p := &Planner{catalogue: c, freq: f, glossary: g, reports: reportNames(reports), stop: map[string]bool{}}
	for _, a := range v.Attributes {
		p.attributes = appendCues(p.attributes, a.Words, a)
		p.attributes = appendCues(p.attributes, a.Asked, a)
	}
	p.asks = cuesOf(v.Asks)
	p.intents = cuesOf(v.Intents)
	p.decline = cuesOf(v.Decline)
	p.compare = cuesOf(v.Compare)
	p.tenses = cuesOf(v.Tenses)
	p.values = corpus.NewValueReader(v.Units)
	p.cueWords = map[string]bool{}
	for _, a := range p.attributes {
		p.noteCue(a.phrase)
	}
	for _, l := range [][]cue[corpus.Cue]{p.intents, p.asks, p.compare} {
		for _, c := range l {
			p.noteCue(c.phrase)
		}
	}
	p.readSynonyms(v.Synonyms)
	for _, w := range v.Withheld.All() {
		p.withheld = append(p.withheld, corpus.Normal(w))
	}
	for _, w := range append(v.Negations.All(), v.Lacking.All()...) {
		p.negations = append(p.negations, corpus.Normal(w))
	}
	sortCues(p.attributes)
	for _, w := range v.Stop.En {
		for _, u := range corpus.Units(w) {
			p.stop[u] = true
		}
	}
	for _, w := range v.Stop.Zh {
		p.stopHan = append(p.stopHan, corpus.Normal(w))
	}
	slices.SortStableFunc(p.stopHan, func(a, b string) int { return len(b) - len(a) })
	p.readPlainHan()
	for _, r := range v.Rounds {
		for _, w := range r.All() {
			p.rounds = append(p.rounds, corpus.Normal(w))
		}
	}
	p.categories = categoriesOf(c)
	for i := range p.categories {
		p.categories[i].concepts = p.labelConcepts(p.categories[i].normal)
	}
	return p
}

// readPlainHan gathers the Chinese words that tell nothing of their own.
func (p *Planner) readPlainHan() {
	words := slices.Clone(p.stopHan)
	for _, c := range p.intents {
		if c.of.ID == kindsIntent {
			words = append(words, c.phrase)
		}
	}
	for _, w := range words {
		if l := strings.Fields(w); len(l) > 1 && corpus.IsHan([]rune(l[0])[0]) {
			p.plainHan = append(p.plainHan, l)
		}
	}
}

// kindsIntent is the id of the words for what projects are.
const kindsIntent = "kinds"

// noteCue remembers a cue of one Latin word.
func (p *Planner) noteCue(phrase string) {
	if u := strings.TrimSpace(phrase); !strings.Contains(u, " ") && len(u) >= minMended-1 && !corpus.IsHan([]rune(u)[0]) {
		p.cueWords[u] = true
	}
}

func cuesOf(l []corpus.Cue) []cue[corpus.Cue] {
	var out []cue[corpus.Cue]
	for _, c := range l {
		out = appendCues(out, c.Words, c)
	}
	sortCues(out)
	return out
}

func appendCues[T any](l []cue[T], w corpus.Words, of T) []cue[T] {
	for _, s := range w.All() {
		if before, after, ok := strings.Cut(s, " X "); ok {
			s = before + " " + after // the name in the middle is cut out of the question
		}
		if n := corpus.Normal(s); n != " " {
			l = append(l, cue[T]{n, of})
		}
	}
	return l
}

// sortCues puts longer phrases first, so that "market cap" is not read as "market".
func sortCues[T any](l []cue[T]) {
	slices.SortStableFunc(l, func(a, b cue[T]) int { return len(b.phrase) - len(a.phrase) })
}

// Plan reads the question, after the talk so far (oldest first). language
// fixes the answer's language; "" means the question's.
func (p *Planner) Plan(question, language string, talk []Turn) Plan {
	if rest := greeting.ReplaceAllString(question, ""); strings.TrimSpace(rest) != "" {
		question = rest
	}
	pl := p.planOne(question, language, talk)
	p.readParts(&pl, talk)
	return pl
}

// greeting matches how a question may begin before it asks anything: "hey, I am new here, ...".
var greeting = regexp.MustCompile(`(?i)^\s*(?:(?:hey|hi|hello|gm|yo|sup)\b[^,.!?，。！？]{0,24}[,.!?，。！？]+|(?:大家好|你好|哈喽|嗨|在吗|请问|新人求问|新人)[^,.!?，。！？]{0,6}[,.!?，。！？]+)\s*`)

// sentenceEnds separate what may be an order to the bot from what is a question.
var sentenceEnds = regexp.MustCompile(`[.?!。？！;；]+\s*`)

// withoutOrders returns what is left of a question that also gives orders to the bot, when
// that is a question about a project; else "".
func (p *Planner) withoutOrders(question string, d Decline) string {
	if d != Injection {
		return ""
	}
	var fair []string
	at, orders := 0, 0
	for _, m := range append(sentenceEnds.FindAllStringIndex(question, -1), []int{len(question), len(question)}) {
		if part := strings.TrimSpace(question[at:m[0]]); part != "" {
			if n := corpus.Normal(part); p.declined(n, n) == "" {
				fair = append(fair, part)
			} else {
				orders++
			}
		}
		at = m[1]
	}
	rest := strings.Join(fair, ". ")
	if rest == "" || orders == 0 || len(p.find(rest)) == 0 || !asking.MatchString(rest) {
		return ""
	}
	return rest
}

// planOne plans a question as a whole.
func (p *Planner) planOne(question, language string, talk []Turn) Plan {
	pl := Plan{Text: question, Language: language, Intent: Fact}
	if pl.Language == "" {
		pl.Language = corpus.Language(question)
	}
	mentions := p.find(question)
	for _, m := range mentions {
		pl.Projects = append(pl.Projects, m.Project)
	}
	full := corpus.Normal(question)
	rest := corpus.Normal(cutOrdinals(cut(question, mentions)))
	if !p.asksOfPublisher(full) {
		pl.Reports = p.namedReports(full)
	}
	if cutRest := p.cutReports(rest); len(pl.Reports) > 0 && p.saysMore(cutRest) {
		rest = cutRest
	}
	rest = p.mend(rest)
	names, rest := p.properNames(question, rest)
	names, rest = p.joinedNames(question, rest, names)
	pl.Decline = p.declined(full, rest)
	if fair := p.withoutOrders(question, pl.Decline); fair != "" {
		sub := p.planOne(fair, pl.Language, talk)
		sub.Text = question
		return sub
	}
	pl.Intent, pl.Conflict = p.intent(full, rest, len(mentions))
	pl.Brief = pl.Intent == Summary && p.hasIntent(full, "brief")
	if pl.Intent == Fact && len(mentions) == 0 && projectsThat.MatchString(question) {
		pl.Intent = List
	}
	if pl.Intent == Fact && len(mentions) == 0 && whichProject.MatchString(question) {
		pl.Intent = List
	}
	if pl.Intent == Fact && whatIs.MatchString(question) {
		pl.Intent = Define
	}
	pl.Category = p.category(full, rest)
	pl.Tense = p.tense(full)
	rest = p.cutTenses(rest, len(mentions) > 0)
	rest = p.cutIntent(rest, question)
	if pl.Intent == Count {
		rest = strings.ReplaceAll(rest, " in total ", "  ")
	}
	pl.Each = pl.Intent == Count && pl.Category == nil && eachPattern.MatchString(question)
	rest = p.readAttributes(&pl, rest)
	rest = p.readFilter(&pl, question, full, rest)
	if !p.asksNotion(&pl, question, rest) {
		p.carryOver(&pl, question, talk)
	}
	p.carryTopic(&pl, question, talk)
	pl.Concepts = append(pl.Concepts, names...)
	rest = p.dateConcepts(&pl, question, rest)
	p.readConcepts(&pl, rest)
	pl.Counted = counted(&pl, full)
	if pl.Decline == "" && pricesSymbol(&pl, question, mentions) {
		pl.Decline = Live
	}
	if pl.Decline == Live && (countsThings(&pl) || asksNoPrice(&pl)) {
		pl.Decline = "" // what the reports tell is told with its date
	}
	if pl.Intent == Fact && len(pl.Projects) == 0 && p.asksForHolders(&pl) {
		pl.Intent = List
	}
	if pl.Intent == List && pl.Filter == nil && (p.asksWords(&pl, full) || pl.Category == nil && p.asksThing(&pl, full)) {
		pl.Intent = Fact
	}
	if pl.Intent == Compare {
		pl.Sides = sides(&pl, full)
	}
	pl.Unknown = p.unknownName(question, mentions)
	p.settle(&pl, question)
	pl.Each = pl.Each || asksAll(&pl)
	pl.Unclear = unclear(&pl, question)
	pl.Outline = p.asksOutline(&pl, full)
	pl.Why = p.hasIntent(full, "why")
	pl.Timeline = pl.Decline == "" && len(pl.Projects) == 1 && p.hasIntent(full, "timeline")
	pl.Differ = p.asksDiffering(&pl, full)
	pl.Expand = expansion(&pl)
	return pl
}

// cutTenses removes the words that say the tense, but for those that name an attribute, too; where a project is named,
// also but for those that hold one: "is Acme live" asks for nothing else.
func (p *Planner) cutTenses(rest string, named bool) string {
	for _, c := range p.tenses {
		if !slices.ContainsFunc(p.attributes, func(a cue[corpus.Attribute]) bool {
			return strings.Contains(a.phrase, c.phrase) || named && strings.Contains(c.phrase, a.phrase)
		}) {
			rest = strings.ReplaceAll(rest, c.phrase, "  ")
		}
	}
	return rest
}

// hasIntent reports whether a question in normal form holds a phrase of the intent.
func (p *Planner) hasIntent(full, id string) bool {
	return slices.ContainsFunc(p.intents, func(c cue[corpus.Cue]) bool { return c.of.ID == id && strings.Contains(full, c.phrase) })
}

// asksDiffering reports whether a question asks whether the reports differ, on the whole or in what they say of
// projects, and of nothing else.
func (p *Planner) asksDiffering(pl *Plan, full string) bool {
	return pl.Decline == "" && pl.Filter == nil && len(pl.Attributes) == 0 && p.hasIntent(full, "reports") && p.hasIntent(full, "differ") &&
		!slices.ContainsFunc(pl.Concepts, func(c Concept) bool {
			return c.Weight >= minNotion && p.holding(c.Alternatives[0]) > 0 && !p.isCueWord(c)
		})
}

// minNotion is the weight from which on a word that passages hold is what a question is about.
const minNotion = 0.3

// isCueWord reports whether a word only shows the kind of question.
func (p *Planner) isCueWord(c Concept) bool {
	return slices.ContainsFunc(p.intents, func(i cue[corpus.Cue]) bool { return c.Match(i.phrase) > 0 })
}

// asksOfPublisher reports whether a question, in normal form, asks what a publisher did as an investor rather than
// what its report says.
func (p *Planner) asksOfPublisher(full string) bool {
	return !p.hasIntent(full, "reports") && slices.ContainsFunc(p.attributes, func(c cue[corpus.Attribute]) bool {
		return c.of.Kin != "" && strings.Contains(full, c.phrase)
	})
}

// categoryAttribute is the attribute of the headings that projects stand under.
const categoryAttribute = "category"

// pricesSymbol reports whether a question asks the price of what a symbol stands for: the reports tell prices of what
// projects sell.
func pricesSymbol(pl *Plan, question string, mentions []catalogue.Mention) bool {
	if !slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Amount && a.Unlike }) || len(mentions) != 1 {
		return false
	}
	m := mentions[0]
	written := strings.TrimPrefix(question[m.Start:m.End], "$")
	return slices.ContainsFunc(m.Project.Tickers, func(t string) bool { return strings.EqualFold(t, written) }) && !strings.EqualFold(m.Project.Name, written)
}

// asksNoPrice reports whether a question names a project and something of it that is no figure of a market.
func asksNoPrice(pl *Plan) bool {
	return len(pl.Projects) > 0 && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && c.Weight >= leastDoubted }) &&
		!slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Amount || a.Type == corpus.Symbol })
}

// countsThings reports whether a question asks how many of something there are, not what something is worth.
func countsThings(pl *Plan) bool {
	return pl.Counted != nil && !slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Amount || a.Type == corpus.Symbol })
}

// asksOutline reports whether a question asks what a report, or all of them, are about, and nothing else.
func (p *Planner) asksOutline(pl *Plan, full string) bool {
	ofProjects := pl.Intent == Count || pl.Intent == List && p.hasIntent(full, kindsIntent)
	if pl.Decline != "" || ofProjects || len(pl.Projects) > 0 || pl.Filter != nil || pl.FollowUp || !p.hasIntent(full, "reports") {
		return false
	}
	if !p.hasIntent(full, "summary") && !p.hasIntent(full, "outline") {
		return false
	}
	for _, c := range pl.Concepts {
		own := slices.ContainsFunc(p.reports, func(r reportName) bool { return slices.Contains(pl.Reports, r.id) && c.Match(r.normal) == 1 })
		cue := slices.ContainsFunc(p.intents, func(i cue[corpus.Cue]) bool { return i.of.ID == "outline" && c.Match(i.phrase) > 0 })
		if !own && !cue && c.Attribute != categoryAttribute {
			return false
		}
	}
	return true
}

// tense returns whether the question, in normal form, says that it is for what is done or planned; what
// says both asks for neither.
func (p *Planner) tense(full string) Tense {
	var out Tense
	for _, c := range p.tenses {
		if !strings.Contains(full, c.phrase) {
			continue
		}
		if out != "" && out != Tense(c.of.ID) {
			return ""
		}
		out = Tense(c.of.ID)
	}
	return out
}

// projectsThat matches a noun phrase that asks for all that it fits: "用 Rust 的公司".
var projectsThat = regexp.MustCompile(`的(项目|公司|企业|机构)(呢|啊|吗)?\s*[？?。]?\s*$`)

// itself matches the words that stand for one thing named before.
var itself = regexp.MustCompile(`(?i)\b(?:it|its)\b|它|这个项目|该项目|那个项目`)

// unclear reports whether a question asks an attribute of "it" and nothing tells of what.
func unclear(pl *Plan, question string) bool {
	return len(pl.Projects)+len(pl.Reports) == 0 && len(pl.Attributes) > 0 && pl.Category == nil && pl.Decline == "" && !pl.Conflict && itself.MatchString(question) &&
		!slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" })
}

// whichProject matches a question for the one that something is true of: "X 是哪个项目的机制".
var whichProject = regexp.MustCompile(`哪(?:一)?(?:个|家)(?:项目|公司|团队)|是谁家的|是哪家的`)

// whatIs matches the contraction, whose normal form is no more than "what".
var whatIs = regexp.MustCompile(`(?i)^\s*(what['’]?s|who['’]s)\b`)

// find returns the projects that a text names. Words that the glossary knows are those
// words, however near they are to a name: "public" is no misspelt Publica.
func (p *Planner) find(text string) []catalogue.Mention {
	return slices.DeleteFunc(p.catalogue.Find(text), func(m catalogue.Mention) bool {
		return !m.Exact && !slices.ContainsFunc(corpus.Units(text[m.Start:m.End]), func(u string) bool {
			return !p.stop[u] && len(p.glossary.FromEnglish(u)) == 0
		})
	})
}

// cut removes the mentioned names from the question.
func cut(question string, mentions []catalogue.Mention) string {
	var b strings.Builder
	at := 0
	for _, m := range mentions {
		if m.Start < at {
			continue
		}
		b.WriteString(question[at:m.Start])
		b.WriteString(" ")
		at = m.End
	}
	b.WriteString(question[at:])
	return b.String()
}

// which matches the words that choose between several.
var which = regexp.MustCompile(`(?i)\b(which|who|whose)\b|哪个|哪家|谁|哪一`)
