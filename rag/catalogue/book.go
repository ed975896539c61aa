package catalogue

import (
	"context"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/waymark-bot/waymark/corpus"
)

// Facts returns what is stated of p under the attribute, newest report
// first, in reading order within a report.
func (c *Catalogue) Facts(p *Project, attribute string) []Fact {
	var out []Fact
	for _, f := range c.AllFacts(p) {
		if f.Attribute == attribute {
			out = append(out, f)
		}
	}
	return out
}

// AllFacts returns everything that is stated of p.
func (c *Catalogue) AllFacts(p *Project) []Fact {
	if l, ok := c.facts.ofProject(p); ok {
		return l
	}
	var out []Fact
	for _, n := range c.Naming(p) {
		for _, f := range c.facts.of(n) {
			if f.Project == p {
				out = append(out, f)
			}
		}
	}
	newestFirst(out)
	return out
}

func newestFirst(l []Fact) {
	sort.SliceStable(l, func(i, j int) bool { return l[i].AsOf.Compare(l[j].AsOf) > 0 })
}

// FactsAt returns the facts that the sentence of passage number n states that begins at the
// report's byte start.
func (c *Catalogue) FactsAt(n, start int) []Fact {
	var out []Fact
	for _, f := range c.facts.of(n) {
		if f.Start == start {
			out = append(out, f)
		}
	}
	return out
}

// ReadFacts reads the facts of all passages and finds where each project is named, which
// otherwise happens when they are first asked for. It returns early with ctx's error.
func (c *Catalogue) ReadFacts(ctx context.Context) error {
	for n := range c.facts.passages {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.facts.of(n)
	}
	for _, p := range c.projects {
		c.Naming(p)
	}
	c.facts.mu.Lock()
	defer c.facts.mu.Unlock()
	c.facts.complete()
	return nil
}

// Naming returns the numbers of the passages that describe p or hold one of its names
// as printed: those that can state something of it.
func (c *Catalogue) Naming(p *Project) []int {
	c.facts.mu.Lock()
	defer c.facts.mu.Unlock()
	if l, ok := c.facts.naming[p]; ok {
		return l
	}
	var out []int
	for n, ps := range c.facts.passages {
		if slices.Contains(p.Passages, n) || p.printedIn(ps.Text) {
			out = append(out, n)
		}
	}
	c.facts.naming[p] = out
	return out
}

// printedIn reports whether text holds a name of p as printed.
func (p *Project) printedIn(text string) bool {
	return slices.ContainsFunc(p.printed, func(s string) bool { return strings.Contains(text, s) })
}

// A factBook holds the facts of each passage, read when they are first asked for. It is
// safe for concurrent use.
type factBook struct {
	catalogue *Catalogue
	passages  []corpus.Passage
	published map[string]corpus.Date
	reader    func() *factReader
	readBy    func() string // a name for what the facts depend on beside the passages

	mu        sync.Mutex
	read      map[int][]Fact
	added     map[int][]Fact      // by passage number: what a model found, in passages not read yet
	byProject map[*Project][]Fact // nil until the facts of all passages are there
	naming    map[*Project][]int
	rare      map[string]bool // names that few passages print
}

func newFactBook(c *Catalogue, reports []corpus.Report, passages []corpus.Passage, v *corpus.Vocabulary) *factBook {
	b := &factBook{
		catalogue: c, passages: passages, published: map[string]corpus.Date{},
		reader: sync.OnceValue(func() *factReader { return newFactReader(v) }),
		readBy: sync.OnceValue(func() string { return fingerprint(c, v) }),
		read:   map[int][]Fact{}, naming: map[*Project][]int{}, rare: map[string]bool{},
	}
	for _, r := range reports {
		b.published[r.ID] = r.Published
	}
	return b
}

// of returns the facts of passage number n, in reading order.
func (b *factBook) of(n int) []Fact {
	b.mu.Lock()
	l, ok := b.read[n]
	ok = ok || b.byProject != nil
	b.mu.Unlock()
	if ok {
		return l
	}
	p := b.passages[n]
	if b.catalogue.concerns(n, p.Text) {
		for _, span := range corpus.Sentences(p.Text) {
			l = append(l, b.catalogue.readSentence(b.reader(), n, p, span, b.published[p.Report])...)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l = append(l, b.added[n]...)
	b.read[n] = l
	return l
}

// concerns reports whether passage number n describes a project or names one: else it
// states nothing of any.
func (c *Catalogue) concerns(n int, text string) bool {
	if len(c.about[n]) > 0 {
		return true
	}
	normal := corpus.Normal(text)
	return slices.ContainsFunc(c.projects, func(p *Project) bool { return p.NamedIn(normal) })
}

// ofProject returns all facts of p, newest report first; false while not all passages
// have been read.
func (b *factBook) ofProject(p *Project) ([]Fact, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clip(b.byProject[p]), b.byProject != nil
}

// complete sorts the facts of all passages, which have been read, by project. The caller
// holds the lock.
func (b *factBook) complete() {
	by := map[*Project][]Fact{}
	for n := range b.passages {
		for _, f := range b.read[n] {
			if f.Model || slices.Contains(f.Project.Passages, n) || f.Project.printedIn(b.passages[n].Text) {
				by[f.Project] = append(by[f.Project], f)
			}
		}
	}
	for _, l := range by {
		newestFirst(l)
	}
	b.byProject = by
}
