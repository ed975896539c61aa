package openai_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// azure starts a server like Azure's, where a resource name leads.
func azure(t *testing.T) *bench {
	t.Helper()
	b := start(t, ragtest.ModelOptions{Shape: ragtest.AzureShape, Models: []string{"pretend", "small"}})
	address := strings.TrimPrefix(b.Root(), "http://")
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	b.cfg.Transport = transport
	return b
}

func TestAzure(t *testing.T) {
	for name, tt := range map[string]struct{ base, path, query string }{
		"deployment":              {"http://name.openai.azure.com/openai/deployments/pretend?api-version=2024-10-21", "/openai/deployments/pretend/", "api-version=2024-10-21"},
		"deployment, final slash": {"http://name.openai.azure.com/openai/deployments/pretend/?api-version=2024-10-21", "/openai/deployments/pretend/", "api-version=2024-10-21"},
		"behind a gateway":        {"http://models.example.org/openai/deployments/small?api-version=2024-10-21", "/openai/deployments/small/", "api-version=2024-10-21"},
		"v1":                      {"http://name.openai.azure.com/openai/v1", "/openai/v1/", ""},
		"v1, final slash":         {"http://name.openai.azure.com/openai/v1/", "/openai/v1/", ""},
		"v1, preview":             {"http://name.services.ai.azure.com/openai/v1?api-version=preview", "/openai/v1/", "api-version=preview"},
		"v1, another host":        {"http://name.cognitiveservices.azure.com/openai/v1/", "/openai/v1/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := azure(t)
			b.cfg.BaseURL = tt.base
			text, usage, err := b.generator(t).Generate(t.Context(), towers(), nil)
			if err != nil || text != answer(t) || usage.CompletionTokens == 0 {
				t.Fatalf("text %q, usage %+v, error %v", text, usage, err)
			}
			if _, err := b.embedder(t).Embed(t.Context(), texts(2)); err != nil {
				t.Error(err)
			}
			for i, service := range []string{"chat/completions", "embeddings"} {
				r := b.Requests()[i]
				if r.Path != tt.path+service || r.Query != tt.query || r.Header.Get("Api-Key") != canary || r.Header.Get("Authorization") != "" {
					t.Errorf("request %s?%s", r.Path, r.Query)
				}
			}
			if err := b.generator(t).Check(t.Context()); err != nil {
				t.Errorf("check: %v", err)
			}
		})
	}
}

func TestAzureErrors(t *testing.T) {
	b := azure(t)
	b.cfg.BaseURL = b.URL()
	g := b.generator(t)
	for name, want := range map[string]error{
		"azure-rate-limit": openai.ErrBusy, "azure-bad-key": openai.ErrAuth, "azure-no-deployment": openai.ErrNotFound, "content-policy": openai.ErrContentFilter,
	} {
		b.Always(ragtest.Chat, fault(t, ragtest.Chat, name))
		_, _, err := g.Generate(t.Context(), towers(), nil)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		checkError(t, err)
	}
	b.Heal()
	b.cfg.BaseURL = strings.Replace(b.URL(), "/pretend", "/none", 1)
	err := b.generator(t).Check(t.Context())
	if !errors.Is(err, openai.ErrNotFound) || !strings.Contains(err.Error(), "the name of a deployment as the model") {
		t.Errorf("no such deployment: %v", err)
	}
	b.cfg.BaseURL, b.cfg.Key = b.URL(), "wrong-"+canary
	if err := b.generator(t).Check(t.Context()); !errors.Is(err, openai.ErrAuth) {
		t.Errorf("wrong key: %v", err)
	} else {
		checkError(t, err)
	}
	b.cfg.BaseURL = "https://name.openai.azure.com/openai/deployments/pretend"
	if _, err := openai.NewGenerator(b.cfg); err == nil || !strings.Contains(err.Error(), "?api-version=") {
		t.Errorf("no version: %v", err)
	}
}

// The path /openai/v1 alone does not make an Azure of another host.
func TestNotAzure(t *testing.T) {
	b := azure(t)
	b.cfg.BaseURL = "http://api.example.org/openai/v1"
	if err := b.generator(t).Check(t.Context()); !errors.Is(err, openai.ErrAuth) {
		t.Errorf("error %v", err)
	}
	if r := b.Requests()[0]; r.Header.Get("Api-Key") != "" || r.Header.Get("Authorization") != "Bearer "+canary {
		t.Errorf("headers %v", r.Header)
	}
}
