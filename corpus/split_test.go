package corpus

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readString reads Markdown text.
func readString(t *testing.T, text string) Report {
	t.Helper()
	r, err := Read("r.md", []byte(text), Meta{Title: "Title", Published: Date{Year: 2024, Month: 3}})
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, r)
	return r
}

func TestSplitPassage(t *testing.T) {
	r := readString(t, "# Title\n\n## Part\n\n| Name | Price |\n|---|---|\n| **North** | $3.5 |\n")
	p := Split(r)[0]
	want := Passage{
		ID: "r#1", Report: "r", Path: []string{"Part", "North"}, Header: "Title > Part > North (2024): Name, Price",
		Text: "North\n$3.5", Start: 13, End: 23, Kind: TableRow,
		Cells:    []Cell{{Column: "Name", Start: 13, End: 18}, {Column: "Price", Start: 19, End: 23}},
		Language: "en",
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := p.Section(); got != "Part > North" {
		t.Errorf("section %q", got)
	}
}

// words returns n words that make one sentence, numbered so that each differs.
func words(n, number int) string {
	return fmt.Sprintf("Sentence %d is%s.", number, strings.Repeat(" word", n-3))
}

// paragraph returns a paragraph of so many sentences of 20 words.
func paragraph(sentences int) string {
	var out []string
	for i := range sentences {
		out = append(out, words(20, i))
	}
	return strings.Join(out, " ")
}

func TestSplitSizes(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []int // words of each passage, to the ten
	}{
		{"one short paragraph", paragraph(1), []int{20}},
		{"paragraphs that fit", paragraph(5) + "\n\n" + paragraph(5) + "\n\n" + paragraph(5), []int{300}},
		{"paragraphs that do not fit", strings.Repeat(paragraph(5)+"\n\n", 6), []int{300, 300}},
		{"a long paragraph", paragraph(60), []int{420, 420, 360}},
		{"a short rest", paragraph(20) + "\n\n" + words(10, 1), []int{410}},
		{"a short rest that would stand alone", paragraph(20) + "\n\n" + words(30, 1), []int{430}},
		{"sections apart", "## A\n\n" + paragraph(1) + "\n\n## B\n\n" + paragraph(1), []int{20, 20}},
		{"items with their line", paragraph(14) + "\n\nThese are the items:\n\n- " + strings.Repeat(words(20, 1)+"\n- ", 9) + words(20, 1), []int{280, 200}},
		{"a long list", "These are the items:\n\n- " + strings.Repeat(words(20, 1)+"\n- ", 39) + words(20, 1), []int{400, 400}},
		{"a word without end", strings.Repeat("x", 50000), []int{0, 0, 0}},
		{"a sentence without end", strings.Repeat("word ", 4000), []int{1650, 1650, 700}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			for _, p := range Split(readString(t, tt.text)) {
				_, n := units(p.Text)
				got = append(got, (n+4)/10*10)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("words of the passages (-want +got)\n%s", diff)
			}
		})
	}
}

// TestSplitCuts checks that a long paragraph is cut at ends of sentences only,
// whatever dots it holds.
func TestSplitCuts(t *testing.T) {
	for _, sentence := range []string{
		"The price at last.fm is $0.1318 or 1,000.5, e.g. in the U.S. office of Dr. Ann (see Fig. 3. And more.) at https://a.example/b.c?d.",
		"北港的估值为 1.3 亿美元（见 3.5 节。又见后文。），由 Crane.IO 和 Gate.io「领投。跟投」，价格 $0.2 / h。",
	} {
		r := readString(t, strings.Repeat(sentence+" ", 100))
		passages := Split(r)
		if len(passages) < 3 {
			t.Fatalf("%d passages", len(passages))
		}
		for _, p := range passages {
			if rest := strings.ReplaceAll(strings.ReplaceAll(p.Text, sentence, ""), " ", ""); rest != "" {
				t.Errorf("%s holds a part of a sentence: %q", p.ID, rest)
			}
		}
	}
}

