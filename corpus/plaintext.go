package corpus

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A role is what a piece of plain text turns out to be.
type role int

const (
	prose role = iota // a sentence or more
	short             // a few words without a sentence's end: title, caption, name
	intro             // ends in a colon
	item              // has a list mark, or stands in a list without marks
	row               // holds tabs
	title             // heads what follows
)

// A piece is one paragraph of plain text: a line, or several that were
// wrapped.
type piece struct {
	text  string // without markup; its list mark, if any, still there
	gap   int    // empty lines before it
	role  role
	level int // of a title
	group int // lines of one run of short lines ("card") share a number > 0
	lead  string
}

// readText reads plain text. It has no markup, so layout must do: titles are
// short lines above text, a line below a colon is a list item, lines with
// tabs are a table, runs of very short lines belong together.
func readText(source string) document {
	front, body := cutFrontMatter(source)
	pieces := piecesOf(body)
	classify(pieces)
	markTables(pieces)
	markCards(pieces)
	markItems(pieces)
	markTitles(pieces)
	doc := document{front: front, elements: textElements(pieces)}
	doc.shown.Title = textTitle(pieces)
	return doc
}

// textTitle returns the first line when it is one that can head a text.
func textTitle(pieces []piece) string {
	if len(pieces) == 0 || pieces[0].role != title && pieces[0].role != short || len(pieces[0].text) > maxTitle {
		return ""
	}
	return pieces[0].text
}

// piecesOf cuts text into lines, or into paragraphs where lines are wrapped.
func piecesOf(source string) []piece {
	source = wikiMark.ReplaceAllString(source, "$1")
	lines := strings.Split(source, "\n")
	width := wrapWidth(lines)
	var pieces []piece
	var para []string // the lines of the last piece
	gap := 0
	flush := func() {
		if text := plainMarks(joinAll(para)); text != "" {
			pieces = append(pieces, piece{text: text, gap: gap})
			gap = 0
		}
		para = nil
	}
	for _, raw := range lines {
		line := strings.TrimSpace(raw)
		drawn := line == "" || isRule(line)
		if len(para) > 0 && (drawn || width == 0 || !isWrapped(para[len(para)-1], line, width)) {
			flush()
		}
		if drawn {
			gap++
			continue
		}
		para = append(para, line)
	}
	flush()
	return pieces
}

// isRule reports whether a line only draws: ----, ====, ****.
func isRule(line string) bool {
	return len(line) >= 3 && strings.Trim(line, line[:1]) == "" && strings.Contains("-=*_~#", line[:1])
}

// wrapWidth returns the width that the lines of a text are wrapped at, or 0
// when a line is a paragraph: most lines that are followed by another must be
// between 45 and 100 characters wide, and none much wider.
func wrapWidth(lines []string) int {
	widest, full, pairs := 0, 0, 0
	for i, line := range lines {
		w := utf8.RuneCountInString(strings.TrimSpace(line))
		widest = max(widest, w)
		if w == 0 || i+1 == len(lines) || strings.TrimSpace(lines[i+1]) == "" {
			continue
		}
		pairs++
		if w >= 45 && w <= 100 {
			full++
		}
	}
	if widest > 120 || pairs < 5 || full*10 < pairs*6 {
		return 0
	}
	return widest
}

// isWrapped reports whether next continues the paragraph that line is in: the
// first word of next had no room on line. Text is wrapped a little unevenly,
// hence the slack.
func isWrapped(line, next string, width int) bool {
	if listMark(next) > 0 || strings.Contains(next, "\t") || strings.Contains(line, "\t") {
		return false
	}
	word, _, _ := strings.Cut(next, " ")
	return utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width-width/8
}

var (
	escapedMark = regexp.MustCompile("\\\\([$*_#\\[\\]()~&<>|`+!-])")
	strongMark  = regexp.MustCompile(`\*\*([^*\n]+)\*\*|__([^_\n]+)__`)
)

// plainMarks removes the traces of Markdown that plain text may hold.
func plainMarks(line string) string {
	line = strongMark.ReplaceAllString(line, "$1$2")
	line = escapedMark.ReplaceAllString(line, "$1")
	if strings.Contains(line, ":") {
		line = emojiCode.ReplaceAllString(line, "$1")
	}
	if strings.Contains(line, "\t") {
		return strings.TrimSpace(line)
	}
	return collapse(line)
}

// classify gives every piece its first role, by its own look.
func classify(pieces []piece) {
	for i := range pieces {
		p := &pieces[i]
		switch {
		case strings.Contains(p.text, "\t"):
			p.role = row
		case listMark(p.text) > 0:
			p.role = item
			if endsInColon(p.text) {
				p.role = intro
			}
		case endsInColon(p.text):
			p.role = intro
		case isShort(p.text):
			p.role = short
		}
	}
}

func endsInColon(s string) bool {
	r := lastRune(s)
	return r == ':' || r == '：'
}

// maxTitleWords and maxTitleHan bound a title: the longest seen in reports
// have 17 words or 30 Han characters.
const (
	maxTitleWords = 20
	maxTitleHan   = 40
)

// isShort reports whether s is a line that is no sentence: few words, a
// beginning like a title's, and no mark at its end but a question mark.
func isShort(s string) bool {
	han, words := units(s)
	if han+words == 0 || words > maxTitleWords || han > maxTitleHan {
		return false
	}
	if strings.ContainsRune(".!;,。！；，、…", lastRune(s)) {
		return false
	}
	first := firstRune(s)
	if unicode.IsLower(first) && !looksLikeName(firstWord(s)) || first == '@' || isWebAddress(s) {
		return false
	}
	return hasLetter(s)
}

