package corpus

import "regexp"

// bodyGap is the number of empty lines above which what follows a short line
// no longer belongs to it: a picture stood there, and the line is its caption.
const bodyGap = 2

// markTitles finds the titles among the short lines of a text and gives them
// their levels.
//
// A title heads something: a sentence, a list or a table follows, or another
// title. A line that recurs (Summary, Risks) is a title wherever it stands
// alone, and inner to the last title before it that does not recur. A question
// on a line of its own heads its answer, on the innermost level.
//
// A numbered line that stands apart ("2. Methods") is a title too, and one with
// a number of several parts ("2.1 Scope") an inner one.
//
// The first line of a text heads the whole: it is no title of a section.
func markTitles(pieces []piece) {
	o := outline{pieces: pieces, recurs: recurring(pieces)}
	o.findTitles()
	o.setLevels()
}

// recurring counts the short lines that stand alone more than once.
func recurring(pieces []piece) map[string]bool {
	count := map[string]int{}
	for i, p := range pieces {
		if i > 0 && p.role == short && p.group == 0 {
			count[p.text]++
		}
	}
	recurs := map[string]bool{}
	for text, n := range count {
		if n > 1 && text != pieces[0].text {
			recurs[text] = true
		}
	}
	return recurs
}

// An outline finds titles and their levels.
type outline struct {
	pieces []piece
	recurs map[string]bool
	titles []int // indices of the pieces that are titles
}

func (o *outline) findTitles() {
	for i := len(o.pieces) - 1; i > 0; i-- {
		p := o.pieces[i]
		if p.role == short && p.group == 0 && (o.recurs[p.text] || o.heads(i)) || o.isNumbered(i) {
			o.titles = append(o.titles, i)
			o.pieces[i].role = title
		}
	}
	for i, j := 0, len(o.titles)-1; i < j; i, j = i+1, j-1 {
		o.titles[i], o.titles[j] = o.titles[j], o.titles[i]
	}
}

// isNumbered reports whether piece i looks like an item of a numbered list but
// heads a text of its own.
func (o *outline) isNumbered(i int) bool {
	p, before := o.pieces[i], o.pieces[i-1]
	n := numberMark(p.text)
	apart := p.gap > 0 && (before.role != item || before.gap == 0)
	return p.role == item && n > 0 && apart && isShort(p.text[n:]) && o.heads(i) && o.pieces[i+1].role != item
}

// deepNumber is a section number of several parts.
var deepNumber = regexp.MustCompile(`^\d+(?:\.\d+)+\.?\s`)

// heads reports whether something that a title can head follows piece i. The
// pieces after i have their roles.
func (o *outline) heads(i int) bool {
	if i+1 >= len(o.pieces) {
		return false
	}
	next := o.pieces[i+1]
	if next.gap > bodyGap || next.group > 0 {
		return false
	}
	switch next.role {
	case prose, intro, item, row:
		return true
	case title:
		return o.recurs[next.text] || isQuestion(next.text) || deepNumber.MatchString(next.text)
	}
	return false
}

// The levels of titles. A text without recurring titles has outer ones and
// questions only.
const (
	outerTitle = iota + 1
	innerTitle
	questionTitle
)

func (o *outline) setLevels() {
	outer := o.outerTitles()
	for n, i := range o.titles {
		p := &o.pieces[i]
		switch {
		case isQuestion(p.text):
			p.level = questionTitle
		case o.recurs[p.text] || deepNumber.MatchString(p.text):
			p.level = innerTitle
		case len(outer) == 0 || outer[i] || !o.innerFollows(n, outer):
			p.level = outerTitle
		default:
			p.level = innerTitle
		}
	}
}

// outerTitles returns the titles that open a group of recurring ones: a
// recurring title that stands right below a single one wherever it occurs
// (Summary below the name of each part) opens the group of that one.
func (o *outline) outerTitles() map[int]bool {
	above := map[string][]int{} // recurring title -> the single titles right above it
	count := map[string]int{}
	for _, i := range o.titles {
		p := o.pieces[i]
		if !o.recurs[p.text] || isQuestion(p.text) {
			continue
		}
		count[p.text]++
		if q := o.pieces[i-1]; q.role == title && !o.recurs[q.text] && !isQuestion(q.text) {
			above[p.text] = append(above[p.text], i-1)
		}
	}
	outer := map[int]bool{}
	for text, singles := range above {
		if len(singles) < count[text] {
			continue
		}
		for _, i := range singles {
			outer[i] = true
		}
	}
	return outer
}

// innerFollows reports whether a recurring title follows title n before the
// next outer one: then n is one of the inner titles of its group.
func (o *outline) innerFollows(n int, outer map[int]bool) bool {
	for _, i := range o.titles[n+1:] {
		if outer[i] {
			return false
		}
		if text := o.pieces[i].text; o.recurs[text] && !isQuestion(text) {
			return true
		}
	}
	return false
}
