package index

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/waymark-bot/waymark/rag"
)

// The layout of a data directory:
//
//	DIR/index/CURRENT          the name of the current generation, one line
//	DIR/index/LOCK             held while a generation is written
//	DIR/index/gen-.../         a generation: manifest, reports, passages, projects, facts, vectors, inverted lists
//	DIR/index/embeddings.jsonl vectors of an ingest that has not finished, to go on from
const (
	indexDir    = "index"
	currentFile = "CURRENT"
	lockFile    = "LOCK"
	genPrefix   = "gen-"
)

// ErrBusy is returned by [Build] while another process writes to the same
// data directory.
var ErrBusy = errors.New("another ingest is writing to this data directory")

// Progress hears how far a build is: done of total in the step's own unit.
// It may be nil.
type Progress func(step string, done, total int)

func (p Progress) report(step string, done, total int) {
	if p != nil {
		p(step, done, total)
	}
}

// Build writes content as a new generation below dir and makes it the current
// one. Until the last step the old generation keeps serving; a build that is
// killed leaves nothing behind that the next one does not clear away, and its
// finished embeddings are used again. So are the vectors of the current
// generation: only passages that it does not hold are embedded.
func Build(ctx context.Context, dir string, c Content, e rag.Embedder, progress Progress) (Manifest, error) {
	return write(ctx, dir, c, e, progress, reuse)
}

// Rebuild is [Build] that embeds all passages anew: for a model that changed
// and kept its name.
func Rebuild(ctx context.Context, dir string, c Content, e rag.Embedder, progress Progress) (Manifest, error) {
	return write(ctx, dir, c, e, progress, nothing)
}

// A remembering is where a build takes vectors from.
type remembering func(ctx context.Context, root string, e rag.Embedder) map[string][]float32

// nothing remembers nothing.
func nothing(context.Context, string, rag.Embedder) map[string][]float32 { return nil }

func write(ctx context.Context, dir string, c Content, e rag.Embedder, progress Progress, from remembering) (Manifest, error) {
	root := filepath.Join(dir, indexDir)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return Manifest{}, fmt.Errorf("create data directory: %w", err)
	}
	lock := flock.New(filepath.Join(root, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return Manifest{}, fmt.Errorf("lock data directory: %w", err)
	}
	if !locked {
		return Manifest{}, fmt.Errorf("write to %s: %w", dir, ErrBusy)
	}
	defer func() { _ = lock.Unlock() }()

	if err := clearStale(root); err != nil {
		return Manifest{}, err
	}
	gen := filepath.Join(root, genPrefix+time.Now().UTC().Format("20060102T150405.000000000"))
	m, err := writeGeneration(ctx, root, gen, c, e, progress, from)
	if err != nil {
		_ = os.RemoveAll(gen)
		return Manifest{}, err
	}
	if err := switchTo(root, filepath.Base(gen)); err != nil {
		return Manifest{}, err
	}
	_ = os.Remove(filepath.Join(root, embeddingsFile))
	return m, nil
}

// writeGeneration fills gen and returns its manifest, which is written last.
func writeGeneration(ctx context.Context, root, gen string, c Content, e rag.Embedder, progress Progress, from remembering) (Manifest, error) {
	m := Manifest{Format: FormatVersion, Created: time.Now().UTC(), Counts: count(c)}
	if err := os.MkdirAll(gen, 0o755); err != nil {
		return m, fmt.Errorf("create generation: %w", err)
	}
	cache, err := openEmbeddings(root, e.Name())
	if err != nil {
		return m, err
	}
	cache.remember(from(ctx, root, e))
	vecs, err := embedAll(ctx, c.Passages, e, cache, progress)
	if err = errors.Join(err, cache.close()); err != nil {
		return m, err
	}
	vectors, err := newVectorIndex(ctx, c.Passages, vecs)
	if err != nil {
		return m, err
	}
	m.Embedder = describe(e, c.Weight)
	if len(vecs) > 0 {
		m.Embedder.Dimensions = len(vecs[0]) // a remote embedder may not have been called at all
	}
	if err := vectors.export(filepath.Join(gen, vectorsFile)); err != nil {
		return m, err
	}
	progress.report("index", 0, len(c.Passages))
	l, err := buildLexical(ctx, filepath.Join(gen, lexicalDir), gen, c.Passages)
	if err != nil {
		return m, err
	}
	m.Words, m.Grams = l.words, l.grams
	progress.report("index", len(c.Passages), len(c.Passages))
	if err := writeContent(gen, c); err != nil {
		return m, err
	}
	err = writeManifest(gen, &m)
	return m, err
}

