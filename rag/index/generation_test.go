package index

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// checkEdition sees that ix holds one edition and all of it, and returns its number.
func checkEdition(t *testing.T, ix *Index, passages int) int {
	t.Helper()
	if len(ix.Reports()) != 1 {
		t.Fatalf("%d reports, want 1", len(ix.Reports()))
	}
	var number int
	if _, err := fmt.Sscanf(ix.Reports()[0].ID, "edition-%d", &number); err != nil {
		t.Fatal(err)
	}
	want := edition(number, passages)
	if diff := cmp.Diff(want, Content{Reports: ix.Reports(), Passages: ix.Passages(), Projects: ix.Projects(), Facts: ix.Facts()}); diff != "" {
		t.Errorf("contents of edition %d (-want +got):\n%s", number, diff)
	}
	last := want.Passages[passages-1]
	v, err := ragtest.WordEmbedder{}.Embed(context.WithoutCancel(t.Context()), []string{last.Text})
	if err != nil {
		t.Fatal(err)
	}
	words := fmt.Sprintf("leaf%d edition%d", passages-1, number)
	hits, err := ix.Search(context.WithoutCancel(t.Context()), rag.Query{Text: words, Vector: v[0]})
	if err != nil || len(hits) == 0 || hits[0].ID != last.ID || hits[0].Lexical <= 0 || hits[0].Vector < 0.99 {
		t.Errorf("search %q: %+v, %v, want %s first, by words and by vector", words, hits, err, last.ID)
	}
	return number
}

func TestSwitch(t *testing.T) {
	dir := t.TempDir()
	e := &watched{}
	if _, err := Current(dir); !errors.Is(err, ErrNoIndex) {
		t.Errorf("Current of nothing: %v, want ErrNoIndex", err)
	}
	if _, err := Open(dir, e); !errors.Is(err, ErrNoIndex) {
		t.Errorf("Open of nothing: %v, want ErrNoIndex", err)
	}
	var names []string
	var readers []*Index
	for number := 1; number <= 4; number++ {
		m := build(t, dir, edition(number, 20), e)
		if want := (Counts{Reports: 1, Passages: 20, Projects: 1}); m.Counts != want {
			t.Errorf("counts %+v, want %+v", m.Counts, want)
		}
		names = append(names, current(t, dir))
		readers = append(readers, open(t, dir, e))
		if diff := cmp.Diff(m, readers[number-1].Manifest()); diff != "" {
			t.Errorf("manifest (-built +opened):\n%s", diff)
		}
		for i, ix := range readers { // the folders of the older ones are gone by now
			if got := checkEdition(t, ix, 20); got != i+1 {
				t.Errorf("reader %d shows edition %d", i+1, got)
			}
		}
	}
	if slices.Sort(names); len(slices.Compact(names)) != 4 {
		t.Errorf("current generations %v, want four names", names)
	}
	if got := folders(t, dir); !slices.Equal(got, names[2:]) {
		t.Errorf("folders %v, want the current one and the one before", got)
	}
}

// TestOpenBesideBuilds opens while generations come and go.
func TestOpenBesideBuilds(t *testing.T) {
	dir := t.TempDir()
	e := ragtest.WordEmbedder{}
	build(t, dir, edition(1, 5), e)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			before := 1
			for ctx.Err() == nil {
				ix, err := Open(dir, e)
				if err != nil {
					t.Errorf("open beside a build: %v", err)
					return
				}
				number := checkEdition(t, ix, 5)
				if number < before {
					t.Errorf("edition %d after %d", number, before)
				}
				before = number
				if err := ix.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for number := 2; number <= 20; number++ {
		if _, err := Build(t.Context(), dir, edition(number, 5), e, nil); err != nil {
			t.Errorf("build beside readers: %v", err)
		}
	}
	cancel()
	wg.Wait()
}

func TestClearStale(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, edition(1, 3), &watched{})
	first := current(t, dir)
	root := filepath.Join(dir, indexDir)
	for _, name := range []string{"gen-1", "gen-unfinished/bleve/store", "gen-20990101T000000.000000000", "notes"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	build(t, dir, edition(2, 3), &watched{})
	if got, want := folders(t, dir), []string{first, current(t, dir)}; !slices.Equal(got, want) {
		t.Errorf("generations %v, want %v", got, want)
	}
	if _, err := os.Stat(filepath.Join(root, "notes")); err != nil {
		t.Errorf("a foreign folder: %v", err)
	}
	checkEdition(t, open(t, dir, &watched{}), 3)
}

// generationFiles returns all files of dir's current generation.
func generationFiles(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	gen := filepath.Join(dir, indexDir, current(t, dir))
	err := filepath.WalkDir(gen, func(file string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, file)
		}
		return err
	})
	if err != nil || len(out) < 8 {
		t.Fatalf("files of %s: %v, %v", gen, out, err)
	}
	return out
}

