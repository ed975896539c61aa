package catalogue_test

import (
	"slices"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// FuzzExtract reads reports that strangers write: whatever stands in them, each project
// has a name and an id of its own, and each fact lies in its passage.
func FuzzExtract(f *testing.F) {
	for _, s := range []string{
		tickers, listed, "# a\n\n## 北 / 南\n\n北 是 1.5 亿 $5M\n\n- **A (B)**: no token yet\n", "| Company | x |\n|---|---|\n| $ | 1 |\n| A / | |\n|  | 2 |\n",
		"## What is ?\n\nx\n\n## What is X?\n\n尚未\n", "# \xff\n\n### İ\n\nİ raised $1,2,3,4 in 99 年 13 月.\n", "### (A)\n\nA（）是 A, formerly .-. B\n",
	} {
		f.Add(s)
	}
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return // long reports take long and find nothing new
		}
		r, err := corpus.Read("r.md", []byte(text), corpus.Meta{})
		if err != nil {
			return
		}
		passages := corpus.Split(r)
		c := catalogue.Extract([]corpus.Report{r}, passages, nil, v)
		ids := map[string]bool{}
		for _, p := range c.Projects() {
			if p.Name == "" || p.ID == "" || ids[p.ID] {
				t.Fatalf("project %q has the id %q, empty or taken", p.Name, p.ID)
			}
			ids[p.ID] = true
			if slices.ContainsFunc(p.Passages, func(n int) bool { return n < 0 || n >= len(passages) }) {
				t.Fatalf("%q: passages %v of %d", p.Name, p.Passages, len(passages))
			}
			for _, f := range c.AllFacts(p) {
				ps := passages[f.Passage]
				if f.Start < ps.Start || f.End > ps.End || f.Value.End > f.End-f.Start {
					t.Fatalf("%q: fact %+v outside of passage [%d, %d)", p.Name, f, ps.Start, ps.End)
				}
			}
		}
	})
}
