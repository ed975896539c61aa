package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// bullets are the marks that open an unnumbered list item.
const bullets = "-*+•▪◦‣●○■□◆◇▶►·–—"

// listMark returns the length in bytes of the list mark at the start of line,
// with the blanks around it, or that of the leading blanks when there is no
// mark: "  - x" gives 4, "1) x" 3, "3.5" 0.
func listMark(line string) int {
	lead := len(line) - len(strings.TrimLeft(line, " \t"))
	s := line[lead:]
	n := bulletMark(s)
	if n == 0 {
		n = numberMark(s)
	}
	if n == 0 || strings.TrimSpace(s[n:]) == "" {
		return lead
	}
	return lead + n
}

// bulletMark returns the length of the bullet and blanks at the start of s.
func bulletMark(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || !strings.ContainsRune(bullets, r) {
		return 0
	}
	return markAndBlanks(s, size)
}

// numberMark returns the length of the list number and blanks at the start of
// s: "1) ", "(2) ", "3. ", "4、", "① ".
func numberMark(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if r >= '①' && r <= '⑳' {
		return size + len(s[size:]) - len(strings.TrimLeft(s[size:], " \t"))
	}
	i := 0
	open := strings.HasPrefix(s, "(") || strings.HasPrefix(s, "（")
	if open {
		i = size
	}
	digits := 0
	for i < len(s) && isASCIIDigit(s[i]) && digits < 3 {
		i++
		digits++
	}
	if digits == 0 {
		return 0
	}
	r, size = utf8.DecodeRuneInString(s[i:])
	switch {
	case r == ')' || r == '.' && !open:
		return markAndBlanks(s, i+size)
	case r == '）' || r == '、' && !open:
		i += size
		return i + len(s[i:]) - len(strings.TrimLeft(s[i:], " \t"))
	}
	return 0
}

// markAndBlanks returns n plus the blanks behind it, or 0 when there is none.
func markAndBlanks(s string, n int) int {
	blanks := len(s[n:]) - len(strings.TrimLeft(s[n:], " \t"))
	if blanks == 0 {
		return 0
	}
	return n + blanks
}

// maxLeadWords and maxLeadHan bound the name before a colon.
const (
	maxLeadWords = 6
	maxLeadHan   = 30
)

// leadOf returns the name that a list item opens with, given the item's text
// without its mark and what of it stands marked (bold, or a link) at the very
// start: the marked text, else the text before a colon, else the name that the
// item defines ("X is a ...", "X 是 ..."). It is "" when there is none or
// nothing follows it.
func leadOf(text, marked string) string {
	if marked = trimLead(marked); marked != "" && isShortLead(marked, 2) && hasMore(text, marked) {
		return marked
	}
	if lead := colonLead(text); lead != "" {
		return lead
	}
	return definedName(text)
}

// trimLead removes the blanks and the colon or full stop around a lead.
func trimLead(s string) string {
	s = collapse(s)
	if !isInitials(strings.TrimSuffix(s, ".")) {
		s = strings.TrimRight(s, ".。")
	}
	return strings.TrimSpace(strings.TrimRight(s, ":： "))
}

// isShortLead reports whether s is short enough for a name, times slack.
func isShortLead(s string, slack int) bool {
	han, words := units(s)
	return han+words > 0 && words <= maxLeadWords*slack && han <= maxLeadHan*slack
}

// hasMore reports whether text goes on after lead.
func hasMore(text, lead string) bool {
	rest, ok := strings.CutPrefix(collapse(text), lead)
	return !ok || hasWord(rest)
}

// colonLead returns the short text before the first colon of text.
func colonLead(text string) string {
	i := strings.IndexAny(text, ":：\n")
	if i <= 0 || text[i] == '\n' {
		return ""
	}
	lead, rest := text[:i], text[i:]
	r, size := utf8.DecodeRuneInString(rest)
	rest = rest[size:]
	if r == ':' && !strings.HasPrefix(rest, " ") || !hasWord(rest) {
		return ""
	}
	if strings.ContainsAny(lead, "!?,;。！？，；\"“") || strings.Contains(lead, ". ") || !isShortLead(lead, 1) {
		return ""
	}
	return collapse(lead)
}

// definedName returns the name at the start of a sentence that is about it: a
// few capitalised words before "is a", ", a" and their kin, or Latin words
// before Han characters.
func definedName(text string) string {
	pos := 0
	for n := 0; n <= maxLeadWords; n++ {
		stop := pos + wordLen(text[pos:])
		word, rest := text[pos:stop], text[stop:]
		bare := strings.TrimSuffix(word, ",")
		after := strings.TrimLeft(rest, " ")
		switch {
		case n > 0 && startsWithAny(text[pos:], "is a ", "is an ", "is the ", "are a ", "are the ", "was a ", "was the "):
			return nameIf(strings.TrimSpace(text[:pos]))
		case !isNameWord(bare):
			return ""
		case bare != word && startsWithAny(rest, " a ", " an ", " the ", " or "):
			return nameIf(text[:stop-1])
		case bare != word:
			return ""
		case isHan(firstRune(after)) || strings.HasPrefix(after, "，"):
			return subjectIf(text[:stop])
		}
		pos = len(text) - len(after)
	}
	return ""
}

// subjectIf returns a Latin name in front of Chinese text unless it may be a
// common abbreviation: it has two words, or four letters, or mixed case.
func subjectIf(name string) string {
	if !hasLetter(name) || len(name) < 4 && strings.ToUpper(name) == name {
		return ""
	}
	return nameIf(name)
}

// wordLen returns the length of s up to its first blank or wide character.
func wordLen(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || isWide(r) }); i >= 0 {
		return i
	}
	return len(s)
}

func startsWithAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// nameIf returns name unless its first word is one that opens sentences, or
// it is one adverb.
func nameIf(name string) string {
	if isOpener(firstWord(name)) || !strings.Contains(name, " ") && strings.HasSuffix(name, "ly") || !hasWord(name) {
		return ""
	}
	return name
}

// isNameWord reports whether w can stand in a name: it begins with a capital
// or a digit, or looks like a name otherwise.
func isNameWord(w string) bool {
	r := firstRune(w)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || unicode.IsLower(r) && looksLikeName(w)
}
