package discord

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/waymark-bot/waymark/bot"
)

// maxPart is the length of one message. Discord's limit is 2000; in which unit
// it counts is not documented, so there is room left.
// https://docs.discord.com/developers/resources/message#create-message
const maxPart = 1900 // UTF-16 units

// parts renders a reply as messages that fit.
func parts(r bot.Reply) []string { return bot.Split(r, newMarkup(r), maxPart) }

// markup renders a reply as Discord's markdown:
// https://support.discord.com/hc/en-us/articles/210298617
type markup struct {
	links map[int]string // source number to its URL, as it goes into a link
}

var _ bot.Format = markup{}

func newMarkup(r bot.Reply) markup {
	m := markup{links: make(map[int]string, len(r.Sources))}
	for _, s := range r.Sources {
		if link := linkTarget(s.URL); len(link) <= maxMarkLink {
			m.links[s.N] = link
		}
	}
	return m
}

// maxMarkLink is the longest URL that a mark links to, in bytes: it stands
// behind every sentence. The source list holds longer ones.
const maxMarkLink = 300

// Line implements [bot.Format]. A mark is [n]; the number links to its source.
func (m markup) Line(l bot.Line) string {
	var out strings.Builder
	for _, s := range l.Spans {
		text := dress(s, l.Heading, out.Len() == 0)
		if out.Len() == 0 {
			text = strings.TrimLeft(text, " ")
		}
		out.WriteString(text)
		if len(s.Cites) > 0 {
			out.WriteString(s.Gap())
		}
		for _, n := range s.Cites {
			out.WriteString(m.mark(n))
		}
	}
	text := strings.TrimSpace(out.String())
	if l.Bullet && text != "" {
		return "- " + text
	}
	return text
}

// mark renders [n]. The brackets stand outside of the link: its label takes
// neither brackets nor escapes
// (https://github.com/discord/discord-api-docs/issues/6185).
func (m markup) mark(n int) string {
	if link := m.links[n]; link != "" {
		return fmt.Sprintf(`\[[%d](<%s>)]`, n, link)
	}
	return fmt.Sprintf(`\[%d]`, n)
}

// Source implements [bot.Format]: number, title, section and date, then the
// link in angle brackets, which keep Discord from showing a preview.
func (m markup) Source(s bot.Source) string {
	text := escape(oneLine(bot.SourceText(s)), true)
	if link := linkTarget(s.URL); link != "" {
		text += " <" + link + ">"
	}
	return text
}

// Heading implements [bot.Format].
func (m markup) Heading(lang string) string { return "**" + bot.SourcesHeading(lang) + "**" }

// Notice implements [bot.Format], in small print.
func (m markup) Notice(text string) string {
	if text = strings.TrimSpace(oneLine(text)); text == "" {
		return ""
	}
	return "-# " + escape(text, false)
}

// Len implements [bot.Format].
func (m markup) Len(text string) int { return bot.UTF16Len(text) }

// dress escapes the text of a span and makes it bold or code. Bold does not
// begin or end with a space: Discord would show its asterisks.
func dress(s bot.Span, heading, start bool) string {
	text := oneLine(s.Text)
	inner := strings.TrimSpace(text)
	switch {
	case inner == "":
		return text
	case s.Code:
		inner = code(inner)
	case s.Bold || heading:
		inner = "**" + escape(inner, start) + "**"
	default:
		return escape(text, start)
	}
	left := len(text) - len(strings.TrimLeft(text, " "))
	right := len(strings.TrimRight(text, " "))
	return text[:left] + inner + text[right:]
}

// code makes a code span, with a fence that its text does not hold.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 2 { // three begin a block
		text = strings.ReplaceAll(text, "`", "'")
		fence = "`"
	}
	if len(fence) == 2 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// oneLine makes every run of line breaks a space: what follows one would be
// markup again.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n\v\f\u2028\u2029\u0085") {
		return text
	}
	return lineBreaks.ReplaceAllString(text, " ")
}

var lineBreaks = regexp.MustCompile(`[ \t]*[\r\n\v\f\x{2028}\x{2029}\x{85}]+[ \t]*`)

// address is one in running text.
var address = regexp.MustCompile(`https?://[!-;=?-~]+`)

// closers may end the sentence behind an address.
const closers = ".,;:!?)]}'\"*_~`|\\"

// escape makes text mean itself: no markup, no mention, no preview. start says
// that it begins a line. Addresses stay clickable.
func escape(text string, start bool) string {
	var out strings.Builder
	if start {
		text = strings.TrimLeft(text, " \t")
		mark := lineMark(text)
		out.WriteString(mark)
		text = text[len(strings.ReplaceAll(mark, `\`, "")):]
	}
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			out.WriteString(escapeWords(text))
			return out.String()
		}
		found := strings.TrimRight(text[at[0]:at[1]], closers)
		out.WriteString(escapeWords(text[:at[0]]))
		if link := linkTarget(found); link != "" {
			out.WriteString("<" + link + ">")
		} else {
			out.WriteString(escapeWords(found))
		}
		text = text[at[0]+len(found):]
	}
}

// lineMark returns what text begins with if that is markup at the beginning of
// a line (heading, list, small print), escaped; otherwise nothing.
func lineMark(text string) string {
	m := lineMarks.FindStringSubmatch(text)
	switch {
	case m == nil:
		return ""
	case m[1] != "":
		return `\` + m[1]
	default:
		return m[2] + `\` + m[3]
	}
}

var lineMarks = regexp.MustCompile(`^(?:(-?#+|[-+])|(\d+)([.)]))(?:\s|$)`)

// escapeWords escapes inline markup, and takes the effect out of @everyone and
// @here even where somebody sends the text on.
func escapeWords(text string) string { return inline.Replace(text) }

var inline = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "~", `\~`, "|", `\|`, ">", `\>`, "<", `\<`, "`", "\\`", "[", `\[`,
	"@everyone", "@\u200beveryone", "@here", "@\u200bhere",
)

// linkTarget returns address as it may stand between angle brackets in a link,
// "" when Discord would not make a link of it.
func linkTarget(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return linkUnsafe.Replace(u.String())
}

// What would end a link early: its parentheses, brackets and breaks.
var linkUnsafe = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C", " ", "%20", "\t", "%09", "|", "%7C", "`", "%60")
