package corpus

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestReadDir(t *testing.T) {
	fsys := fstest.MapFS{
		"r/reports.yaml": file(`# a comment
reports:
  - id: one
    file: a.md
    title: "One: a report"
    publisher: Office
    url: https://a.example/one
    published: 2024-03-27
    language: en
    license: MIT
    digest: true
  - file: b.txt
    published: 2024-12
    published_inferred: true
  - file: c.md
    published: 2023
  - file: LICENSE.md
    published: "2022"
  - file: gone.md
`),
		"r/a.md":          file("# A\n\nText."),
		"r/b.txt":         file("Some text."),
		"r/c.md":          file("---\nid: see\n---\n# C\n\nText."),
		"r/LICENSE.md":    file("# Licence report\n\nText."),
		"r/README.md":     file("# Read me\n\nText."),
		"r/NOTES":         file("Text."),
		"r/d.pdf":         file("%PDF"),
		"r/e.bin":         file("x"),
		"r/f.md":          file(""),
		"r/g.txt":         file("a\x00b"),
		"r/projects.yaml": file("projects: []"),
		"r/.hidden.md":    file("# H\n\nText."),
		"r/.git/x.md":     file("# H\n\nText."),
		"r/sub/h.html":    file("<html><body><p>Deep text.</p></body></html>"),
	}
	reports, skipped, err := ReadDir(fsys, "r")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range reports {
		got = append(got, strings.Join([]string{r.ID, r.Title, r.Publisher, r.URL, r.Published.String(), r.Language, r.License, r.File}, "|"))
	}
	want := []string{
		"license|Licence report|||2022|en||LICENSE.md",
		"one|One: a report|Office|https://a.example/one|2024-03-27|en|MIT|a.md",
		"b|b|||2024-12|en||b.txt",
		"see|C|||2023|en||c.md",
		"h|Deep text.||||en||h.html",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports (-want +got)\n%s", diff)
	}
	if !reports[2].Published.Inferred || reports[1].Published.Inferred || !reports[1].Digest {
		t.Errorf("inferred %v %v, digest %v", reports[2].Published.Inferred, reports[1].Published.Inferred, reports[1].Digest)
	}
	wantSkipped := []Skipped{
		{"r/NOTES", "no extension: want .md, .txt or .html"},
		{"r/README.md", "about the folder, not a report; list it in reports.yaml to have it read"},
		{"r/d.pdf", ".pdf: format not supported: want .md, .txt or .html"},
		{"r/e.bin", ".bin: format not supported: want .md, .txt or .html"},
		{"r/f.md", "no text in it"},
		{"r/g.txt", "not a text file: it holds NUL bytes"},
		{"r/gone.md", "reports.yaml lists it under the key file, but it is not there"},
	}
	if diff := cmp.Diff(wantSkipped, skipped); diff != "" {
		t.Errorf("skipped (-want +got)\n%s", diff)
	}
}

