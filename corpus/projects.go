package corpus

import (
	"errors"
	"fmt"
)

// A ProjectEntry is one project that reports describe, as projects.yaml
// lists it: what it is called, and where reports place it.
type ProjectEntry struct {
	ID         string     // letters, digits, dashes
	Name       string     // as an answer prints it
	Aliases    []string   // other names and spellings
	Tickers    []string   // ticker symbols, with or without $
	Reports    []string   // ids of the reports that describe it
	Categories []Category // where these reports place it
}

// A Category is the part of a report that a project stands in, in both
// languages of an answer.
type Category struct {
	Report string // report id
	EN, ZH string
}

const (
	projectKeys  = "id, name, aliases, tickers, reports, categories"
	categoryKeys = "report, en, zh"
)

// ReadProjects reads a projects.yaml: under the key projects a list of maps
// with the keys id and name, and optionally aliases, tickers, reports (lists
// of texts) and categories (a list of maps with report, en, zh). The error
// names the entry and the key that is wrong.
func ReadProjects(data []byte) ([]ProjectEntry, error) {
	entries, err := readEntries(projectsName, "projects", data)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []ProjectEntry
	for _, e := range entries {
		p, err := projectEntry(e)
		if err != nil {
			return nil, err
		}
		if seen[p.ID] {
			return nil, fmt.Errorf("read %s: id: %q stands in an earlier entry too", e.where, p.ID)
		}
		seen[p.ID] = true
		out = append(out, p)
	}
	return out, nil
}

func projectEntry(e entry) (ProjectEntry, error) {
	var p ProjectEntry
	err := e.each(projectKeys, func(key string, value any) (bool, error) {
		var err error
		switch key {
		case "id":
			p.ID, err = idValue(value)
		case "name":
			p.Name, err = stringValue(value)
		case "aliases":
			p.Aliases, err = listValue(value)
		case "tickers":
			p.Tickers, err = listValue(value)
		case "reports":
			p.Reports, err = listValue(value)
		case "categories":
			p.Categories, err = categoryList(value)
		default:
			return false, nil
		}
		return true, err
	})
	switch {
	case err != nil:
		return p, err
	case p.ID == "":
		return p, fmt.Errorf("read %s: id: missing", e.where)
	case p.Name == "":
		return p, fmt.Errorf("read %s: name: missing (id %q)", e.where, p.ID)
	}
	return p, nil
}

func categoryList(v any) ([]Category, error) {
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, errors.New("want a list of maps with report, en, zh")
	}
	var out []Category
	for i, x := range list {
		values, ok := asMap(x)
		if !ok {
			return nil, errors.New("want a list of maps with report, en, zh")
		}
		c, err := category(values.ToMap())
		if err != nil {
			return nil, fmt.Errorf("category %d: %w", i+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func category(values map[any]any) (Category, error) {
	var c Category
	for k, v := range values {
		s, err := stringValue(v)
		if err != nil {
			return c, fmt.Errorf("%v: %w", k, err)
		}
		switch k {
		case "report":
			c.Report = s
		case "en":
			c.EN = s
		case "zh":
			c.ZH = s
		default:
			return c, fmt.Errorf("unknown key %q: want %s", k, categoryKeys)
		}
	}
	if c.Report == "" {
		return c, errors.New("report: missing")
	}
	return c, nil
}
