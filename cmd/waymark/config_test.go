package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// newTestSources returns sources that know the settings.
func newTestSources(tb testing.TB) *sources {
	tb.Helper()
	from := newSources(map[string]string{})
	var line commands
	if _, err := kong.New(&line, kong.NoDefaultHelp(), kong.ExplicitGroups(groups()), kong.PostBuild(from.declare)); err != nil {
		tb.Fatal(err)
	}
	return from
}

func TestSecretsAreNotFormatted(t *testing.T) {
	s := settings{
		TelegramToken: "canary", EmbedKey: "canary", DiscordToken: "canary",
		EmbedURL: "http://user:canary@example.org/v1?key=canary", ModelURL: "http://canary@example.org",
		FallbackURL: "http://example.org/openai/deployments/x?api-version=canary", FallbackKey: "canary",
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("settings", "settings", s, "token", s.TelegramToken, "url", s.EmbedURL)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), fmt.Sprintf("%v %s %q", s.EmbedKey, s.EmbedKey, s.EmbedURL), log.String()} {
		if strings.Contains(text, "canary") {
			t.Errorf("a secret shows in %s", text)
		}
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "canary") {
		t.Errorf("a secret shows in %s", data)
	}
}

func TestWantedKey(t *testing.T) {
	from := newTestSources(t)
	for key, want := range map[string]string{
		"embed-url":          "embed_url",
		"EmbedURL":           "embed_url",
		"embed_ur":           "embed_url",
		"embed_urls":         "embed_url",
		"telegramtoken":      "telegram_token",
		"telegram_tokn_file": "telegram_token_file",
		"mdel":               "model",
	} {
		if got := from.wanted(key); got != want {
			t.Errorf("%q is taken for %q, want %q", key, got, want)
		}
	}
	for _, key := range []string{"", "x", "colour", "config"} {
		if got := from.wanted(key); !strings.HasPrefix(got, "one of data, builtin, state, state_file, keep_questions, sessions, late_after, stop_within, listen, log_level, ") {
			t.Errorf("%q is taken for %q, want the list of all keys", key, got)
		}
	}
}

func TestReadSecretFile(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"good": " word \n", "empty": "\n", "large": strings.Repeat("x", maxSecret+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readSecret("KEY", filepath.Join(dir, "good"), "KEY=/run/secrets/key")
	if err != nil || got.text != "word" {
		t.Errorf("good: %+v, %v", got, err)
	}
	for _, name := range []string{"empty", "large", "missing", "."} {
		_, err := readSecret("KEY", filepath.Join(dir, name), "KEY=/run/secrets/key")
		var usage *usageError
		if !errors.As(err, &usage) || !strings.HasPrefix(err.Error(), "KEY: ") || !strings.Contains(err.Error(), "for example KEY=/run/secrets/key") {
			t.Errorf("%s: %v, want a usage error with the key and an example", name, err)
		}
	}
}

func FuzzConfigFile(f *testing.F) {
	for _, s := range []string{"data: /x\n", "log_level: [a", "model: {a: b}", "a: &a [*a]", "? x\n: y", "---\n---\n", "data: \"\x00\"", "1: 2", "data: !!binary x", "\ufeffdata: x"} {
		f.Add(s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(dir, configName)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		from := newTestSources(t)
		err := from.read(name)
		var usage *usageError
		if err != nil && !errors.As(err, &usage) {
			t.Fatalf("%v is no usage error", err)
		}
		for _, flag := range from.settings {
			if err != nil {
				break
			}
			if _, problem := from.value(flag); problem != nil && !errors.As(problem, &usage) {
				t.Errorf("%v is no usage error", problem)
			}
		}
	})
}

func TestNoConfigFileIsNoError(t *testing.T) {
	if err := newTestSources(t).read(filepath.Join(t.TempDir(), configName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}