func isQuestion(s string) bool {
	r := lastRune(s)
	return r == '?' || r == '？'
}

// markTables turns single lines with tabs back into text: a table has two
// rows at least, each with as many cells as the first.
func markTables(pieces []piece) {
	for i := 0; i < len(pieces); {
		if pieces[i].role != row {
			i++
			continue
		}
		n := i + 1
		for n < len(pieces) && pieces[n].role == row && pieces[n].gap == 0 {
			n++
		}
		if n-i < 2 {
			pieces[i].text = collapse(pieces[i].text)
			pieces[i].role = prose
		}
		for j := i; j < n; j++ {
			pieces[j].group = -1 - i // rows of one table
		}
		i = n
	}
}

// maxCardWords bounds a line of a card.
const maxCardWords = 8

// markCards finds runs of short lines without a gap, such as a name with its
// roles on a cover, and joins a single short line right above one to it.
func markCards(pieces []piece) {
	for i := 0; i < len(pieces); {
		n := i
		for n < len(pieces) && isCardLine(pieces[n]) && (n == i || pieces[n].gap == 0) {
			n++
		}
		if n-i < 2 {
			i++
			continue
		}
		from := i
		if i > 0 && isCardLine(pieces[i-1]) && pieces[i].gap == 1 && pieces[i-1].group == 0 {
			from = i - 1
		}
		for j := from; j < n; j++ {
			pieces[j].group = i + 1
		}
		i = n
	}
}

func isCardLine(p piece) bool {
	han, words := units(p.text)
	return p.role == short && words <= maxCardWords && han <= maxTitleHan/2 && !isQuestion(p.text)
}

// maxLooseList bounds a list without marks that no empty line ends.
const maxLooseList = 12

// markItems finds the items of lists without marks: the lines below a colon,
// and neighbouring lines that each open with a name and a colon.
func markItems(pieces []piece) {
	for i := range pieces {
		if pieces[i].role == intro && listMark(pieces[i].text) == 0 {
			markBelowColon(pieces, i+1)
		}
	}
	for i := 0; i < len(pieces); {
		n := i
		for n < len(pieces) && pieces[n].role == prose && colonLead(pieces[n].text) != "" && (n == i || pieces[n].gap == 0) {
			n++
		}
		if n-i >= 2 {
			setRole(pieces[i:n], item)
			markInterrupted(pieces, i)
		}
		i = max(n, i+1)
	}
	for i := range pieces {
		if p := &pieces[i]; p.role == item {
			p.lead = leadOf(p.text[listMark(p.text):], "")
		}
	}
}

// markBelowColon marks the list that begins at from, below a line with a
// colon. Its items look alike: all without an end mark, or all sentences, all
// with a name and a colon or none.
func markBelowColon(pieces []piece, from int) {
	if from >= len(pieces) || pieces[from].group > 0 {
		return
	}
	first := pieces[from]
	if first.role != short && (first.role != prose || first.gap > 0) {
		return
	}
	named := colonLead(first.text) != ""
	n := from
	for n < len(pieces) && n-from < maxLooseList {
		p := pieces[n]
		if p.role != first.role || p.group > 0 || p.gap != first.gap && n > from || named && colonLead(p.text) == "" || isQuestion(p.text) {
			break
		}
		n++
	}
	if n-from < 2 && first.role == prose && !named {
		return // one sentence below a colon goes on with it
	}
	setRole(pieces[from:n], item)
}

// markInterrupted marks items before the list that begins at from when a
// single line each, which says more about the item, stands between them.
func markInterrupted(pieces []piece, from int) {
	for i := from; i >= 2; i -= 2 {
		p, q := &pieces[i-2], pieces[i-1]
		if pieces[i].gap > 0 || q.gap > 0 || q.role != prose || p.role != prose || colonLead(p.text) == "" {
			return
		}
		p.role = item
	}
}

func setRole(pieces []piece, r role) {
	for i := range pieces {
		pieces[i].role = r
	}
}

// textElements turns the pieces into headings and blocks.
func textElements(pieces []piece) []element {
	var out []element
	for i := 0; i < len(pieces); {
		p := pieces[i]
		n := i + 1
		switch {
		case p.group != 0:
			for n < len(pieces) && pieces[n].group == p.group {
				n++
			}
			out = append(out, groupElements(pieces[i:n])...)
		case p.role == title:
			out = append(out, element{level: p.level, text: p.text})
		case p.role == item:
			out = append(out, element{kind: ListItem, text: withoutBullet(p.text), lead: p.lead})
		default:
			out = append(out, element{text: withoutBullet(p.text)})
		}
		i = n
	}
	return out
}

// withoutBullet removes a bullet; a number stays, it says something.
func withoutBullet(s string) string {
	if n := bulletMark(s); n > 0 && listMark(s) > 0 {
		return s[n:]
	}
	return s
}

// groupElements returns the rows of a table, or the one paragraph that a card
// makes.
func groupElements(pieces []piece) []element {
	if pieces[0].role != row {
		var lines []string
		for _, p := range pieces {
			lines = append(lines, p.text)
		}
		return []element{{text: strings.Join(lines, ", ")}}
	}
	var out []element
	columns := strings.Split(pieces[0].text, "\t")
	for _, p := range pieces[1:] {
		if e, ok := rowElement(columns, strings.Split(p.text, "\t")); ok {
			out = append(out, e)
		}
	}
	return slices.Clip(out)
}
