package telegram

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/bot"
)

// The limits of one message. The text is counted in UTF-16 units after the
// markup is parsed: https://core.telegram.org/bots/api#sendmessage . The raw
// size is the server's: https://github.com/tdlib/telegram-bot-api . Entities
// past the hundredth are lost: https://limits.tginfo.me/en
const (
	mostUnits    = 4096
	mostBytes    = 32768
	mostEntities = 100
)

// markup renders a reply as Telegram's HTML; see
// https://core.telegram.org/bots/api#html-style .
type markup struct {
	links map[int]string // source number to its URL
}

var _ bot.Format = markup{}

func newMarkup(r bot.Reply) markup {
	links := make(map[int]string, len(r.Sources))
	for _, s := range r.Sources {
		if linkable(s.URL) {
			links[s.N] = s.URL
		}
	}
	return markup{links: links}
}

// linkable reports whether Telegram makes a link of u; others it drops in silence.
func linkable(u string) bool {
	parsed, err := url.Parse(u)
	return err == nil && parsed.Host != "" && (parsed.Scheme == "http" || parsed.Scheme == "https")
}

// Line implements bot.Format. A mark links to its source.
func (m markup) Line(l bot.Line) string {
	var out strings.Builder
	if l.Bullet {
		out.WriteString("• ")
	}
	for _, s := range l.Spans {
		out.WriteString(dress(s, l.Heading))
		if len(s.Cites) > 0 {
			out.WriteString(s.Gap())
		}
		for _, n := range s.Cites {
			out.WriteString(link(fmt.Sprintf("[%d]", n), m.links[n]))
		}
	}
	return strings.TrimSpace(out.String())
}

// dress escapes the text of a span and makes it bold or code.
func dress(s bot.Span, heading bool) string {
	text := escape(s.Text)
	switch {
	case strings.TrimSpace(s.Text) == "":
		return text
	case s.Code:
		return "<code>" + text + "</code>"
	case s.Bold || heading:
		return "<b>" + text + "</b>"
	}
	return text
}

// Source implements bot.Format: number, title with its link, section, date.
func (m markup) Source(s bot.Source) string {
	title := s
	title.Section, title.Published = "", ""
	head := bot.SourceText(title)
	rest := strings.TrimPrefix(bot.SourceText(s), head)
	address := s.URL
	if !linkable(address) {
		address = ""
	}
	return link(head, address) + escape(rest)
}

// Heading implements bot.Format.
func (markup) Heading(lang string) string { return "<b>" + escape(bot.SourcesHeading(lang)) + "</b>" }

// Notice implements bot.Format.
func (markup) Notice(text string) string { return "<i>" + escape(text) + "</i>" }

// Len implements bot.Format: the largest share of one of the three limits that
// rendered text takes, expressed in units of text.
func (markup) Len(rendered string) int {
	entities := strings.Count(rendered, "<") / 2
	return max(
		bot.UTF16Len(visible(rendered)),
		(len(rendered)*mostUnits+mostBytes-1)/mostBytes,
		(entities*mostUnits+mostEntities-1)/mostEntities,
	)
}

func link(text, address string) string {
	if address == "" {
		return escape(text)
	}
	return `<a href="` + escape(address) + `">` + escape(text) + `</a>`
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escape makes text safe between tags and in attributes.
func escape(text string) string { return escaper.Replace(text) }

// visible returns what a reader sees of our own markup.
func visible(rendered string) string {
	var out strings.Builder
	for {
		before, tag, ok := strings.Cut(rendered, "<")
		out.WriteString(before)
		if !ok {
			return html.UnescapeString(out.String())
		}
		_, rendered, _ = strings.Cut(tag, ">")
	}
}

var anchor = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)

// plain turns one rendered message into messages without markup that say the
// same, for a server that refuses the markup. The address of a source follows
// on its line; that of a mark is left to its source.
func plain(rendered string) []string {
	var out bot.Reply
	for line := range strings.SplitSeq(rendered, "\n") {
		text := visible(line)
		for _, a := range anchor.FindAllStringSubmatch(line, -1) {
			if _, err := strconv.Atoi(strings.Trim(a[2], "[]")); err != nil {
				text += " " + html.UnescapeString(a[1])
			}
		}
		out.Lines = append(out.Lines, bot.Line{Spans: []bot.Span{{Text: text}}})
	}
	return bot.Split(out, bot.Plain{}, mostUnits)
}
