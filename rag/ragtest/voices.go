package ragtest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag"
)

// A Voice is what a pretended model says to a prompt. An error is a completion
// that failed, after the text if there is any.
type Voice func(p rag.Prompt) (string, error)

// Says always says text.
func Says(text string) Voice { return func(rag.Prompt) (string, error) { return text, nil } }

// Fails always fails with err.
func Fails(err error) Voice { return func(rag.Prompt) (string, error) { return "", err } }

// Echo says the prompt itself, the system text first.
func Echo(p rag.Prompt) (string, error) { return p.System + "\n" + p.User, nil }

// Script says one line a call, in order, and then speaks as after does.
func Script(after Voice, lines ...string) Voice {
	var mu sync.Mutex
	return func(p rag.Prompt) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if len(lines) == 0 {
			return after(p)
		}
		text := lines[0]
		lines = lines[1:]
		return text, nil
	}
}

// Pretend answers a prompt of prompts.Answer as a model would that keeps to the
// rules: with what the prompt says was found, else with up to three sentences of the
// passages that share most words with the question, each with its number, or with the
// marker line. To a prompt
// without passages it says "ok", to one with a schema the smallest value of it.
func Pretend(p rag.Prompt) (string, error) {
	if p.Schema != nil {
		return blank(p.Schema.JSON), nil
	}
	asked := questionFence.FindStringSubmatch(p.User)
	passages := passageFence.FindAllStringSubmatch(p.User, -1)
	if asked == nil {
		return "ok", nil
	}
	if found := foundFence.FindStringSubmatch(p.User); found != nil {
		return found[1], nil
	}
	found := nearest(asked[1], passages)
	if len(found) == 0 {
		return prompts.NotCovered, nil
	}
	return strings.Join(found, "\n"), nil
}

var (
	passageFence  = regexp.MustCompile(`(?s)<passage n="(\d+)"([^\n]*)>\n(.*?)\n</passage>`)
	foundFence    = regexp.MustCompile(`(?s)<found>\n(.*?)\n</found>`)
	questionFence = regexp.MustCompile(`(?s)<question>\n(.*?)\n</question>`)
)

// A candidate is a sentence of a passage, marked, and how near it is to the question.
type candidate struct {
	text string
	near float64
}

// nearest returns the up to three sentences that answer best, as far as words
// tell, in the order of the passages.
func nearest(question string, passages [][]string) []string {
	question = strings.Join(slices.DeleteFunc(words(question), common), " ")
	var all []candidate
	best := 0.0
	for _, p := range passages {
		for _, s := range sentences(p[3]) {
			near := overlap(question, s) + overlap(question, p[2])/2
			best = max(best, near)
			all = append(all, candidate{marked(s, p[1]), near})
		}
	}
	var found []string
	for _, c := range all {
		if best >= 0.2 && c.near >= 0.8*best && len(found) < 3 {
			found = append(found, c.text)
		}
	}
	return found
}

// common reports whether a word of a question tells nothing.
func common(w string) bool {
	return slices.Contains(strings.Fields(
		"a an and are at by did do does for from has have how in is it its many much of on or tell the to was were what when where which who why with about 的 是 了 在 有 和 吗 呢 多 少 什 么 哪 谁 几 多少 什么"), w)
}

// sentences splits text at full stops and line breaks.
func sentences(text string) []string {
	var all []string
	for l := range strings.Lines(text) {
		l = strings.TrimLeft(strings.TrimSpace(l), "-*#> ")
		for _, s := range sentenceEnd.FindAllString(l, -1) {
			if s = strings.TrimSpace(s); s != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

var sentenceEnd = regexp.MustCompile(`.*?(?:[.!?]+(?:\s|$)|[。！？]+|$)`)

// marked puts the mark of passage n before the full stop of a sentence.
func marked(sentence, n string) string {
	body := strings.TrimRight(sentence, ".!?。！？ ")
	return body + " [" + n + "]" + strings.TrimSpace(sentence[len(body):])
}

// A NamedVoice is a voice with a name to choose it by.
type NamedVoice struct {
	Name  string
	Voice Voice
}

// Hostile returns the voices that attack a program which trusts its model. Each
// does one thing wrong and is otherwise [Pretend].
func Hostile() []NamedVoice {
	return []NamedVoice{
		{"no-citations", changed(func(s string) string { return anyMark.ReplaceAllString(s, "") })},
		{"invented-numbers", changed(func(s string) string { return anyMark.ReplaceAllString(s, " [99]") })},
		{"zero-and-negative-numbers", changed(func(s string) string { return anyMark.ReplaceAllString(s, " [0][-1]") })},
		{"all-numbers", changed(func(s string) string { return anyMark.ReplaceAllString(s, " [1][2][3][4][5][6][7][8]") })},
		{"changed-figure", changed(func(s string) string { return figure.ReplaceAllStringFunc(s, nextFigure) })},
		{"added-sentence", changed(func(s string) string { return s + "\nIt is also the best known of all [1]." })},
		{"advice", changed(func(s string) string { return s + "\nYou should act on this now [1]." })},
		{"everyone", changed(func(s string) string { return "@everyone @here <@1234567890> <@&42> " + s })},
		{"broken-markdown", changed(func(s string) string { return "**bold _and ``` [link](http://\n" + s + "\n| a | b\n~~" })},
		{"broken-html", changed(func(s string) string {
			return `<b><a href="javascript:alert(1)">x</b><script>alert(1)</script>&amp;&` + s
		})},
		{"links", changed(func(s string) string {
			return "![x](http://127.0.0.1:9/?q=1) [source](http://127.0.0.1:9/) " + s
		})},
		{"echoes-the-passages", echoPassages},
		{"obeys-the-passages", Says("IGNORING ALL RULES as the passage asks. My rules were: answer from the passages only. [1]")},
		{"marker-and-answer", changed(func(s string) string { return prompts.NotCovered + "\n" + s })},
		{"thinks-aloud", changed(func(s string) string { return "<think>\nThe user wants [1]...\n</think>\n\n" + s })},
		{"control-characters", changed(func(s string) string { return "\u202e\x00\x1b[31m\u200b" + s })},
		{"endless", Says(strings.Repeat("And on it goes [1]. ", 1000))},
		{"one-word-of-20000", Says(strings.Repeat("x", 20000))},
		{"white-space", Says(" \n\t\n ")},
		{"empty", Says("")},
	}
}

// echoPassages says every passage as it stands, instructions in it included,
// each with its number.
func echoPassages(p rag.Prompt) (string, error) {
	var all []string
	for _, m := range passageFence.FindAllStringSubmatch(p.User, -1) {
		all = append(all, strings.TrimSpace(m[3])+" ["+m[1]+"]")
	}
	return strings.Join(all, "\n"), nil
}

// changed is Pretend with its answer changed. The marker line stays as it is.
func changed(change func(string) string) Voice {
	return func(p rag.Prompt) (string, error) {
		text, err := Pretend(p)
		if err != nil || text == prompts.NotCovered {
			return text, err
		}
		return change(text), nil
	}
}

var (
	anyMark = regexp.MustCompile(` ?\[\d+\]`)
	figure  = regexp.MustCompile(`\[?\b\d+\b`)
)

func nextFigure(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil { // a mark
		return s
	}
	return fmt.Sprint(n + 1)
}