func TestReadDirRefuses(t *testing.T) {
	tests := []struct{ name, manifest, want string }{
		{"unknown key", "reports:\n  - id: a\n    file: a.md\n    titel: x\n",
			`read r/reports.yaml: entry 1: unknown key "titel": want id, file, title, publisher, url, published, published_inferred, language, license, digest`},
		{"unknown top key", "report:\n  - id: a\n", `read r/reports.yaml: unknown key "report": want "reports"`},
		{"no list", "reports: a\n", "read r/reports.yaml: reports: want a list"},
		{"no map", "reports:\n  - a\n", "read r/reports.yaml: entry 1: want a map of keys and values"},
		{"date", "reports:\n  - file: a.md\n    published: March 2024\n", `read r/reports.yaml: entry 1: published: date "March 2024": want YYYY, YYYY-MM or YYYY-MM-DD`},
		{"month", "reports:\n  - file: a.md\n    published: 2024-13\n", `read r/reports.yaml: entry 1: published: date "2024-13": want YYYY, YYYY-MM or YYYY-MM-DD`},
		{"id", "reports:\n  - file: a.md\n    id: A b\n", `read r/reports.yaml: entry 1: id: id "A b": want lower-case letters, digits and single dashes, as in "a-b"`},
		{"language", "reports:\n  - file: a.md\n    language: French\n", `read r/reports.yaml: entry 1: language: language "French": want en or zh`},
		{"digest", "reports:\n  - file: a.md\n    digest: maybe\n", "read r/reports.yaml: entry 1: digest: want true or false"},
		{"address", "reports:\n  - file: a.md\n    url: a.example\n", `read r/reports.yaml: entry 1: url: address "a.example": want one that begins with https:// or http://`},
		{"title", "reports:\n  - file: a.md\n    title: [x]\n", "read r/reports.yaml: entry 1: title: want a text"},
		{"no file", "reports:\n  - id: a\n", `read r/reports.yaml: entry 1: file: "": want the name of a file beside reports.yaml`},
		{"file elsewhere", "reports:\n  - file: ../a.md\n", `read r/reports.yaml: entry 1: file: "../a.md": want the name of a file beside reports.yaml`},
		{"file twice", "reports:\n  - file: a.md\n  - file: a.md\n", `read r/reports.yaml: entry 2: file: "a.md" stands in an earlier entry too`},
		{"not yaml", "reports:\n  - id: [\n", "read r/reports.yaml: [2:9] sequence end token ']' not found"},
		{"same id", "reports:\n  - file: a.md\n    id: x\n  - file: b.md\n    id: x\n",
			`report id "x" stands for both r/a.md and r/b.md: give one of them another id in reports.yaml`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{"r/reports.yaml": file(tt.manifest), "r/a.md": file("# A\n\nText."), "r/b.md": file("# B\n\nText.")}
			_, _, err := ReadDir(fsys, "r")
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v\nwant  %s", err, tt.want)
			}
		})
	}
	if _, _, err := ReadDir(fstest.MapFS{}, "gone"); err == nil || !strings.Contains(err.Error(), "read folder gone: ") {
		t.Errorf("no folder: error %v", err)
	}
}

func TestReadPaths(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write("in/reports.yaml", "reports:\n  - file: a.md\n    title: Given\n")
	a, b, pdf := write("in/a.md", "# A\n\nText."), write("in/sub/b.md", "# B\n\nText."), write("c.pdf", "%PDF")
	readme := write("README.md", "# About\n\nText.")

	reports, skipped, err := ReadPaths(a, pdf, readme, filepath.Join(dir, "in", "sub"), a)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, r := range reports {
		titles = append(titles, r.Title)
	}
	if diff := cmp.Diff([]string{"Given", "About", "B"}, titles); diff != "" {
		t.Errorf("titles (-want +got)\n%s", diff)
	}
	want := []Skipped{{pdf, ".pdf: format not supported: want .md, .txt or .html"}}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Errorf("skipped (-want +got)\n%s", diff)
	}

	if _, _, err := ReadPaths(filepath.Join(dir, "gone.md")); err == nil || !strings.HasSuffix(err.Error(), "gone.md: no such file or directory") {
		t.Errorf("missing path: error %v", err)
	}
	other := write("other/b.md", "# Other\n\nText.")
	if _, _, err := ReadPaths(b, other); err == nil || !strings.Contains(err.Error(), `report id "b" stands for both `+b+" and "+other) {
		t.Errorf("same id: error %v", err)
	}
}

func TestReadDirUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("# A\n\nText."), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	reports, skipped, err := ReadPaths(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Skipped{{filepath.Join(dir, "b.md"), "no such file or directory"}}
	if diff := cmp.Diff(want, skipped); diff != "" || len(reports) != 1 {
		t.Errorf("%d reports, skipped (-want +got)\n%s", len(reports), diff)
	}
}
