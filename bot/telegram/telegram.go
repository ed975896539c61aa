// Package telegram connects a bot.Handler to Telegram.
//
// Start at [New] and [Adapter.Run]: one long poll, what keeps the order within
// each chat, and a sender that survives what Telegram answers. poll.go receives
// and confirms, address.go decides what was said to the bot, format.go writes
// Telegram's HTML, send.go delivers, pace.go keeps within Telegram's limits,
// draft.go shows an answer while it is being written, presses.go takes the buttons
// below what the bot said, votes.go those that are votes, members.go knows who
// administers a group, notify.go sends what nobody asked for just now, client.go
// is the only code that touches the library's client and keeps the token out of
// errors and logs.
//
// # With a state
//
// stored.go is the way through the state ([bot.Mail]). An update is in the inbox
// before the offset moves on, so whatever Telegram was told is kept, and what it
// was not told it delivers again, which the inbox knows. Of several programs one
// polls, and all answer.
//
// Telegram has no nonce: nobody can know of a message whose sending broke off
// whether it stands in the chat. So each part of a reply begins as a placeholder
// ("…"). Its id is kept, then it is edited to the part, which can be repeated. A
// program that is killed leaves in the chat
//
//   - before the placeholder: nothing, and the next one goes on from there;
//   - between Telegram's having taken the placeholder and its id's being kept: a
//     placeholder that nobody takes away, above the answer;
//   - later: a placeholder that the next program edits to the answer, or the
//     answer, where the edit changes nothing.
//
// An answer is never there twice. It costs one request more, and in a group ten
// answers a minute are then what Telegram allows.
//
// # Without one
//
// A queue in memory does. A reply is delivered at least once: where a connection
// ends before Telegram's answer it is sent again, with a warning in the log,
// because an asker who is left without an answer is worse off than one who reads
// it twice.
//
// What it does not do: it answers no question, and uses no webhook.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

// Name is the platform's name.
const Name = "telegram"

// DefaultEndpoint is Telegram's own server: https://core.telegram.org/bots/api#making-requests
const DefaultEndpoint = "https://api.telegram.org"

// A Config is what an [Adapter] is made of. Token and Handler are required.
type Config struct {
	Token    string // from @BotFather: digits, a colon, letters
	Endpoint string // "" means DefaultEndpoint
	Handler  bot.Handler
	Menu     Menu         // of the commands of owners
	Logger   *slog.Logger // nil: nothing is logged
	Monitor  bot.Monitor  // nil: nobody is told how the adapter gets on

	Mail bot.Mail      // the state; nil: what waits is lost with the program
	Late time.Duration // a question older than that is answered with an apology; 0: none; needs Mail

	Queue   bot.QueueLimits // its Workers bound the chats that are served or waited for at a time; 0 means 64
	Answers int             // questions answered at a time; 0 means 8

	Poll    time.Duration // how long one poll waits; 0 means 50 s, which is also the most the server waits
	Grace   time.Duration // to finish answers at the end; 0 means 20 s
	Backoff time.Duration // before the first try again after an error; 0 means 500 ms
	Typing  time.Duration // between two "typing" notices; 0 means 4 s: one lasts 5 s or less
	Draft   time.Duration // between two drafts of an answer that is being written; 0 means 1 s, what Telegram allows a chat
}

