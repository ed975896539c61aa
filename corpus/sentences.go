package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Span is a byte range [Start, End) in a text.
type Span struct{ Start, End int }

// longClause is the length in bytes (about 60 Han characters) from which on a
// Chinese semicolon ends a sentence.
const longClause = 180

// bracketReach is the number of bytes within which a quote or bracket must
// close to be taken for one.
const bracketReach = 1000

// tailReach is the greatest length in bytes of a remark in brackets that is
// kept with the sentence it follows.
const tailReach = 80

// Sentences returns the sentences of text in reading order, as byte spans
// without white space at their ends. They do not overlap.
//
// Every line is read by itself, so list items, table cells and headings come
// out as sentences of their own; a list mark at the start of a line ("1)",
// "-") belongs to none. Closing quotes and brackets belong to the sentence
// before. Figures (3.5), names (last.fm, U.S.), abbreviations (e.g., Dr.), URLs
// and what stands in quotes or brackets are not cut. Two sentences that stand
// together without a blank ("gain benefits.It is") are two.
func Sentences(text string) []Span {
	var out []Span
	for start := 0; start < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			end = start + n
		}
		out = lineSentences(text, Span{start, end}, out)
		start = end + 1
	}
	return out
}

// lineSentences appends the sentences of one line.
func lineSentences(text string, line Span, out []Span) []Span {
	line.Start += listMark(text[line.Start:line.End])
	first := len(out)
	for from := line.Start; from < line.End; {
		end := sentenceEnd(text, from, line)
		s := trimSpan(text, Span{from, end})
		from = end
		switch {
		case s.Start == s.End:
		case !hasWord(text[s.Start:s.End]):
			if len(out) > first { // stray marks belong to the sentence before
				out[len(out)-1].End = s.End
			}
		default:
			out = append(out, s)
		}
	}
	return out
}

// sentenceEnd returns where the sentence that begins at from ends.
func sentenceEnd(text string, from int, line Span) int {
	for i := from; i < line.End; {
		r, size := utf8.DecodeRuneInString(text[i:line.End])
		if size == 1 && isASCIILetter(text[i]) {
			i++
			continue
		}
		if c := closing(text, i, line, r, size); c > 0 {
			end := c + closerSize(text, c)
			if endsAfterGroup(text, i, c, end, from, line) {
				return withTail(text, end, line)
			}
			i = end
			continue
		}
		if end := terminated(text, i, from, line, r, size); end > 0 {
			return withTail(text, end, line)
		}
		i += size
	}
	return line.End
}

// terminated returns the end of the sentence when the mark r at i ends it,
// else 0.
func terminated(text string, i, from int, line Span, r rune, size int) int {
	switch r {
	case '.':
		return dotEnd(text, i, line)
	case '!', '?', '…':
		end := i + size
		for end < line.End && strings.ContainsRune(".!?…", rune(text[end])) {
			end++
		}
		end = skipClosers(text, end, line)
		if startsSentence(text, end, line, r == '…') {
			return end
		}
	case '。', '！', '？', '｡':
		end := i + size
		for {
			next, n := utf8.DecodeRuneInString(text[end:line.End])
			if !strings.ContainsRune("。！？!?…", next) || n == 0 {
				return skipClosers(text, end, line)
			}
			end += n
		}
	case '；':
		if i-from >= longClause {
			return i + size
		}
	}
	return 0
}

// startsSentence reports whether a sentence may begin at i, after an
// exclamation or question mark or (strict) after dots.
func startsSentence(text string, i int, line Span, strict bool) bool {
	if i >= line.End {
		return true
	}
	next, _ := utf8.DecodeRuneInString(text[i:line.End])
	if next != ' ' {
		return !strict && isHan(next)
	}
	word := strings.TrimLeft(text[i:line.End], " ")
	if word == "" {
		return true
	}
	r := firstRune(word)
	if r == '(' || r == '[' { // a remark goes on in lower case
		r = firstRune(word[1:])
	}
	return !unicode.IsLower(r) && !strings.ContainsRune(",;:，；：)", r) || looksLikeName(firstWord(word))
}

