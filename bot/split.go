package bot

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Format renders the pieces of a [Reply] in one platform's markup. Adapters
// make one per reply where marks link to that reply's sources.
//
// Every method returns markup that is complete in itself: no tag, fence or
// link stays open. None of them adds a newline at its ends.
type Format interface {
	// Line renders one line: the spans in order, each followed by its marks.
	// Where a gap is wanted between a span's text and its marks, it is [Span.Gap].
	Line(l Line) string
	// Source renders one entry of the source list.
	Source(s Source) string
	// Heading renders the line above the source list; lang is Reply.Language.
	Heading(lang string) string
	// Notice renders the line below the source list.
	Notice(text string) string
	// Len measures rendered text in the unit of the platform's limit (UTF-16
	// units on Telegram and Discord). It never shrinks when text is appended.
	Len(markup string) int
}

// Split renders r and cuts it into messages of at most limit units.
//
// It cuts between lines, else after a span or a sentence, else between words,
// else between characters, and never inside markup, a mark or a link. The
// source list stands last and is always complete: where it does not fit below
// the body it gets messages of its own. Only a source entry that fills a
// message alone is shortened, with an ellipsis, its quote first.
//
// A reply without any text gives no message.
func Split(r Reply, f Format, limit int) []string {
	p := &packer{format: f, limit: limit}
	for _, l := range r.Lines {
		for _, piece := range cutLine(cleanLine(l), f, limit) {
			p.add(piece, l.Heading)
		}
	}
	p.release()
	p.addTail(tail(r, f, limit))
	p.flush()
	return p.parts
}

// tail renders the source list, its heading and the notice, one string a line.
func tail(r Reply, f Format, limit int) []string {
	var lines []string
	for _, s := range r.Sources {
		lines = append(lines, fitSource(cleanSource(s), f, limit))
	}
	if len(lines) > 0 {
		heading := f.Heading(r.Language)
		if joined := heading + "\n" + lines[0]; f.Len(joined) <= limit {
			lines[0] = joined // never a heading alone at the end of a message
		} else {
			lines = append([]string{heading}, lines...)
		}
	}
	return append(lines, cutNotice(clean(r.Notice), f, limit)...)
}

// A packer fills messages with rendered lines.
type packer struct {
	format  Format
	limit   int
	parts   []string
	current string
	heading string // a heading that waits for the line it introduces
}

// add appends one rendered line; a heading is kept with the line that follows.
func (p *packer) add(line string, heading bool) {
	switch {
	case strings.TrimSpace(line) == "":
	case heading && p.heading == "":
		p.heading = line
	case p.heading != "" && p.format.Len(p.heading+"\n"+line) <= p.limit:
		line = p.heading + "\n" + line
		p.heading = ""
		p.put(line, "\n\n")
	case p.heading != "":
		p.release()
		p.add(line, heading)
	default:
		p.put(line, "\n")
	}
}

// release puts a waiting heading that no line follows.
func (p *packer) release() {
	if p.heading != "" {
		p.put(p.heading, "\n\n")
		p.heading = ""
	}
}

// addTail appends the lines under the body, all in one message where they fit.
func (p *packer) addTail(lines []string) {
	if len(lines) == 0 {
		return
	}
	if all := strings.Join(lines, "\n"); p.format.Len(all) <= p.limit {
		p.put(all, "\n\n")
		return
	}
	p.flush()
	for _, l := range lines {
		p.put(l, "\n")
	}
}

// put appends s, after gap, to the message under way or begins the next one.
func (p *packer) put(s, gap string) {
	if p.current != "" {
		if joined := p.current + gap + s; p.format.Len(joined) <= p.limit {
			p.current = joined
			return
		}
		p.flush()
	}
	p.current = s
}

func (p *packer) flush() {
	if p.current != "" {
		p.parts = append(p.parts, p.current)
		p.current = ""
	}
}

// cutLine renders l in pieces that fit.
func cutLine(l Line, f Format, limit int) []string {
	if whole := f.Line(l); f.Len(whole) <= limit {
		return []string{whole}
	}
	var pieces []string
	piece := Line{Heading: l.Heading, Bullet: l.Bullet}
	emit := func() {
		if len(piece.Spans) > 0 {
			pieces = append(pieces, f.Line(piece))
			piece = Line{Heading: l.Heading} // what goes on is no new bullet
		}
	}
	fits := func(spans ...Span) bool {
		try := piece
		try.Spans = append(piece.Spans[:len(piece.Spans):len(piece.Spans)], spans...)
		return f.Len(f.Line(try)) <= limit
	}
	for _, s := range l.Spans {
		if fits(s) {
			piece.Spans = append(piece.Spans, s)
			continue
		}
		emit()
		for _, s := range cutSpan(s, func(s Span) bool { return fits(s) }) {
			if !fits(s) {
				emit()
			}
			piece.Spans = append(piece.Spans, s)
		}
	}
	emit()
	return pieces
}