func (c Config) withDefaults() Config {
	if c.Endpoint == "" {
		c.Endpoint = DefaultEndpoint
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Monitor == nil {
		c.Monitor = bot.NoMonitor{}
	}
	if c.Queue.Workers <= 0 {
		c.Queue.Workers = 64
	}
	if c.Answers <= 0 {
		c.Answers = 8
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{{&c.Poll, 50 * time.Second}, {&c.Grace, 20 * time.Second}, {&c.Backoff, 500 * time.Millisecond}, {&c.Typing, 4 * time.Second}, {&c.Draft, time.Second}} {
		if *d.value <= 0 {
			*d.value = d.fallback
		}
	}
	return c
}

// An Adapter serves one bot on Telegram.
type Adapter struct {
	config Config
	client *client
	logger *slog.Logger
	self   tgbotapi.User // known once connected

	pace      *pace
	aside     sync.WaitGroup // busy notices and presses of buttons under way
	presses   chan struct{}  // one entry a press that is being handled
	answering chan struct{}  // one entry a question that is being answered
	draftless atomic.Bool    // the server knows no drafts
	admins    admins

	mu          sync.Mutex
	unfinished  map[int]bool    // ids of updates taken and not yet answered
	busy        map[string]bool // chat and user that a busy notice is under way to
	unreachable map[int64]bool  // chats that refused the bot
}

var _ bot.Adapter = (*Adapter)(nil)

// tokenForm is what @BotFather gives out.
var tokenForm = regexp.MustCompile(`^\d+:[A-Za-z0-9_-]+$`)

// New returns an adapter. It calls nobody; a token that Telegram refuses shows
// in Run.
func New(c Config) (*Adapter, error) {
	c = c.withDefaults()
	endpoint, err := url.Parse(c.Endpoint)
	switch {
	case !tokenForm.MatchString(c.Token):
		return nil, errors.New("telegram token: want the form 123456:ABC-DEF, as @BotFather gives it")
	case err != nil || endpoint.Host == "" || endpoint.RawQuery != "" || regexp.MustCompile(`[%?#]`).MatchString(c.Endpoint):
		return nil, fmt.Errorf("telegram endpoint: want an address such as %s", DefaultEndpoint)
	case c.Handler == nil:
		return nil, errors.New("telegram: no handler for messages")
	}
	return &Adapter{
		config:      c,
		client:      newClient(c.Token, c.Endpoint),
		logger:      c.Logger.With("platform", Name),
		pace:        newPace(),
		answering:   make(chan struct{}, c.Answers),
		presses:     make(chan struct{}, mostPresses),
		unfinished:  make(map[int]bool),
		busy:        make(map[string]bool),
		unreachable: make(map[int64]bool),
	}, nil
}

// Name implements bot.Adapter.
func (a *Adapter) Name() string { return Name }

// Run implements bot.Adapter. It must not be called again.
func (a *Adapter) Run(ctx context.Context) error {
	defer a.client.close()
	if err := a.connect(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	a.setCommands(ctx)
	a.setAdminCommands(ctx)
	defer a.aside.Wait()
	if a.config.Mail != nil {
		return a.runStored(ctx)
	}
	queue := bot.NewQueue(ctx, a.config.Queue, a.logger)
	sends, endSends := context.WithCancel(context.WithoutCancel(ctx))
	defer endSends()
	offset, err := a.poll(ctx, func(ctx context.Context, u update) error { return a.take(ctx, sends, queue, u) })
	last := time.AfterFunc(a.config.Grace+linger, endSends)
	defer last.Stop()
	a.finish(ctx, queue, offset)
	return err
}

// linger is the time after the grace period for telling people whose answer was
// cut short.
const linger = 5 * time.Second

// connect learns who the bot is. It tries until ctx ends, or until Telegram
// refuses the token.
func (a *Adapter) connect(ctx context.Context) error {
	var self struct {
		tgbotapi.User
		ReadsAll bool `json:"can_read_all_group_messages"`
	}
	retry := a.newRetry()
	for {
		err := a.try(ctx, callTimeout, "getMe", nil, &self)
		if err == nil {
			break
		}
		if fatal := fatalError(err); fatal != nil {
			return fatal
		}
		a.logger.WarnContext(ctx, "telegram not reached", "error", err)
		a.retried(err)
		if retry.wait(ctx, err) != nil {
			return nil // asked to stop
		}
	}
	a.self = self.User
	a.logger.InfoContext(ctx, "connected", "bot", a.self.UserName, "reads_all_group_messages", self.ReadsAll)
	return nil
}

// fatalError returns what to do about an error that no retry cures, nil for others.
func fatalError(err error) error {
	var e *callError
	if !errors.As(err, &e) {
		return nil
	}
	switch {
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusNotFound: // 404: no bot can have this token
		return fmt.Errorf("telegram refuses the token; take the current one from @BotFather: %w", err)
	case e.says(http.StatusConflict, "Conflict: can't use getUpdates method while webhook is active"):
		return fmt.Errorf("updates of this bot go to a webhook; call deleteWebhook or use another bot: %w", err)
	}
	return nil
}

// setCommands fills the command menu, in English and in Chinese. A bot without
// a menu still answers, so errors are only logged.
func (a *Adapter) setCommands(ctx context.Context) {
	type entry struct {
		Command     string `json:"command"`
		Description string `json:"description"`
	}
	for _, lang := range []string{"", "zh"} {
		var menu []entry
		for _, c := range bot.Commands(lang) {
			menu = append(menu, entry{c.Name, c.Description})
		}
		params := tgbotapi.Params{}
		params.AddNonEmpty("language_code", lang)
		err := params.AddInterface("commands", menu)
		if err == nil {
			err = a.try(ctx, callTimeout, "setMyCommands", params, nil)
		}
		if err != nil && ctx.Err() == nil {
			a.logger.WarnContext(ctx, "command menu not set", "language", lang, "error", err)
		}
	}
}
