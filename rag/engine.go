package rag

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/plan"
	"github.com/waymark-bot/waymark/rag/verify"
)

// Config is what an [Engine] is made of. Index, Vocabulary and Catalogue are required.
type Config struct {
	Index      Index
	Catalogue  *catalogue.Catalogue
	Vocabulary *corpus.Vocabulary
	Glossary   *corpus.Glossary // nil: no words of the other language
	Embedder   Embedder         // the one that built the index; nil leaves vectors out
	Generator  Generator        // nil: extractive answers
	Reranker   Reranker         // nil: the fused order stands

	ModelTimeout time.Duration // for the whole of one generated answer; 0 means 60 s
	Logger       *slog.Logger  // nil: nothing is logged
}

// An Engine answers questions over one index. It is safe for concurrent use.
type Engine struct {
	cfg     Config
	planner *plan.Planner
	freq    *frequencies
	values  *corpus.ValueReader
	checker func() *verify.Checker // made in the background: it is needed last
	cues    map[string]attributeCues
	copulas []string       // normal forms of "is" and its kin
	numbers map[string]int // passage number by id
	reports map[string]*corpus.Report

	readings readings
}

// New returns an engine. It reads all passages once.
func New(cfg Config) *Engine {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.ModelTimeout == 0 {
		cfg.ModelTimeout = time.Minute
	}
	names := make([][]string, 0, len(cfg.Catalogue.Projects()))
	for _, p := range cfg.Catalogue.Projects() {
		names = append(names, spellings([]*catalogue.Project{p}))
	}
	checker := sync.OnceValue(func() *verify.Checker { return verify.New(cfg.Vocabulary, cfg.Glossary, names...) })
	go checker()
	reports := cfg.Index.Reports()
	passages := cfg.Index.Passages()
	freq := newFrequencies(passages)
	e := &Engine{
		cfg:     cfg,
		planner: plan.New(cfg.Vocabulary, cfg.Catalogue, cfg.Glossary, freq, reports),
		freq:    freq,
		checker: checker,
		values:  corpus.NewValueReader(cfg.Vocabulary.Units),
		cues:    map[string]attributeCues{},
		copulas: normals(cfg.Vocabulary.Names.Copulas),
		numbers: make(map[string]int, len(passages)),
		reports: make(map[string]*corpus.Report, len(reports)),
	}
	for _, a := range cfg.Vocabulary.Attributes {
		e.cues[a.ID] = attributeCues{all: normals(a.All()), state: normals(a.State.All())}
	}
	for i, p := range passages {
		e.numbers[p.ID] = i
	}
	for i := range reports {
		e.reports[reports[i].ID] = &reports[i]
	}
	return e
}

// attributeCues are an attribute's cue words in normal form.
type attributeCues struct{ all, state []string }

func normals(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = corpus.Normal(w)
	}
	return out
}

// maxTurns bounds how far back the talk is read.
const maxTurns = 6

// Ask answers q. An error means that no answer could be looked for (the index
// or ctx failed); "not in the reports" is an answer.
func (e *Engine) Ask(ctx context.Context, q Question) (Answer, error) {
	start := time.Now()
	talk, err := e.talk(ctx, q.Turns)
	if err != nil {
		return Answer{}, err
	}
	p := e.planner.Plan(q.Text, q.Language, talk)
	a, err := e.answer(ctx, q, &p)
	if err != nil {
		return Answer{}, fmt.Errorf("answer question: %w", err)
	}
	a.ID, a.Question, a.Language = q.ID, q.Text, p.Language
	a.Elapsed = time.Since(start)
	e.cfg.Logger.DebugContext(ctx, "question answered", "status", a.Status, "mode", a.Mode, "intent", p.Intent, "citations", len(a.Citations), "elapsed", a.Elapsed)
	return a, nil
}

// Plan returns what the engine takes a question to ask, without a talk before it.
func (e *Engine) Plan(question string) plan.Plan { return e.planner.Plan(question, "", nil) }

// Explain returns the sentences that were considered for a question, best first, each
// with its score: what to read when an answer surprises.
func (e *Engine) Explain(ctx context.Context, question string) ([]string, error) {
	p := e.planner.Plan(question, "", nil)
	hits, err := e.retrieve(ctx, &p)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range e.candidates(&p, hits) {
		out = append(out, fmt.Sprintf("%.2f coverage %.2f holds %.2f states %d names %d under %.2f %s: %s", c.score, c.coverage, c.holds, len(c.states), len(c.names), c.under, c.hit.ID, oneLine(c.text)))
	}
	return out, nil
}

// talk brings the turns before into the planner's form. A turn that comes without its
// answer and names no project is asked again: its answer's projects are what
// "the first one" refers to.
func (e *Engine) talk(ctx context.Context, turns []Turn) ([]plan.Turn, error) {
	turns = turns[max(0, len(turns)-maxTurns):]
	out := make([]plan.Turn, 0, len(turns))
	for i, t := range turns {
		pt := plan.Turn{Question: t.Question}
		a := t.Answer
		if a == nil && len(e.cfg.Catalogue.Find(t.Question)) == 0 {
			got, err := e.askAgain(ctx, t.Question, out)
			if err != nil {
				return nil, fmt.Errorf("answer turn %d: %w", i+1, err)
			}
			a = &got
		}
		if a != nil {
			for _, name := range a.Projects {
				if p := e.cfg.Catalogue.Project(name); p != nil {
					pt.Projects = append(pt.Projects, p)
				}
			}
		}
		out = append(out, pt)
	}
	return out, nil
}

// askAgain answers an earlier turn without a model.
func (e *Engine) askAgain(ctx context.Context, question string, before []plan.Turn) (Answer, error) {
	p := e.planner.Plan(question, "", before)
	return e.extract(ctx, &p)
}

// answer makes the answer that the plan asks for: declined, generated or extracted.
func (e *Engine) answer(ctx context.Context, q Question, p *plan.Plan) (Answer, error) {
	a, err := e.extract(ctx, p)
	if err != nil || a.Status != Answered {
		return a, err
	}
	if !filed(p) {
		e.guard(ctx, &a, p)
	}
	if e.cfg.Generator == nil {
		return a, nil
	}
	return e.generate(ctx, q, p, a)
}
