package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

type checkCommand struct{}

// Help says what a problem means for the exit code.
func (*checkCommand) Help() string {
	return "Prints every setting with where its value comes from, secrets redacted, and then tries the index, the models and the platforms that are configured. " +
		"The exit code is 1 if one of them fails."
}

// checkTimeout bounds one connection. A local model server may have to load
// its model first.
const checkTimeout = 30 * time.Second

// errCheck ends a check in which something failed: what stands above it.
var errCheck = errors.New("not everything works")

// Run prints the configuration and tries every connection.
func (*checkCommand) Run(ctx context.Context, a *app) error {
	if err := a.printSettings(); err != nil {
		return err
	}
	m, err := a.models()
	if err != nil {
		return err
	}
	failed := false
	for _, p := range a.probes(m) {
		said, err := p.try(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = true
			fmt.Fprintf(a.stdout, "%-9s problem: %s\n", p.name, oneLine(err.Error()))
			if hint := a.hint(err); hint != "" {
				fmt.Fprintf(a.stdout, "%-9s hint: %s\n", "", hint)
			}
		default:
			fmt.Fprintf(a.stdout, "%-9s %s\n", p.name, said)
		}
	}
	if failed {
		return errCheck
	}
	return nil
}

// printSettings lists all settings in the order of their declaration.
func (a *app) printSettings() error {
	fmt.Fprintf(a.stdout, "waymark %s\n\n", version())
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	for _, f := range a.sources.settings {
		value := fmt.Sprint(f.Target.Interface())
		switch f.Name {
		case "config":
			value = a.sources.file
		case "data":
			value = a.dataDir()
		}
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", yamlKey(f), value, a.sources.from(f.Name))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print settings: %w", err)
	}
	for _, name := range a.sources.unknownVariables() {
		fmt.Fprintf(a.stdout, "%s is set, but there is no such setting\n", name)
	}
	fmt.Fprintln(a.stdout)
	return nil
}

// A probe tries one connection and says what it found.
type probe struct {
	name string
	try  func(context.Context) (string, error)
}

const notConfigured = "not configured"

func (a *app) probes(m models) []probe {
	embedder, generator, fallback, reranker := m.connections()
	return []probe{
		{"index", func(ctx context.Context) (string, error) { return a.tryIndex(ctx, m) }},
		{"embedder", tryModel(embedder, a.settings.EmbedModel)},
		{"model", tryModel(generator, a.settings.Model)},
		{"fallback", tryModel(fallback, a.settings.FallbackModel)},
		{"reranker", tryModel(reranker, a.settings.RerankModel)},
		{"telegram", a.tryTelegram},
		{"discord", a.tryDiscord},
	}
}

// tryIndex opens what there is to answer from.
func (a *app) tryIndex(ctx context.Context, m models) (string, error) {
	k, err := a.know(ctx, m)
	if err != nil {
		return "", err
	}
	defer a.close(k)
	what := fmt.Sprintf("ok: %s, %s, %s, found by %s", plural(len(k.index.Reports()), "report"),
		plural(len(k.index.Passages()), "passage"), plural(len(k.catalogue.Projects()), "project"), k.foundBy())
	if k.generation == "" {
		return what + "; the built-in reports, as nothing was ingested", nil
	}
	return what, nil
}

func tryModel(c connection, model string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if c == nil {
			return notConfigured, nil
		}
		ctx, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		if err := c.Check(ctx); err != nil {
			return "", err
		}
		return "ok: " + model, nil
	}
}

// tryTelegram asks who the bot is: https://core.telegram.org/bots/api#getme
func (a *app) tryTelegram(ctx context.Context) (string, error) {
	token := string(a.settings.TelegramToken)
	if token == "" {
		return notConfigured, nil
	}
	var answer struct {
		Result struct {
			Username string `json:"username"`
			ReadsAll bool   `json:"can_read_all_group_messages"`
		} `json:"result"`
	}
	address := strings.TrimSuffix(a.settings.telegramEndpoint(), "/") + "/bot" + token + "/getMe"
	if err := get(ctx, address, "", &answer); err != nil {
		return "", withTokenHint(fmt.Errorf("ask Telegram who the bot is: %w", err), "take the current token from @BotFather")
	}
	reads := "in groups it hears commands, mentions and replies"
	if answer.Result.ReadsAll {
		reads = "in groups it hears everything"
	}
	return fmt.Sprintf("ok: @%s, %s", printable(answer.Result.Username), reads), nil
}

// tryDiscord asks who the bot is:
// https://docs.discord.com/developers/resources/user#get-current-user
func (a *app) tryDiscord(ctx context.Context) (string, error) {
	token := strings.TrimPrefix(string(a.settings.DiscordToken), "Bot ")
	if token == "" {
		return notConfigured, nil
	}
	var answer struct {
		Username string `json:"username"`
	}
	address := strings.TrimSuffix(a.settings.discordEndpoint(), "/") + "/api/v9/users/@me"
	if err := get(ctx, address, "Bot "+token, &answer); err != nil {
		return "", withTokenHint(fmt.Errorf("ask Discord who the bot is: %w", err), "take the current token from the developer portal, under Bot")
	}
	return "ok: " + printable(answer.Username), nil
}

// A statusError is an answer other than 200.
type statusError int

func (e statusError) Error() string {
	return fmt.Sprintf("answered %d %s", int(e), http.StatusText(int(e)))
}

// withTokenHint says what to do about a token that a platform refuses, or a
// platform that cannot be reached.
func withTokenHint(err error, hint string) error {
	var status statusError
	switch {
	case !errors.As(err, &status):
		return hintf(err, "check the network, and the endpoint if one is set")
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		return hintf(err, "%s", hint)
	}
	return err
}

// get reads a JSON answer. Its errors hold no address, as an address may hold a token.
func get(ctx context.Context, address, authorization string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("the address is not usable")
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return statusError(response.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(answer); err != nil {
		return errors.New("the answer is not JSON: is the endpoint right?")
	}
	return nil
}
