package verify

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// The kinds of renderings, honest and spoiled, in the order of the table.
const (
	spoilScale = "figure scaled"
	spoilYear  = "year changed"
	spoilName  = "name of the report put in"
)

var renderingKinds = []string{editDigit, spoilScale, spoilYear, spoilName, editInsert, keepWhole}

// renderingBars hold renderings into the other language, sameBars retellings in the same one.
var (
	renderingBars = map[string]float64{editDigit: 0.98, spoilScale: 0.98, spoilYear: 0.98, spoilName: 0.95, editInsert: 0.95, keepWhole: 0.02}
	sameBars      = map[string]float64{editDigit: 0.98, spoilScale: 0.98, spoilYear: 0.98, spoilName: 0.95, editInsert: 0.80, keepWhole: 0.05}
)

// A rendering is a line of renderings.jsonl: a sentence of a built-in report, and how a language
// model would tell it.
type rendering struct {
	ID        string `json:"id"`
	Report    string `json:"report"`
	Source    string `json:"source"`    // as the report has it
	Subject   string `json:"subject"`   // the project that it is about, "" for none
	Lang      string `json:"lang"`      // of the rendering
	Rendering string `json:"rendering"` // true to the source
	Same      bool   `json:"same"`      // told in the language of the source
}

func readRenderings(t testing.TB) []rendering {
	t.Helper()
	f, err := os.Open("../../corpus/testdata/renderings/renderings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []rendering
	for s := bufio.NewScanner(f); s.Scan(); {
		var r rendering
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatalf("renderings.jsonl:%d: %v", len(out)+1, err)
		}
		out = append(out, r)
	}
	return out
}

// TestRenderings holds renderings of sentences of the built-in reports against the passages that
// these stand in, as they are and spoiled, and prints what share of each kind is caught.
// MISSES=1 lists what goes wrong.
//
//	go test ./rag/verify -run TestRenderings -v
func TestRenderings(t *testing.T) {
	skipUnderRace(t)
	reports, entries, err := corpus.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c := newChecker(t, entries)
	given := map[string][]sample{}
	texts := map[string]string{}
	for _, s := range samples(reports, entries) {
		given[s.report.ID] = append(given[s.report.ID], s)
		texts[s.report.ID] += s.text + "\n"
	}
	across, same := newBoard(), newBoard()
	directions := map[string]*board{"en": newBoard(), "zh": newBoard()}
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, r := range readRenderings(t) {
		at := slices.IndexFunc(given[r.Report], func(s sample) bool { return strings.HasSuffix(s.text, r.Source) })
		if at < 0 {
			t.Errorf("%s: %q is no sentence of the report", r.ID, r.Source)
			continue
		}
		s := given[r.Report][at]
		if got := corpus.Language(r.Rendering); got != r.Lang || (got == "zh") == s.zh != r.Same {
			t.Errorf("%s: the rendering is in %q, want %q", r.ID, got, r.Lang)
		}
		var own []string
		for i := range entries {
			if l := namesOf(&entries[i]); slices.Contains(l, r.Subject) {
				own = l
			}
		}
		if r.Subject != "" && own == nil {
			t.Errorf("%s: no project is called %q", r.ID, r.Subject)
		}
		s.source.Subject = own // as the catalogue knows it
		s.source.Heading = strings.TrimPrefix(s.source.Heading, s.report.Publisher)
		boards := []*board{same}
		if !r.Same {
			boards = []*board{across, directions[r.Lang]}
		}
		for kind, l := range spoil(rnd, &r, texts[r.Report], entries) {
			for _, text := range l {
				for _, b := range boards {
					b.try(t, c, trial{kind, r.ID, text, s.source, own})
				}
			}
		}
	}
	for _, lang := range []string{"en", "zh"} {
		t.Log("told in the other language:", lang)
		directions[lang].hold(t, renderingKinds, nil)
	}
	t.Log("told in the other language")
	across.hold(t, renderingKinds, renderingBars)
	t.Log("told in the same language")
	same.hold(t, renderingKinds, sameBars)
}

