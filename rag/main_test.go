package rag_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/index"
)

const gridStorage = "../corpus/testdata/grid-storage"

// A world is an engine over the invented grid-storage reports, with what it is made of.
type world struct {
	*rag.Engine
	config  rag.Config
	reports map[string]corpus.Report
	values  *corpus.ValueReader
}

// readConfig makes the configuration of an engine without a model, once.
var readConfig = sync.OnceValues(func() (rag.Config, error) {
	reports, _, err := corpus.ReadPaths(gridStorage)
	if err != nil {
		return rag.Config{}, err
	}
	return configOf(reports)
})

// configOf makes the configuration of an engine over reports.
func configOf(reports []corpus.Report) (rag.Config, error) {
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		return rag.Config{}, err
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		return rag.Config{}, err
	}
	passages, c := rag.Prepare(reports, nil, v)
	ix, err := index.Memory(context.Background(), index.Content{Reports: reports, Passages: passages}, index.Lexical{})
	if err != nil {
		return rag.Config{}, err
	}
	return rag.Config{Index: ix, Catalogue: c, Vocabulary: v, Glossary: g, Embedder: index.Lexical{}}, nil
}

// sharedWorld is the engine without a model that all tests may ask.
var sharedWorld = sync.OnceValues(func() (*world, error) {
	cfg, err := readConfig()
	if err != nil {
		return nil, err
	}
	return newWorld(cfg), nil
})

// landscape returns the engine without a model; with a change to its configuration, one of
// its own.
func landscape(t testing.TB, change ...func(*rag.Config)) *world {
	t.Helper()
	w, err := sharedWorld()
	if err != nil {
		t.Fatal(err)
	}
	if len(change) == 0 {
		return w
	}
	cfg := w.config
	for _, c := range change {
		c(&cfg)
	}
	return newWorld(cfg)
}

func newWorld(cfg rag.Config) *world {
	w := &world{Engine: rag.New(cfg), config: cfg, reports: map[string]corpus.Report{}, values: corpus.NewValueReader(cfg.Vocabulary.Units)}
	for _, r := range cfg.Index.Reports() {
		w.reports[r.ID] = r
	}
	return w
}

// ask asks a question after earlier ones and checks what holds of every answer.
func (w *world) ask(t testing.TB, question string, before ...string) rag.Answer {
	t.Helper()
	q := rag.Question{ID: "q", Text: question}
	for _, b := range before {
		q.Turns = append(q.Turns, rag.Turn{Question: b})
	}
	a, err := w.Ask(t.Context(), q)
	if err != nil {
		t.Errorf("ask %q: %v", question, err)
		return a
	}
	w.check(t, question, a)
	return a
}

// check holds what is promised of every answer.
func (w *world) check(t testing.TB, question string, a rag.Answer) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%q: "+format+"\n%s", append(append([]any{question}, args...), a.Render())...)
	}
	switch {
	case a.Question != question:
		fail("the answer is to %q", a.Question)
	case a.Language != "en" && a.Language != "zh":
		fail("language %q", a.Language)
	case len(a.Sentences) == 0:
		fail("nothing is said")
	case a.Elapsed <= 0:
		fail("elapsed %v", a.Elapsed)
	case !slices.Contains([]rag.Status{rag.Answered, rag.NotCovered, rag.OffTopic, rag.Declined}, a.Status):
		fail("status %q", a.Status)
	case a.Mode != rag.Extractive && a.Mode != rag.Model:
		fail("mode %q", a.Mode)
	case (a.Status == rag.Answered) != (len(a.Citations) > 0):
		fail("status %s with %d citations", a.Status, len(a.Citations))
	case a.Conflict && a.Status != rag.Answered:
		fail("a conflict in no answer")
	case len(a.Related) > 0 && a.Status != rag.NotCovered:
		fail("status %s points to %q", a.Status, a.Related)
	}
	for i, name := range a.Projects {
		if slices.Contains(a.Projects[:i], name) || w.config.Catalogue.Project(name) == nil {
			fail("projects %q", a.Projects)
		}
	}
	w.checkSentences(fail, a)
	w.checkCitations(fail, a)
}

// checkSentences holds that each sentence that claims something rests on citations,
// that they are numbered as they are first used, and that each figure stands in one.
func (w *world) checkSentences(fail func(string, ...any), a rag.Answer) {
	used := 0
	claims := 0
	for _, s := range a.Sentences {
		switch {
		case strings.TrimSpace(s.Text) == "" || !utf8.ValidString(s.Text) || strings.ContainsAny(s.Text, "\n\r\t"):
			fail("sentence %q is empty, broken or several lines", s.Text)
		case a.Status == rag.Answered && !s.Heading && len(s.Cites) == 0:
			fail("nothing is cited for %q", s.Text)
		case (s.Heading || a.Status != rag.Answered) && len(s.Cites) > 0:
			fail("heading or status line %q cites %v", s.Text, s.Cites)
		case !slices.IsSorted(s.Cites):
			fail("%q cites %v, want ascending", s.Text, s.Cites)
		}
		for _, n := range s.Cites {
			if n < 1 || n > len(a.Citations) {
				fail("%q cites %d of %d", s.Text, n, len(a.Citations))
				return
			}
			if n > used+1 {
				fail("citation %d is used before %d", n, used+1)
			}
			used = max(used, n)
		}
		if !s.Heading {
			claims++
			w.checkFigures(fail, a, s)
		}
	}
	if used != len(a.Citations) {
		fail("%d of %d citations are used", used, len(a.Citations))
	}
	if claims == 0 {
		fail("nothing but headings")
	}
}

