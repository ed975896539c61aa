package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// errHelp ends the parsing when help was asked for and printed.
var errHelp = errors.New("help was printed")

// helpFlag prints the help of the command it stands behind.
type helpFlag bool

// IgnoreDefault lets kong call BeforeReset only where the flag was given.
func (helpFlag) IgnoreDefault() {}

// BeforeReset runs before anything is checked, so that an incomplete command
// line may ask for help.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	return errHelp
}

// The groups that settings are shown in.
const (
	groupModels    = "models"
	groupPlatforms = "platforms"
	groupAccess    = "access"
)

func groups() []kong.Group {
	return []kong.Group{
		{Key: groupModels, Title: "Models (all optional; any OpenAI-compatible server):"},
		{Key: groupPlatforms, Title: "Platforms:"},
		{Key: groupAccess, Title: "Who may ask, and how much:"},
	}
}

// printHelp leaves the settings of models and platforms to `waymark check --help`,
// where all of them stand, and to the commands that need them.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	command := ""
	if n := ctx.Selected(); n != nil {
		command = n.Name
	}
	for _, f := range ctx.Model.Flags {
		if f.Group == nil {
			continue
		}
		f.Hidden = f.Hidden || command != "check" && (command != "serve" || f.Group.Key == groupModels)
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\nEvery setting is a flag (--embed-url), an environment variable (WAYMARK_EMBED_URL) and a key of\n"+
		"waymark.yaml (embed_url), in this order; secrets also ..._FILE. `waymark check --help` lists all.")
	return err
}

// helpText adds the environment variable to the help of a setting.
func helpText(v *kong.Value) string {
	if v.Flag == nil || len(v.Flag.Envs) == 0 {
		return v.Help
	}
	return strings.TrimSuffix(v.Help, ".") + " ($" + strings.Join(v.Flag.Envs, ", $") + ")."
}
