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
var ordinals = []struct {
	pattern *regexp.Regexp
	n       int
}{
	{ordinalOf("first|1st", "第一|第1"), 1},
	{ordinalOf("second|2nd", "第二|第2"), 2},
	{ordinalOf("third|3rd", "第三|第3"), 3},
	{ordinalOf("fourth|4th", "第四|第4"), 4},
	{ordinalOf("fifth|5th", "第五|第5"), 5},
	{ordinalOf("last", "最后一?"), -1},
	{regexp.MustCompile(`\bthe former( one)?\b|前者|前面?(这|那)?一?个|前一家`), 1},
	{regexp.MustCompile(`\bthe latter( one)?\b|后者|后面?(这|那)?一?个|后一家`), -1},
	{regexp.MustCompile(`\bthe other (one|project|company)\b|\bthe other\s*(\?|$)|另外?(一|那)(个|家)`), other},
}

// other stands for the one of two that the talk did not speak of last.
const other = 0

// ordinalOf matches an ordinal, in folded text, that stands for a thing and does not
// count something else.
func ordinalOf(en, zh string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:the )?(?:` + en + `) (?:one|project|company)\b` +
		`|\bthe (?:` + en + `)(?:\s*(?:[?!.,;]|$)|'s\b|\s+(?:of|is|was|has|have|had|does|did|do|can|will)\b)` +
		`|(?:` + zh + `)(?:[个家位]|\s*(?:[的呢是]|[?!.,]|$))`)
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
	if len(talk) == 0 || len(pl.Attributes) > 0 || pl.Intent != Fact || !leaning.MatchString(question) {
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
}

// categoriesOf collects the categories of all projects, longest label first.
func categoriesOf(c *catalogue.Catalogue) []category {
	byNormal := map[string]*category{}
	var order []string
	file := func(label string, p *catalogue.Project) {
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
	}
	for _, p := range c.Projects() {
		for _, k := range p.Categories {
			file(k.En, p)
			file(k.Zh, p)
		}
		for _, h := range p.Headings {
			file(h, p)
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
	for _, c := range p.categories {
		if len(c.projects) < 2 || utf8.RuneCountInString(strings.ReplaceAll(c.normal, " ", "")) < 2 {
			continue
		}
		if strings.Contains(full, c.normal) || strings.Contains(rest, c.normal) {
			return &Category{Label: c.label, Projects: c.projects}
		}
	}
	var best *category
	share := minLabel
	for i := range p.categories {
		c := &p.categories[i]
		if len(c.projects) < 2 || len(c.concepts) == 0 || len(c.concepts) > maxLabel {
			continue
		}
		if s := matched(c.concepts, full); s > share || s == share && best == nil {
			best, share = c, s
		}
	}
	if best == nil {
		return nil
	}
	return &Category{Label: best.label, Projects: best.projects}
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
