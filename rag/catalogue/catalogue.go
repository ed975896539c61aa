// Package catalogue knows which projects the reports describe, under which
// names, and where.
//
// Start at [Extract], which reads them off the structure of the reports:
// headings whose text opens with the same name, table rows whose first column
// holds names, named list items, and the entries of a projects.yaml. [Catalogue.Find]
// recognises the projects that a question names, misspelt ones included.
//
// Extraction is deterministic and knows no field: its cue words are data
// ([corpus.Vocabulary]). What it does not do: it does not search, answer or
// judge, and it keeps no text of its own beside the names.
package catalogue

import (
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A Project is something that the reports describe under a name.
type Project struct {
	ID         string
	Name       string     // the spelling shown
	Aliases    []string   // other spellings, without the tickers
	Tickers    []string   // token or stock symbols, without $
	Categories []Category // as each report files it, in report order
	Reports    []string   // ids of the reports that describe it
	Headings   []string   // all headings that its descriptions stand under
	Passages   []int      // numbers, in corpus order, of the passages that describe it

	printed  []string // all names; a ticker that means something else too with its $
	forms    []string // their normal forms
	everyday []bool   // an everyday word too: only its printed case is the name
}

// A Category is the section or table that a report files a project under.
type Category struct {
	Report string
	En, Zh string // one is the report's own wording; the other is "" when unknown
}

// In returns the category's name in the language, or else in the other.
func (c Category) In(language string) string {
	if language == "zh" && c.Zh != "" || c.En == "" {
		return c.Zh
	}
	return c.En
}

// Names returns all spellings, the shown one first, tickers last.
func (p *Project) Names() []string {
	return slices.Concat([]string{p.Name}, p.Aliases, p.Tickers)
}

// NamedIn reports whether a text in normal form (corpus.Normal) holds a name of p.
func (p *Project) NamedIn(normal string) bool {
	return slices.ContainsFunc(p.forms, func(f string) bool { return strings.Contains(normal, f) })
}

// FirstIn returns where a text in normal form first names p, or -1.
func (p *Project) FirstIn(normal string) int {
	first := -1
	for i, f := range p.forms {
		if p.everyday[i] {
			continue
		}
		if k := strings.Index(normal, f); k >= 0 && (first < 0 || k < first) {
			first = k
		}
	}
	return first
}

// Opens reports whether a text in normal form begins with a name of p.
func (p *Project) Opens(normal string) bool {
	return slices.ContainsFunc(p.forms, func(f string) bool { return strings.HasPrefix(normal, f) })
}

// A Catalogue holds the projects of a corpus. It is not changed after
// [Extract] and safe for concurrent use.
type Catalogue struct {
	projects []*Project
	byKey    map[string]*Project     // by the keys of their names
	tickers  map[string]*Project     // by ticker in printed case
	firsts   map[string]*Project     // by the first word of a name, where that may stand for it
	han      []hanName               // names with Han characters, longest first
	vague    map[string]bool         // tickers that mean something else too
	phrases  map[string]bool         // names of two words or more that the passages hold
	ordinary map[string]int          // lower-case words of the passages and how often they stand
	about    [][]int32               // project numbers by passage number
	spans    map[int][]describedSpan // by passage number

	facts *factBook
}

type hanName struct {
	name    string // folded
	project *Project
}

// Extract reads the projects off the reports and their passages. Entries come
// from projects.yaml files and may be nil.
func Extract(reports []corpus.Report, passages []corpus.Passage, entries []corpus.ProjectEntry, v *corpus.Vocabulary) *Catalogue {
	c := &Catalogue{
		byKey:    map[string]*Project{},
		tickers:  map[string]*Project{},
		vague:    map[string]bool{},
		ordinary: ordinaryWords(passages),
		phrases:  properPhrases(passages),
	}
	m := newMerger(v.Names.Suffixes, c.ordinary)
	for _, e := range entries {
		m.addEntry(e)
	}
	found := describe(reports, v)
	found = append(found, misprinted(reports, found)...)
	for _, d := range found {
		m.add(d)
	}
	c.projects = m.finish()
	c.link(reports, passages, found, m)
	c.readTickers(passages, v)
	for _, a := range v.Attributes {
		if a.ID == "former_name" {
			c.readFormerNames(passages, a.Words, m)
		}
	}
	c.readShortNames(passages, m)
	c.indexNames(m)
	c.readFirstWords()
	for _, p := range c.projects {
		for _, n := range p.Names() {
			c.addForm(p, n)
			if split := splitCase(n); split != n {
				c.addForm(p, split)
			}
		}
	}
	c.facts = newFactBook(c, reports, passages, v)
	return c
}

// addForm makes p recognisable by one more spelling.
func (c *Catalogue) addForm(p *Project, name string) {
	printed := name
	if c.vague[name] {
		printed = "$" + name
	}
	p.printed = append(p.printed, printed)
	p.forms = append(p.forms, corpus.Normal(name))
	p.everyday = append(p.everyday, c.vague[name] || c.ordinary[strings.ToLower(name)] > 0)
}

// Projects returns all projects by name.
func (c *Catalogue) Projects() []*Project { return c.projects }

// Project returns the project of a name, in any known spelling, or nil.
func (c *Catalogue) Project(name string) *Project {
	if p := c.byKey[key(name)]; p != nil {
		return p
	}
	ms := c.Find(name)
	if len(ms) == 1 {
		return ms[0].Project
	}
	return nil
}

// About returns the projects that passage number n describes.
func (c *Catalogue) About(n int) []*Project {
	if n < 0 || n >= len(c.about) {
		return nil
	}
	out := make([]*Project, len(c.about[n]))
	for i, p := range c.about[n] {
		out[i] = c.projects[p]
	}
	return out
}

// AboutAt returns the projects that passage number n describes at the report's
// byte at: where a passage holds several descriptions, the one that at stands in.
func (c *Catalogue) AboutAt(n, at int) []*Project {
	all := c.About(n)
	if len(all) < 2 {
		return all
	}
	for _, s := range c.spans[n] {
		if at >= s.start && at < s.end {
			return []*Project{s.project}
		}
	}
	return all
}

// A described span is where a passage describes one of several projects.
type describedSpan struct {
	start, end int
	project    *Project
}

// link tells which passages describe which projects: those inside a
// described range, and those whose heading path names the project.
func (c *Catalogue) link(reports []corpus.Report, passages []corpus.Passage, found []description, m *merger) {
	number := map[*Project]int32{}
	for i, p := range c.projects {
		number[p] = int32(i)
	}
	byReport := map[string][]description{}
	for _, d := range found {
		byReport[d.report] = append(byReport[d.report], d)
	}
	c.about = make([][]int32, len(passages))
	c.spans = map[int][]describedSpan{}
	for i, p := range passages {
		set := map[int32]bool{}
		for _, d := range byReport[p.Report] {
			if p.Start < d.end && d.start < p.End && (d.whole || p.Start >= d.start && p.End <= d.end || p.End-p.Start < 4*(d.end-d.start)) {
				if pr := m.lookup(d.names[0]); pr != nil {
					set[number[pr]] = true
					if !d.whole {
						c.spans[i] = append(c.spans[i], describedSpan{d.start, d.end, pr})
					}
				}
			}
		}
		if len(p.Path) > 0 {
			if pr := m.lookup(p.Path[len(p.Path)-1]); pr != nil {
				set[number[pr]] = true
			}
		}
		for n := range set {
			c.about[i] = append(c.about[i], n)
		}
		slices.Sort(c.about[i])
		for _, n := range c.about[i] {
			pr := c.projects[n]
			pr.Passages = append(pr.Passages, i)
			for _, h := range p.Path[:max(0, len(p.Path)-1)] {
				if !slices.Contains(pr.Headings, h) {
					pr.Headings = append(pr.Headings, h)
				}
			}
			if !slices.Contains(pr.Reports, p.Report) {
				pr.Reports = append(pr.Reports, p.Report)
			}
		}
	}
}

// indexNames fills the maps that Find looks names up in.
func (c *Catalogue) indexNames(m *merger) {
	for _, p := range c.projects {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			c.byKey[key(n)] = p
			if f := corpus.Fold(n); strings.ContainsFunc(f, corpus.IsHan) {
				c.han = append(c.han, hanName{f, p})
			}
		}
		for _, t := range p.Tickers {
			for _, spelling := range []string{t, strings.ToUpper(t)} {
				if _, taken := c.tickers[spelling]; !taken {
					c.tickers[spelling] = p
				}
			}
		}
	}
	for _, p := range c.projects {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			for _, k := range m.shortKeys(n) {
				if _, taken := c.byKey[k]; !taken && c.ordinary[k] == 0 {
					c.byKey[k] = p
				}
			}
		}
	}
	sort.SliceStable(c.han, func(i, j int) bool { return len(c.han[i].name) > len(c.han[j].name) })
}
