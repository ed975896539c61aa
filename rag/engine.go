package rag

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
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

	ModelTimeout   time.Duration // for the whole of one generated answer; 0 means 60 s
	EvidenceTokens int           // of the passages that a model is given; 0 means DefaultEvidenceTokens
	CacheSize      int           // how many of a model's answers are kept; 0 means 2,000, negative none
	NoRewrite      bool          // a question that is not understood is not put to the model in other words
	NoRepair       bool          // what a model writes and its passages do not bear out is dropped at once
	Logger         *slog.Logger  // nil: nothing is logged
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

	readings  readings
	cache     *cache         // of a model's answers; nil for none
	poison    sync.Map       // passage id to bool: it speaks to machines
	denials   *regexp.Regexp // words that deny what follows them
	named     map[string]namedAttribute
	inflected sync.Map       // cue to *regexp.Regexp: it, in any inflection
	orgs      *regexp.Regexp // names of organisations in characters; nil for none
	firms     *regexp.Regexp // and in Latin script
	plans     []string       // normal forms of words that tell of what is to come
	reasons   []string       // and of those that tell a reason
	rules     sync.Map       // language to string: the rules of the answer prompt in normal form
}

// New returns an engine. It reads all passages once.
func New(cfg Config) *Engine {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.ModelTimeout == 0 {
		cfg.ModelTimeout = time.Minute
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = defaultCacheSize
	}
	if cfg.EvidenceTokens == 0 {
		cfg.EvidenceTokens = DefaultEvidenceTokens
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
		denials: denialWords(cfg.Vocabulary),
		copulas: normals(cfg.Vocabulary.Names.Copulas),
		plans:   cueWords(cfg.Vocabulary.Tenses, string(plan.Planned)),
		reasons: cueWords(cfg.Vocabulary.Intents, "because"),
		firms:   firmNames(cfg.Vocabulary),
		named:   namedAttributes(cfg.Vocabulary),
		orgs:    organisations(cfg.Vocabulary),
		numbers: make(map[string]int, len(passages)),
		reports: make(map[string]*corpus.Report, len(reports)),
	}
	if cfg.Generator != nil && cfg.CacheSize > 0 {
		e.cache = newCache(cfg.CacheSize, time.Now)
	}
	for _, a := range cfg.Vocabulary.Attributes {
		e.cues[a.ID] = attributeCues{all: normals(a.All()), state: normals(a.State.All()), vague: normals(a.Vague.All())}
	}
	for i, p := range passages {
		e.numbers[p.ID] = i
	}
	for i := range reports {
		e.reports[reports[i].ID] = &reports[i]
	}
	return e
}

// denialWords matches the vocabulary's words of negation, folded.
func denialWords(v *corpus.Vocabulary) *regexp.Regexp {
	parts := []string{`\bnot\b`}
	for _, w := range v.Negations.En {
		parts = append(parts, `\b`+regexp.QuoteMeta(corpus.Fold(w))+`\b`)
	}
	for _, w := range v.Negations.Zh {
		q := regexp.QuoteMeta(corpus.Fold(w))
		if w == "未" {
			q += `[^来]|未$`
		}
		parts = append(parts, q)
	}
	return regexp.MustCompile(strings.Join(parts, "|"))
}

// cueWords are the words of the cue with an id, in normal form.
func cueWords(l []corpus.Cue, id string) []string {
	for _, c := range l {
		if c.ID == id {
			return normals(c.All())
		}
	}
	return nil
}

// attributeCues are an attribute's cue words in normal form.
type attributeCues struct{ all, state, vague []string }

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
func (e *Engine) Ask(ctx context.Context, q Question) (Answer, error) { return e.Stream(ctx, q, nil) }

// Stream is [Engine.Ask] that shows a model's answer while it is being written: show gets the
// answer so far whenever a sentence has been checked, one call at a time. What it was shown
// last need not be the whole answer, nor its beginning: a sentence that was put right
// stands where it belongs, and when the model breaks off another answer takes its place.
// A nil show is not called, and neither is one for an answer without a model.
func (e *Engine) Stream(ctx context.Context, q Question, show func(Answer)) (Answer, error) {
	start := time.Now()
	p, err := e.planFor(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	a, err := e.answer(ctx, q, &p, show)
	if err != nil {
		return Answer{}, fmt.Errorf("answer question: %w", err)
	}
	a.ID, a.Question, a.Language, a.Intent, a.Asked = q.ID, q.Text, p.Language, string(p.Intent), askedBy(&p)
	a.Elapsed = time.Since(start)
	e.cfg.Logger.DebugContext(ctx, "question answered", append([]any{"status", a.Status, "mode", a.Mode, "intent", p.Intent, "citations", len(a.Citations), "elapsed", a.Elapsed}, a.Trace.logged()...)...)
	return a, nil
}

// planFor returns what q asks in the light of the talk before it.
func (e *Engine) planFor(ctx context.Context, q Question) (plan.Plan, error) {
	talk, err := e.talk(ctx, q.Turns)
	if err != nil {
		return plan.Plan{}, err
	}
	return e.planner.Plan(q.Text, q.Language, talk), nil
}

// Topics returns what compares questions by the words that the engine knows.
func (e *Engine) Topics() *Topics { return NewTopics(e.cfg.Vocabulary, e.cfg.Glossary) }

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
func (e *Engine) answer(ctx context.Context, q Question, p *plan.Plan, show func(Answer)) (Answer, error) {
	a, hits, err := e.extractFrom(ctx, p)
	if err != nil {
		return a, err
	}
	model := e.cfg.Generator != nil && !q.Extractive
	trace := &Trace{}
	if model && !e.cfg.NoRewrite && unsure(p, &a) {
		next, b, ok := e.rewritten(ctx, q, p, trace)
		if err := ctx.Err(); err != nil {
			return Answer{}, err
		}
		if ok {
			p, a, hits = &next, b, nil
		}
		a.Usage, a.Trace = trace.Usage, trace
	}
	if a.Status != Answered {
		return a, nil
	}
	if !filed(p) {
		e.guard(ctx, &a, p)
	}
	if !model {
		return a, nil
	}
	generate := func() (Answer, error) { return e.generate(ctx, q, p, a, hits, trace, show) }
	if e.cache == nil || len(trace.Rewritten) > 0 {
		return generate()
	}
	return e.cache.answer(ctx, e.cacheKey(q, p), generate, keepable)
}

// unsure reports whether a question was perhaps not understood: nothing was found, and not
// because the reports leave out a known thing about a known project.
func unsure(p *plan.Plan, a *Answer) bool {
	return a.Status == NotCovered && p.Decline == "" && strings.TrimSpace(p.Text) != "" &&
		(p.FollowUp || len(p.Projects) == 0 || len(p.Attributes) == 0)
}
