package verify

import (
	"slices"
	"strings"
)

// figureFault checks that each number and date of the claim stands in the evidence.
func (c *Checker) figureFault(cl *claim, e *evidence) Verdict {
	for i := range cl.figures {
		f := &cl.figures[i]
		if holdsFigure(f, e) || f.vague() && cl.zh != e.zh {
			continue
		}
		if f.kind == dateFigure {
			return fault(Date, "%q is not in the source sentence, or not as precisely", f.text)
		}
		if !cl.counts(f) && !e.lists(f) {
			return fault(Figure, "%q is not in the source sentence", f.text)
		}
	}
	return supported
}

// mostCounted is the longest list of a sentence that is counted.
const mostCounted = 20

// counts reports whether f is the number of things that the claim itself lists behind a
// colon or in brackets: "three layers: storage, compute and models".
func (cl *claim) counts(f *figure) bool {
	rest := cl.text[cl.words[f.to-1].end():]
	at := strings.IndexAny(rest, ":：")
	if t := strings.TrimLeft(rest, " "); strings.HasPrefix(t, "(") || strings.HasPrefix(t, "（") { // 3 (A, B, C)
		at, rest = 0, strings.TrimRight(strings.TrimLeft(t, "(（"), ".。)）")
	}
	if of := strings.Index(rest, " of "); at < 0 && of >= 0 {
		at, rest = 0, rest[of+len(" of "):]
	}
	if at < 0 || f.kind != plainFigure || f.Num > mostCounted || f.Currency != "" || f.Percent || f.Scaled {
		return false
	}
	list := separators.Replace(withoutBrackets(rest[at:]))
	return float64(strings.Count(strings.Trim(list, "、. 。"), "、")+1) == f.Num
}

// separators brings what divides the members of a list to one form.
var separators = strings.NewReplacer("：", "", ":", "", ", and ", "、", " and ", "、", ", ", "、", "，", "、", "以及", "、", "和", "、", "与", "、", "及", "、", "; ", "、", "；", "、")

// withoutBrackets leaves out what stands in brackets.
func withoutBrackets(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '(', '（':
			depth++
		case ')', '）':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// lists reports whether f is a small number in words, of things that a source sentence
// may list without saying how many, and says no other number of.
func (e *evidence) lists(f *figure) bool {
	if f.kind != plainFigure || f.Num > 10 || digitsOf(f.text) != "" {
		return false
	}
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		small := slices.ContainsFunc(s.figures, func(g figure) bool { return g.kind == plainFigure && g.Num <= 10 && !g.Percent && g.Currency == "" })
		return !small && float64(strings.Count(separators.Replace(withoutBrackets(s.text)), "、")+1) >= f.Num
	})
}

func holdsFigure(f *figure, e *evidence) bool {
	return slices.ContainsFunc(e.sentences, func(s *cited) bool {
		return f.accounts(s.source.published) || f.in(s) >= 0
	})
}

// in returns the number of the figure of s that says what f says, or -1.
func (f *figure) in(s *cited) int {
	for i := range s.figures {
		if f.agrees(&s.figures[i], s.source.published) {
			return i
		}
	}
	return -1
}
