package index

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// TestMain runs the tests, and sees that a closed index leaves no goroutine
// behind. As the child of [TestKill] it builds instead.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killVariable); dir != "" {
		buildUntilKilled(dir)
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // bleve's analysis workers run from the start
}

// edition returns a report of n passages, all of which bear the number of the
// edition.
func edition(number, n int) Content {
	id := fmt.Sprintf("edition-%d", number)
	c := Content{
		Projects: []corpus.ProjectEntry{{Name: fmt.Sprintf("Almanac %d", number)}},
		Facts:    []json.RawMessage{[]byte(`"kept as it is"`), fmt.Appendf(nil, `{"n":%d}`, number)},
	}
	r := corpus.Report{ID: id, Title: fmt.Sprintf("Edition %d", number), Language: "en"}
	for i := range n {
		start := len(r.Text)
		r.Text += fmt.Sprintf("Leaf%d of edition%d tells of sheep, weather and tides.\n", i, number)
		c.Passages = append(c.Passages, corpus.Passage{
			ID: fmt.Sprintf("%s#%d", id, i+1), Report: id, Text: r.Text[start : len(r.Text)-1],
			Start: start, End: len(r.Text) - 1, Language: "en",
		})
	}
	c.Reports = []corpus.Report{r}
	return c
}

// A watched embedder counts what it is asked, and fails on request.
type watched struct {
	ragtest.WordEmbedder
	name   string
	dim    int // what Dimensions says; -1 means not known
	texts  []string
	calls  int
	before func(call int) error // runs first, calls counted from 1
	after  func(call int, v [][]float32) [][]float32
}

func (e *watched) Name() string {
	if e.name != "" {
		return e.name
	}
	return "watched"
}

func (e *watched) Dimensions() int {
	switch e.dim {
	case 0:
		return e.WordEmbedder.Dimensions()
	case -1:
		return 0
	}
	return e.dim
}

func (e *watched) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	e.calls++
	if e.before != nil {
		if err := e.before(e.calls); err != nil {
			return nil, err
		}
	}
	v, err := e.WordEmbedder.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	e.texts = append(e.texts, texts...)
	if e.after != nil {
		v = e.after(e.calls, v)
	}
	return v, nil
}

// folders returns the names of all generations below dir, complete or not.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, indexDir))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), genPrefix) {
			out = append(out, e.Name())
		}
	}
	return out
}

func current(t *testing.T, dir string) string {
	t.Helper()
	name, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	return name
}
