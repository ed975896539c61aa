package rag_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
)

// editionOf is the edition of reports, given as texts of files by their names.
func editionOf(t *testing.T, files map[string]string) rag.Edition {
	t.Helper()
	var reports []corpus.Report
	for _, name := range []string{"a.md", "b.md", "c.md"} {
		if files[name] == "" {
			continue
		}
		r, err := corpus.Read(name, []byte(files[name]), corpus.Meta{})
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	cfg, err := configOf(reports)
	if err != nil {
		t.Fatal(err)
	}
	return rag.New(cfg).Edition()
}

// kept is an edition that was kept and read again.
func kept(t *testing.T, e rag.Edition) rag.Edition {
	t.Helper()
	raw, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	out, err := rag.DecodeEdition(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, out); diff != "" {
		t.Fatal(diff)
	}
	return out
}

// told is the news in short lines, in a language.
func told(n rag.News, language string) []string {
	var out []string
	for what, l := range map[string][]rag.EditionReport{"+": n.Added, "~": n.Changed, "-": n.Removed} {
		for _, r := range l {
			out = append(out, what+" "+r.Title)
		}
	}
	for _, p := range n.Projects {
		out = append(out, fmt.Sprintf("project %s: %s", p.Name, p.Citation.Quote))
	}
	for _, f := range n.Facts {
		line := fmt.Sprintf("%s %s: %s", f.Project, f.Label.In(language), f.Value.In(language))
		for _, b := range f.Before {
			line += " < " + b.In(language)
		}
		out = append(out, line)
	}
	return out
}

const (
	windy = `---
id: a
title: Wind mills
published: 2024-03
---

# Wind mills

## Aerovane

Aerovane builds wind mills for villages. Aerovane raised $5 million in a seed round in March 2022.

## Mistral Works

Mistral Works sells sails. Mistral Works was founded in 2019.
`
	chinese = `---
id: c
title: 风车报告
published: 2024-06
language: zh
---

# 风车报告

## 长风机械

长风机械生产风车。长风机械于 2021 年成立。

## Aerovane

Aerovane 在 2024 年 5 月完成了 2,000 万美元 A 轮融资。
`
)

func TestNews(t *testing.T) {
	first := kept(t, editionOf(t, map[string]string{"a.md": windy}))
	for _, c := range []struct {
		name  string
		files map[string]string
		lang  string
		want  []string
	}{
		{"nothing", map[string]string{"a.md": windy}, "en", nil},
		{
			"another figure", map[string]string{"a.md": strings.Replace(windy, "$5 million", "$7 million", 1)}, "en",
			[]string{"~ Wind mills", "Aerovane Raised: $7 million (seed round, March 2022) < $5 million (seed round, March 2022)"},
		},
		{"other words", map[string]string{"a.md": strings.Replace(windy, "for villages", "for towns", 1)}, "en", []string{"~ Wind mills"}},
		{"a report goes", map[string]string{"c.md": chinese}, "en", []string{
			"+ 风车报告", "- Wind mills", "project 长风机械: 长风机械生产风车。", "Aerovane Raised: $20 million (Series A, May 2024)",
		}},
		{"a report comes", map[string]string{"a.md": windy, "c.md": chinese}, "en", []string{
			"+ 风车报告", "project 长风机械: 长风机械生产风车。", "Aerovane Raised: $20 million (Series A, May 2024)",
		}},
		{"a report comes, in Chinese", map[string]string{"a.md": windy, "c.md": chinese}, "zh", []string{
			"+ 风车报告", "project 长风机械: 长风机械生产风车。", "Aerovane 融资: 2000 万美元（A 轮，2024 年 5 月）",
		}},
		{
			"what others state already", map[string]string{"a.md": windy, "b.md": "---\nid: b\ntitle: Again\n---\n\n# Again\n\n## Aerovane\n\nAerovane raised $5 million in a seed round in March 2022.\n"},
			"en", []string{"+ Again"},
		},
		{
			"another report says otherwise", map[string]string{"a.md": windy, "b.md": "---\nid: b\ntitle: Again\n---\n\n# Again\n\n## Aerovane\n\nAerovane raised $6 million in a seed round in March 2022.\n"},
			"en", []string{"+ Again", "Aerovane Raised: $6 million (seed round, March 2022) < $5 million (seed round, March 2022)"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			after := kept(t, editionOf(t, c.files))
			n := rag.Compare(first, after)
			if diff := cmp.Diff(c.want, sorted(told(n, c.lang))); diff != "" {
				t.Error(diff)
			}
			if n.Empty() != (c.want == nil) {
				t.Errorf("empty: %t", n.Empty())
			}
			for _, f := range n.Facts {
				if f.Citation.Quote == "" || f.Citation.Title == "" || f.Citation.Passage == "" {
					t.Errorf("cited as %+v", f.Citation)
				}
			}
			if n := rag.Compare(after, after); !n.Empty() {
				t.Errorf("news of the same: %q", told(n, "en"))
			}
		})
	}
}

// sorted puts the lines about reports first, in the order of their marks.
func sorted(lines []string) []string {
	var out []string
	for _, mark := range []string{"+ ", "~ ", "- ", ""} {
		for _, l := range lines {
			is := strings.HasPrefix(l, mark)
			if mark == "" {
				is = !strings.HasPrefix(l, "+ ") && !strings.HasPrefix(l, "~ ") && !strings.HasPrefix(l, "- ")
			}
			if is {
				out = append(out, l)
			}
		}
	}
	return out
}

// TestNewsOfAnotherReading holds that reports that are only read better are no news.
func TestNewsOfAnotherReading(t *testing.T) {
	before := editionOf(t, map[string]string{"a.md": windy})
	after := kept(t, before)
	before.Facts, before.Projects = nil, nil
	if n := rag.Compare(before, after); !n.Empty() {
		t.Errorf("news %q", told(n, "en"))
	}
}

func TestEditionName(t *testing.T) {
	names := map[string]bool{}
	for _, text := range []string{windy, windy, strings.Replace(windy, "2019", "2018", 1)} {
		name, err := editionOf(t, map[string]string{"a.md": text}).Name()
		if err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("names %v, want two", names)
	}
	if _, err := rag.DecodeEdition([]byte("nonsense")); err == nil {
		t.Error("nonsense was read")
	}
}

// TestEditionOfALandscape holds every citation of an edition against its report.
func TestEditionOfALandscape(t *testing.T) {
	w := landscape(t)
	e := w.Edition()
	if len(e.Reports) < 2 || len(e.Projects) < 10 || len(e.Facts) < 50 {
		t.Fatalf("%d reports, %d projects, %d facts", len(e.Reports), len(e.Projects), len(e.Facts))
	}
	cited := []rag.Citation{}
	for _, p := range e.Projects {
		cited = append(cited, p.First...)
	}
	for _, f := range e.Facts {
		cited = append(cited, f.Citation)
	}
	for _, c := range cited {
		if text := w.reports[c.Report].Text; c.Quote == "" || text[c.Start:c.End] != c.Quote {
			t.Errorf("%q does not stand in %s at %d", c.Quote, c.Report, c.Start)
		}
	}
	raw, err := e.Encode()
	if err != nil || len(raw) > 100_000 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}
