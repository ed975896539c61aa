package catalogue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag/catalogue"
)

// TestNames holds from where names are taken: a table, each row a report of its own.
func TestNames(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // shown names, by folded name
	}{
		{"heading whose text opens with it", "# R\n\n## Ferries\n\n### Northline\n\nNorthline runs two ferries.\n\n### Southline\n\nSouthline runs one ferry.\n", []string{"Northline", "Southline"}},
		{"heading in another spelling than its text", "# R\n\n## Ferries\n\n### North Line\n\nNorthLine runs two ferries.\n", []string{"North Line"}},
		{"Chinese heading", "# 报告\n\n## 轮渡\n\n### 北港轮渡\n\n北港轮渡有两条航线。\n", []string{"北港轮渡"}},
		{"proper heading named in its text", "# R\n\n## Ferries\n\n### Quarry Lane\n\nTwo boats with a crew of nine each. Quarry Lane owns them both.\n", []string{"Quarry Lane"}},
		{"question as heading", "# R\n\n## Ferries\n\n### What is Seaglass?\n\nA ferry line with one boat.\n\n### Introducing Driftwood\n\nAnother ferry line.\n", []string{"Driftwood", "Seaglass"}},
		{"Chinese question as heading", "# 报告\n\n## 轮渡\n\n### 什么是 Seaglass\n\n一家有一条船的公司。\n\n### Driftwood 是什么？\n\n另一家公司。\n", []string{"Driftwood", "Seaglass"}},
		{"table under a name column", "# R\n\n## Ferries\n\n| Company | Boats |\n|---|---|\n| **Northline** | 2 |\n| Southline | 1 |\n", []string{"Northline", "Southline"}},
		{"Chinese name column", "# 报告\n\n## 轮渡\n\n| 公司 | 船 |\n|---|---|\n| 北港轮渡 | 2 |\n| 南港轮渡 | 1 |\n", []string{"北港轮渡", "南港轮渡"}},
		{"table of something else", "# R\n\n## Tides\n\n| Month | Height |\n|---|---|\n| January | 2 m |\n| July | 1 m |\n", nil},
		{"list items with a lead", "# R\n\n## Ferries\n\n- **Northline**: two boats.\n- **Southline**: one boat.\n", []string{"Northline", "Southline"}},
		{"list items that open with a name", "# R\n\n## Ferries\n\n- Northline is a ferry line.\n- Southline offers trips.\n", []string{"Northline", "Southline"}},
		{"names in brackets", "# 报告\n\n## 轮渡\n\n### 北港轮渡\n\n北港轮渡（Northport Ferry）有两条航线。\n", []string{"北港轮渡"}},
		{"the parts of a described thing", "# R\n\n## Ferries\n\n### What is Seaglass?\n\nA ferry line.\n\n### Team\n\n- **Ann Lee**: captain.\n", []string{"Seaglass"}},
		{"prose headings", "# R\n\n## Introduction\n\nFerries are old.\n\n## Why they stay\n\nPeople like them.\n\n## Conclusion\n\nIn short: boats.\n", nil},
		{"numbered items", "# R\n\n## Steps\n\n- **Phase 1**: build a boat.\n- **Q4**: sail it.\n- **2**: sell it.\n", nil},
		{"items that are terms", "# R\n\n## Words\n\nA berth is where a boat lies. Each tide lifts it.\n\n- **Berth**: a place.\n- **Tide**: the water.\n", nil},
		{"items that are statements", "# R\n\n## Headwinds\n\n- **Low tides.** Boats run aground.\n- **Old piers and boats.** They break.\n- **Insurance.** It costs more.\n", nil},
		{"notions", "# 报告\n\n## 轮渡\n\n### 北港轮渡\n\n北港轮渡有两条航线。\n\n## 名词解释\n\n### 潮汐\n\n潮汐是海水的涨落。\n", []string{"北港轮渡"}},
		{"no structure", "Just a sentence about nothing in particular.\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, small(t, tt.text).names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLandscapeNames holds that every company of a landscape without a
// projects.yaml is found, under every spelling, once.
func TestLandscapeNames(t *testing.T) {
	w := landscape(t)
	companies := [][]string{
		{"Ferrovane", "Ferovane", "费罗万"}, {"Halden Flow", "Haldenflow"}, {"Tidewick", "潮维克"}, {"弘川钒储", "Hongchuan Vanadium"},
		{"Brightwater Grid"}, {"Gravholt"}, {"Tern Cryogenic"}, {"Kilnstone Thermal"}, {"Zephyr Zinc"}, {"Corvid Ionics"}, {"Saltmarsh Power"}, {"Pallas Storage"},
		{"Ampline"}, {"Merrow Markets"}, {"Dispatchery"}, {"Lumen Ridge"}, {"Oxbow Reserve"}, {"Petrel Battery"}, {"Quarry Lane Energy"},
		{"北澜液流", "Beilan Flow"}, {"锐钠科技", "Ruina Sodium"}, {"沧石压缩空气", "Cangshi CAES"}, {"岩升重力", "Yansheng Gravity"},
		{"格润储能", "Gerun Storage"}, {"云枢调度", "Yunshu Dispatch"}, {"晴川虚拟电厂", "Qingchuan VPP"},
	}
	seen := map[string]string{}
	for _, spellings := range companies {
		p := w.one(t, spellings[0])
		if other, taken := seen[p.ID]; taken {
			t.Errorf("%s and %s are one project", spellings[0], other)
		}
		seen[p.ID] = spellings[0]
		for _, s := range spellings[1:] {
			if q := w.one(t, s); q != p {
				t.Errorf("%s and %s are two projects", spellings[0], s)
			}
		}
		if len(p.Passages) == 0 || len(p.Reports) == 0 {
			t.Errorf("%s: described in passages %v of reports %v", p.Name, p.Passages, p.Reports)
		}
	}
	for _, no := range []string{"Terms", "Headwinds", "Tailwinds", "In short", "Software and trading", "Flow batteries", "Long-duration storage", "Frequency response", "Capacity payments", "Insurance", "行业阻力", "名词解释", "热失控", "往返效率", "Thermal runaway", "软件与虚拟电厂", "Northfold Ventures", "Cinder Peak Capital"} {
		if slices.ContainsFunc(w.names(), func(n string) bool { return n == no }) {
			t.Errorf("%q is taken for a project", no)
		}
	}
}

// TestMisprintedHeading holds that a heading which misprints the name of another report's
// project describes that project, and one that is merely alike does not.
func TestMisprintedHeading(t *testing.T) {
	a := report(t, "a", "2024", "# A\n\n## Lines\n\n### Northline\n\nNorthline sails daily.\n\n### Tern\n\nTern sails weekly.\n")
	b := report(t, "b", "2025", "# B\n\n## Lines\n\n### Nortline\n\nWe asked Nortline about its boats: it has nine sites.\n\n### Fern\n\nWe asked Fern too.\n\n### Southline\n\nWe asked Southline as well.\n")
	w := extract(t, nil, a, b)
	if diff := cmp.Diff([]string{"Northline", "Tern"}, w.names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if p := w.one(t, "Nortline"); p.Name != "Northline" || !slices.Contains(p.Reports, "b") {
		t.Errorf("Nortline is %s of reports %v", p.Name, p.Reports)
	}
}

// TestCompanyInSeveralReports holds what a merged project knows of where it stands.
func TestCompanyInSeveralReports(t *testing.T) {
	w := landscape(t)
	for name, reports := range map[string][]string{
		"Halden Flow": {"flexwatch-briefing", "longview-storage-review"},
		"Tidewick":    {"chuneng-guancha", "flexwatch-briefing", "longview-storage-review"},
		"弘川钒储":        {"chuneng-guancha", "flexwatch-briefing"},
		"Ferrovane":   {"chuneng-guancha", "flexwatch-briefing", "longview-storage-review"},
		"Gravholt":    {"longview-storage-review"},
	} {
		p := w.one(t, name)
		got := slices.Sorted(slices.Values(p.Reports))
		if diff := cmp.Diff(reports, got); diff != "" {
			t.Errorf("%s: reports (-want +got):\n%s", name, diff)
		}
		if !slices.IsSorted(p.Passages) {
			t.Errorf("%s: passages %v are not in corpus order", name, p.Passages)
		}
		for _, n := range p.Passages {
			if !slices.Contains(w.About(n), p) {
				t.Errorf("%s: passage %d is not about it", name, n)
			}
		}
	}
}

func TestMerging(t *testing.T) {
	a := report(t, "a", "2024", "# A\n\n## Ferries\n\n### 北港轮渡\n\n北港轮渡（Northport Ferry）有两条航线。\n\n### 南港轮渡\n\n南港轮渡有一条航线。\n")
	b := report(t, "b", "2025", "# B\n\n## Lines\n\n### Northport Ferry\n\nNorthport Ferry runs two lines.\n\n### Drift-Wood Labs\n\nDrift-Wood Labs runs one line.\n\n### Seaglass / Amber\n\nSeaglass runs at night.\n")
	c := report(t, "c", "2025", "# C\n\n## Boats\n\n### Driftwood\n\nDriftwood sails.\n\n### Amber\n\nAmber sails too.\n")
	w := extract(t, nil, a, b, c)
	if got := len(w.Projects()); got != 4 {
		t.Fatalf("%d projects %q, want 4", got, w.names())
	}
	for _, same := range [][]string{{"北港轮渡", "Northport Ferry"}, {"Drift-Wood Labs", "Driftwood"}, {"Seaglass", "Amber"}, {"南港轮渡"}} {
		p := w.one(t, same[0])
		for _, s := range same {
			if w.one(t, s) != p {
				t.Errorf("%q and %q are two projects", same[0], s)
			}
			if w.Project(s) != p {
				t.Errorf("Project(%q) is not %q", s, p.Name)
			}
		}
	}
	if a, b := w.one(t, "北港轮渡"), w.one(t, "南港轮渡"); a == b {
		t.Error("two Chinese names that share characters are one project")
	}
	ids := map[string]bool{}
	for _, p := range w.Projects() {
		if p.ID == "" || ids[p.ID] {
			t.Errorf("%s: id %q is empty or taken", p.Name, p.ID)
		}
		ids[p.ID] = true
	}
}

func TestCategories(t *testing.T) {
	w := landscape(t)
	for name, want := range map[string]map[string]string{
		"Gravholt": {"en": "Long-duration storage"},
		"Tidewick": {"en": "Software and trading", "zh": "软件与虚拟电厂"},
		"北澜液流":     {"zh": "液流电池"},
	} {
		for language, label := range want {
			p := w.one(t, name)
			if !slices.ContainsFunc(p.Categories, func(c catalogue.Category) bool {
				return c.Report != "" && (language == "en" && c.En == label || language == "zh" && c.Zh == label)
			}) {
				t.Errorf("%s: categories %v, want %q in %s", name, p.Categories, label, language)
			}
		}
	}
}
