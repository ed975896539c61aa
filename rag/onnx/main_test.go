package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/waymark-bot/waymark/rag/ragtest"
)

// words is the vocabulary of the tests' model.
var words = []string{"river", "bridge", "stone", "bread", "baker", "oven", "the", "of", "old", "warm", "河", "桥", "面", "包"}

// tiny writes a model into a folder called tiny and returns both.
func tiny(t *testing.T, change func(*ragtest.SentenceModel)) (*ragtest.SentenceModel, string) {
	t.Helper()
	m := ragtest.NewSentenceModel(words...)
	if change != nil {
		change(m)
	}
	dir := filepath.Join(t.TempDir(), "tiny")
	if err := m.Write(dir); err != nil {
		t.Fatal(err)
	}
	return m, dir
}

// open opens a model until the end of the test.
func open(t *testing.T, dir string) *Embedder {
	t.Helper()
	e, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// embed returns the vectors of texts.
func embed(t *testing.T, e *Embedder, texts ...string) [][]float32 {
	t.Helper()
	vectors, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(vectors) != len(texts) {
		t.Fatalf("%d vectors for %d texts", len(vectors), len(texts))
	}
	return vectors
}

// put writes a file of a model's folder.
func put(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
