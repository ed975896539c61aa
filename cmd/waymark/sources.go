package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

const (
	envPrefix  = "WAYMARK_"
	fileSuffix = "_FILE"
	configName = "waymark.yaml"

	// maxSecret bounds a secret's file; keys and tokens are far below it.
	maxSecret = 16 << 10
)

// sources is where settings come from beside the command line: the
// environment, then waymark.yaml. It is kong's resolver for them.
type sources struct {
	env      map[string]string
	settings []*kong.Flag      // in the order of their declaration
	origin   map[string]string // by flag name: where the value in force comes from

	loaded bool
	file   string         // the waymark.yaml that was read; "" for none
	keys   map[string]any // what stands in it
}

var _ kong.Resolver = (*sources)(nil)

func newSources(env map[string]string) *sources {
	return &sources{env: env, origin: map[string]string{}}
}

// environment turns "KEY=value" texts into a map.
func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, e := range environ {
		if key, value, ok := strings.Cut(e, "="); ok {
			env[key] = value
		}
	}
	return env
}

// declare takes the flags of [settings] out of kong's model and names their
// variables, for the help. kong itself never reads the environment: the
// variables would be the process's own, and would lose against waymark.yaml.
func (s *sources) declare(k *kong.Kong) error {
	for _, f := range k.Model.Flags {
		if f.Name == "help" {
			continue
		}
		f.Envs = []string{variable(f)}
		s.settings = append(s.settings, f)
	}
	return nil
}

// variable returns the environment variable of a setting.
func variable(f *kong.Flag) string { return envPrefix + strings.ToUpper(yamlKey(f)) }

// yamlKey returns the key of a setting in waymark.yaml.
func yamlKey(f *kong.Flag) string { return strings.ReplaceAll(f.Name, "-", "_") }

// isSecret reports whether a setting may stand in a file of its own.
func isSecret(f *kong.Flag) bool { return f.Target.Type() == reflect.TypeFor[secret]() }

// Validate implements [kong.Resolver]; everything is checked in Resolve.
func (s *sources) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver]. It is asked for the flags that the
// command line did not set; nil leaves the default in force.
func (s *sources) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !slices.Contains(s.settings, flag) {
		return nil, nil
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	v, err := s.value(flag)
	if err != nil || v == nil {
		return nil, err
	}
	if err := decode(flag, v.text); err != nil {
		return nil, usagef("%s: %v; for example %s", v.key, err, v.example(flag))
	}
	s.origin[flag.Name] = v.key
	return v.text, nil
}

// A sourced is a value and the key that it stands under.
type sourced struct {
	key  string // "WAYMARK_DATA", "waymark.yaml: data"
	text string
}

// example shows how a value of flag is written where v came from.
func (v *sourced) example(flag *kong.Flag) string {
	if strings.HasPrefix(v.key, envPrefix) {
		return variable(flag) + "=" + exampleOf(flag)
	}
	return yamlKey(flag) + ": " + exampleOf(flag)
}

// exampleOf returns a value that a setting takes.
func exampleOf(flag *kong.Flag) string {
	if flag.PlaceHolder != "" {
		return flag.PlaceHolder
	}
	return "true"
}

// value returns the value of a setting, nil where nothing sets it.
func (s *sources) value(flag *kong.Flag) (*sourced, error) {
	v, err := s.fromEnv(flag)
	if v != nil || err != nil || flag.Name == "config" {
		return v, err
	}
	return s.fromFile(flag)
}

// fromEnv reads WAYMARK_X, and WAYMARK_X_FILE of a secret. An empty variable
// counts as unset: compose files pass those on.
func (s *sources) fromEnv(flag *kong.Flag) (*sourced, error) {
	name := variable(flag)
	text := s.env[name]
	if !isSecret(flag) || s.env[name+fileSuffix] == "" {
		if text == "" {
			return nil, nil
		}
		return &sourced{name, text}, nil
	}
	if text != "" {
		return nil, usagef("%s and %s%s are both set; want one of them", name, name, fileSuffix)
	}
	name += fileSuffix
	return readSecret(name, s.env[name], name+"=/run/secrets/"+yamlKey(flag))
}

// fromFile reads a key of waymark.yaml, and its _file of a secret. Paths in it
// count from its folder.
func (s *sources) fromFile(flag *kong.Flag) (*sourced, error) {
	key := yamlKey(flag)
	raw, set := s.keys[key]
	path, asFile := s.keys[key+"_file"]
	switch {
	case set && asFile:
		return nil, usagef("%s: %s and %s_file are both set; want one of them", s.file, key, key)
	case asFile:
		name, ok := path.(string)
		if !ok {
			return nil, usagef("%s: %s_file: want the name of a file; for example %s_file: /run/secrets/%s", s.file, key, key, key)
		}
		return readSecret(s.file+": "+key+"_file", s.beside(name), fmt.Sprintf("%s_file: /run/secrets/%s", key, key))
	case !set || raw == nil:
		return nil, nil
	}
	where := s.file + ": " + key
	switch raw := raw.(type) {
	case string, bool, uint64, int64, float64:
		text := fmt.Sprint(raw)
		if flag.Tag.Type == "path" {
			text = s.beside(text)
		}
		return &sourced{where, text}, nil
	}
	return nil, usagef("%s: want one value; for example %s: %s", where, key, exampleOf(flag))
}

