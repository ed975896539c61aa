package ragtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The types of response_format that ask for JSON.
const (
	schemaFormat = "json_schema"
	objectFormat = "json_object"
)

// takesFormat answers 400 when the server does not take the response_format of
// a request, or wants the word JSON with it.
func (c *Call) takesFormat() bool {
	r := c.Request
	if r.Format == "" {
		return true
	}
	if taken := c.model.opts.Formats; taken != nil && !slices.Contains(taken, r.Format) {
		c.Error(http.StatusBadRequest, "invalid_request_error", "", fmt.Sprintf(
			"Invalid parameter: 'response_format' of type '%s' is not supported with this model.", r.Format))
		return false
	}
	if r.Format == objectFormat && !strings.Contains(strings.ToLower(r.Prompt.System+r.Prompt.User), "json") {
		c.Error(http.StatusBadRequest, "invalid_request_error", "",
			"'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
		return false
	}
	return true
}

var schemaName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// schemaFindings is what is wrong with the schema of a request that the
// specification does not state.
func schemaFindings(r Request) []string {
	if r.Prompt.Schema == nil {
		return nil
	}
	var findings []string
	if !schemaName.MatchString(r.Prompt.Schema.Name) {
		findings = append(findings, fmt.Sprintf("the schema's name %q is not made of letters, digits, _ and -", r.Prompt.Schema.Name))
	}
	if !r.strict {
		findings = append(findings, "the schema is not strict")
	}
	var schema any
	if err := json.Unmarshal(r.Prompt.Schema.JSON, &schema); err != nil {
		return append(findings, "no schema in json_schema")
	}
	return append(findings, notStrict("schema", schema)...)
}

// notStrict finds the objects of a schema that a strict one may not have:
// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
func notStrict(at string, schema any) []string {
	var findings []string
	switch v := schema.(type) {
	case []any:
		for i, item := range v {
			findings = append(findings, notStrict(fmt.Sprintf("%s[%d]", at, i), item)...)
		}
	case map[string]any:
		if properties, ok := v["properties"].(map[string]any); ok {
			if v["additionalProperties"] != false {
				findings = append(findings, at+": additionalProperties is not false")
			}
			required, _ := v["required"].([]any)
			for _, name := range slices.Sorted(maps.Keys(properties)) {
				if !slices.Contains(required, any(name)) {
					findings = append(findings, fmt.Sprintf("%s: property %q is not required", at, name))
				}
			}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			findings = append(findings, notStrict(at+"."+key, v[key])...)
		}
	}
	return findings
}

// blank is the smallest value of a schema: no text, no elements, zero, the first
// of several.
func blank(schema json.RawMessage) string {
	var v any
	if json.Unmarshal(schema, &v) != nil {
		return "null"
	}
	return string(encode(blankOf(v, v, 0)))
}

// blankOf is the smallest value of schema, a part of root.
func blankOf(root, schema any, depth int) any {
	s, _ := schema.(map[string]any)
	const deep = 32 // a schema may hold itself
	if s == nil || depth > deep {
		return nil
	}
	if ref, ok := s["$ref"].(string); ok {
		return blankOf(root, lookUp(root, ref), depth+1)
	}
	if v, ok := s["const"]; ok {
		return v
	}
	if all, ok := s["enum"].([]any); ok && len(all) > 0 {
		return all[0]
	}
	for _, choice := range []string{"anyOf", "oneOf", "allOf"} {
		if all, ok := s[choice].([]any); ok && len(all) > 0 {
			return blankOf(root, all[0], depth+1)
		}
	}
	return blankOfType(root, s, depth)
}

func blankOfType(root any, s map[string]any, depth int) any {
	kind, _ := s["type"].(string)
	if all, ok := s["type"].([]any); ok && len(all) > 0 {
		kind, _ = all[0].(string)
	}
	switch kind {
	case "object":
		v := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			v[name] = blankOf(root, p, depth+1)
		}
		return v
	case "array":
		return []any{}
	case "string":
		return ""
	case "integer", "number":
		return 0
	case "boolean":
		return false
	}
	return nil
}

// lookUp follows a reference like "#/$defs/row"; nil where it leads nowhere.
func lookUp(root any, ref string) any {
	at := root
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	return at
}
