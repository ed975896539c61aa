package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

const (
	// vocabularyName is the file beside reports that adds to the vocabulary of
	// the program.
	vocabularyName = "vocabulary.yaml"
	// vocabularyDir is the folder of a data directory that keeps those files:
	// they are needed when a question is asked.
	vocabularyDir = "vocabulary"
	vocabularyExt = ".yaml"
)

// vocabularies are the vocabulary files of a collection, as they were read, by
// a key made of the path they were ingested from: the same file ingested again
// replaces what it said before.
type vocabularies map[string][]byte

// keyOf returns the key of a path.
func keyOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}

// join returns the vocabulary of the program with the words of all files.
func (vs vocabularies) join() (*corpus.Vocabulary, error) {
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(vs)) {
		own, err := corpus.ReadVocabulary(vs[key])
		if err != nil {
			return nil, err
		}
		v = v.Join(own)
	}
	return v, nil
}

// storedVocabularies reads the files of a data directory.
func storedVocabularies(dir string) (vocabularies, error) {
	vs := vocabularies{}
	entries, err := os.ReadDir(filepath.Join(dir, vocabularyDir))
	if errors.Is(err, fs.ErrNotExist) {
		return vs, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	for _, e := range entries {
		key, ok := strings.CutSuffix(e.Name(), vocabularyExt)
		if !ok {
			continue
		}
		if vs[key], err = os.ReadFile(filepath.Join(dir, vocabularyDir, e.Name())); err != nil {
			return nil, fmt.Errorf("read vocabulary: %w", err)
		}
	}
	return vs, nil
}

// write keeps the files of vs in a data directory, each in one step.
func (vs vocabularies) write(dir string) error {
	root := filepath.Join(dir, vocabularyDir)
	if len(vs) > 0 {
		if err := os.MkdirAll(root, 0o755); err != nil {
			return fmt.Errorf("keep vocabulary: %w", err)
		}
	}
	for key, data := range vs {
		name := filepath.Join(root, key+vocabularyExt)
		if err := os.WriteFile(name+".new", data, 0o644); err != nil {
			return fmt.Errorf("keep vocabulary: %w", err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			return fmt.Errorf("keep vocabulary: %w", err)
		}
	}
	return nil
}

// prune removes the files of a data directory that are not in vs.
func (vs vocabularies) prune(dir string) error {
	old, err := storedVocabularies(dir)
	if err != nil {
		return err
	}
	for key := range old {
		if _, still := vs[key]; still {
			continue
		}
		if err := os.Remove(filepath.Join(dir, vocabularyDir, key+vocabularyExt)); err != nil {
			return fmt.Errorf("remove vocabulary: %w", err)
		}
	}
	return nil
}
