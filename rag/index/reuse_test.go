package index

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// both returns the content of two editions.
func both(a, b Content) Content {
	return Content{
		Reports: slices.Concat(a.Reports, b.Reports), Passages: slices.Concat(a.Passages, b.Passages), Projects: slices.Concat(a.Projects, b.Projects),
	}
}

// TestReuse: a build embeds only what the current generation does not hold, and
// the vectors that it takes from there find as fresh ones do.
func TestReuse(t *testing.T) {
	first, second := edition(1, 150), edition(2, 70)
	dir := t.TempDir()
	build(t, dir, first, &watched{})

	grown := both(second, first) // all numbers of passages change
	e := &watched{}
	build(t, dir, grown, e)
	if diff := cmp.Diff(texts(second.Passages), e.texts); diff != "" || e.calls != 2 {
		t.Errorf("%d calls; embedded for a second report (-want +got):\n%s", e.calls, diff)
	}
	fresh := t.TempDir()
	build(t, fresh, grown, &watched{})
	a, b := open(t, dir, &watched{}), open(t, fresh, &watched{})
	for _, n := range []int{0, 69, 70, 219} {
		v, err := (&watched{}).Embed(t.Context(), texts(grown.Passages[n:n+1]))
		if err != nil {
			t.Fatal(err)
		}
		q := rag.Query{Vector: v[0], Limit: 220}
		hitsA, errA := a.Search(t.Context(), q)
		hitsB, errB := b.Search(t.Context(), q)
		if diff := cmp.Diff(hitsB, hitsA); errA != nil || errB != nil || diff != "" {
			t.Errorf("errors %v, %v; hits (-fresh +reused):\n%s", errA, errB, diff)
		}
	}

	e = &watched{dim: -1} // as a remote embedder before its first call
	build(t, dir, first, e)
	if e.calls != 0 {
		t.Errorf("%d calls for a report less, want none", e.calls)
	}
	if name, dim := open(t, dir, nil).Embedder(); name != "watched" || dim != 64 {
		t.Errorf("Embedder is %q, %d", name, dim)
	}
}

// TestReuseOfOthers: vectors of another embedder, and those that cannot be read
// as they were written, are not taken.
func TestReuseOfOthers(t *testing.T) {
	c := edition(1, 5)
	damage := func(file, content string) func(t *testing.T, gen string) {
		return func(t *testing.T, gen string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(gen, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name   string
		before func(t *testing.T, gen string)
		e      *watched
		want   int // texts embedded
	}{
		{"unchanged", nil, &watched{}, 0},
		{"another name", nil, &watched{name: "other"}, 5},
		{"vectors damaged", damage(vectorsFile, "x"), &watched{}, 5},
		{"passages damaged", damage(passagesFile, "{}\n"), &watched{}, 5},
		{"another format", damage(manifestFile, `{"format": 0}`), &watched{}, 5},
		{"no manifest", damage(manifestFile, ""), &watched{}, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			build(t, dir, c, &watched{})
			if test.before != nil {
				test.before(t, filepath.Join(dir, indexDir, current(t, dir)))
			}
			build(t, dir, c, test.e)
			if len(test.e.texts) != test.want {
				t.Errorf("%d texts embedded, want %d", len(test.e.texts), test.want)
			}
			checkEdition(t, open(t, dir, test.e), 5)
		})
	}
}

// TestReuseAfterFailure: a build that fails loses neither what it embedded nor
// what it could have taken over.
func TestReuseAfterFailure(t *testing.T) {
	first, second := edition(1, 100), edition(2, 100)
	dir := t.TempDir()
	build(t, dir, first, &watched{})
	grown := both(first, second)
	if _, err := Build(t.Context(), dir, grown, &watched{before: failAt(2, errors.New("cut"))}, nil); err == nil {
		t.Fatal("the embedder's failure is no error")
	}
	if got := resume(t, dir, grown, &watched{}); !slices.Equal(got, texts(second.Passages[embedBatch:])) {
		t.Errorf("%d texts embedded after the failure, want the %d that it had not reached", len(got), 100-embedBatch)
	}
}
