package index

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// interrupted returns a directory whose build of c failed after two batches.
func interrupted(t *testing.T, c Content) (dir, cache string) {
	t.Helper()
	dir = t.TempDir()
	e := &watched{before: failAt(3, errors.New("cut"))}
	if _, err := Build(t.Context(), dir, c, e, nil); err == nil {
		t.Fatal("the embedder's failure is no error")
	}
	if len(e.texts) != 2*embedBatch {
		t.Fatalf("%d texts embedded before the failure, want %d", len(e.texts), 2*embedBatch)
	}
	return dir, filepath.Join(dir, indexDir, embeddingsFile)
}

// resume builds c again and returns the texts that were embedded for it.
func resume(t *testing.T, dir string, c Content, e *watched) []string {
	t.Helper()
	build(t, dir, c, e)
	if _, err := os.Stat(filepath.Join(dir, indexDir, embeddingsFile)); !os.IsNotExist(err) {
		t.Errorf("embeddings of a finished build are kept: %v", err)
	}
	return e.texts
}

func texts(passages []corpus.Passage) []string {
	var out []string
	for _, p := range passages {
		out = append(out, embeddingText(p))
	}
	return out
}

func TestEmbeddingsAreUsedAgain(t *testing.T) {
	c := edition(1, 200)
	dir, _ := interrupted(t, c)
	if diff := cmp.Diff(texts(c.Passages[128:]), resume(t, dir, c, &watched{})); diff != "" {
		t.Errorf("embedded after the failure (-want +got):\n%s", diff)
	}
	fresh := t.TempDir()
	build(t, fresh, c, &watched{})
	a, b := open(t, dir, &watched{}), open(t, fresh, &watched{})
	for _, n := range []int{0, 63, 64, 127, 128, 199} {
		v, err := (&watched{}).Embed(t.Context(), texts(c.Passages[n:n+1]))
		if err != nil {
			t.Fatal(err)
		}
		q := rag.Query{Vector: v[0], Limit: 200}
		hitsA, errA := a.Search(t.Context(), q)
		hitsB, errB := b.Search(t.Context(), q)
		if diff := cmp.Diff(hitsB, hitsA); errA != nil || errB != nil || diff != "" {
			t.Errorf("errors %v, %v; hits (-fresh +resumed):\n%s", errA, errB, diff)
		}
	}
	if again := resume(t, dir, c, &watched{}); len(again) != 0 {
		t.Errorf("%d texts embedded by a build of the same passages, want none", len(again))
	}
	anew := &watched{}
	if _, err := Rebuild(t.Context(), dir, c, anew, nil); err != nil || len(anew.texts) != 200 {
		t.Errorf("%d texts embedded by a build from the start, want 200; error %v", len(anew.texts), err)
	}
}

func TestTornEmbeddings(t *testing.T) {
	c := edition(1, 200)
	lines := func(b []byte) [][]byte { return bytes.SplitAfter(b, []byte("\n")) }
	for _, test := range []struct {
		name string
		tear func([]byte) []byte
		want int // texts embedded after it
	}{
		{"last line torn", func(b []byte) []byte { return b[:len(b)-10] }, 73},
		{"last line without its end", func(b []byte) []byte { return b[:len(b)-1] }, 72},
		{"half gone", func(b []byte) []byte { return bytes.Join(lines(b)[:1+64], nil) }, 136},
		{"empty", func([]byte) []byte { return nil }, 200},
		{"zeroes behind", func(b []byte) []byte { return append(b, make([]byte, 4096)...) }, 72},
		{"a line of garbage", func(b []byte) []byte {
			l := lines(b)
			l[10] = []byte("{\"embedder\":\"watched\",\"key\":7}\n")
			return bytes.Join(l, nil)
		}, 73},
		{"garbage before", func(b []byte) []byte { return append([]byte("\xff\xfe\n\n[]\nnull\n"), b...) }, 72},
		{"all garbage", func([]byte) []byte { return bytes.Repeat([]byte("\x00\xff"), 1<<16) }, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, cache := interrupted(t, c)
			data, err := os.ReadFile(cache)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(cache, test.tear(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := resume(t, dir, c, &watched{}); len(got) != test.want {
				t.Errorf("%d texts embedded, want %d", len(got), test.want)
			}
			checkEdition(t, open(t, dir, &watched{}), 200)
		})
	}
}

// TestTornTwice: a line that is torn does not take the next build's first line with it.
func TestTornTwice(t *testing.T) {
	c := edition(1, 200)
	dir, cache := interrupted(t, c)
	info, err := os.Stat(cache)
	if err == nil {
		err = os.Truncate(cache, info.Size()-10)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Build(t.Context(), dir, c, &watched{before: failAt(2, errors.New("cut again"))}, nil); err == nil {
		t.Fatal("the embedder's failure is no error")
	}
	if got := resume(t, dir, c, &watched{}); len(got) != 200-127-64 {
		t.Errorf("%d texts embedded the third time, want %d", len(got), 200-127-64)
	}
}

// TestEmbeddingsOfOthers: only the same text by the same embedder is the same vector.
func TestEmbeddingsOfOthers(t *testing.T) {
	c := edition(1, 200)
	dir, _ := interrupted(t, c)
	if got := resume(t, dir, c, &watched{name: "other"}); len(got) != 200 {
		t.Errorf("another embedder embeds %d texts, want 200", len(got))
	}
	dir, _ = interrupted(t, c)
	changed := slices.Clone(c.Passages)
	changed[5].Header = "a header"
	changed[6].Text = strings.Replace(changed[6].Text, "sheep", "goats", 1)
	changed[7].ID = "renamed#1"
	got := resume(t, dir, Content{Reports: c.Reports, Passages: changed}, &watched{})
	if want := texts(append(changed[5:7:7], changed[128:]...)); !slices.Equal(got, want) {
		t.Errorf("embedded after a change: %d texts, first %q; want %d, first %q", len(got), got[:2], len(want), want[:2])
	}
}
