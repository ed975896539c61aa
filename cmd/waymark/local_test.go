package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag/ragtest"
)

// localModel writes a small embedding model into dir/tiny.
func localModel(t *testing.T, dir string, words ...string) {
	t.Helper()
	if err := ragtest.NewSentenceModel(words...).Write(filepath.Join(dir, "tiny")); err != nil {
		t.Fatal(err)
	}
}

// TestLocalModel holds that reports are ingested and found with a model in a
// folder, with no server.
func TestLocalModel(t *testing.T) {
	dir := t.TempDir()
	localModel(t, dir, "harbour", "light", "lights", "tower", "northern", "southern", "tall", "metres", "coast", "灯", "塔")
	env := []string{"WAYMARK_EMBED_MODEL=local:" + filepath.Join(dir, "tiny"), "WAYMARK_DATA=" + filepath.Join(dir, "data")}
	r := command(t, "", env, "ingest", "testdata/lights")
	if r.code != exitOK || !regexp.MustCompile(`found by BM25 and onnx:tiny@[0-9a-f]{12}`).MatchString(r.stdout) {
		t.Fatalf("ingest: %+v", r)
	}
	if r := command(t, "", env, "search", "--json", "northern tower"); r.code != exitOK || !strings.Contains(r.stdout, `"report":"harbour"`) {
		t.Errorf("search: %+v", r)
	}
	if r := command(t, "", env, "ask", "--json", "How tall is the Northern Tower?"); r.code != exitOK || !strings.Contains(r.stdout, "42 metres") {
		t.Errorf("ask: %+v", r)
	}
	if r := command(t, "", env, "check"); r.code != exitOK || !strings.Contains(r.stdout, "embedder  ok: local:") {
		t.Errorf("check: %+v", r)
	}

	// Another model in the same place is another embedder.
	localModel(t, dir, "something", "else")
	if r := command(t, "", env, "ask", "How tall is the Northern Tower?"); r.code != exitFailure || !strings.Contains(r.stderr, "waymark ingest --rebuild") {
		t.Errorf("ask with another model of the same name: %+v", r)
	}
	if r := command(t, "", env, "ingest", "--rebuild"); r.code != exitOK {
		t.Errorf("rebuild: %+v", r)
	}
	if r := command(t, "", env, "ask", "--json", "How tall is the Northern Tower?"); r.code != exitOK || !strings.Contains(r.stdout, "42 metres") {
		t.Errorf("ask after the rebuild: %+v", r)
	}
}

// TestLocalModelBesideConfiguration holds that a folder in waymark.yaml counts
// from there, as all paths in it do.
func TestLocalModelBesideConfiguration(t *testing.T) {
	dir := t.TempDir()
	localModel(t, dir, "harbour")
	name := filepath.Join(dir, "waymark.yaml")
	if err := os.WriteFile(name, []byte("embed_model: local:tiny\ndata: data\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := command(t, "", nil, "check", "--config", name); r.code != exitOK || !strings.Contains(r.stdout, "embedder  ok: local:tiny") {
		t.Errorf("check: %+v", r)
	}
}

func TestBadLocalModel(t *testing.T) {
	empty := t.TempDir()
	for name, c := range map[string]struct {
		env  []string
		args []string
		want string
	}{
		"no folder":   {[]string{"WAYMARK_EMBED_MODEL=local:"}, nil, `^waymark: error: WAYMARK_EMBED_MODEL: no folder after local:; for example WAYMARK_EMBED_MODEL=local:models/all-MiniLM-L6-v2\n`},
		"a flag":      {nil, []string{"--embed-model", "local: "}, `^waymark: error: --embed-model: no folder after local:; for example `},
		"missing":     {[]string{"WAYMARK_EMBED_MODEL=local:nowhere/at-all"}, nil, `^waymark: error: WAYMARK_EMBED_MODEL: stat nowhere/at-all: no such file or directory; want the folder of a sentence model; for example `},
		"empty":       {[]string{"WAYMARK_EMBED_MODEL=local:" + empty}, nil, `neither model.onnx nor onnx/model.onnx is there; for example `},
		"with server": {[]string{"WAYMARK_EMBED_MODEL=local:x", "WAYMARK_EMBED_URL=http://127.0.0.1:1"}, nil, `^waymark: error: WAYMARK_EMBED_MODEL: local:x needs no server, but WAYMARK_EMBED_URL is set; want one of them; for example `},
		"with key":    {[]string{"WAYMARK_EMBED_MODEL=local:x", "WAYMARK_EMBED_KEY=secret-word"}, nil, `^waymark: error: WAYMARK_EMBED_MODEL: local:x needs no key, but WAYMARK_EMBED_KEY is set; for example `},
	} {
		t.Run(name, func(t *testing.T) {
			r := command(t, "", append(c.env, "WAYMARK_DATA="+t.TempDir()), append(c.args, "search", "light")...)
			if r.code != exitUsage || r.stdout != "" || !regexp.MustCompile(c.want).MatchString(r.stderr) {
				t.Errorf("%+v, want exit code %d and %s", r, exitUsage, c.want)
			}
		})
	}
}
