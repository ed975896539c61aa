package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
)

// lamp is a reply with all that a terminal shows.
func lamp() bot.Reply {
	return bot.Reply{
		Language: "en",
		Lines: []bot.Line{
			{Heading: true, Spans: []bot.Span{{Text: "Towers"}}},
			{Bullet: true, Spans: []bot.Span{{Text: "The Northern Tower is a lighthouse of granite.", Cites: []int{1, 2}}}},
			{Bullet: true, Spans: []bot.Span{{Text: "北塔高四十二米，建于一八九〇年，灯光可及十八海里。", Cites: []int{2}}, {Text: " It stands.", Cites: []int{1}}}},
		},
		Sources: []bot.Source{
			{N: 1, Title: "Harbour lights", Section: "Northern Tower", Published: "2023-04", URL: "https://example.org/harbour", Quote: "A lighthouse\nof granite."},
			{N: 2, Title: "港口的灯"},
		},
		Notice: "As of 2023-04",
	}
}

func TestReplyWithoutTerminal(t *testing.T) {
	var b bytes.Buffer
	if err := newTerminal(&b, nil).reply(lamp()); err != nil {
		t.Fatal(err)
	}
	want := `Towers
• The Northern Tower is a lighthouse of granite. [1][2]
• 北塔高四十二米，建于一八九〇年，灯光可及十八海里。[2] It stands. [1]

Sources
[1] Harbour lights > Northern Tower, 2023-04
    https://example.org/harbour
    “A lighthouse of granite.”
[2] 港口的灯

As of 2023-04
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestReplyWrapped(t *testing.T) {
	var b bytes.Buffer
	if err := (&terminal{out: &b, width: 30}).reply(lamp()); err != nil {
		t.Fatal(err)
	}
	want := `Towers
• The Northern Tower is a
  lighthouse of
  granite. [1][2]
• 北塔高四十二米，建于一八九〇
  年，灯光可及十八海里。[2] It
  stands. [1]

Sources
[1] Harbour lights > Northern
    Tower, 2023-04
    https://example.org/harbour
    “A lighthouse of granite.”
[2] 港口的灯

As of 2023-04
`
	got := b.String()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReplyInColour(t *testing.T) {
	var plain, coloured bytes.Buffer
	if err := (&terminal{out: &plain, width: 30}).reply(lamp()); err != nil {
		t.Fatal(err)
	}
	if err := (&terminal{out: &coloured, width: 30, colour: true}).reply(lamp()); err != nil {
		t.Fatal(err)
	}
	got := coloured.String()
	for _, want := range []string{"\x1b[1mTowers\x1b[0m", "\x1b[36m [1][2]\x1b[0m", "\x1b[2m“A lighthouse of granite.”\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	for _, sgr := range []string{"0", bold, dim, cyan} {
		got = strings.ReplaceAll(got, "\x1b["+sgr+"m", "")
	}
	if diff := cmp.Diff(plain.String(), got); diff != "" {
		t.Errorf("without the colours it is another text: %s", diff)
	}
}

// TestTerminalObeysNoReport holds that a text from a report or a model cannot
// give a terminal orders.
func TestTerminalObeysNoReport(t *testing.T) {
	var b bytes.Buffer
	evil := "a\x1b]0;title\x07b\x1b[2Jc\r\u009bd\u202ee\x00"
	r := bot.Reply{
		Lines:   []bot.Line{{Spans: []bot.Span{{Text: evil, Cites: []int{1}}}}},
		Sources: []bot.Source{{N: 1, Title: evil, Section: evil, URL: "https://example.org/" + evil, Quote: evil}},
		Notice:  evil,
	}
	if err := newTerminal(&b, nil).reply(r); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\x00\r\u009b\u202e") {
		t.Errorf("control characters are printed: %q", b.String())
	}
}

func FuzzParagraph(f *testing.F) {
	f.Add("The Northern Tower is 42 metres tall.", 20)
	f.Add("北塔高四十二米，建于一八九〇年（据报告）。", 9)
	f.Add("a\u0301\u200d😀 x", 1)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = 1 + (width&0x7fffffff)%200
		var b bytes.Buffer
		(&terminal{width: width}).paragraph(&b, "> ", "  ", "", plainPieces(s))
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		got, ok := strings.CutPrefix(b.String(), ">")
		if !ok || bare(got) != bare(printable(s)) {
			t.Errorf("%q became %q at width %d", s, b.String(), width)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimRight(line, "\n")
			visible := 0 // words that take room
			for _, w := range words(plainPieces(line[min(2, len(line)):])) {
				if columns(strings.TrimSpace(w.text())) > 0 {
					visible++
				}
			}
			if columns(line) > width && visible > 1 {
				t.Errorf("a line of %d columns at width %d: %q", columns(line), width, line)
			}
		}
	})
}
