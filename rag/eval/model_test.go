package eval_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/eval"
	"github.com/waymark-bot/waymark/rag/index"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// A subject is a set of reports with its questions.
type subject struct {
	name      string
	config    rag.Config
	questions []eval.Question
}

// subjects returns the invented landscape and, where it is at hand, the reference one.
func subjects(t *testing.T) []subject {
	t.Helper()
	out := []subject{newSubject(t, "grid-storage", gridStorage, filepath.Join(gridStorage, "questions.jsonl"))}
	if raceEnabled { // there is nothing else to race in the larger set
		return out
	}
	if shared := os.Getenv("WAYMARK_SHARED"); shared != "" {
		out = append(out, newSubject(t, "reference", filepath.Join(shared, "reports"), filepath.Join(shared, "eval", "dev.jsonl")))
	}
	return out
}

const gridStorage = "../../corpus/testdata/grid-storage"

func newSubject(t *testing.T, name, reportsDir, file string) subject {
	t.Helper()
	reports, _, err := corpus.ReadPaths(reportsDir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	passages, c := rag.Prepare(reports, nil, v)
	ix, err := index.Memory(t.Context(), index.Content{Reports: reports, Passages: passages}, index.Lexical{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	questions, err := eval.ReadQuestions(f)
	if err != nil {
		t.Fatal(err)
	}
	return subject{name, rag.Config{Index: ix, Catalogue: c, Vocabulary: v, Glossary: g, Embedder: index.Lexical{}}, questions}
}

// with returns the subject's engine with a model of the voice; nil for none.
func (s subject) with(v ragtest.Voice) *rag.Engine {
	cfg := s.config
	if v != nil {
		cfg.Generator = ragtest.NewGenerator(v)
	}
	return rag.New(cfg)
}

// names returns the names of all projects.
func (s subject) names() []string {
	var out []string
	for _, p := range s.config.Catalogue.Projects() {
		if len([]rune(p.Name)) > 2 {
			out = append(out, p.Name)
		}
	}
	return out
}

// TestFaithfulModel holds that a model which keeps to what it is shown makes no answer worse.
func TestFaithfulModel(t *testing.T) {
	for _, s := range subjects(t) {
		before, err := eval.Answers(t.Context(), s.with(nil), s.questions)
		if err != nil {
			t.Fatal(err)
		}
		after, err := eval.Answers(t.Context(), s.with(ragtest.Pretend), s.questions)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.1f without a model, %.1f with a faithful one", s.name, before.Summary().Score, after.Summary().Score)
		if after.Summary().Score < before.Summary().Score {
			for _, v := range after.Verdicts {
				if !v.Pass {
					t.Errorf("%s %s %q: %s\n%s", s.name, v.Question.ID, v.Question.Question, v.Why, v.Answer)
				}
			}
		}
	}
}

// TestEvidence holds that a model is shown what right answers hold, within its budget.
func TestEvidence(t *testing.T) {
	for _, s := range subjects(t) {
		r, err := eval.Scorer{}.Evidence(t.Context(), s.with(nil), s.questions)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: recall %.1f %%, tokens p50 %d, most %d", s.name, r.Recall, r.TokensP50, r.TokensMax)
		if r.Recall < 97 || r.TokensMax > rag.DefaultEvidenceTokens {
			t.Errorf("%s: %+v", s.name, r)
		}
	}
}

// caughtBar is the share of spoiled sentences, in per cent, that must not be shown.
const caughtBar = 95.0

// TestCorruptedModel holds that what a model gets wrong beside its sources is not shown, of
// every kind, and that there is an answer all the same.
func TestCorruptedModel(t *testing.T) {
	for _, s := range subjects(t) {
		for _, how := range ragtest.Corruptions() {
			c := ragtest.NewCorrupter(ragtest.Pretend, how, s.names())
			e := s.with(c.Say)
			spoiled, shown := 0, 0
			for _, q := range s.questions {
				var turns []rag.Turn
				for _, text := range q.Turns[:max(0, len(q.Turns)-1)] {
					turns = append(turns, rag.Turn{Question: text})
				}
				a, err := e.Ask(t.Context(), rag.Question{Text: q.Question, Turns: turns})
				if err != nil {
					t.Fatal(err)
				}
				if a.Status == rag.Answered && len(a.Citations) == 0 {
					t.Errorf("%s, %s: %q is answered with nothing", s.name, how.Name, q.Question)
				}
				for _, b := range c.Take() {
					spoiled++
					if wasShown(a, b) {
						shown++
						t.Logf("%s, %s: shown: %q%s", s.name, how.Name, b.Text, b.Marks)
					}
				}
			}
			caught := 100 * float64(spoiled-shown) / float64(max(1, spoiled))
			t.Logf("%s, %s: %d spoiled, %.1f %% not shown", s.name, how.Name, spoiled, caught)
			if spoiled < 20 || caught < caughtBar {
				t.Errorf("%s, %s: %d spoiled, %.1f %% not shown, want %.0f %%", s.name, how.Name, spoiled, caught, caughtBar)
			}
		}
	}
}

// wasShown reports whether a spoiled sentence went out: said by the model with its marks.
func wasShown(a rag.Answer, b ragtest.Spoiled) bool {
	if a.Trace == nil || a.Trace.Fallback != "" {
		return false
	}
	for _, j := range a.Trace.Sentences {
		var marks strings.Builder
		for _, n := range j.Numbers {
			marks.WriteString(" [" + strconv.Itoa(n) + "]")
		}
		said := strings.Trim(j.Text, " .。")
		if j.Shown && marks.String() == b.Marks && strings.Contains(b.Text, said) && (strings.Contains(said, b.Wrong) || strings.Contains(b.Wrong, said)) {
			return true
		}
	}
	return false
}
