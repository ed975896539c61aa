package openai_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag/openai"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func TestCheck(t *testing.T) {
	b := start(t, ragtest.ModelOptions{})
	if err := b.generator(t).Check(t.Context()); err != nil {
		t.Error(err)
	}
	if n := b.count(ragtest.Chat); n != 0 {
		t.Errorf("%d chat requests although the list holds the model", n)
	}
	e := b.embedder(t)
	if err := e.Check(t.Context()); err != nil || e.Dimensions() != 64 {
		t.Errorf("error %v, %d dimensions", err, e.Dimensions())
	}
	if err := b.reranker(t).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A model that the list does not hold, or a server without a list, is asked.
func TestCheckAsks(t *testing.T) {
	for name, setUp := range map[string]func(*bench){
		"alias": func(b *bench) { b.cfg.Model = "an-alias" },
		"no list": func(b *bench) {
			b.Always(ragtest.Models, ragtest.Answers("404", 404, "text/plain", "404 page not found"))
		},
		"list forbidden": func(b *bench) {
			b.Always(ragtest.Models, ragtest.Answers("403", 403, "application/json", `{"error":{"message":"restricted key"}}`))
		},
		"says nothing": func(b *bench) {
			b.cfg.Model = "an-alias"
			b.SetVoice(ragtest.Says(""))
		},
		"stops at its limit": func(b *bench) {
			b.cfg.Model = "an-alias"
			f, _ := ragtest.FaultNamed(ragtest.Chat, "length")
			b.Always(ragtest.Chat, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{})
			setUp(b)
			if err := b.generator(t).Check(t.Context()); err != nil || b.count(ragtest.Chat) != 1 {
				t.Errorf("error %v after %d chat requests", err, b.count(ragtest.Chat))
			}
		})
	}
}

func TestCheckFails(t *testing.T) {
	type checker interface{ Check(context.Context) error }
	makers := map[string]func(*bench, *testing.T) checker{
		"generator": func(b *bench, t *testing.T) checker { return b.generator(t) },
		"embedder":  func(b *bench, t *testing.T) checker { return b.embedder(t) },
		"reranker":  func(b *bench, t *testing.T) checker { return b.reranker(t) },
	}
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			b := start(t, ragtest.ModelOptions{Models: []string{"one", "two"}})
			b.cfg.Key = "wrong-" + canary
			if err := maker(b, t).Check(t.Context()); !errors.Is(err, openai.ErrAuth) {
				t.Errorf("wrong key: %v", err)
			} else {
				checkError(t, err)
			}
			b.cfg.Key = canary
			for _, r := range []ragtest.Route{ragtest.Models, ragtest.Chat, ragtest.Embeddings, ragtest.Rerank} {
				f, _ := ragtest.FaultNamed(r, "loading-seconds")
				b.Always(r, f)
			}
			if err := maker(b, t).Check(t.Context()); !errors.Is(err, openai.ErrBusy) || len(b.waits) != 0 {
				t.Errorf("busy: %v after the waits %v", err, b.waits)
			}
			b.Heal()
			b.Always(ragtest.Models, ragtest.Answers("404", 404, "text/plain", ""))
			for _, r := range []ragtest.Route{ragtest.Chat, ragtest.Embeddings, ragtest.Rerank} {
				f, _ := ragtest.FaultNamed(r, "empty")
				b.Always(r, f)
			}
			if err := maker(b, t).Check(t.Context()); !errors.Is(err, openai.ErrServer) || len(b.waits) != 0 {
				t.Errorf("failing: %v after the waits %v", err, b.waits)
			}
			b.Heal()
			b.cfg.BaseURL = b.Root() + "/v2"
			err := maker(b, t).Check(t.Context())
			if name == "reranker" { // it answers there
				return
			}
			if !errors.Is(err, openai.ErrNotFound) || !strings.Contains(err.Error(), "/v2 may need /v1 at its end") {
				t.Errorf("wrong path: %v", err)
			}
		})
	}
	t.Run("unknown model", func(t *testing.T) {
		b := start(t, ragtest.ModelOptions{Models: []string{"one", "two"}})
		err := b.generator(t).Check(t.Context())
		if !errors.Is(err, openai.ErrNotFound) || !strings.HasSuffix(err.Error(), "; the server lists: one, two") {
			t.Errorf("error %v", err)
		}
	})
}

