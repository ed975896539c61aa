package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestGolden reads the first file of every archive and compares what came out
// with the file called want.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			in := a.Files[0]
			r, err := Read(in.Name, in.Data, Meta{})
			if err != nil {
				t.Fatal(err)
			}
			got := dump(r)
			checkReport(t, r)
			if *update {
				i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
				a.Files[i].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := ""
			for _, f := range a.Files {
				if f.Name == "want" {
					want = string(f.Data)
				}
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-want +got, run with -update to accept)\n%s", diff)
			}
		})
	}
}

// dump prints a report, its sections and blocks, and its passages.
func dump(r Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "id=%s title=%q publisher=%q url=%q published=%s language=%s license=%q\n",
		r.ID, r.Title, r.Publisher, r.URL, r.Published, r.Language, r.License)
	for _, s := range r.Sections {
		fmt.Fprintf(&b, "section [%s]\n", strings.Join(s.Path, " > "))
		for _, bl := range s.Blocks {
			fmt.Fprintf(&b, "  %s", kindName(bl.Kind))
			if bl.Lead != "" {
				fmt.Fprintf(&b, " lead=%q", bl.Lead)
			}
			if bl.Kind != TableRow {
				fmt.Fprintf(&b, " %q", r.Text[bl.Start:bl.End])
			}
			b.WriteByte('\n')
			for _, c := range bl.Cells {
				fmt.Fprintf(&b, "    cell %q %q\n", c.Column, r.Text[c.Start:c.End])
			}
		}
	}
	for _, p := range Split(r) {
		fmt.Fprintf(&b, "passage %s %s %s %q\n", p.ID, kindName(p.Kind), p.Language, p.Header)
		for _, s := range Sentences(p.Text) {
			fmt.Fprintf(&b, "  %q\n", p.Text[s.Start:s.End])
		}
	}
	return b.String()
}

func kindName(k BlockKind) string {
	return [...]string{"paragraph", "item", "row", "quote", "code"}[k]
}
