package openai_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

const (
	towerSchema = `{"type":"object","additionalProperties":false,"required":["name","metres"],"properties":{"name":{"type":"string"},"metres":{"type":"integer"}}}`
	towerValue  = `{"name":"Grey Tower","metres":46}`
)

// asked is a prompt for one JSON value.
func asked() rag.Prompt {
	return rag.Prompt{
		Name: "tower", System: "Take the tower out of the text.", User: "The Grey Tower is 46 metres tall.",
		Schema: &rag.Schema{Name: "tower", JSON: json.RawMessage(towerSchema)},
	}
}

// formats are the types of response_format of the chat requests so far.
func (b *bench) formats() []string {
	all := []string{}
	for _, r := range b.Requests() {
		all = append(all, r.Format)
	}
	return all
}

func TestGenerateJSON(t *testing.T) {
	for _, shape := range []ragtest.Shape{"", ragtest.OllamaShape, ragtest.LlamaCppShape, ragtest.VLLMShape, ragtest.AzureShape} {
		t.Run("server "+string(shape), func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Shape: shape, Voice: ragtest.Says(towerValue)})
			var pieces []string
			text, usage, err := b.generator(t).Generate(t.Context(), asked(), func(s string) error {
				pieces = append(pieces, s)
				return nil
			})
			if err != nil || text != towerValue || usage.CompletionTokens == 0 || usage.Model != "openai:pretend" {
				t.Errorf("text %s, usage %+v, error %v", text, usage, err)
			}
			if diff := cmp.Diff([]string{towerValue}, pieces); diff != "" {
				t.Errorf("pieces (-want +got):\n%s", diff)
			}
			r := b.Requests()[0]
			want := asked()
			if r.Prompt.Schema == nil || r.Prompt.Schema.Name != "tower" || string(r.Prompt.Schema.JSON) != towerSchema || r.Prompt.System != want.System {
				t.Errorf("request %s", r.Body)
			}
		})
	}
}

// The smallest value of a schema comes back from a model that only pretends.
func TestGenerateJSONPretend(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	text, _, err := b.generator(t).Generate(t.Context(), asked(), nil)
	if err != nil || text != `{"metres":0,"name":""}` {
		t.Errorf("text %s, error %v", text, err)
	}
}

// A server that refuses a form is asked in the next one, and from then on in
// the one that it takes.
func TestGenerateJSONForms(t *testing.T) {
	for name, tt := range map[string]struct {
		takes []string
		first []string
		then  string
	}{
		"all":         {nil, []string{"json_schema"}, "json_schema"},
		"object":      {[]string{"json_object"}, []string{"json_schema", "json_object"}, "json_object"},
		"neither":     {[]string{"text"}, []string{"json_schema", "json_object", ""}, ""},
		"schema only": {[]string{"json_schema"}, []string{"json_schema"}, "json_schema"},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Formats: tt.takes, Voice: ragtest.Says(towerValue)})
			g := b.generator(t)
			for range 2 {
				if text, _, err := g.Generate(t.Context(), asked(), nil); err != nil || text != towerValue {
					t.Fatalf("text %s, error %v", text, err)
				}
			}
			if diff := cmp.Diff(append(tt.first, tt.then), b.formats()); diff != "" {
				t.Errorf("forms (-want +got):\n%s", diff)
			}
			if len(b.waits) != 0 {
				t.Errorf("waits %v", b.waits)
			}
			r := b.Requests()[len(b.Requests())-1]
			if told := strings.Contains(r.Prompt.System, towerSchema); told != (tt.then != "json_schema") {
				t.Errorf("the schema in the system text: %t", told)
			}
			if !strings.HasPrefix(r.Prompt.System, asked().System) {
				t.Errorf("system text %q", r.Prompt.System)
			}
			// Another prompt is not touched by what was learned.
			if _, _, err := g.Generate(t.Context(), towers(), nil); err != nil || slices.Contains(b.formats()[len(tt.first)+1:], "json_schema") {
				t.Errorf("forms %v, error %v", b.formats(), err)
			}
		})
	}
}

