// Package discord is the way in from Discord: slash commands, mentions,
// replies and direct messages become messages for a handler, and its replies
// become Discord's markdown, in parts that fit.
//
// Start at [New] and [Adapter.Run]. gateway.go keeps the connection that events
// come in on, around the library's defects; intake.go turns events into
// messages and queues them, or stored.go puts them into the inbox; presses.go takes
// the buttons below what the bot said, votes.go those that are votes; admins.go
// knows who administers a server; rest.go is the one way out, patient with rate
// limits and silent about tokens; format.go writes the markup; notify.go sends what
// nobody asked for just now.
//
// # With a state
//
// Where there is one ([bot.Mail]), an event is in the inbox before the next is
// handled, and a slash command before it is acknowledged. Several programs with
// the same bot are all told of everything: that the inbox takes an event once
// makes it one answer. The parts of it are shown once: the response to a command
// is edited, a follow-up is a placeholder that is edited, a channel message has a
// nonce, and the channel is read where a program died while it sent one. What it
// may not read then is not sent again, it is a dead letter. Past the 15 minutes
// of a command's token the answer is an ordinary message, where the bot may write.
//
// What Discord told no program it does not tell later: a command is then refused
// by Discord itself ("did not respond"), a mention is not answered.
//
// What it does not do: it answers nothing itself, needs no privileged intent
// (mentions, replies with a ping and direct messages carry their text without
// it), and handles one shard: bots in more than 2,500 servers need several.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// Name is the platform's name.
const Name = "discord"

// DefaultEndpoint is Discord.
const DefaultEndpoint = "https://discord.com"

// A Config is what an [Adapter] is made of. Token and Handler are required.
type Config struct {
	Token    string // the bot's, from the developer portal, with or without "Bot "
	Endpoint string // scheme and host of the REST interface; "" is [DefaultEndpoint]
	Guild    string // register the slash commands in this server only, where they show at once; "" is everywhere

	Menu Menu // the commands of those who look after the bot that are registered

	// Handler answers. Where it is a [bot.Suggester], too, names are completed
	// as a member types them.
	Handler bot.Handler

	Mail        bot.Mail      // the state; nil: what waits is lost with the program
	Late        time.Duration // a question older than that is answered with an apology; 0: none; needs Mail
	SharedTalks bool          // those in a channel talk to the bot together; see bot.Config

	Queue   bot.QueueLimits // its Workers bound the people that are served or waited for at a time; 0 means 64
	Answers int             // questions answered at a time; 0 means 8
	Timing  Timing
	Logger  *slog.Logger     // nil: nothing is logged
	Monitor bot.Monitor      // nil: nobody is told how the adapter gets on
	Now     func() time.Time // clock of interaction tokens; nil is time.Now
}

// A Menu says which commands of those who look after the bot are shown in
// servers, to members who may manage one. Written out, owners can use all of
// them everywhere.
type Menu int

// The menus.
const (
	MenuNone   Menu = iota
	MenuGroups      // those for administrators of a server
	MenuOwners      // all
)

// Timing is how patient the adapter is; zero values are the defaults.
type Timing struct {
	Grace    time.Duration // for messages under way once Run's ctx has ended; 20 s
	Open     time.Duration // for one try to connect; 30 s
	Silence  time.Duration // of a connection until it is taken for dead; 100 s, more than two heartbeats of 41.25 s
	RetryMin time.Duration // before the second try to connect or to send; 1 s, doubled each time, with jitter
	RetryMax time.Duration // 60 s
	Identify time.Duration // between two identifies; 5 s: https://docs.discord.com/developers/events/gateway#rate-limiting
	Attempt  time.Duration // for one REST request; 15 s
	Typing   time.Duration // between two typing notices; 8 s, as one shows for 10 s
	Edit     time.Duration // between two states of an answer that is being written; 1.5 s, as 5 edits pass in 5 s
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		value *time.Duration
		unset time.Duration
	}{
		{&t.Grace, 20 * time.Second},
		{&t.Open, 30 * time.Second},
		{&t.Silence, 100 * time.Second},
		{&t.RetryMin, time.Second},
		{&t.RetryMax, time.Minute},
		{&t.Identify, 5 * time.Second},
		{&t.Attempt, 15 * time.Second},
		{&t.Typing, 8 * time.Second},
		{&t.Edit, 1500 * time.Millisecond},
	} {
		if *d.value <= 0 {
			*d.value = d.unset
		}
	}
	return t
}

// An Adapter connects one Discord bot to a handler.
type Adapter struct {
	config  Config
	rest    *restClient
	gateway *gateway
}

var _ bot.Adapter = (*Adapter)(nil)

// New returns an adapter. It connects in Run, not here; an error names the
// setting that is wrong.
func New(c Config) (*Adapter, error) {
	words := strings.Fields(c.Token)
	if len(words) > 0 && words[0] == "Bot" {
		words = words[1:]
	}
	if len(words) != 1 {
		return nil, errors.New("discord token: want one word; it is in the developer portal: your application, Bot, Reset Token")
	}
	c.Token = words[0]
	if c.Handler == nil {
		return nil, errors.New("discord handler: missing")
	}
	if c.Endpoint == "" {
		c.Endpoint = DefaultEndpoint
	}
	endpoint, err := url.Parse(c.Endpoint)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" {
		return nil, fmt.Errorf("discord endpoint %q: want scheme and host, like %s", c.Endpoint, DefaultEndpoint)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Monitor == nil {
		c.Monitor = bot.NoMonitor{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Queue.Workers <= 0 {
		c.Queue.Workers = 64
	}
	if c.Answers <= 0 {
		c.Answers = 8
	}
	c.Timing = c.Timing.withDefaults()
	silenceLibrary()
	c.Logger = c.Logger.With("platform", Name)
	rest := newRestClient(strings.TrimSuffix(endpoint.String(), "/")+"/api/v"+discordgo.APIVersion, c)
	return &Adapter{config: c, rest: rest, gateway: newGateway(c, rest)}, nil
}

// Name implements [bot.Adapter].
func (a *Adapter) Name() string { return Name }

// Run implements [bot.Adapter]: it serves until ctx ends or Discord refuses the
// bot for good. It may be called once.
func (a *Adapter) Run(ctx context.Context) error {
	defer a.rest.close()
	sends, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	in := newIntake(sends, a.config, a.rest)
	working, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	if a.config.Mail != nil {
		workers.Go(func() { in.workers().Run(working) })
	}
	err := a.gateway.run(ctx, func(event any) { in.take(ctx, sends, event) })
	grace, end := context.WithTimeout(sends, a.config.Timing.Grace)
	defer end()
	defer time.AfterFunc(a.config.Timing.Grace+linger, cancel).Stop()
	stop()
	in.finish(grace)
	workers.Wait()
	return err
}

// linger is the time after the grace period for telling people whose answer
// was cut short.
const linger = 5 * time.Second

// Abandoned returns how many connects got stuck inside the library and had to
// be left behind, each with one goroutine: see gateway.go.
func (a *Adapter) Abandoned() int { return int(a.gateway.abandoned.Load()) }
