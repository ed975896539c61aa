package eval

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/index"
)

func TestDev(t *testing.T) {
	shared := os.Getenv("WAYMARK_SHARED")
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	g, err := corpus.DefaultGlossary()
	if err != nil {
		t.Fatal(err)
	}
	var reports []corpus.Report
	var entries []corpus.ProjectEntry
	st := time.Now()
	if os.Getenv("BUILTIN") != "" {
		reports, entries, err = corpus.Builtin()
	} else {
		reports, _, err = corpus.ReadPaths(filepath.Join(shared, "reports"))
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("read", time.Since(st))
	st = time.Now()
	ps := rag.Prepare(reports, entries, v)
	fmt.Println("prepare", time.Since(st), len(ps))
	st = time.Now()
	ix, err := index.Memory(context.Background(), index.Content{Reports: reports, Passages: ps, Projects: entries}, index.Lexical{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("index", time.Since(st))
	st = time.Now()
	c := catalogue.Extract(reports, ps, entries, v)
	fmt.Println("extract", time.Since(st))
	st = time.Now()
	e := rag.New(rag.Config{Index: ix, Catalogue: c, Vocabulary: v, Glossary: g, Embedder: index.Lexical{}})
	fmt.Println("engine", time.Since(st))
	st = time.Now()
	if os.Getenv("PROJ") != "" {
		for _, p := range c.Projects() {
			fmt.Println(p.Name, "|", p.Aliases, p.Tickers, p.Categories, p.Passages)
		}
	}
	if q := os.Getenv("Q"); q != "" {
		a, err := e.Ask(context.Background(), rag.Question{Text: q})
		fmt.Println(a.Status, a.Projects, a.Elapsed, err)
		fmt.Println(a.Render())
		for _, c := range a.Citations {
			fmt.Println(c.N, c.Report, c.Section)
		}
		return
	}
	f, _ := os.Open(filepath.Join(shared, "eval", "dev.jsonl"))
	qs, err := ReadQuestions(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Answers(context.Background(), e, qs)
	if err != nil {
		t.Fatal(err)
	}
	r.Print(os.Stdout)
	if os.Getenv("V") != "" {
		for _, v := range r.Verdicts {
			if !v.Pass {
				fmt.Printf("--- %s %s %q %s\n%s\n", v.Question.ID, v.Status, v.Question.Question, v.Why, v.Answer)
			}
		}
	}
}