// spoilings is how often each kind of spoiling is tried on a rendering.
const spoilings = 3

// spoil returns the rendering, and what it is spoiled to, by kind.
func spoil(rnd *rand.Rand, r *rendering, report string, entries []corpus.ProjectEntry) map[string][]string {
	out := map[string][]string{keepWhole: {r.Rendering}}
	add := func(kind, text string) {
		if text != "" && text != r.Rendering && !slices.Contains(out[kind], text) {
			out[kind] = append(out[kind], text)
		}
	}
	known := allNames(entries)
	mine := properNames(r.Rendering, known, func(n string) bool { return containsName(r.Source, n) })
	theirs := properNames(report, known, func(n string) bool { return !containsName(r.Source, n) })
	for range spoilings {
		add(editDigit, changeDigit(rnd, r.Rendering))
		add(spoilScale, rescale(rnd, r.Rendering))
		add(spoilYear, changeYear(rnd, r.Rendering, r.Source))
		add(spoilName, swapIn(rnd, r.Rendering, mine, report, theirs, sameName(entries)))
		add(editInsert, insertNegation(rnd, r.Rendering, r.Lang == "zh"))
	}
	return out
}

var camelCase = regexp.MustCompile(`[a-z][A-Z]|[A-Z]{2,}[a-z]|[A-Za-z]\.[A-Za-z]`)

// properNames returns where those names of projects, companies and persons stand in s that suit: known ones, several
// words, or capitals inside.
func properNames(s string, known []string, suits func(string) bool) [][]int {
	return slices.DeleteFunc(namesIn(s, known), func(m []int) bool {
		n := s[m[0]:m[1]]
		return len(n) < 4 || !slices.Contains(known, n) && !strings.Contains(n, " ") && !camelCase.MatchString(n) || !suits(n)
	})
}

var (
	plainFigures = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`)
	yearPattern  = regexp.MustCompile(`\b(?:19|20)\d\d\b`)
	scaleWords   = [][2]string{{"million", "billion"}, {"billion", "million"}, {"trillion", "billion"}, {"万亿", "亿"}, {"亿", "万"}, {"万", "亿"}}
)

// rescale puts ten times a figure for it, or another word of scale behind it.
func rescale(rnd *rand.Rand, s string) string {
	var l [][]int
	for _, m := range figuresIn(s) {
		if !yearPattern.MatchString(strings.TrimSpace(s[m[0]:m[1]])) || strings.ContainsAny(s[m[0]:m[1]], "$万亿mb") {
			l = append(l, m)
		}
	}
	if len(l) == 0 {
		return ""
	}
	m := l[rnd.IntN(len(l))]
	text := s[m[0]:m[1]]
	if rnd.IntN(2) == 0 {
		for _, w := range scaleWords {
			if strings.Contains(text, w[0]) {
				return s[:m[0]] + strings.Replace(text, w[0], w[1], 1) + s[m[1]:]
			}
		}
	}
	return s[:m[0]] + plainFigures.ReplaceAllStringFunc(text, tenfold) + s[m[1]:]
}

// tenfold moves the point of a printed number.
func tenfold(n string) string {
	whole, places, ok := strings.Cut(strings.ReplaceAll(n, ",", ""), ".")
	if !ok {
		return whole + "0"
	}
	whole = strings.TrimLeft(whole+places[:1], "0")
	if whole == "" {
		whole = "0"
	}
	if len(places) == 1 {
		return whole
	}
	return whole + "." + places[1:]
}

// changeYear puts a year that the source does not have for one of the years.
func changeYear(rnd *rand.Rand, s, source string) string {
	l := yearPattern.FindAllStringIndex(s, -1)
	if len(l) == 0 {
		return ""
	}
	m := l[rnd.IntN(len(l))]
	digit := string(rune('0' + rnd.IntN(10)))
	year := s[m[0]:m[1]-1] + digit
	if strings.Contains(source, year) || strings.Contains(source, year[2:]) {
		return ""
	}
	return s[:m[0]] + year + s[m[1]:]
}
