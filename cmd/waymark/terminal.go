package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"

	"github.com/waymark-bot/waymark/bot"
)

// A terminal prints answers for a person. Where the output is no terminal it
// wraps nothing and uses no colour.
type terminal struct {
	out    io.Writer
	width  int // columns; 0 does not wrap
	colour bool
	person bool // somebody reads as it is printed
}

// isTerminal reports whether a stream is one that a person sits at.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// useColour follows https://no-color.org.
func useColour(stream any, env map[string]string) bool {
	return isTerminal(stream) && env["NO_COLOR"] == "" && env["TERM"] != "dumb"
}

// maxWidth keeps lines readable on wide screens.
const maxWidth = 100

func newTerminal(out io.Writer, env map[string]string) *terminal {
	t := &terminal{out: out, colour: useColour(out, env), person: isTerminal(out)}
	if f, ok := out.(*os.File); ok && isTerminal(out) {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			t.width = min(columns, maxWidth)
		}
	}
	return t
}

// The styles, as SGR parameters: https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
const (
	bold = "1"
	dim  = "2"
	cyan = "36"
)

func (t *terminal) style(sgr, s string) string {
	if !t.colour || s == "" || sgr == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// reply prints the lines of a reply, its sources with their quotes, and its notice.
func (t *terminal) reply(r bot.Reply) error {
	var b bytes.Buffer
	for _, l := range r.Lines {
		t.line(&b, l)
	}
	t.tail(&b, r)
	_, err := t.out.Write(b.Bytes())
	return err
}

// tail prints what stands below the lines of a reply.
func (t *terminal) tail(b *bytes.Buffer, r bot.Reply) {
	if len(r.Sources) > 0 {
		b.WriteString("\n" + t.style(bold, bot.SourcesHeading(r.Language)) + "\n")
	}
	for _, s := range r.Sources {
		t.source(b, s)
	}
	if r.Notice != "" {
		b.WriteByte('\n')
		t.paragraph(b, "", "", dim, plainPieces(r.Notice))
	}
}

// line prints one line of an answer, with a mark [n] behind what rests on source n.
func (t *terminal) line(b *bytes.Buffer, l bot.Line) {
	first, rest, style := "", "", ""
	switch {
	case l.Heading:
		style = bold
	case l.Bullet:
		first, rest = "• ", "  "
	}
	var pieces []piece
	for _, s := range l.Spans {
		pieces = append(pieces, plainPieces(s.Text)...)
		for i, n := range s.Cites {
			gap := ""
			if i == 0 {
				gap = s.Gap()
			}
			pieces = append(pieces, piece{text: gap + "[" + itoa(n) + "]", style: cyan, glued: true})
		}
	}
	t.paragraph(b, first, rest, style, pieces)
}

// source prints one entry of the source list: title, section and date, the
// address, and the quote below.
func (t *terminal) source(b *bytes.Buffer, s bot.Source) {
	mark := "[" + itoa(s.N) + "] "
	indent := strings.Repeat(" ", len(mark))
	text := s.Title
	if s.Section != "" {
		text += " > " + s.Section
	}
	if s.Published != "" {
		text += ", " + s.Published
	}
	t.paragraph(b, mark, indent, "", plainPieces(text))
	if s.URL != "" {
		t.paragraph(b, indent, indent, dim, []piece{{text: printable(s.URL)}})
	}
	if s.Quote != "" {
		t.paragraph(b, indent, indent, dim, plainPieces("“"+strings.Join(strings.Fields(s.Quote), " ")+"”"))
	}
}

// paragraph writes pieces as one paragraph, wrapped to the width; first stands
// before its first line and rest before the others. style is that of pieces
// without one.
func (t *terminal) paragraph(b *bytes.Buffer, first, rest, style string, pieces []piece) {
	line, column := []piece{{text: first}}, columns(first)
	for _, w := range words(pieces) {
		text := w.text()
		if t.width > 0 && column+columns(strings.TrimRight(text, " ")) > t.width && column > columns(rest) {
			t.flush(b, line)
			line, column = []piece{{text: rest}}, columns(rest)
		}
		for _, p := range w {
			if p.style == "" {
				p.style = style
			}
			if last := &line[len(line)-1]; last.style == p.style {
				last.text += p.text
			} else {
				line = append(line, p)
			}
		}
		column += columns(text)
	}
	t.flush(b, line)
}

// flush writes one line, without the blanks at its end.
func (t *terminal) flush(b *bytes.Buffer, line []piece) {
	line[len(line)-1].text = strings.TrimRight(line[len(line)-1].text, " ")
	for _, p := range line {
		b.WriteString(t.style(p.style, p.text))
	}
	b.WriteByte('\n')
}

// A piece is a run of text in one style.
type piece struct {
	text, style string
	glued       bool // it stays with the word before it, whole
}

// plainPieces is text without a style of its own.
func plainPieces(text string) []piece { return []piece{{text: printable(text)}} }

// A word is what a line may not break within.
type word []piece

func (w word) text() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(p.text)
	}
	return b.String()
}

// words cuts pieces where a line may break: behind a blank, and on both sides
// of a wide character unless punctuation would begin the next line.
func words(pieces []piece) []word {
	var out []word
	var last rune
	for _, p := range pieces {
		runes := []rune(p.text)
		start := 0
		for i, r := range runes {
			if p.glued || last == 0 || !breaks(last, r) {
				last = r
				continue
			}
			out = appendPiece(out, piece{text: string(runes[start:i]), style: p.style})
			out = append(out, nil)
			start, last = i, r
		}
		out = appendPiece(out, piece{text: string(runes[start:]), style: p.style})
	}
	return out
}

// appendPiece adds a piece to the last word.
func appendPiece(words []word, p piece) []word {
	if p.text == "" {
		return words
	}
	if len(words) == 0 {
		words = append(words, nil)
	}
	words[len(words)-1] = append(words[len(words)-1], p)
	return words
}

// breaks reports whether a line may end between two characters.
func breaks(a, b rune) bool {
	switch {
	case unicode.IsSpace(b):
		return false
	case unicode.IsSpace(a):
		return true
	case opens(a), closes(b):
		return false
	}
	return cells(a) == 2 || cells(b) == 2
}

// closes reports whether a character must not begin a line.
func closes(r rune) bool {
	return unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po) || cells(r) == 0
}

// opens reports whether a character must not end a line.
func opens(r rune) bool { return unicode.In(r, unicode.Ps, unicode.Pi) }

// columns returns how many columns text takes.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += cells(r)
	}
	return n
}

// cells returns how many columns a character takes: 2 for wide ones
// (https://www.unicode.org/reports/tr11/), none for combining ones.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// printable takes out of a text what a terminal would obey: control characters
// and those that turn the direction of writing.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}
