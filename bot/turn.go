package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waymark-bot/waymark/rag"
)

// The commands, as [Message].Command names them.
const (
	CommandStart   = "start"
	CommandHelp    = "help"
	CommandAsk     = "ask"
	CommandProject = "project"
	CommandSources = "sources"
	CommandReset   = "reset"
	CommandForget  = "forget"

	// CommandNoText is a message without anything to read (a photo, a sticker,
	// a voice note) sent to the bot alone. Nobody can type it.
	CommandNoText = "no-text"
)

// Projects names what the reports describe.
type Projects interface {
	// Names returns all names in the order they are suggested in.
	Names() []string
}

// A Config is what a [Bot] is made of. Only Answerer is required.
type Config struct {
	Answerer Answerer
	Projects Projects // nil: nothing is suggested
	Sessions Sessions // nil: in memory, within Limits.Sessions

	About    map[string]string   // language to one line on what the reports are about
	Reports  []Source            // the reports by title, for /start and /sources
	Examples map[string][]string // language to questions that the reports answer

	Budgets  Budgets                 // of a language model; the zero value bounds nothing
	Price    func(rag.Usage) float64 // what a model's work costs; nil: no price is known
	Accounts Accounts                // nil: in memory

	Access  *Access  // who may ask; nil: everybody
	Limiter *Limiter // of questions and commands; nil: bounds nothing
	Tally   *Tally   // counts the answers; nil: one of its own
	Admin   Admin    // for the commands of owners
	Key     Key      // of the pseudonyms in the log

	Forgetter Forgetter   // nil: nothing is known of a person but the sessions
	Feedback  Feedback    // nil: answers are not remembered
	NoVotes   bool        // answers are remembered, and not voted on
	Topics    *rag.Topics // compares gaps by their words; nil: by their plans alone
	News      *NewsDesk   // nil: nobody can subscribe
	Observer  Observer    // nil: nobody counts, and no line is logged of each answer

	SharedTalks bool // in a group, those of a topic or thread are in one talk; otherwise each has their own

	Limits Limits
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
}

// Limits bound what one message may cost.
type Limits struct {
	Question int           // most characters of a question; 0 means 2,000
	Timeout  time.Duration // to answer one message; 0 means 60 s
	Sessions SessionLimits
}

// A Bot answers messages. It is safe for use by several goroutines.
type Bot struct {
	config   Config
	sessions Sessions
	accounts Accounts
	access   *Access
	limiter  *Limiter
	logger   *slog.Logger
}

var _ Handler = (*Bot)(nil)