func TestConfigErrors(t *testing.T) {
	good := openai.Config{BaseURL: "http://127.0.0.1:1/v1", Model: "m"}
	for name, tt := range map[string]struct {
		change func(*openai.Config)
		want   string
	}{
		"no URL":        {func(c *openai.Config) { c.BaseURL = "" }, "base URL: want one like"},
		"no scheme":     {func(c *openai.Config) { c.BaseURL = "127.0.0.1:1/v1" }, "base URL: want one like"},
		"other scheme":  {func(c *openai.Config) { c.BaseURL = "ftp://h/v1" }, "base URL: want one like"},
		"bad URL":       {func(c *openai.Config) { c.BaseURL = "http://u:hunter2@h:port/v1" }, "base URL: want one like"},
		"fragment":      {func(c *openai.Config) { c.BaseURL = "http://h/v1#x" }, "base URL: want one like"},
		"user and key":  {func(c *openai.Config) { c.BaseURL, c.Key = "http://u:hunter2@h/v1", canary }, "only one of them"},
		"no model":      {func(c *openai.Config) { c.Model = " " }, "model name: empty"},
		"key with line": {func(c *openai.Config) { c.Key = canary + "\n" }, "key: holds a space"},
		"key not ASCII": {func(c *openai.Config) { c.Key = canary + "é" }, "key: holds a space"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			_, err1 := openai.NewGenerator(cfg)
			_, err2 := openai.NewEmbedder(cfg)
			_, err3 := openai.NewReranker(cfg)
			for _, err := range []error{err1, err2, err3} {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				} else {
					mustNotLeak(t, "the error", err.Error())
				}
			}
		})
	}
	good.Dialect = "cohere"
	if _, err := openai.NewReranker(good); err == nil || !strings.Contains(err.Error(), `dialect "cohere"`) {
		t.Errorf("dialect: %v", err)
	}
}

// No way of printing a value of the package shows a secret.
func TestPrintingShowsNoSecret(t *testing.T) {
	cfg := openai.Config{BaseURL: "https://127.0.0.1:1/v1?k=q-secret", Key: canary, Model: "m", Transport: http.DefaultTransport}
	g, err := openai.NewGenerator(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := openai.NewEmbedder(cfg)
	r, _ := openai.NewReranker(cfg)
	cfg2 := cfg
	cfg2.Key, cfg2.BaseURL = "", "https://u:hunter2@127.0.0.1:1/v1"
	for _, v := range []any{cfg, &cfg, cfg2, g, e, r, []openai.Config{cfg}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			mustNotLeak(t, fmt.Sprintf("%T with %s", v, verb), fmt.Sprintf(verb, v))
		}
	}
	mustNotLeak(t, "the log value", cfg.LogValue().String())
	if got, want := cfg.String(), "openai.Config{BaseURL: https://127.0.0.1:1/v1, Model: m, Key: true}"; got != want {
		t.Errorf("String() = %s", got)
	}
}

// A user name becomes basic authentication and a query goes with every request;
// neither is ever shown, even when the server says it back.
func TestSecretsInTheURL(t *testing.T) {
	m, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	cfg := openai.Config{
		BaseURL: strings.Replace(m.URL(), "http://", "http://someone:hunter2@", 1) + "?api-version=1&k=q-secret",
		Model:   "pretend", Attempts: 1, Transport: transport,
	}
	g, err := openai.NewGenerator(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if text, _, err := g.Generate(t.Context(), towers(), nil); err != nil || text != answer(t) {
		t.Fatalf("text %q, error %v", text, err)
	}
	r := m.Requests()[0]
	if r.Query != "api-version=1&k=q-secret" || r.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Basic c29tZW9uZTpodW50ZXIy" {
		t.Errorf("request %s?%s with %s", r.Path, r.Query, r.Header.Get("Authorization"))
	}
	for _, name := range []string{"key-echoed", "redirect", "no-answer"} {
		f, _ := ragtest.FaultNamed(ragtest.Chat, name)
		m.Next(ragtest.Chat, f)
		_, _, err := g.Generate(t.Context(), towers(), nil)
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		checkError(t, err)
		if strings.Contains(fmt.Sprintf("%+v", err), "c29tZW9uZTpodW50ZXIy") {
			t.Errorf("%s: error %+v holds the basic authentication", name, err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err = g.Generate(t.Context(), towers(), nil)
	if !errors.Is(err, openai.ErrUnreachable) {
		t.Fatalf("error %v", err)
	}
	checkError(t, err)
}
