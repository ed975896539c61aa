package bottest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A telegramSpec is the machine-readable Bot API of
// https://github.com/PaulSonOfLars/telegram-bot-api-spec: which parameters a
// method takes and of which type. It says nothing of lengths and ranges.
type telegramSpec struct {
	Methods map[string]specObject `json:"methods"`
	Types   map[string]specObject `json:"types"`
}

type specObject struct {
	Fields   []specField `json:"fields"`
	Subtypes []string    `json:"subtypes"`
}

type specField struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

func loadTelegramSpec(path string) (*telegramSpec, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read Bot API specification: %w", err)
	}
	var s telegramSpec
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("parse Bot API specification %s: %w", path, err)
	}
	if len(s.Methods) == 0 || len(s.Types) == 0 {
		return nil, fmt.Errorf("parse Bot API specification %s: it has no methods or no types", path)
	}
	return &s, nil
}

// ValidateForm returns what is wrong with a call: an unknown method or
// parameter, a missing one, a value of another type. Scalars stand bare in
// form, objects and arrays as JSON. files names the uploaded parameters.
func (s *telegramSpec) ValidateForm(method string, form map[string]string, files []string) []string {
	m, ok := s.Methods[method]
	if !ok {
		return []string{method + ": unknown method"}
	}
	var findings []string
	known := make(map[string]bool)
	for _, f := range m.Fields {
		known[f.Name] = true
		value, given := form[f.Name]
		switch {
		case slices.Contains(files, f.Name):
		case !given && f.Required:
			findings = append(findings, fmt.Sprintf("%s: missing %s", method, f.Name))
		case given:
			findings = append(findings, s.checkText(method+"."+f.Name, value, f.Types)...)
		}
	}
	for name := range form {
		if !known[name] {
			findings = append(findings, fmt.Sprintf("%s: unknown parameter %s", method, name))
		}
	}
	slices.Sort(findings)
	return findings
}

// checkText checks a form value: text itself for scalars, JSON for the rest.
func (s *telegramSpec) checkText(where, text string, types []string) []string {
	return s.best(types, func(kind string) []string {
		if kind == "String" || kind == "InputFile" {
			return nil
		}
		var v any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return []string{fmt.Sprintf("%s: %q is no %s", where, text, kind)}
		}
		return s.check(where, v, kind)
	})
}

// best returns the shortest list of findings among several allowed types.
func (s *telegramSpec) best(types []string, check func(string) []string) []string {
	var best []string
	for i, kind := range types {
		found := check(kind)
		if len(found) == 0 {
			return nil
		}
		if i == 0 || len(found) < len(best) {
			best = found
		}
	}
	return best
}

// check checks a JSON value against one type of the specification.
func (s *telegramSpec) check(where string, v any, kind string) []string {
	if item, ok := strings.CutPrefix(kind, "Array of "); ok {
		return s.checkArray(where, v, item)
	}
	wrong := []string{fmt.Sprintf("%s: %v is no %s", where, v, kind)}
	switch kind {
	case "String", "InputFile":
		if _, ok := v.(string); !ok {
			return wrong
		}
		return nil
	case "Boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
		return nil
	case "Integer":
		n, ok := v.(json.Number)
		if _, err := strconv.ParseInt(n.String(), 10, 64); !ok || err != nil {
			return wrong
		}
		return nil
	case "Float":
		if _, ok := v.(json.Number); !ok {
			return wrong
		}
		return nil
	}
	return s.checkObject(where, v, kind)
}

func (s *telegramSpec) checkArray(where string, v any, item string) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no array", where, v)}
	}
	var findings []string
	for i, e := range list {
		findings = append(findings, s.check(fmt.Sprintf("%s[%d]", where, i), e, item)...)
	}
	return findings
}

func (s *telegramSpec) checkObject(where string, v any, kind string) []string {
	t, ok := s.Types[kind]
	if !ok {
		return []string{fmt.Sprintf("%s: type %s is not in the specification", where, kind)}
	}
	if len(t.Subtypes) > 0 {
		return s.best(t.Subtypes, func(sub string) []string { return s.check(where, v, sub) })
	}
	object, ok := v.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %v is no %s", where, v, kind)}
	}
	var findings []string
	known := make(map[string]bool)
	for _, f := range t.Fields {
		known[f.Name] = true
		value, given := object[f.Name]
		switch {
		case given:
			findings = append(findings, s.best(f.Types, func(kind string) []string {
				return s.check(where+"."+f.Name, value, kind)
			})...)
		case f.Required:
			findings = append(findings, fmt.Sprintf("%s: missing %s", where, f.Name))
		}
	}
	for name := range object {
		if !known[name] {
			findings = append(findings, fmt.Sprintf("%s: unknown field %s", where, name))
		}
	}
	return findings
}
