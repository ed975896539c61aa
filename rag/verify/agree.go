package verify

import (
	"math"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// agrees reports whether the source's figure s says what the claim's figure f
// says, f being no more precise. published dates the source.
func (f *figure) agrees(s *figure, published corpus.Date) bool {
	switch {
	case f.kind == dateFigure && s.kind == dateFigure:
		return dateFits(f, s, published)
	case f.kind == dateFigure:
		return s.isBare() && f.Date.Month == 0 && f.Quarter == 0 && s.Num == float64(f.Date.Year)
	case s.kind == dateFigure:
		return f.isBare() && s.Date.Month == 0 && f.Num == float64(s.Date.Year)
	case f.ratio() > 0 && s.ratio() > 0 && f.kind != s.kind:
		return math.Abs(f.ratio()-s.ratio()) < 0.006
	case f.label && s.kind == ordinal, f.kind == ordinal && s.label:
		return f.Num == s.Num
	case f.kind != s.kind || f.Percent != s.Percent:
		return false
	case f.Malformed || s.Malformed:
		return digitsOf(f.text) == digitsOf(s.text)
	case f.Currency != "" && s.Currency != "" && f.Currency != s.Currency:
		return false
	case f.Currency != "" && s.Currency == "" && !s.Scaled && s.Kind == corpus.Number && !f.Scaled:
		return false // nine nodes are not nine dollars
	case f.Currency != "" && s.Currency == "" && s.counter, s.Currency != "" && f.Currency == "" && f.counter:
		return false // nor are 650 million pieces
	case f.measure != "" && s.measure != "" && f.measure != s.measure:
		return false
	case f.Bound != "" && s.Bound != "" && f.Bound != s.Bound:
		return false
	}
	return f.near(s)
}

// isBare reports whether f is a plain number that a year might be.
func (f *figure) isBare() bool {
	return f.kind == plainFigure && !f.Scaled && !f.Percent && f.Currency == "" && f.Num >= 1000 && f.Num < 3000
}

// ratio is the share that a fraction or a percentage means, 0 for others.
func (f *figure) ratio() float64 {
	switch {
	case f.kind == fraction:
		return f.Num
	case f.kind == plainFigure && f.Percent:
		return f.Num / 100
	}
	return 0
}

// near reports whether the numbers are equal, or f is s rounded: to three
// digits or more, or behind a word that says so.
func (f *figure) near(s *figure) bool {
	diff := math.Abs(f.Num - s.Num)
	if diff <= 1e-9*math.Abs(s.Num) {
		return true
	}
	if f.kind == fraction {
		return diff < 1e-3
	}
	if f.places <= s.places || diff > f.places/2*(1+1e-9) {
		return false
	}
	return f.approx && f.significant() >= 1 && diff < 0.1*s.Num || f.significant() >= 3
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// dateFits reports whether the source's date s supports f: all that f gives
// must be given.
func dateFits(f, s *figure, published corpus.Date) bool {
	d, e := f.Date, s.Date
	if e.Year == 0 {
		e.Year = published.Year
		if s.lent > 0 && d.Year == s.lent && d.Month > 0 {
			e.Year = s.lent
		}
	}
	switch {
	case d.Year != 0 && d.Year != e.Year:
		return false
	case f.Quarter != 0 && f.Quarter != s.Quarter && (e.Month == 0 || (e.Month+2)/3 != f.Quarter):
		return false
	case d.Month != 0 && d.Month != e.Month:
		return false
	}
	return d.Day == 0 || d.Day == e.Day
}

// accounts reports whether f is the source's own date, put by "as of".
func (f *figure) accounts(published corpus.Date) bool {
	d := f.Date
	return f.kind == dateFigure && f.account && !published.IsZero() && f.Quarter == 0 && d.Year == published.Year &&
		(d.Month == 0 || d.Month == published.Month) && (d.Day == 0 || d.Day == published.Day)
}

// vague reports whether f is a magnitude without a digit: 数百万.
func (f *figure) vague() bool {
	return f.kind == plainFigure && f.Scaled && digitsOf(f.text) == "" && !strings.ContainsAny(f.text, "abcdefghijklmnopqrstuvwxyz")
}