func writeContent(gen string, c Content) error {
	if err := writeLines(filepath.Join(gen, reportsFile), c.Reports); err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	if err := writeLines(filepath.Join(gen, passagesFile), c.Passages); err != nil {
		return fmt.Errorf("write passages: %w", err)
	}
	if err := writeLines(filepath.Join(gen, projectsFile), c.Projects); err != nil {
		return fmt.Errorf("write projects: %w", err)
	}
	if err := writeLines(filepath.Join(gen, factsFile), c.Facts); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

// switchTo makes the generation name the current one: the content of a
// synced temporary file, renamed over CURRENT.
func switchTo(root, name string) error {
	tmp := filepath.Join(root, currentFile+".new")
	if err := writeSynced(tmp, []byte(name+"\n")); err != nil {
		return fmt.Errorf("switch generation: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(root, currentFile)); err != nil {
		return fmt.Errorf("switch generation: %w", err)
	}
	_ = syncFile(root) // make the rename last through a power cut, where the system can
	return nil
}

// clearStale removes every generation but the current one: unfinished ones and
// those before it. A process that still serves an old one has its files open.
// When it cannot be told which one is current, all stay until the next build.
func clearStale(root string) error {
	current, err := readCurrent(root)
	if err != nil && !errors.Is(err, ErrNoIndex) {
		return nil //nolint:nilerr // this build writes CURRENT anew
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("list generations: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), genPrefix) && e.Name() != current {
			if err := os.RemoveAll(filepath.Join(root, e.Name())); err != nil {
				return fmt.Errorf("remove old generation: %w", err)
			}
		}
	}
	return nil
}

func readCurrent(root string) (string, error) {
	data, err := os.ReadFile(filepath.Join(root, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNoIndex
	}
	if err != nil {
		return "", fmt.Errorf("read current generation: %w", err)
	}
	name := strings.TrimSpace(string(data))
	if !strings.HasPrefix(name, genPrefix) || filepath.Base(name) != name {
		return "", fmt.Errorf("read current generation: %s holds %.40q, want the name of a %s folder", filepath.Join(root, currentFile), name, genPrefix)
	}
	return name, nil
}

// Current returns the name of the current generation of dir, or [ErrNoIndex].
// It changes exactly when a build has finished.
func Current(dir string) (string, error) { return readCurrent(filepath.Join(dir, indexDir)) }

// Open opens the current generation of dir. It returns [ErrNoIndex] when there
// is none, and a [*MismatchError] when it was made with another format or with
// an embedder other than e. A nil e takes the index as it is.
func Open(dir string, e rag.Embedder) (*Index, error) {
	root := filepath.Join(dir, indexDir)
	for {
		name, err := readCurrent(root)
		if err != nil {
			return nil, err
		}
		ix, err := openGeneration(dir, filepath.Join(root, name), e)
		if err == nil {
			return ix, nil
		}
		if now, e := readCurrent(root); e != nil || now == name {
			return nil, err
		}
		// Builds have passed by and cleared the generation away.
	}
}

func openGeneration(dir, gen string, e rag.Embedder) (*Index, error) {
	m, err := readManifest(gen)
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	if err := checkEmbedder(dir, m.Embedder, e); err != nil {
		return nil, err
	}
	ix := &Index{manifest: m}
	if err := readContent(gen, &ix.content); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	if ix.vectors, err = openVectors(filepath.Join(gen, vectorsFile)); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	if ix.lexical, err = openLexical(filepath.Join(gen, lexicalDir), len(ix.content.Passages), lengths{m.Words, m.Grams}); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	return ix, nil
}

// checkEmbedder refuses vectors that e's queries cannot be compared with.
func checkEmbedder(dir string, have EmbedderInfo, e rag.Embedder) error {
	if e == nil {
		return nil
	}
	want := describe(e, 0)
	if have.Name == want.Name && (want.Dimensions == 0 || have.Dimensions == want.Dimensions) {
		return nil
	}
	return &MismatchError{Dir: dir, Have: have.String(), Want: want.String()}
}

func readContent(gen string, c *Content) error {
	if err := readLines(filepath.Join(gen, reportsFile), &c.Reports); err != nil {
		return err
	}
	if err := readLines(filepath.Join(gen, passagesFile), &c.Passages); err != nil {
		return err
	}
	if err := readLines(filepath.Join(gen, projectsFile), &c.Projects); err != nil {
		return err
	}
	err := readLines(filepath.Join(gen, factsFile), &c.Facts)
	if errors.Is(err, fs.ErrNotExist) { // an older program kept none
		return nil
	}
	return err
}

func writeLines[T any](file string, items []T) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, it := range items {
		if err := enc.Encode(it); err != nil {
			_ = f.Close()
			return err
		}
	}
	err = errors.Join(w.Flush(), f.Sync())
	return errors.Join(err, f.Close())
}

func readLines[T any](file string, items *[]T) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	dec := json.NewDecoder(bufio.NewReader(f))
	for dec.More() {
		var it T
		if err := dec.Decode(&it); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		*items = append(*items, it)
	}
	return nil
}
