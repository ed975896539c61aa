package rag

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDraftReader holds what is read off a model's text, in pieces of any size.
func TestDraftReader(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"before the stop", "The tower is old [1]. It is high [2].", []string{"The tower is old. [1]", "It is high. [2]"}},
		{"behind the stop", "The tower is old. [1] It is high. [2]", []string{"The tower is old. [1]", "It is high. [2]"}},
		{"two marks", "The tower is old [1][3]. It is high [2, 1].", []string{"The tower is old. [1 3]", "It is high. [1 2]"}},
		{"marks apart", "The tower is old [1] [3].", []string{"The tower is old. [1 3]"}},
		{"wide marks", "灰塔高46米【1】。白塔更高【2】。", []string{"灰塔高46米。 [1]", "白塔更高。 [2]"}},
		{"a footnote", "The tower is old[^1].", []string{"The tower is old. [1]"}},
		{"rows", "- The tower is old [1]\n- It is high [2]\n", []string{"/The tower is old [1]", "/It is high [2]"}},
		{"numbered rows", "1. The tower is old [1]\n2) It is high [2]", []string{"/The tower is old [1]", "/It is high [2]"}},
		{"without a mark", "The tower is old. It is high [2].", []string{"The tower is old. []", "It is high. [2]"}},
		{"without a mark behind", "It is high [2]. The tower is old.", []string{"It is high. [2]", "The tower is old. []"}},
		{"nothing but that", "The tower is old.", []string{"The tower is old. []"}},
		{"a heading", "## Towers\n\nThe tower is old [1].", []string{"/Towers []", "/The tower is old. [1]"}},
		{"a line that leads in", "These are old:\n- The tower [1]", []string{"/The tower [1]"}},
		{"emphasis", "**The tower** is `old` [1].", []string{"The tower is old. [1]"}},
		{"a figure with a point", "It cost $1.5 million in 1858 [1].", []string{"It cost $1.5 million in 1858. [1]"}},
		{"no word", "... [1]\n--- [2]", nil},
		{"the marker", "NOT_COVERED", nil},
		{"the marker with more", "The tower is old [1].\nNOT_COVERED: its keeper", []string{"The tower is old. [1]"}},
		{"the marker, decorated", "**NOT_COVERED.** [1]", nil},
		{"a word like the marker", "NOTABLE is the tower [1].", []string{"NOTABLE is the tower. [1]"}},
		{"a mark of nothing", "[1] [2]", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		for _, size := range []int{1, 3, 1000} {
			t.Run(fmt.Sprintf("%s/%d", tt.name, size), func(t *testing.T) {
				var r draftReader
				var got []claim
				rest := tt.text
				for rest != "" {
					n := min(size, len(rest))
					got = append(got, r.add(rest[:n])...)
					rest = rest[n:]
				}
				got = append(got, r.end()...)
				var shown []string
				for i, c := range got {
					line := ""
					if c.newline && (i > 0 || strings.HasPrefix(tt.want[0], "/")) {
						line = "/"
					}
					shown = append(shown, line+c.text+" "+fmt.Sprint(c.numbers))
				}
				if diff := cmp.Diff(tt.want, shown); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestDraftSettles holds when a sentence counts as written: at once behind its stop, else when
// nothing follows.
func TestDraftSettles(t *testing.T) {
	var r draftReader
	if l := r.add("The tower is old [1]"); len(l) != 0 {
		t.Errorf("a mark that another may follow: %v", l)
	}
	if l := r.settle(); len(l) != 1 || l[0].text != "The tower is old" {
		t.Errorf("settled: %v", l)
	}
	if l := r.settle(); len(l) != 0 {
		t.Errorf("settled twice: %v", l)
	}
	if l := r.add(". It is high [2]."); len(l) != 1 || l[0].text != "It is high." {
		t.Errorf("behind a stop: %v", l)
	}
	if l := r.add(" And"); len(l) != 0 {
		t.Errorf("a word: %v", l)
	}
	if l := r.settle(); len(l) != 0 {
		t.Errorf("a sentence without a mark settles: %v", l)
	}
}

// FuzzDraftReader holds that no text breaks the reader, and that the size of its pieces makes
// no difference.
func FuzzDraftReader(f *testing.F) {
	for _, s := range []string{"The tower is old [1]. It is high [2].", "灰塔高46米【1】。", "NOT_COVERED: x", "- a [1]\n\n## b\n", "[[1]] [1", "a [99999999999999999999]."} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		read := func(size int) []claim {
			var r draftReader
			var out []claim
			for rest := text; rest != ""; {
				n := min(max(size, 1), len(rest))
				out = append(out, r.add(rest[:n])...)
				rest = rest[n:]
			}
			return append(out, r.end()...)
		}
		whole := read(len(text))
		if diff := cmp.Diff(whole, read(size), cmp.AllowUnexported(claim{})); diff != "" {
			t.Errorf("in pieces of %d (-whole +pieces):\n%s", size, diff)
		}
	})
}
