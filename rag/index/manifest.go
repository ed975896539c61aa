package index

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
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
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("read manifest %s: %w", filepath.Join(dir, manifestFile), err)
	}
	if m.Format != FormatVersion {
		return m, &MismatchError{Dir: filepath.Dir(filepath.Dir(dir)), Have: fmt.Sprintf("index format %d", m.Format), Want: fmt.Sprintf("index format %d", FormatVersion)}
	}
	for name, want := range m.Files {
		got, err := sum(filepath.Join(dir, name))
		if err != nil {
			return m, fmt.Errorf("check %s: %w", name, err)
		}
		if got != want {
			return m, fmt.Errorf("check %s: the file is damaged (its checksum differs from the manifest's): ingest the reports again", filepath.Join(dir, name))
		}
	}
	return m, nil
}

// writeManifest sums up files and writes the manifest, synced to disk.
func writeManifest(dir string, m Manifest, files []string) error {
	m.Files = map[string]File{}
	for _, name := range files {
		f, err := sum(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("sum %s: %w", name, err)
		}
		m.Files[name] = f
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
