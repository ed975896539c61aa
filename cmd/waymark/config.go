package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// settings are what a person configures: this is their one declaration. The
// field EmbedURL is the flag --embed-url, the variable WAYMARK_EMBED_URL and the
// key embed_url of waymark.yaml; a secret can also be given as the name of a
// file that holds it, in WAYMARK_EMBED_KEY_FILE and embed_key_file. A
// placeholder is also the example in the error about a bad value.
type settings struct {
	Config  string `type:"path" placeholder:"FILE" help:"Configuration file; waymark.yaml here or in ~/.config/waymark if there is one."`
	Data    string `type:"path" placeholder:"DIR" help:"Data directory, which ingest fills; ~/.local/share/waymark if not given. While it is empty the built-in reports answer."`
	Builtin bool   `help:"Add the built-in reports to those that were ingested."`

	State         secret `placeholder:"postgres://waymark@127.0.0.1/waymark" help:"Database of what the bots remember, for several of them; state.db in the data directory if not given."`
	KeepQuestions int    `placeholder:"30" default:"30" help:"Days that questions are kept, without the asker, for waymark gaps; 0 keeps none."`

	Sessions   string `placeholder:"person" default:"person" enum:"person,thread" help:"Whose talk a follow-on question goes on in a group: each person's (person), or that of all in the topic or thread (thread)."`
	LateAfter  span   `placeholder:"1h" default:"1h" help:"A question that is older when it is answered, because the bot was away, is answered with an apology; 0: never."`
	StopWithin span   `placeholder:"25s" default:"25s" help:"Time that serve has to end once it is told to stop; most of it is for the answers under way, the others are answered after the next start."`

	Listen listenAddress `placeholder:"127.0.0.1:9090" help:"Where serve shows /metrics, /healthz and /readyz: nowhere if not given. They have no password, so keep them on loopback or behind a proxy."`

	LogLevel logLevel `placeholder:"info" default:"info" help:"Log from this level on: debug, info, warn or error."`

	Owners       owners `group:"access" placeholder:"telegram:123,discord:456" help:"Who looks after the bot: always let in, may use /stats, /gaps, /reload, /allow, /deny and /budget."`
	Admins       string `group:"access" placeholder:"owners" default:"owners" enum:"owners,groups" help:"Who may use /allow, /deny and /budget: owners alone, or with groups the administrators of a group for that group, too."`
	Allow        roster `group:"access" placeholder:"telegram:chat:-100123,discord:server:42" help:"Chats, servers and persons that are let in; when there is one, no others are."`
	Deny         roster `group:"access" placeholder:"telegram:user:7" help:"Chats, servers and persons that are not answered; wins over whatever lets them in."`
	Exempt       exempt `group:"access" placeholder:"owners,admins" default:"owners" help:"Who is not limited: owners, admins (administrators of groups, in them), both or none."`
	RateUser     pace   `group:"access" placeholder:"6/min" help:"How fast a person may ask; each of several programs counts for itself."`
	RateChat     pace   `group:"access" placeholder:"20/min" help:"The same for each chat."`
	RateAll      pace   `group:"access" placeholder:"300/min" help:"The same for everybody together."`
	RateCommands pace   `group:"access" placeholder:"20/min" default:"20/min" help:"How fast a person may send commands that are no questions; a group ten times as fast."`

	QuestionsDay  int `group:"access" placeholder:"5000" help:"Questions that are answered a day, until 00:00 UTC; 0 for any number."`
	QuestionsChat int `group:"access" placeholder:"500" help:"The same for each chat."`
	QuestionsUser int `group:"access" placeholder:"50" help:"The same for each person."`

	Feedback string `placeholder:"on" default:"on" help:"Let people vote on answers with two buttons below each: on or off."`

	EmbedURL   address `name:"embed-url" group:"models" placeholder:"http://127.0.0.1:11434/v1" help:"Server of the embedding model."`
	EmbedModel string  `group:"models" placeholder:"bge-m3" help:"Embedding model, or local:DIR for one in a folder, without a server; without one, passages are found by their words."`
	EmbedKey   secret  `group:"models" placeholder:"KEY" help:"Its key."`

	EmbedWeight float64 `group:"models" placeholder:"0.5" help:"What the embedding model's vectors count beside the words, above 0 to 1; eval retrieval --weights measures it. Kept with what is ingested."`

	ModelURL address `name:"model-url" group:"models" placeholder:"http://127.0.0.1:11434/v1" help:"Server of the language model."`
	Model    string  `group:"models" placeholder:"qwen3:8b" help:"Language model that phrases answers; without one, the reports' own sentences answer."`
	ModelKey secret  `group:"models" placeholder:"KEY" help:"Its key."`

	ModelFacts bool `group:"models" help:"Let the language model read further facts off the reports while they are ingested: one call a passage that names a project, once. A fact whose words do not stand in the passage is discarded."`

	FallbackURL   address `name:"fallback-url" group:"models" placeholder:"https://api.openai.com/v1" help:"Server of a second language model, which is asked when the first fails."`
	FallbackModel string  `group:"models" placeholder:"gpt-5-mini" help:"Second language model."`
	FallbackKey   secret  `group:"models" placeholder:"KEY" help:"Its key."`

	ModelPrice    price  `group:"models" placeholder:"0.15/0.60" help:"What a million tokens of the language model cost, in and out."`
	FallbackPrice price  `group:"models" placeholder:"0.15/0.60" help:"The same of the second language model."`
	BudgetDay     budget `group:"models" placeholder:"200k" help:"What language models may use a day, in tokens (200k) or money ($2.50); then the reports' own sentences answer until 00:00 UTC."`
	BudgetChat    budget `group:"models" placeholder:"50k" help:"The same for each chat."`
	BudgetUser    budget `group:"models" placeholder:"20k" help:"The same for each person."`

	EvidenceTokens int    `group:"models" placeholder:"3000" help:"Most tokens of passages that the language model is given with a question."`
	ModelRewrite   string `group:"models" placeholder:"on" default:"on" enum:"on,off" help:"Put a question that is not understood to the language model in other words: on or off."`

	RerankURL   address `name:"rerank-url" group:"models" placeholder:"http://127.0.0.1:8081" help:"Server of the rerank model."`
	RerankModel string  `group:"models" placeholder:"bge-reranker-v2-m3" help:"Rerank model that orders passages."`
	RerankKey   secret  `group:"models" placeholder:"KEY" help:"Its key."`

	TelegramToken    secret  `group:"platforms" placeholder:"TOKEN" help:"Token of the Telegram bot, from @BotFather."`
	TelegramEndpoint address `group:"platforms" placeholder:"https://api.telegram.org" help:"Another server of the Bot API."`
	DiscordToken     secret  `group:"platforms" placeholder:"TOKEN" help:"Token of the Discord bot, from the developer portal."`
	DiscordEndpoint  address `group:"platforms" placeholder:"https://discord.com" help:"Another server of Discord's interface."`
}

