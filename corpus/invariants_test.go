package corpus

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// checkReport checks what must hold for every report: ranges in order, at
// character borders, without blanks at their ends, and the same for its
// passages and their sentences.
func checkReport(t *testing.T, r Report) {
	t.Helper()
	if !utf8.ValidString(r.Text) {
		t.Errorf("text is not valid UTF-8")
	}
	end := 0
	for _, s := range r.Sections {
		if s.Start < end || len(s.Blocks) == 0 || s.Start != s.Blocks[0].Start || s.End != s.Blocks[len(s.Blocks)-1].End {
			t.Errorf("section %q is [%d, %d) after %d with %d blocks", s.Path, s.Start, s.End, end, len(s.Blocks))
		}
		for _, b := range s.Blocks {
			checkSpan(t, r.Text, Span{b.Start, b.End}, end)
			end = b.End
			at := b.Start
			for _, c := range b.Cells {
				if c.Start < at || c.End < c.Start || c.End > b.End {
					t.Errorf("cell %q is [%d, %d) after %d in row [%d, %d)", c.Column, c.Start, c.End, at, b.Start, b.End)
				}
				at = c.End
			}
		}
	}
	checkPassages(t, r)
}

// checkPassages checks that the passages of r are in order, hold every block,
// and are cut where blocks or sentences end.
func checkPassages(t *testing.T, r Report) {
	t.Helper()
	passages := Split(r)
	end := 0
	for _, p := range passages {
		checkSpan(t, r.Text, Span{p.Start, p.End}, end)
		end = p.End
		if p.Text != r.Text[p.Start:p.End] {
			t.Errorf("%s: text is not r.Text[%d:%d]", p.ID, p.Start, p.End)
		}
		if !strings.HasPrefix(p.Header, r.Title) {
			t.Errorf("%s: header %q lacks the title", p.ID, p.Header)
		}
		checkSentences(t, p.Text)
	}
	n := 0
	for _, s := range r.Sections {
		for _, b := range s.Blocks {
			for n < len(passages) && passages[n].End <= b.Start {
				n++
			}
			if n == len(passages) || passages[n].Start > b.Start {
				t.Errorf("no passage holds the start of block [%d, %d) %.60q", b.Start, b.End, r.Text[b.Start:b.End])
				return
			}
		}
	}
}

// checkSentences checks that sentences are in order, hold no line break, and
// leave out nothing but white space and list marks.
func checkSentences(t *testing.T, text string) {
	t.Helper()
	end := 0
	for _, s := range Sentences(text) {
		checkSpan(t, text, s, end)
		if strings.Contains(text[s.Start:s.End], "\n") {
			t.Errorf("sentence %q holds a line break", text[s.Start:s.End])
		}
		checkLeftOut(t, text[end:s.Start])
		end = s.End
	}
	checkLeftOut(t, text[end:])
}

func checkLeftOut(t *testing.T, gap string) {
	t.Helper()
	for line := range strings.SplitSeq(gap, "\n") {
		rest := line[min(len(line), listMark(line+" x")):]
		if hasWord(rest) {
			t.Errorf("no sentence holds %q", gap)
		}
	}
}

func checkSpan(t *testing.T, text string, s Span, after int) {
	t.Helper()
	if s.Start < after || s.End <= s.Start || s.End > len(text) {
		t.Fatalf("span [%d, %d) after %d in %d bytes", s.Start, s.End, after, len(text))
	}
	if !utf8.ValidString(text[s.Start:s.End]) {
		t.Errorf("span [%d, %d) cuts a character", s.Start, s.End)
	}
	if got := text[s.Start:s.End]; strings.TrimSpace(got) == "" {
		t.Errorf("span [%d, %d) is blank", s.Start, s.End)
	}
}
