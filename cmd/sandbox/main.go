// Command sandbox is Telegram, Discord and a model server on loopback, with a
// prompt to type as a member: the bots without an account.
//
//	go run ./cmd/sandbox
//
// It prints the settings that point `waymark serve` at it, then reads lines. A
// line is said in the place that was chosen with /in; what the bot says there
// is printed. With lines piped in it waits for the answer to each and ends with
// the last. The model pretends: it copies sentences of the passages it is given
// that share words with the question, and cites them.
//
// Start at run; rooms.go knows the places, prompt.go the dialogue. It starts no
// bot, holds no adapter's code, and goes to no network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Options are the flags.
type options struct {
	telegram, discord, model string // addresses to listen on; model "" starts none
	spec                     string // directory of the specifications, "" for none
	patience                 time.Duration
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.telegram, "telegram", "127.0.0.1:8081", "`address` of the Telegram server")
	flags.StringVar(&o.discord, "discord", "127.0.0.1:8082", "`address` of the Discord server")
	flags.StringVar(&o.model, "model", "127.0.0.1:8083", "`address` of the model server, which pretends; -model= starts none")
	flags.StringVar(&o.spec, "spec", "", "`directory` with telegram/api.json, discord/openapi.json and openai/openapi.json, to hold every request against")
	flags.DurationVar(&o.patience, "wait", time.Minute, "`time` to wait for an answer")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; the sandbox takes flags only", flags.Arg(0))
	}
	return o, nil
}

// The exit codes.
const (
	exitOK       = 0
	exitFailed   = 1 // a server did not start, or the bot broke a rule
	exitBadUsage = 2
)

// run is the program.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "error: %v\n", err)
		return exitBadUsage
	}
	s, err := start(o)
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return exitFailed
	}
	defer s.close()
	s.printSettings(stdout)
	p := &prompt{rooms: s.rooms(), out: stdout, patience: o.patience, interactive: isTerminal(stdin)}
	if err := p.loop(ctx, stdin); err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return exitFailed
	}
	return s.verdict(stderr)
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Servers are the loopback servers that run.
type servers struct {
	telegram *bottest.Telegram
	discord  *bottest.Discord
	model    *ragtest.Model // nil when not asked for
}

// start starts the servers, all or none.
func start(o options) (*servers, error) {
	s := &servers{}
	if err := s.start(o); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *servers) start(o options) (err error) {
	var telegramSpec string
	var discordSpec *bottest.DiscordSpec
	if o.spec != "" {
		telegramSpec = filepath.Join(o.spec, "telegram", "api.json")
		if discordSpec, err = bottest.LoadDiscordSpec(filepath.Join(o.spec, "discord", "openapi.json")); err != nil {
			return err
		}
	}
	if s.telegram, err = bottest.StartTelegram(o.telegram, bottest.TelegramOptions{Spec: telegramSpec}); err != nil {
		return err
	}
	if s.discord, err = bottest.StartDiscord(o.discord, bottest.DiscordOptions{Spec: discordSpec}); err != nil {
		return err
	}
	if o.model == "" {
		return nil
	}
	var modelSpec *ragtest.Spec
	if o.spec != "" {
		if modelSpec, err = ragtest.LoadSpec(filepath.Join(o.spec, "openai", "openapi.json")); err != nil {
			return err
		}
	}
	s.model, err = ragtest.StartModel(o.model, ragtest.ModelOptions{Spec: modelSpec})
	return err
}

func (s *servers) close() {
	if s.telegram != nil {
		s.telegram.Close()
	}
	if s.discord != nil {
		_ = s.discord.Close()
	}
	if s.model != nil {
		_ = s.model.Close()
	}
}

// printSettings says how to point the bot here.
func (s *servers) printSettings(w io.Writer) {
	others := " and Discord"
	if s.model != nil {
		others = ", Discord and a model that pretends"
	}
	fmt.Fprintf(w, `Telegram%s are up, on this machine only. In another terminal:

export WAYMARK_TELEGRAM_TOKEN=%s
export WAYMARK_TELEGRAM_ENDPOINT=%s
export WAYMARK_DISCORD_TOKEN=%s
export WAYMARK_DISCORD_ENDPOINT=%s
`, others, s.telegram.Token(), s.telegram.URL(), s.discord.Token(), s.discord.URL())
	if s.model != nil {
		fmt.Fprintf(w, "export WAYMARK_MODEL_URL=%s\nexport WAYMARK_MODEL=pretend\n", s.model.URL())
	}
	fmt.Fprint(w, "go run ./cmd/waymark serve\n\nThen type here. /in shows the places, /press 1 presses a button, /quit ends.\n\n")
}

// verdict reports the rules of the platforms and the model server that the bot broke.
func (s *servers) verdict(stderr io.Writer) int {
	code := exitOK
	findings := append(s.telegram.Findings(), s.discord.Findings()...)
	if s.model != nil {
		findings = append(findings, s.model.Findings()...)
	}
	for _, finding := range findings {
		fmt.Fprintf(stderr, "finding: %s\n", finding)
		code = exitFailed
	}
	return code
}