// mostKept is ten years, in days.
const mostKept = 3650

// leastEvidence is one long passage.
const leastEvidence = 500

// check looks at what only several settings together can say.
func (s *settings) check(from *sources) error {
	if err := s.checkLocal(from); err != nil {
		return err
	}
	_, local := s.localModel(from)
	for _, m := range []struct {
		name, model, url string
		haveModel        bool
		haveURL          bool
	}{
		{"embed", "embed-model", "embed-url", s.EmbedModel != "" && !local, s.EmbedURL != ""},
		{"model", "model", "model-url", s.Model != "", s.ModelURL != ""},
		{"fallback", "fallback-model", "fallback-url", s.FallbackModel != "", s.FallbackURL != ""},
		{"rerank", "rerank-model", "rerank-url", s.RerankModel != "", s.RerankURL != ""},
	} {
		switch {
		case m.haveURL && !m.haveModel:
			return from.missing(m.model, m.url)
		case m.haveModel && !m.haveURL:
			return from.missing(m.url, m.model)
		}
	}
	if s.KeepQuestions < 0 || s.KeepQuestions > mostKept {
		return usagef("%s: %d; want days from 0 to %d, for example 30", from.from("keep-questions"), s.KeepQuestions, mostKept)
	}
	if s.Feedback != "on" && s.Feedback != "off" {
		return usagef("%s: %q; want on or off", from.from("feedback"), s.Feedback)
	}
	if time.Duration(s.StopWithin) < leastStop || time.Duration(s.StopWithin) > mostStop {
		return usagef("%s: %s; want a time from 1s to 1h, for example 25s", from.from("stop-within"), s.StopWithin)
	}
	if s.State != "" && !strings.HasPrefix(string(s.State), "postgres://") && !strings.HasPrefix(string(s.State), "postgresql://") {
		return usagef("%s: want an address like postgres://waymark@127.0.0.1/waymark", from.from("state"))
	}
	if s.EmbedWeight < 0 || s.EmbedWeight > 1 || s.EmbedWeight != s.EmbedWeight {
		return usagef("%s: %g; want a share above 0 up to 1, for example 0.5", from.from("embed-weight"), s.EmbedWeight)
	}
	if err := s.checkMoney(from); err != nil {
		return err
	}
	if err := s.checkAccess(from); err != nil {
		return err
	}
	if s.EvidenceTokens < 0 || s.EvidenceTokens > 0 && s.EvidenceTokens < leastEvidence {
		return usagef("%s: %d; want at least %d tokens, for example 3000", from.from("evidence-tokens"), s.EvidenceTokens, leastEvidence)
	}
	if s.FallbackURL != "" && s.ModelURL == "" {
		return from.missing("model-url", "fallback-url")
	}
	if s.ModelFacts && s.ModelURL == "" {
		return from.missing("model-url", "model-facts")
	}
	return nil
}

