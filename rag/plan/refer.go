package plan

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// ordinals pick one of several projects that were named together, in both languages: the
// n-th, or one counted from the end. "The first round" picks none.
var ordinals = []ordinalWord{
	ordinalOf(1, "first|1st", "第一|第1"),
	ordinalOf(2, "second|2nd", "第二|第2"),
	ordinalOf(3, "third|3rd", "第三|第3"),
	ordinalOf(4, "fourth|4th", "第四|第4"),
	ordinalOf(5, "fifth|5th", "第五|第5"),
	ordinalOf(-1, "last", "最后|最后一"),
	{regexp.MustCompile(`\bthe former( one)?\b|前者|前面?(这|那)?一?个|前一家`), 1, nil},
	{regexp.MustCompile(`\bthe latter( one)?\b|后者|后面?(这|那)?一?个|后一家`), -1, nil},
	{regexp.MustCompile(`\bthe other (one|project|company)\b|\bthe other\s*(\?|$)|另外?(一|那)(个|家)`), other, nil},
}

// An ordinalWord is a pattern of ordinals that pick the n-th.
type ordinalWord struct {
	pattern *regexp.Regexp
	n       int
	words   []string // themselves
}

// other stands for the one of two that the talk did not speak of last.
const other = 0

// ordinalOf matches an ordinal, in folded text, that stands for a thing and does not
// count something else.
func ordinalOf(n int, en, zh string) ordinalWord {
	return ordinalWord{regexp.MustCompile(`\b(?:the )?(?:` + en + `) (?:one|project|company)\b` +
		`|\bthe (?:` + en + `)(?:\s*(?:[?!.,;]|$)|'s\b|\s+(?:of|is|was|has|have|had|does|did|do|can|will)\b)` +
		`|(?:` + zh + `)(?:[个家位]|\s*(?:[的呢是]|[?!.,]|$))`), n, strings.Split(en+"|"+zh, "|")}
}

// ordinal returns the place among the projects named together that the question refers to.
func ordinal(question string) (int, bool) {
	question = corpus.Fold(question)
	for _, o := range ordinals {
		if o.pattern.MatchString(question) {
			return o.n, true
		}
	}
	return 0, false
}

// cutOrdinals removes the words that pick a project. The rest comes back folded.
func cutOrdinals(question string) string {
	if _, ok := ordinal(question); !ok {
		return question
	}
	question = corpus.Fold(question)
	for _, o := range ordinals {
		question = o.pattern.ReplaceAllString(question, " ")
	}
	return question
}

var bothPattern = regexp.MustCompile(`\bboth\b|\b(of|these|those) two\b|\bthe two\b|这两个|这两|两者|两个|它们|他们|\bthem\b|\bthey\b`)

// both reports whether the question is about the last two projects.
func both(question string) bool { return bothPattern.MatchString(corpus.Fold(question)) }

// pronouns matches a question that refers to something named before.
var pronouns = regexp.MustCompile(`(?i)\b(its?|they|their|them|this|that|these|those|he|she|his|her)\b|[它他她这那该]`)

// asksNotion reports whether a question asks what something is that is no project and no
// attribute of one, and refers to nothing before: then it is not about the talk so far.
func (p *Planner) asksNotion(pl *Plan, question, rest string) bool {
	return pl.Intent == Define && len(pl.Attributes) == 0 && !pronouns.MatchString(question) && p.saysMore(rest)
}

// leaning matches a question that takes over what the one before asked: "and for X?", "那 X 呢".
var leaning = regexp.MustCompile(`(?i)^\s*(and|what about|how about|also|same for)\b|^\s*(那|还有|以及)|呢\s*[？?]?\s*$`)

// carryTopic takes over what the question before asked when this one leans on it
// and asks for nothing itself.
func (p *Planner) carryTopic(pl *Plan, question string, talk []Turn) {
	if len(talk) == 0 {
		return
	}
	if len(pl.Attributes) > 0 || pl.Intent != Fact || !leaning.MatchString(question) {
		p.carryNotion(pl, question, talk[len(talk)-1])
		return
	}
	for i := len(talk) - 1; i >= 0; i-- {
		before := p.Plan(talk[i].Question, pl.Language, nil)
		if len(before.Attributes) == 0 {
			continue
		}
		pl.Attributes, pl.Intent, pl.Filter = before.Attributes, before.Intent, before.Filter
		if before.Intent == Define || before.Intent == Summary {
			pl.Intent = Fact
		}
		if len(pl.Wants) == 0 {
			pl.Wants = before.Wants
		}
		for _, c := range before.Concepts {
			if c.Attribute != "" {
				pl.Concepts = append(pl.Concepts, c)
			}
		}
		return
	}
}

