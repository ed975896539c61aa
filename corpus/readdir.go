package corpus

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Skipped is a file that was not read.
type Skipped struct {
	File   string // path as it was found
	Reason string // for a person: what is wrong and, where it helps, the wanted form
}

// ReadDir reads all report files below dir: those of a folder by name, then
// those of its folders. A reports.yaml in a folder describes the files beside
// it. What is no report is skipped with a reason (other formats, README and
// LICENSE, empty and broken files, what a reports.yaml lists and is not
// there), and the others are read all the same. Hidden files and folders are
// passed over.
//
// It fails when dir cannot be read, when a reports.yaml is wrong, and when two
// files have the same id.
func ReadDir(fsys fs.FS, dir string) ([]Report, []Skipped, error) {
	c := collector{ids: map[string]string{}}
	if err := c.dir(fsys, dir, ""); err != nil {
		return nil, nil, err
	}
	return c.reports, c.skipped, nil
}

// ReadPaths reads report files and folders of the machine, each folder as
// [ReadDir] does. For a file the reports.yaml beside it holds as well. A path
// that does not exist is an error.
func ReadPaths(paths ...string) ([]Report, []Skipped, error) {
	c := collector{ids: map[string]string{}}
	for _, p := range paths {
		if err := c.path(p); err != nil {
			return nil, nil, err
		}
	}
	return c.reports, c.skipped, nil
}

// A collector gathers the reports of several files.
type collector struct {
	reports []Report
	skipped []Skipped
	ids     map[string]string // id -> file
}

func (c *collector) skip(file, reason string) {
	c.skipped = append(c.skipped, Skipped{file, reason})
}

// path reads one file or folder of the machine.
func (c *collector) path(p string) error {
	info, err := os.Stat(p)
	if err != nil {
		return fmt.Errorf("read %s: %w", p, reasonOf(err))
	}
	if info.IsDir() {
		return c.dir(os.DirFS(p), ".", p)
	}
	folder, name := filepath.Split(p)
	if folder == "" {
		folder = "."
	}
	fsys := os.DirFS(folder)
	m, err := folderManifest(fsys, ".")
	if err != nil {
		return err
	}
	return c.file(fsys, name, p, m[name])
}

// dir reads a folder and those below it. root is what stands before the paths
// of fsys in messages.
func (c *collector) dir(fsys fs.FS, dir, root string) error {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return fmt.Errorf("read folder %s: %w", path.Join(root, dir), reasonOf(err))
	}
	m, err := folderManifest(fsys, dir)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, e := range entries {
		name, label := e.Name(), path.Join(root, dir, e.Name())
		meta, listed := m[name]
		found[name] = true
		switch {
		case e.IsDir():
		case !listed && isOwnFile(name):
		case !listed && notReport(name) != "":
			c.skip(label, notReport(name))
		default:
			if err := c.file(fsys, path.Join(dir, name), label, meta); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !found[name] {
			c.skip(path.Join(root, dir, name), ManifestName+" lists it under the key file, but it is not there")
		}
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := c.dir(fsys, path.Join(dir, e.Name()), root); err != nil {
			return err
		}
	}
	return nil
}

// isOwnFile reports whether a file is there for the program or for the file
// system, so that nobody expects a report in it.
func isOwnFile(name string) bool {
	switch name {
	case ManifestName, projectsName, "vocabulary.yaml", "glossary.tsv":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// notReport returns why a file of a folder is none of its reports, or "".
func notReport(name string) string {
	ext := path.Ext(name)
	switch strings.ToLower(strings.TrimSuffix(name, ext)) {
	case "readme", "license", "licence", "copying", "notice", "authors", "contributing", "contributors", "changelog",
		"changes", "code_of_conduct", "security", "makefile", "dockerfile":
		return "about the folder, not a report; list it in " + ManifestName + " to have it read"
	}
	if ext == "" {
		return "no extension: want .md, .txt or .html"
	}
	return ""
}

// file reads one file and adds its report, or says why it was skipped. Only a
// second file with the same id is an error.
func (c *collector) file(fsys fs.FS, name, label string, meta Meta) error {
	if _, err := formatByName(name); err != nil {
		c.skip(label, err.Error())
		return nil
	}
	data, err := readLimited(fsys, name)
	if err != nil {
		c.skip(label, reasonOf(err).Error())
		return nil
	}
	r, err := Read(name, data, meta)
	if err != nil {
		c.skip(label, reasonOf(err).Error())
		return nil
	}
	switch other, taken := c.ids[r.ID]; {
	case taken && other == label:
		return nil // the same file, named twice
	case taken:
		return fmt.Errorf("report id %q stands for both %s and %s: give one of them another id in %s", r.ID, other, label, ManifestName)
	}
	c.ids[r.ID] = label
	c.reports = append(c.reports, r)
	return nil
}

// readLimited reads a regular file of at most [MaxFileSize] bytes.
func readLimited(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if info.Size() > MaxFileSize {
		return nil, fmt.Errorf("%d bytes: want at most %d", info.Size(), MaxFileSize)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxFileSize+1))
}

// reasonOf returns what is wrong without the name of the file, which stands
// beside it.
func reasonOf(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