// localPrefix stands before the folder of an embedding model that needs no server.
const localPrefix = "local:"

// localExample is a value of the setting of such a model.
const localExample = localPrefix + "models/all-MiniLM-L6-v2"

// localModel returns the folder of the embedding model, if it is in one. One of
// waymark.yaml counts from its folder.
func (s *settings) localModel(from *sources) (dir string, ok bool) {
	dir, ok = strings.CutPrefix(s.EmbedModel, localPrefix)
	if ok && dir != "" && strings.HasPrefix(from.from("embed-model"), from.file+": ") {
		dir = from.beside(dir)
	}
	if strings.HasPrefix(dir, "~/") {
		dir = kong.ExpandPath(dir)
	}
	return dir, ok
}

// checkLocal looks at the setting of a model in a folder.
func (s *settings) checkLocal(from *sources) error {
	switch dir, ok := s.localModel(from); {
	case !ok:
		return nil
	case strings.TrimSpace(dir) == "":
		return from.badLocal(errors.New("no folder after " + localPrefix))
	case s.EmbedURL != "":
		return from.badLocal(fmt.Errorf("%s needs no server, but %s is set; want one of them", s.EmbedModel, from.from("embed-url")))
	case s.EmbedKey != "":
		return from.badLocal(fmt.Errorf("%s needs no key, but %s is set", s.EmbedModel, from.from("embed-key")))
	}
	return nil
}

// badLocal is the usage error about a model in a folder.
func (s *sources) badLocal(problem error) error {
	return usagef("%s: %v; for example %sEMBED_MODEL=%s", s.from("embed-model"), problem, envPrefix, localExample)
}

// dataDir returns the data directory: as configured, else below the user's data
// directory (https://specifications.freedesktop.org/basedir-spec/latest/), else "".
func (a *app) dataDir() string {
	switch {
	case a.settings.Data != "":
		return a.settings.Data
	case filepath.IsAbs(a.env["XDG_DATA_HOME"]):
		return filepath.Join(a.env["XDG_DATA_HOME"], "waymark")
	case a.env["HOME"] != "":
		return filepath.Join(a.env["HOME"], ".local", "share", "waymark")
	}
	return ""
}

// A secret is a key or a token. Nothing that formats or logs it shows it.
type secret string

// String says only whether there is one.
func (s secret) String() string {
	if s == "" {
		return ""
	}
	return "(set)"
}

// GoString says only whether there is one.
func (s secret) GoString() string { return s.String() }

// LogValue says only whether there is one.
func (s secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText says only whether there is one; JSON uses it.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a secret: one line, without the white space around it.
func (s *secret) UnmarshalText(text []byte) error {
	v := strings.TrimSpace(string(text))
	if strings.ContainsAny(v, " \t\r\n") {
		return errors.New("want one word, without white space in it")
	}
	*s = secret(v)
	return nil
}

// An address is the URL of a server. It may hold a user name or a query, which
// are not shown.
type address string

// UnmarshalText reads an address.
func (a *address) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("want an address that begins with http:// or https://")
	}
	*a = address(text)
	return nil
}

// String is the address without what may be secret in it.
func (a address) String() string {
	u, err := url.Parse(string(a))
	if err != nil {
		return ""
	}
	if u.User != nil {
		u.User = url.User("redacted")
	}
	if u.RawQuery != "" {
		u.RawQuery = "redacted"
	}
	return u.String()
}

// GoString is String.
func (a address) GoString() string { return a.String() }

// LogValue is String.
func (a address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText is String; JSON uses it.
func (a address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// A span is a length of time.
type span time.Duration

// longestSpan is a month.
const longestSpan = 31 * 24 * time.Hour

// UnmarshalText reads a length of time.
func (s *span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 || d > longestSpan {
		return fmt.Errorf("%q: want a length of time up to 744h, in h, m or s", text)
	}
	*s = span(d)
	return nil
}

// String is the length without the parts that are zero.
func (s span) String() string {
	text := time.Duration(s).String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	if rest, ok := strings.CutSuffix(text, "h0m"); ok {
		text = rest + "h"
	}
	return text
}

// MarshalText is String; JSON uses it.
func (s span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A logLevel is debug, info, warn or error.
type logLevel slog.Level

// UnmarshalText reads a level.
func (l *logLevel) UnmarshalText(text []byte) error {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(level.String(), string(text)) {
			*l = logLevel(level)
			return nil
		}
	}
	return fmt.Errorf("%q: want debug, info, warn or error", text)
}

// String is the level's name in lower case.
func (l logLevel) String() string { return strings.ToLower(slog.Level(l).String()) }
