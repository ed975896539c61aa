package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/verify"
)

// What a report may hold and a model may not add of its own: whatever does something in a chat
// (an address, a call of somebody, markup), or says something that nobody can read.
var (
	// addresses have a scheme, or look like the name of a host, or are a Markdown link; a dot in
	// brackets and "hxxp" count too, which stand in for what a filter looks for.
	addresses = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s)\]>]*|\]\([^)]*\)|\b(?:javascript|data|mailto|tg):[^\s)]+|` +
		`\b(?:[a-z0-9_-]+(?:\.|\[\.\]|\(\.\)))+[a-z]{2,24}\b(?:[/?#][^\s)\]>，。）]*)?`)
	// calls reach people: https://docs.discord.com/developers/reference#message-formatting and
	// https://core.telegram.org/bots/api#messageentity
	calls = regexp.MustCompile(`[@＠]\s?[\p{L}\p{N}_]+|<(?:[@#]|t:)[^>]*>?`)
	// tags are markup of pages and chats, the braces of data, and runs of letters that no
	// language has: encoded text.
	tags = regexp.MustCompile(`\S*(?:<[/!?]?[A-Za-z]|[{}]|\|\||~~)\S*|[A-Za-z0-9+=_]{24,}`)
)

// foreign returns what is said in a text that none of its sources holds and that must not
// be added: the reason, and the words; "" for nothing.
func foreign(said string, sources []string) (verify.Reason, string) {
	said = norm.NFKC.String(said) // wide letters are letters
	for _, k := range []struct {
		reason verify.Reason
		found  *regexp.Regexp
	}{{link, addresses}, {mention, calls}, {markup, tags}} {
		for _, m := range k.found.FindAllString(said, -1) {
			bare := strings.TrimRight(m, ".,;:!?/。，；：！？、")
			if k.reason == mention && everybody(bare) || !slices.ContainsFunc(sources, func(s string) bool { return standsIn(bare, s) }) {
				return k.reason, m
			}
		}
	}
	return "", ""
}

// everybody reports whether a call is one of a whole chat, which no report has to make.
func everybody(call string) bool {
	return slices.Contains([]string{"everyone", "here", "channel", "all"}, strings.ToLower(strings.TrimLeft(call, "@＠ ")))
}

// standsIn reports whether what is said stands in the source as a whole: an address may go
// on there behind a slash or a dot, but not in the middle of a word.
func standsIn(said, source string) bool {
	said, source = strings.ToLower(said), strings.ToLower(source)
	for at := 0; said != ""; {
		i := strings.Index(source[at:], said)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(source[:at+i])
		after, _ := utf8.DecodeRuneInString(source[at+i+len(said):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		at += i + 1
	}
	return false
}

func inWord(r rune) bool {
	return r == '_' || r == '-' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// withoutUnseen drops what no reader sees: controls, marks of direction, joiners, tags,
// variation selectors. Reports hold none of it, and a text can be hidden in it.
func withoutUnseen(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// holdsWord reports whether a text holds the letters and digits of a word, whatever stands
// between them and in whatever case, forwards or backwards.
func holdsWord(text, word string) bool {
	bare := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
	backwards := []byte(word)
	slices.Reverse(backwards)
	return strings.Contains(bare, word) || strings.Contains(bare, string(backwards))
}

// runLength is how many words in a row are no chance.
const runLength = 6

// sharedRun returns a run of words that a text has in common with the rules, in normal form,
// and with none of its sources; "" for none.
func sharedRun(text, rules string, sources []string) string {
	units := strings.Fields(corpus.Normal(text))
	for i := 0; i+runLength <= len(units); i++ {
		run := " " + strings.Join(units[i:i+runLength], " ") + " "
		if strings.Contains(rules, run) && !slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(corpus.Normal(s), run) }) {
			return run
		}
	}
	return ""
}

// added returns what a sentence holds that the passages it cites do not and that it must not
// add to them: the reason, and the words; "" for nothing.
func (t *telling) added(said string, given []int) (verify.Reason, string) {
	var texts []string
	for _, n := range given {
		p := &t.evidence[n-1].Passage
		texts = append(texts, norm.NFKC.String(p.Text), p.Section(), t.engine.reports[p.Report].URL)
	}
	if r, what := foreign(said, texts); r != "" {
		return r, what
	}
	if run := sharedRun(said, t.rules, texts); run != "" {
		return leak, run
	}
	return "", ""
}

// clauseEnds separate the clauses of a sentence.
var clauseEnds = regexp.MustCompile(`[,;:()—–，；：、（）。！？!?]\s*`)

// aside returns a clause that has nothing of the passages it rests on, or "": what is hung on to a
// sentence that is right. A clause with a figure, one of a single word, and a sentence in
// another language than its passages are left to package verify.
func (t *telling) aside(said string, given []int) string {
	known, language := " ", corpus.Language(said)
	for _, n := range given {
		p := &t.evidence[n-1].Passage
		r := t.engine.reports[p.Report]
		said = strings.ReplaceAll(said, r.Title, "")
		if corpus.Language(p.Text) == language {
			known += strings.Join(corpus.Tokens(stated(p.Text)+"\n"+stated(p.Section())+"\n"+r.Publisher), " ") + " "
		}
	}
	if known == " " {
		return ""
	}
	known += corpus.Normal(known)
	said = t.unnamed(said)
	if n, found := familiar(said, known); n >= leastWords && 2*found < n {
		return said
	}
	ends, least := clauseEnds, leastFamiliar
	if t.poisoned { // what such a passage wants to have said may hang on to anything
		ends, least = closeEnds, leastFamiliarPoisoned
	}
	for _, clause := range ends.Split(said, -1) {
		if !orders.MatchString(clause) && strange(clause, known, least) {
			return clause
		}
	}
	return ""
}

// closeEnds separate what is joined more closely, too.
var closeEnds = regexp.MustCompile(clauseEnds.String() + `|\s(?:and|but|while|who|which)\s|[且并而]`)

// How much of a clause, by its words, must be known: a quarter; half of one that rests on a
// passage which speaks to machines; and half of a sentence of leastWords words or more.
const (
	leastFamiliar         = 0.25
	leastFamiliarPoisoned = 0.5
	leastWords            = 5
)

// poisoned reports whether some of the evidence speaks to machines.
func (e *Engine) poisoned(l []Evidence) bool {
	for i := range l {
		p := &l[i].Passage
		found, known := e.poison.Load(p.ID)
		if !known {
			found = speaksToMachines(p.Text)
			e.poison.Store(p.ID, found)
		}
		if found.(bool) {
			return true
		}
	}
	return false
}

// rulesIn returns the system text of the answer prompt in a language, in normal form.
func (e *Engine) rulesIn(language string) string {
	if r, ok := e.rules.Load(language); ok {
		return r.(string)
	}
	r := corpus.Normal(prompts.Answer(prompts.AnswerInput{Language: language}).System)
	e.rules.Store(language, r)
	return r
}

// speaksToMachines reports whether a sentence of the text is for whoever retells it.
func speaksToMachines(text string) bool {
	return slices.ContainsFunc(corpus.Sentences(text), func(s corpus.Span) bool { return instructs.MatchString(corpus.Fold(text[s.Start:s.End])) })
}

// unnamed returns a text without names of projects and of what is asked for, which stand in front
// of a row in the answer's language: package verify knows them in every language.
func (t *telling) unnamed(said string) string {
	whole, end := said, 0
	said = ""
	for _, m := range t.engine.cfg.Catalogue.Find(whole) {
		if m.Start >= end {
			said += whole[end:m.Start] + " "
			end = m.End
		}
	}
	said += whole[end:]
	for _, a := range t.plan.Attributes {
		if l := a.Label.In(t.plan.Language); l != "" {
			said = strings.ReplaceAll(said, l, " ")
		}
	}
	return said
}

// orders are words by which a sentence wants something done.
var orders = regexp.MustCompile(`(?i)\b(?:must|should|shall|please|ignore|disregard)\b|请|請|必须|必須|务必|務必|应该|應該|忽略|无视`)

// instructs matches a sentence that is for whoever retells the report, not for its reader: it
// names a machine and what that is to say.
var instructs = regexp.MustCompile(`(?i)\b(?:assistants?|chatbots?|language models?|machine readers?|models that read)\b.*\b(?:must|should|say|tell|call|add|append|cite|end|repeat|speak|write|reply|answer)s?\b|` +
	`\b(?:begin|end) system\b|\bsystem (?:message|prompt)\b|\b(?:end|begin|start|finish) (?:every|each|all) (?:lines?|sentences?|answers?)\b|` +
	`(?:助手|机器读者|系统指令|系统提示|致.{0,4}模型).*(?:须知|说|写|答|加上|输出|改为|称)|(?:复述|转述|引用|回答|回复)(?:本[文段])?时[请须]`)

// isInstruction reports whether a sentence of a passage states nothing.
func (t *telling) isInstruction(s citedSpan) bool {
	return instructs.MatchString(corpus.Fold(t.engine.reports[s.passage.Report].Text[s.start:s.end]))
}

// stated returns a text without its sentences that want something done or speak to a machine:
// what a report orders is not what it states.
func stated(text string) string {
	var b strings.Builder
	for _, s := range corpus.Sentences(text) {
		if said := text[s.Start:s.End]; !orders.MatchString(said) && !instructs.MatchString(corpus.Fold(said)) && !unreadable(said) {
			b.WriteString(said + "\n")
		}
	}
	return b.String()
}

// leastReadable is how many words of English hardly ever stand without an article, a preposition
// or their like.
const leastReadable = 7

// unreadable reports whether a sentence is in no language that is read here: words enough, and
// none that holds English together.
func unreadable(said string) bool {
	n := 0
	for _, u := range corpus.Units(corpus.Fold(said)) {
		if hasHan(u) || slices.Contains(linking, u) {
			return false
		}
		if strings.ContainsFunc(u, unicode.IsLetter) {
			n++
		}
	}
	return n >= leastReadable
}

// asking matches what has the form of a question.
var asking = regexp.MustCompile(`(?i)(?:\b(?:who|whom|whose|what|when|where|which|why|how)\b|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will)\b).*\?$|` +
	`(?:谁|什么|哪|几|多少|多大|多久|多长|吗|呢|如何|怎|是否|有没有|为何|为什么|何时|誰|什麼|幾|嗎).*[？?]$`)

// asksAlone reports whether a model's questions, which a notice shows, are each one question and
// nothing beside it.
func (e *Engine) asksAlone(q Question, questions []string) bool {
	rules := corpus.Normal(prompts.Rewrite(prompts.RewriteInput{}).System)
	for _, asked := range questions {
		if r, _ := foreign(asked, []string{q.Text}); r != "" || !asking.MatchString(asked) || len(corpus.Sentences(asked)) != 1 ||
			withoutUnseen(asked) != asked || sharedRun(asked, rules, []string{q.Text}) != "" || e.planner.Plan(asked, "", nil).Decline != "" {
			return false
		}
	}
	return true
}

// strange reports whether a clause says something of which too little is known: a share of its
// words, or of its pairs of Chinese characters, below least. A clause with a figure is left to
// package verify.
func strange(clause, known string, least float64) bool {
	if strings.ContainsFunc(clause, unicode.IsDigit) {
		return false
	}
	n, found := familiar(clause, known)
	return n > 0 && float64(found) < least*float64(n) && (n > 1 || hasHan(clause))
}

// familiar counts the words of a text that say something, and those of them that are known.
func familiar(text, known string) (n, found int) {
	for _, u := range corpus.Tokens(text) {
		switch r, size := utf8.DecodeRuneInString(u); {
		case corpus.IsHan(r) && len(u) == size:
			continue // its pairs tell more
		case !corpus.IsHan(r):
			u = strings.TrimSpace(corpus.Normal(u))
		case strings.ContainsRune(linkingHan, r) && strings.ContainsRune(linkingHan, []rune(u)[1]):
			continue
		}
		if slices.Contains(linking, u) {
			continue
		}
		n++
		if strings.Contains(known, " "+u+" ") {
			found++
		}
	}
	return n, found
}

func hasHan(s string) bool { return strings.ContainsFunc(s, corpus.IsHan) }

// linking are the units of words that hold sentences together or point to a source.
var linking = strings.Fields(corpus.Normal("a an the this that these those it its they their he she his her who which whose is are was were be been being has have had do does did " +
	"and or but nor so as of in on at to by for from with into over under than then also both all each other another one ones such not no " +
	"however therefore thus meanwhile moreover furthermore additionally addition besides contrast comparison respectively namely including similarly likewise finally overall " +
	"example instance result total hand same time according report reports review briefing says said states stated notes described listed while when where although though because if " +
	"more most less least about roughly approximately around only just even still yet already now currently later earlier first second last"))

// linkingHan are the characters of the Chinese words of that kind.
const linkingHan = "的地得了着过是在和与及或而且并但把被将让使对从向到于以为因由其之此该这那它他她们也都还就又再才只更最较等个每各某些上下中内外里间时后前另外同时此外其次总体来看总的说例如比如据报告称显示指出提到表示截至目前分别因相比之下与此而言"
