package corpus

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// wikiMark is a word marked with its language ([[zh:港口]]), as converters
// between Chinese scripts leave it. It may stand inside a word.
var wikiMark = regexp.MustCompile(`\[\[[a-z]{2,3}(?:-[A-Za-z]+)?:([^\[\]\n]+)\]\]`)

// deepLine is a line that begins with more quote and list marks than any text
// has; goldmark needs quadratic time for them.
var deepLine = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|[-*+][ \t]|[0-9]{1,9}[.)][ \t])){20,}`)

// readMarkdown reads CommonMark with GitHub's tables, strikethrough, task
// lists and bare links. The file's front matter becomes document.front.
func readMarkdown(source string) document {
	front, body := cutFrontMatter(source)
	doc := document{front: front, elements: markdownElements(body)}
	doc.shown.Title = shownTitle(doc.elements)
	return doc
}

// markdownElements returns the headings and blocks of Markdown text.
func markdownElements(source string) []element {
	source = wikiMark.ReplaceAllString(source, "$1")
	source = deepLine.ReplaceAllString(source, "")
	m := markdownReader{source: []byte(source)}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.CJK))
	m.blocks(md.Parser().Parse(text.NewReader(m.source)), Paragraph)
	return m.out
}

// shownTitle returns the first heading of level 1, else the first heading,
// else the first line when it is short.
func shownTitle(elements []element) string {
	heading, line := "", ""
	for _, e := range elements {
		switch {
		case e.level == 1:
			return e.text
		case e.level > 1 && heading == "":
			heading = e.text
		case e.level == 0 && line == "" && e.kind == Paragraph:
			line, _, _ = strings.Cut(e.text, "\n")
		}
	}
	if heading == "" && len(line) <= maxTitle {
		return line
	}
	return heading
}

// maxTitle bounds the length in bytes of a first line that is taken for a
// title.
const maxTitle = 160

// maxMark bounds the bytes of a list mark with the blanks around it
// (https://spec.commonmark.org/0.31.2/#ordered-list-marker: at most nine
// digits).
const maxMark = 20

// A markdownReader collects the elements of one parsed document.
type markdownReader struct {
	source []byte
	out    []element
}

// add adds a block unless there is no text in it.
func (m *markdownReader) add(e element) bool {
	if e.text = tidyBlock(e); e.text == "" {
		return false
	}
	m.out = append(m.out, e)
	return true
}

// tidyBlock cleans the blanks of a block's text; code keeps its indentation.
func tidyBlock(e element) string {
	if e.kind == Code {
		return strings.Trim(e.text, "\n")
	}
	return tidyLines(e.text)
}

// blocks adds the children of n. kind is what a paragraph among them is.
func (m *markdownReader) blocks(n ast.Node, kind BlockKind) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.block(c, kind)
	}
}

func (m *markdownReader) block(n ast.Node, kind BlockKind) {
	switch n := n.(type) {
	case *ast.Heading:
		m.heading(n, kind)
	case *ast.Paragraph, *ast.TextBlock:
		if m.isNavigation(n) || !m.add(element{kind: kind, text: m.inline(n, false)}) {
			m.out = append(m.out, element{cut: true})
		}
	case *ast.List:
		m.list(n)
	case *ast.Blockquote:
		m.blocks(n, Quote)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		m.add(element{kind: Code, text: string(n.Lines().Value(m.source))})
	case *ast.HTMLBlock:
		m.out = append(m.out, fragmentElements(m.htmlBlock(n))...)
	case *extast.Table:
		m.table(n)
	case *ast.ThematicBreak:
	default:
		m.blocks(n, kind)
	}
}

// heading adds a heading; inside a quotation it is a line of the quotation.
func (m *markdownReader) heading(n *ast.Heading, kind BlockKind) {
	if m.isNavigation(n) {
		m.out = append(m.out, element{cut: true})
		return
	}
	text := collapse(m.inline(n, true))
	switch {
	case text == "":
	case kind == Quote:
		m.add(element{kind: Quote, text: text})
	default:
		m.out = append(m.out, element{level: n.Level, text: text})
	}
}

func (m *markdownReader) htmlBlock(n *ast.HTMLBlock) string {
	block := string(n.Lines().Value(m.source))
	if n.HasClosure() {
		block += string(n.ClosureLine.Value(m.source))
	}
	return block
}

// table adds one element a row. The column headings go to the cells.
func (m *markdownReader) table(n *extast.Table) {
	var columns []string
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		var cells []string
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, m.inline(c, r.Kind() == extast.KindTableHeader))
		}
		if r.Kind() == extast.KindTableHeader {
			columns = cells
			continue
		}
		if e, ok := rowElement(columns, cells); ok {
			m.out = append(m.out, e)
		}
	}
}

// list adds the items of a list, unless all of them only lead to other places
// of the file.
func (m *markdownReader) list(n *ast.List) {
	nav := true
	for c := n.FirstChild(); c != nil && nav; c = c.NextSibling() {
		first := c.FirstChild()
		nav = first != nil && m.isNavigation(first)
	}
	if nav {
		m.out = append(m.out, element{cut: true})
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.item(c)
	}
}

// itemNumber returns the number that stands before an item's first line, with
// its mark and a blank ("1. "), or "" for a bullet.
func (m *markdownReader) itemNumber(first ast.Node) string {
	if first.Lines().Len() == 0 {
		return ""
	}
	start := first.Lines().At(0).Start
	before := strings.TrimRight(string(m.source[max(0, start-maxMark):start]), " \t")
	digits := strings.TrimRight(before, ".)")
	number := digits[len(strings.TrimRight(digits, "0123456789")):]
	if number == "" || len(digits) == len(before) {
		return ""
	}
	return number + before[len(digits):] + " "
}

// item adds one list item. What stands below a named item (further
// paragraphs, nested lists) belongs to it; below an item without a name each
// nested item stands for itself.
func (m *markdownReader) item(n ast.Node) {
	first := n.FirstChild()
	if first == nil {
		return
	}
	if first.Kind() != ast.KindTextBlock && first.Kind() != ast.KindParagraph {
		m.blocks(n, ListItem)
		return
	}
	text := tidyLines(m.inline(first, false))
	lead, mark := leadOf(text, m.marked(first)), m.itemNumber(first)
	below := m.below(n)
	if lead == "" || !hasMore(text, lead) && hasLeads(below) {
		if text != "" {
			m.add(element{kind: ListItem, text: mark + text, lead: lead})
		}
		m.out = append(m.out, below...)
		return
	}
	for _, e := range below {
		text += "\n" + blockText(e)
	}
	m.add(element{kind: ListItem, text: mark + text, lead: lead})
}

// below returns the elements of a list item after its first paragraph.
func (m *markdownReader) below(n ast.Node) []element {
	sub := markdownReader{source: m.source}
	for c := n.FirstChild().NextSibling(); c != nil; c = c.NextSibling() {
		sub.block(c, ListItem)
	}
	return sub.out
}

func hasLeads(elements []element) bool {
	for _, e := range elements {
		if e.lead != "" {
			return true
		}
	}
	return false
}

// blockText returns the text of a block, of a row its cells on lines.
func blockText(e element) string {
	if e.kind != TableRow {
		return e.text
	}
	var lines []string
	for _, c := range e.cells {
		lines = append(lines, c.text)
	}
	return tidyLines(strings.Join(lines, "\n"))
}
