package corpus

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// softBreak stands for a line break of the source inside a paragraph until
// both of its sides are known. It is no character of a normalised text.
const softBreak = '\x01'

var (
	// emojiCode is a short code such as :house:.
	emojiCode = regexp.MustCompile(`(^|[^\w:]):[a-z][a-z0-9_+-]*:`)
	// openStrong is strong emphasis that CommonMark does not see because of
	// the punctuation beside it, which happens in Chinese text.
	openStrong = regexp.MustCompile(`\*\*([^*\s](?:[^*\n]*[^*\s])?)\*\*`)
	// noteMark is the mark of a footnote, in the text or before the note.
	noteMark = regexp.MustCompile(`\[\^[^\]\s]{1,40}\](?:: ?)?`)
	// htmlTag is the name in an HTML tag, with its slash.
	htmlTag = regexp.MustCompile(`^<(/?[A-Za-z][A-Za-z0-9]*)`)
)

// inline returns the text of a node's inline children. bare leaves out the
// targets of links.
func (m *markdownReader) inline(n ast.Node, bare bool) string {
	w := inlineWriter{source: m.source, bare: bare}
	w.children(n)
	return w.String()
}

// An inlineWriter collects the text of inline nodes.
type inlineWriter struct {
	source []byte
	bare   bool
	buf    strings.Builder
}

// String returns the text, with soft breaks and stray marks resolved.
func (w *inlineWriter) String() string {
	s := w.buf.String()
	if strings.Contains(s, "**") {
		s = openStrong.ReplaceAllString(s, "$1")
	}
	if strings.Contains(s, ":") {
		s = emojiCode.ReplaceAllString(s, "$1")
	}
	if strings.Contains(s, "[^") {
		s = noteMark.ReplaceAllString(s, "")
	}
	return joinAll(strings.Split(s, string(softBreak)))
}

// joinAll joins the lines of a paragraph (see [betweenLines]).
func joinAll(lines []string) string {
	if len(lines) == 1 {
		return lines[0]
	}
	var b strings.Builder
	last := ""
	for _, line := range lines {
		if line = strings.Trim(line, " "); line == "" {
			continue
		}
		if last != "" {
			b.WriteString(betweenLines(last, line))
		}
		b.WriteString(line)
		last = line
	}
	return b.String()
}

func (w *inlineWriter) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.node(c)
	}
}

func (w *inlineWriter) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(n)
	case *ast.String:
		w.buf.Write(n.Value)
	case *ast.CodeSpan:
		w.code(n)
	case *ast.Link:
		w.link(n)
	case *ast.AutoLink:
		w.buf.Write(n.Label(w.source))
	case *ast.RawHTML:
		w.tag(string(n.Segments.Value(w.source)))
	case *ast.Image, *extast.TaskCheckBox:
	default:
		w.children(n)
	}
}

func (w *inlineWriter) text(n *ast.Text) {
	s := string(n.Segment.Value(w.source))
	if !n.IsRaw() {
		s = unescape(s)
	}
	w.buf.WriteString(s)
	switch {
	case n.HardLineBreak():
		w.buf.WriteByte('\n')
	case n.SoftLineBreak():
		w.buf.WriteByte(softBreak)
	}
}

func (w *inlineWriter) code(n *ast.CodeSpan) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			w.buf.WriteString(strings.ReplaceAll(string(t.Segment.Value(w.source)), "\n", " "))
		}
	}
}

// link writes the text of a link and, when it says something else and is not
// in the same file, its target in brackets.
func (w *inlineWriter) link(n *ast.Link) {
	start := w.buf.Len()
	w.children(n)
	shown := w.buf.String()[start:]
	target := html.UnescapeString(string(n.Destination))
	if !w.bare && !strings.HasPrefix(target, "#") && !sameTarget(shown, target) {
		switch {
		case strings.TrimSpace(shown) != "":
			w.buf.WriteString(" (" + target + ")")
		case n.FirstChild() == nil: // else a picture that can be clicked
			w.buf.WriteString(target)
		}
	}
}

// tag writes a line break for an HTML tag that begins a new line and nothing
// for any other.
func (w *inlineWriter) tag(tag string) {
	name := htmlTag.FindStringSubmatch(tag)
	if name == nil {
		return
	}
	switch strings.ToLower(strings.TrimPrefix(name[1], "/")) {
	case "br", "li", "p", "div", "ul", "ol", "tr", "hr", "h1", "h2", "h3", "h4", "h5", "h6":
		w.buf.WriteByte('\n')
	case "td", "th":
		w.buf.WriteByte(' ')
	}
}

// unescape resolves backslash escapes and HTML entities in Markdown text.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			b.WriteString(html.UnescapeString(s))
			return b.String()
		}
		b.WriteString(html.UnescapeString(s[:i]))
		switch c := s[i+1]; {
		case c == ' ': // an escaped blank shows nothing
		case isASCIIPunct(c):
			b.WriteByte(c)
		default:
			b.WriteString(s[i : i+2])
		}
		s = s[i+2:]
	}
}

func isASCIIPunct(b byte) bool {
	return b > ' ' && b < 0x7F && !isASCIILetter(b) && !isASCIIDigit(b)
}

// isAbsolute reports whether a link's target can be opened from anywhere.
func isAbsolute(target string) bool {
	u, err := url.Parse(target)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp" || u.Scheme == "mailto")
}

// sameTarget reports whether shown is target but for the scheme, "www." and
// a slash at the end.
func sameTarget(shown, target string) bool {
	return strings.EqualFold(bareTarget(shown), bareTarget(target))
}

func bareTarget(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	s = strings.TrimPrefix(s, "mailto:")
	return strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
}

// isNavigation reports whether a heading or paragraph consists of links to
// other places of the same collection, and marks between them.
func (m *markdownReader) isNavigation(n ast.Node) bool {
	links := 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Link:
			if isAbsolute(string(c.Destination)) {
				return false
			}
			links++
		case *ast.Image:
		case *ast.Text:
			rest := emojiCode.ReplaceAllString(unescape(string(c.Segment.Value(m.source))), "$1")
			if strings.ContainsFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
				return false
			}
		default:
			return false
		}
	}
	return links > 0
}

// marked returns the text of the strong emphasis, link or code that a block
// opens with, or "".
func (m *markdownReader) marked(n ast.Node) string {
	first := n.FirstChild()
	for ; first != nil; first = first.NextSibling() {
		if _, ok := first.(*extast.TaskCheckBox); !ok {
			break
		}
	}
	switch c := first.(type) {
	case *ast.Emphasis:
		if c.Level == 2 {
			return m.inline(c, true)
		}
	case *ast.Link:
		return m.inline(c, true)
	case *ast.Text:
		// strong emphasis that CommonMark does not see
		if s := string(c.Segment.Value(m.source)); strings.HasPrefix(s, "**") {
			if hit := openStrong.FindStringSubmatchIndex(s); hit != nil && hit[0] == 0 {
				return s[hit[2]:hit[3]]
			}
		}
	}
	return ""
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }
