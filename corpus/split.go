package corpus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The size of passages in tokens (see [estimate]). BM25 ranks passages of
// 250 to 550 tokens best.
const (
	maxPassage  = 550
	tailPassage = 60   // a rest shorter than this joins the passage before
	hardPassage = 2200 // a sentence longer than this is cut at a blank

	hardBytes = 8 * hardPassage // and so is one with endless words
)

// Split cuts a report into passages, in reading order. Their ranges do not
// overlap, and every block is in one of them.
//
// A passage never crosses a section. A table row is a passage, and so is a
// list item with a name; both add the name to the path. Other blocks are
// merged up to the size that search likes, list items together with the line
// that introduces them. A block that is too long is cut at ends of sentences.
func Split(r Report) []Passage {
	s := splitter{report: r}
	for _, sec := range r.Sections {
		s.section(sec)
	}
	return s.out
}

// A splitter collects the passages of one report.
type splitter struct {
	report Report
	out    []Passage
}

// A part is a run of a section's text that will be, or be part of, a passage.
type part struct {
	Span
	kind   BlockKind
	tokens int
	glued  bool // the next part belongs to it: it introduces a list
}

func (s *splitter) section(sec Section) {
	var run []part
	for i, b := range sec.Blocks {
		if b.Kind == TableRow || b.Kind == ListItem && b.Lead != "" {
			s.merge(sec, run)
			run = nil
			s.named(sec, b)
			continue
		}
		run = append(run, s.part(b, i+1 < len(sec.Blocks) && s.introduces(b, sec.Blocks[i+1])))
	}
	s.merge(sec, run)
}

func (s *splitter) part(b Block, glued bool) part {
	return part{Span{b.Start, b.End}, b.Kind, estimate(s.report.Text[b.Start:b.End]), glued}
}

// introduces reports whether b must not be cut from next: it ends in a colon,
// or a list without names follows it.
func (s *splitter) introduces(b, next Block) bool {
	if next.Lead != "" {
		return false
	}
	return endsInColon(s.report.Text[b.Start:b.End]) || next.Kind == ListItem && b.Kind != ListItem
}

// named adds the passages of a block that stands for itself: one, or several
// when it is too long for one.
func (s *splitter) named(sec Section, b Block) {
	path := sec.Path
	if b.Lead != "" {
		path = append(slices.Clone(path), b.Lead)
	}
	if b.Kind == TableRow {
		s.add(path, Span{b.Start, b.End}, TableRow, b.Cells)
		return
	}
	for _, p := range s.cut(s.part(b, false)) {
		s.add(path, p.Span, b.Kind, nil)
	}
}

// merge adds the passages of a run of blocks without names: as few as the
// size allows, about equally long.
func (s *splitter) merge(sec Section, run []part) {
	var parts []part
	for _, p := range run {
		parts = append(parts, s.cut(p)...)
	}
	units := unitsOf(parts)
	total := 0
	for _, u := range units {
		total += tokensOf(u)
	}
	target := total / (total/maxPassage + 1)
	var groups [][]part
	size := 0
	for _, u := range units {
		n := tokensOf(u)
		last := len(groups) - 1
		if last < 0 || size+n > maxPassage || size >= target {
			groups = append(groups, u)
			size = n
			continue
		}
		groups[last] = append(groups[last], u...)
		size += n
	}
	for _, g := range joinTail(groups) {
		s.add(sec.Path, Span{g[0].Start, g[len(g)-1].End}, kindOf(g), nil)
	}
}

// unitsOf groups the parts that belong together: a line that introduces a
// list and its items. A unit that is too long for a passage falls apart into
// its parts, of which the first two stay together.
func unitsOf(parts []part) [][]part {
	var units [][]part
	for i := 0; i < len(parts); {
		n := i + 1
		for n < len(parts) && (parts[n-1].glued || parts[i].glued && parts[n-1].kind == ListItem && parts[n].kind == ListItem) {
			n++
		}
		units = append(units, fitting(parts[i:n])...)
		i = n
	}
	return units
}

// fitting cuts a unit into pieces that fit into a passage.
func fitting(unit []part) [][]part {
	var out [][]part
	size := 0
	for _, p := range unit {
		if len(out) == 0 || size+p.tokens > maxPassage {
			out = append(out, nil)
			size = 0
		}
		out[len(out)-1] = append(out[len(out)-1], p)
		size += p.tokens
	}
	return out
}

