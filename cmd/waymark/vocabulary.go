package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/waymark-bot/waymark/corpus"
)

const (
	// vocabularyName and glossaryName are the files beside reports that add to
	// the vocabulary and the glossary of the program.
	vocabularyName = "vocabulary.yaml"
	glossaryName   = "glossary.tsv"
	// vocabularyDir is the folder of a data directory that keeps those files:
	// they are needed when a question is asked.
	vocabularyDir = "vocabulary"
	vocabularyExt = ".yaml"
	glossaryExt   = ".tsv"
)

// vocabularies are the vocabulary and glossary files of a collection, as they
// were read, by the name they are kept under, which is made of the path they
// were ingested from: the same file ingested again replaces what it said before.
type vocabularies map[string][]byte

// keyOf returns the name that the file of a path is kept under.
func keyOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8]) + filepath.Ext(path)
}

// A lexicon is the words by which a collection and questions about it are understood.
type lexicon struct {
	*corpus.Vocabulary
	own *corpus.Glossary // what the collection adds to the glossary of the program; nil for nothing
}

// glossary returns the glossary of the program with the collection's own entries.
func (l lexicon) glossary() (*corpus.Glossary, error) {
	g, err := corpus.DefaultGlossary()
	return g.Join(l.own), err
}

// join returns the words of the program with those of all files.
func (vs vocabularies) join() (lexicon, error) {
	v, err := corpus.DefaultVocabulary()
	l := lexicon{Vocabulary: v}
	for _, key := range slices.Sorted(maps.Keys(vs)) {
		if err != nil {
			break
		}
		err = l.add(key, vs[key])
	}
	return l, err
}

// add joins the words of one file to l.
func (l *lexicon) add(name string, data []byte) error {
	if filepath.Ext(name) == glossaryExt {
		g, err := corpus.ReadGlossary(bytes.NewReader(data))
		if err != nil {
			return err
		}
		l.own = l.own.Join(g)
		return nil
	}
	v, err := corpus.ReadVocabulary(data)
	if err != nil {
		return err
	}
	l.Vocabulary = l.Join(v)
	return nil
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
		if ext := filepath.Ext(e.Name()); ext != vocabularyExt && ext != glossaryExt {
			continue
		}
		if vs[e.Name()], err = os.ReadFile(filepath.Join(dir, vocabularyDir, e.Name())); err != nil {
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
		name := filepath.Join(root, key)
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
		if err := os.Remove(filepath.Join(dir, vocabularyDir, key)); err != nil {
			return fmt.Errorf("remove vocabulary: %w", err)
		}
	}
	return nil
}
