package corpus

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// A Meta is what is said about a report beside its text: by an entry of
// reports.yaml, by front matter, or by the page itself. Empty fields say
// nothing.
type Meta struct {
	ID        string // letters, digits, dashes
	Title     string
	Publisher string
	URL       string
	Published Date
	Language  string // "en" or "zh"
	License   string
	Digest    bool // the text retells the original
}

// or fills the empty fields of m from n.
func (m Meta) or(n Meta) Meta {
	m.ID = either(m.ID, n.ID)
	m.Title = either(m.Title, n.Title)
	m.Publisher = either(m.Publisher, n.Publisher)
	m.URL = either(m.URL, n.URL)
	m.Language = either(m.Language, n.Language)
	m.License = either(m.License, n.License)
	m.Digest = m.Digest || n.Digest
	if m.Published.IsZero() {
		m.Published = n.Published
	}
	return m
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// setMeta sets the field of m that a YAML key names. known is false for any
// other key.
func setMeta(m *Meta, key string, value any) (known bool, err error) {
	switch key {
	case "id":
		m.ID, err = idValue(value)
	case "title":
		m.Title, err = stringValue(value)
	case "publisher":
		m.Publisher, err = stringValue(value)
	case "url":
		m.URL, err = urlValue(value)
	case "published":
		var d Date
		d, err = dateValue(value)
		d.Inferred = m.Published.Inferred
		m.Published = d
	case "published_inferred":
		m.Published.Inferred, err = boolValue(value)
	case "language":
		m.Language, err = languageValue(value)
	case "license":
		m.License, err = stringValue(value)
	case "digest":
		m.Digest, err = boolValue(value)
	default:
		return false, nil
	}
	return true, err
}

func stringValue(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return collapse(normalise(v)), nil
	case uint64, int64, float64:
		return fmt.Sprint(v), nil
	}
	return "", errors.New("want a text")
}

func boolValue(v any) (bool, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	return false, errors.New("want true or false")
}

func dateValue(v any) (Date, error) {
	s, err := stringValue(v)
	if err != nil {
		return Date{}, errors.New("want a date as YYYY, YYYY-MM or YYYY-MM-DD")
	}
	return ParseDate(s)
}

func languageValue(v any) (string, error) {
	s, err := stringValue(v)
	if err != nil {
		return "", err
	}
	tag, _, _ := strings.Cut(strings.ToLower(s), "-")
	if tag != "en" && tag != "zh" && tag != "" {
		return "", fmt.Errorf("language %q: want en or zh", s)
	}
	return tag, nil
}

func urlValue(v any) (string, error) {
	s, err := stringValue(v)
	if err != nil || s == "" {
		return s, err
	}
	if !isWebAddress(s) {
		return "", fmt.Errorf("address %q: want one that begins with https:// or http://", s)
	}
	return s, nil
}

func idValue(v any) (string, error) {
	s, err := stringValue(v)
	if err != nil {
		return "", err
	}
	return s, checkID(s)
}

// checkID reports what is wrong with an id.
func checkID(id string) error {
	if id != slug(id) {
		return fmt.Errorf("id %q: want lower-case letters, digits and single dashes, as in %q", id, slug(id))
	}
	return nil
}

// frontFence opens and closes front matter.
const frontFence = "---"

// cutFrontMatter splits the YAML between two --- lines at the start of a file
// from the text below it. What does not read as a map of YAML is text. Front
// matter serves many programs, so keys and values that do not fit a [Meta]
// are not for this one and say nothing. The keys date and lang are read as
// published and language.
func cutFrontMatter(source string) (Meta, string) {
	head, body, ok := fencedHead(source)
	if !ok {
		return Meta{}, source
	}
	var values yaml.MapSlice
	if err := yaml.Unmarshal([]byte(head), &values); err != nil || len(values) == 0 {
		return Meta{}, source
	}
	var m, loose Meta
	for _, item := range values {
		key := strings.ToLower(fmt.Sprint(item.Key))
		before := m
		if _, err := setMeta(&m, key, item.Value); err != nil {
			m = before
		}
		switch key {
		case "date":
			s, _ := stringValue(item.Value)
			loose.Published = looseDate(s)
		case "lang":
			loose.Language, _ = languageValue(item.Value)
		}
	}
	return m.or(loose), body
}

// fencedHead returns what stands between the two fences and what follows.
func fencedHead(source string) (head, body string, ok bool) {
	rest, ok := strings.CutPrefix(source, frontFence+"\n")
	if !ok {
		return "", "", false
	}
	head, body, ok = strings.Cut("\n"+rest, "\n"+frontFence)
	if !ok || body != "" && body[0] != '\n' && strings.TrimSpace(strings.SplitN(body, "\n", 2)[0]) != "" {
		return "", "", false
	}
	return head, body, true
}