// cutSpan cuts s into spans that fit each for itself. The marks follow the
// last of them; where they do not fit there, they get spans of their own.
func cutSpan(s Span, fits func(Span) bool) []Span {
	var out []Span
	s.Text = strings.TrimLeftFunc(s.Text, unicode.IsSpace)
	for s.Text != "" && !fits(s) {
		piece := s
		piece.Cites = nil
		n := cutAt(s.Text, func(n int) bool {
			piece.Text = s.Text[:n]
			return fits(piece)
		})
		piece.Text = strings.TrimRightFunc(s.Text[:n], unicode.IsSpace)
		if piece.Text != "" {
			out = append(out, piece)
		}
		s.Text = strings.TrimLeftFunc(s.Text[n:], unicode.IsSpace)
	}
	for len(s.Cites) > 1 && !fits(s) {
		n := 1 + sort.Search(len(s.Cites)-2, func(i int) bool { return !fits(Span{Cites: s.Cites[:i+2]}) })
		out = append(out, Span{Cites: s.Cites[:n]})
		s.Cites = s.Cites[n:]
	}
	if s.Text != "" || len(s.Cites) > 0 {
		out = append(out, s)
	}
	return out
}

// cutAt returns where to cut text: at the last sentence end, else word end,
// else character before the longest prefix that fits. It is at least one
// character, so that cutting always ends, and less than all of the text if
// that has more than one character, so that a mark never stands alone.
func cutAt(text string, fits func(n int) bool) int {
	ends := characterEnds(text)
	if len(ends) > 1 {
		ends = ends[:len(ends)-1]
	}
	most := sort.Search(len(ends), func(i int) bool { return !fits(ends[i]) })
	if most == 0 {
		return ends[0]
	}
	n := ends[most-1]
	if at := lastSentenceEnd(text, n); at > n/2 {
		return at
	}
	if at := lastWordEnd(text, n); at > 0 {
		return at
	}
	return n
}

// lastSentenceEnd returns the end of the last sentence in text[:n], 0 if there is none.
func lastSentenceEnd(text string, n int) int {
	for i := n; i > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if strings.ContainsRune("。！？；", r) || strings.ContainsRune(".!?\n", r) && spaceAt(text, i) {
			return i
		}
		i -= size
	}
	return 0
}

// lastWordEnd returns the last place in text[:n] where a space follows, 0 if there is none.
func lastWordEnd(text string, n int) int {
	for i := n; i > 0; {
		if spaceAt(text, i) {
			return i
		}
		_, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
	}
	return 0
}

// spaceAt reports whether text goes on with white space at i.
func spaceAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return i < len(text) && unicode.IsSpace(r)
}

// characterEnds returns the byte offsets in text after each character a person
// sees: combining marks, joiners, variation selectors, skin tones and the
// second half of a flag stay with what they belong to.
func characterEnds(text string) []int {
	var ends []int
	var last rune
	flag := false // last is the first half of a flag
	for i, r := range text {
		joined := unicode.In(r, unicode.M) || r == '\u200d' || last == '\u200d' ||
			r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xE0020 && r <= 0xE007F || flag && regional(r)
		if i > 0 && !joined {
			ends = append(ends, i)
		}
		flag = regional(r) && !(flag && joined)
		last = r
	}
	return append(ends, len(text))
}

// regional reports whether r is a regional indicator, half a flag.
func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// fitSource renders s, shortening its longest-winded fields until it fits. A
// link that would take more than half of a message is dropped rather than cut:
// half a link leads somewhere else.
func fitSource(s Source, f Format, limit int) string {
	if f.Len(f.Source(Source{N: s.N, URL: s.URL})) > limit/2 {
		s.URL = ""
	}
	fits := func() bool { return f.Len(f.Source(s)) <= limit }
	for _, field := range []*string{&s.Quote, &s.Section, &s.Title} {
		shorten(field, fits)
	}
	return f.Source(s)
}

// shorten cuts the end off *field until fits, or until nothing is left of it.
func shorten(field *string, fits func() bool) {
	if *field == "" || fits() {
		return
	}
	text := *field
	ends := characterEnds(text)
	n := sort.Search(len(ends), func(i int) bool {
		*field = text[:ends[i]] + "…"
		return !fits()
	})
	*field = ""
	if n > 0 {
		*field = strings.TrimRightFunc(text[:ends[n-1]], unicode.IsSpace) + "…"
	}
}

// cutNotice renders the notice in pieces that fit.
func cutNotice(text string, f Format, limit int) []string {
	var pieces []string
	for _, s := range cutSpan(Span{Text: text}, func(s Span) bool { return f.Len(f.Notice(s.Text)) <= limit }) {
		pieces = append(pieces, f.Notice(s.Text))
	}
	return pieces
}

// clean makes text safe for any wire: valid UTF-8 without NUL.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func cleanLine(l Line) Line {
	spans := make([]Span, len(l.Spans))
	for i, s := range l.Spans {
		s.Text = clean(s.Text)
		spans[i] = s
	}
	l.Spans = spans
	return l
}

func cleanSource(s Source) Source {
	s.Title, s.Section, s.Published = clean(s.Title), clean(s.Section), clean(s.Published)
	s.URL, s.Quote = clean(s.URL), clean(s.Quote)
	return s
}

// Gap returns what stands between the text of s and its marks: a space, or
// nothing after Chinese text, full-width punctuation or no text at all.
func (s Span) Gap() string {
	r, _ := utf8.DecodeLastRuneInString(s.Text)
	if s.Text == "" || wide(r) || unicode.IsSpace(r) {
		return ""
	}
	return " "
}

// wide reports whether r is a Chinese character or full-width punctuation.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}
