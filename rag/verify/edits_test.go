package verify

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
)

// The kinds of edited and of kept sentences, in the order of the table.
const (
	editDigit    = "digit changed"
	editFigure   = "figure of the passage put in"
	editExchange = "two figures exchanged"
	editName     = "name of the passage put in"
	editInsert   = "negation inserted"
	editRemove   = "negation removed"
	editProject  = "figure on another project"
	editLabel    = "label of another project"
	keepWhole    = "untouched"
	keepOther    = "retold"
)

var kinds = []string{editDigit, editFigure, editExchange, editName, editInsert, editRemove, editProject, editLabel, keepWhole, keepOther}

// editBars are the least shares caught of each edit, and the greatest shares of false
// alarms of what is kept.
var editBars = map[string]float64{
	editDigit: 0.98, editFigure: 0.95, editExchange: 0.85, editName: 0.95, editInsert: 0.90, editRemove: 0.90,
	editProject: 0.80, editLabel: 0.80, keepWhole: 0.05, keepOther: 0.05,
}

func isKept(kind string) bool { return kind == keepWhole || kind == keepOther }

// A trial is a sentence to check and the source it cites.
type trial struct {
	kind     string
	how      string // of a retold sentence
	sentence string
	source   Source
	subjects []string
}

// A sample is a sentence as a report has it.
type sample struct {
	text    string
	passage string
	source  Source
	entry   *corpus.ProjectEntry // what the passage is about; nil for none or several
	zh      bool
	report  *corpus.Report
}

// A board counts trials by kind.
type board struct {
	all, flagged map[string]int
	reasons      map[string]map[Reason]int
}

func newBoard() *board {
	return &board{map[string]int{}, map[string]int{}, map[string]map[Reason]int{}}
}

// try checks one trial by the rules, without the short cut for quotations. With
// MISSES set it logs what should have been found and what should not.
func (b *board) try(t *testing.T, c *Checker, tr trial, quiet ...bool) {
	v := c.check(tr.sentence, []Source{tr.source}, tr.subjects, false)
	b.all[tr.kind]++
	if !v.Supported {
		b.flagged[tr.kind]++
		if b.reasons[tr.kind] == nil {
			b.reasons[tr.kind] = map[Reason]int{}
		}
		b.reasons[tr.kind][v.Reason]++
	}
	if v.Supported != isKept(tr.kind) && len(quiet) == 0 && os.Getenv("MISSES") != "" {
		t.Logf("%s (%s) %v %s\n    %s\n    %s", tr.kind, tr.how, v.Reason, v.Detail, tr.sentence, bestOf(c, tr))
	}
}

// bestOf returns the sentence of the source that the trial is compared with.
func bestOf(c *Checker, tr trial) string {
	s := c.newSource(tr.source)
	best := s.sentences[c.rank(c.readClaim(plain(tr.sentence), nil), s)[0]]
	return s.text[best.Start:best.End]
}

// least is the number of trials below which a share tells nothing.
const least = 20

// hold logs the table of the kinds and holds it against the bars.
func (b *board) hold(t *testing.T, kinds []string, bars map[string]float64) {
	t.Helper()
	for _, kind := range kinds {
		if b.all[kind] < least {
			t.Errorf("%s: %d sentences, too few to tell", kind, b.all[kind])
			continue
		}
		share := float64(b.flagged[kind]) / float64(b.all[kind])
		t.Logf("%-30s %5d   %5.1f %%   %v", kind, b.all[kind], 100*share, b.reasons[kind])
		bar, ok := bars[kind]
		switch {
		case !ok:
		case isKept(kind) && share > bar:
			t.Errorf("%s: %.1f %% false alarms, want at most %.0f %%", kind, 100*share, 100*bar)
		case !isKept(kind) && share < bar:
			t.Errorf("%s: %.1f %% caught, want at least %.0f %%", kind, 100*share, 100*bar)
		}
	}
}

// TestEdits edits sentences of the built-in reports and, with WAYMARK_SHARED set, of
// the source reports, and prints what share of each kind of edit is caught and how many
// sentences that are right are not let through. MISSES=1 lists what goes wrong.
//
//	go test ./rag/verify -run TestEdits -v
func TestEdits(t *testing.T) {
	skipUnderRace(t)
	reports, entries, err := corpus.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c, v := newChecker(t, entries), vocabulary(t)
	run := func(t *testing.T, reports []corpus.Report) {
		rnd := rand.New(rand.NewPCG(1, 2))
		b := newBoard()
		for _, s := range samples(reports, entries) {
			for _, tr := range edit(c, v, rnd, s, entries) {
				b.try(t, c, tr)
			}
		}
		b.hold(t, kinds, editBars)
	}
	t.Run("built-in", func(t *testing.T) { run(t, reports) })
	t.Run("source", func(t *testing.T) { run(t, sharedReports(t)) })
}

