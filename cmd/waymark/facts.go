package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/catalogue"
)

// readFacts reads the facts off what will be indexed, with those that the language model finds
// where that is asked for, in the form that an index keeps.
func (a *app) readFacts(ctx context.Context, dir string, c *catalogue.Catalogue, passages []corpus.Passage, f rag.FactFinder) ([]json.RawMessage, error) {
	if a.settings.ModelFacts {
		if err := a.askForFacts(ctx, dir, c, passages, f); err != nil {
			return nil, err
		}
	}
	if err := c.ReadFacts(ctx); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return c.StoredFacts()
}

// askForFacts adds what the language model finds.
func (a *app) askForFacts(ctx context.Context, dir string, c *catalogue.Catalogue, passages []corpus.Passage, f rag.FactFinder) (err error) {
	kept, err := openCompletions(filepath.Join(dir, completionsFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.close()) }()
	f.Known, f.Keep = kept.known, kept.keep
	name := f.Generator.Name()
	sum, err := f.Find(ctx, c, passages)
	if err != nil {
		return fmt.Errorf("find facts with %s: %w", name, err)
	}
	fmt.Fprintf(a.stdout, "%s read %s: %s added, %d known, %d discarded.\n", name, plural(sum.Asked, "passage"), plural(sum.Added, "fact"), sum.Repeated, sum.Discarded)
	if sum.Failed > 0 {
		fmt.Fprintf(a.stdout, "%s gave nothing usable for %s; the next ingest asks again.\n", name, plural(sum.Failed, "passage"))
	}
	return nil
}

// completionsFile is what the language model wrote about passages, in the data directory: a
// passage that has not changed is not read twice.
const completionsFile = "model-facts.jsonl"

// completions are kept completions by key.
type completions struct {
	byKey map[string]string
	file  *os.File
}

// A keptCompletion is one line of the file.
type keptCompletion struct {
	Key        string `json:"key"`
	Completion string `json:"completion"`
}

// openCompletions reads the file and opens it to add to. A line that a crash cut is left out.
func openCompletions(path string) (*completions, error) {
	c := &completions{byKey: map[string]string{}}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep what the model reads: %w", err)
	}
	c.file = f
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var k keptCompletion
		if json.Unmarshal(lines.Bytes(), &k) == nil {
			c.byKey[k.Key] = k.Completion
		}
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), c.close())
	}
	if _, err := f.WriteString("\n"); err != nil { // what follows a cut line starts a new one
		return nil, errors.Join(fmt.Errorf("keep what the model reads: %w", err), c.close())
	}
	return c, nil
}

func (c *completions) known(key string) (string, bool) {
	s, ok := c.byKey[key]
	return s, ok
}

// keep adds a completion.
func (c *completions) keep(key, completion string) error {
	line, err := json.Marshal(keptCompletion{key, completion})
	if err != nil {
		return err
	}
	_, err = c.file.Write(append(line, '\n')) // one write: lines of several callers do not mix
	return err
}

func (c *completions) close() error {
	if err := c.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("keep what the model reads: %w", err)
	}
	return nil
}