// The refusals of servers in the field, each for what the parameter says.
func TestGenerateJSONRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		status  int
		body    string
		learned bool
	}{
		"OpenAI":    {400, `{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":null,"code":null}}`, true},
		"param":     {400, `{"error":{"message":"Unsupported value.","type":"invalid_request_error","param":"response_format","code":"unsupported_value"}}`, true},
		"DeepSeek":  {400, `{"error":{"message":"This response_format type is unavailable now","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}`, true},
		"Groq":      {400, "{\"error\":{\"message\":\"This model does not support response format `json_schema`.\",\"type\":\"invalid_request_error\"}}", true},
		"LM Studio": {400, `{"error":"'response_format.type' must be 'text'"}`, true},
		"FastAPI":   {422, `{"detail":[{"loc":["body","response_format","type"],"msg":"Input should be 'text'","type":"enum"}]}`, true},
		"Azure":     {400, `{"error":{"message":"response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later","type":"invalid_request_error","param":null,"code":"BadRequest"}}`, true},
		"schema":    {400, `{"error":{"message":"Invalid schema for response_format 'tower': In context=(), 'additionalProperties' is required to be supplied and to be false.","type":"invalid_request_error","param":"response_format","code":null}}`, false},
		"llama.cpp": {400, `{"error":{"code":400,"message":"JSON schema conversion failed:\nUnsupported pattern","type":"invalid_request_error"}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Voice: ragtest.Says(towerValue)})
			g := b.generator(t)
			b.Next(ragtest.Chat, ragtest.Answers(name, tt.status, "application/json", tt.body))
			for range 2 {
				if text, _, err := g.Generate(t.Context(), asked(), nil); err != nil || text != towerValue {
					t.Fatalf("text %s, error %v", text, err)
				}
			}
			want := []string{"json_schema", "json_object", "json_schema"}
			if tt.learned {
				want[2] = "json_object"
			}
			if diff := cmp.Diff(want, b.formats()); diff != "" {
				t.Errorf("forms (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("another parameter", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Voice: ragtest.Says(towerValue)})
		b.Next(ragtest.Chat, ragtest.Answers("400", 400, "application/json", `{"error":{"message":"Unknown role.","param":"messages"}}`))
		if _, _, err := b.generator(t).Generate(t.Context(), asked(), nil); !errors.Is(err, openai.ErrRejected) || len(b.Requests()) != 1 {
			t.Errorf("error %v after %d requests", err, len(b.Requests()))
		}
	})
	t.Run("a parameter besides", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Formats: []string{"json_object"}, Voice: ragtest.Says(towerValue)})
		b.Next(ragtest.Chat, ragtest.Answers("400", 400, "application/json", `{"error":{"message":"Unsupported parameter: 'max_tokens'","param":"max_tokens"}}`))
		if _, _, err := b.generator(t).Generate(t.Context(), asked(), nil); err != nil || len(b.Requests()) != 3 {
			t.Errorf("error %v after %d requests", err, len(b.Requests()))
		}
	})
}

// What a model puts around a value is taken off; what is no value is an error
// that does not hold the text.
func TestGenerateJSONTexts(t *testing.T) {
	fence := "```"
	for name, tt := range map[string]struct{ says, want string }{
		"white space":        {"\n " + towerValue + "\n", towerValue},
		"fence":              {fence + "json\n" + towerValue + "\n" + fence, towerValue},
		"fence, no language": {fence + "\n" + towerValue + "\n" + fence + "\n", towerValue},
		"thoughts":           {"<think>A {tower}?</think>\n" + towerValue, towerValue},
		"thoughts, no start": {"A {tower}?</think>\n" + towerValue, towerValue},
		"thoughts and fence": {"<think>x</think>" + fence + "json\n" + towerValue + "\n" + fence, towerValue},
		"words and fence":    {"Here it is:\n\n" + fence + "json\n" + towerValue + "\n" + fence, towerValue},
		"a list":             {"[1, 2]", "[1, 2]"},
		"a tag in a string":  {`{"name":"</think>","metres":1}`, `{"name":"</think>","metres":1}`},
		"a fence inside":     {fence + "json\n{\"name\":\"a" + fence + "b\",\"metres\":1}\n" + fence, `{"name":"a` + fence + `b","metres":1}`},
		"words":              {"The private tower is 46 metres tall.", ""},
		"two values":         {towerValue + "\n" + towerValue, ""},
		"half a value":       {`{"name":"private`, ""},
		"words behind":       {towerValue + "\nI hope that private helps.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Voice: ragtest.Says(tt.says)})
			emitted := 0
			text, _, err := b.generator(t).Generate(t.Context(), asked(), func(s string) error {
				emitted++
				return nil
			})
			if tt.want != "" {
				if err != nil || text != tt.want || emitted != 1 || len(b.Requests()) != 1 {
					t.Errorf("text %s, error %v after %d requests", text, err, len(b.Requests()))
				}
				return
			}
			if !errors.Is(err, openai.ErrNotJSON) || emitted != 0 || text != tt.says {
				t.Fatalf("text %s, error %v, emitted %d times", text, err, emitted)
			}
			checkError(t, err)
			if strings.Contains(err.Error()+b.log.String(), "private") {
				t.Errorf("the model's words in %v, or the log %s", err, b.log)
			}
			// It may not mind the parameter: it is asked once more, in words.
			if diff := cmp.Diff([]string{"json_schema", ""}, b.formats()); diff != "" {
				t.Errorf("forms (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that takes the parameter and does not mind it gets it in words.
func TestGenerateJSONIgnored(t *testing.T) {
	b := start(t, ragtest.ModelOptions{Voice: func(p rag.Prompt) (string, error) {
		if strings.Contains(p.System, towerSchema) {
			return towerValue, nil
		}
		return "46 metres.", nil
	}})
	if text, _, err := b.generator(t).Generate(t.Context(), asked(), nil); err != nil || text != towerValue {
		t.Errorf("text %s, error %v", text, err)
	}
}

// Nothing of a value is shown before it is whole, so a cut stream is asked for
// again; one that reached its limit is not.
func TestGenerateJSONFaults(t *testing.T) {
	b := start(t, ragtest.ModelOptions{Voice: ragtest.Says(towerValue)})
	g := b.generator(t)
	for name, want := range map[string]error{
		"cut-after": nil, "reset-after": nil, "error-after": nil, "loading": nil,
		"length": openai.ErrLength, "content-filter": openai.ErrContentFilter, "refusal": openai.ErrRefused, "context": openai.ErrContextLength,
	} {
		f, ok := ragtest.FaultNamed(ragtest.Chat, name)
		if !ok {
			t.Fatalf("no fault %s", name)
		}
		b.Next(ragtest.Chat, f)
		emitted := 0
		text, _, err := g.Generate(t.Context(), asked(), func(string) error { emitted++; return nil })
		switch {
		case want == nil && (err != nil || text != towerValue || emitted != 1):
			t.Errorf("%s: text %s, error %v", name, text, err)
		case want != nil && (!errors.Is(err, want) || emitted != 0):
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
	}
	gone := errors.New("gone")
	if _, _, err := g.Generate(t.Context(), asked(), func(string) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
	bad := asked()
	bad.Schema = &rag.Schema{Name: "bad", JSON: json.RawMessage(`{"type":`)}
	before := len(b.Requests())
	if _, _, err := g.Generate(t.Context(), bad, nil); err == nil || len(b.Requests()) != before {
		t.Errorf("error %v for a schema that is none", err)
	}
}

// A window that the schema in words goes beyond is noticed like any other.
func TestGenerateJSONContext(t *testing.T) {
	b := start(t, ragtest.ModelOptions{Window: 600, Truncate: true, Formats: []string{}, Voice: ragtest.Says(towerValue)})
	p := asked()
	p.User = strings.Repeat("The tower stands by the sea. ", 300)
	_, _, err := b.generator(t).Generate(t.Context(), p, nil)
	if !errors.Is(err, openai.ErrContextLength) {
		t.Errorf("error %v", err)
	}
}
