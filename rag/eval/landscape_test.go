package eval_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/eval"
	"github.com/waymark-bot/waymark/rag/index"
)

// engine returns the engine without a model over reports, as the program wires it.
func engine(t *testing.T, reports []corpus.Report, entries []corpus.ProjectEntry) *rag.Engine {
	t.Helper()
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	passages, c := rag.Prepare(reports, entries, v)
	ix, err := index.Memory(t.Context(), index.Content{Reports: reports, Passages: passages, Projects: entries}, index.Lexical{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return rag.New(rag.Config{Index: ix, Catalogue: c, Vocabulary: v, Glossary: g, Embedder: index.Lexical{}})
}

// score asks the questions of a file and prints what was missed.
func score(t *testing.T, asker eval.Asker, file string) eval.Summary {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	questions, err := eval.ReadQuestions(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := eval.Answers(context.Background(), asker, questions)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Verdicts {
		if !v.Pass {
			t.Logf("missed %s (%s) %q: %s", v.Question.ID, v.Question.Type, v.Question.Question, v.Why)
		}
	}
	return r.Summary()
}

// A promise is what a score must keep, in per cent.
type promise struct{ score, cited, declined, overRefused float64 }

func (p promise) hold(t *testing.T, s eval.Summary) {
	t.Helper()
	t.Logf("%d questions: passed %.1f %%, right report cited %.1f %%, declined rightly %.1f %%, refused wrongly %.1f %%", s.Questions, s.Score, s.RightReportCited, s.DeclinedRightly, s.OverRefused)
	if s.Score < p.score || s.RightReportCited < p.cited || s.DeclinedRightly < p.declined || s.OverRefused > p.overRefused {
		t.Errorf("want at least %.1f %%, %.1f %%, %.1f %% and at most %.1f %%", p.score, p.cited, p.declined, p.overRefused)
	}
}

// TestLandscape scores the program on a field that it was not made for: invented reports
// about grid storage, without a projects.yaml.
func TestLandscape(t *testing.T) {
	const dir = "../../corpus/testdata/grid-storage"
	reports, _, err := corpus.ReadPaths(dir)
	if err != nil || len(reports) != 3 {
		t.Fatalf("%d reports, error %v", len(reports), err)
	}
	s := score(t, engine(t, reports, nil), filepath.Join(dir, "questions.jsonl"))
	promise{score: 85, cited: 95, declined: 90, overRefused: 6}.hold(t, s)
}

// TestReference scores the program on the reference questions: over the reports as they
// were received, and over the built-in ones.
func TestReference(t *testing.T) {
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		t.Skip("WAYMARK_SHARED names no folder with reports/ and eval/")
	}
	questions := filepath.Join(shared, "eval", "dev.jsonl")
	t.Run("received", func(t *testing.T) {
		reports, _, err := corpus.ReadPaths(filepath.Join(shared, "reports"))
		if err != nil {
			t.Fatal(err)
		}
		promise{score: 88, cited: 98, declined: 92, overRefused: 6}.hold(t, score(t, engine(t, reports, nil), questions))
	})
	t.Run("built-in", func(t *testing.T) {
		reports, entries, err := corpus.Builtin()
		if err != nil {
			t.Fatal(err)
		}
		promise{score: 88, cited: 98, declined: 92, overRefused: 6}.hold(t, score(t, engine(t, reports, entries), questions))
	})
}
