package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// lines is a report that describes Northline with the sentences, and Southline beside it.
func lines(sentences string) string {
	return "# Ferries\n\n## Lines\n\n### Northline\n\nNorthline sails daily. " + sentences + "\n\n### Southline\n\nSouthline sails weekly.\n"
}

// TestFacts holds what is read off one sentence about a described project.
func TestFacts(t *testing.T) {
	tests := []struct {
		name, sentence string
		want           string // all facts, one a line
	}{
		{"round and date", "In March 2024 it raised a Series A of $24 million.", "raised $24 million (a, 2024-03)"},
		{"round behind", "It raised $3 million in a seed round.", "raised $3 million (seed)"},
		{"no round", "It raised €28 million.", "raised €28 million"},
		{"Chinese round", "2024 年 9 月完成 1.8 亿元 A 轮融资。", "raised 1.8 亿元 (a, 2024-09)"},
		{"two rounds", "It raised a seed round of $2 million in 2021 and a Series A of $9 million in 2023.", "raised $2 million (seed, 2021)\nraised $9 million (a, 2023)"},
		{"two rounds behind", "It raised $18 million in a Series A and $5 million in a strategic round.", "raised $18 million (a)\nraised $5 million (strategic)"},
		{"pre-seed and seed", "It raised $1 million pre-seed and $3 million seed money.", "raised $1 million (pre-seed)\nraised $3 million (seed)"},
		{"what is somebody's is not denied", "It does not keep a customer's tickets.", ""},
		{"a round is no Series A", "It raised a round of $18 million.", "raised $18 million"},
		{"amount and valuation", "It raised $24 million at a valuation of $96 million.", "raised $24 million\nvaluation $96 million"},
		{"Chinese amount and valuation", "完成 1.8 亿元 A 轮融资，投后估值 12 亿元。", "raised 1.8 亿元 (a)\nvaluation 12 亿元"},
		{"market capitalisation", "Its market capitalisation was $310 million.", "market_cap $310 million"},
		{"bound", "It has raised more than $5 million.", "raised over $5 million"},
		{"bound from above", "Each trip costs less than $9.", "price under $9"},
		{"unit", "It runs 15 sites with 120 MWh.", "size 120\nsize 15"},
		{"customers", "It has 46 customers.", "users 46"},
		{"number in words", "It runs nine sites with 120 MWh.", "size 120\nsize nine"},
		{"number in words of nothing counted", "Two of them sank in twenty-five sites.", ""},
		{"start", "The pier was commissioned in June 2024.", "launched June 2024"},
		{"founding", "It was founded in 2019.", "founded 2019"},
		{"Chinese founding", "公司成立于 2011 年。", "founded 2011 年"},
		{"denial", "It has not disclosed its funding.", "raised none"},
		{"Chinese denial", "融资情况未披露。", "raised none"},
		{"not running yet", "The pier has not been commissioned.", "launched none"},
		{"Chinese: not running yet", "码头尚未投运。", "launched none"},
		{"negation of something else", "It does not sail at night and raised $5 million.", "raised $5 million"},
		{"no longer", "Its users no longer pay a fee.", ""},
		{"not in", "It does not sail in winter or on Sundays.", ""},
		{"no value", "It raised money from its members.", ""},
		{"no cue", "The pier is 250 m long and 12 m wide.", ""},
		{"digits in a name", "Its H100 and L4 boats sail.", ""},
		{"another thing", "It set up a development fund of $7 million.", ""},
		{"a phase that began is no founding", "In March 2024 it started the second phase of its test.", "launched March 2024"},
		{"a range is no figure", "A trip costs $0.1-1.", ""},
		{"a Chinese range is no figure", "价格为 0.1-1 美元。", ""},
		{"the price of another place", "A trip costs $0.76/hour on Northline, against $4.10/hour on Oldboat.", "price $0.76"},
		{"denied beside what is stated", "项目没有任何预挖代币、融资等，代币 NLX 靠航行产生。", "raised none"},
		{"no need denies nothing", "会员付费，而无需用户持有代币。", ""},
		{"no token", "项目目前没有代币。", "token none"},
		{"acquisition", "It was bought by a competitor for $80 million.", "acquired $80 million"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := small(t, lines(tt.sentence))
			if diff := cmp.Diff(tt.want, w.show(w.AllFacts(w.one(t, "Northline")))); diff != "" {
				t.Errorf("facts of %q (-want +got):\n%s", tt.sentence, diff)
			}
			if l := w.AllFacts(w.one(t, "Southline")); len(l) > 0 {
				t.Errorf("facts of the project beside it:\n%s", w.show(l))
			}
		})
	}
}