// carryNotion takes over what the question before was about when this one only says what of it
// is wanted: all of it where no project tells ("and its drawbacks?") or a part of it is meant
// ("the second one"), else a little, for the passages that the talk is at.
func (p *Planner) carryNotion(pl *Plan, question string, before Turn) {
	if len(pl.Projects) > 0 && !pl.FollowUp || pl.Category != nil || pl.Filter != nil || pl.Intent == List || pl.Intent == Count || pl.Intent == Compare {
		return
	}
	own, last := p.Plan(question, pl.Language, nil), p.Plan(before.Question, pl.Language, nil)
	mine := 0.0
	for _, c := range own.Concepts {
		mine += c.Weight
	}
	_, picks := ordinal(question)
	switch refers := picks || leaning.MatchString(question) || pronouns.MatchString(question); {
	case len(pl.Projects) == 0 && refers && onlyAttributes(own.Concepts):
		pl.Concepts = append(pl.Concepts, besideAttributes(last.Concepts, 1)...)
	case picks && len(pl.Projects) > 0 && !p.isPicked(pl, question, before):
		pl.Intent = Fact
		pl.Concepts = append(pl.Concepts, besideAttributes(last.Concepts, 1)...)
	case len(pl.Projects) > 0 && len(own.Concepts) > 0:
		theirs := 0.0
		for _, c := range last.Concepts {
			theirs += c.Weight
		}
		if theirs > 0 {
			pl.Concepts = append(pl.Concepts, besideAttributes(last.Concepts, min(1, contextPart*mine/theirs))...)
		}
	}
}

// contextPart is what the words of the question before weigh, together, beside those of this one.
const contextPart = 0.3

// isPicked reports whether the question's ordinal picked one of the projects of the talk.
func (p *Planner) isPicked(pl *Plan, question string, before Turn) bool {
	n, _ := ordinal(question)
	return len(pl.Projects) == 1 && p.picked(n, []Turn{before}) == pl.Projects[0]
}

// onlyAttributes reports whether all concepts are words for attributes, if any.
func onlyAttributes(l []Concept) bool {
	return len(l) > 0 && !slices.ContainsFunc(l, func(c Concept) bool { return c.Attribute == "" })
}

// besideAttributes returns the concepts with share of their weight, as words that name no attribute
// asked for. Of a whole question those that do name one are left out.
func besideAttributes(l []Concept, share float64) []Concept {
	var out []Concept
	for _, c := range l {
		if share == 1 && c.Attribute != "" {
			continue
		}
		c.Attribute, c.Weight = "", c.Weight*share
		out = append(out, c)
	}
	return out
}

// cutReports removes the names of reports from rest.
func (p *Planner) cutReports(rest string) string {
	for _, r := range p.reports {
		rest = strings.ReplaceAll(rest, r.normal, "  ")
	}
	return rest
}

// A category is a label, in normal form, and the projects filed under it.
type category struct {
	label    string // shown
	normal   string
	concepts []Concept // its words with their translations
	projects []*catalogue.Project
	reports  []string // that file projects so
}

// categoriesOf collects the categories of all projects, longest label first.
func categoriesOf(c *catalogue.Catalogue) []category {
	byNormal := map[string]*category{}
	var order []string
	file := func(label string, p *catalogue.Project, reports ...string) {
		n := corpus.Normal(bareLabel(label))
		if strings.TrimSpace(n) == "" {
			return
		}
		if byNormal[n] == nil {
			byNormal[n] = &category{label: bareLabel(label), normal: n}
			order = append(order, n)
		}
		if cat := byNormal[n]; !slices.Contains(cat.projects, p) {
			cat.projects = append(cat.projects, p)
		}
		for _, r := range reports {
			if cat := byNormal[n]; !slices.Contains(cat.reports, r) {
				cat.reports = append(cat.reports, r)
			}
		}
	}
	for _, p := range c.Projects() {
		for _, k := range p.Categories {
			file(k.En, p, k.Report)
			file(k.Zh, p, k.Report)
		}
		for _, h := range p.Headings {
			file(h, p, p.Reports...)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(b) - len(a) })
	out := make([]category, 0, len(order))
	for _, n := range order {
		out = append(out, *byNormal[n])
	}
	return out
}

var numbering = regexp.MustCompile(`^\s*[\dIVX]+[.)、]\s*`)

// bareLabel cuts the numbering off a heading.
func bareLabel(s string) string { return numbering.ReplaceAllString(s, "") }

// category returns the category whose label the question holds, the longest
// one, if it files two projects or more; else one whose words, or their
// translations, the question holds all.
func (p *Planner) category(full, rest string) *Category {
	reports := p.namedReports(full)
	if c := p.numbered(full, reports); c != nil {
		return c
	}
	for _, c := range p.categories {
		if len(c.projects) < 2 || !c.of(reports) || utf8.RuneCountInString(strings.ReplaceAll(c.normal, " ", "")) < 2 {
			continue
		}
		if !p.namesKind(c.normal) && (strings.Contains(full, c.normal) || strings.Contains(rest, c.normal)) {
			return &Category{Label: c.label, Projects: c.projects}
		}
	}
	var best *category
	share := minLabel
	for i := range p.categories {
		c := &p.categories[i]
		if len(c.projects) < 2 || !c.of(reports) || len(c.concepts) == 0 || len(c.concepts) > maxLabel {
			continue
		}
		if s := matched(c.concepts, full); s > share || s == share && best == nil {
			best, share = c, s
		}
	}
	if best == nil {
		if c := p.oneLike(full, reports); c != nil {
			return c
		}
		return p.spelledLabel(full, reports)
	}
	return &Category{Label: best.label, Projects: best.projects}
}

