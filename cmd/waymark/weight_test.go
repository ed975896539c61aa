package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag/ragtest"
)

// TestEmbedWeight holds that the share of the vectors can be measured, is kept with what was
// ingested, and stays through later ingests.
func TestEmbedWeight(t *testing.T) {
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	set, data := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"corpus.jsonl":  `{"_id": "1", "title": "Tower", "text": "The tower is high."}` + "\n" + `{"_id": "2", "title": "Bell", "text": "The bell is loud."}` + "\n",
		"queries.jsonl": `{"_id": "a", "text": "how high is the tower"}` + "\n",
		"qrels.tsv":     "query-id\tcorpus-id\tscore\na\t1\t1\n",
	} {
		if err := os.WriteFile(filepath.Join(set, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"WAYMARK_EMBED_URL=" + model.URL(), "WAYMARK_EMBED_MODEL=pretend", "WAYMARK_DATA=" + data}
	r := command(t, "", env, "eval", "retrieval", "--weights", set)
	if r.code != exitOK || strings.Count(r.stdout, "weight ") != 13 || !strings.Contains(r.stdout, "Best: WAYMARK_EMBED_WEIGHT=") {
		t.Errorf("measured: %+v", r)
	}
	if r := command(t, "", nil, "eval", "retrieval", "--weights", set); r.code != exitUsage || !strings.Contains(r.stderr, "WAYMARK_EMBED_MODEL") {
		t.Errorf("without a model: %+v", r)
	}
	weight := func() string {
		t.Helper()
		current, err := os.ReadFile(filepath.Join(data, "index", "CURRENT"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := os.ReadFile(filepath.Join(data, "index", strings.TrimSpace(string(current)), "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(m), `"weight": `)
		return strings.TrimSpace(strings.FieldsFunc(rest, func(r rune) bool { return r == '\n' || r == '}' })[0])
	}
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"ingest", "testdata/lights"}, "0.5"},
		{[]string{"ingest", "--embed-weight", "0.7", "testdata/lights"}, "0.7"},
		{[]string{"ingest", "testdata/bridges"}, "0.7"},
		{[]string{"ingest", "--embed-weight", "0.2", "--rebuild"}, "0.2"},
	} {
		if r := command(t, "", env, step.args...); r.code != exitOK || weight() != step.want {
			t.Errorf("%v: weight %s, want %s: %+v", step.args, weight(), step.want, r)
		}
	}
	if r := command(t, "", env, "ask", "--embed-weight", "1.5", "x"); r.code != exitUsage || !strings.Contains(r.stderr, "share above 0 up to 1") {
		t.Errorf("a weight above 1: %+v", r)
	}
}