func TestDamage(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, edition(1, 30), &watched{})
	damages := map[string]func([]byte) []byte{
		"gone":   nil,
		"empty":  func([]byte) []byte { return []byte{} },
		"half":   func(b []byte) []byte { return b[:len(b)/2] },
		"zeroes": func(b []byte) []byte { return make([]byte, len(b)) },
		"longer": func(b []byte) []byte { return append(b, '{') },
		"bit": func(b []byte) []byte {
			b[len(b)/2] ^= 1
			return b
		},
	}
	for _, file := range generationFiles(t, dir) {
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, damage := range damages {
			if filepath.Base(file) == manifestFile && name == "bit" {
				continue // nothing sums up the manifest itself
			}
			err := os.Remove(file)
			if damage != nil {
				err = os.WriteFile(file, damage(slices.Clone(good)), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			ix, err := Open(dir, &watched{})
			if err == nil {
				t.Errorf("%s %s: no error", filepath.Base(file), name)
				_ = ix.Close()
			} else if !strings.Contains(err.Error(), file) {
				t.Errorf("%s %s: %q does not name the file", filepath.Base(file), name, err)
			}
		}
		if err := os.WriteFile(file, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	checkEdition(t, open(t, dir, &watched{}), 30)
	if err := os.Truncate(generationFiles(t, dir)[0], 1); err != nil {
		t.Fatal(err)
	}
	build(t, dir, edition(2, 30), &watched{})
	if got := checkEdition(t, open(t, dir, &watched{}), 30); got != 2 {
		t.Errorf("edition %d after the next build, want 2", got)
	}
}

// TestDamagedCurrent: the next build mends it, and no folder that may be the
// current one is cleared away before.
func TestDamagedCurrent(t *testing.T) {
	for _, content := range []string{"", "\n", "gen-../gen-x", "../gen-x", "garbage", "gen-nowhere\n", strings.Repeat("\x00", 30)} {
		dir := t.TempDir()
		build(t, dir, edition(1, 3), &watched{})
		first := current(t, dir)
		file := filepath.Join(dir, indexDir, currentFile)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, &watched{})
		if err == nil || errors.Is(err, ErrNoIndex) || !strings.Contains(err.Error(), filepath.Join(dir, indexDir)) {
			t.Errorf("CURRENT %q: open gives %v", content, err)
		}
		if _, err := Build(t.Context(), dir, edition(2, 3), &watched{before: func(int) error { return errors.New("down") }}, nil); err == nil {
			t.Error("a failing embedder is no error")
		}
		if !strings.HasPrefix(content, "gen-nowhere") && !slices.Contains(folders(t, dir), first) {
			t.Errorf("CURRENT %q: a failing build clears %s away", content, first)
		}
		build(t, dir, edition(2, 3), &watched{})
		if got := checkEdition(t, open(t, dir, &watched{}), 3); got != 2 {
			t.Errorf("CURRENT %q: edition %d after the next build", content, got)
		}
	}
}

func TestMismatch(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, edition(1, 3), &watched{dim: -1})
	check := func(t *testing.T, err error, run string, parts ...string) {
		t.Helper()
		var mismatch *MismatchError
		if !errors.As(err, &mismatch) || mismatch.Dir != dir {
			t.Fatalf("error %v, want a MismatchError of %s", err, dir)
		}
		for _, part := range append(parts, "waymark ingest "+run+" --data "+dir) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %q does not say %q", err, part)
			}
		}
	}
	t.Run("name", func(t *testing.T) {
		_, err := Open(dir, &watched{name: "other"})
		check(t, err, "--rebuild", "embedder watched (64 dimensions)", "embedder other (64 dimensions)")
	})
	t.Run("dimensions", func(t *testing.T) {
		_, err := Open(dir, &watched{dim: 32})
		check(t, err, "--rebuild", "(64 dimensions)", "(32 dimensions)")
	})
	for _, e := range []rag.Embedder{nil, &watched{}, &watched{dim: -1}} {
		ix := open(t, dir, e)
		if name, dim := ix.Embedder(); name != "watched" || dim != 64 {
			t.Errorf("Embedder is %q, %d", name, dim)
		}
		checkEdition(t, ix, 3)
	}
	manifest := filepath.Join(dir, indexDir, current(t, dir), manifestFile)
	for _, content := range []string{`{"format": 2}`, `{"format": 2, "files": ["a"], "embedder": "x"}`, `{}`} {
		if err := os.WriteFile(manifest, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, &watched{})
		check(t, err, "--replace", "index format 1", " PATH...")
	}
}

