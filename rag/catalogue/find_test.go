package catalogue_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	w := landscape(t)
	shown := func(names ...string) []string {
		out := []string{}
		for _, n := range names {
			out = append(out, w.one(t, n).Name)
		}
		return out
	}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"exact", "When was Gravholt founded?", shown("Gravholt")},
		{"two words", "Who runs Tern Cryogenic?", shown("Tern Cryogenic")},
		{"lower case", "who runs tern cryogenic", shown("Tern Cryogenic")},
		{"capitals", "WHO RUNS TERN CRYOGENIC", shown("Tern Cryogenic")},
		{"without its blank", "who runs TernCryogenic?", shown("Tern Cryogenic")},
		{"with a dash", "is Halden-Flow old", shown("Halden Flow")},
		{"possessive", "What is Gravholt's efficiency?", shown("Gravholt")},
		{"possessive of one letter more", "what is Corvid's founding year", shown("Corvid Ionics")},
		{"possessive at the end", "list Halden Flow's", shown("Halden Flow")},
		{"possessive, curly", "Halden Flow’s founders", shown("Halden Flow")},
		{"in quotes", `what does "Dispatchery" do`, shown("Dispatchery")},
		{"beside Chinese", "介绍一下Tidewick的客户", shown("Tidewick")},
		{"full width", "Ｄｉｓｐａｔｃｈｅｒｙ是什么", shown("Dispatchery")},
		{"a letter too few", "how many sites has Britewater Grid", shown("Brightwater Grid")},
		{"two letters swapped", "what is Gravhotl", shown("Gravholt")},
		{"a letter doubled", "what is Dispattchery", shown("Dispatchery")},
		{"Chinese", "弘川钒储的创始人是谁", shown("弘川钒储")},
		{"Chinese without its blanks", "请问弘川钒储和锐钠科技哪个大", shown("弘川钒储", "锐钠科技")},
		{"traditional", "弘川釩儲的創始人是誰", shown("弘川钒储")},
		{"traditional with full-width marks", "弘川釩儲（４００ＭＷｈ）的創始人是誰？", shown("弘川钒储")},
		{"other script", "who founded Hongchuan Vanadium", shown("弘川钒储")},
		{"two, in order", "Ferrovane or Gravholt?", shown("Ferrovane", "Gravholt")},
		{"two, the other way round", "Gravholt or Ferrovane?", shown("Gravholt", "Ferrovane")},
		{"the same in two scripts", "费罗万 (Ferrovane) 是什么", shown("费罗万")},
		{"the same twice", "Gravholt, I mean Gravholt", shown("Gravholt")},
		{"first word", "who founded Pallas?", shown("Pallas Storage")},
		{"first word nowhere alone", "who is the chief executive of Corvid", shown("Corvid Ionics")},
		{"first word in small letters", "corvid cells", shown("Corvid Ionics")},
		{"first word of the other script", "who runs Hongchuan?", shown("弘川钒储")},
		{"none", "What is a capacity market?", nil},
		{"a word of a name", "Which markets pay for flow?", nil},
		{"a word alike", "are there gravel pits", nil},
		{"a name alike", "who founded Amber Falls Storage", nil},
		{"a category", "which companies make flow batteries", nil},
		{"empty", "", nil},
		{"blank", " \t\n ", nil},
		{"marks", "?!.,$$$ -- ()", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if want == nil {
				want = []string{}
			}
			if diff := cmp.Diff(want, w.found(tt.text)); diff != "" {
				t.Errorf("Find(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestFindPlaces holds that a mention stands where it says.
func TestFindPlaces(t *testing.T) {
	w := landscape(t)
	text := "compare 弘川钒储, tern cryogenic and Gravhotl"
	want := map[string]bool{"弘川钒储": true, "tern cryogenic": true, "Gravhotl": false}
	for _, m := range w.Find(text) {
		exact, ok := want[text[m.Start:m.End]]
		if !ok || exact != m.Exact {
			t.Errorf("mention %q exact %v", text[m.Start:m.End], m.Exact)
		}
		delete(want, text[m.Start:m.End])
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

const tickers = `# Ferries

## Lines

### Northline

Northline sails daily. Its token is NLX, and the total supply of NLX is 10 million. Its old token $Drift is no longer traded.

### Southline

Southline sails weekly. Its token SHIP pays for tickets.

### Eastline

Eastline lets members pay with $SEA. Nobody else does.

### Westline

Westline has no coin. It was founded in 2019.
`

func TestTickers(t *testing.T) {
	w := small(t, tickers)
	tests := []struct {
		text string
		want []string
	}{
		{"what is NLX", []string{"Northline"}},
		{"what is $NLX", []string{"Northline"}},
		{"what is $nlx", []string{"Northline"}},
		{"price of nlx", []string{"Northline"}},
		{"$drift?", []string{"Northline"}},
		{"$SEA", []string{"Eastline"}},
		{"what is $XYZ", []string{}},
		{"Westline", []string{"Westline"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, w.found(tt.text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

// TestEverydayTickers holds that a word or an abbreviation that the reports use for
// something else names a project only behind a $.
func TestEverydayTickers(t *testing.T) {
	text := tickers + "\n## Rules\n\n"
	for range 8 {
		text += "Every port has a SEA rule of its own, and each ship must know it.\n\n"
	}
	w := small(t, text)
	for text, want := range map[string][]string{
		"which SEA rules are there": {},
		"how deep is the sea":       {},
		"what is $SEA":              {"Eastline"},
		"what is $sea":              {"Eastline"},
		"who owns the ship":         {},
		"is Northline at sea":       {"Northline"},
	} {
		if diff := cmp.Diff(want, w.found(text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// TestTickerInProse holds that a ticker in small letters is no name beside another one.
func TestTickerInProse(t *testing.T) {
	w := small(t, tickers)
	if diff := cmp.Diff([]string{"Westline"}, w.found("does Westline have an nlx office")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormerNames(t *testing.T) {
	w := small(t, "# R\n\n## Lines\n\n### Northline\n\nNorthline, formerly Amberway Lines, sails daily.\n\n### 南港轮渡\n\n南港轮渡原名 Southferry，有一条航线。\n")
	for text, want := range map[string]string{
		"what became of Amberway Lines": "Northline",
		"amberway lines":                "Northline",
		"Southferry 是什么":                "南港轮渡",
	} {
		if diff := cmp.Diff([]string{want}, w.found(text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// TestShortNames holds that the first word of a name stands for it where the
// report uses it so, and nowhere else.
func TestShortNames(t *testing.T) {
	w := small(t, "# R\n\n## Lines\n\n### Northline Ferries\n\nNorthline Ferries sails daily. Northline has two boats. In winter Northline rests.\n\n### Harbour Works\n\nHarbour Works builds. The harbour of Lee is its home. Harbour dues are low.\n")
	for text, want := range map[string][]string{
		"when does Northline rest": {"Northline Ferries"},
		"northline boats":          {"Northline Ferries"},
		"which harbour is deepest": {},
		"Harbour Works":            {"Harbour Works"},
	} {
		if diff := cmp.Diff(want, w.found(text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// TestWordThatIsAName holds that an everyday word is a name only where it is
// written like one.
func TestWordThatIsAName(t *testing.T) {
	w := small(t, "# R\n\n## Lines\n\n| Company | Boats |\n|---|---|\n| Tide | 2 |\n| Northline | 1 |\n\n## Rules\n\nThe tide rises twice a day. A low tide lasts an hour.\n")
	for text, want := range map[string][]string{
		"How many boats has Tide?":             {"Tide"},
		"How long does a low tide last in Lee": {},
		"tide boats":                           {"Tide"}, // nothing in it tells a name from a word
	} {
		if diff := cmp.Diff(want, w.found(text)); diff != "" {
			t.Errorf("Find(%q) (-want +got):\n%s", text, diff)
		}
	}
}

// TestProject holds that every spelling of every project leads back to it.
func TestProject(t *testing.T) {
	w := landscape(t)
	for _, p := range w.Projects() {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			for _, s := range []string{n, strings.ToUpper(n), strings.ToLower(n), " " + n + " "} {
				if got := w.Project(s); got != p {
					t.Errorf("Project(%q) = %v, want %s", s, got, p.Name)
				}
			}
		}
	}
	for _, s := range []string{"", "   ", "Nobody Knows This", "Ferrovane and Gravholt"} {
		if p := w.Project(s); p != nil {
			t.Errorf("Project(%q) = %s, want none", s, p.Name)
		}
	}
}

func FuzzFind(f *testing.F) {
	w := landscape(f)
	for _, s := range []string{"", "Gravholt vs 弘川釩儲", "$BWG $ -- 0O1l", "ＴＩＤＥＷＩＣＫ's", "gravhotl\xff\xfe", "İstanbul Gravholt ẞ", strings.Repeat("Tern ", 50), "費\u0301羅萬"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		seen := map[string]bool{}
		for _, m := range w.Find(text) {
			if m.Project == nil || m.Start < end || m.Start >= m.End || m.End > len(text) {
				t.Fatalf("Find(%q): mention [%d, %d) after %d", text, m.Start, m.End, end)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[m.Start:m.End]) {
				t.Fatalf("Find(%q): mention %q cuts a character", text, text[m.Start:m.End])
			}
			if seen[m.Project.ID] {
				t.Fatalf("Find(%q): %s twice", text, m.Project.Name)
			}
			seen[m.Project.ID] = true
			end = m.End
		}
	})
}

// TestNameInSmallLetters holds that a name which is printed in small letters is known by them in a
// question that has capitals too.
func TestNameInSmallLetters(t *testing.T) {
	w := small(t, "# Tools\n\n## Companies\n\n### quill7\n\nquill7 is a pump maker. The pumps of quill7 are blue. Everybody at quill7 knows quill7.\n")
	if got := w.Find("GitHub stars of quill7's Nozzle repo"); len(got) != 1 || got[0].Project.Name != "quill7" {
		t.Errorf("found %v, want quill7", got)
	}
}
