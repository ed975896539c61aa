package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 100%":             "plain text, 100%",
		"*bold* _it_ ~~no~~ ||spoil||": `\*bold\* \_it\_ \~\~no\~\~ \|\|spoil\|\|`,
		"# heading":                    `\# heading`,
		"### heading":                  `\### heading`,
		"-# small":                     `\-# small`,
		"- item":                       `\- item`,
		"+ item":                       `\+ item`,
		"12. item":                     `12\. item`,
		"2024 was - as said - long":    "2024 was - as said - long",
		"#hash and -5":                 "#hash and -5",
		"> quote":                      `\> quote`,
		"[text](https://a.example)":    `\[text](<https://a.example>)`,
		"@everyone and @here":          "@\u200beveryone and @\u200bhere",
		"<@123> <#4> <t:5>":            `\<@123\> \<#4\> \<t:5\>`,
		"`code` and \\":                "\\`code\\` and \\\\",
		"see https://a.example/x_y.":   "see <https://a.example/x_y>.",
		"见https://a.example/x。然后":      "见<https://a.example/x>。然后",
		"https://a.example/(b)":        "<https://a.example/%28b>)",
		"http:// is none":              "http:// is none",
	} {
		if got := escape(in, true); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarkup(t *testing.T) {
	r := bot.Reply{Language: "zh", Sources: []bot.Source{
		{N: 1, Title: "Field *Guide*", Section: "Paths > North", Published: "2024-03", URL: "https://a.example/x(1)?a=1&b=2"},
		{N: 2, Title: "Survey"},
		{N: 3, Title: "Far", URL: "javascript:alert(1)"},
		{N: 4, Title: "Long", URL: "https://a.example/" + strings.Repeat("x", maxMarkLink)},
	}}
	m := newMarkup(r)
	for want, got := range map[string]string{
		`It goes north. \[[1](<https://a.example/x%281%29?a=1&b=2>)]\[2]`: m.Line(bot.Line{Spans: []bot.Span{{Text: "It goes north.", Cites: []int{1, 2}}}}),
		`- 向北。\[2] # two`: m.Line(bot.Line{Bullet: true, Spans: []bot.Span{{Text: "向北。", Cites: []int{2}}, {Text: " # two"}}}),
		`**By \*name\***`: m.Line(bot.Line{Heading: true, Spans: []bot.Span{{Text: "By *name*"}}}),
		"a **b** `c*d` e": m.Line(bot.Line{Spans: []bot.Span{{Text: "a"}, {Text: " b ", Bold: true}, {Text: "c*d", Code: true}, {Text: " e"}}}),
		"`` a`b ``":       m.Line(bot.Line{Spans: []bot.Span{{Text: "a`b", Code: true}}}),
		`\- one - two`:    m.Line(bot.Line{Spans: []bot.Span{{Text: "- one\n- two"}}}),
		`\[3]\[4]`:        m.Line(bot.Line{Spans: []bot.Span{{Cites: []int{3, 4}}}}),
		`\[1] Field \*Guide\* › Paths \> North (2024-03) <https://a.example/x%281%29?a=1&b=2>`: m.Source(r.Sources[0]),
		`\[2] Survey`:         m.Source(r.Sources[1]),
		`\[3] Far`:            m.Source(r.Sources[2]),
		"**来源**":              m.Heading("zh"),
		`-# As of \*2024\* x`: m.Notice("As of *2024*\nx"),
	} {
		if got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// What a reader sees of escaped text is the text, and nothing in it is a
// mention, a link that hides its target, or markup.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"*a* _b_ **", "@everyone", "<@1>", "[a](https://b.example)", "https://a.example/x_y_z)", "- a", "1. a", "\\*", "-# x", "`a``b`"} {
		f.Add(s)
	}
	live := regexp.MustCompile(`@everyone|@here|(^|[^\\])<[^h]|(^|[^\\])\[`)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || oneLine(text) != text {
			t.Skip() // removed before
		}
		got := escape(text, true)
		if unescaped := strings.ReplaceAll(got, `\\`, ""); live.MatchString(unescaped) {
			t.Errorf("%q is live: %q", text, got)
		}
		if strings.Contains(text, "://") || strings.Contains(text, "\u200b") {
			return // an address may be rewritten
		}
		if seen := bottest.DiscordText(got); seen != strings.TrimLeft(text, " \t") {
			t.Errorf("%q is seen as %q, written %q", text, seen, got)
		}
	})
}

// However a reply looks, its parts fit, cut nothing in two, and end with every source.
func FuzzParts(f *testing.F) {
	f.Add("A sentence.", "Title", "https://a.example/x?y=z", 30)
	f.Add(strings.Repeat("长句子", 900), "*", "https://a.example/"+strings.Repeat("p", 2500), 3)
	f.Add("x* `_ [", "> a\n# b", "::", 200)
	f.Fuzz(func(t *testing.T, text, title, url string, n int) {
		n = 1 + abs(n)%60
		var r bot.Reply
		for i := 1; i <= n; i++ {
			r.Lines = append(r.Lines, bot.Line{Bullet: i%3 == 0, Spans: []bot.Span{{Text: text, Cites: []int{i}, Bold: i%4 == 0, Code: i%5 == 0}}})
			r.Sources = append(r.Sources, bot.Source{N: i, Title: title, URL: url})
		}
		all := parts(r)
		for _, p := range all {
			if l := bot.UTF16Len(p); l == 0 || l > maxPart {
				t.Errorf("a part has %d units", l)
			}
			if !utf8.ValidString(p) {
				t.Errorf("a part is no UTF-8: %q", p)
			}
		}
		joined := strings.Join(all, "\n")
		_, list, ok := strings.Cut(joined, "**Sources**")
		if !ok {
			t.Fatalf("no source list in %q", joined)
		}
		for i := 1; i <= n; i++ {
			if !strings.Contains(list, "\n"+m(i)) {
				t.Errorf("source %d of %d is missing", i, n)
			}
		}
	})
}

func m(n int) string { return (markup{}).mark(n) }

func abs(n int) int { return max(n, -max(n, -1<<62)) }
