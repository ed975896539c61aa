package corpus

import (
	"slices"
	"strings"
)

// A document is what a format's reader makes of a file: what the file says of
// itself, and its headings and blocks in reading order.
type document struct {
	front    Meta // what front matter says
	shown    Meta // what the content shows
	elements []element
}

// An element is one heading or one block.
type element struct {
	level int // of a heading, from 1; 0 for a block
	kind  BlockKind
	text  string // without markup; lines separated by \n
	lead  string
	cells []cellText // of a table row, instead of text
	cut   bool       // nothing but the place where a picture or menu was left out
}

type cellText struct{ column, text string }

// assemble writes the clean text of elements and the sections in it. The
// heading or first line that is the report's own title stays in the text, and
// in no path and no section.
func assemble(elements []element, title string) (string, []Section) {
	if len(elements) > 1 && elements[0].level == 0 && elements[0].kind == Paragraph && sameWords(elements[0].text, title) {
		elements = slices.Clone(elements)
		elements[0].level = 1
	}
	a := assembler{own: ownHeading(elements, title)}
	for i, e := range elements {
		switch {
		case e.cut:
			a.inside = false // no quotation runs over the gap
		case e.kind != TableRow && strings.TrimSpace(e.text) == "":
		case e.level > 0:
			a.heading(e, i == a.own)
		case e.kind == TableRow:
			a.row(e)
		default:
			a.block(e)
		}
	}
	return a.text.String(), a.sections
}

// ownHeading returns the index of the heading that is the title of the whole
// report: the first that says the same as title, else the only heading of
// level 1 when it is the first of all; -1 when there is none.
func ownHeading(elements []element, title string) int {
	top, first := -1, -1
	for i, e := range elements {
		if e.level == 0 {
			continue
		}
		if sameWords(e.text, title) {
			return i
		}
		if first < 0 {
			first = i
		}
		if e.level == 1 {
			if top >= 0 {
				top = -2
			} else if top == -1 {
				top = i
			}
		}
	}
	if top >= 0 && top == first {
		return top
	}
	return -1
}

type heading struct {
	level int
	text  string
}

// An assembler holds the text so far and the headings that are open.
type assembler struct {
	own      int
	text     strings.Builder
	sections []Section
	open     []heading
	inside   bool // the last section takes further blocks
}

func (a *assembler) heading(e element, own bool) {
	a.gap("\n\n")
	a.text.WriteString(e.text)
	a.inside = false
	if own {
		a.open = nil
		return
	}
	for len(a.open) > 0 && a.open[len(a.open)-1].level >= e.level {
		a.open = a.open[:len(a.open)-1]
	}
	a.open = append(a.open, heading{e.level, e.text})
}

func (a *assembler) gap(s string) {
	if a.text.Len() > 0 {
		a.text.WriteString(s)
	}
}

// begin writes what separates a block of this kind from what stands before
// it, opens a section when none is open, and returns the block's start.
func (a *assembler) begin(kind BlockKind) int {
	sep := "\n\n"
	if a.inside && kind == ListItem && a.lastKind() == ListItem {
		sep = "\n"
	}
	a.gap(sep)
	if !a.inside {
		path := make([]string, len(a.open))
		for i, h := range a.open {
			path[i] = h.text
		}
		a.sections = append(a.sections, Section{Path: slices.Clip(path), Start: a.text.Len()})
		a.inside = true
	}
	return a.text.Len()
}

func (a *assembler) lastKind() BlockKind {
	blocks := a.sections[len(a.sections)-1].Blocks
	return blocks[len(blocks)-1].Kind
}

func (a *assembler) end(b Block) {
	s := &a.sections[len(a.sections)-1]
	b.End = a.text.Len()
	s.End = b.End
	s.Blocks = append(s.Blocks, b)
}

func (a *assembler) block(e element) {
	start := a.begin(e.kind)
	a.text.WriteString(e.text)
	a.end(Block{Kind: e.kind, Start: start, Lead: e.lead})
}

// row writes the cells of a table row one below the other. An empty cell
// takes no line.
func (a *assembler) row(e element) {
	start := a.begin(TableRow)
	b := Block{Kind: TableRow, Start: start, Lead: e.lead}
	for _, c := range e.cells {
		if c.text != "" && a.text.Len() > start {
			a.text.WriteByte('\n')
		}
		at := a.text.Len()
		a.text.WriteString(c.text)
		b.Cells = append(b.Cells, Cell{Column: c.column, Start: at, End: a.text.Len()})
	}
	a.end(b)
}

// rowElement makes a table row of its cells; ok is false when all are empty.
func rowElement(columns, cells []string) (e element, ok bool) {
	e.kind = TableRow
	for i, text := range cells {
		c := cellText{text: tidyLines(text)}
		if i < len(columns) {
			c.column = collapse(columns[i])
		}
		ok = ok || c.text != ""
		e.cells = append(e.cells, c)
	}
	e.lead = rowLead(e.cells)
	return e, ok
}

// rowLead returns the text of the first cell of a row, or of the second when
// the first is empty or only counts the rows.
func rowLead(cells []cellText) string {
	if len(cells) == 0 {
		return ""
	}
	lead := collapse(cells[0].text)
	if count := strings.Trim(lead, ".#"); len(cells) > 1 && len(count) <= 3 && strings.Trim(count, "0123456789") == "" {
		if second := collapse(cells[1].text); hasLetter(second) {
			lead = second
		}
	}
	if !isShortLead(lead, 2) {
		return ""
	}
	return lead
}