// checkFigures holds that every sum of money, share and great number of a sentence
// stands in one of the spans it cites.
func (w *world) checkFigures(fail func(string, ...any), a rag.Answer, s rag.Sentence) {
	if len(s.Cites) == 0 {
		return
	}
	quoted := map[float64]bool{}
	for _, n := range s.Cites {
		for _, v := range w.values.Read(a.Citations[n-1].Quote, 0) {
			quoted[v.Num] = true
		}
	}
	for _, v := range w.values.Read(s.Text, 0) {
		if (v.Kind == corpus.Amount || v.Percent || v.Scaled) && !v.Malformed && !quoted[v.Num] {
			fail("%q says %q, which stands in no cited span", s.Text, s.Text[v.Start:v.End])
		}
	}
}

// checkCitations holds that each citation quotes its report word for word and says
// where it stands.
func (w *world) checkCitations(fail func(string, ...any), a rag.Answer) {
	newest := ""
	passages := map[string]corpus.Passage{}
	for _, p := range w.config.Index.Passages() {
		passages[p.ID] = p
	}
	for i, c := range a.Citations {
		r, known := w.reports[c.Report]
		p, there := passages[c.Passage]
		switch {
		case c.N != i+1:
			fail("citation %d is numbered %d", i+1, c.N)
		case !known || !there || p.Report != c.Report:
			fail("citation %d is of passage %q of report %q", c.N, c.Passage, c.Report)
		case c.Start < p.Start || c.End > p.End || c.Start >= c.End:
			fail("citation %d: [%d, %d) lies outside of its passage [%d, %d)", c.N, c.Start, c.End, p.Start, p.End)
		case r.Text[c.Start:c.End] != c.Quote || strings.TrimSpace(c.Quote) == "":
			fail("citation %d is not verbatim: %q", c.N, c.Quote)
		case c.Title != r.Title || c.URL != r.URL || c.Published != r.Published.String() || c.Inferred != r.Published.Inferred || c.Section != p.Section():
			fail("citation %d says %q, %q, %q, %q", c.N, c.Title, c.URL, c.Published, c.Section)
		}
		newest = max(newest, c.Published)
	}
	if a.AsOf != newest {
		fail("as of %q, want %q", a.AsOf, newest)
	}
}

// text is an answer's text without its marks, in lower case.
func text(a rag.Answer) string {
	s := strings.ToLower(a.Render())
	for n := range a.Citations {
		s = strings.ReplaceAll(s, rag.Mark(n+1), "")
	}
	return s
}

// says reports whether the answer holds all of the words.
func says(a rag.Answer, words ...string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text(a), strings.ToLower(word)) })
}

// cites reports whether the answer cites the report.
func cites(a rag.Answer, report string) bool {
	return slices.ContainsFunc(a.Citations, func(c rag.Citation) bool { return c.Report == report })
}

// shown returns the shown names of projects in any spelling.
func (w *world) shown(t testing.TB, names ...string) []string {
	t.Helper()
	out := []string{}
	for _, n := range names {
		out = append(out, w.project(t, n).Name)
	}
	return out
}

func (w *world) project(t testing.TB, name string) *catalogue.Project {
	t.Helper()
	p := w.config.Catalogue.Project(name)
	if p == nil {
		t.Fatalf("no project is called %q", name)
	}
	return p
}

// A line is one question of questions.jsonl.
type line struct {
	ID, Type, Question string
	Turns              []string
	Expect             struct {
		Behaviour  string
		Answerable bool
	}
}

// questions reads the questions about the landscape.
func questions(t testing.TB) []line {
	t.Helper()
	data, err := os.ReadFile(gridStorage + "/questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []line
	for n, s := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var l line
		if err := json.Unmarshal([]byte(s), &l); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		if l.Question == "" {
			l.Question = l.Turns[len(l.Turns)-1]
		}
		out = append(out, l)
	}
	if len(out) < 40 {
		t.Fatalf("%d questions, want 40 or more", len(out))
	}
	return out
}

// some returns all lines, or every fifth under the race detector.
func some(l []line) []line {
	if !raceEnabled {
		return l
	}
	var out []line
	for i := 0; i < len(l); i += 5 {
		out = append(out, l[i])
	}
	return out
}

// before are the questions before the last of a talk.
func (l line) before() []string { return l.Turns[:max(0, len(l.Turns)-1)] }

func itoa(n int) string { return strconv.Itoa(n) }

// fresh changes nothing: an engine of its own has read nothing yet.
func fresh(*rag.Config) {}
