package telegram

import (
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// checkParts holds rendered messages against what the server accepts, and
// returns what a reader sees.
func checkParts(t *testing.T, parts []string) string {
	t.Helper()
	var shown []string
	for _, p := range parts {
		text, entities, err := bottest.ParseTelegramHTML(p)
		switch {
		case err != nil:
			t.Errorf("refused: %v in %q", err, p)
		case bot.UTF16Len(text) > mostUnits || len(p) > mostBytes || len(entities) > mostEntities:
			t.Errorf("%d units, %d bytes, %d entities", bot.UTF16Len(text), len(p), len(entities))
		case text != visible(p):
			t.Errorf("the server shows %q, we count %q", text, visible(p))
		}
		shown = append(shown, text)
	}
	return strings.Join(shown, "\n")
}

func letters(s string) string { return strings.Join(strings.Fields(s), "") }

func FuzzMarkup(f *testing.F) {
	f.Add("plain", "Guide", "https://example.org/?a=1&b=\"2\"<3>", 3)
	f.Add(strings.Repeat("路标😀 <b>&amp;</b> ", 900), "T<i>&", "https://例子.org/路?q=标", 130)
	f.Add("&lt;a href=\"x\">", "]", "http://[::1]/", 7)
	f.Fuzz(func(t *testing.T, text, title, address string, n int) {
		n = max(n, -n) % 150
		r := bot.Reply{Language: "en", Notice: title}
		for i := range n + 1 {
			r.Lines = append(r.Lines, bot.Line{Bullet: i%2 == 0, Heading: i%7 == 0, Spans: []bot.Span{{Text: text, Cites: []int{i + 1}, Bold: i%3 == 0, Code: i%5 == 0}}})
			r.Sources = append(r.Sources, bot.Source{N: i + 1, Title: title, URL: address})
			if len(text) > 1000 && i > 3 {
				break
			}
		}
		parts := bot.Split(r, newMarkup(r), mostUnits)
		all := checkParts(t, parts)
		for _, s := range r.Sources {
			if !strings.Contains(all, bot.SourceText(bot.Source{N: s.N})) {
				t.Errorf("source %d is missing", s.N)
			}
		}
		for _, p := range parts {
			again := ""
			for _, q := range plain(p) {
				if bot.UTF16Len(q) > mostUnits {
					t.Errorf("plain text of %d units", bot.UTF16Len(q))
				}
				again += q
			}
			for _, word := range strings.Fields(visible(p)) {
				if len(word) < 100 && !strings.Contains(letters(again), word) {
					t.Errorf("%q is missing from the plain text %q", word, again)
				}
			}
		}
	})
}

func TestEveryLinkIsOneTelegramTakes(t *testing.T) {
	for address, want := range map[string]bool{
		"https://example.org/a": true, "http://example.org": true, "": false, "javascript:alert(1)": false,
		"example.org": false, "ftp://example.org": false, "https://": false, "tg://user?id=1": false, "https://exa mple.org": false,
	} {
		if got := linkable(address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
