package corpus

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// sharedReports returns the reference folder and the reports in it.
func sharedReports(t testing.TB) (dir string, reports []Report) {
	t.Helper()
	dir = os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		t.Skip("WAYMARK_SHARED names no folder with reports/ and eval/")
	}
	reports, skipped, err := ReadDir(os.DirFS(dir), "reports")
	if err != nil {
		t.Fatal(err)
	}
	if len(skipped) > 0 || len(reports) == 0 {
		t.Fatalf("read %d reports, skipped %v", len(reports), skipped)
	}
	return dir, reports
}

func TestSharedInvariants(t *testing.T) {
	_, reports := sharedReports(t)
	for _, r := range reports {
		checkReport(t, r)
		if r.Publisher == "" || r.Title == "" || len(Split(r)) < 10 {
			t.Errorf("%s: title %q, publisher %q, %d passages", r.ID, r.Title, r.Publisher, len(Split(r)))
		}
	}
}

// TestSharedVerbatim checks that what can be quoted stands in the file as it
// was received, markup, punctuation and white space aside.
func TestSharedVerbatim(t *testing.T) {
	dir, reports := sharedReports(t)
	for _, r := range reports {
		data, err := os.ReadFile(filepath.Join(dir, "reports", r.File))
		if err != nil {
			t.Fatal(err)
		}
		source := flat(string(data))
		check := func(what, text string) {
			if !strings.Contains(source, flat(text)) {
				t.Errorf("%s: %s is not in the source: %q", r.ID, what, text)
			}
		}
		for _, p := range Split(r) {
			check(p.ID, p.Text)
			for _, s := range Sentences(p.Text) {
				check(p.ID+" sentence", p.Text[s.Start:s.End])
			}
			for _, c := range p.Cells {
				check(p.ID+" cell", r.Text[c.Start:c.End])
			}
		}
	}
}

var (
	flatWiki = regexp.MustCompile(`\[\[zh:([^\]]*)\]\]`)
	flatTag  = regexp.MustCompile(`</?[a-z][^>]*>`)
)

// flat keeps letters and digits as the scorer of answers does.
func flat(s string) string {
	s = flatTag.ReplaceAllString(flatWiki.ReplaceAllString(s, "$1"), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(s)))
}

// TestSharedLosesNothing checks the other direction: all but a little of the
// letters of the source are in passages (the rest is link targets, column
// names, headings, pictures).
func TestSharedLosesNothing(t *testing.T) {
	dir, reports := sharedReports(t)
	for _, r := range reports {
		data, err := os.ReadFile(filepath.Join(dir, "reports", r.File))
		if err != nil {
			t.Fatal(err)
		}
		kept := len(flat(r.Text))
		if all := len(flat(string(data))); kept*100 < all*95 {
			t.Errorf("%s: %d of %d letters kept", r.ID, kept, all)
		}
	}
}

// TestSharedSections checks that the sections in which the question set
// expects the answers are sections of passages.
func TestSharedSections(t *testing.T) {
	dir, reports := sharedReports(t)
	paths := map[string]bool{}
	for _, r := range reports {
		for _, p := range Split(r) {
			for n := range len(p.Path) + 1 {
				paths[r.ID+"\n"+strings.Join(p.Path[:n], " > ")] = true
			}
		}
	}
	want := expectedSections(t, filepath.Join(dir, "eval", "dev.jsonl"))
	var missing []string
	for _, w := range want {
		section := w.section
		if section == "(cover)" || section == "(intro)" {
			section = ""
		}
		if !slices.ContainsFunc(w.sources, func(id string) bool { return paths[id+"\n"+section] }) {
			missing = append(missing, w.section)
		}
	}
	t.Logf("%d of %d expected sections found; missing: %q", len(want)-len(missing), len(want), missing)
	if len(missing)*10 > len(want) {
		t.Errorf("more than a tenth of the expected sections is missing")
	}
}

type expectedSection struct {
	section string
	sources []string
}

func expectedSections(t *testing.T, path string) []expectedSection {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string]bool{}
	var out []expectedSection
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q struct {
			Expect struct{ Sources, Sections []string }
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		for _, s := range q.Expect.Sections {
			if key := s + strings.Join(q.Expect.Sources, " "); !seen[key] {
				seen[key] = true
				out = append(out, expectedSection{s, q.Expect.Sources})
			}
		}
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("read %s: %d sections, %v", path, len(out), err)
	}
	return out
}

// TestSharedSpeed checks that the four reports are read and split in 150 ms.
func TestSharedSpeed(t *testing.T) {
	dir, _ := sharedReports(t)
	best := time.Hour
	for range 3 { // the machine may be busy
		start := time.Now()
		reports, _, err := ReadDir(os.DirFS(dir), "reports")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			Split(r)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("read and split in %v", best)
	if limit := 150 * time.Millisecond; best > limit && !raceEnabled {
		t.Errorf("read and split took %v, want at most %v", best, limit)
	}
}
