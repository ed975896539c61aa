package prompts

import (
	_ "embed"
	"regexp"
	"strings"
)

// NotCovered is the line a model writes when the passages do not hold the
// answer; see [ReadAnswer].
const NotCovered = "NOT_COVERED"

// An AnswerInput is what the answer prompt is made of.
type AnswerInput struct {
	Question string
	Language string // of the answer: "en", "zh", another BCP 47 tag; "" means the question's own
	Turns    []Turn // the talk before the question, oldest first
	Found    []Finding
	Complete bool // the findings are all there is: a list
	Passages []Passage
	Canary   string // a word that must not come back; "" for none
}

// A Finding is a sentence that was found without a model, with the passages it rests on.
type Finding struct {
	Text    string
	Numbers []int
}

// A Turn is one question of the talk so far and its answer, which may be "".
type Turn struct {
	Question string
	Answer   string
}

// A Passage is a span of a report that the answer may rest on.
type Passage struct {
	N         int // the number it is cited by, unique in one prompt
	Title     string
	Section   string // heading path; "" when there is none
	Published string // "2024-03"; "" when unknown
	Text      string
}

//go:embed answer.tmpl
var answerSource string

var answerFile = mustParse("answer", answerSource)

// Answer asks for the answer to in.Question out of in.Passages and nothing
// else, in plain text, with a mark [n] after every sentence, or for the line
// [NotCovered].
func Answer(in AnswerInput) Prompt {
	view := struct {
		AnswerInput
		Marker string
	}{in, NotCovered}
	view.Language = languageName(in.Language)
	view.Question = material(in.Question)
	view.Found = nil
	for _, f := range in.Found {
		view.Found = append(view.Found, Finding{Text: line(f.Text), Numbers: f.Numbers})
	}
	view.Turns = turns(in.Turns)
	view.Passages = nil
	for _, p := range in.Passages {
		view.Passages = append(view.Passages, Passage{
			N:         p.N,
			Title:     attribute(p.Title),
			Section:   attribute(p.Section),
			Published: attribute(p.Published),
			Text:      material(p.Text),
		})
	}
	return answerFile.fill(view)
}

// turns makes the talk so far safe to show.
func turns(l []Turn) []Turn {
	var out []Turn
	for _, t := range l {
		out = append(out, Turn{Question: line(t.Question), Answer: line(dropMarks(t.Answer))})
	}
	return out
}

func languageName(tag string) string {
	switch {
	case tag == "en":
		return "English"
	case tag == "zh":
		return "Simplified Chinese (简体中文)"
	case languageTag.MatchString(tag):
		return "the language with the tag " + tag
	}
	return "the language of the question"
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$`)

// A Draft is a completion of the answer prompt, taken apart.
type Draft struct {
	Text    string // the sentences and rows with their marks, without the marker line
	Covered bool   // the model gave an answer, at least to a part
	Missing string // what the model says the passages do not hold, in its words; often ""
}

// ReadAnswer takes a completion of the answer prompt apart. Models decorate the
// marker line (**NOT_COVERED**, `NOT_COVERED.`, NOT_COVERED [3]); all of those count.
func ReadAnswer(completion string) Draft {
	var d Draft
	var kept []string
	marked := false
	for l := range strings.Lines(completion) {
		l = strings.TrimRight(l, " \t\r\n")
		m := markerLine.FindStringSubmatch(l)
		if m == nil {
			kept = append(kept, l)
			continue
		}
		marked = true
		if missing := strings.Trim(dropMarks(m[1]), decoration); missing != "" {
			d.Missing = missing
		}
	}
	d.Text = strings.TrimSpace(strings.Join(kept, "\n"))
	d.Covered = d.Text != ""
	if marked && !mark.MatchString(d.Text) {
		// The marker and prose that cites nothing: an explanation of the refusal.
		d.Text, d.Covered = "", false
	}
	return d
}

// IsMarker reports whether a line of a completion is the marker line, however decorated.
func IsMarker(line string) bool { return markerLine.MatchString(line) }

// MayBecomeMarker reports whether a line that is still being written may turn out to be the
// marker line.
func MayBecomeMarker(line string) bool {
	bare := strings.TrimLeft(line, decoration+">#")
	return len(bare) <= len(NotCovered) && strings.HasPrefix(NotCovered, strings.ReplaceAll(bare, " ", "_"))
}

const decoration = " \t*_`\"'.:：。-–—"

var markerLine = regexp.MustCompile("^[\\s*_`\"'>#-]*" + `NOT[_ ]COVERED\b(.*)$`)