// New returns a bot. It keeps no resource that would have to be closed.
func New(c Config) *Bot {
	if c.Limits.Question <= 0 {
		c.Limits.Question = 2000
	}
	if c.Limits.Timeout <= 0 {
		c.Limits.Timeout = 60 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Sessions == nil {
		c.Sessions = NewMemory(c.Limits.Sessions, c.Now)
	}
	if c.Accounts == nil {
		c.Accounts = NewAccounts()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c = c.withAccess()
	return &Bot{config: c, sessions: c.Sessions, accounts: c.Accounts, access: c.Access, limiter: c.Limiter, logger: c.Logger}
}

// Handle answers m. It always returns something to say: where it cannot
// answer, one sentence that says why.
func (b *Bot) Handle(ctx context.Context, m Message) (r Reply) {
	lang := replyLanguage(m)
	defer func() {
		if p := recover(); p != nil {
			b.logger.ErrorContext(ctx, "panic while answering", "stack", string(debug.Stack()))
			r = textReply(lang, b.words(ctx, lang, fmt.Errorf("answer %s message: panic: %v", m.Platform, p)))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, b.config.Limits.Timeout)
	defer cancel()
	r, err := b.handle(ctx, m, lang)
	if err != nil {
		return textReply(lang, b.words(ctx, lang, err))
	}
	return r
}

// replyLanguage is the language of the question. The text after a command that
// takes none (the code of a start link, say) tells nothing.
func replyLanguage(m Message) string {
	switch m.Command {
	case CommandStart, CommandHelp, CommandSources, CommandReset, CommandForget, CommandSubscribe, CommandUnsubscribe:
		return LanguageOf("", m.Locale)
	}
	if isAdminCommand(m.Command) {
		return LanguageOf("", m.Locale)
	}
	return LanguageOf(m.Text, m.Locale)
}

// handle runs the command of m; what is no command is a question.
func (b *Bot) handle(ctx context.Context, m Message, lang string) (Reply, error) {
	if r, done, err := b.gate(ctx, m, lang); done || err != nil {
		return r, err
	}
	text := strings.TrimSpace(m.Text)
	w := wordingOf(lang)
	switch m.Command {
	case CommandStart, CommandHelp:
		return b.help(lang), nil
	case CommandProject:
		return b.project(ctx, m, text)
	case CommandSources:
		return b.reports(w), nil
	case CommandReset:
		if err := b.sessions.Reset(ctx, b.sessionKey(m)); err != nil {
			return Reply{}, fmt.Errorf("reset session: %w", err)
		}
		return textReply(lang, w.reset), nil
	case CommandForget:
		return b.forget(ctx, m, w)
	case CommandSubscribe:
		return b.subscribe(ctx, m)
	case CommandUnsubscribe:
		return b.unsubscribe(ctx, m)
	case CommandNoText:
		return textReply(lang, w.noText), nil
	case CommandAsk:
		if text == "" {
			return textReply(lang, w.askUsage), nil
		}
	case "":
		if text == "" {
			return b.help(lang), nil
		}
	default:
		r := b.help(lang)
		r.Lines = append([]Line{plainLine(fmt.Sprintf(w.unknown, m.Command))}, r.Lines...)
		return r, nil
	}
	return b.ask(ctx, m, rag.Question{ID: m.ID, Text: text})
}

// ask answers q in the light of the talk before it, and remembers both.
func (b *Bot) ask(ctx context.Context, m Message, q rag.Question) (Reply, error) {
	if n := utf8.RuneCountInString(q.Text); n > b.config.Limits.Question {
		return Reply{}, &TooLongError{Length: n, Limit: b.config.Limits.Question}
	}
	out := Outcome{Platform: m.Platform, Began: b.config.Now()}
	defer func() {
		out.Took = b.config.Now().Sub(out.Began)
		b.observe(ctx, m, out)
	}()
	key := b.sessionKey(m)
	turns, err := b.sessions.Turns(ctx, key)
	if err != nil { // an answer without the talk before it is better than none
		b.logger.WarnContext(ctx, "session not read", "error", err)
	}
	q.Turns = turns
	frugal, err := b.frugal(ctx, m)
	if err != nil {
		b.logger.ErrorContext(ctx, "budget not read, answering without the model", "error", err)
	}
	q.Extractive = frugal
	a, err := b.answer(ctx, m, q)
	if err != nil {
		return Reply{}, fmt.Errorf("answer question: %w", err)
	}
	if err := b.charge(ctx, m, a.Usage); err != nil {
		b.logger.ErrorContext(ctx, "cost of an answer not booked", "error", err)
	}
	if frugal && a.Status == rag.Answered {
		a.Notice = strings.TrimSpace(a.Notice + " " + wordingOf(a.Language).frugal)
	}
	if a.Language == "" {
		a.Language = LanguageOf(q.Text, m.Locale)
	}
	out.Answer, out.Cost = &a, b.priceOf(a.Usage)
	if err := b.sessions.Add(ctx, key, rag.Turn{Question: q.Text, Answer: &a}); err != nil {
		b.logger.WarnContext(ctx, "session not written", "error", err)
	}
	r := replyTo(a)
	if b.remember(ctx, m, &a) && b.votes() {
		r.Ballot = m.ID
	}
	return r, nil
}

// answer asks q, and shows the answer while it is being written where both
// sides can.
func (b *Bot) answer(ctx context.Context, m Message, q rag.Question) (rag.Answer, error) {
	s, ok := b.config.Answerer.(Streamer)
	if !ok || m.Show == nil {
		return b.config.Answerer.Ask(ctx, q)
	}
	return s.Stream(ctx, q, func(a rag.Answer) {
		defer func() { // whose goroutine this is nobody here knows
			if p := recover(); p != nil {
				b.logger.ErrorContext(ctx, "panic while showing an answer", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		if a.Language == "" {
			a.Language = LanguageOf(q.Text, m.Locale)
		}
		m.Show(replySoFar(a))
	})
}

// project asks for the summary of one project.
func (b *Bot) project(ctx context.Context, m Message, name string) (Reply, error) {
	lang := b.talkLanguage(ctx, m)
	if name == "" {
		w := wordingOf(lang)
		r := textReply(lang, w.projUsage)
		if some := b.Suggest("", 5); len(some) > 0 {
			r.Lines = append(r.Lines, plainLine(w.projSome+strings.Join(some, w.comma)))
		}
		return r, nil
	}
	question := fmt.Sprintf(wordingOf(lang).summary, name)
	return b.ask(ctx, m, rag.Question{ID: m.ID, Text: question, Language: lang})
}

// talkLanguage is the language of a command whose argument is only a name,
// which tells little: that of the last question, else that of the client.
func (b *Bot) talkLanguage(ctx context.Context, m Message) string {
	if lang := LanguageOf(m.Text, ""); lang == "zh" {
		return lang
	}
	turns, err := b.sessions.Turns(ctx, b.sessionKey(m))
	if err == nil && len(turns) > 0 && turns[len(turns)-1].Answer != nil {
		return turns[len(turns)-1].Answer.Language
	}
	return LanguageOf("", m.Locale)
}

// help introduces the bot: what it knows, what to try, how to ask.
func (b *Bot) help(lang string) Reply {
	w := wordingOf(lang)
	r := textReply(lang, w.hello)
	if about := inLanguage(b.config.About, lang); about != "" {
		r.Lines = append(r.Lines, plainLine(fmt.Sprintf(w.about, about)))
	}
	r.Lines = append(r.Lines, section(w.reportsHead, b.titles())...)
	r.Lines = append(r.Lines, section(w.tryHead, inLanguage(b.config.Examples, lang))...)
	r.Lines = append(r.Lines, section(w.howHead, w.how)...)
	return r
}

// maxTitles is how many report titles /help names; /sources lists all.
const maxTitles = 8

func (b *Bot) titles() []string {
	var titles []string
	for _, s := range b.config.Reports {
		if len(titles) == maxTitles {
			return append(titles, "… /"+CommandSources)
		}
		titles = append(titles, s.Title)
	}
	return titles
}

// reports lists what the bot answers from.
func (b *Bot) reports(w wording) Reply {
	if len(b.config.Reports) == 0 {
		return textReply(w.language, w.noReports)
	}
	r := textReply(w.language, w.reportsHead)
	r.Sources = slices.Clone(b.config.Reports)
	for i := range r.Sources {
		r.Sources[i].N = i + 1
	}
	return r
}

// section is a heading with bullets, nothing when there are none.
func section(heading string, items []string) []Line {
	if len(items) == 0 {
		return nil
	}
	lines := []Line{{Heading: true, Spans: []Span{{Text: heading}}}}
	for _, item := range items {
		lines = append(lines, Line{Bullet: true, Spans: []Span{{Text: item}}})
	}
	return lines
}

// inLanguage returns the entry for lang, else the English one, else nothing.
func inLanguage[T any](m map[string]T, lang string) T {
	if v, ok := m[lang]; ok {
		return v
	}
	return m["en"]
}

// A Suggester completes project names as a person types; [Bot] is one.
type Suggester interface {
	Suggest(typed string, limit int) []string
}

var _ Suggester = (*Bot)(nil)

// Suggest returns at most limit project names for what was typed so far: those
// that begin with it, then those with a word that does, then those that hold it.
func (b *Bot) Suggest(typed string, limit int) []string {
	if b.config.Projects == nil {
		return nil
	}
	typed = strings.ToLower(strings.TrimSpace(typed))
	var ranked [3][]string
	for _, name := range b.config.Projects.Names() {
		if rank := suggestRank(strings.ToLower(name), typed); rank < len(ranked) {
			ranked[rank] = append(ranked[rank], name)
		}
	}
	all := slices.Concat(ranked[:]...)
	return all[:min(limit, len(all))]
}

// suggestRank is 0 for a name that begins with typed, 1 for one with a word
// that does, 2 for one that holds it, else 3.
func suggestRank(name, typed string) int {
	switch {
	case strings.HasPrefix(name, typed):
		return 0
	case strings.Contains(name, " "+typed):
		return 1
	case strings.Contains(name, typed):
		return 2
	}
	return 3
}

// sessionKey names whose talk m belongs to: that of one person in one chat,
// topic or thread, or of all in it where talks are shared.
func (b *Bot) sessionKey(m Message) string {
	user := m.User
	if b.config.SharedTalks && !m.Private {
		user = ""
	}
	return m.Platform + "/" + m.Chat + "/" + user
}
