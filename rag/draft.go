package rag

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
)

// marks are citation marks as models write them: [1], [1, 2], [^1], 【1】.
var marks = regexp.MustCompile(`\s*[\[【]\s*\^?(\d+(?:\s*[,，、;]\s*\d+)*)\s*[\]】]`)

// A claim is one sentence of a model's text with the numbers that it cites.
type claim struct {
	text    string
	numbers []int // as written; nil for none
	newline bool  // it begins a line
}

// A draftReader takes a model's text apart while it is being written. A claim is complete
// when its marks are: with the end of its line, with what follows them, or when settle says
// that nothing follows for now.
type draftReader struct {
	line    string // the line under way
	at      int    // bytes of it that are read
	claimed bool   // the line has given a claim already
}

// add reads a further piece of the text and returns the claims that it completes.
func (r *draftReader) add(piece string) []claim {
	var out []claim
	r.line += piece
	for {
		line, rest, ok := strings.Cut(r.line, "\n")
		if !ok {
			return append(out, r.read(false, false)...)
		}
		r.line = line
		out = append(out, r.read(true, true)...)
		r.line, r.at, r.claimed = rest, 0, false
	}
}

// settle returns the claim whose marks stand at the end of what there is.
func (r *draftReader) settle() []claim { return r.read(true, false) }

// end returns what is left when nothing more will come.
func (r *draftReader) end() []claim {
	out := r.read(true, true)
	*r = draftReader{}
	return out
}

// read returns the claims of the line under way. settled says that no further mark follows
// the last one, ended that the line is over.
func (r *draftReader) read(settled, ended bool) []claim {
	if prompts.IsMarker(r.line) || !ended && prompts.MayBecomeMarker(r.line) {
		return nil
	}
	var out []claim
	found := marks.FindAllStringSubmatchIndex(r.line[r.at:], -1)
	base := r.at
	for i := 0; i < len(found); {
		end := base + found[i][1]
		numbers := markNumbers(r.line[base+found[i][2] : base+found[i][3]])
		k := i + 1
		for k < len(found) && strings.TrimSpace(r.line[end:base+found[k][0]]) == "" { // [1][2]
			end = base + found[k][1]
			numbers = append(numbers, markNumbers(r.line[base+found[k][2]:base+found[k][3]])...)
			k++
		}
		rest := r.line[end:]
		stop := leadingStop(rest)
		if follows := strings.TrimLeft(rest, " \t"); !settled && stop == 0 && (!utf8.FullRuneInString(follows) || strings.ContainsRune("[【", firstRune(follows))) {
			return out
		}
		said := r.unread(base+found[i][0]) + rest[:stop]
		r.at = end + stop
		i = k
		before, last := lastSentence(said)
		out = append(out, r.uncited(before)...)
		if last != "" {
			slices.Sort(numbers)
			out = append(out, r.claim(last, slices.Compact(numbers)))
		}
	}
	if ended {
		out = append(out, r.uncited(r.unread(len(r.line)))...)
		r.at = len(r.line)
	}
	return out
}

// unread returns the line up to end without what has been read, and without the mark of a row.
func (r *draftReader) unread(end int) string {
	text := marks.ReplaceAllString(r.line[r.at:end], "")
	if r.at == 0 {
		text = text[len(lineMarks.FindString(text)):]
	}
	return text
}

func (r *draftReader) claim(text string, numbers []int) claim {
	c := claim{text: text, numbers: numbers, newline: !r.claimed}
	r.claimed = true
	return c
}

// uncited returns the sentences of a text without marks. What is no sentence, such as a
// heading, is left out.
func (r *draftReader) uncited(text string) []claim {
	var out []claim
	for _, s := range corpus.Sentences(text) {
		said := plainClaim(text[s.Start:s.End])
		if said == "" || strings.HasSuffix(said, ":") || strings.HasSuffix(said, "：") {
			continue
		}
		out = append(out, r.claim(said, nil))
	}
	return out
}

// lastSentence splits off the sentence that a mark at its end covers.
func lastSentence(text string) (before, last string) {
	text = strings.TrimSpace(text)
	spans := corpus.Sentences(text)
	if len(spans) == 0 {
		return "", ""
	}
	s := spans[len(spans)-1]
	return text[:s.Start], plainClaim(text[s.Start:s.End])
}

// lineMarks stand before a row or a heading.
var lineMarks = regexp.MustCompile(`^\s*(?:[-*•·>#]+\s*|\d{1,2}[.)、]\s+)*`)

// emphasis is Markdown that a chat would show as it is.
var emphasis = strings.NewReplacer("**", "", "__", "", "`", "")

// plainClaim takes the marks of lists, headings and emphasis off a sentence.
func plainClaim(s string) string {
	s = emphasis.Replace(strings.TrimSpace(s))
	s = s[len(lineMarks.FindString(s)):]
	if strings.IndexFunc(s, isWordRune) < 0 {
		return ""
	}
	return oneLine(s)
}

func isWordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// leadingStop returns the length of the end punctuation that rest begins with.
func leadingStop(rest string) int {
	for _, s := range []string{".", "。", "！", "？", "!", "?", ";", "；"} {
		if strings.HasPrefix(rest, s) {
			return len(s)
		}
	}
	return 0
}

// markNumbers reads the numbers of a mark.
func markNumbers(s string) []int {
	var out []int
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}