// joinTail joins a last group that is very short to the one before.
func joinTail(groups [][]part) [][]part {
	n := len(groups)
	if n < 2 || tokensOf(groups[n-1]) >= tailPassage || tokensOf(groups[n-2]) > maxPassage {
		return groups
	}
	groups[n-2] = append(groups[n-2], groups[n-1]...)
	return groups[:n-1]
}

func tokensOf(parts []part) int {
	n := 0
	for _, p := range parts {
		n += p.tokens
	}
	return n
}

// kindOf returns the kind that all parts have, else Paragraph.
func kindOf(parts []part) BlockKind {
	for _, p := range parts {
		if p.kind != parts[0].kind {
			return Paragraph
		}
	}
	return parts[0].kind
}

// cut cuts a part that is too long for a passage at ends of sentences, into
// pieces of about equal length.
func (s *splitter) cut(p part) []part {
	if p.tokens <= maxPassage && p.End-p.Start <= hardBytes {
		return []part{p}
	}
	text := s.report.Text[p.Start:p.End]
	target := p.tokens/(p.tokens/maxPassage+1) + 1
	var out []part
	size := target // the first sentence opens a piece
	for _, sen := range Sentences(text) {
		n := estimate(text[sen.Start:sen.End])
		if size >= target || size+n > maxPassage {
			out = append(out, part{Span: Span{p.Start + sen.Start, p.Start + sen.End}, kind: p.kind})
			size = 0
		}
		out[len(out)-1].End = p.Start + sen.End
		size += n
	}
	if len(out) == 0 {
		return []part{p}
	}
	out[0].Start, out[len(out)-1].End, out[len(out)-1].glued = p.Start, p.End, p.glued
	return s.cutHard(out)
}

// cutHard cuts pieces that no end of a sentence has made short, and counts
// all.
func (s *splitter) cutHard(parts []part) []part {
	var out []part
	for _, p := range parts {
		for at := hardCut(s.report.Text[p.Start:p.End]); at > 0; at = hardCut(s.report.Text[p.Start:p.End]) {
			head := p
			head.End, head.glued, head.tokens = p.Start+at, false, hardPassage
			head.End = p.Start + len(strings.TrimRight(s.report.Text[p.Start:head.End], " \n"))
			if head.End > head.Start {
				out = append(out, head)
			}
			p.Start += at
		}
		p.tokens = estimate(s.report.Text[p.Start:p.End])
		out = append(out, p)
	}
	return out
}

// hardCut returns where to cut a text that is longer than any passage may be:
// behind the last blank before the limit, else between two Han characters,
// else at the limit; 0 when the text is short enough.
func hardCut(text string) int {
	if len(text) <= hardPassage {
		return 0
	}
	blank, wide, tokens := 0, 0, 0.0
	inWord := false
	for i, r := range text {
		if tokens > hardPassage || i > hardBytes {
			return cmp.Or(max(blank, wide), i)
		}
		switch {
		case r == ' ' || r == '\n':
			blank, inWord = i+1, false
		case isWide(r):
			wide, inWord = i, false
			tokens++
		case !inWord:
			tokens += tokensPerWord
			inWord = true
		}
	}
	return 0
}

// add appends a passage.
func (s *splitter) add(path []string, at Span, kind BlockKind, cells []Cell) {
	r := s.report
	text := r.Text[at.Start:at.End]
	s.out = append(s.out, Passage{
		ID:       fmt.Sprintf("%s#%d", r.ID, len(s.out)+1),
		Report:   r.ID,
		Path:     slices.Clone(path),
		Header:   header(r, path, cells),
		Text:     text,
		Start:    at.Start,
		End:      at.End,
		Kind:     kind,
		Cells:    slices.Clone(cells),
		Language: Language(text),
	})
}

// header returns the line that tells the index where a passage stands:
// "Title > Part > Name (2024): Column, Column".
func header(r Report, path []string, cells []Cell) string {
	var b strings.Builder
	b.WriteString(strings.Join(append([]string{r.Title}, path...), " > "))
	if !r.Published.IsZero() {
		fmt.Fprintf(&b, " (%d)", r.Published.Year)
	}
	var columns []string
	for _, c := range cells {
		if c.Column != "" {
			columns = append(columns, c.Column)
		}
	}
	if len(columns) > 0 {
		b.WriteString(": " + strings.Join(columns, ", "))
	}
	return b.String()
}

// tokensPerWord is the usual number of a model's tokens in an English word
// (https://help.openai.com/en/articles/4936856: a token is 3/4 of a word).
const tokensPerWord = 4.0 / 3

// estimate returns about how many tokens a model makes of s: one a Han
// character, four in three words.
func estimate(s string) int {
	han, words := units(s)
	return han + int(float64(words)*tokensPerWord)
}
