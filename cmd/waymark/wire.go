package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/discord"
	"github.com/waymark-bot/waymark/bot/store"
	"github.com/waymark-bot/waymark/bot/telegram"
	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
	"github.com/waymark-bot/waymark/rag/eval"
	"github.com/waymark-bot/waymark/rag/index"
	"github.com/waymark-bot/waymark/rag/onnx"
	"github.com/waymark-bot/waymark/rag/openai"
)

// models are what the settings name beside the reports. Only the embedder is
// always there.
type models struct {
	embedder  rag.Embedder
	generator rag.Generator // with the fallback behind it, where there is one
	reranker  rag.Reranker

	first, fallback connection // the parts of generator
}

// models connects to nothing yet: that is for the first question, or for check.
func (a *app) models() (models, error) {
	s, m := a.settings, models{embedder: index.Lexical{}}
	if dir, ok := s.localModel(a.sources); ok {
		e, err := onnx.New(dir)
		if err != nil {
			return m, a.sources.badLocal(err)
		}
		m.embedder = e
	}
	if s.EmbedURL != "" {
		e, err := openai.NewEmbedder(a.modelConfig(s.EmbedURL, s.EmbedModel, s.EmbedKey))
		if err != nil {
			return m, fmt.Errorf("configure the embedding model: %w", err)
		}
		m.embedder = e
	}
	if s.ModelURL != "" {
		c := a.modelConfig(s.ModelURL, s.Model, s.ModelKey)
		if s.FallbackURL != "" { // another one can be asked sooner than this one recovers
			c.Attempts, c.MaxWait = 2, 5*time.Second
		}
		g, err := openai.NewGenerator(c)
		if err != nil {
			return m, fmt.Errorf("configure the language model: %w", err)
		}
		m.generator, m.first = g, g
	}
	if s.FallbackURL != "" {
		g, err := openai.NewGenerator(a.modelConfig(s.FallbackURL, s.FallbackModel, s.FallbackKey))
		if err != nil {
			return m, fmt.Errorf("configure the fallback model: %w", err)
		}
		m.generator, m.fallback = openai.NewFallback(m.generator, g, a.logger), g
	}
	if s.RerankURL != "" {
		r, err := openai.NewReranker(a.modelConfig(s.RerankURL, s.RerankModel, s.RerankKey))
		if err != nil {
			return m, fmt.Errorf("configure the rerank model: %w", err)
		}
		m.reranker = r
	}
	return m, nil
}

func (a *app) modelConfig(url address, model string, key secret) openai.Config {
	return openai.Config{BaseURL: string(url), Model: model, Key: string(key), Logger: a.logger}
}

// knowledge is one set of reports and all that answers from it.
type knowledge struct {
	generation string // of the data directory; "" when nothing was ingested
	index      *index.Index
	catalogue  *catalogue.Catalogue
	engine     *rag.Engine
	cool       func() // ends what warm began; nil when it did not
}

// warm reads in the background what many questions will need.
func (k *knowledge) warm(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // close ends it
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = k.engine.Warm(ctx) // nothing but having been ended
	}()
	k.cool = func() { cancel(); <-done }
}

func (k *knowledge) close() error {
	if k.cool != nil {
		k.cool()
	}
	return k.index.Close()
}

// foundBy says how passages are found.
func (k *knowledge) foundBy() string {
	if embedder, _ := k.index.Embedder(); embedder != "" {
		return "BM25 and " + embedder
	}
	return "BM25"
}

// know opens what there is to answer from: what was ingested, else the built-in
// reports.
func (a *app) know(ctx context.Context, m models) (*knowledge, error) {
	go func() { _, _ = corpus.DefaultGlossary() }() // read once, and needed last
	generation, err := a.generation()
	if err != nil {
		return nil, err
	}
	if generation == "" {
		return a.knowBuiltin(ctx, m)
	}
	dir := a.dataDir()
	words, err := storedVocabularies(dir)
	if err != nil {
		return nil, err
	}
	l, err := words.join()
	if err != nil {
		return nil, err
	}
	ix, err := index.Open(dir, m.embedder)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	if a.settings.Builtin {
		return a.knowWithBuiltin(ctx, generation, ix, l, m)
	}
	return a.knowIndex(generation, ix, l, m)
}

