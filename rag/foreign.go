package rag

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/waymark-bot/waymark/corpus"
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
	if clause := t.aside(said, given); clause != "" {
		return aside, clause
	}
	return "", ""
}

// clauseEnds separate the clauses of a sentence.
var clauseEnds = regexp.MustCompile(`[,;:()—–，；：、（）。！？!?]\s*`)

// aside returns a clause that has nothing of the passages it rests on, or "": what is hung on to a
// sentence that is right. A clause with a figure, one of a word or two, and one in
// another language than its passages are left to package verify.
func (t *telling) aside(said string, given []int) string {
	known := " "
	for _, n := range given {
		p := &t.evidence[n-1].Passage
		r := t.engine.reports[p.Report]
		if corpus.Language(p.Text) != corpus.Language(said) {
			return ""
		}
		said = strings.ReplaceAll(said, r.Title, "")
		known += corpus.Normal(p.Text) + corpus.Normal(p.Section()) + corpus.Normal(r.Publisher)
	}
	for _, clause := range clauseEnds.Split(corpus.Fold(said), -1) {
		if strange(clause, known) {
			return clause
		}
	}
	return ""
}

// strange reports whether a clause says something, and nothing of it is known.
func strange(clause, known string) bool {
	if strings.ContainsFunc(clause, unicode.IsDigit) {
		return false
	}
	n := 0
	for _, u := range corpus.Units(clause) {
		switch {
		case slices.Contains(linking, u):
		case strings.Contains(known, " "+u+" "):
			return false
		default:
			n++
		}
	}
	return n >= 2
}

// linking are the units of words that hold sentences together or point to a source.
var linking = strings.Fields(corpus.Normal("a an the this that these those it its they their he she his her who which whose is are was were be been being has have had do does did " +
	"and or but nor so as of in on at to by for from with into over under than then also both all each other another one ones such not no " +
	"however therefore thus meanwhile moreover furthermore additionally addition besides contrast comparison respectively namely including similarly likewise finally overall " +
	"example instance result total hand same time according report reports review briefing says said states stated notes described listed while when where although though because if " +
	"more most less least about roughly approximately around only just even still yet already now currently later earlier first second last " +
	"的地得了着过是在和与及或而且并但把被将让使对从向到于以为因由其之此该这那它他她们也都还就又再才只更最较等个每各某些上下中内外里间时后前另外同时此外其次总体来看总的说例如比如据报告称显示指出提到表示截至目前分别因相比之下与此而言"))
