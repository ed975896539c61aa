package plan

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	stopHan    []string // longest first
	categories []category
	compare    []cue[corpus.Cue]
	negations  []string
	synonyms   map[string][]string // normal forms by normal form
	kin        map[string]corpus.Attribute
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
	}
	p.asks = cuesOf(v.Asks)
	p.intents = cuesOf(v.Intents)
	p.decline = cuesOf(v.Decline)
	p.compare = cuesOf(v.Compare)
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
	p.categories = categoriesOf(c)
	for i := range p.categories {
		p.categories[i].concepts = p.labelConcepts(p.categories[i].normal)
	}
	return p
}

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
	pl := p.planOne(question, language, talk)
	p.readParts(&pl, talk)
	return pl
}

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
	pl.Reports = p.namedReports(full)
	if cutRest := p.cutReports(rest); p.saysMore(cutRest) {
		rest = cutRest
	}
	rest = p.mend(rest)
	names, rest := p.properNames(rest)
	pl.Decline = p.declined(full, rest)
	if fair := p.withoutOrders(question, pl.Decline); fair != "" {
		sub := p.planOne(fair, pl.Language, talk)
		sub.Text = question
		return sub
	}
	pl.Intent, pl.Conflict = p.intent(full, rest, len(mentions))
	if pl.Intent == Fact && len(mentions) == 0 && projectsThat.MatchString(question) {
		pl.Intent = List
	}
	if pl.Intent == Fact && whatIs.MatchString(question) {
		pl.Intent = Define
	}
	pl.Category = p.category(full, rest)
	rest = p.cutIntent(rest, question)
	pl.Each = pl.Intent == Count && eachPattern.MatchString(question)
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
	if pl.Intent == Fact && len(pl.Projects) == 0 && p.asksForHolders(&pl) {
		pl.Intent = List
	}
	if pl.Intent == Compare {
		pl.Sides = sides(&pl, full)
	}
	pl.Unknown = p.unknownName(question, mentions)
	p.settle(&pl, question)
	pl.Each = pl.Each || asksAll(&pl)
	pl.Expand = expansion(&pl)
	return pl
}

// projectsThat matches a noun phrase that asks for all that it fits: "用 Rust 的公司".
var projectsThat = regexp.MustCompile(`的(项目|公司|企业|机构)(呢|啊|吗)?\s*[？?。]?\s*$`)

// whatIs matches the contraction, whose normal form is no more than "what".
var whatIs = regexp.MustCompile(`(?i)^\s*(what['’]?s|who['’]s)\b`)

// saysMore reports whether a text in normal form holds a word that is no stop word.
func (p *Planner) saysMore(rest string) bool {
	for _, s := range p.stopHan {
		rest = strings.ReplaceAll(rest, s, "  ")
	}
	for _, u := range strings.Fields(rest) {
		if !p.stop[u] {
			return true
		}
	}
	return false
}

// properNames makes concepts of the names of two words or more that the passages hold,
// and returns rest without them.
func (p *Planner) properNames(rest string) ([]Concept, string) {
	var out []Concept
	units := strings.Fields(rest)
	for n := maxProper; n >= 2; n-- {
		for i := 0; i+n <= len(units); i++ {
			phrase := " " + strings.Join(units[i:i+n], " ") + " "
			if !p.catalogue.IsName(phrase) || !strings.Contains(rest, phrase) || p.isPhraseCue(phrase, units[i:i+n]) {
				continue
			}
			c := Concept{Text: strings.TrimSpace(phrase), Alternatives: append([]string{phrase}, p.synonyms[phrase]...), Name: true}
			c.Strong = len(c.Alternatives)
			c.Weight = max(properWeight, p.weight(c.Text, c.Alternatives))
			out = append(out, c)
			rest = strings.ReplaceAll(rest, phrase, "  ")
		}
	}
	return out, rest
}

// isPhraseCue reports whether a phrase is a cue, holds one of two words, or holds a
// category's label: then it is no name.
func (p *Planner) isPhraseCue(phrase string, units []string) bool {
	for _, a := range p.attributes {
		if strings.Contains(phrase, a.phrase) && (a.phrase == phrase || strings.Count(a.phrase, " ") > 2) {
			return true
		}
	}
	return slices.ContainsFunc(p.categories, func(c category) bool {
		return slices.ContainsFunc(units, func(u string) bool { return c.normal == " "+u+" " })
	})
}

// maxProper is the most words of a name; properWeight the least weight of one.
const (
	maxProper    = 4
	properWeight = 0.75
)

