package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/waymark-bot/waymark/corpus"
)

type ingestCommand struct {
	Paths   []string `arg:"" optional:"" placeholder:"PATH" help:"Report files, and folders of them."`
	Replace bool     `help:"Start afresh: keep nothing of what was ingested before."`
	Rebuild bool     `help:"Index everything anew, as a change of the embedding model needs it."`
	Remove  []string `placeholder:"ID" sep:"none" help:"Remove a report; may be given several times."`
}

// Help says what happens to what is there.
func (*ingestCommand) Help() string {
	return "Reports are added to those that were ingested before; one of a known id replaces it. A reports.yaml beside the files gives ids, titles and dates, " +
		"a projects.yaml the projects they describe, a vocabulary.yaml and a glossary.tsv further words. While an ingest runs, and if it is stopped at any moment, " +
		"the reports from before keep answering."
}

// errIngesting says that two ingests met.
var errIngesting = errors.New("another ingest is writing to this data directory")

// Run reads the paths and writes what changed as the next generation.
func (c *ingestCommand) Run(ctx context.Context, a *app) error {
	dir := a.dataDir()
	switch {
	case dir == "":
		return usagef("ingest: no data directory; want --data DIR or WAYMARK_DATA=DIR")
	case len(c.Paths) > 0 || a.settings.Builtin:
	case c.Replace:
		return usagef("ingest: --replace without reports; want waymark ingest --replace PATH...")
	case !c.Rebuild && len(c.Remove) == 0:
		return usagef("ingest: nothing to do; want waymark ingest PATH..., --remove ID, --builtin or --rebuild (see waymark ingest --help)")
	}
	m, err := a.models()
	if err != nil {
		return err
	}
	in, err := readInput(c.Paths)
	if err != nil {
		return err
	}
	if len(c.Paths) > 0 && len(in.reports) == 0 && len(in.projects) == 0 && len(in.words) == 0 {
		a.printSkipped(in.skipped)
		return noReports(c.Paths)
	}
	unlock, err := lockData(dir)
	if err != nil {
		return err
	}
	defer unlock()
	return c.merge(ctx, a, dir, in, m)
}

// lockData keeps other ingests away from a data directory between the reading
// of what it holds and the writing of what it will hold.
func lockData(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create data directory: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "ingest.lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if !locked {
		return nil, hintf(fmt.Errorf("write to %s: %w", dir, errIngesting), "wait until it has ended")
	}
	return func() { _ = lock.Unlock() }, nil
}

// A collection is what a data directory holds, or will hold.
type collection struct {
	reports  []corpus.Report
	projects []corpus.ProjectEntry
	words    vocabularies // added to those of the program
	embedder string       // that indexed it
	weight   float64      // of its vectors beside the words
}

// merge adds the input to what is there and writes it, if that changes anything.
func (c *ingestCommand) merge(ctx context.Context, a *app, dir string, in input, m models) error {
	var old collection
	if !c.Replace {
		var err error
		if old, err = a.collected(dir); err != nil {
			if mismatched(err) {
				return err // it says the same
			}
			return hintf(err, "start afresh with waymark ingest --replace --data %s PATH...", dir)
		}
	}
	next, err := c.apply(a, old, in)
	if err != nil {
		return err
	}
	switch {
	case len(next.reports)+len(old.reports) > 0:
	case len(c.Paths) > 0:
		return noReports(c.Paths)
	default:
		return usagef("ingest: nothing was ingested into %s yet; want waymark ingest PATH...", dir)
	}
	next.embedder = m.embedder.Name()
	if next.weight = a.settings.EmbedWeight; next.weight == 0 && next.embedder == old.embedder {
		next.weight = old.weight // as it was measured once
	}
	if !c.Rebuild && !c.Replace && !a.settings.ModelFacts && same(old, next) {
		a.printSkipped(in.skipped)
		fmt.Fprintf(a.stdout, "Nothing changed: %s in %s. --rebuild indexes them anew.\n", plural(len(next.reports), "report"), dir)
		return nil
	}
	if err := next.words.write(dir); err != nil {
		return err
	}
	p := newProgress(a.stderr)
	passages, err := a.store(ctx, dir, next, m, c.Rebuild, p.report)
	p.end()
	if err != nil {
		return fmt.Errorf("index %s: %w", plural(len(next.reports), "report"), err)
	}
	if err := next.words.prune(dir); err != nil {
		return err
	}
	a.printSummary(in, old, next, passages)
	fmt.Fprintf(a.stdout, "%s, %s in %s, found by BM25 and %s.\n",
		plural(len(next.reports), "report"), plural(total(passages), "passage"), dir, next.embedder)
	return nil
}

