package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// ManifestName is the file that describes the reports beside it.
const ManifestName = "reports.yaml"

// projectsName is the file that describes the projects of the reports beside
// it (see [ReadProjects]).
const projectsName = "projects.yaml"

const manifestKeys = "id, file, title, publisher, url, published, published_inferred, language, license, digest"

// A manifest is what a reports.yaml says of each file beside it, by its name.
type manifest map[string]Meta

// readManifest reads a reports.yaml called name.
func readManifest(name string, data []byte) (manifest, error) {
	entries, err := readEntries(name, "reports", data)
	if err != nil {
		return nil, err
	}
	out := manifest{}
	for _, e := range entries {
		file, meta, err := manifestEntry(e)
		if err != nil {
			return nil, err
		}
		if _, twice := out[file]; twice {
			return nil, fmt.Errorf("read %s: file: %q stands in an earlier entry too", e.where, file)
		}
		out[file] = meta
	}
	return out, nil
}

func manifestEntry(e entry) (file string, meta Meta, err error) {
	err = e.each(manifestKeys, func(key string, value any) (bool, error) {
		if key == "file" {
			file, err = stringValue(value)
			return true, err
		}
		return setMeta(&meta, key, value)
	})
	if err != nil {
		return "", Meta{}, err
	}
	if file == "" || path.Base(file) != file || !fs.ValidPath(file) {
		return "", Meta{}, fmt.Errorf("read %s: file: %q: want the name of a file beside %s", e.where, file, ManifestName)
	}
	return file, meta, nil
}

// folderManifest reads the reports.yaml of a folder, if there is one.
func folderManifest(fsys fs.FS, dir string) (manifest, error) {
	name := path.Join(dir, ManifestName)
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return readManifest(name, data)
}