// beside returns a path of waymark.yaml, counted from its folder.
func (s *sources) beside(path string) string {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "~") {
		return path
	}
	return filepath.Join(filepath.Dir(s.file), path)
}

// readSecret reads the file that key names.
func readSecret(key, file, example string) (*sourced, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, usagef("%s: %v; want the name of a file that holds the secret, for example %s", key, err, example)
	case !info.Mode().IsRegular() || info.Size() > maxSecret:
		return nil, usagef("%s: %s: want a file of at most %d bytes that holds the secret, for example %s", key, file, maxSecret, example)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("%s: %v; want the name of a file that holds the secret, for example %s", key, err, example)
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return nil, usagef("%s: %s is empty; want the secret in it, for example %s", key, file, example)
	}
	return &sourced{key, text}, nil
}

// decode tries whether text is a value of flag's type, without setting it.
func decode(flag *kong.Flag, text string) error {
	target := reflect.New(flag.Target.Type()).Elem()
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text})
	return flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target)
}

// load reads waymark.yaml, once: the one that --config or WAYMARK_CONFIG names,
// which must exist, else the first that there is.
func (s *sources) load(ctx *kong.Context) error {
	if s.loaded {
		return nil
	}
	s.loaded = true
	if name := s.named(ctx); name != "" {
		err := s.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			return usagef("configuration file %s is not there; want one like waymark.yaml", name)
		}
		return err
	}
	for _, name := range s.usual() {
		err := s.read(name)
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// named returns the configuration file that was asked for.
func (s *sources) named(ctx *kong.Context) string {
	for _, p := range ctx.Path {
		if p.Flag != nil && p.Flag.Name == "config" {
			if name, ok := ctx.FlagValue(p.Flag).(string); ok && name != "" {
				return name
			}
		}
	}
	return s.env[envPrefix+"CONFIG"]
}

// usual returns the places where a waymark.yaml is looked for.
func (s *sources) usual() []string {
	names := []string{configName}
	switch {
	case filepath.IsAbs(s.env["XDG_CONFIG_HOME"]):
		names = append(names, filepath.Join(s.env["XDG_CONFIG_HOME"], "waymark", configName))
	case s.env["HOME"] != "":
		names = append(names, filepath.Join(s.env["HOME"], ".config", "waymark", configName))
	}
	return names
}

// read reads a configuration file and checks its keys. Its error is
// [fs.ErrNotExist] where there is none.
func (s *sources) read(name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		return usagef("configuration file: %v", err)
	}
	s.file = name
	var top yaml.MapSlice
	if err := yaml.Unmarshal(data, &top); err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		return usagef("%s: %s; want lines like data: /var/lib/waymark", name, line)
	}
	s.keys = map[string]any{}
	for _, item := range top {
		key := fmt.Sprint(item.Key)
		if !s.knows(key) {
			return usagef("%s: unknown key %q; want %s", name, key, s.wanted(key))
		}
		s.keys[key] = item.Value
	}
	return nil
}

// knows reports whether a key may stand in waymark.yaml.
func (s *sources) knows(key string) bool {
	return slices.Contains(s.known(), key)
}

// known returns the keys of waymark.yaml.
func (s *sources) known() []string {
	var keys []string
	for _, f := range s.settings {
		if f.Name == "config" {
			continue
		}
		keys = append(keys, yamlKey(f))
		if isSecret(f) {
			keys = append(keys, yamlKey(f)+"_file")
		}
	}
	return keys
}

// wanted returns the key that a mistyped one was meant to be, or all keys.
func (s *sources) wanted(key string) string {
	plain := strings.NewReplacer("-", "", "_", "", ".", "")
	for _, k := range s.known() {
		if a, b := plain.Replace(k), plain.Replace(strings.ToLower(key)); a == b || within1(a, b) {
			return k
		}
	}
	return "one of " + strings.Join(s.known(), ", ")
}

// within1 reports whether a becomes b by adding, dropping or changing one letter.
func within1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return a[i:] == b[i+1:] || len(a) == len(b) && a[i+1:] == b[i+1:]
}

// unknownVariables returns the variables of the environment that look like
// settings and are none.
func (s *sources) unknownVariables() []string {
	known := map[string]bool{}
	for _, f := range s.settings {
		known[variable(f)] = true
		if isSecret(f) {
			known[variable(f)+fileSuffix] = true
		}
	}
	var out []string
	for name := range s.env {
		if strings.HasPrefix(name, envPrefix) && !known[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// missing is the error about a setting that another one needs.
func (s *sources) missing(name, because string) error {
	for _, f := range s.settings {
		if f.Name == name {
			return usagef("%s: missing while %s is set; for example %s=%s", variable(f), s.from(because), variable(f), exampleOf(f))
		}
	}
	return usagef("%s: missing while %s is set", name, because)
}

// from returns where the value of a setting comes from: its flag, a variable,
// a key of waymark.yaml, or "default".
func (s *sources) from(name string) string {
	if key := s.origin[name]; key != "" {
		return key
	}
	return "default"
}

// given notes which settings the command line set.
func (s *sources) given(parsed *kong.Context) {
	for _, p := range parsed.Path {
		if p.Flag != nil && !p.Resolved {
			s.origin[p.Flag.Name] = "--" + p.Flag.Name
		}
	}
}
