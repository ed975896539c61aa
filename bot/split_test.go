package bot

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// tagged renders with tags and escapes, so that a cut inside markup shows. Every
// piece ends in a newline-free, balanced run of <x>...</x>.
type tagged struct{}

func (tagged) escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func (f tagged) Line(l Line) string {
	var out strings.Builder
	if l.Bullet {
		out.WriteString("* ")
	}
	for _, s := range l.Spans {
		text := f.escape(s.Text)
		if s.Bold || l.Heading {
			text = "<b>" + text + "</b>"
		}
		out.WriteString(text + s.Gap())
		for _, n := range s.Cites {
			fmt.Fprintf(&out, "<a>[%d]</a>", n)
		}
	}
	return strings.TrimSpace(out.String())
}

func (f tagged) Source(s Source) string {
	return fmt.Sprintf("<s>(%d) %s|%s|%s|%s</s>", s.N, f.escape(s.Title), f.escape(s.Section), f.escape(s.URL), f.escape(s.Quote))
}
func (f tagged) Heading(lang string) string { return "<h>" + SourcesHeading(lang) + "</h>" }
func (f tagged) Notice(s string) string     { return "<i>" + f.escape(s) + "</i>" }
func (tagged) Len(s string) int             { return UTF16Len(s) }

// balanced reports whether every tag in part is complete and closed.
func balanced(part string) error {
	var open []string
	for {
		_, tag, ok := strings.Cut(part, "<")
		if !ok {
			break
		}
		name, rest, ok := strings.Cut(tag, ">")
		if !ok || len(name) == 0 || len(name) > 2 {
			return fmt.Errorf("cut tag <%.10s", tag)
		}
		part = rest
		switch {
		case name[0] != '/':
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name[1:]:
			return fmt.Errorf("tag </%s> closes nothing", name[1:])
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("tag <%s> stays open", open[0])
	}
	return nil
}

// letters drops white space, which a cut may swallow, and marks and tags.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// unmarked takes tags and marks off rendered text.
func unmarked(s string) string {
	var out strings.Builder
	for {
		before, tag, ok := strings.Cut(s, "<")
		out.WriteString(before)
		if !ok {
			return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(out.String())
		}
		name, rest, _ := strings.Cut(tag, ">")
		s = rest
		if name == "a" {
			_, s, _ = strings.Cut(s, "</a>")
		}
	}
}

// checkSplit holds the parts of r against everything that Split promises.
func checkSplit(t *testing.T, r Reply, limit int) {
	t.Helper()
	f := tagged{}
	parts := Split(r, f, limit)
	for i, p := range parts {
		if n := f.Len(p); n > limit {
			t.Errorf("part %d of %d has %d units, limit %d", i+1, len(parts), n, limit)
		}
		if err := balanced(p); err != nil {
			t.Errorf("part %d: %v in %q", i+1, err, p)
		}
		if strings.TrimSpace(p) == "" || !utf8.ValidString(p) {
			t.Errorf("part %d is empty or cut inside a character: %q", i+1, p)
		}
		if strings.Contains(p, "&") && !validEscapes(p) {
			t.Errorf("part %d is cut inside an escape: %q", i+1, p)
		}
	}
	checkBody(t, r, parts)
	checkSources(t, r, parts)
}

func validEscapes(p string) bool {
	for _, e := range []string{"&amp;", "&lt;", "&gt;"} {
		p = strings.ReplaceAll(p, e, "")
	}
	return !strings.Contains(p, "&")
}

// checkBody wants the text and the marks of all lines, in order, before the sources.
func checkBody(t *testing.T, r Reply, parts []string) {
	t.Helper()
	all := strings.Join(parts, "\n")
	body, tail, _ := strings.Cut(all, "<h>")
	if len(r.Sources) == 0 {
		body, tail, _ = strings.Cut(all, "<i>")
	}
	var text strings.Builder
	marks := 0
	for _, l := range r.Lines {
		for _, s := range l.Spans {
			text.WriteString(clean(s.Text))
			marks += len(s.Cites)
		}
	}
	got := strings.ReplaceAll(letters(unmarked(body)), "*", "")
	if want := strings.ReplaceAll(letters(text.String()), "*", ""); got != want {
		t.Errorf("body text differs:\n got %q\nwant %q", got, want)
	}
	if n := strings.Count(body, "<a>"); n != marks {
		t.Errorf("%d marks, want %d", n, marks)
	}
	if want := letters(clean(r.Notice)); want != "" && !strings.HasSuffix(letters(unmarked("<i>"+tail)), want) {
		t.Errorf("notice %q does not end %q", r.Notice, tail)
	}
}

// checkSources wants every source entry, by number, in order.
func checkSources(t *testing.T, r Reply, parts []string) {
	t.Helper()
	rest := strings.Join(parts, "\n")
	for _, s := range r.Sources {
		_, after, ok := strings.Cut(rest, fmt.Sprintf("<s>(%d) ", s.N))
		if !ok {
			t.Errorf("source %d is missing or out of order", s.N)
			return
		}
		rest = after
	}
	if len(r.Sources) > 0 && strings.Contains(rest, "<a>[") {
		t.Error("body text stands behind the sources")
	}
}

func TestSplitShort(t *testing.T) {
	r := Reply{
		Language: "en",
		Lines: []Line{
			{Heading: true, Spans: []Span{{Text: "Paths"}}},
			{Bullet: true, Spans: []Span{{Text: "North & south.", Cites: []int{1}}}},
			{Spans: []Span{{Text: "One.", Cites: []int{1}}, {Text: " Two.", Cites: []int{2}}}},
		},
		Sources: []Source{{N: 1, Title: "Guide"}, {N: 2, Title: "Survey", URL: "u"}},
		Notice:  "As of 2024",
	}
	want := "<b>Paths</b>\n* North &amp; south. <a>[1]</a>\nOne. <a>[1]</a> Two. <a>[2]</a>\n\n<h>Sources</h>\n<s>(1) Guide|||</s>\n<s>(2) Survey||u|</s>\n<i>As of 2024</i>"
	if got := Split(r, tagged{}, 4000); len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := Split(Reply{}, tagged{}, 4000); len(got) != 0 {
		t.Errorf("an empty reply gives %q", got)
	}
}

func TestSplitKeepsSourcesTogether(t *testing.T) {
	r := Reply{Language: "en", Lines: []Line{{Spans: []Span{{Text: strings.Repeat("word ", 30), Cites: []int{1}}}}}}
	r.Sources = []Source{{N: 1, Title: strings.Repeat("t", 40)}, {N: 2, Title: strings.Repeat("u", 40)}}
	parts := Split(r, tagged{}, 200)
	if len(parts) != 2 || !strings.HasPrefix(parts[1], "<h>") {
		t.Errorf("the list does not stand in a message of its own: %q", parts)
	}
}

func TestSplitHeadingStaysWithItsLine(t *testing.T) {
	r := Reply{Lines: []Line{
		{Spans: []Span{{Text: strings.Repeat("a", 80)}}},
		{Heading: true, Spans: []Span{{Text: "Head"}}},
		{Spans: []Span{{Text: strings.Repeat("b", 60)}}},
	}}
	parts := Split(r, tagged{}, 100)
	if len(parts) != 2 || !strings.HasPrefix(parts[1], "<b>Head</b>\nbbb") {
		t.Errorf("got %q", parts)
	}
}

func TestSplitCutsAtSentencesThenWords(t *testing.T) {
	text := "The first sentence is here. The second one is too long for the rest."
	got := Split(Reply{Lines: []Line{{Spans: []Span{{Text: text, Cites: []int{7}}}}}}, tagged{}, 45)
	want := []string{"The first sentence is here.", "The second one is too long", "for the rest. <a>[7]</a>"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	got = Split(Reply{Lines: []Line{{Spans: []Span{{Text: "第一句话在这里。第二句话放不下了", Cites: []int{7}}}}}}, tagged{}, 18)
	if len(got) != 2 || got[0] != "第一句话在这里。" {
		t.Errorf("got %q", got)
	}
}

func TestSplitKeepsCharactersWhole(t *testing.T) {
	for _, c := range []string{"👩‍👩‍👧", "👍🏽", "🇨🇭", "e\u0301", "❤️", "🏴\U000E0067\U000E0062\U000E007F"} {
		r := Reply{Lines: []Line{{Spans: []Span{{Text: strings.Repeat(c, 40)}}}}}
		for limit := 12; limit < 24; limit++ {
			for _, p := range Split(r, tagged{}, limit) {
				if strings.ReplaceAll(p, c, "") != "" {
					t.Errorf("%q was cut at limit %d: %q", c, limit, p)
				}
			}
		}
	}
}

func TestSplitShortensLongSources(t *testing.T) {
	long := strings.Repeat("长文 & ", 200)
	r := Reply{Language: "zh", Sources: []Source{
		{N: 1, Title: "Guide", Section: "A > B", URL: "https://example.org", Quote: long},
		{N: 2, Title: long, Section: long, URL: "https://example.org", Quote: long},
		{N: 3, Title: "T", URL: "https://example.org/" + strings.Repeat("x", 400)},
	}}
	checkSplit(t, r, 120)
	all := strings.Join(Split(r, tagged{}, 120), "\n")
	if !strings.Contains(all, "Guide|A &gt; B|https://example.org|长文") {
		t.Errorf("only the quote should have been shortened: %s", all)
	}
	if !strings.Contains(all, "(3) T||") || strings.Contains(all, "xxx") {
		t.Errorf("a link that does not fit is left out, not cut: %s", all)
	}
}

// randomReply makes a reply out of what cuts go wrong on.
func randomReply(rng *rand.Rand) Reply {
	words := []string{"path", "north.", "a<b>", "&amp;", "长路标。", "走到这里，", "😀", "👩‍👩‍👧", "x", "3.14", "end!", "https://example.org/a?b=c&d=e", "*", strings.Repeat("w", 70)}
	text := func(most int) string {
		var out []string
		for range rng.IntN(most + 1) {
			out = append(out, words[rng.IntN(len(words))])
		}
		return strings.Join(out, []string{" ", ""}[rng.IntN(2)])
	}
	r := Reply{Language: []string{"en", "zh"}[rng.IntN(2)], Notice: text(rng.IntN(20))}
	n := rng.IntN(6)
	for range rng.IntN(12) {
		l := Line{Heading: rng.IntN(5) == 0, Bullet: rng.IntN(3) == 0}
		for range rng.IntN(5) {
			s := Span{Text: text(25), Bold: rng.IntN(4) == 0}
			for range rng.IntN(4) {
				s.Cites = append(s.Cites, 1+rng.IntN(n+1))
			}
			l.Spans = append(l.Spans, s)
		}
		r.Lines = append(r.Lines, l)
	}
	for i := range n {
		r.Sources = append(r.Sources, Source{N: i + 1, Title: text(6), Section: text(6), URL: text(2), Quote: text(30)})
	}
	return r
}

func TestSplitProperties(t *testing.T) {
	for seed := range uint64(800) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r := randomReply(rng)
		limit := 60 + rng.IntN(400)
		checkSplit(t, r, limit)
		if t.Failed() {
			t.Fatalf("seed %d, limit %d: %+v", seed, limit, r)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("Plain text. More text!", "标题", 60, 3)
	f.Add("a\xff\x00b <&> \u200d😀", strings.Repeat("q", 300), 61, 0)
	f.Fuzz(func(t *testing.T, text, title string, limit, cites int) {
		limit = 60 + max(limit, -limit)%4000
		r := Reply{Language: "en", Notice: title}
		s := Span{Text: text, Bold: cites%2 == 1}
		for n := range max(0, cites%9) {
			s.Cites = append(s.Cites, n+1)
			r.Sources = append(r.Sources, Source{N: n + 1, Title: title, Quote: text})
		}
		r.Lines = []Line{{Bullet: true, Spans: []Span{s, {Text: title}}}, {Heading: true, Spans: []Span{{Text: title}}}}
		if strings.ContainsAny(text+title, "<>&*") || strings.Contains(text+title, "\u200d") {
			return // the check below reads tags, TestSplitProperties covers these
		}
		checkSplit(t, r, limit)
	})
}
