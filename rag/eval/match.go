package eval

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// Found reports whether the answer holds the alternative: folded alike, its
// runs of letters, of digits and its other characters in order, with any or
// no white space between the runs. A letter at its edge must not touch another
// Latin letter of the answer (a plural or possessive s is allowed), a digit no
// other digit. An alternative that ends in * is the beginning of a word.
func Found(answer, alternative string) bool {
	stem := strings.HasSuffix(alternative, "*")
	text, want := compact(answer), compact(strings.TrimSuffix(alternative, "*"))
	if len(want) == 0 {
		return false
	}
	for i := 0; i+len(want) <= len(text); i++ {
		if matchAt(text, want, i) && leftEdge(text, want, i) && (stem || rightEdge(text, want, i+len(want))) {
			return true
		}
	}
	return false
}

// A mark is a character of a text without white space.
type mark struct {
	r     rune
	apart bool // white space stands before it
}

var (
	hyphens = regexp.MustCompile(`([a-z])-([a-z])`)
	dropped = strings.NewReplacer("*", "", "`", "", `\`, "")
)

// spell folds a text and brings figures to one spelling.
func spell(s string) string {
	s = joinGroups(corpus.Fold(dropped.Replace(s)))
	for {
		t := hyphens.ReplaceAllString(s, "$1 $2")
		if t == s {
			return s
		}
		s = t
	}
}

// joinGroups takes the commas (and a blank behind each) out of figures like
// 1,234,567. The figures are ASCII in a folded text.
func joinGroups(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == ',' && i > 0 && digit(rune(s[i-1])) {
			rest := strings.TrimPrefix(s[i+1:], " ")
			if len(rest)-len(strings.TrimLeft(rest, "0123456789")) == 3 {
				i = len(s) - len(rest) - 1
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func compact(s string) []mark {
	var out []mark
	apart := false
	for _, r := range spell(s) {
		if unicode.IsSpace(r) {
			apart = true
			continue
		}
		out = append(out, mark{r, apart})
		apart = false
	}
	return out
}

func latin(r rune) bool { return r >= 'a' && r <= 'z' }
func digit(r rune) bool { return r >= '0' && r <= '9' }

// matchAt reports whether want stands at i. White space may stand only between runs.
func matchAt(text, want []mark, i int) bool {
	for j, w := range want {
		if text[i+j].r != w.r {
			return false
		}
		if j > 0 && text[i+j].apart && !w.apart && sameRun(want, j) {
			return false
		}
	}
	return true
}

// sameRun reports whether want[j] belongs to the run of letters or of digits
// before it. A dot belongs to a figure when it stands inside it.
func sameRun(want []mark, j int) bool {
	inside := func(dot int) bool {
		return dot > 0 && dot+1 < len(want) && digit(want[dot-1].r) && digit(want[dot+1].r) && !want[dot].apart && !want[dot+1].apart
	}
	a, b := want[j-1].r, want[j].r
	return latin(a) && latin(b) || digit(a) && digit(b) || a == '.' && inside(j-1) || b == '.' && inside(j)
}

func leftEdge(text, want []mark, i int) bool {
	if i == 0 || text[i].apart {
		return true
	}
	before := text[i-1].r
	switch first := want[0].r; {
	case latin(first):
		return !latin(before)
	case digit(first):
		return !digit(before) && before != '.' && (before != ',' || i < 2 || text[i-1].apart || !digit(text[i-2].r))
	}
	return true
}

func rightEdge(text, want []mark, end int) bool {
	last := want[len(want)-1].r
	at := func(i int) rune {
		if i >= len(text) || text[i].apart {
			return 0
		}
		return text[i].r
	}
	switch {
	case latin(last):
		n := end
		if at(n) == '\'' && at(n+1) == 's' {
			n += 2
		} else if at(n) == 's' {
			n++
		}
		return !latin(at(end)) || !latin(at(n))
	case digit(last):
		return !digit(at(end)) && (at(end) != '.' || !digit(at(end+1)))
	}
	return true
}
