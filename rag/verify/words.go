package verify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
)

// A word is a Latin word, a number as printed, or one Han character.
type word struct {
	text   string // as printed
	low    string // in lower case
	norm   string // stemmed; what words are compared by
	start  int    // byte in the text
	clause int32  // running number of its clause
	gap    gap    // what stands before it
	han    bool
	first  bool // it opens a sentence, or stands behind a colon
}

func (w *word) end() int { return w.start + len(w.text) }

// A gap is what stands between a word and the one before.
type gap uint8

const (
	joined  gap = iota // nothing, one blank or a hyphen
	listed             // an enumeration comma, a slash, a quote
	clausal            // a comma, a bracket, a colon
	ended              // the end of a sentence
)

// plain rewrites s so that the same text has one form: full-width letters and
// digits narrow, Chinese simplified, quotes and hyphens of one kind, without Markdown's
// escapes. Case stays.
func plain(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isHan(r) {
			j := i + size
			for j < len(s) {
				next, n := utf8.DecodeRuneInString(s[j:])
				if !isHan(next) {
					break
				}
				j += n
			}
			b.WriteString(corpus.Fold(s[i:j]))
			i = j
			continue
		}
		if r == '\\' && i+1 < len(s) && unicode.In(rune(s[i+1]), unicode.P, unicode.S) {
			i++ // Markdown's escape
			continue
		}
		if p := plainRune(r); p >= 0 {
			b.WriteRune(p)
		}
		i += size
	}
	return b.String()
}

// plainRune returns the plain form of r, or -1 for none.
func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ', r == '％', r == '＄', r == '～', r == '＋', r == '．':
		return r - 0xFEE0
	case r == '‘', r == '’', r == '′':
		return '\''
	case r == '‐', r == '‑', r == '‒', r == '–', r == '−':
		return '-'
	case r == '\u00A0', r == '\u2009', r == '\u202F', r == '\u3000':
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// scan cuts plain text into words.
func scan(s string) []word {
	out := make([]word, 0, wordsIn(s))
	clause, at, opens := int32(0), 0, true
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		han := isHan(r)
		if !han && !isWordRune(r) {
			i += size
			continue
		}
		end := i + size
		if !han {
			end = wordEnd(s, i)
		}
		g := gapOf(s[at:i])
		if g >= clausal && len(out) > 0 {
			clause++
		}
		if len(out) > 0 {
			opens = g == ended || strings.ContainsAny(s[at:i], ":：")
		}
		w := word{text: s[i:end], start: i, han: han, clause: clause, gap: g, first: opens}
		w.low, w.norm = w.text, w.text
		if !han {
			w.low = strings.ToLower(w.text)
			w.norm = stem(w.low)
			if isPluralAcronym(w.text) {
				w.norm = w.low[:len(w.low)-1]
			}
		}
		out = append(out, w)
		at, i = end, end
	}
	return out
}

// isPluralAcronym reports whether s is capitals with an s behind: CPUs.
func isPluralAcronym(s string) bool {
	capitals, ok := strings.CutSuffix(s, "s")
	return ok && len(capitals) > 1 && isCapital(capitals[0]) && capitals == strings.ToUpper(capitals)
}

// wordsIn guesses how many words s has: one in three bytes of Chinese, one in six of English.
func wordsIn(s string) int {
	wide := 0
	for i := 0; i < len(s); i += 16 {
		if s[i] >= utf8.RuneSelf {
			wide++
		}
	}
	if 16*wide > len(s)/4 {
		return len(s)/3 + 1
	}
	return len(s)/6 + 2
}

// isHan is corpus.IsHan with a short cut for the block that nearly all Chinese text is in.
func isHan(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF || r >= utf8.RuneSelf && corpus.IsHan(r) }

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isLetter(byte(r)) || isDigit(byte(r)) || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// wordEnd returns where the Latin word or number at i ends. A dot, an
// apostrophe and a thousands comma hold it together, a hyphen where a digit
// is on one side (GPT-4), an ampersand between capitals (R&D); a dot before a capital that follows a small letter
// is the end of a sentence.
func wordEnd(s string, i int) int {
	var prev rune
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isWordRune(r) || isHan(r) {
			next, _ := utf8.DecodeRuneInString(s[i+size:])
			if prev == 0 || !isWordRune(next) || isHan(next) || !holds(prev, r, s[i+size:]) {
				break
			}
		}
		prev = r
		i += size
	}
	return i
}

// holds reports whether the mark r between prev and rest is part of a word.
func holds(prev, r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '.':
		capitals := len(rest) > 1 && isCapital(rest[0]) && isCapital(rest[1]) // Node.JS
		return !(unicode.IsLower(prev) && unicode.IsUpper(next)) || capitals
	case '\'':
		return unicode.IsLetter(prev) && unicode.IsLetter(next)
	case ',':
		return unicode.IsDigit(prev) && unicode.IsDigit(next)
	case '-':
		return unicode.IsLetter(prev) && unicode.IsDigit(next)
	case '&':
		return unicode.IsUpper(prev) && unicode.IsUpper(next)
	}
	return false
}

// gapOf says what kind of gap a run of marks is.
func gapOf(s string) gap {
	g := joined
	for i, r := range s {
		switch r {
		case '.', '!', '?', '。', '！', '？', '\n', '；', ';', '…':
			if r != '.' || i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '"' || s[i+1] == '\n' || i > 0 {
				return ended
			}
		case '、', '/', '"', '“', '”', '「', '」', '《', '》', '·', '&', '\t':
			g = max(g, listed)
		case ',', ':', '，', '：', '(', ')', '（', '）', '[', ']', '【', '】', '—', '|', '>':
			g = clausal
		}
	}
	return g
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isCapital(b byte) bool { return b >= 'A' && b <= 'Z' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// key is a name without case, blanks and marks.
func key(s string) string {
	if isKey(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// isKey reports whether s is a key already: small letters and digits, or one Han character.
func isKey(s string) bool {
	if utf8.RuneCountInString(s) == 1 {
		r, _ := utf8.DecodeRuneInString(s)
		return isHan(r)
	}
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'z') {
			return false
		}
	}
	return true
}

// stem is a light stemmer for words in lower case: it takes the endings of plural, past and gerund off,
// so that a check costs no dictionary. It errs toward taking too much, which the low
// bar of the coverage forgives.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	if strings.ContainsRune(w, ',') {
		return strings.ReplaceAll(w, ",", "")
	}
	if len(w) < 4 || !isLetter(w[0]) {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies"), strings.HasSuffix(w, "ied"):
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		w = w[:len(w)-1]
	case strings.HasSuffix(w, "ing") && len(w) > 5:
		w = undouble(w[:len(w)-3])
	case strings.HasSuffix(w, "ed") && len(w) > 4 && !strings.HasSuffix(w, "eed"):
		w = undouble(w[:len(w)-2])
	}
	if len(w) > 3 {
		w = strings.TrimSuffix(w, "e")
	}
	return w
}

func undouble(w string) string {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && strings.IndexByte("bdgmnprt", w[n-1]) >= 0 {
		return w[:n-1]
	}
	return w
}