// generation names what know would open: "" while nothing was ingested.
func (a *app) generation() (string, error) {
	dir := a.dataDir()
	if dir == "" {
		return "", nil
	}
	name, err := index.Current(dir)
	if errors.Is(err, index.ErrNoIndex) {
		return "", nil
	}
	return name, err
}

// builtinMemory is what the built-in reports are indexed in without a garbage
// collection, which costs a sixth of the time to the first answer. It is twice
// what they need.
const builtinMemory = 256 << 20

// withoutGC keeps the garbage collector from running below builtinMemory until
// the function it returns is called.
func withoutGC() (restore func()) {
	limit := debug.SetMemoryLimit(builtinMemory)
	percent := debug.SetGCPercent(-1)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// knowBuiltin answers from the built-in reports, in memory.
func (a *app) knowBuiltin(ctx context.Context, m models) (*knowledge, error) {
	defer withoutGC()()
	l, err := vocabularies{}.join()
	if err != nil {
		return nil, err
	}
	reports, projects, err := corpus.Builtin()
	if err != nil {
		return nil, err
	}
	return a.knowInMemory(ctx, "", collection{reports: reports, projects: projects}, l, m)
}

// knowWithBuiltin answers from the reports of ix and the built-in ones. It
// takes ix over.
func (a *app) knowWithBuiltin(ctx context.Context, generation string, ix *index.Index, l lexicon, m models) (*knowledge, error) {
	reports, projects, err := corpus.Builtin()
	if err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	all := collection{
		reports:  mergeByID(reports, ix.Reports(), reportID),
		projects: mergeByID(projects, ix.Projects(), projectID),
	}
	if len(all.reports) == len(ix.Reports()) { // they were ingested too
		return a.knowIndex(generation, ix, l, m)
	}
	if err := ix.Close(); err != nil {
		return nil, fmt.Errorf("close index: %w", err)
	}
	return a.knowInMemory(ctx, generation, all, l, m)
}

// knowInMemory answers from reports that are indexed now, by their words alone:
// nobody waits at the start of the program for a model to embed whole reports,
// and lexical vectors, which would take half of the time, repeat what BM25 knows.
func (a *app) knowInMemory(ctx context.Context, generation string, c collection, l lexicon, m models) (*knowledge, error) {
	if a.settings.EmbedModel != "" {
		a.logger.InfoContext(ctx, "built-in reports are not embedded by the model, ingest --builtin does that")
	}
	m.embedder = nil
	passages, found := rag.Prepare(c.reports, c.projects, l.Vocabulary)
	ix, err := index.Memory(ctx, index.Content{Reports: c.reports, Passages: passages, Projects: c.projects}, nil)
	if err != nil {
		return nil, err
	}
	return a.knowCatalogue(generation, ix, found, l, m)
}

// knowIndex answers from ix, which it takes over.
func (a *app) knowIndex(generation string, ix *index.Index, l lexicon, m models) (*knowledge, error) {
	c := catalogue.Extract(ix.Reports(), ix.Passages(), ix.Projects(), l.Vocabulary)
	if facts := ix.Facts(); len(facts) > 0 && !c.Restore(facts) {
		a.logger.Info("facts of the index are of another program or vocabulary, they are read anew", "generation", generation)
	}
	return a.knowCatalogue(generation, ix, c, l, m)
}

// knowCatalogue answers from ix, which it takes over, and the projects in it.
func (a *app) knowCatalogue(generation string, ix *index.Index, c *catalogue.Catalogue, l lexicon, m models) (*knowledge, error) {
	glossary, err := l.glossary()
	if err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	engine := rag.New(rag.Config{
		Index: ix, Catalogue: c, Vocabulary: l.Vocabulary, Glossary: glossary,
		Embedder: m.embedder, Generator: m.generator, Reranker: m.reranker, Logger: a.logger,
		EvidenceTokens: a.settings.EvidenceTokens, NoRewrite: a.settings.ModelRewrite == "off",
	})
	return &knowledge{generation: generation, index: ix, catalogue: c, engine: engine}, nil
}

// knowReports answers from the reports below paths, in memory.
func (a *app) knowReports(ctx context.Context, m models, paths ...string) (*knowledge, []corpus.Skipped, error) {
	in, err := readInput(paths)
	if err != nil {
		return nil, nil, err
	}
	if len(in.reports) == 0 {
		return nil, in.skipped, noReports(paths)
	}
	l, err := in.words.join()
	if err != nil {
		return nil, nil, err
	}
	k, err := a.knowInMemory(ctx, "", collection{reports: in.reports, projects: in.projects}, l, m)
	return k, in.skipped, err
}

// collected returns what the data directory holds; nothing is no error.
func (a *app) collected(dir string) (collection, error) {
	ix, err := index.Open(dir, nil)
	if errors.Is(err, index.ErrNoIndex) {
		return collection{}, nil
	}
	if err != nil {
		return collection{}, fmt.Errorf("open %s: %w", dir, err)
	}
	c := collection{reports: ix.Reports(), projects: ix.Projects()}
	c.embedder, _ = ix.Embedder()
	c.weight = ix.Weight()
	c.words, err = storedVocabularies(dir)
	return c, errors.Join(err, ix.Close())
}

// mismatched reports whether err says that an index was made with something else.
func mismatched(err error) bool {
	var mismatch *index.MismatchError
	return errors.As(err, &mismatch)
}

// store writes a collection as the next generation of the data directory and
// returns how many passages each report has. anew embeds those again that the
// current generation holds.
func (a *app) store(ctx context.Context, dir string, c collection, m models, anew bool, progress index.Progress) (map[string]int, error) {
	l, err := c.words.join()
	if err != nil {
		return nil, err
	}
	passages, found := rag.Prepare(c.reports, c.projects, l.Vocabulary)
	content := index.Content{Reports: c.reports, Passages: passages, Projects: c.projects, Weight: c.weight}
	finder := rag.FactFinder{
		Generator: m.generator, Vocabulary: l.Vocabulary, Reports: c.reports, Logger: a.logger,
		Progress: func(done, total int) { progress("facts", done, total) },
	}
	if content.Facts, err = a.readFacts(ctx, dir, found, passages, finder); err != nil {
		return nil, err
	}
	build := index.Build
	if anew {
		build = index.Rebuild
	}
	if _, err := build(ctx, dir, content, m.embedder, progress); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range content.Passages {
		counts[p.Report]++
	}
	return counts, nil
}

// searcher makes a search over passages that no report was split into, for the
// scoring of retrieval. close ends it.
func (a *app) searcher(ctx context.Context, reports []corpus.Report, passages []corpus.Passage, m models) (k *knowledge, err error) {
	l, err := vocabularies{}.join()
	if err != nil {
		return nil, err
	}
	ix, err := index.Memory(ctx, index.Content{Reports: reports, Passages: passages}, m.embedder)
	if err != nil {
		return nil, err
	}
	return a.knowIndex("", ix, l, m)
}

// weightedSearcher makes a search like searcher's whose share of the vectors can be told. A
// query is embedded once.
func (a *app) weightedSearcher(ctx context.Context, reports []corpus.Report, passages []corpus.Passage, m models) (*knowledge, eval.WeightedSearch, error) {
	k, err := a.searcher(ctx, reports, passages, m)
	if err != nil {
		return nil, nil, err
	}
	vectors := map[string][]float32{}
	return k, func(ctx context.Context, text string, limit int, weight float64) ([]rag.Hit, error) {
		if vectors[text] == nil {
			v, err := m.embedder.Embed(ctx, []string{text})
			if err != nil {
				return nil, fmt.Errorf("embed query: %w", err)
			}
			vectors[text] = v[0]
		}
		return k.index.WithWeight(weight).Search(ctx, rag.Query{Text: text, Vector: vectors[text], Limit: limit})
	}, nil
}

// openState opens what the bots remember: nil where there is no place for it.
func (a *app) openState(ctx context.Context) (*store.Store, error) {
	c := store.Config{URL: string(a.settings.State), Dir: a.dataDir(), Logger: a.logger}
	if c.URL == "" && c.Dir == "" {
		return nil, nil
	}
	c.Keep.Questions = time.Duration(a.settings.KeepQuestions) * 24 * time.Hour
	if c.Keep.Questions == 0 {
		c.Keep.Questions = -1
	}
	c.Inbox.Lease, c.Inbox.Failures = lease, mostFailures
	return store.Open(ctx, c)
}

// A question that another program had in hand when it was killed is taken up
// after a lease; one that a platform does not take an answer to is tried for
// some 25 minutes.
const (
	lease        = 10 * time.Second
	mostFailures = 12
)

// purgeEvery is how often what is past its time is deleted.
const purgeEvery = time.Hour

// chores are what is done to the state every so often, by one of the programs that share it.
func chores(s *store.Store) []store.Chore {
	return []store.Chore{{Name: "purge", Every: purgeEvery, Run: func(ctx context.Context) error {
		_, err := s.Purge(ctx)
		return err
	}}}
}

// news lets people subscribe to the news of what l answers from; the chore sends them.
func (a *app) news(s *store.Store, l *live, to map[string]bot.Notifier) (*bot.NewsDesk, store.Chore) {
	desk := &bot.NewsDesk{Subscriptions: s, Editions: s, Newsroom: l, Admins: []string{telegram.Name, discord.Name}}
	c := bot.Courier{Digests: s, Marks: s, Editions: s, Subscriptions: s, Newsroom: l, Access: l.bot.Access, Notifiers: to, Logger: a.logger}
	return desk, store.Chore{Name: "digests", Every: digestEvery, Run: c.Run}
}

// closeState closes what openState opened.
func (a *app) closeState(s *store.Store) {
	if err := s.Close(); err != nil {
		a.logger.Warn("state not closed", "error", err)
	}
}

// botConfig is what a bot is made of beside the reports: it outlives a generation of them. A
// nil state is memory.
func (a *app) botConfig(state *store.Store) bot.Config {
	c := bot.Config{
		Sessions: bot.NewMemory(bot.SessionLimits{}, nil), Accounts: bot.NewAccounts(),
		SharedTalks: a.settings.Sessions == "thread",
		Budgets:     a.settings.budgets(), Price: a.settings.cost, Logger: a.logger,
		Tally: bot.NewTally(), Key: a.botKey(),
	}
	people := bot.NewPeople()
	c.NoVotes = a.settings.Feedback == "off"
	if state != nil {
		c.Sessions, c.Accounts, c.Forgetter, c.Feedback = state, state, state, state
		c.Admin.Stats, c.Admin.Gaps, people = state, state, state
	}
	counter, _ := c.Accounts.(bot.Counter)
	c.Admin.Spenders, _ = c.Accounts.(bot.Spenders)
	c.Access = bot.NewAccess(a.accessConfig(people))
	c.Limiter = bot.NewLimiter(a.limiterConfig(counter, c.Key))
	return c
}

// newBot returns a bot that answers from k.
func newBot(k *knowledge, asker bot.Answerer, c bot.Config) *bot.Bot {
	c.Answerer, c.Projects, c.Examples, c.Topics = asker, k, k.examples(), k.engine.Topics()
	for _, r := range k.index.Reports() {
		c.Reports = append(c.Reports, bot.Source{Title: r.Title, Section: r.Publisher, Published: r.Published.String(), URL: r.URL})
	}
	return bot.New(c)
}

// adapters returns one adapter for each platform with a token. A nil state is
// memory.
func (a *app) adapters(h bot.Handler, state *store.Store) ([]bot.Adapter, error) {
	var out []bot.Adapter
	var mail bot.Mail // a nil pointer in it would be none
	if state != nil {
		mail = state
	}
	s := a.settings
	if s.TelegramToken != "" {
		t, err := telegram.New(telegram.Config{
			Token: string(s.TelegramToken), Endpoint: string(s.TelegramEndpoint), Handler: h, Logger: a.logger, Monitor: a.monitor,
			Menu: telegram.Menu{Owners: s.Owners.on(telegram.Name), GroupAdmins: s.Admins == adminsOfGroups},
			Mail: mail, Late: time.Duration(s.LateAfter), Grace: s.grace(),
		})
		if err != nil {
			return nil, a.badPlatform(telegram.Name, err)
		}
		out = append(out, t)
	}
	if s.DiscordToken != "" {
		d, err := discord.New(discord.Config{
			Token: string(s.DiscordToken), Endpoint: string(s.DiscordEndpoint), Handler: h, Logger: a.logger, Monitor: a.monitor,
			Menu: discordMenu(s), Mail: mail, Late: time.Duration(s.LateAfter), SharedTalks: s.Sessions == "thread",
			Timing: discord.Timing{Grace: s.grace()},
		})
		if err != nil {
			return nil, a.badPlatform("discord", err)
		}
		out = append(out, d)
	}
	return out, nil
}

// discordMenu is what is shown of owners' commands: a server does not know who
// owns the bot, only who may manage it.
func discordMenu(s settings) discord.Menu {
	switch {
	case len(s.Owners.on(discord.Name)) > 0:
		return discord.MenuOwners
	case s.Admins == adminsOfGroups:
		return discord.MenuGroups
	}
	return discord.MenuNone
}

// platforms are the names of those with a token.
func (a *app) platforms() []string {
	var out []string
	if a.settings.TelegramToken != "" {
		out = append(out, telegram.Name)
	}
	if a.settings.DiscordToken != "" {
		out = append(out, discord.Name)
	}
	return out
}

// show serves the metrics, and whether the bots are alive and ready. A nil state is memory.
func (a *app) show(ctx context.Context, m *meters, l *live, state *store.Store) (stop func(), err error) {
	r := &readiness{live: l, links: m.links, ended: ctx.Done()}
	m.registry.MustRegister(newCorpusGauge(l))
	if state != nil {
		r.state = state.Check
		m.registry.MustRegister(newInboxGauge(state, a.logger))
	}
	return a.listen(ctx, endpoints(m, r, a.logger))
}

// badPlatform is the usage error about what an adapter does not take: its
// token or its endpoint, as err says.
func (a *app) badPlatform(platform string, err error) error {
	setting := platform + "-token"
	if strings.HasPrefix(err.Error(), platform+" endpoint") {
		setting = platform + "-endpoint"
	}
	return usagef("%s: %v", a.sources.from(setting), err)
}

// telegramEndpoint and discordEndpoint are the servers in force.
func (s settings) telegramEndpoint() string {
	return orDefault(s.TelegramEndpoint, telegram.DefaultEndpoint)
}

func (s settings) discordEndpoint() string {
	return orDefault(s.DiscordEndpoint, discord.DefaultEndpoint)
}

func orDefault(a address, fallback string) string {
	if a == "" {
		return fallback
	}
	return string(a)
}

// Names implements [bot.Projects]: those that most passages describe come first.
func (k *knowledge) Names() []string {
	projects := slices.Clone(k.catalogue.Projects())
	slices.SortStableFunc(projects, func(a, b *catalogue.Project) int { return len(b.Passages) - len(a.Passages) })
	names := make([]string, len(projects))
	for i, p := range projects {
		names[i] = p.Name
	}
	return names
}

// A connection is something that check tries.
type connection interface {
	Check(ctx context.Context) error
}

// connections returns the models that can be tried, by name; nil where none is configured.
func (m models) connections() (embedder, generator, fallback, reranker connection) {
	embedder, _ = m.embedder.(connection)
	reranker, _ = m.reranker.(connection)
	return embedder, m.first, m.fallback, reranker
}

// hint says what to do about an error, "" where its text says enough.
func (a *app) hint(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	for _, known := range []struct {
		err  error
		hint string
	}{
		{store.ErrUnreachable, "is the database running, and is WAYMARK_STATE right?"},
		{store.ErrReadOnly, "check who may write to the data directory"},
		{store.ErrFull, "make room on the disk of the data directory"},
		{store.ErrInUse, "wait until the other program has ended"},
		{index.ErrBusy, "wait until the other ingest has ended"},
		{openai.ErrAuth, "check the key: WAYMARK_EMBED_KEY, WAYMARK_MODEL_KEY, WAYMARK_FALLBACK_KEY or WAYMARK_RERANK_KEY, each also with _FILE"},
		{openai.ErrUnreachable, "is the model server running, and is its address right? `waymark check` tries it"},
		{openai.ErrNotFound, "check the name of the model and the address of its server: most end in /v1"},
		{openai.ErrQuota, "the account of the model server has no credit left"},
		{openai.ErrBusy, "try again in a moment"},
		{openai.ErrSuspended, "it is tried again within half a minute; `waymark check` tries it now"},
		{openai.ErrTimeout, "try again in a moment; a local server may still be loading the model"},
		{fs.ErrPermission, "check who may read and write that path"},
	} {
		if errors.Is(err, known.err) {
			return known.hint
		}
	}
	return ""
}