// apply returns the collection after the change.
func (c *ingestCommand) apply(a *app, old collection, in input) (collection, error) {
	next := collection{
		reports:  mergeByID(old.reports, in.reports, reportID),
		projects: mergeByID(old.projects, in.projects, projectID),
		words:    vocabularies{},
	}
	maps.Copy(next.words, old.words)
	maps.Copy(next.words, in.words)
	for _, id := range c.Remove {
		i := slices.IndexFunc(next.reports, func(r corpus.Report) bool { return r.ID == id })
		if i < 0 {
			return next, usagef("ingest: --remove %s: no such report; want %s", id, oneOf(next.reports))
		}
		next.reports = slices.Delete(next.reports, i, i+1)
	}
	if a.settings.Builtin {
		reports, projects, err := corpus.Builtin()
		if err != nil {
			return next, err
		}
		next.reports = mergeByID(reports, next.reports, reportID)
		next.projects = mergeByID(projects, next.projects, projectID)
	}
	next.projects = described(next.projects, next.reports)
	return next, nil
}

// oneOf lists report ids for an error.
func oneOf(reports []corpus.Report) string {
	if len(reports) == 0 {
		return "the id of a report, but there is none"
	}
	ids := make([]string, len(reports))
	for i, r := range reports {
		ids[i] = r.ID
	}
	return "one of " + strings.Join(ids, ", ")
}

// described drops the projects all of whose reports are gone.
func described(projects []corpus.ProjectEntry, reports []corpus.Report) []corpus.ProjectEntry {
	have := map[string]bool{}
	for _, r := range reports {
		have[r.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(projects), func(p corpus.ProjectEntry) bool {
		return len(p.Reports) > 0 && !slices.ContainsFunc(p.Reports, func(id string) bool { return have[id] })
	})
}

// same reports whether two collections would give the same index.
func same(a, b collection) bool {
	return a.embedder == b.embedder && a.weight == b.weight && sameJSON(a.reports, b.reports) && sameJSON(a.projects, b.projects) && sameJSON(a.words, b.words)
}

// sameJSON compares what would be stored of two values. It does not tell nil
// slices from empty ones, which a stored report does not either.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	nothing := func(j []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(j, []byte(":null"), []byte(":[]")), []byte("null"), []byte("[]"))
	}
	return errX == nil && errY == nil && bytes.Equal(nothing(x), nothing(y))
}

// printSummary lists what was read and what was not.
func (a *app) printSummary(in input, old, next collection, passages map[string]int) {
	for _, r := range in.reports {
		fmt.Fprintf(a.stdout, "%-9s %s  %s  %s  %s\n", change(old.reports, r), r.ID, r.Language, plural(passages[r.ID], "passage"), printable(r.Title))
	}
	for _, r := range old.reports {
		if !slices.ContainsFunc(next.reports, func(n corpus.Report) bool { return n.ID == r.ID }) {
			fmt.Fprintf(a.stdout, "removed   %s\n", r.ID)
		}
	}
	a.printSkipped(in.skipped)
}

// change says what an ingest did with a report.
func change(old []corpus.Report, r corpus.Report) string {
	i := slices.IndexFunc(old, func(o corpus.Report) bool { return o.ID == r.ID })
	switch {
	case i < 0:
		return "added"
	case sameJSON(old[i], r):
		return "unchanged"
	}
	return "updated"
}

func (a *app) printSkipped(skipped []corpus.Skipped) {
	for _, s := range skipped {
		fmt.Fprintf(a.stdout, "skipped   %s: %s\n", printable(s.File), oneLine(s.Reason))
	}
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
