package ragtest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// wants is a chat request for JSON in one form.
func wants(format string) string { return hello + `,"response_format":` + format + `}` }

const strictTower = `{"type":"json_schema","json_schema":{"name":"tower","strict":true,"schema":{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string"}}}}}`

// The server tells its voice the schema, and takes only the forms it is to take.
func TestModelFormats(t *testing.T) {
	var heard rag.Prompt
	m := start(t, ragtest.ModelOptions{Spec: spec(t), Voice: func(p rag.Prompt) (string, error) {
		heard = p
		return `{"name":"Grey"}`, nil
	}})
	if status, body := send(t, m.URL()+"/chat/completions", wants(strictTower)); status != 200 || !strings.Contains(body, `"content":"{\"name\":\"Grey\"}"`) {
		t.Errorf("status %d, body %s", status, body)
	}
	if heard.Schema == nil || heard.Schema.Name != "tower" || !strings.HasPrefix(string(heard.Schema.JSON), `{"type":"object"`) || m.Requests()[0].Format != "json_schema" {
		t.Errorf("the voice heard %+v", heard)
	}
	if status, body := send(t, m.URL()+"/chat/completions", wants(`{"type":"json_object"}`)); status != 400 || !strings.Contains(body, "must contain the word 'json'") {
		t.Errorf("without the word: status %d, body %s", status, body)
	}
	said := strings.Replace(wants(`{"type":"json_object"}`), `"hello"`, `"hello, in JSON"`, 1)
	if status, body := send(t, m.URL()+"/chat/completions", said); status != 200 || heard.Schema != nil {
		t.Errorf("with the word: status %d, body %s", status, body)
	}
	if f := m.Findings(); len(f) > 0 {
		t.Errorf("findings: %s", strings.Join(f, "\n"))
	}
	old := start(t, ragtest.ModelOptions{Formats: []string{}})
	if status, body := send(t, old.URL()+"/chat/completions", wants(strictTower)); status != 400 || !strings.Contains(body, "'response_format' of type 'json_schema' is not supported") {
		t.Errorf("a server without: status %d, body %s", status, body)
	}
}

// What a strict schema may not be is found.
func TestModelSchemaFindings(t *testing.T) {
	for name, tt := range map[string]struct{ format, want string }{
		"name":       {strings.Replace(strictTower, `"tower"`, `"the tower"`, 1), `name "the tower" is not made of`},
		"not strict": {strings.Replace(strictTower, `"strict":true,`, "", 1), "the schema is not strict"},
		"open":       {strings.Replace(strictTower, `"additionalProperties":false,`, "", 1), "schema: additionalProperties is not false"},
		"optional":   {strings.Replace(strictTower, `"required":["name"]`, `"required":[]`, 1), `schema: property "name" is not required`},
		"deep": {
			strings.Replace(strictTower, `{"type":"string"}`, `{"type":"array","items":{"type":"object","properties":{}}}`, 1),
			"schema.properties.name.items: additionalProperties is not false",
		},
		"no schema": {`{"type":"json_schema","json_schema":{"name":"tower","strict":true}}`, "no schema in json_schema"},
	} {
		t.Run(name, func(t *testing.T) {
			m := start(t, ragtest.ModelOptions{})
			send(t, m.URL()+"/chat/completions", wants(tt.format))
			if f := m.Findings(); len(f) != 1 || !strings.Contains(f[0], tt.want) {
				t.Errorf("findings %q, want %q", f, tt.want)
			}
		})
	}
}

// Pretend says the smallest value of a schema.
func TestPretendSchema(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type":"string"}`:          `""`,
		`{"type":"integer"}`:         `0`,
		`{"type":"boolean"}`:         `false`,
		`{"type":"null"}`:            `null`,
		`{"type":["string","null"]}`: `""`,
		`{"enum":["b","a"]}`:         `"b"`,
		`{"const":7}`:                `7`,
		`{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]}`:                                                               `[]`,
		`{"$defs":{"row":{"type":"object","properties":{"n":{"type":"number"}}}},"type":"object","properties":{"row":{"$ref":"#/$defs/row"}}}`: `{"row":{"n":0}}`,
		`{"$defs":{"a":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}`:                                                                              `null`,
		`{"$ref":"#/nowhere/at/all"}`: `null`,
		`true`:                        `null`,
		`{`:                           `null`,
	} {
		got, err := ragtest.Pretend(rag.Prompt{User: "x", Schema: &rag.Schema{Name: "s", JSON: json.RawMessage(schema)}})
		if err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", schema, got, err, want)
		}
	}
}

