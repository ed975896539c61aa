package corpus

import (
	"strings"
	"unicode"
)

// maxRun is the longest run of one ASCII mark that is kept. It is far beyond
// any drawn line; the parsers need quadratic time for endless ones.
const maxRun = 300

// normalise brings text to the form that every reader starts from: lines end
// in \n, blanks are plain blanks (tabs stay, they may be columns), and what
// nobody can see is gone: control characters, byte order marks, zero-width
// and direction marks, and all but the first maxRun of a run of one mark.
func normalise(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	last, run := rune(0), 0
	return strings.Map(func(r rune) rune {
		if r == last {
			run++
		} else {
			last, run = r, 1
		}
		switch {
		case run > maxRun && r < unicode.MaxASCII && isASCIIPunct(byte(r)):
			return -1
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\f' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
}

// collapse joins the words of s with single blanks.
func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

// tidyLines collapses the blanks of each line and drops empty lines.
func tidyLines(s string) string {
	if !strings.Contains(s, "\n") {
		return collapse(s)
	}
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = collapse(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// betweenLines returns what joins two lines of one paragraph: a blank, or
// nothing between two Han characters.
func betweenLines(a, b string) string {
	if isWide(lastRune(a)) && isWide(firstRune(b)) {
		return ""
	}
	return " "
}

// sameWords reports whether a and b have the same letters and digits, case
// aside.
func sameWords(a, b string) bool {
	return a != "" && b != "" && bareWords(a) == bareWords(b)
}

// bareWords keeps the letters and digits of s, folded.
func bareWords(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, Fold(s))
}
