package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/waymark-bot/waymark/"

// layers says which packages of the module a package may import. Tests may
// import any, and bot/bottest and rag/ragtest are for tests and cmd/sandbox.
// A new package gets its row here, in a commit that says why.
func layers() map[string][]string {
	return map[string][]string{
		"corpus":        {},
		"prompts":       {},
		"rag/catalogue": {"corpus"},
		"rag/verify":    {"corpus"},
		"rag/plan":      {"corpus", "rag/catalogue"},
		"rag":           {"corpus", "prompts", "rag/catalogue", "rag/plan", "rag/verify"},
		"rag/index":     {"rag", "corpus"},
		"rag/weaviate":  {"rag", "corpus"},
		"rag/openai":    {"rag", "corpus"},
		"rag/onnx":      {"rag", "corpus"},
		"rag/eval":      {"rag", "corpus"},
		"rag/ragtest":   {"rag", "corpus", "prompts"},
		"bot":           {"rag"},
		"bot/store":     {"bot", "rag"},
		"bot/telegram":  {"bot"},
		"bot/discord":   {"bot"},
		"bot/web":       {"bot", "rag"},
		"bot/mcp":       {"bot", "rag"},
		"bot/bottest":   {"bot", "rag"},
		"cmd/sandbox":   {"bot/bottest", "rag/ragtest"},
		"cmd/waymark": {
			"corpus", "prompts", "rag", "rag/catalogue", "rag/index", "rag/weaviate", "rag/openai", "rag/onnx", "rag/eval",
			"bot", "bot/store", "bot/telegram", "bot/discord", "bot/web", "bot/mcp",
		},
	}
}

// thirdParty says which packages may import what from outside, by the beginning
// of the import path; golang.org/x and the standard library may be used anywhere.
func thirdParty() map[string][]string {
	return map[string][]string{
		"github.com/yuin/goldmark":                        {"corpus"},
		"codeberg.org/readeck/go-readability":             {"corpus"},
		"github.com/JohannesKaufmann/html-to-markdown":    {"corpus"},
		"github.com/gogs/chardet":                         {"corpus"},
		"github.com/longbridgeapp/opencc":                 {"corpus"},
		"github.com/rivo/uniseg":                          {"corpus"},
		"github.com/blevesearch/snowballstem":             {"corpus"},
		"github.com/goccy/go-yaml":                        {"corpus", "cmd/waymark"},
		"github.com/blevesearch/bleve":                    {"rag/index"},
		"github.com/blevesearch/bleve_index_api":          {"rag/index"},
		"github.com/philippgille/chromem-go":              {"rag/index"},
		"github.com/gofrs/flock":                          {"rag/index", "bot/store", "cmd/waymark"},
		"modernc.org/sqlite":                              {"bot/store"},
		"github.com/jackc/pgx":                            {"bot/store"},
		"github.com/pressly/goose":                        {"bot/store"},
		"github.com/riverqueue/river":                     {"bot/store"},
		"github.com/sashabaranov/go-openai":               {"rag/openai"},
		"github.com/gomlx/gomlx":                          {"rag/onnx"},
		"github.com/gomlx/onnx-gomlx":                     {"rag/onnx"},
		"github.com/cenkalti/backoff":                     {"rag/openai", "bot/telegram", "bot/discord"},
		"github.com/sony/gobreaker":                       {"rag/openai"},
		"github.com/go-telegram-bot-api/telegram-bot-api": {"bot/telegram"},
		"github.com/bwmarrin/discordgo":                   {"bot/discord"},
		"github.com/gorilla/websocket":                    {"bot/discord", "bot/bottest"},
		"github.com/getkin/kin-openapi":                   {"bot/bottest", "rag/ragtest"},
		"go.uber.org/goleak":                              {"bot/bottest"},
		"github.com/alecthomas/kong":                      {"cmd/waymark"},
		"github.com/prometheus/client_golang":             {"cmd/waymark"},
		"github.com/lmittmann/tint":                       {"cmd/waymark"},
		"github.com/schollz/progressbar":                  {"cmd/waymark"},
	}
}

// onlyInWire are the packages that one file alone wires into the program.
func onlyInWire() []string {
	return []string{"rag/index", "rag/weaviate", "rag/openai", "rag/onnx", "bot/store", "bot/telegram", "bot/discord", "bot/web", "bot/mcp"}
}

