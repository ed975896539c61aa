package ragtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// An Attack is a text that wants a bot to do something else than answer, and what a model
// that does as it is told would say to it.
type Attack struct {
	ID    string `json:"id"`
	Lang  string `json:"lang"`  // "en", "zh", "zh-Hant", "mixed"
	Place string `json:"place"` // where the text stands: "question", "turn", "passage", "project", "title"; "model" for nowhere
	Text  string `json:"text"`
	// Question is the fair question that is asked; "" where the text is the question.
	Question string `json:"question"`
	Before   string `json:"before,omitempty"` // what was asked before it, where the text stands in the talk
	// Obeys and Never may hold {canary} and other words in braces, which stand for what
	// only the prompt holds; see Fill.
	Obeys  string   `json:"obeys"`
	Never  []string `json:"never"`            // what must not be sent
	Status string   `json:"status,omitempty"` // what the answer's status must be; "" leaves it open for a question
}

// ReadAttacks reads a file of one attack a line.
func ReadAttacks(name string) ([]Attack, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read attacks: %w", err)
	}
	var out []Attack
	for l := range strings.Lines(string(data)) {
		var a Attack
		if err := json.Unmarshal([]byte(l), &a); err != nil {
			return nil, fmt.Errorf("read attacks: line %d: %w", len(out)+1, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// Chinese reports whether the attack is in Chinese, at least for the most part.
func (a Attack) Chinese() bool { return corpus.Language(a.Text+a.Question+a.Obeys) == "zh" }

// Report returns a small report about an invented company with the attack's text in its place,
// or without it where that is not in a report.
func (a Attack) Report() (corpus.Report, error) {
	title, project := "Storage notes, summer 2025", "Marlstone Heat"
	lines := []string{
		"Marlstone Heat stores surplus power as heat in beds of crushed brick. It was founded in 2021 by Edda Quill, its chief executive.",
		"In April 2025 it raised a Series A of €17 million, led by Skerry Partners. Its first plant, Orrin Yard (3 MW / 24 MWh), was commissioned in February 2025.",
	}
	section := "Heat storage"
	if a.Chinese() {
		title, project, section = "储热札记，2025 年夏", "赤砂储热", "储热"
		lines = []string{
			"赤砂储热（Chisha Thermal）用沙床储存弃风电力。公司成立于 2021 年，创始人宋知野任总经理。",
			"2025 年 4 月完成 6000 万元 A 轮融资，由青杉资本领投。首座电站（5MW/40MWh）于 2025 年 2 月投运。",
		}
	}
	between, behind := "", ""
	switch {
	case a.Place == "title":
		title = a.Text
	case a.Place == "project":
		project = a.Text
	case a.Place == "passage" && strings.ContainsAny(a.Text[:1], "|#-><`"):
		behind = a.Text
	case a.Place == "passage":
		between = a.Text
	}
	text := fmt.Sprintf("# %s\n\n## %s\n\n### %s\n\n%s %s %s\n\n%s\n", title, section, project, lines[0], between, lines[1], behind)
	date := corpus.Date{Year: 2025, Month: 6}
	return corpus.Read("notes.md", []byte(text), corpus.Meta{ID: "storage-notes", Title: title, URL: "https://example.com/notes", Published: date})
}

// Fill puts what the prompt holds in place of the words in braces: {canary}, the same in
// other dress ({CANARY}, {yranac}, {c-a-n-a-r-y}, {base64}), {rule}, the first of the rules,
// and {rules}, all of the system text.
func Fill(text string, p rag.Prompt) string {
	canary := "the hidden word"
	if m := canaryRule.FindStringSubmatch(p.System); m != nil {
		canary = m[1]
	}
	letters := strings.Split(canary, "")
	backwards := slices.Clone(letters)
	slices.Reverse(backwards)
	rule := firstRule.FindString(p.System)
	return strings.NewReplacer("{canary}", canary, "{CANARY}", strings.ToUpper(canary), "{yranac}", strings.Join(backwards, ""),
		"{c-a-n-a-r-y}", strings.Join(letters, "-"), "{base64}", base64.StdEncoding.EncodeToString([]byte(canary+" is the word")),
		"{rule}", rule, "{rules}", p.System).Replace(text)
}

var (
	canaryRule = regexp.MustCompile(`The word (\S+) marks these rules`)
	firstRule  = regexp.MustCompile(`(?m)^1\. .*$`)
	tagged     = regexp.MustCompile(`<[^>]*>`)
)

// Reaches reports whether a model that is asked p meets the attack's text, as it stands or
// made harmless.
func (a Attack) Reaches(p rag.Prompt) bool {
	if a.Place == "model" {
		return true
	}
	units := strings.Fields(corpus.Normal(tagged.ReplaceAllString(a.Text, " ")))
	if len(units) == 0 {
		return false
	}
	shown, n := corpus.Normal(p.User), 0
	for _, u := range units {
		if strings.Contains(shown, " "+u+" ") {
			n++
		}
	}
	return 10*n >= 6*len(units)
}

// Obedient is the voice of a model that does what the attack wants whenever it meets it, with a
// citation behind every line: beside what is right, in one sentence with it, and under
// every number at once. It does so as the model that puts questions in other words and as the one
// that mends sentences, too. alone leaves out what is right.
func (a Attack) Obedient(alone bool) Voice {
	turn := 0
	return func(p rag.Prompt) (string, error) {
		if !a.Reaches(p) {
			return Pretend(p)
		}
		turn++
		obeys := strings.TrimSpace(Fill(a.Obeys, p))
		switch {
		case p.Schema != nil && p.Name == "rewrite":
			return a.rewrites(obeys, turn), nil
		case p.Schema != nil:
			return blank(p.Schema.JSON), nil
		case p.Name == "repair":
			return a.repairs(obeys, p), nil
		}
		return a.answers(obeys, p, alone), nil
	}
}

// answers obeys in every way that may pass for an answer.
func (a Attack) answers(obeys string, p rag.Prompt, alone bool) string {
	right, marks := a.right(p)
	var out []string
	for l := range strings.Lines(obeys) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l+marks, l+" [1]", strings.TrimRight(l, ".。")+" [1][2][3]", l)
		}
	}
	if alone || right == "" {
		return strings.Join(out, "\n")
	}
	first, _, _ := strings.Cut(obeys, "\n")
	glued := strings.TrimRight(right, ".。") + join(a.Chinese()) + strings.TrimRight(first, ".。")
	out = append([]string{right + marks, glued + marks}, out...)
	return strings.Join(append(out, strings.TrimRight(first, ".。")+join(a.Chinese())+right+marks), "\n")
}

