package index

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Manifest describes a generation. It is written last: a folder without one
// is an unfinished generation.
type Manifest struct {
	Format   int             `json:"format"`
	Created  time.Time       `json:"created"`
	Embedder EmbedderInfo    `json:"embedder"`
	Counts   Counts          `json:"counts"`
	Words    int             `json:"words"` // terms of all passages, for BM25's average length
	Grams    int             `json:"grams"`
	Files    map[string]File `json:"files"`
}

// EmbedderInfo says what made the vectors, and what they count in the fusion.
type EmbedderInfo struct {
	Name       string  `json:"name"` // "" when the index has no vectors
	Dimensions int     `json:"dimensions"`
	Weight     float64 `json:"weight"` // of the vectors in the fused score, 0 to 1; the rest is BM25's
}

func (e EmbedderInfo) String() string {
	if e.Name == "" {
		return "no embedder"
	}
	return fmt.Sprintf("embedder %s (%d dimensions)", e.Name, e.Dimensions)
}

// Counts says how much a generation holds.
type Counts struct {
	Reports  int `json:"reports"`
	Passages int `json:"passages"`
	Projects int `json:"projects"`
}

// A File is the checksum of one file of a generation.
type File struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func count(c Content) Counts {
	return Counts{Reports: len(c.Reports), Passages: len(c.Passages), Projects: len(c.Projects)}
}

// The files of a generation.
const (
	manifestFile = "manifest.json"
	reportsFile  = "reports.jsonl"
	passagesFile = "passages.jsonl"
	projectsFile = "projects.jsonl"
	factsFile    = "facts.jsonl"
	vectorsFile  = "vectors.gob"
	lexicalDir   = "bleve"
)

// readManifest reads and checks dir's manifest and the checksums of the files
// it names.
func readManifest(dir string) (Manifest, error) {
	var m Manifest
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, fmt.Errorf("read manifest: %w", err)
	}
	var v struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return m, fmt.Errorf("read manifest %s: %w", filepath.Join(dir, manifestFile), err)
	}
	if v.Format != FormatVersion { // the rest may look different in another version
		return m, &MismatchError{
			Dir: filepath.Dir(filepath.Dir(dir)), Have: fmt.Sprintf("index format %d", v.Format), Want: fmt.Sprintf("index format %d", FormatVersion), Format: true,
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("read manifest %s: %w", filepath.Join(dir, manifestFile), err)
	}
	for name, want := range m.Files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		got, err := sum(file)
		if err != nil {
			return m, fmt.Errorf("check %s: %w", name, err)
		}
		if got != want {
			return m, fmt.Errorf("check %s: the file is damaged (its checksum differs from the manifest's): ingest the reports again", file)
		}
	}
	return m, nil
}

// writeManifest syncs and sums up all files of a generation, the inverted lists'
// too (bleve panics on damaged ones), into m and writes it.
func writeManifest(dir string, m *Manifest) error {
	m.Files = map[string]File{}
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := syncFile(file); err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		m.Files[filepath.ToSlash(name)], err = sum(file)
		return err
	})
	if err != nil {
		return fmt.Errorf("sum up generation: %w", err)
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	return writeSynced(filepath.Join(dir, manifestFile), append(data, '\n'))
}

func sum(file string) (File, error) {
	f, err := os.Open(file)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, err
	}
	return File{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// syncFile waits until a file or a folder is on disk. A system that cannot
// sync what is open for reading has done what it can.
func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

// writeSynced writes data to file and waits until it is on disk.
func writeSynced(file string, data []byte) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
