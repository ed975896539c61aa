package corpus

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/longbridgeapp/opencc"
	"golang.org/x/text/unicode/norm"
)

// Fold brings s to the form that texts are compared in: compatibility
// characters resolved (NFKC: full-width letters, ligatures), lower case,
// traditional Chinese as simplified Chinese of the mainland (characters and
// words: 軟體 becomes 软件), curly quotes and long dashes as their ASCII
// kin, and every run of white space as one blank, none at the ends.
//
// Only a text that holds a character which is not simplified is converted; a
// simplified or English text costs no dictionary.
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	if !isASCII(s) {
		s = norm.NFKC.String(strings.ToValidUTF8(s, ""))
		s = simplify(s)
	}
	return foldRunes(s)
}

// isPlain reports whether s is folded already: lower-case ASCII with single
// blanks.
func isPlain(s string) bool {
	blank := true // a blank at the start is not plain
	for i := range len(s) {
		b := s[i]
		switch {
		case b == ' ':
			if blank {
				return false
			}
			blank = true
			continue
		case b < ' ' || b >= 0x7F || b == '`' || b >= 'A' && b <= 'Z':
			return false
		}
		blank = false
	}
	return !blank || s == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldRunes lowers case, plains quotes and dashes, and collapses white space.
func foldRunes(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			blank = b.Len() > 0
			continue
		}
		if r > unicode.MaxLatin1 && unicode.Is(unicode.Cf, r) {
			continue // zero-width
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(plainRune(unicode.ToLower(r)))
	}
	return b.String()
}

// plainRune replaces typographic quotes and dashes by their ASCII kin.
func plainRune(r rune) rune {
	switch r {
	case '‘', '’', '‚', '‛', '′', '`', '´':
		return '\''
	case '“', '”', '„', '‟', '″', '«', '»':
		return '"'
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	}
	return r
}

// simplify converts traditional Chinese with OpenCC's tw2sp, which maps words
// before characters (https://github.com/BYVoid/OpenCC, t2s maps characters
// alone). The dictionaries load on first need: 3 ms and 0.6 MB.
func simplify(s string) string {
	if !hasTraditional(s) {
		return s
	}
	cc := openCC()
	if cc == nil {
		return s
	}
	out, err := cc.Convert(s)
	if err != nil {
		return s
	}
	return strings.ReplaceAll(out, wrongMe, smallMe)
}

// The dictionaries hold 么 for traditional and turn it into 幺, but simplified
// Chinese writes it in 什么 and 怎么.
const (
	smallMe = "么"
	wrongMe = "幺"
)

// openCC returns the loaded dictionaries, or nil when the program was
// built without them.
var openCC = sync.OnceValue(func() *opencc.OpenCC {
	cc, err := opencc.New("tw2sp")
	if err != nil {
		return nil
	}
	return cc
})

// traditionalRunes holds every character that tw2sp changes when it stands
// alone, 4,116 of them, but for 么. TestTraditionalRunes checks the file against the
// dictionaries; run it with -update to write it anew.
//
//go:embed traditional.txt
var traditionalRunes string

// hanBlock and hanEnd bound the characters that [hasTraditional] looks up.
const (
	hanBlock = 0x2E80
	hanEnd   = 0x30000
)

// traditional is the set of traditionalRunes, one bit a character.
var traditional = sync.OnceValue(func() []uint64 {
	set := make([]uint64, (hanEnd-hanBlock)/64+1)
	for _, r := range traditionalRunes {
		if r >= hanBlock && r < hanEnd {
			set[(r-hanBlock)/64] |= 1 << ((r - hanBlock) % 64)
		}
	}
	return set
})

// hasTraditional reports whether s holds a character that simplified Chinese
// writes differently.
func hasTraditional(s string) bool {
	var set []uint64
	for _, r := range s {
		if r < hanBlock || r >= hanEnd {
			continue
		}
		if set == nil {
			set = traditional()
		}
		if set[(r-hanBlock)/64]&(1<<((r-hanBlock)%64)) != 0 {
			return true
		}
	}
	return false
}