func TestGeneratorSchema(t *testing.T) {
	p := rag.Prompt{User: "u", Schema: &rag.Schema{Name: "s", JSON: json.RawMessage(`{"type":"object"}`)}}
	broken := errors.New("broken")
	g := ragtest.NewGenerator(ragtest.Script(ragtest.Fails(broken), `{"a": 1}`, "words", `{"a": 2}`))
	var pieces []string
	emit := func(s string) error { pieces = append(pieces, s); return nil }
	if text, usage, err := g.Generate(t.Context(), p, emit); err != nil || text != `{"a": 1}` || usage.Model != g.Name() {
		t.Errorf("text %s, usage %+v, error %v", text, usage, err)
	}
	if _, _, err := g.Generate(t.Context(), p, emit); err == nil || !strings.Contains(err.Error(), "not one JSON value") {
		t.Errorf("words: %v", err)
	}
	if text, _, err := g.Generate(t.Context(), p, nil); err != nil || text != `{"a": 2}` {
		t.Errorf("text %s, error %v", text, err)
	}
	if _, _, err := g.Generate(t.Context(), p, emit); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{`{"a": 1}`}, pieces); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
}

func TestModelAzure(t *testing.T) {
	m := start(t, ragtest.ModelOptions{Shape: ragtest.AzureShape, Key: "open-sesame", Models: []string{"mine"}})
	if want := m.Root() + "/openai/deployments/mine?api-version=2024-10-21"; m.URL() != want {
		t.Errorf("URL %s, want %s", m.URL(), want)
	}
	key := []string{"Api-Key", "open-sesame"}
	deployment := "/openai/deployments/mine/"
	ask := strings.Replace(hello, `"m"`, `"mine"`, 1) + `,"stream":true}`
	for name, tt := range map[string]struct {
		path, body string
		headers    []string
		want       string
	}{
		"deployment":    {deployment + "chat/completions?api-version=1", ask, key, `200 "prompt_filter_results"`},
		"v1":            {"/openai/v1/chat/completions", ask, key, `200 "content_filter_results"`},
		"embeddings":    {deployment + "embeddings?api-version=1", `{"model":"mine","input":"a"}`, key, `200 "embedding"`},
		"v1 models":     {"/openai/v1/models", "", key, `200 "mine"`},
		"no list":       {deployment + "models?api-version=1", "", key, "404 Resource not found"},
		"no version":    {deployment + "chat/completions", ask, key, "404 Resource not found"},
		"plain path":    {"/v1/chat/completions", ask, key, "404 Resource not found"},
		"no deployment": {"/openai/deployments/other/chat/completions?api-version=1", ask, key, "404 DeploymentNotFound"},
		"bearer":        {deployment + "chat/completions?api-version=1", ask, []string{"Authorization", "Bearer open-sesame"}, "401 invalid subscription key"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := send(t, m.Root()+tt.path, tt.body, append([]string{"Accept", "text/event-stream"}, tt.headers...)...)
			want, words, _ := strings.Cut(tt.want, " ")
			if got := map[int]string{200: "200", 401: "401", 404: "404"}[status]; got != want || !strings.Contains(body, words) {
				t.Errorf("status %d, body %s; want %s", status, body, tt.want)
			}
		})
	}
}

// Two tool calls come by index, the deltas of the one between the other's.
func TestToolCallDeltas(t *testing.T) {
	m := start(t, ragtest.ModelOptions{Spec: spec(t)})
	f, _ := ragtest.FaultNamed(ragtest.Chat, "tool-call")
	m.Next(ragtest.Chat, f)
	_, body := send(t, m.URL()+"/chat/completions", hello+`,"stream":true}`, "Accept", "text/event-stream")
	arguments := make(map[int]string)
	for line := range strings.Lines(body) {
		var chunk struct {
			Choices []struct {
				Delta struct {
					Calls []struct {
						Index    int
						Function struct{ Arguments string }
					} `json:"tool_calls"`
				}
			}
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || json.Unmarshal([]byte(data), &chunk) != nil || len(chunk.Choices) == 0 {
			continue
		}
		for _, c := range chunk.Choices[0].Delta.Calls {
			arguments[c.Index] += c.Function.Arguments
		}
	}
	if diff := cmp.Diff(map[int]string{0: `{"at":"it"}`, 1: `{"at":"it"}`}, arguments); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if f := m.Findings(); len(f) > 0 {
		t.Errorf("findings: %s", strings.Join(f, "\n"))
	}
}

// Whole completions in the shapes of the servers.
func TestCompletionShapes(t *testing.T) {
	for shape, want := range map[ragtest.Shape]string{
		ragtest.OllamaShape: `"fp_ollama"`, ragtest.LlamaCppShape: `"timings"`, ragtest.VLLMShape: `"stop_reason"`, ragtest.AzureShape: `"content_filter_results"`,
	} {
		m := start(t, ragtest.ModelOptions{Shape: shape, Voice: ragtest.Says("It is red [1].")})
		path := "/v1/chat/completions"
		if shape == ragtest.AzureShape {
			path = "/openai" + path
		}
		status, body := send(t, m.Root()+path, strings.Replace(hello, `"m"`, `"pretend"`, 1)+"}")
		if status != 200 || !strings.Contains(body, want) || !strings.Contains(body, "It is red [1].") || strings.Contains(body, "refusal") {
			t.Errorf("%s: status %d, body %s", shape, status, body)
		}
	}
}
