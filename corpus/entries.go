package corpus

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// An entry is one map of a list in a YAML file, in the order of its keys.
type entry struct {
	where  string // for errors: "reports.yaml: entry 2"
	values yaml.MapSlice
}

// readEntries returns the entries of the list that stands under key, the only
// key of a YAML file called name.
func readEntries(name, key string, data []byte) ([]entry, error) {
	var top yaml.MapSlice
	if err := yaml.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("read %s: %s", name, yamlProblem(err))
	}
	var out []entry
	for _, item := range top {
		if fmt.Sprint(item.Key) != key {
			return nil, fmt.Errorf("read %s: unknown key %q: want %q", name, fmt.Sprint(item.Key), key)
		}
		list, ok := item.Value.([]any)
		if !ok && item.Value != nil {
			return nil, fmt.Errorf("read %s: %s: want a list", name, key)
		}
		for i, v := range list {
			where := fmt.Sprintf("%s: entry %d", name, i+1)
			values, ok := asMap(v)
			if !ok {
				return nil, fmt.Errorf("read %s: want a map of keys and values", where)
			}
			out = append(out, entry{where, values})
		}
	}
	return out, nil
}

// yamlProblem returns the first line of a YAML error, which says the place
// and the problem; the lines below it repeat the source.
func yamlProblem(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// asMap returns v as a map that keeps its order.
func asMap(v any) (yaml.MapSlice, bool) {
	switch v := v.(type) {
	case yaml.MapSlice:
		return v, true
	case map[string]any:
		var out yaml.MapSlice
		for k, x := range v {
			out = append(out, yaml.MapItem{Key: k, Value: x})
		}
		return out, true
	}
	return nil, false
}

// each calls set for every key of the entry. The error of set names the entry
// and the key.
func (e entry) each(keys string, set func(key string, value any) (known bool, err error)) error {
	for _, item := range e.values {
		key := fmt.Sprint(item.Key)
		known, err := set(key, item.Value)
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %s: %w", e.where, key, err)
		case !known:
			return fmt.Errorf("read %s: unknown key %q: want %s", e.where, key, keys)
		}
	}
	return nil
}

// listValue returns a list of texts.
func listValue(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, errors.New("want a list of texts")
	}
	var out []string
	for _, x := range list {
		s, err := stringValue(x)
		if err != nil || s == "" {
			return nil, errors.New("want a list of texts")
		}
		out = append(out, s)
	}
	return out, nil
}