// mend corrects the words that no passage holds and that are a slip away from a cue word.
func (p *Planner) mend(rest string) string {
	units := strings.Fields(rest)
	changed := false
	for i, u := range units {
		if len(u) < minMended || p.freq.Holding(u) > 0 || p.stop[u] || len(p.glossary.FromEnglish(u)) > 0 || corpus.IsHan([]rune(u)[0]) || p.isCue(u) {
			continue
		}
		if c := p.nearCue(u); c != "" {
			units[i], changed = c, true
		}
	}
	if !changed {
		return rest
	}
	return " " + strings.Join(units, " ") + " "
}

// minMended is the least length of a word that is taken for misspelt.
const minMended = 5

func (p *Planner) isCue(u string) bool { return p.cueWords[u] }

// nearCue returns the one cue word a slip away from u, or "".
func (p *Planner) nearCue(u string) string {
	found := ""
	for c := range p.cueWords {
		if len(c) >= minMended-1 && catalogue.Slip(u, c) {
			if found != "" && found != c {
				return ""
			}
			found = c
		}
	}
	return found
}

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

func (p *Planner) declined(full, rest string) Decline {
	for _, c := range p.decline {
		if strings.Contains(full, c.phrase) || strings.Contains(rest, c.phrase) {
			return Decline(c.of.ID)
		}
	}
	return ""
}

// intent reads the kind of answer. Two projects and a word of comparison make a
// comparison; a list needs no project, or asks about several.
func (p *Planner) intent(full, rest string, projects int) (Intent, bool) {
	seen := map[string]bool{}
	for _, c := range p.intents {
		if strings.Contains(full, c.phrase) || strings.Contains(rest, c.phrase) {
			seen[c.of.ID] = true
		}
	}
	conflict := seen["conflict"]
	switch {
	case seen["compare"] && projects != 1:
		return Compare, conflict
	case seen["count"] && projects == 0:
		return Count, conflict
	case seen["summary"] && projects > 0:
		return Summary, conflict
	case seen["list"] && projects == 0:
		return List, conflict
	case seen["define"]:
		return Define, conflict
	case seen["summary"]:
		return Summary, conflict
	}
	return Fact, conflict
}

// orderToList matches the word that asks for a list, which has the stem of "listed".
var orderToList = regexp.MustCompile(`(?i)\blist\b`)

// cutIntent removes the phrases that show the kind of question: "list" is no listing.
func (p *Planner) cutIntent(rest, question string) string {
	for _, c := range p.intents {
		if c.of.ID == "define" || c.of.ID == "summary" || c.phrase == " list " && orderToList.MatchString(question) {
			rest = strings.ReplaceAll(rest, c.phrase, "  ")
		}
	}
	return rest
}

