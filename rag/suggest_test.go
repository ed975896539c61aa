package rag_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

const ferries = `# Ferries

## Lines

### Northline

Northline sails daily. Friends of the house put $7 million into its purse in May 2024.

### Southline

Southline sails weekly. Nobody paid for it.
`

// suggesting is a voice that reads the facts off the Northline passage: one that is there, one
// that it made up and one that it reworded.
func suggesting(p rag.Prompt) (string, error) {
	if p.Schema == nil {
		return "", errors.New("no schema")
	}
	if !strings.Contains(p.User, "into its purse") {
		return `{"facts": []}`, nil
	}
	return `{"facts": [
		{"project": "Northline", "attribute": "raised", "value": "$7 million", "evidence": "put $7 million into its purse in May 2024"},
		{"project": "Northline", "attribute": "valuation", "value": "$70 million", "evidence": "valued at $70 million"},
		{"project": "Northline", "attribute": "raised", "value": "$7 million", "evidence": "Friends gave $7 million"}]}`, nil
}

func TestFactFinder(t *testing.T) {
	v, err := corpus.DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	r, err := corpus.Read("a.md", []byte(ferries), corpus.Meta{ID: "a", Title: "Ferries"})
	if err != nil {
		t.Fatal(err)
	}
	reports := []corpus.Report{r}
	var mu sync.Mutex
	kept := map[string]string{}
	find := func(ctx context.Context, voice ragtest.Voice) (rag.Finding, *catalogue.Catalogue, []rag.Prompt, error) {
		passages, c := rag.Prepare(reports, nil, v)
		g := ragtest.NewGenerator(voice)
		sum, err := rag.FactFinder{
			Generator: g, Vocabulary: v, Reports: reports,
			Known: func(k string) (string, bool) { mu.Lock(); defer mu.Unlock(); s, ok := kept[k]; return s, ok },
			Keep:  func(k, s string) error { mu.Lock(); defer mu.Unlock(); kept[k] = s; return nil },
		}.Find(ctx, c, passages)
		return sum, c, g.Prompts(), err
	}

	bad := func(rag.Prompt) (string, error) { return "no JSON", nil }
	sum, c, _, err := find(t.Context(), bad)
	if err != nil || sum.Failed != 2 || sum.Added != 0 || len(kept) != 0 || len(c.AllFacts(c.Project("Northline"))) != 0 {
		t.Errorf("a model that talks: %+v, %d kept, error %v", sum, len(kept), err)
	}

	for _, round := range []struct {
		name         string
		asked, calls int
	}{{"first", 2, 2}, {"again", 0, 0}} {
		sum, c, asked, err := find(t.Context(), suggesting)
		if err != nil {
			t.Fatal(err)
		}
		sum.Usage = rag.Usage{}
		if diff := cmp.Diff(rag.Finding{Asked: round.asked, Added: 1, Discarded: 2}, sum); diff != "" {
			t.Errorf("%s (-want +got):\n%s", round.name, diff)
		}
		if len(asked) != round.calls {
			t.Errorf("%s: %d calls, want %d", round.name, len(asked), round.calls)
		}
		facts := c.Facts(c.Project("Northline"), "raised")
		if len(facts) != 1 || facts[0].Value.Num != 7e6 || !facts[0].Model {
			t.Errorf("%s: facts %+v", round.name, facts)
		}
		if len(c.AllFacts(c.Project("Southline"))) != 0 {
			t.Errorf("%s: facts of the other", round.name)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := find(ctx, suggesting); !errors.Is(err, context.Canceled) {
		t.Errorf("going on after its context: %v", err)
	}
}

// TestModelFactAnswers holds that a fact which a model found answers a question, with its sentence.
func TestModelFactAnswers(t *testing.T) {
	r, err := corpus.Read("a.md", []byte(ferries), corpus.Meta{ID: "a", Title: "Ferries"})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := configOf([]corpus.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	before := rag.New(cfg)
	if rec, _ := before.Record("Northline", "en"); len(rec.Facts) != 0 {
		t.Fatalf("%d facts without a model", len(rec.Facts))
	}
	if _, err := (rag.FactFinder{Generator: ragtest.NewGenerator(suggesting), Vocabulary: cfg.Vocabulary, Reports: []corpus.Report{r}}).Find(t.Context(), cfg.Catalogue, cfg.Index.Passages()); err != nil {
		t.Fatal(err)
	}
	rec, _ := rag.New(cfg).Record("Northline", "en")
	if len(rec.Facts) != 1 || !strings.Contains(rec.Facts[0].Citation.Quote, "into its purse") {
		data, _ := json.Marshal(rec.Facts)
		t.Errorf("record: %s", data)
	}
	a, err := rag.New(cfg).Ask(t.Context(), rag.Question{Text: "Which lines raised more than $5 million?"})
	if err != nil || a.Status != rag.Answered || !says(a, "Northline", "$7 million") {
		t.Errorf("error %v: %s", err, a.Render())
	}
}