func TestBusy(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, edition(1, 3), &watched{})
	started, release := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := Build(t.Context(), dir, edition(2, 3), &watched{before: func(int) error {
			close(started)
			<-release
			return nil
		}}, nil)
		done <- err
	}()
	<-started
	before := folders(t, dir)
	if _, err := Build(t.Context(), dir, edition(3, 3), &watched{}, nil); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second build: %v, want ErrBusy of %s", err, dir)
	}
	if got := folders(t, dir); !slices.Equal(got, before) {
		t.Errorf("the refused build leaves %v of %v", got, before)
	}
	if got := checkEdition(t, open(t, dir, &watched{}), 3); got != 1 {
		t.Errorf("edition %d while the second is built", got)
	}
	close(release)
	if err := <-done; err != nil {
		t.Errorf("first build: %v", err)
	}
	if got := checkEdition(t, open(t, dir, &watched{}), 3); got != 2 {
		t.Errorf("edition %d after it", got)
	}
	build(t, dir, edition(3, 3), &watched{})
}

// TestBuildFails: whatever fails, the old generation serves and nothing is left.
func TestBuildFails(t *testing.T) {
	down := errors.New("model is down")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	type test struct {
		e        *watched
		ctx      context.Context //nolint:containedctx // one row of a table
		progress Progress
		want     string
		is       error
	}
	inside, stop := context.WithCancel(t.Context())
	defer stop()
	late, stopLate := context.WithCancel(t.Context())
	defer stopLate()
	for name, test := range map[string]test{
		"first call":   {e: &watched{before: func(int) error { return down }}, want: "embed passages from edition-2#1", is: down},
		"second batch": {e: &watched{before: failAt(2, down)}, want: "embed passages from edition-2#65", is: down},
		"too few":      {e: &watched{after: func(_ int, v [][]float32) [][]float32 { return v[1:] }}, want: "63 vectors for 64 texts"},
		"short vector": {e: &watched{after: func(_ int, v [][]float32) [][]float32 {
			v[3] = v[3][:5]
			return v
		}}, want: "embed passage edition-2#4"},
		"no vector": {e: &watched{dim: -1, after: func(_ int, v [][]float32) [][]float32 {
			v[0] = nil
			return v
		}}, want: "embed passage edition-2#1"},
		"other dimensions": {e: &watched{dim: 8}, want: "want 8"},
		"ended before":     {e: &watched{}, ctx: ended, is: context.Canceled},
		"ended inside":     {e: &watched{before: func(int) error { stop(); return nil }}, ctx: inside, is: context.Canceled},
		"ended at the list": {e: &watched{}, ctx: late, is: context.Canceled, progress: func(step string, _, _ int) {
			if step == "index" {
				stopLate()
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			build(t, dir, edition(1, 3), &watched{})
			before := current(t, dir)
			ctx := test.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			_, err := Build(ctx, dir, edition(2, 150), test.e, test.progress)
			if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
				t.Fatalf("error %v, want %q, %v", err, test.want, test.is)
			}
			if now := current(t, dir); now != before || !slices.Equal(folders(t, dir), []string{before}) {
				t.Errorf("current %s of %v, want %s alone", now, folders(t, dir), before)
			}
			if got := checkEdition(t, open(t, dir, &watched{}), 3); got != 1 {
				t.Errorf("edition %d serves, want 1", got)
			}
		})
	}
}

