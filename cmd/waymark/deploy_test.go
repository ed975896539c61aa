package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// variables returns the environment variables that settings are read from.
func variables(t *testing.T) []string {
	t.Helper()
	from := newSources(nil)
	var line commands
	if _, err := kong.New(&line, kong.NoDefaultHelp(), kong.ExplicitGroups(groups()), kong.PostBuild(from.declare)); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range from.settings {
		out = append(out, variable(f))
		if isSecret(f) {
			out = append(out, variable(f)+fileSuffix)
		}
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestVariables holds that every setting has a variable, and that no file of
// the deployment names one that does not exist.
func TestVariables(t *testing.T) {
	known := variables(t)
	for _, want := range []string{
		"WAYMARK_DATA", "WAYMARK_TELEGRAM_TOKEN", "WAYMARK_TELEGRAM_TOKEN_FILE", "WAYMARK_TELEGRAM_ENDPOINT",
		"WAYMARK_DISCORD_TOKEN", "WAYMARK_DISCORD_TOKEN_FILE", "WAYMARK_DISCORD_ENDPOINT",
		"WAYMARK_EMBED_URL", "WAYMARK_EMBED_MODEL", "WAYMARK_EMBED_KEY", "WAYMARK_EMBED_KEY_FILE",
		"WAYMARK_MODEL_URL", "WAYMARK_MODEL", "WAYMARK_MODEL_KEY", "WAYMARK_MODEL_KEY_FILE",
		"WAYMARK_FALLBACK_URL", "WAYMARK_FALLBACK_MODEL", "WAYMARK_FALLBACK_KEY", "WAYMARK_FALLBACK_KEY_FILE",
		"WAYMARK_RERANK_URL", "WAYMARK_RERANK_MODEL", "WAYMARK_RERANK_KEY", "WAYMARK_RERANK_KEY_FILE",
	} {
		if !slices.Contains(known, want) {
			t.Errorf("no setting has the variable %s", want)
		}
	}
	name := regexp.MustCompile(`WAYMARK_[A-Z_]+`)
	used := 0
	for _, file := range []string{"deploy/Dockerfile", "deploy/compose.yaml", "deploy/waymark.service", "deploy/README.md"} {
		for _, v := range name.FindAllString(read(t, file), -1) {
			used++
			if !slices.Contains(known, v) {
				t.Errorf("%s names %s, which is no setting", file, v)
			}
		}
	}
	if used < 8 {
		t.Errorf("%d variables found in the files of the deployment", used)
	}
}

func TestCompose(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Secrets     []string          `yaml:"secrets"`
			Environment map[string]string `yaml:"environment"`
			Command     []string          `yaml:"command"`
			ReadOnly    bool              `yaml:"read_only"`
			Volumes     []string          `yaml:"volumes"`
		} `yaml:"services"`
		Secrets map[string]struct {
			File string `yaml:"file"`
		} `yaml:"secrets"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	s, ok := compose.Services["waymark"]
	if !ok || !slices.Equal(s.Command, []string{"serve"}) || !s.ReadOnly {
		t.Errorf("the service is %+v", s)
	}
	for key, value := range s.Environment {
		secret, inFile := strings.CutPrefix(value, "/run/secrets/")
		if strings.HasSuffix(key, fileSuffix) != inFile || inFile && !slices.Contains(s.Secrets, secret) {
			t.Errorf("%s is %q, which is no secret of the service", key, value)
		}
	}
	for _, name := range s.Secrets {
		if compose.Secrets[name].File == "" {
			t.Errorf("secret %s has no file", name)
		}
	}
	data := regexp.MustCompile(`WAYMARK_DATA=(\S+)`).FindStringSubmatch(read(t, "deploy/Dockerfile"))
	if data == nil || !slices.Contains(s.Volumes, "data:"+data[1]) {
		t.Errorf("volumes %q, want one at the data directory of the image, %q", s.Volumes, data)
	}
}

// TestGoVersion holds that the image is built with the Go of go.mod.
func TestGoVersion(t *testing.T) {
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	got := regexp.MustCompile(`FROM golang:(\d+\.\d+)`).FindStringSubmatch(read(t, "deploy/Dockerfile"))
	if want == nil || got == nil || want[1] != got[1] {
		t.Errorf("the image is built with Go %v, go.mod wants %v", got, want)
	}
}

// TestLinterKnowsTheTable holds that depguard checks the same table of imports
// as [TestImports].
func TestLinterKnowsTheTable(t *testing.T) {
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Mode  string   `yaml:"list-mode"`
						Files []string `yaml:"files"`
						Allow []string `yaml:"allow"`
					} `yaml:"rules"`
				} `yaml:"depguard"`
			} `yaml:"settings"`
		} `yaml:"linters"`
	}
	if err := yaml.Unmarshal([]byte(read(t, ".golangci.yml")), &config); err != nil {
		t.Fatal(err)
	}
	rules := config.Linters.Settings.Depguard.Rules
	outside := thirdParty()
	for pkg, own := range layers() {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(pkg))); err != nil {
			continue
		}
		rule, ok := rules[strings.ReplaceAll(pkg, "/", "-")]
		if !ok {
			t.Errorf("no rule for %s", pkg)
			continue
		}
		want := []string{"$gostd", "golang.org/x/"}
		for _, p := range own {
			want = append(want, module+p+"$")
		}
		for prefix, pkgs := range outside {
			if slices.Contains(pkgs, pkg) {
				want = append(want, prefix)
			}
		}
		slices.Sort(want)
		slices.Sort(rule.Allow)
		if diff := cmp.Diff(want, rule.Allow); diff != "" {
			t.Errorf("rule for %s: %s", pkg, diff)
		}
		if files := []string{"**/" + pkg + "/*.go", "!$test"}; rule.Mode != "strict" || !slices.Equal(rule.Files, files) {
			t.Errorf("rule for %s: %s, %q, want strict, %q", pkg, rule.Mode, rule.Files, files)
		}
	}
}

// TestCheckScript holds that the script of the checks can be run and is no
// riddle to its shell.
func TestCheckScript(t *testing.T) {
	name := filepath.Join(root, ".ci", "run")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 == 0 {
		t.Error(".ci/run has no run bit")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not there")
	}
	if out, err := exec.CommandContext(t.Context(), bash, "-n", name).CombinedOutput(); err != nil {
		t.Errorf("bash -n: %v\n%s", err, out)
	}
	if !strings.Contains(read(t, ".github/workflows/ci.yml"), "run: .ci/run") {
		t.Error("the workflow does not run it")
	}
}
