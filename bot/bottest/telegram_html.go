package bottest

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf16"
)

// A TelegramEntity is a run of formatted text; offset and length in UTF-16 units.
type TelegramEntity struct {
	Type   string        `json:"type"`
	Offset int           `json:"offset"`
	Length int           `json:"length"`
	URL    string        `json:"url,omitempty"`
	User   *TelegramUser `json:"user,omitempty"`
}

// entityOfTag maps the tags that Telegram knows to entity types.
// https://core.telegram.org/bots/api#html-style
func entityOfTag(tag string) (string, bool) {
	switch tag {
	case "b", "strong":
		return "bold", true
	case "i", "em":
		return "italic", true
	case "u", "ins":
		return "underline", true
	case "s", "strike", "del":
		return "strikethrough", true
	case "tg-spoiler", "span":
		return "spoiler", true
	case "a":
		return "text_link", true
	case "code":
		return "code", true
	case "pre":
		return "pre", true
	case "blockquote":
		return "blockquote", true
	}
	return "", false
}

// A htmlScanner reads Telegram's HTML the way the server does; its errors are
// the server's: https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp
type htmlScanner struct {
	in       string
	pos      int
	out      strings.Builder
	units    int // of out, UTF-16
	open     []openTag
	entities []TelegramEntity
}

type openTag struct {
	name   string
	url    string
	offset int
}

// ParseTelegramHTML returns the visible text of a message in HTML and its
// entities; an error is in the words that the server adds to "can't parse
// entities".
func ParseTelegramHTML(in string) (string, []TelegramEntity, error) {
	s := &htmlScanner{in: in}
	for s.pos < len(s.in) {
		var err error
		switch s.in[s.pos] {
		case '&':
			s.reference()
		case '<':
			err = s.tag()
		default:
			end := s.pos + 1
			for end < len(s.in) && s.in[end] != '&' && s.in[end] != '<' {
				end++
			}
			s.write(s.in[s.pos:end])
			s.pos = end
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(s.open); n > 0 {
		return "", nil, fmt.Errorf("Can't find end tag corresponding to start tag %q", s.open[n-1].name) //nolint:staticcheck // the server's words
	}
	return s.out.String(), s.entities, nil
}

func (s *htmlScanner) write(text string) {
	s.out.WriteString(text)
	s.units += utf16Units(text)
}

// reference reads a character reference; what is none stands for itself.
func (s *htmlScanner) reference() {
	rest := s.in[s.pos:]
	end := strings.IndexByte(rest[:min(len(rest), 12)], ';')
	if end > 0 {
		name := rest[1:end]
		known := name == "lt" || name == "gt" || name == "amp" || name == "quot" || strings.HasPrefix(name, "#")
		if text := html.UnescapeString(rest[:end+1]); known && text != rest[:end+1] {
			s.write(text)
			s.pos += end + 1
			return
		}
	}
	s.write("&")
	s.pos++
}

func (s *htmlScanner) tag() error {
	begin := s.pos
	end := strings.IndexByte(s.in[begin:], '>')
	closing := strings.HasPrefix(s.in[begin:], "</")
	switch {
	case end < 0 && closing:
		return fmt.Errorf("Unclosed end tag at byte offset %d", begin) //nolint:staticcheck // the server's words
	case end < 0:
		return fmt.Errorf("Unclosed start tag at byte offset %d", begin) //nolint:staticcheck // the server's words
	}
	body := s.in[begin+1 : begin+end]
	s.pos = begin + end + 1
	if closing {
		return s.endTag(strings.ToLower(strings.TrimSpace(body[1:])), begin)
	}
	return s.startTag(body, begin)
}

func (s *htmlScanner) startTag(body string, begin int) error {
	name, attributes, _ := strings.Cut(body, " ")
	name = strings.ToLower(name)
	if _, ok := entityOfTag(name); !ok {
		return fmt.Errorf("Unsupported start tag %q at byte offset %d", name, begin) //nolint:staticcheck // the server's words
	}
	tag := openTag{name: name, offset: s.units}
	if value, ok := strings.CutPrefix(strings.TrimSpace(attributes), "href="); ok && name == "a" {
		tag.url = html.UnescapeString(strings.Trim(value, `"'`))
	}
	s.open = append(s.open, tag)
	return nil
}

func (s *htmlScanner) endTag(name string, begin int) error {
	if len(s.open) == 0 {
		return fmt.Errorf("Unexpected end tag at byte offset %d", begin) //nolint:staticcheck // the server's words
	}
	tag := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	if name != "" && name != tag.name {
		return fmt.Errorf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, begin, tag.name, name) //nolint:staticcheck // the server's words
	}
	if s.units == tag.offset {
		return nil
	}
	kind, _ := entityOfTag(tag.name)
	s.entities = append(s.entities, TelegramEntity{Type: kind, Offset: tag.offset, Length: s.units - tag.offset, URL: tag.url})
	return nil
}

// utf16Units returns the length of text in UTF-16 units.
func utf16Units(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// utf16Text is a text that can be cut by UTF-16 offsets.
type utf16Text string

func (t utf16Text) slice(offset, length int) string {
	units := utf16.Encode([]rune(string(t)))
	offset = min(max(offset, 0), len(units))
	end := min(max(offset+length, offset), len(units))
	return string(utf16.Decode(units[offset:end]))
}