// TestDateOfAmount holds that the date of another event is not the date of an amount.
func TestDateOfAmount(t *testing.T) {
	for sentence, want := range map[string]string{
		"Founded in 2017, it raised £95 million in August 2022.":                                                 "raised £95 million (2022-08)",
		"2019 年成立，2023 年 11 月完成 9000 万元 A 轮融资。":                                                                  "raised 9000 万元 (a, 2023-11)",
		"It was founded in 2015 by Ann Lee, who still runs it, and has a market capitalisation of £640 million.": "market_cap £640 million",
	} {
		w := small(t, lines(sentence))
		var got []string
		for _, f := range w.AllFacts(w.one(t, "Northline")) {
			if f.Value.Kind == corpus.Amount {
				got = append(got, w.showOne(f))
			}
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("amounts of %q (-want +got):\n%s", sentence, diff)
		}
	}
}

// TestDateOfEvent holds that a date belongs to its own clause: a founding has one.
func TestDateOfEvent(t *testing.T) {
	for sentence, want := range map[string]string{
		"2019 年成立，2023 年 11 月完成 9000 万元 A 轮融资。":                         "founded 2019 年",
		"It was founded in 2014, and in May 2020 it raised $5 million.": "founded 2014",
	} {
		w := small(t, lines(sentence))
		got := w.show(w.Facts(w.one(t, "Northline"), "founded"))
		if got != want {
			t.Errorf("founding in %q: %q, want %q", sentence, got, want)
		}
	}
}

// TestOwner holds whose a value is where a sentence names two projects.
func TestOwner(t *testing.T) {
	tests := []struct{ name, sentence, north, south string }{
		{"each its own", "Northline raised $5 million, while Southline raised $9 million.", "raised $5 million", "raised $9 million"},
		{"the other one", "Its rival Southline raised $9 million.", "", "raised $9 million"},
		{"the described one, the other before", "Unlike Southline, Northline raised $5 million.", "raised $5 million", ""},
		{"Chinese, each its own", "Northline 融资 500 万美元，Southline 融资 900 万美元。", "raised 500 万美元", "raised 900 万美元"},
		{"the other's denial", "Northline raised $5 million; Southline has not disclosed its funding.", "raised $5 million", "raised none"},
		{"the other on the way", "Northline, a rival of Southline, raised $5 million.", "raised $5 million", ""},
		{"what was named right before", "Northline sails with Southline, which raised $9 million.", "", "raised $9 million"},
		{"the company behind it", "Harbourmast was founded in 1999 and raised $70 million; Northline was founded in 2015.", "founded 2015", ""},
		{"the company behind it, Chinese", "Northline 背后的 Harbourmast 成立于 1999 年，共融资 7000 万美元。", "", ""},
		{"its short name", "North has raised $5 million.", "raised $5 million", ""},
		{"compared with a stranger before", "A cabin on Harbourmast is priced at $410, while on Northline it is $76.", "price $76", ""},
		{"compared with a stranger behind", "A cabin is priced at $76 on Northline, while on Harbourmast it is $410.", "price $76", ""},
		{"compared with a stranger, Chinese", "Northline 的单价为每小时 76 美元，而在 Harbourmast 上要每小时 410 美元。", "price 76 美元", ""},
		{"no comparison", "Northline raised more than $5 million, while its Series B brought $9 million of funding.", "raised $9 million (b)\nraised over $5 million", ""},
		{"the other only behind", "It raised $5 million from Southline.", "raised $5 million", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := small(t, lines(tt.sentence))
			for name, want := range map[string]string{"Northline": tt.north, "Southline": tt.south} {
				if diff := cmp.Diff(want, w.show(w.AllFacts(w.one(t, name)))); diff != "" {
					t.Errorf("%s in %q (-want +got):\n%s", name, tt.sentence, diff)
				}
			}
		})
	}
}

