package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/rag/ragtest"
)

// chronicle writes a report of many passages below a new folder.
func chronicle(t *testing.T, paragraphs int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Chronicle of the harbour\n")
	for n := 1; n <= paragraphs; n++ {
		fmt.Fprintf(&b, "\n## Year %d\n\nIn the year %d the keepers counted %d ships, of which %d carried stone, and wrote every name down.\n", 1000+n, 1000+n, 7*n, 3*n)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "chronicle.md"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A lineCounter signals when so many lines were written to it.
type lineCounter struct {
	left    int
	reached chan struct{}
}

func (c *lineCounter) Write(p []byte) (int, error) {
	for range bytes.Count(p, []byte("\n")) {
		if c.left--; c.left == 0 {
			close(c.reached)
		}
	}
	return len(p), nil
}

// checkServes fails the test unless the data directory answers from the
// lights, and from them alone.
func checkServes(t *testing.T, dir, when string) {
	t.Helper()
	if r := command(t, "", nil, "reports", "--json", "--data", dir); strings.Count(r.stdout, "\n") != 1 || !strings.Contains(r.stdout, `"id":"harbour"`) {
		t.Fatalf("%s: reports: %+v", when, r)
	}
	r := command(t, "", nil, "ask", "--json", "--data", dir, "How tall is the Southern Tower?")
	if r.code != exitOK || !strings.Contains(r.stdout, "12 metres") {
		t.Fatalf("%s: ask: %+v", when, r)
	}
}

// TestIngestKilled kills an ingest at every line that it prints, and at several
// moments of the last step, which prints least. The reports from before answer
// until an ingest has ended; then the new ones do, too.
func TestIngestKilled(t *testing.T) {
	dir, more := library(t), chronicle(t, 400)
	killed := 0
	for line := 1; ; line++ {
		count := &lineCounter{left: line, reached: make(chan struct{})}
		p := startWith(t, count, nil, "ingest", "--data", dir, more)
		select {
		case <-count.reached:
		case <-p.ended:
		}
		p.kill()
		if p.cmd.ProcessState.Success() {
			break // it was quicker than the kill: there are no more lines
		}
		killed++
		if current := command(t, "", nil, "reports", "--data", dir); strings.Contains(current.stdout, "chronicle") {
			break // killed after the switch
		}
		checkServes(t, dir, fmt.Sprintf("killed at line %d: %s", line, p.stderr.String()))
	}
	if killed < 5 {
		t.Errorf("%d ingests were killed, want some at each step", killed)
	}
	if r := command(t, "", nil, "ingest", "--data", dir, more); r.code != exitOK {
		t.Fatalf("ingest after the kills: %+v", r)
	}
	r := command(t, "", nil, "ask", "--json", "--data", dir, "How many ships did the keepers count in the year 1100?")
	if !strings.Contains(r.stdout, `"report":"chronicle"`) {
		t.Errorf("the new report does not answer: %+v", r)
	}
	checkLeft(t, dir)
}

func TestIngestKilledWhileWriting(t *testing.T) {
	dir, more := library(t), chronicle(t, 400)
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		lines := &watcher{text: "index 0 of", seen: make(chan struct{})}
		p := startWith(t, lines, nil, "ingest", "--data", dir, more)
		select {
		case <-lines.seen:
		case <-p.ended:
		}
		select {
		case <-time.After(wait): // the moment of the kill
		case <-p.ended:
		}
		p.kill()
		if current := command(t, "", nil, "reports", "--data", dir); strings.Contains(current.stdout, "chronicle") {
			return
		}
		checkServes(t, dir, fmt.Sprintf("killed after %s of writing", wait))
	}
}

// A watcher signals when a text was written to it.
type watcher struct {
	text string
	all  bytes.Buffer
	seen chan struct{}
	done bool
}

func (w *watcher) Write(p []byte) (int, error) {
	w.all.Write(p)
	if !w.done && strings.Contains(w.all.String(), w.text) {
		w.done = true
		close(w.seen)
	}
	return len(p), nil
}

// checkLeft fails the test if generations of killed ingests are still there.
func checkLeft(t *testing.T, dir string) {
	t.Helper()
	old, err := filepath.Glob(filepath.Join(dir, "index", "gen-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(old) > 2 { // the current one and the one before it, which may still serve
		t.Errorf("left behind: %v", old)
	}
}

// TestIngestsMeet holds that one of two ingests at a time is told to wait, and
// that nothing of the other is lost.
func TestIngestsMeet(t *testing.T) {
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	asked, release := make(chan struct{}), make(chan struct{})
	model.Next(ragtest.Embeddings, ragtest.Fault{Name: "held back", Play: func(c *ragtest.Call) {
		close(asked)
		<-release
		c.Answer()
	}})
	dir := t.TempDir()
	env := []string{"WAYMARK_EMBED_URL=" + model.URL(), "WAYMARK_EMBED_MODEL=pretend", "WAYMARK_DATA=" + dir}
	first := start(t, env, "ingest", "testdata/lights")
	<-asked
	second := command(t, "", env, "ingest", "testdata/bridges")
	close(release)
	if second.code != exitFailure || !strings.Contains(second.stderr, "another ingest is writing to this data directory") || !strings.Contains(second.stderr, "waymark: hint: wait until") {
		t.Errorf("an ingest beside another: %+v", second)
	}
	if code := first.wait(); code != exitOK {
		t.Fatalf("the first ingest: exit code %d", code)
	}
	if r := command(t, "", env, "ingest", "testdata/bridges"); r.code != exitOK || !strings.Contains(r.stdout, "2 reports, ") {
		t.Errorf("an ingest after another: %+v", r)
	}
}

// TestOtherEmbedder holds that an index and the embedding model that made it go
// together, with a word on what to do when they do not.
func TestOtherEmbedder(t *testing.T) {
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	dir := library(t)
	env := []string{"WAYMARK_EMBED_URL=" + model.URL(), "WAYMARK_EMBED_MODEL=pretend", "WAYMARK_DATA=" + dir}
	r := command(t, "", env, "ask", "How tall is the Southern Tower?")
	if r.code != exitFailure || !strings.Contains(r.stderr, "waymark ingest --rebuild") || r.stdout != "" {
		t.Fatalf("ask with another embedder: %+v", r)
	}
	if r := command(t, "", env, "ingest", "--rebuild"); r.code != exitOK {
		t.Fatalf("rebuild: %+v", r)
	}
	if r := command(t, "", env, "ask", "--json", "How tall is the Southern Tower?"); r.code != exitOK || !strings.Contains(r.stdout, "12 metres") {
		t.Errorf("ask after the rebuild: %+v", r)
	}
	if r := command(t, "", env, "check"); r.code != exitOK || !strings.Contains(r.stdout, "embedder  ok: pretend") {
		t.Errorf("check: %+v", r)
	}

	// Without its model a search cannot say anything, and one line's failure does
	// not stop the next.
	fault, ok := ragtest.FaultNamed(ragtest.Embeddings, "not-found-vllm")
	if !ok {
		t.Fatal("no such fault")
	}
	model.Always(ragtest.Embeddings, fault)
	lines := `{"id": "a", "question": "tower"}` + "\n" + `{"id": "b", "question": "bell"}` + "\n"
	r = command(t, lines, env, "search", "--jsonl")
	if r.code != exitFailure || strings.Count(r.stdout, `"error":"`) != 2 || !strings.Contains(r.stdout, `{"id":"b","question":"bell","error":`) {
		t.Errorf("search without the embedder: %+v", r)
	}
	if r := command(t, "", env, "check"); r.code != exitFailure || !strings.Contains(r.stdout, "embedder  problem: ") || !strings.Contains(r.stdout, "hint: check the name of the model") {
		t.Errorf("check without the embedder: %+v", r)
	}
}

// TestIngestEmbedsWhatIsNew holds that a model embeds a passage once: an ingest
// that adds a report sends the passages of that report alone, --rebuild all.
func TestIngestEmbedsWhatIsNew(t *testing.T) {
	model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	dir := t.TempDir()
	env := []string{"WAYMARK_EMBED_URL=" + model.URL(), "WAYMARK_EMBED_MODEL=pretend", "WAYMARK_DATA=" + dir}
	ingest := func(args ...string) (texts int, passages map[string]int) {
		t.Helper()
		before := len(model.Requests())
		if r := command(t, "", env, append([]string{"ingest"}, args...)...); r.code != exitOK {
			t.Fatalf("ingest %v: %+v", args, r)
		}
		for _, r := range model.Requests()[before:] {
			texts += len(r.Inputs)
		}
		passages = map[string]int{}
		for line := range strings.Lines(command(t, "", env, "reports", "--json").stdout) {
			var report reportJSON
			if err := json.Unmarshal([]byte(line), &report); err != nil {
				t.Fatal(err)
			}
			passages[report.ID] = report.Passages
		}
		return texts, passages
	}
	if texts, passages := ingest("testdata/lights"); texts == 0 || texts != passages["harbour"] {
		t.Errorf("%d texts embedded for the first report, which has %d passages", texts, passages["harbour"])
	}
	if texts, passages := ingest("testdata/bridges"); texts == 0 || texts != passages["bridges"] {
		t.Errorf("%d texts embedded for the second report, which has %d passages", texts, passages["bridges"])
	}
	if texts, passages := ingest("--remove", "harbour"); texts >= passages["bridges"] { // one may lose a short name that the other report told
		t.Errorf("%d texts embedded when a report was removed, of %d that stay", texts, passages["bridges"])
	}
	if texts, passages := ingest("--rebuild"); texts == 0 || texts != passages["bridges"] {
		t.Errorf("%d texts embedded by --rebuild, want all %d", texts, passages["bridges"])
	}
}

// TestOtherFormat holds that an index of another version of the program comes
// with a word on how to get rid of it, and that this helps.
func TestOtherFormat(t *testing.T) {
	dir := library(t)
	manifests, err := filepath.Glob(filepath.Join(dir, "index", "gen-*", "manifest.json"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("manifests: %v, %v", manifests, err)
	}
	for _, name := range manifests {
		if err := os.WriteFile(name, []byte(`{"format": 0}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := "run `waymark ingest --replace --data " + dir + " PATH...` with the paths of the reports\n"
	for _, args := range [][]string{{"ask", "How tall is the Southern Tower?"}, {"ingest", "testdata/bridges"}, {"ingest", "--rebuild"}} {
		r := command(t, "", nil, append(args, "--data", dir)...)
		if r.code != exitFailure || !strings.HasSuffix(r.stderr, want) || strings.Contains(r.stderr, "--rebuild") {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if r := command(t, "", nil, "ingest", "--replace", "testdata/lights", "--data", dir); r.code != exitOK {
		t.Fatalf("ingest --replace: %+v", r)
	}
	checkServes(t, dir, "after --replace")
}

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	for done := 0; done <= 1000; done++ {
		p.report("embed", done, 1000)
	}
	p.report("index", 0, 0)
	p.end()
	if n := strings.Count(b.String(), "\n"); n != 12 {
		t.Errorf("%d lines, want one a tenth and one for the next step:\n%s", n, &b)
	}
	if !strings.HasPrefix(b.String(), "embed 0 of 1000\n") || !strings.HasSuffix(b.String(), "embed 1000 of 1000\nindex 0 of 0\n") {
		t.Errorf("beginning or end is missing:\n%s", &b)
	}
}
