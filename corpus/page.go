package corpus

import (
	"fmt"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// leastArticle is the share of a page's words that its article must hold to
// be taken for the page: below it the extraction has lost the text.
const leastArticle = 0.3

// readPage reads an HTML page: its article without menus and footers, or the
// whole body when no article stands out, by way of Markdown.
func readPage(source string) (document, error) {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return document{}, fmt.Errorf("parse html: %w", err)
	}
	shown := pageMeta(root)
	prune(root)
	markdown, err := pageMarkdown(articleOf(root))
	if err != nil {
		return document{}, err
	}
	doc := document{shown: shown, elements: markdownElements(normalise(markdown))}
	if doc.shown.Title == "" {
		doc.shown.Title = shownTitle(doc.elements)
	}
	return doc, nil
}

// fragmentElements returns the elements of HTML inside a Markdown file. A
// fragment that cannot be converted has none.
func fragmentElements(fragment string) []element {
	root, err := html.Parse(strings.NewReader(fragment))
	if err != nil {
		return nil
	}
	prune(root)
	if !hasWord(textOf(root)) {
		return nil
	}
	markdown, err := pageMarkdown(root)
	if err != nil {
		return nil
	}
	return markdownElements(normalise(markdown))
}

// articleOf returns the main content of a page, or the page itself.
func articleOf(root *html.Node) *html.Node {
	parser := readability.NewParser()
	article, err := parser.ParseDocument(root, nil)
	if err != nil || article.Node == nil {
		return root
	}
	if weight(article.Node) < leastArticle*weight(root) {
		return root
	}
	return article.Node
}

// weight counts the units of text below n.
func weight(n *html.Node) float64 {
	han, words := units(textOf(n))
	return float64(han + words)
}

// pageMarkdown converts a tree of HTML to Markdown. It changes the tree.
func pageMarkdown(root *html.Node) (string, error) {
	flattenCells(root)
	conv := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(),
		table.NewTablePlugin(
			table.WithNewlineBehavior(table.NewlineBehaviorPreserve),
			table.WithSpanCellBehavior(table.SpanBehaviorMirror),
			table.WithSkipEmptyRows(true),
			table.WithHeaderPromotion(true),
			table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal),
		),
	))
	out, err := conv.ConvertNode(root)
	if err != nil {
		return "", fmt.Errorf("convert html: %w", err)
	}
	return string(out), nil
}

// prune removes what no reader sees or what only leads elsewhere.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if isClutter(c) {
			n.RemoveChild(c)
		} else {
			prune(c)
		}
		c = next
	}
}

func isClutter(n *html.Node) bool {
	switch n.Type {
	case html.CommentNode:
		return true
	case html.ElementNode:
	default:
		return false
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Object, atom.Embed, atom.Canvas,
		atom.Nav, atom.Footer, atom.Form, atom.Button, atom.Input, atom.Select, atom.Textarea, atom.Dialog,
		atom.Img, atom.Picture, atom.Video, atom.Audio, atom.Map:
		return true
	}
	_, hidden := attribute(n, "hidden")
	return hidden
}

// flattenCells rewrites table cells so that each is one line of Markdown: list
// items and paragraphs become text with line breaks between them. A cell that
// holds a table is layout and stays.
func flattenCells(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if (c.DataAtom == atom.Td || c.DataAtom == atom.Th) && !holds(c, atom.Table) {
			flattenCell(c)
			continue
		}
		flattenCells(c)
	}
}

func holds(n *html.Node, tag atom.Atom) bool {
	for d := range n.Descendants() {
		if d.DataAtom == tag {
			return true
		}
	}
	return false
}

// flattenCell lifts the inline content out of the blocks of a cell.
func flattenCell(cell *html.Node) {
	var flat []*html.Node
	lift(cell, &flat)
	for cell.FirstChild != nil {
		cell.RemoveChild(cell.FirstChild)
	}
	for len(flat) > 0 && flat[len(flat)-1].DataAtom == atom.Br {
		flat = flat[:len(flat)-1]
	}
	for _, n := range flat {
		cell.AppendChild(n)
	}
}

// lift appends the inline nodes below n to flat, with a line break around
// every block.
func lift(n *html.Node, flat *[]*html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		n.RemoveChild(c)
		if !isBlockTag(c) {
			*flat = append(*flat, c)
		} else {
			breakLine(flat)
			lift(c, flat)
			breakLine(flat)
		}
		c = next
	}
}

func breakLine(flat *[]*html.Node) {
	f := *flat
	if len(f) == 0 || f[len(f)-1].DataAtom == atom.Br {
		return
	}
	if last := f[len(f)-1]; last.Type == html.TextNode && strings.TrimSpace(last.Data) == "" {
		f[len(f)-1] = &html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br}
		return
	}
	*flat = append(f, &html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
}

func isBlockTag(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Ul, atom.Ol, atom.Li, atom.P, atom.Div, atom.Dl, atom.Dt, atom.Dd, atom.Section, atom.Article, atom.Blockquote,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Figure, atom.Figcaption, atom.Center:
		return true
	}
	return false
}

// textOf returns the text below n, nodes separated by blanks.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}
