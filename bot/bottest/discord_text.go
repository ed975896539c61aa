package bottest

import (
	"regexp"
	"strings"
)

// DiscordText is content as a reader sees it: markup is gone, a masked link is
// its label, and what was escaped stands as it is.
func DiscordText(content string) string {
	return RenderDiscord(content, func(label, _ string) string { return label })
}

// RenderDiscord is [DiscordText] with link saying how a masked link is shown.
func RenderDiscord(content string, link func(label, url string) string) string {
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		lines[i] = renderDiscordLine(line, link)
	}
	return strings.Join(lines, "\n")
}

// Marks that count at the beginning of a line only:
// https://support.discord.com/hc/en-us/articles/210298617
var discordLineMarks = []struct{ mark, shown string }{
	{"### ", ""}, {"## ", ""}, {"# ", ""}, {"-# ", ""}, {"> ", "│ "}, {"- ", "• "}, {"* ", "• "},
}

func renderDiscordLine(line string, link func(label, url string) string) string {
	shown := ""
	for _, m := range discordLineMarks {
		if rest, ok := strings.CutPrefix(line, m.mark); ok {
			shown, line = m.shown, rest
			break
		}
	}
	return shown + renderDiscordInline(line, link)
}

// A masked link: no escapes and no brackets in its label, no parentheses in its address.
var discordLink = regexp.MustCompile(`^\[([^\[\]]+)\]\(<?(https?://[^\s()<>\\]+)>?\)`)

// An address in angle brackets: shown bare and without a preview.
var discordBareLink = regexp.MustCompile(`^<(https?://[^\s<>]+)>`)

func renderDiscordInline(s string, link func(label, url string) string) string {
	var out strings.Builder
	for s != "" {
		if m := discordLink.FindStringSubmatch(s); m != nil {
			out.WriteString(link(m[1], m[2]))
			s = s[len(m[0]):]
			continue
		}
		if m := discordBareLink.FindStringSubmatch(s); m != nil {
			out.WriteString(m[1])
			s = s[len(m[0]):]
			continue
		}
		if code, rest, ok := cutDiscordCode(s); ok {
			out.WriteString(code)
			s = rest
			continue
		}
		n := 1
		switch {
		case len(s) > 1 && s[0] == '\\' && strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", s[1]) >= 0:
			out.WriteByte(s[1])
			n = 2
		case strings.HasPrefix(s, "**"), strings.HasPrefix(s, "__"), strings.HasPrefix(s, "~~"), strings.HasPrefix(s, "||"):
			n = 2
		case strings.HasPrefix(s, "\u200b"):
			n = len("\u200b")
		case s[0] == '*' || s[0] == '_':
		default:
			out.WriteByte(s[0])
		}
		s = s[n:]
	}
	return out.String()
}

// cutDiscordCode takes a code span off the beginning of s.
func cutDiscordCode(s string) (code, rest string, ok bool) {
	fence := s[:len(s)-len(strings.TrimLeft(s, "`"))]
	if fence == "" {
		return "", s, false
	}
	code, rest, ok = strings.Cut(s[len(fence):], fence)
	if !ok {
		return "", s, false
	}
	return strings.TrimSpace(code), rest, true
}