func TestSplitPaths(t *testing.T) {
	r := readString(t, strings.Join([]string{
		"Intro.", "## A", "Text.", "- **Named**: item.", "- other item", "### B", "1. one", "2. two", "#### C", "Deep.", "## D", "End.",
	}, "\n\n"))
	var got []string
	for _, p := range Split(r) {
		got = append(got, fmt.Sprintf("%s | %s | %s", p.ID, p.Section(), strings.ReplaceAll(p.Text, "\n", "/")))
	}
	want := []string{
		"r#1 |  | Intro.",
		"r#2 | A | Text.",
		"r#3 | A > Named | Named: item.",
		"r#4 | A | other item",
		"r#5 | A > B | 1. one/2. two",
		"r#6 | A > B > C | Deep.",
		"r#7 | D | End.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Two passages must not share the memory of a path.
	passages := Split(r)
	passages[1].Path[0] = "changed"
	if passages[2].Path[0] != "A" || r.Sections[1].Path[0] != "A" {
		t.Errorf("paths share memory: %q, %q", passages[2].Path, r.Sections[1].Path)
	}
}

func TestLeadOf(t *testing.T) {
	tests := []struct{ text, marked, want string }{
		{"Tugs: pull ships", "Tugs", "Tugs"},
		{"Tugs: pull ships", "Tugs:", "Tugs"},
		{"Tugs pull ships", "Tugs", "Tugs"},
		{"Tugs", "Tugs", ""},
		{"A whole sentence that is bold from its first to its very last word, and then more.", "A whole sentence that is bold from its first to its very last word, and then", ""},
		{"Deep water: ships come", "", "Deep water"},
		{"子网：共 32 个", "", "子网"},
		{"See https://a.example: more", "", ""},
		{"at 10:30 it opens", "", ""},
		{"It has two parts, quays and cranes: both are old", "", ""},
		{"One two three four five six seven: too long", "", ""},
		{"Ends here:", "", ""},
		{"North Crane is a crane", "", "North Crane"},
		{"last.fm is the network", "", "last.fm"},
		{"North Crane, a crane of steel, lifts", "", "North Crane"},
		{"QAO, or crane of steel, lifts", "", "QAO"},
		{"North is deep", "", ""},
		{"This is a crane", "", ""},
		{"Finally, the crane lifts", "", ""},
		{"The North is a crane", "", ""},
		{"some crane is a crane", "", ""},
		{"inShore Deep 是一个协议", "", "inShore Deep"},
		{"Garmin，由团队创立", "", "Garmin"},
		{"GammaHash 利用余力", "", "GammaHash"},
		{"EU 代理可以交易", "", ""},
		{"2023 年发布", "", ""},
		{"其他项目", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := leadOf(tt.text, tt.marked); got != tt.want {
			t.Errorf("leadOf(%q, %q) = %q, want %q", tt.text, tt.marked, got, tt.want)
		}
	}
}

func TestRowLead(t *testing.T) {
	tests := []struct {
		cells []string
		want  string
	}{
		{[]string{"North\n(old)", "x"}, "North (old)"},
		{[]string{"1", "North"}, "North"},
		{[]string{"#12.", "North"}, "North"},
		{[]string{"12", "34"}, "12"},
		{[]string{"2023", "North"}, "2023"},
		{[]string{"", "x"}, "x"},
		{[]string{strings.Repeat("word ", 30), "x"}, ""},
		{nil, ""},
	}
	for _, tt := range tests {
		var cells []cellText
		for _, c := range tt.cells {
			cells = append(cells, cellText{text: c})
		}
		if got := rowLead(cells); got != tt.want {
			t.Errorf("rowLead(%q) = %q, want %q", tt.cells, got, tt.want)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2024-02-03T08:00:00+00:00": "2024-02-03", "2024/02/03": "2024-02-03", "2024-02-03 10:00": "2024-02-03",
		"2024": "2024", "2024-02": "2024-02", "Feb 3, 2024": "", "": "", "2024-02-031": "",
	} {
		if got := looseDate(in).String(); got != want {
			t.Errorf("looseDate(%q) = %q, want %q", in, got, want)
		}
	}
	for _, bad := range []string{"2024-13", "2024-1", "2024-01-32", "x", "24"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("ParseDate(%q) = %v", bad, d)
		}
	}
	a, b := Date{Year: 2024, Month: 3}, Date{Year: 2024, Month: 3, Day: 1}
	if a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 {
		t.Errorf("compare %v with %v", a, b)
	}
}