// closing returns the index of the mark that closes the quote or bracket at
// i, or 0 when there is none at i or it does not close nearby.
func closing(text string, i int, line Span, r rune, size int) int {
	shut := closerOf(r)
	if shut == 0 {
		return 0
	}
	limit := min(line.End, i+bracketReach)
	if r == '"' {
		if !opensQuote(text, i, line) {
			return 0
		}
		if n := strings.IndexByte(text[i+1:limit], '"'); n >= 0 {
			return i + 1 + n
		}
		return 0
	}
	depth := 1
	for j := i + size; j < limit; {
		c, n := utf8.DecodeRuneInString(text[j:line.End])
		switch c {
		case r:
			depth++
		case shut:
			if depth--; depth == 0 {
				return j
			}
		}
		j += n
	}
	return 0
}

// closerOf returns the mark that closes r, or 0 when r opens nothing.
func closerOf(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '（':
		return '）'
	case '【':
		return '】'
	case '《':
		return '》'
	case '「':
		return '」'
	case '『':
		return '』'
	case '“':
		return '”'
	}
	return 0
}

func closerSize(text string, i int) int {
	_, size := utf8.DecodeRuneInString(text[i:])
	return size
}

// opensQuote reports whether the straight quote at i opens: nothing but a
// blank, a bracket or a Han character stands before it, and a word after it.
func opensQuote(text string, i int, line Span) bool {
	if i+1 >= line.End || text[i+1] == ' ' {
		return false
	}
	if i == line.Start {
		return true
	}
	prev := lastRune(text[line.Start:i])
	return prev == ' ' || isWide(prev) || strings.ContainsRune("([{-/=:", prev)
}

// endsAfterGroup reports whether a sentence ends behind the quote or bracket
// [open, shut], whose closing mark ends at end: the last mark inside ends a
// sentence, and what follows begins one.
func endsAfterGroup(text string, open, shut, end, from int, line Span) bool {
	inside := lastRune(text[open:shut])
	if !strings.ContainsRune(".!?。！？…", inside) {
		return false
	}
	bracket := strings.ContainsRune("([{（【", firstRune(text[open:]))
	if bracket && strings.TrimSpace(text[from:open]) != "" {
		return false // a remark inside a sentence
	}
	if end >= line.End {
		return true
	}
	next, _ := utf8.DecodeRuneInString(text[end:line.End])
	if next == ' ' {
		return startsSentence(text, end, line, true)
	}
	return inside == '。' && isHan(next)
}

// skipClosers returns the index behind the closing marks at i.
func skipClosers(text string, i int, line Span) int {
	for i < line.End {
		r, size := utf8.DecodeRuneInString(text[i:line.End])
		if !strings.ContainsRune(`"')]}”’）】」』》*_`, r) {
			break
		}
		i += size
	}
	return i
}

// withTail moves the end of a sentence behind a short remark in brackets that
// closes the line, such as a source: "... systems." (Name)
func withTail(text string, end int, line Span) int {
	rest := strings.TrimSpace(text[end:line.End])
	if rest == "" || len(rest) > tailReach {
		return end
	}
	open := firstRune(rest)
	if open != '(' && open != '[' && open != '（' {
		return end
	}
	shut := closerOf(open)
	body := rest[utf8.RuneLen(open):]
	if strings.IndexRune(body, shut) != len(body)-utf8.RuneLen(shut) {
		return end
	}
	if strings.ContainsRune(".!?。！？", lastRune(strings.TrimSuffix(body, string(shut)))) {
		return end // a sentence of its own
	}
	return line.End
}

func trimSpan(text string, s Span) Span {
	for s.Start < s.End && (text[s.Start] == ' ' || text[s.Start] == '\t') {
		s.Start++
	}
	for s.End > s.Start && (text[s.End-1] == ' ' || text[s.End-1] == '\t' || text[s.End-1] == '\r') {
		s.End--
	}
	return s
}

// hasWord reports whether s holds a letter or a digit.
func hasWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r < utf8.RuneSelf && (isASCIILetter(byte(r)) || isASCIIDigit(byte(r))) ||
			r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r))
	})
}