// skipUnderRace leaves thousands of checks out where each takes ten times as long;
// TestConcurrently looks for races.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("shares are measured without the race detector")
	}
}

// retoldBars hold sentences in which a person has retold a report. A tenth of them draws
// on more than the one sentence, or the one passage, that they are held against here.
var retoldBars = map[string]float64{editDigit: 0.98, editFigure: 0.90, editInsert: 0.90, editProject: 0.95, editLabel: 0.95, keepWhole: 0.08}

// TestRetold holds the sentences of the built-in reports, which retell the source reports
// in other words, against the passages of the source reports that they come closest to,
// as they stand and edited.
func TestRetold(t *testing.T) {
	skipUnderRace(t)
	source := sharedReports(t)
	built, entries, err := corpus.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c, v := newChecker(t, entries), vocabulary(t)
	passages := map[string][]prepared{}
	for _, s := range samples(source, entries) {
		l := passages[s.report.ID]
		if n := len(l); n == 0 || l[n-1].given.Text != s.passage {
			passages[s.report.ID] = append(l, prepared{s.source, c.newSource(s.source)})
		}
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	b := newBoard()
	for _, s := range samples(built, entries) {
		src, score := closest(c, s, passages[s.report.ID])
		if score < 0.5 {
			continue
		}
		s.source, s.passage = src, src.Text
		for _, tr := range edit(c, v, rnd, s, entries) {
			b.try(t, c, tr)
		}
	}
	b.hold(t, kinds, retoldBars)
}

// A prepared is a passage as given and as the checker reads it.
type prepared struct {
	given Source
	read  *source
}

// closest returns the passage whose best sentence scores most, and that score.
func closest(c *Checker, s sample, passages []prepared) (Source, float64) {
	cl := c.readClaim(plain(s.text), nil)
	var found Source
	most := -1.0
	for _, p := range passages {
		if v := p.read.sentences[c.rank(cl, p.read)[0]].score; v > most {
			found, most = p.given, v
		}
	}
	return found, most
}

func vocabulary(t testing.TB) *corpus.Vocabulary {
	t.Helper()
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newChecker(t testing.TB, entries []corpus.ProjectEntry) *Checker {
	t.Helper()
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	var names [][]string
	for i := range entries {
		names = append(names, namesOf(&entries[i]))
	}
	return New(vocabulary(t), g, names...)
}

// sharedReports reads the source reports of the reference material.
func sharedReports(t testing.TB) []corpus.Report {
	t.Helper()
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		t.Skip("WAYMARK_SHARED is not set: the source reports are not here")
	}
	reports, _, err := corpus.ReadPaths(filepath.Join(dir, "reports"))
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

// fewWords is the number of words below which a line is no sentence.
const fewWords = 5

// samples returns the sentences of the reports.
func samples(reports []corpus.Report, entries []corpus.ProjectEntry) []sample {
	var out []sample
	for i, r := range reports {
		for _, p := range corpus.Split(r) {
			about := aboutOf(p, entries)
			src := Source{Text: p.Text, Heading: strings.Join([]string{r.Publisher, r.Title, p.Section()}, " > "), Published: r.Published}
			for _, e := range about {
				src.Subject = append(src.Subject, namesOf(e)...)
			}
			var entry *corpus.ProjectEntry
			if len(about) == 1 {
				entry = about[0]
			}
			for _, sp := range corpus.Sentences(p.Text) {
				text := p.Text[sp.Start:sp.End]
				if len(scan(text)) >= fewWords {
					out = append(out, sample{text, p.Text, src, entry, corpus.Language(text) == "zh", &reports[i]})
				}
			}
		}
	}
	return out
}

// aboutOf returns the projects that the innermost heading or the lead of a
// passage names.
func aboutOf(p corpus.Passage, entries []corpus.ProjectEntry) []*corpus.ProjectEntry {
	var out []*corpus.ProjectEntry
	for i := len(p.Path) - 1; i >= 0 && len(out) == 0; i-- {
		for j := range entries {
			e := &entries[j]
			if slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(n string) bool { return containsName(p.Path[i], n) }) {
				out = append(out, e)
			}
		}
	}
	return out
}

// containsName reports whether s has the name as whole words.
func containsName(s, n string) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], n)
		if i < 0 || n == "" {
			return false
		}
		i += at
		j := i + len(n)
		if (i == 0 || !isWordByte(s[i-1])) && (j == len(s) || !isLetter(s[j]) && !isDigit(s[j])) {
			return true
		}
		at = j
	}
}

func namesOf(e *corpus.ProjectEntry) []string {
	return append(append([]string{e.Name}, e.Aliases...), e.Tickers...)
}

func label(zh bool, name, text string) string {
	if zh {
		return name + "：" + text
	}
	return fmt.Sprintf("%s: %s", name, text)
}
