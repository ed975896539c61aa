package bot

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// Plain renders a reply without markup: for terminals, and as what is left of
// a reply where a platform refuses its markup.
type Plain struct {
	Quotes bool // show the quote under each source
}

var _ Format = Plain{}

// Line implements [Format]. A mark is [n].
func (Plain) Line(l Line) string {
	var out strings.Builder
	if l.Bullet {
		out.WriteString("• ")
	}
	for _, s := range l.Spans {
		out.WriteString(s.Text)
		if len(s.Cites) > 0 {
			out.WriteString(s.Gap())
		}
		for _, n := range s.Cites {
			fmt.Fprintf(&out, "[%d]", n)
		}
	}
	return strings.TrimSpace(out.String())
}

// Source implements [Format]: number, title, section, date and link.
func (p Plain) Source(s Source) string {
	text := SourceText(s)
	if s.URL != "" {
		text += " " + s.URL
	}
	if p.Quotes && s.Quote != "" {
		text += "\n    “" + strings.Join(strings.Fields(s.Quote), " ") + "”"
	}
	return text
}

// Heading implements [Format].
func (Plain) Heading(lang string) string { return SourcesHeading(lang) }

// Notice implements [Format].
func (Plain) Notice(text string) string { return text }

// Len implements [Format], in UTF-16 units.
func (Plain) Len(s string) int { return UTF16Len(s) }

// SourceText is a source in one line, without its link:
// "[1] Title › Section (2024-03)".
func SourceText(s Source) string {
	text := fmt.Sprintf("[%d] %s", s.N, s.Title)
	if s.Section != "" {
		text += " › " + s.Section
	}
	if s.Published != "" {
		text += " (" + s.Published + ")"
	}
	return text
}

// UTF16Len returns the length of s in UTF-16 units, which Telegram and Discord count in.
func UTF16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
