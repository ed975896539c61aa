package index

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The child of [TestKill] is told by the environment what to do.
const (
	killVariable    = "WAYMARK_TEST_KILL"         // the data directory
	editionVariable = "WAYMARK_TEST_KILL_EDITION" // the first edition to build
)

// killPassages makes three batches of an edition.
const killPassages = 150

// buildUntilKilled builds one edition after the other and prints a line a step.
func buildUntilKilled(dir string) {
	number, err := strconv.Atoi(os.Getenv(editionVariable))
	for ; err == nil; number++ {
		slow := &watched{before: func(int) error {
			time.Sleep(3 * time.Millisecond) // as long as a model on the same machine
			return nil
		}}
		_, err = Build(context.Background(), dir, edition(number, killPassages), slow, func(step string, done, _ int) {
			fmt.Println(step, done)
		})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestKill kills builds at random moments. Whatever the moment, a whole
// edition serves, never an older one than before, and the next build goes on.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts twenty processes")
	}
	dir := t.TempDir()
	build(t, dir, edition(1, killPassages), &watched{})
	random := rand.New(rand.NewPCG(1871, 20))
	served, unfinished, kept := 1, 0, 0
	for range 20 {
		killBuild(t, dir, served+1, random.IntN(16), time.Duration(random.IntN(8000))*time.Microsecond)
		ix, err := Open(dir, &watched{})
		if err != nil {
			t.Fatalf("open after a kill: %v", err)
		}
		number := checkEdition(t, ix, killPassages)
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
		if number < served {
			t.Errorf("edition %d serves after a kill, %d before", number, served)
		}
		served = number
		if _, err := os.Stat(filepath.Join(dir, indexDir, embeddingsFile)); err == nil {
			kept++
		}
		for _, name := range folders(t, dir) {
			if _, err := os.Stat(filepath.Join(dir, indexDir, name, manifestFile)); errors.Is(err, os.ErrNotExist) {
				unfinished++
			}
		}
	}
	t.Logf("edition %d serves; %d kills left an unfinished generation, %d embeddings", served, unfinished, kept)
	if unfinished == 0 || kept == 0 || served == 1 {
		t.Errorf("edition %d serves, %d kills left an unfinished generation, %d embeddings: the kills hit nothing", served, unfinished, kept)
	}
	before := current(t, dir)
	build(t, dir, edition(served+1, killPassages), &watched{})
	if got := folders(t, dir); len(got) != 2 || got[0] != before {
		t.Errorf("folders after the next build: %v, want %s and the new one", got, before)
	}
	if got := checkEdition(t, open(t, dir, &watched{}), killPassages); got != served+1 {
		t.Errorf("edition %d serves after the next build, want %d", got, served+1)
	}
}

// killBuild starts a child that builds from the given edition on, and kills it
// some time after it has printed so many lines.
func killBuild(t *testing.T, dir string, number, lines int, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), killVariable+"="+dir, editionVariable+"="+strconv.Itoa(number))
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(out)
	for n := 0; n <= lines && s.Scan(); n++ {
	}
	time.Sleep(after) // the random moment
	_ = child.Process.Kill()
	_ = child.Wait()
	if child.ProcessState.Exited() || strings.TrimSpace(stderr.String()) != "" {
		t.Fatalf("the build ended by itself: %s\n%s", child.ProcessState, stderr.String())
	}
}
