package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// projectsName is the file beside reports that lists their projects.
const projectsName = "projects.yaml"

// An input is what stands below the paths of an ingest.
type input struct {
	reports  []corpus.Report
	skipped  []corpus.Skipped
	projects []corpus.ProjectEntry
	words    vocabularies
}

// readInput reads reports, and the projects.yaml, vocabulary.yaml and glossary.tsv
// beside them.
func readInput(paths []string) (input, error) {
	in := input{words: vocabularies{}}
	var reports []string
	for _, p := range paths {
		extra, err := extraFiles(p)
		if err != nil {
			return in, err
		}
		for _, name := range extra {
			if err := in.readExtra(name); err != nil {
				return in, err
			}
		}
		if !isExtra(p) {
			reports = append(reports, p)
		}
	}
	var err error
	in.reports, in.skipped, err = corpus.ReadPaths(reports...)
	return in, err
}

// extraFiles returns the files with projects and words that belong to a path:
// itself, those below a folder, those beside a file.
func extraFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("%s is not there; want a report file or a folder of them", path)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case isExtra(path):
		return []string{path}, nil
	case !info.IsDir():
		return extraBeside(path)
	}
	var out []string
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", name, err)
		case name != path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && isExtra(name):
			out = append(out, name)
		}
		return nil
	})
	return out, err
}

// extraBeside returns the files with projects and words in the folder of a report.
func extraBeside(report string) ([]string, error) {
	var out []string
	for _, name := range []string{projectsName, vocabularyName, glossaryName} {
		name = filepath.Join(filepath.Dir(report), name)
		_, err := os.Stat(name)
		switch {
		case err == nil:
			out = append(out, name)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return out, nil
}

func isExtra(path string) bool {
	name := filepath.Base(path)
	return name == projectsName || name == vocabularyName || name == glossaryName
}

// readExtra reads one file with projects or words.
func (in *input) readExtra(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	var entries []corpus.ProjectEntry
	switch filepath.Base(name) {
	case projectsName:
		entries, err = corpus.ReadProjects(data)
	case glossaryName:
		_, err = corpus.ReadGlossary(bytes.NewReader(data))
	default:
		_, err = corpus.ReadVocabulary(data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if filepath.Base(name) == projectsName {
		in.projects = mergeByID(in.projects, entries, projectID)
		return nil
	}
	if name, err = filepath.Abs(name); err != nil {
		return fmt.Errorf("read vocabulary: %w", err)
	}
	in.words[keyOf(name)] = data
	return nil
}

// mergeByID returns old with the items of more: one whose id is there replaces
// it in its place.
func mergeByID[T any](old, more []T, id func(T) string) []T {
	out := append([]T(nil), old...)
	at := map[string]int{}
	for i, item := range out {
		at[id(item)] = i
	}
	for _, item := range more {
		if i, there := at[id(item)]; there {
			out[i] = item
			continue
		}
		at[id(item)] = len(out)
		out = append(out, item)
	}
	return out
}

func reportID(r corpus.Report) string        { return r.ID }
func projectID(p corpus.ProjectEntry) string { return p.ID }

// noReports is the error about paths that hold nothing to read.
func noReports(paths []string) error {
	return hintf(fmt.Errorf("no report found in %s", strings.Join(paths, ", ")), "reports are .md, .txt and .html files, or folders of them")
}
