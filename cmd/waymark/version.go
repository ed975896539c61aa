package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(a *app) error {
	_, err := fmt.Fprintln(a.stdout, "waymark "+version())
	return err
}

// version is the module's version, and what it was built from as far as the Go
// tool has noted it: "v1.2.3 (4f2e1d0a9b8c, modified) go1.26.8".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	switch {
	case revision != "" && modified:
		v += " (" + revision + ", modified)"
	case revision != "":
		v += " (" + revision + ")"
	}
	return v + " " + info.GoVersion
}