func failAt(call int, err error) func(int) error {
	return func(n int) error {
		if n == call {
			return err
		}
		return nil
	}
}

// TestMemoryFails: an index in memory that cannot be whole is none.
func TestMemoryFails(t *testing.T) {
	down := errors.New("model is down")
	if _, err := Memory(t.Context(), edition(1, 150), &watched{before: failAt(2, down)}); !errors.Is(err, down) {
		t.Errorf("failing embedder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := &watched{after: func(call int, v [][]float32) [][]float32 {
		if call == 3 {
			cancel() // when all texts are embedded, none is added
		}
		return v
	}}
	if ix, err := Memory(ctx, edition(1, 150), e); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
		_ = ix.Close()
	}
}

func TestMemoryWithoutEmbedder(t *testing.T) {
	ix := memory(t, edition(1, 3), nil)
	if name, dim := ix.Embedder(); name != "" || dim != 0 {
		t.Errorf("Embedder is %q, %d", name, dim)
	}
	hits, err := ix.Search(t.Context(), rag.Query{Text: "leaf2", Vector: []float32{1}})
	if err != nil || len(hits) == 0 || hits[0].ID != "edition-1#3" || hits[0].Vector != 0 || hits[0].Score <= 0 {
		t.Errorf("hits %+v, %v", hits, err)
	}
	if got := ix.Manifest().Embedder.String(); got != "no embedder" {
		t.Errorf("embedder reads %q", got)
	}
}

func TestProgress(t *testing.T) {
	var got []string
	_, err := Build(t.Context(), t.TempDir(), edition(1, 130), &watched{}, func(step string, done, total int) {
		got = append(got, fmt.Sprintf("%s %d/%d", step, done, total))
	})
	want := []string{"embed 0/130", "embed 64/130", "embed 128/130", "embed 130/130", "index 0/130", "index 130/130"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, progress (-want +got):\n%s", err, diff)
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	start := time.Now()
	m := build(t, dir, edition(1, 3), Lexical{})
	if m.Format != FormatVersion || m.Created.Before(start.Add(-time.Second)) || m.Created.After(time.Now()) {
		t.Errorf("manifest %+v", m)
	}
	if want := (EmbedderInfo{Name: Lexical{}.Name(), Dimensions: lexicalDimensions, Weight: lexicalWeight}); m.Embedder != want {
		t.Errorf("embedder %+v, want %+v", m.Embedder, want)
	}
	if got := build(t, dir, edition(1, 3), &watched{}).Embedder; got.Weight != modelWeight {
		t.Errorf("weight of another embedder %v, want %v", got.Weight, modelWeight)
	}
	files := generationFiles(t, dir)
	if len(m.Files) != len(files)-1 { // all but itself
		t.Errorf("manifest sums up %d of the files %v", len(m.Files), files)
	}
}

// TestOpenWithoutFacts holds that a generation of an older program, which kept no facts, opens.
func TestOpenWithoutFacts(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, edition(1, 3), ragtest.WordEmbedder{})
	name, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	gen := filepath.Join(dir, indexDir, name)
	if err := os.Remove(filepath.Join(gen, factsFile)); err != nil {
		t.Fatal(err)
	}
	m, err := os.ReadFile(filepath.Join(gen, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var manifest map[string]any
	if err := json.Unmarshal(m, &manifest); err != nil {
		t.Fatal(err)
	}
	delete(manifest["files"].(map[string]any), factsFile)
	if m, err = json.Marshal(manifest); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(gen, manifestFile), m, 0o644); err != nil {
		t.Fatal(err)
	}
	ix, err := Open(dir, ragtest.WordEmbedder{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ix.Close() }()
	if len(ix.Facts()) != 0 || len(ix.Passages()) != 3 {
		t.Errorf("%d facts, %d passages", len(ix.Facts()), len(ix.Passages()))
	}
}
