package rag

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/prompts"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// A FactFinder lets a language model add facts to a catalogue: those whose words it can
// show in a passage. What it only believes is discarded.
type FactFinder struct {
	Generator  Generator
	Vocabulary *corpus.Vocabulary
	Reports    []corpus.Report
	// Known returns what the model wrote when a passage was read before, by key, and Keep
	// keeps it: a passage that has not changed costs once. Both may be nil.
	Known    func(key string) (completion string, ok bool)
	Keep     func(key, completion string) error
	Progress func(done, total int) // nil: nobody hears
	Logger   *slog.Logger          // nil: nothing is logged
}

// A Finding counts what a [FactFinder] did.
type Finding struct {
	Asked     int // passages that the model read now
	Added     int
	Repeated  int // suggestions that repeat what is known
	Discarded int // suggestions that the passage does not bear out
	Failed    int // passages for which the model gave nothing usable
	Usage     Usage
}

// findingCalls is how many passages the model reads at a time.
const findingCalls = 4

// maxFailures is after how many calls without any success a model is given up.
const maxFailures = 5

// Find asks the model about each passage that describes or names a project and adds what
// holds to c. A model that fails costs its facts and nothing else; the error is ctx's.
func (f FactFinder) Find(ctx context.Context, c *catalogue.Catalogue, passages []corpus.Passage) (Finding, error) {
	if f.Logger == nil {
		f.Logger = slog.New(slog.DiscardHandler)
	}
	var asked []int
	for n := range passages {
		if len(f.subjects(c, n, passages[n].Text)) > 0 {
			asked = append(asked, n)
		}
	}
	completions, sum := f.readAll(ctx, c, passages, asked)
	if err := ctx.Err(); err != nil {
		return sum, err
	}
	for _, n := range asked { // in order, whatever came first
		f.add(c, n, completions[n], &sum)
	}
	return sum, nil
}

// subjects names the projects that passage number n may state something of.
func (f FactFinder) subjects(c *catalogue.Catalogue, n int, text string) []string {
	var out []string
	for _, p := range c.About(n) {
		out = append(out, p.Name)
	}
	for _, m := range c.Find(text) {
		if m.Exact && !slices.Contains(out, m.Project.Name) {
			out = append(out, m.Project.Name)
		}
	}
	return out
}

// readAll returns the completions by passage number.
func (f FactFinder) readAll(ctx context.Context, c *catalogue.Catalogue, passages []corpus.Passage, asked []int) (map[int]string, Finding) {
	var (
		mu   sync.Mutex
		sum  Finding
		out  = map[int]string{}
		done int
	)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(findingCalls)
	for _, n := range asked {
		g.Go(func() error {
			mu.Lock()
			hopeless := sum.Failed >= maxFailures && sum.Asked == 0
			mu.Unlock()
			if hopeless || gctx.Err() != nil {
				return gctx.Err()
			}
			text, usage, fresh, err := f.read(gctx, c, n, &passages[n])
			mu.Lock()
			defer mu.Unlock()
			done++
			if f.Progress != nil {
				f.Progress(done, len(asked))
			}
			sum.Usage.PromptTokens += usage.PromptTokens
			sum.Usage.CompletionTokens += usage.CompletionTokens
			if err != nil {
				sum.Failed++
				f.Logger.WarnContext(ctx, "model read no facts off a passage", "passage", passages[n].ID, "error", err)
				return nil
			}
			if fresh {
				sum.Asked++
			}
			out[n] = text
			return nil
		})
	}
	_ = g.Wait()
	return out, sum
}

// read returns the completion for one passage and whether it is a new one.
func (f FactFinder) read(ctx context.Context, c *catalogue.Catalogue, n int, p *corpus.Passage) (string, Usage, bool, error) {
	pr := f.prompt(c, n, p)
	key := completionKey(f.Generator.Name(), pr)
	if f.Known != nil {
		if text, ok := f.Known(key); ok {
			return text, Usage{}, false, nil
		}
	}
	text, usage, err := f.Generator.Generate(ctx, pr, nil)
	if err != nil {
		return "", usage, false, err
	}
	if _, err := readSuggestions(text); err != nil {
		return "", usage, false, err
	}
	if f.Keep != nil {
		if err := f.Keep(key, text); err != nil {
			return "", usage, false, fmt.Errorf("keep what the model read off %s: %w", p.ID, err)
		}
	}
	return text, usage, true, nil
}

func (f FactFinder) prompt(c *catalogue.Catalogue, n int, p *corpus.Passage) Prompt {
	in := prompts.FactsInput{Passage: prompts.Passage{Section: p.Section(), Text: p.Text}, Projects: f.subjects(c, n, p.Text)}
	if i := slices.IndexFunc(f.Reports, func(r corpus.Report) bool { return r.ID == p.Report }); i >= 0 {
		in.Passage.Title, in.Passage.Published = f.Reports[i].Title, f.Reports[i].Published.String()
	}
	for _, a := range f.Vocabulary.Attributes {
		if a.Type == corpus.Amount || a.Type == corpus.Number || a.Type == corpus.When {
			in.Attributes = append(in.Attributes, prompts.Attribute{ID: a.ID, Label: a.Label.En, Kind: string(a.Type)})
		}
	}
	pr := prompts.Facts(in)
	return Prompt{Name: pr.Name, Version: pr.Version, System: pr.System, User: pr.User, Schema: &Schema{Name: pr.Name, JSON: prompts.FactsSchema()}}
}

// completionKey names what a completion depends on.
func completionKey(model string, p Prompt) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{model, p.Name, p.Version, p.System, p.User}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func readSuggestions(completion string) ([]catalogue.Suggestion, error) {
	var got struct {
		Facts []catalogue.Suggestion `json:"facts"`
	}
	if err := json.Unmarshal([]byte(completion), &got); err != nil {
		return nil, fmt.Errorf("read suggested facts: %w", err)
	}
	return got.Facts, nil
}

// maxSuggestions bounds what is taken from one passage.
const maxSuggestions = 50

// add takes over what holds of one completion.
func (f FactFinder) add(c *catalogue.Catalogue, n int, completion string, sum *Finding) {
	if completion == "" {
		return
	}
	l, err := readSuggestions(completion)
	if err != nil {
		sum.Failed++
		return
	}
	for _, s := range l[:min(len(l), maxSuggestions)] {
		_, err := c.Suggest(n, s)
		switch {
		case err == nil:
			sum.Added++
		case errors.Is(err, catalogue.ErrRead):
			sum.Repeated++
		default:
			sum.Discarded++
			f.Logger.Debug("suggested fact discarded", "passage", n, "error", err)
		}
	}
}
