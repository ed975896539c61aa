package corpus

import (
	"errors"
	"fmt"
	"hash/fnv"
	"path"
	"regexp"
	"strings"
	"unicode"
)

// MaxFileSize is the greatest size of a report file in bytes. The largest
// annual reports are below 10 MB as text.
const MaxFileSize = 32 << 20

// ErrUnsupported is the reason for a file whose format [Read] does not know.
var ErrUnsupported = errors.New("format not supported: want .md, .txt or .html")

// errEmpty is the reason for a file without any text.
var errEmpty = errors.New("no text in it")

// Read turns the bytes of one file into a report. The format (Markdown, plain
// text, HTML) follows from the extension of name and from the content; the
// encoding is detected. meta says what is known from elsewhere: it wins over
// front matter, and that over what the content shows. An id that nobody gives
// is made of the file's name.
//
// The error says what is wrong with the file: too large, no text, not text, or
// a format that is not read ([ErrUnsupported]).
func Read(name string, data []byte, meta Meta) (r Report, err error) {
	defer func() {
		// The parsers of the formats are not ours, and files come from anywhere.
		if p := recover(); p != nil {
			r, err = Report{}, fmt.Errorf("read %s: the parser broke off: %v", name, p)
		}
	}()
	doc, err := parse(name, data)
	if err != nil {
		return Report{}, fmt.Errorf("read %s: %w", name, err)
	}
	r = report(name, doc, meta.or(doc.front).or(doc.shown))
	if len(r.Sections) == 0 {
		return Report{}, fmt.Errorf("read %s: %w", name, errEmpty)
	}
	return r, nil
}

// report assembles the report of a parsed file.
func report(name string, doc document, m Meta) Report {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	r := Report{
		ID: m.ID, Title: m.Title, Publisher: m.Publisher, URL: m.URL, Published: m.Published,
		Language: m.Language, License: m.License, Digest: m.Digest, File: base,
	}
	if r.ID == "" {
		r.ID = slug(strings.TrimSuffix(base, path.Ext(base)))
	}
	if r.Title == "" {
		r.Title = strings.TrimSuffix(base, path.Ext(base))
	}
	r.Text, r.Sections = assemble(doc.elements, r.Title)
	if r.Language == "" {
		r.Language = Language(r.Text)
	}
	return r
}

// format is how a file is read.
type format int

const (
	plainText format = iota
	markdownText
	webPage
)

// parse decodes a file and reads it by its format.
func parse(name string, data []byte) (document, error) {
	if len(data) > MaxFileSize {
		return document{}, fmt.Errorf("%d bytes: want at most %d", len(data), MaxFileSize)
	}
	f, err := formatByName(name)
	if err != nil {
		return document{}, err
	}
	if len(data) == 0 {
		return document{}, errEmpty
	}
	source, err := decode(data, f == webPage)
	if err != nil {
		return document{}, err
	}
	source = normalise(source)
	switch formatByContent(f, source) {
	case webPage:
		return readPage(source)
	case markdownText:
		return readMarkdown(source), nil
	}
	return readText(source), nil
}

// formatByName tells the format by the extension of a file.
func formatByName(name string) (format, error) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".md", ".markdown", ".mdown", ".mkd":
		return markdownText, nil
	case ".txt", ".text", "":
		return plainText, nil
	case ".html", ".htm", ".xhtml":
		return webPage, nil
	default:
		return 0, fmt.Errorf("%s: %w", ext, ErrUnsupported)
	}
}

var (
	pageStart = regexp.MustCompile(`(?i)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b`)
	atxLine   = regexp.MustCompile(`(?m)^#{1,6} +\S`)
	setext    = regexp.MustCompile(`(?m)^[^\s#|=][^\n|]*\n={3,} *$`)
	tableRule = regexp.MustCompile(`(?m)^\|? *:?-{3,}:? *(?:\| *:?-{3,}:? *)+\|? *$`)
)

// formatByContent corrects the format where the content speaks plainly: a
// page whatever it is called, Markdown in a file that calls itself text.
func formatByContent(f format, source string) format {
	if pageStart.MatchString(source) {
		return webPage
	}
	if f == plainText && (len(atxLine.FindAllStringIndex(source, 2)) == 2 || setext.MatchString(source) || tableRule.MatchString(source)) {
		return markdownText
	}
	return f
}

// slug makes an id of a name: lower-case letters and digits, every other run
// one dash.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if s := strings.TrimSuffix(b.String(), "-"); s != "" {
		return s
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("report-%08x", h.Sum32())
}