// readAttributes finds the attributes that rest asks for and what the answer
// must hold, makes a concept of each attribute, and returns rest without their words.
func (p *Planner) readAttributes(pl *Plan, rest string) string {
	text := rest
	var asked []string
	for _, c := range p.asks {
		if !strings.Contains(text, c.phrase) {
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
		if !consumed[c.phrase] && !strings.Contains(text, c.phrase) || isSingleHan(c.phrase) && !p.standsAlone(rest, c.phrase) {
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

// attributeWeight is the weight of an attribute's concept: its words are common,
// but they are the point of the question.
const attributeWeight = 0.6

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
	}
	c.Strong = len(c.Alternatives)
	for _, w := range a.All() {
		add(corpus.Normal(w))
	}
	return c
}

// carryOver takes the projects of the talk before when the question names none
// but leans on it, or refers into the last list.
func (p *Planner) carryOver(pl *Plan, question string, talk []Turn) {
	if len(talk) == 0 || len(pl.Projects) > 0 || pl.Category != nil {
		return
	}
	if n, ok := ordinal(question); ok {
		last := talk[len(talk)-1].Projects
		if n < 0 {
			n = len(last)
		}
		if n >= 1 && n <= len(last) {
			pl.Projects, pl.FollowUp = []*catalogue.Project{last[n-1]}, true
			return
		}
	}
	if both(question) {
		pl.Projects = p.lastTwo(talk)
		pl.FollowUp = len(pl.Projects) > 0
		if pl.FollowUp {
			return
		}
	}
	for i := len(talk) - 1; i >= 0; i-- {
		if ps := p.named(talk[i]); len(ps) > 0 && len(ps) <= 4 {
			pl.Projects, pl.FollowUp = ps, true
			return
		}
	}
}

// named returns the projects that a turn's question names, or else the ones
// its answer was about.
func (p *Planner) named(t Turn) []*catalogue.Project {
	var out []*catalogue.Project
	for _, m := range p.find(t.Question) {
		out = append(out, m.Project)
	}
	if len(out) == 0 {
		out = t.Projects
	}
	return out
}

// lastTwo returns the last two projects that the talk named, in order.
func (p *Planner) lastTwo(talk []Turn) []*catalogue.Project {
	var out []*catalogue.Project
	for i := len(talk) - 1; i >= 0 && len(out) < 2; i-- {
		ps := p.named(talk[i])
		for j := len(ps) - 1; j >= 0 && len(out) < 2; j-- {
			if !slices.Contains(out, ps[j]) {
				out = append(out, ps[j])
			}
		}
	}
	slices.Reverse(out)
	return out
}

// readConcepts turns the words that are left into concepts.
func (p *Planner) readConcepts(pl *Plan, rest string) {
	text := rest
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

// asksForHolders reports whether a question without a project asks who has a thing: an
// attribute that holds names, beside a word that may be one.
func (p *Planner) asksForHolders(pl *Plan) bool {
	named := slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool {
		return a.Type == corpus.Name && a.ID != "former_name"
	})
	return named && slices.ContainsFunc(pl.Concepts, func(c Concept) bool { return c.Attribute == "" && c.Weight > 0.5 })
}

// countWords come right before what is counted.
var countWords = regexp.MustCompile(` (?:how mani|number of|多 少(?: (?:个|家|名|位|台|种|条|款|枚|座|人|次|套|只|件|份|辆|艘))?|几 (?:个|家|名|位|台|种|条|款|枚|座|人|次|套|只|件|份|辆|艘)) `)

// counted returns the concept that a question asks the number of: the last of those that
// follow the words of counting without a break, or nil.
func counted(pl *Plan, full string) *Concept {
	m := countWords.FindStringIndex(full)
	if m == nil {
		return nil
	}
	at := m[1] - 1
	var last *Concept
	for {
		next := -1
		for i := range pl.Concepts {
			for _, a := range pl.Concepts[i].Alternatives[:min(1+len(pl.Concepts[i].Alternatives)/8, len(pl.Concepts[i].Alternatives))] {
				if strings.HasPrefix(full[at:], a) {
					last, next = &pl.Concepts[i], at+len(a)-1
				}
			}
		}
		if next < 0 {
			return last
		}
		at = next
	}
}

// against separates the two sides of a comparison, in normal form.
var against = regexp.MustCompile(` (?:vs|versus|against|compar to|compar with|and|or|than|与|和|跟|同|还 是|对 比) `)

// sides returns the two concepts that stand nearest to the word of comparison, or nil.
func sides(pl *Plan, full string) []Concept {
	m := against.FindStringIndex(full)
	if m == nil {
		return nil
	}
	var left, right *Concept
	leftAt, rightAt := -1, len(full)
	for i := range pl.Concepts {
		c := &pl.Concepts[i]
		at := strings.Index(full, c.Alternatives[0])
		switch {
		case at < 0:
		case at < m[0] && at > leftAt:
			left, leftAt = c, at
		case at >= m[1]-1 && at < rightAt:
			right, rightAt = c, at
		}
	}
	if left == nil || right == nil {
		return nil
	}
	return []Concept{*left, *right}
}

// which matches the words that choose between several.
var which = regexp.MustCompile(`(?i)\b(which|who|whose)\b|哪个|哪家|谁|哪一`)

// dateConcepts makes concepts of the dates in the question, as both languages write
// them, and returns rest without them.
func (p *Planner) dateConcepts(pl *Plan, question, rest string) string {
	pl.Asked = p.values.Read(question, 0)
	for _, v := range pl.Asked {
		if v.Kind != corpus.When || v.Date.Year == 0 || pl.Filter != nil {
			continue
		}
		c := Concept{Text: strings.TrimSpace(corpus.Normal(question[v.Start:v.End])), Weight: dateWeight}
		for _, form := range dateForms(v) {
			c.Alternatives = append(c.Alternatives, corpus.Normal(form))
		}
		c.Strong = len(c.Alternatives)
		pl.Concepts = append(pl.Concepts, c)
		rest = strings.ReplaceAll(rest, corpus.Normal(question[v.Start:v.End]), "  ")
	}
	return rest
}

// dateWeight is the weight of a date in a question.
const dateWeight = 0.6

// dateForms writes a date as reports of both languages do.
func dateForms(v corpus.Value) []string {
	d := v.Date
	switch {
	case d.Month == 0:
		return []string{fmt.Sprint(d.Year), fmt.Sprintf("%02d 年", d.Year%100)}
	default:
		name := time.Month(d.Month).String()
		return []string{
			fmt.Sprintf("%s %d", name, d.Year), fmt.Sprintf("%s %d", name[:3], d.Year), fmt.Sprintf("%d 年 %d 月", d.Year, d.Month),
			fmt.Sprintf("%02d 年 %d 月", d.Year%100, d.Month), fmt.Sprintf("%d-%02d", d.Year, d.Month), name + " this year", fmt.Sprintf("今年 %d 月", d.Month),
		}
	}
}

// settle brings intent, attributes and wants into line.
func (p *Planner) settle(pl *Plan, question string) {
	if len(pl.Projects) == 1 && len(pl.Attributes) == 0 && len(pl.Concepts) == 0 {
		p.assume(pl)
	}
	types := typesOf(pl.Attributes)
	pl.Defines = pl.Intent == Define && len(pl.Projects) > 0 && definesName(question, pl.Projects[0])
	switch {
	case pl.Intent == Define && len(pl.Projects) > 0 && len(types) > 0:
		pl.Intent = Fact // "who is the CEO of", "what is the price of"
	case pl.Intent == Define && len(pl.Wants) == 0:
		return // a notion is explained, whatever attribute its name sounds like
	case pl.Intent == Fact && len(pl.Projects) > 1 && len(types) > 0 && which.MatchString(question):
		pl.Intent, pl.Wants = Compare, nil
	}
	if pl.Intent != Compare { // who raised more: a project
		p.whoOf(pl)
	}
	if pl.Conflict && len(pl.Projects) == 0 {
		pl.Wants = nil // what is said for and against holds no figure
		return
	}
	pl.Wants = refine(pl.Wants, typesOf(pl.Attributes))
	if i := slices.Index(pl.Wants, corpus.Person); i >= 0 && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Name }) {
		pl.Wants = slices.Delete(pl.Wants, i, i+1) // who invested: a firm
	}
}

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
// the investors behind money raised; else any name will do.
func (p *Planner) whoOf(pl *Plan) {
	i := slices.Index(pl.Wants, corpus.Person)
	if i < 0 || slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.Type == corpus.Person || a.Type == corpus.Name }) {
		return
	}
	pl.Wants = slices.Delete(slices.Clone(pl.Wants), i, i+1)
	for _, c := range p.attributes {
		if c.of.Kin != "" && slices.ContainsFunc(pl.Attributes, func(a corpus.Attribute) bool { return a.ID == c.of.Kin }) {
			pl.Attributes = []corpus.Attribute{c.of}
			k := p.attributeConcept(c.of, []string{c.phrase})
			k.Strong = len(k.Alternatives)
			pl.Concepts = append(pl.Concepts, k)
			return
		}
	}
}

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

