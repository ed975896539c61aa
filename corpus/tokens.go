package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens cuts s into the units that texts are compared by, folded (see
// [Fold]), in reading order:
//
//   - a run of letters and digits, which keeps a dot, an underscore or an
//     apostrophe inside (last.fm, 0.1318), and a hyphen between a letter and a
//     digit (f-16); a hyphen between two letters or two digits separates
//     (user-owned, 2023-2024);
//   - a number without its thousands separators: 1,000 is 1000;
//   - a possessive without its 's;
//   - c++ and c#, with their marks;
//   - each Han character, followed by the pair that it makes with the next.
//
// The same word may stand in it more than once.
func Tokens(s string) []string {
	s = Fold(unglue(s))
	out := make([]string, 0, len(s)/4+1)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case isHan(r):
			out = append(out, s[i:i+size])
			if next, n := utf8.DecodeRuneInString(s[i+size:]); isHan(next) {
				out = append(out, s[i:i+size+n])
			}
			i += size
		case isWordRune(r):
			end := wordEnd(s, i)
			out = append(out, tokenOf(s[i:end]))
			i = end
		default:
			i += size
		}
	}
	return out
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) && !isHan(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// wordEnd returns where the word that begins at i ends.
func wordEnd(s string, i int) int {
	var prev rune
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		if !isWordRune(r) && !joins(prev, r, next, s[i:]) {
			break
		}
		prev = r
		i += size
	}
	return i + markEnd(s[i:], prev)
}

// joins reports whether the mark r holds the characters before and after it
// together in one word.
func joins(prev, r, next rune, rest string) bool {
	if !isWordRune(prev) || !isWordRune(next) {
		return false
	}
	switch r {
	case '.', '\'':
		return true
	case '-':
		return unicode.IsDigit(prev) != unicode.IsDigit(next)
	case ',':
		return unicode.IsDigit(prev) && isThousands(rest[1:])
	}
	return false
}

// isThousands reports whether s begins with exactly three digits.
func isThousands(s string) bool {
	n := 0
	for n < len(s) && isASCIIDigit(s[n]) {
		n++
	}
	return n == 3
}

// markEnd returns the length of the marks at the start of rest that belong to
// the word before: ++ or # after a letter.
func markEnd(rest string, prev rune) int {
	if !unicode.IsLetter(prev) {
		return 0
	}
	n := 0
	switch {
	case strings.HasPrefix(rest, "++"):
		n = 2
	case strings.HasPrefix(rest, "#"):
		n = 1
	}
	if next, _ := utf8.DecodeRuneInString(rest[n:]); isWordRune(next) {
		return 0
	}
	return n
}

// tokenOf drops a possessive and thousands separators.
func tokenOf(word string) string {
	word = strings.TrimSuffix(word, "'s")
	if strings.ContainsRune(word, ',') {
		word = strings.ReplaceAll(word, ",", "")
	}
	return word
}

// unglue puts a blank where two sentences stand together without one.
func unglue(s string) string {
	var b strings.Builder
	last := 0
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '.' && isGlued(s, i) {
			b.WriteString(s[last : i+1])
			b.WriteByte(' ')
			last = i + 1
		}
	}
	if last == 0 {
		return s
	}
	return b.String() + s[last:]
}
