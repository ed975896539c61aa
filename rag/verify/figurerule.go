package verify

import (
	"slices"
	"strconv"
	"strings"
)

// figureFault checks that each number and date of the claim stands in the evidence.
func (c *Checker) figureFault(cl *claim, e *evidence) Verdict {
	for i := range cl.figures {
		f := &cl.figures[i]
		if holdsFigure(f, e) || f.vague() && cl.zh != e.zh || cl.isShortened(f, e) || cl.isHalfYear(f, e) || cl.isQuarter(f) && e.has("q"+strconv.Itoa(int(f.Num))) {
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

// isShortened reports whether the evidence has the label that f is part of in one word: L1 or Layer1 for Layer 1.
func (cl *claim) isShortened(f *figure, e *evidence) bool {
	if !f.label {
		return false
	}
	before := cl.words[f.from-1].low
	return e.has(before[:1]+f.text) || e.has(before+f.text)
}

// isHalfYear reports whether f is in "first half of the year" and the Chinese evidence has that half.
func (cl *claim) isHalfYear(f *figure, e *evidence) bool {
	if f.kind != fraction || f.from == 0 || cl.words[f.to-1].low != "half" {
		return false
	}
	switch cl.words[f.from-1].low {
	case "first":
		return e.hasChinese(halves["H1"])
	case "second":
		return e.hasChinese(halves["H2"])
	}
	return false
}

// isQuarter reports whether f is the number of a quarter: 第三季度.
func (cl *claim) isQuarter(f *figure) bool {
	return f.kind == ordinal && f.to < len(cl.words) && (cl.words[f.to].text == "季" || cl.words[f.to].norm == "quarter")
}

// mostCounted is the longest list of a sentence that is counted.
const mostCounted = 20

// counts reports whether f is the number of things that the claim itself lists behind a
// colon or in brackets: "three layers: storage, compute and models".
func (cl *claim) counts(f *figure) bool {
	rest := cl.text[cl.words[f.to-1].end():]
	at := strings.IndexAny(rest, ":：")
	if at >= 0 && at+1 < len(rest) && isDigit(rest[at+1]) {
		return false // a ratio
	}
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
		return f.accounts(s.source.published) || f.in(s) >= 0 || s.hasQuarter(f)
	})
}

// hasQuarter reports whether s has the quarter of the date f without a year, behind another one of f's
// year: 2024 Q1 and Q2.
func (s *cited) hasQuarter(f *figure) bool {
	if f.kind != dateFigure || f.Quarter == 0 {
		return false
	}
	norm := "q" + strconv.Itoa(f.Quarter)
	year, next := 0, 0
	for i, w := range s.words {
		for next < len(s.figures) && s.figures[next].to <= i {
			if g := &s.figures[next]; g.kind == dateFigure && g.Date.Year > 0 {
				year = g.Date.Year
			}
			next++
		}
		if w.norm == norm && year == f.Date.Year && (next == len(s.figures) || s.figures[next].from > i) {
			return true
		}
	}
	return false
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
