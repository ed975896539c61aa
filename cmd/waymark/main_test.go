package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// root is the folder of the module.
const root = "../.."

// TestMain makes this test program be waymark when it is started by that name,
// in scripts and by [start].
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"waymark": main})
}

// result is what one run of the program left.
type result struct {
	code           int
	stdout, stderr string
}

// command runs the program inside this process, without any setting of the machine.
func command(t *testing.T, stdin string, env []string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env = append([]string{"HOME=" + t.TempDir()}, env...)
	code := run(t.Context(), args, env, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

func TestRunEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	waiting, feed, err := os.Pipe() // never written to
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = feed.Close(); _ = waiting.Close() }()
	code := run(ctx, []string{"chat"}, []string{"HOME=" + t.TempDir()}, waiting, &stdout, &stderr)
	if code != exitFailure || stderr.String() != "waymark: error: interrupted\n" {
		t.Errorf("chat ended with %d and %q, want 1 and that it was interrupted", code, stderr.String())
	}
}