// oneLike returns the one category of a named report that shares a word of its label with the question and with no
// other category of the report; nil for none or several.
func (p *Planner) oneLike(full string, reports []string) *Category {
	if len(reports) != 1 {
		return nil
	}
	var found *category
	for i := range p.categories {
		c := &p.categories[i]
		if len(c.projects) < 2 || !c.of(reports) || len(c.concepts) > maxLabel {
			continue
		}
		if !slices.ContainsFunc(c.concepts, func(k Concept) bool { return k.Match(full) == 1 && !p.sharedWord(k, c, reports) }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = c
	}
	if found == nil {
		return nil
	}
	return &Category{Label: found.label, Projects: found.projects}
}

// sharedWord reports whether the label of another category of the reports holds the word, too.
func (p *Planner) sharedWord(k Concept, of *category, reports []string) bool {
	return slices.ContainsFunc(p.categories, func(c category) bool {
		return c.label != of.label && len(c.projects) > 1 && c.of(reports) && k.Match(c.normal) > 0
	})
}

// namesKind reports whether a label is no more than a word for what projects are: the heading "Projects".
func (p *Planner) namesKind(label string) bool {
	return slices.ContainsFunc(p.intents, func(c cue[corpus.Cue]) bool { return c.of.ID == kindsIntent && c.phrase == label })
}

// spelledLabel returns the category with a long Chinese label of which the question holds each
// character: it leaves out what the label says twice.
func (p *Planner) spelledLabel(full string, reports []string) *Category {
	for i := range p.categories {
		c := &p.categories[i]
		units := map[string]bool{}
		for _, u := range strings.Fields(c.normal) {
			units[u] = true
		}
		if len(units) < longLabel || len(c.projects) < 2 || !c.of(reports) || corpus.HanShare(c.normal) < 1 {
			continue
		}
		held := 0
		for u := range units {
			if strings.Contains(full, " "+u+" ") {
				held++
			}
		}
		if held == len(units) {
			return &Category{Label: c.label, Projects: c.projects}
		}
	}
	return nil
}

// longLabel is how many different characters a label has that few questions hold by chance.
const longLabel = 6

// of reports whether one of the reports, which a question names, has the category.
func (c *category) of(reports []string) bool {
	return len(reports) == 0 || slices.ContainsFunc(reports, func(r string) bool { return slices.Contains(c.reports, r) })
}

// nthSection matches, in normal form, a section of a report that is called by its place.
var nthSection = regexp.MustCompile(` (?:(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last) (?:tabl|section|chapter|categori|part|group)|(第 [一二三四五1-5]|最 后 一?) ?(?:[张个类章节部] ?)*(?:表|类|章|节|板 块|部 分|分 类))s? `)

// numbered returns the category that the question calls by its place in one of the reports, or nil.
func (p *Planner) numbered(full string, reports []string) *Category {
	m := nthSection.FindStringSubmatch(full)
	if m == nil || len(reports) != 1 {
		return nil
	}
	place := strings.ReplaceAll(m[1]+m[2], " ", "")
	i := slices.IndexFunc(ordinals, func(o ordinalWord) bool { return o.n != other && slices.Contains(o.words, place) })
	l := p.sections(reports[0])
	if i < 0 || len(l) == 0 {
		return nil
	}
	n := ordinals[i].n
	if n < 0 {
		n += len(l) + 1
	}
	if n < 1 || n > len(l) {
		return nil
	}
	return &l[n-1]
}

// sections returns the categories of a report in its order.
func (p *Planner) sections(report string) []Category {
	var out []Category
	for _, pr := range p.catalogue.Projects() {
		for _, k := range pr.Categories {
			if k.Report != report {
				continue
			}
			label := bareLabel(k.En)
			if label == "" {
				label = bareLabel(k.Zh)
			}
			i := slices.IndexFunc(out, func(c Category) bool { return c.Label == label })
			if i < 0 {
				out, i = append(out, Category{Label: label}), len(out)
			}
			out[i].Projects = append(out[i].Projects, pr)
		}
	}
	first := func(c Category) int {
		at := slices.Max(c.Projects[0].Passages)
		for _, pr := range c.Projects {
			at = min(at, slices.Min(pr.Passages))
		}
		return at
	}
	out = slices.DeleteFunc(out, func(c Category) bool {
		return slices.ContainsFunc(c.Projects, func(pr *catalogue.Project) bool { return len(pr.Passages) == 0 })
	})
	slices.SortStableFunc(out, func(a, b Category) int { return first(a) - first(b) })
	return out
}

// maxLabel is how many words a label may have that is recognised by its words;
// minLabel the least share of them, by weight, that the question must hold.
const (
	maxLabel = 6
	minLabel = 0.8
)

// matched is the share of the concepts, by weight, that the text holds.
func matched(l []Concept, normal string) float64 {
	total, held := 0.0, 0.0
	for _, c := range l {
		total += c.Weight
		if c.Match(normal) > 0 {
			held += c.Weight
		}
	}
	if total == 0 {
		return 0
	}
	return held / total
}

// labelConcepts turns a label into concepts, stop words left out.
func (p *Planner) labelConcepts(normal string) []Concept {
	var out []Concept
	for _, run := range runs(normal) {
		if corpus.IsHan([]rune(run[0])[0]) {
			out = append(out, p.hanConcepts(run)...)
			continue
		}
		for _, u := range run {
			if !p.stop[u] && len(u) > 1 {
				out = append(out, p.latinConcept(u))
			}
		}
	}
	return unique(out)
}

// A reportName is a title or publisher in normal form.
type reportName struct{ normal, id string }

// reportNames returns the names that reports are called by: the publisher, its
// first word, the title. Names of one or two letters tell nothing.
func reportNames(reports []corpus.Report) []reportName {
	var out []reportName
	for _, r := range reports {
		for _, name := range []string{r.Publisher, firstWord(r.Publisher), r.Title} {
			if n := corpus.Normal(name); len(strings.TrimSpace(n)) >= 4 {
				out = append(out, reportName{n, r.ID})
			}
		}
	}
	return out
}

// namedReports returns the ids of the reports whose publisher or title the question names.
func (p *Planner) namedReports(full string) []string {
	var out []string
	for _, r := range p.reports {
		if strings.Contains(full, r.normal) && !slices.Contains(out, r.id) {
			out = append(out, r.id)
		}
	}
	return out
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(s, " ")
	return w
}
