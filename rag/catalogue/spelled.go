package catalogue

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// spelledNumber matches a number that is written as a word, and the blank behind it.
var spelledNumber = regexp.MustCompile(`(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty)\b\s+`)

// spelledNumbers are the numbers of those words.
var spelledNumbers = map[string]float64{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
}

// spelled returns the numbers that are written as words right before what an attribute
// counts: "nine sites". Elsewhere such a word tells too little ("two of them").
func (r *factReader) spelled(text string) []corpus.Value {
	var out []corpus.Value
	for _, m := range spelledNumber.FindAllStringIndex(text, -1) {
		if m[0] > 0 && text[m[0]-1] == '-' {
			continue // twenty-five
		}
		if !slices.ContainsFunc(r.attributes, func(a statedAttribute) bool {
			cue := a.cue.FindStringIndex(text[m[1]:])
			return a.kind == corpus.Number && cue != nil && cue[0] == 0
		}) {
			continue
		}
		word := strings.TrimSpace(text[m[0]:m[1]])
		out = append(out, corpus.Value{Kind: corpus.Number, Start: m[0], End: m[0] + len(word), Num: spelledNumbers[strings.ToLower(word)]})
	}
	return out
}

// columnLead returns the name of the table column that a sentence stands in, with a
// colon: it says what the figure is that the cell begins with, or what the cell denies. ""
// outside of a table, and for a cell that begins with other words.
func (r *factReader) columnLead(p corpus.Passage, span corpus.Span) string {
	text := p.Text[span.Start:span.End]
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsLetter(first) && !r.mayDeny(text) {
		return ""
	}
	at := p.Start + span.Start
	for _, c := range p.Cells {
		if at >= c.Start && at < c.End && c.Column != "" {
			return c.Column + ": "
		}
	}
	return ""
}
