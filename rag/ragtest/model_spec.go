package ragtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Spec is OpenAI's published specification, as far as the server speaks it:
// https://github.com/openai/openai-openapi. It is held against single schemas;
// as a whole document it does not validate (it uses $recursiveRef).
type Spec struct {
	schemas map[string]*openapi3.Schema
	known   map[string]map[string]bool // property names, for schemas whose unknown properties are findings
}

// The schemas of a Spec.
const (
	chatRequest       = "chat request"
	chatAnswer        = "chat answer"
	chatChunk         = "chat chunk"
	embeddingRequest  = "embedding request"
	embeddingAnswer   = "embedding answer"
	modelList         = "model list"
	errorAnswerSchema = "error"
)

// LoadSpec reads an openapi.json. It takes about half a second and 40 MB.
func LoadSpec(path string) (*Spec, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the specification %s: %w", path, err)
	}
	if doc.Components == nil {
		doc.Components = &openapi3.Components{}
	}
	s := &Spec{schemas: make(map[string]*openapi3.Schema), known: make(map[string]map[string]bool)}
	for name, component := range map[string]string{
		chatRequest:       "CreateChatCompletionRequest",
		chatAnswer:        "CreateChatCompletionResponse",
		chatChunk:         "CreateChatCompletionStreamResponse",
		embeddingRequest:  "CreateEmbeddingRequest",
		embeddingAnswer:   "CreateEmbeddingResponse",
		modelList:         "ListModelsResponse",
		errorAnswerSchema: "ErrorResponse",
	} {
		ref := doc.Components.Schemas[component]
		if ref == nil || ref.Value == nil {
			return nil, fmt.Errorf("read the specification %s: no schema %s", path, component)
		}
		s.schemas[name] = ref.Value
		s.known[name] = properties(ref.Value)
	}
	return s, nil
}

// properties collects the names of a schema's properties, those of its parts
// included.
func properties(schema *openapi3.Schema) map[string]bool {
	names := make(map[string]bool)
	for name := range schema.Properties {
		names[name] = true
	}
	for _, part := range schema.AllOf {
		maps.Copy(names, properties(part.Value))
	}
	return names
}

// check returns what is wrong with a JSON value.
func (s *Spec) check(schema string, body []byte) []string {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []string{"not JSON: " + err.Error()}
	}
	var findings []string
	// Without EnableJSONSchema2020: that mode compiles the schema for every
	// value and does not know "nullable", which this document uses.
	err := s.schemas[schema].VisitJSON(v, openapi3.MultiErrors())
	var many openapi3.MultiError
	switch {
	case errors.As(err, &many):
		for _, e := range many {
			findings = append(findings, firstLine(e))
		}
	case err != nil:
		findings = append(findings, firstLine(err))
	}
	object, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !s.known[schema][name] {
			findings = append(findings, fmt.Sprintf("property %q is not in the specification", name))
		}
	}
	return findings
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}