// A source is one Go file of the module.
type source struct {
	name string // relative to the root, with slashes
	pkg  string // its package's folder
	file *ast.File
	set  *token.FileSet
	text []byte
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// sourcesOf parses every Go file of the module.
func sourcesOf(t *testing.T) []source {
	t.Helper()
	var out []source
	eachFile(t, func(name string, text []byte) {
		if path.Ext(name) != ".go" {
			return
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, source{name, path.Dir(name), f, set, text})
	})
	if len(out) < 50 {
		t.Fatalf("%d Go files found below %s, want the whole module", len(out), root)
	}
	return out
}

// eachFile reads every file that belongs to the project.
func eachFile(t *testing.T, read func(name string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "dist"):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		if info, err := entry.Info(); err != nil || info.Size() > 4<<20 {
			return err // a built program, not a source
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		read(filepath.ToSlash(rel), text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImports(t *testing.T) {
	rows, outside := layers(), thirdParty()
	for _, s := range sourcesOf(t) {
		allowed, known := rows[s.pkg]
		if !known {
			t.Errorf("%s: package %s has no row in the table of imports", s.name, s.pkg)
			continue
		}
		if s.isTest() {
			continue
		}
		for _, spec := range s.file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if own, ok := strings.CutPrefix(imported, module); ok {
				switch {
				case !slices.Contains(allowed, own):
					t.Errorf("%s: package %s may not import %s", s.name, s.pkg, own)
				case s.pkg == "cmd/waymark" && slices.Contains(onlyInWire(), own) && s.name != "cmd/waymark/wire.go":
					t.Errorf("%s imports %s: that is for wire.go alone", s.name, own)
				}
				continue
			}
			checkOutside(t, s, imported, outside)
		}
	}
}

// checkOutside looks at an import from outside the module.
func checkOutside(t *testing.T, s source, imported string, outside map[string][]string) {
	t.Helper()
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") || first == "golang.org" {
		return
	}
	for prefix, pkgs := range outside {
		if imported == prefix || strings.HasPrefix(imported, prefix+"/") {
			if !slices.Contains(pkgs, s.pkg) {
				t.Errorf("%s: %s is for %s alone", s.name, imported, strings.Join(pkgs, ", "))
			}
			return
		}
	}
	t.Errorf("%s: %s is in no row of the table of imports", s.name, imported)
}

// TestPackageComments holds that every package says what it is, where to start
// and what it does not do.
func TestPackageComments(t *testing.T) {
	comments := map[string]string{}
	for _, s := range sourcesOf(t) {
		if s.isTest() {
			continue
		}
		comments[s.pkg] += "" // seen
		if s.file.Doc != nil {
			comments[s.pkg] += s.file.Doc.Text()
		}
	}
	for pkg, comment := range comments {
		name := path.Base(pkg)
		begins := regexp.MustCompile("^Package " + name + " ")
		if strings.HasPrefix(pkg, "cmd/") { // https://go.dev/doc/comment#cmd
			begins = regexp.MustCompile("^(Command " + name + "|" + strings.ToUpper(name[:1]) + name[1:] + ") ")
		}
		for what, form := range map[string]*regexp.Regexp{
			"what it is":          begins,
			"where to start":      regexp.MustCompile(`Start\s+at `),
			"what it does not do": regexp.MustCompile(`\b(not|never|nothing|no)\s`),
		} {
			if !form.MatchString(comment) {
				t.Errorf("package %s: its comment does not say %s (%s): %.60q", pkg, what, form, comment)
			}
		}
	}
}

// secretForms are what real keys and tokens look like.
func secretForms() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"Telegram token": regexp.MustCompile(`\b\d{8,10}:[A-Za-z0-9_-]{35}(?:[^A-Za-z0-9_-]|$)`),
		"Discord token":  regexp.MustCompile(`\b[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,38}(?:[^\w-]|$)`),
		"API key":        regexp.MustCompile(`\b(sk-(proj-|ant-)?[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{40,})`),
		"access token":   regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|xox[abps]-[\w-]{10,}|AKIA[0-9A-Z]{16})\b`),
		"private key":    regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),
	}
}

func TestNoSecrets(t *testing.T) {
	forms := secretForms()
	for kind, like := range map[string]string{ // made up, and put together here so that this file passes itself
		"Telegram token": "123456789" + ":" + strings.Repeat("aB3_-", 7),
		"Discord token":  "M" + strings.Repeat("Ab9", 8) + "." + "Gx_-12" + "." + strings.Repeat("xY7", 9),
		"API key":        "sk-" + "proj-" + strings.Repeat("a1B2", 6),
		"access token":   "ghp_" + strings.Repeat("a1B2", 9),
		"private key":    "-----BEGIN " + "PRIVATE KEY-----",
	} {
		if !forms[kind].MatchString("x " + like + " y") {
			t.Errorf("%s: the pattern does not find one", kind)
		}
	}
	eachFile(t, func(name string, text []byte) {
		for kind, form := range forms {
			if at := form.FindIndex(text); at != nil {
				t.Errorf("%s:%d: looks like a %s", name, 1+strings.Count(string(text[:at[0]]), "\n"), kind)
			}
		}
	})
}