// properName matches a name of two capitalised words or more.
var properName = regexp.MustCompile(`\p{Lu}[\p{L}\d.&'’-]*(?:\s+\p{Lu}[\p{L}\d.&'’-]*)+`)

// unknownName returns the first name of two words or more in the question that is
// no project and that no passage can hold, or "".
func (p *Planner) unknownName(question string, mentions []catalogue.Mention) string {
	for _, m := range properName.FindAllStringIndex(question, -1) {
		if slices.ContainsFunc(mentions, func(o catalogue.Mention) bool { return o.Start < m[1] && m[0] < o.End }) || m[0] > 0 && isLetter(question[:m[0]]) {
			continue
		}
		name := strings.TrimRight(question[m[0]:m[1]], ".'’")
		for _, possessive := range []string{"'s", "’s"} {
			name = strings.TrimSuffix(name, possessive)
		}
		words := strings.Fields(name)
		for len(words) > 0 && m[0] == 0 && p.stop[stemOf(words[0])] {
			words = words[1:] // "What Does Acme ..."
		}
		if len(words) < 2 || p.isLabel(corpus.Normal(strings.Join(words, " "))) {
			continue
		}
		if !p.freq.Phrase(corpus.Normal(strings.Join(words, " "))) {
			return strings.Join(words, " ")
		}
	}
	return ""
}

// isLetter reports whether text ends in a letter.
func isLetter(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return unicode.IsLetter(r)
}

func stemOf(word string) string {
	if u := corpus.Units(word); len(u) > 0 {
		return u[0]
	}
	return ""
}

// isLabel reports whether a phrase is a category or a report's name.
func (p *Planner) isLabel(normal string) bool {
	return slices.ContainsFunc(p.categories, func(c category) bool { return strings.Contains(c.normal, normal) }) ||
		slices.ContainsFunc(p.reports, func(r reportName) bool {
			return strings.Contains(normal, r.normal) || strings.Contains(r.normal, normal)
		})
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
	c.Strong = len(c.Alternatives)
	c.Weight = p.weight(u, c.Alternatives)
	return c
}

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
			for i := from; i+1 < end; i++ {
				out = append(out, p.hanConcept(run[i:i+2], nil, 0.7))
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
		return 1
	}
	return max(0.05, math.Log((total+1)/(float64(df)+0.5))/math.Log(total+1))
}

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
