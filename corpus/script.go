package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// zhShare is the least share of Han characters among the units of a text
// (Han characters and words) that makes it Chinese. Chinese prose about
// technology keeps many Latin names, so it is far below one half.
const zhShare = 0.2

// isHan reports whether r is written without blanks between words: Han and
// the Japanese syllabaries.
func isHan(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// isWide reports whether r is Han or punctuation of the same width.
func isWide(r rune) bool {
	return isHan(r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60 ||
		r == '“' || r == '”' || r == '…' || r == '—'
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isASCIIDigit(b byte) bool { return b >= '0' && b <= '9' }

// firstRune and lastRune return utf8.RuneError for the empty string.
func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// units counts the Han characters and the words of other scripts in s. A word
// is a run of letters and digits.
func units(s string) (han, words int) {
	inWord := false
	for _, r := range s {
		switch {
		case isHan(r):
			han++
			inWord = false
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if !inWord {
				words++
			}
			inWord = true
		case r != '.' && r != '\'' && r != '’' && r != '-':
			inWord = false
		}
	}
	return han, words
}

// HanShare returns the share of Han characters among the units of s, a unit
// being one Han character or one word of another script: 0 for English, about
// 0.9 for Chinese prose, 0 for a text without letters.
func HanShare(s string) float64 {
	han, words := units(s)
	if han == 0 {
		return 0
	}
	return float64(han) / float64(han+words)
}

// Language returns the language of s, "zh" or "en", by its script: "zh" when
// at least a fifth of its units are Han. An English sentence that quotes a
// Chinese term ("What does 港口 mean in this report?") stays English: it has
// English grammar words and no Chinese ones.
func Language(s string) string {
	share := HanShare(s)
	if share < zhShare {
		return "en"
	}
	if share < 0.6 && englishGrammar(s) >= 2 && !strings.ContainsAny(s, chineseGrammar) {
		return "en"
	}
	return "zh"
}

// chineseGrammar are characters that carry grammar rather than meaning: a
// Chinese sentence has one, a quoted term hardly ever does.
const chineseGrammar = "的是了吗嗎呢吧么麼哪谁誰怎几幾多有在和与與为為被把从從对對这這那"

// englishGrammar counts the English grammar words of s.
func englishGrammar(s string) int {
	n := 0
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) || isHan(r) }) {
		switch w {
		case "a", "an", "the", "is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "of", "in", "on", "at",
			"to", "for", "by", "with", "from", "and", "or", "what", "which", "who", "whose", "when", "where", "why", "how",
			"this", "that", "these", "it", "its", "can", "will", "me", "about", "mean", "means", "there":
			n++
		}
	}
	return n
}