// TestCompanion holds that a denial at the end of a sentence is its subject's, not that of
// a project named on the way.
func TestCompanion(t *testing.T) {
	w := landscape(t)
	for _, f := range w.Facts(w.one(t, "云枢调度"), "users") {
		if f.Denied {
			t.Errorf("云枢调度 has no customers, says %q", w.sentence(f))
		}
	}
}

// TestColumns holds that a cell's column says what its figure is, that names of things are no
// figures, and that values lie in their cells.
func TestColumns(t *testing.T) {
	w := small(t, `# R

## Lines

| Company | What it does | Founded | Customers | Raised | Site |
|---|---|---|---|---|---|
| Northline | Sails to 3 ports | 2018 | 41 | $19 million Series A (June 2023, led by Ann Lee) | Pier 2090 |
| Southline | Sails | 2016 | 1,800+ | not disclosed | none |
`)
	for name, want := range map[string]string{
		"Northline": "founded 2018\nraised $19 million (a, 2023-06)\nusers 41",
		"Southline": "founded 2016\nraised none\nsize none\nusers over 1,800+",
	} {
		if diff := cmp.Diff(want, w.show(w.AllFacts(w.one(t, name)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, f := range w.Facts(w.one(t, "Northline"), "users") {
		if f.Unit != "customers" {
			t.Errorf("unit %q, want the column's", f.Unit)
		}
	}
}

func TestMalformedFigure(t *testing.T) {
	w := small(t, lines("Its market cap is $723,377,08424."))
	facts := w.Facts(w.one(t, "Northline"), "market_cap")
	if len(facts) != 1 || !facts[0].Value.Malformed || facts[0].Value.Num != 0 {
		t.Fatalf("facts %+v, want one, malformed", facts)
	}
	if got := w.showOne(facts[0]); got != "market_cap $723,377,08424" {
		t.Errorf("printed %q", got)
	}
}

func TestUnits(t *testing.T) {
	w := small(t, lines("It runs 15 sites with 120 MWh. 共有 27 座电站。"))
	units := map[string]float64{}
	for _, f := range w.Facts(w.one(t, "Northline"), "size") {
		units[f.Unit] = f.Value.Num
	}
	if units["sites"] != 15 || units["mwh"] != 120 {
		t.Errorf("units %v, want 15 sites and 120 mwh", units)
	}
}

// TestNewestFirst holds that facts come newest report first, with where they stand.
func TestNewestFirst(t *testing.T) {
	old := report(t, "old", "2023-05", lines("It runs 12 sites."))
	young := report(t, "young", "2025-01", lines("It runs 14 sites. It raised $5 million."))
	w := extract(t, nil, old, young)
	facts := w.Facts(w.one(t, "Northline"), "size")
	var got []string
	for _, f := range facts {
		got = append(got, f.Report+" "+f.AsOf.String()+" "+w.showOne(f))
	}
	if diff := cmp.Diff([]string{"young 2025-01 size 14", "old 2023-05 size 12"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLandscapeFacts holds what a reader of the landscape would say.
func TestLandscapeFacts(t *testing.T) {
	w := landscape(t)
	tests := []struct{ project, attribute, want string }{
		{"Ferrovane", "raised", "raised $145 million (c, 2024-03)\nraised 1.54 亿美元 (c, 2024-03)"},
		{"Halden Flow", "raised", "raised $58 million (b, 2023-09)\nraised $62 million (b, 2023-09)"},
		{"Corvid Ionics", "valuation", "valuation $420 million (2025-02)"},
		{"Zephyr Zinc", "market_cap", "market_cap $310 million (2025-04)"},
		{"Zephyr Zinc", "raised", ""},
		{"Kilnstone Thermal", "raised", "raised none"},
		{"沧石压缩空气", "raised", "raised none"},
		{"晴川虚拟电厂", "raised", "raised none"},
		{"Merrow Markets", "raised", "raised none"},
		{"Tidewick", "users", "users 38\nusers 41\nusers none"}, // none in one country,
		{"Ampline", "founded", "founded 2019"},
		{"Tern Cryogenic", "launched", "launched 2026\nlaunched none"},
		{"Ampline", "raised", "raised $7.5 million (seed, 2022-10)"},
		{"Dispatchery", "raised", "raised $3.2 million (pre-seed, 2024-04)"},
		{"Lumen Ridge", "raised", "raised A$210 million (2023-12)"},
		{"弘川钒储", "raised", "raised 4.2 亿元 (b, 2023-06)"},
		{"弘川钒储", "valuation", "valuation 38 亿元 (2023-06)"},
		{"格润储能", "market_cap", "market_cap 210 亿元"},
		{"Saltmarsh Power", "raised", "raised £95 million (2022-08)"},
		{"Brightwater Grid", "market_cap", "market_cap £640 million"},
		{"云枢调度", "founded", "founded 2019 年"},
		{"北澜液流", "founded", "founded 2023 年"},
	}
	for _, tt := range tests {
		got := w.show(w.Facts(w.one(t, tt.project), tt.attribute))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", tt.attribute, tt.project, diff)
		}
	}
}

// TestFactsStandThere holds what is true of every fact: it lies in its passage, its
// value in its sentence, and FactsAt finds it.
func TestFactsStandThere(t *testing.T) {
	w := landscape(t)
	spelled := []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	n := 0
	for _, p := range w.Projects() {
		for _, f := range w.AllFacts(p) {
			n++
			ps := w.passages[f.Passage]
			s := w.sentence(f)
			if f.Project != p || ps.Report != f.Report || f.Start < ps.Start || f.End > ps.End || f.Start >= f.End {
				t.Fatalf("%s: fact %+v is not in passage %s [%d, %d)", p.Name, f, ps.ID, ps.Start, ps.End)
			}
			if f.Denied {
				if f.Value != (corpus.Value{}) {
					t.Errorf("%s: a denial has the value %+v", p.Name, f.Value)
				}
			} else if f.Value.Start < 0 || f.Value.Start >= f.Value.End || f.Value.End > len(s) || !strings.ContainsAny(s[f.Value.Start:f.Value.End], "0123456789万亿JFMASOND") && !slices.Contains(spelled, strings.ToLower(s[f.Value.Start:f.Value.End])) {
				t.Errorf("%s: value [%d, %d) of %q", p.Name, f.Value.Start, f.Value.End, s)
			}
			if !slices.ContainsFunc(w.FactsAt(f.Passage, f.Start), func(o catalogue.Fact) bool {
				return o.Project == p && o.Attribute == f.Attribute && o.Value == f.Value
			}) {
				t.Errorf("%s: FactsAt(%d, %d) does not hold %s", p.Name, f.Passage, f.Start, w.showOne(f))
			}
		}
	}
	if n < 80 {
		t.Errorf("%d facts in the landscape, want 80 or more", n)
	}
	if l := w.FactsAt(0, 1<<30); len(l) > 0 {
		t.Errorf("facts where no sentence begins: %v", l)
	}
}

func TestAboutAt(t *testing.T) {
	w := small(t, "# R\n\n## Lines\n\n- **Northline**: two boats. It was founded in 2001.\n- **Southline**: one boat. It was founded in 2002.\n")
	for i, p := range w.passages {
		for _, name := range []string{"Northline", "Southline"} {
			at := strings.Index(p.Text, name)
			if at < 0 {
				continue
			}
			about := w.AboutAt(i, p.Start+at+len(name)+4)
			if len(about) != 1 || about[0].Name != name {
				t.Errorf("behind %s in %q: about %v", name, p.Text, about)
			}
		}
	}
	if l := w.AboutAt(-1, 0); len(l) > 0 {
		t.Errorf("passage -1 is about %v", l)
	}
	if l := w.AboutAt(len(w.passages), 0); len(l) > 0 {
		t.Errorf("the passage behind the last is about %v", l)
	}
	if got := w.show(w.Facts(w.one(t, "Southline"), "founded")); got != "founded 2002" {
		t.Errorf("Southline: %q", got)
	}
}
