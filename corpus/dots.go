package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// dotEnd returns the end of the sentence when the dot at i ends it, closing
// marks included, else 0.
func dotEnd(text string, i int, line Span) int {
	end := i + 1
	for end < line.End && text[end] == '.' {
		end++
	}
	dots := end - i
	end = skipClosers(text, end, line)
	if end >= line.End {
		return end
	}
	if dots > 1 {
		return ifElse(startsSentence(text, end, line, true), end)
	}
	next, _ := utf8.DecodeRuneInString(text[end:line.End])
	switch {
	case next == ' ':
		rest := strings.TrimLeft(text[end:line.End], " ")
		return ifElse(rest == "" || dotEndsBefore(text, i, wordBefore(text, i, line), rest, line), end)
	case isHan(next) || next == '「' || next == '“':
		word := wordBefore(text, i, line)
		return ifElse(!isListNumber(word) && hasWord(word), end)
	case end == i+1 && isGlued(text[:line.End], i):
		return end
	}
	return 0
}

func ifElse(ok bool, n int) int {
	if ok {
		return n
	}
	return 0
}

// dotEndsBefore reports whether the dot at i behind word ends a sentence,
// given the rest of the line after the blank.
func dotEndsBefore(text string, i int, word, rest string, line Span) bool {
	next := firstRune(rest)
	lower := strings.ToLower(word)
	switch {
	case isListNumber(word) && opensEnumeration(text, i-len(word), line):
		return false
	case neverFinal(lower):
		return false
	case beforeNumber(lower):
		return !unicode.IsDigit(next)
	case isInitials(word):
		return isOpener(firstWord(rest))
	case mayBeFinal(lower):
		return isOpener(firstWord(rest)) || isHan(next)
	case unicode.IsLower(next):
		return looksLikeName(firstWord(rest)) || endsPlainly(word)
	}
	return !strings.ContainsRune(",;:", next)
}

// maxWord bounds the bytes that are looked at of a word before a dot.
const maxWord = 40

// wordBefore returns the run of letters, digits and dots that ends at i.
func wordBefore(text string, i int, line Span) string {
	j := i
	for j > line.Start && i-j < maxWord {
		r, size := utf8.DecodeLastRuneInString(text[line.Start:j])
		if isHan(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '-' && r != '\'' && r != '’' {
			break
		}
		j -= size
	}
	return text[j:i]
}

// firstWord returns s up to its first blank, without opening marks.
func firstWord(s string) string {
	s = strings.TrimLeft(s, `"'“‘([`)
	if n := strings.IndexByte(s, ' '); n >= 0 {
		s = s[:n]
	}
	return strings.TrimRight(s, `.,;:!?"'”’)]`)
}

// isListNumber reports whether word can number a list: one or two digits.
func isListNumber(word string) bool {
	return len(word) > 0 && len(word) <= 2 && strings.Trim(word, "0123456789") == ""
}

// opensEnumeration reports whether a number at i stands where a list item
// begins: at the start of the line or behind the end of a clause.
func opensEnumeration(text string, i int, line Span) bool {
	before := strings.TrimRight(text[line.Start:i], " ")
	return before == "" || strings.ContainsRune(":;.：；。", lastRune(before))
}

// neverFinal reports whether a dot behind word marks an abbreviation that
// cannot close a sentence.
func neverFinal(word string) bool {
	switch word {
	case "e.g", "eg", "i.e", "ie", "vs", "v", "cf", "approx", "ca", "c", "incl", "excl", "resp", "viz",
		"dr", "mr", "mrs", "ms", "prof", "st", "mt", "gen", "rep", "sen", "gov", "rev", "hon", "messrs", "mme",
		"dept", "univ", "assn", "bros", "ed", "eds":
		return true
	}
	return false
}

// beforeNumber reports whether word with a dot stands for something that a
// number follows.
func beforeNumber(word string) bool {
	switch word {
	case "no", "nos", "nr", "vol", "vols", "fig", "figs", "eq", "sec", "ch", "chap", "p", "pp", "art", "ver", "para",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec":
		return true
	}
	return false
}

// mayBeFinal reports whether word with a dot is an abbreviation that can also
// close a sentence.
func mayBeFinal(word string) bool {
	switch word {
	case "inc", "ltd", "llc", "corp", "co", "plc", "jr", "sr", "al", "est", "ph.d", "a.m", "p.m":
		return true
	}
	return false
}

// isInitials reports whether word is one capital or capitals with dots between
// them: J, U.S.
func isInitials(word string) bool {
	if word == "" || word == "I" {
		return false
	}
	for i, r := range word {
		if i%2 == 0 && (r < 'A' || r > 'Z') || i%2 == 1 && r != '.' {
			return false
		}
	}
	return true
}

// isOpener reports whether word, with its capital, is one that opens English
// sentences and no names.
func isOpener(word string) bool {
	switch word {
	case "The", "A", "An", "This", "That", "These", "Those", "It", "Its", "They", "Their", "We", "Our", "You", "Your", "He", "She",
		"His", "Her", "I", "In", "On", "At", "As", "By", "For", "From", "With", "Of", "To", "If", "When", "While", "Where", "Since",
		"After", "Before", "But", "And", "Or", "So", "Yet", "However", "Although", "Though", "Because", "There", "Here", "Then",
		"Thus", "Also", "First", "Second", "Third", "Next", "Later", "Instead", "Overall", "Over", "Within", "During", "Despite", "Given", "Both", "Each", "Every", "All", "Some", "Many", "Most", "Other", "Such", "What", "Which", "Who", "How", "Why",
		"Today", "Now", "Once", "Under", "Unlike", "Through", "Moreover", "Meanwhile", "Among", "Users", "According":
		return true
	}
	return false
}

// looksLikeName reports whether a word that begins in lower case is a name
// all the same: it holds a capital, a digit or a dot (last.fm, eBay, 3com).
func looksLikeName(word string) bool {
	if firstRune(word) == utf8.RuneError {
		return false
	}
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) ||
		strings.Contains(strings.Trim(word, "."), ".")
}

// endsPlainly reports whether word is too long for an unknown abbreviation.
func endsPlainly(word string) bool {
	return utf8.RuneCountInString(word) >= 4 && !strings.Contains(word, ".")
}

// isGlued reports whether the dot at i joins two sentences without a blank:
// a lower-case word, the dot, a capitalised word ("benefits.It is").
func isGlued(text string, i int) bool {
	from := i
	for from > 0 && text[from-1] >= 'a' && text[from-1] <= 'z' {
		from--
	}
	if from == i || from > 0 && (isASCIILetter(text[from-1]) || isASCIIDigit(text[from-1]) || strings.IndexByte("./-_@:", text[from-1]) >= 0) {
		return false
	}
	if word := text[from:i]; len(word) < 3 && word != "it" && word != "is" && word != "so" && word != "us" {
		return false
	}
	to := i + 1
	if to >= len(text) || text[to] < 'A' || text[to] > 'Z' {
		return false
	}
	for to++; to < len(text) && text[to] >= 'a' && text[to] <= 'z'; to++ {
	}
	if to == i+2 && text[i+1] != 'A' && text[i+1] != 'I' {
		return false // one capital alone
	}
	return to < len(text) && (text[to] == ' ' || text[to] == ',' || text[to] == '\'' || strings.HasPrefix(text[to:], "’"))
}