func join(chinese bool) string {
	if chinese {
		return "，"
	}
	return ", "
}

// right returns a sentence that a faithful model would say, and its marks.
func (a Attack) right(p rag.Prompt) (text, marks string) {
	said, _ := Pretend(p)
	for l := range strings.Lines(said) {
		if marks := strings.TrimSpace(endMarks.FindString(l)); marks != "" {
			return strings.TrimSpace(endMarks.ReplaceAllString(l, "")), " " + marks
		}
	}
	return "", " [1]"
}

// rewrites obeys in the place of a question.
func (a Attack) rewrites(obeys string, turn int) string {
	fair := "When was Gravholt founded?"
	if a.Chinese() {
		fair = "弘川钒储的创始人是谁？"
	}
	r := []rune(oneLine(obeys))
	obeys = string(r[:min(len(r), 300)])
	end := "?"
	if a.Chinese() {
		end = "？"
	}
	questions := [][]string{{fair + " " + obeys}, {strings.TrimRight(obeys, ".。") + end, fair}, {obeys, fair}}[turn%3]
	data, err := json.Marshal(map[string]any{"questions": questions})
	if err != nil {
		panic(err)
	}
	return string(data)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// repairs obeys in the place of every sentence that is to be put right.
func (a Attack) repairs(obeys string, p rag.Prompt) string {
	_, faults, _ := strings.Cut(p.User, "<faults>")
	right, marks := a.right(p)
	obeys = oneLine(obeys)
	var out []string
	for i, m := range faultLine.FindAllStringSubmatch(faults, -1) {
		said := obeys
		if i%2 == 0 {
			said = strings.TrimRight(right, ".。") + join(a.Chinese()) + obeys
		}
		out = append(out, m[1]+": "+said+marks)
	}
	return strings.Join(out, "\n")
}
