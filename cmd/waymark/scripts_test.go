//go:build !race

// The race detector sees little in commands that run alone, and takes ten times as long.

package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the contract of the command line: testdata/script. A script
// has a data directory of its own, and $LIGHTS names a small report to fill it.
func TestScripts(t *testing.T) {
	lights, err := filepath.Abs("testdata/lights")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("WAYMARK_DATA", e.WorkDir+"/data")
			e.Setenv("LIGHTS", lights)
			return nil
		},
	})
}
