// Command waymark answers questions out of source reports, with a citation for
// every sentence: on the command line, in a terminal talk, and as a bot on
// Telegram and Discord.
//
// Start at run, which a test can call, and at wire.go, the one file that names
// the concrete types the program is put together from. config.go declares the
// settings, once, for flags, environment and waymark.yaml; every other file is
// one subcommand or one thing that several of them share.
//
// What it does not do: it holds no knowledge of its own. Reading reports,
// searching and answering live in corpus and rag, talking to people in bot.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/waymark-bot/waymark/bot"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // what was asked for could not be done
	exitUsage   = 2 // what was asked for is not understood; nothing was done
)

// commands is the command line.
type commands struct {
	Settings settings `embed:""`
	Help     helpFlag `short:"h" help:"Show help for a command."`

	Ask      askCommand      `cmd:"" help:"Answer a question, each sentence cited."`
	Chat     chatCommand     `cmd:"" help:"Talk in the terminal: questions and follow-on questions."`
	Search   searchCommand   `cmd:"" help:"List the passages nearest to a query."`
	Ingest   ingestCommand   `cmd:"" help:"Read reports into the data directory."`
	Reports  reportsCommand  `cmd:"" help:"List the reports that answers come from."`
	Projects projectsCommand `cmd:"" help:"List the projects that the reports describe, all or by conditions, or tell what is known of one."`
	Serve    serveCommand    `cmd:"" help:"Run the bot on Telegram and Discord."`
	Health   healthCommand   `cmd:"" help:"Ask a running serve whether it is ready."`
	Inbox    inboxCommand    `cmd:"" help:"List the questions that wait for an answer and those that were given up."`
	Gaps     gapsCommand     `cmd:"" help:"List what the bots could not answer."`
	Feedback feedbackCommand `cmd:"" help:"List or export the votes on answers."`
	Eval     evalCommand     `cmd:"" help:"Score answers or retrieval on a question set."`
	Check    checkCommand    `cmd:"" help:"Show the configuration and try every connection."`
	Version  versionCommand  `cmd:"" help:"Show the version."`
}

// An app is one start of the program: what it was told and where it speaks.
type app struct {
	settings settings
	sources  *sources
	env      map[string]string
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	logger   *slog.Logger
	monitor  bot.Monitor // of the platforms that are served
}

// run is main without the process: environ is "KEY=value" as [os.Environ]
// returns it, the result is the exit code. It returns when ctx ends.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: environment(environ), stdin: stdin, stdout: stdout, stderr: stderr}
	err := a.run(ctx, args)
	if err == nil || errors.Is(err, errHelp) {
		return exitOK
	}
	return a.complain(ctx, err)
}

func (a *app) run(ctx context.Context, args []string) error {
	var line commands
	a.sources = newSources(a.env)
	parser, err := kong.New(&line,
		kong.Name("waymark"),
		kong.Description("Answers questions out of source reports. Every sentence shows where it stands."),
		kong.NoDefaultHelp(),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 110, ValueFormatter: helpText}),
		kong.ExplicitGroups(groups()),
		kong.Writers(a.stdout, a.stderr),
		kong.PostBuild(a.sources.declare),
		kong.Resolvers(a.sources),
	)
	if err != nil {
		return fmt.Errorf("declare the command line: %w", err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return misused(err)
	}
	a.sources.given(parsed)
	if err := line.Settings.check(a.sources); err != nil {
		return err
	}
	a.settings = line.Settings
	a.logger = newLogger(a.stderr, a.env, a.settings.LogLevel)
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(a)
}

// A usageError is a command line, a setting or an input that is not
// understood. Its one line names the wrong thing and the wanted form.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// misused turns kong's complaint into a usage error that shows the wanted form.
func misused(err error) error {
	var usage *usageError
	var parse *kong.ParseError
	switch {
	case errors.Is(err, errHelp):
		return err
	case errors.As(err, &usage): // kong has put the flag before it
		return usage
	case !errors.As(err, &parse) || parse.Context == nil:
		return usagef("%v", err)
	}
	node := parse.Context.Selected()
	if node == nil {
		node = parse.Context.Model.Node
	}
	path, text := node.FullPath(), err.Error()
	given, isArgument := strings.CutPrefix(text, "unexpected argument ")
	given, _, _ = strings.Cut(given, ",")
	switch {
	case strings.HasPrefix(text, "expected ") && !node.Leaf():
		return usagef("no command; want %s %s (see %s --help)", path, children(node), path)
	case isArgument && !node.Leaf():
		return usagef("unknown command %s; want %s %s (see %s --help)", given, path, children(node), path)
	case strings.Contains(text, "want "): // a value, and its error says what it may be
		return usagef("%s (see %s --help)", text, path)
	}
	return usagef("%s; want waymark %s (see %s --help)", text, node.Summary(), path)
}

// children lists the commands below a node: "ask|chat|search".
func children(node *kong.Node) string {
	var names []string
	for _, c := range node.Children {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, "|")
}

// A hinted error carries what to do about it.
type hinted struct {
	error
	hint string
}

func (e *hinted) Unwrap() error { return e.error }

// hintf adds a hint to err.
func hintf(err error, format string, args ...any) error {
	return &hinted{err, fmt.Sprintf(format, args...)}
}

// complain says what went wrong and returns the exit code.
func (a *app) complain(ctx context.Context, err error) int {
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(a.stderr, "waymark: error: %s\n", oneLine(err.Error()))
		return exitUsage
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.stderr, "waymark: error: interrupted")
		return exitFailure
	}
	fmt.Fprintf(a.stderr, "waymark: error: %s\n", oneLine(err.Error()))
	if hint := a.hint(err); hint != "" {
		fmt.Fprintf(a.stderr, "waymark: hint: %s\n", hint)
	}
	return exitFailure
}

// oneLine keeps a message that quotes a file or a server in one line.
func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }
