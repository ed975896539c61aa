package catalogue

import (
	"slices"
	"sort"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// A merger joins the descriptions of one project in several reports.
type merger struct {
	suffixes []string
	ordinary map[string]int
	projects []*Project
	exact    map[string]*Project // by full key
	short    map[string]*Project // by key without suffixes
	ids      map[string]bool
	listed   map[string]bool // reports whose projects the entries list
}

func newMerger(suffixes []string, ordinary map[string]int) *merger {
	return &merger{
		suffixes: suffixes, ordinary: ordinary,
		exact: map[string]*Project{}, short: map[string]*Project{}, ids: map[string]bool{}, listed: map[string]bool{},
	}
}

// shortKeys returns the keys of name without its suffixes: "Acme Labs" is
// also "acme", "Acmelabs" too.
func (m *merger) shortKeys(name string) []string {
	var out []string
	k := key(name)
	for _, s := range m.suffixes {
		short, ok := strings.CutSuffix(k, key(s))
		if ok && len([]rune(short)) >= minShort {
			out = append(out, short)
		}
	}
	return out
}

// lookup returns the project of a name or of one of the names joined in it, or nil.
func (m *merger) lookup(name string) *Project {
	if p := m.find(name); p != nil {
		return p
	}
	for _, n := range splitName(name) {
		if p := m.find(n); p != nil {
			return p
		}
	}
	return nil
}

func (m *merger) find(name string) *Project {
	k := key(name)
	if k == "" {
		return nil
	}
	if p := m.exact[k]; p != nil {
		return p
	}
	if p := m.short[k]; p != nil {
		return p
	}
	for _, s := range m.shortKeys(name) {
		if p := m.exact[s]; p != nil {
			return p
		}
		if p := m.short[s]; p != nil {
			return p
		}
	}
	return nil
}

func (m *merger) addEntry(e corpus.ProjectEntry) {
	p := &Project{ID: e.ID, Name: e.Name, Aliases: slices.Clone(e.Aliases)}
	for _, t := range e.Tickers {
		p.Tickers = append(p.Tickers, strings.TrimPrefix(t, "$"))
	}
	for _, c := range e.Categories {
		p.Categories = append(p.Categories, Category{Report: c.Report, En: c.EN, Zh: c.ZH})
	}
	for _, r := range e.Reports {
		m.listed[r] = true
	}
	m.projects = append(m.projects, p)
	m.ids[p.ID] = true
	m.register(p)
}

// register makes p known under all of its names.
func (m *merger) register(p *Project) {
	for _, n := range append([]string{p.Name}, p.Aliases...) {
		if k := key(n); k != "" && m.exact[k] == nil {
			m.exact[k] = p
		}
		for _, k := range m.shortKeys(n) {
			if m.short[k] == nil {
				m.short[k] = p
			}
		}
	}
}

func (m *merger) add(d description) {
	var p *Project
	for _, n := range d.names {
		if p = m.find(n); p != nil {
			break
		}
	}
	if p == nil && m.listed[d.report] {
		return // the entries say what this report describes
	}
	if p == nil {
		p = &Project{ID: m.newID(d.names[0]), Name: d.names[0]}
		m.projects = append(m.projects, p)
	}
	for _, n := range d.names {
		if n != p.Name && !slices.Contains(p.Aliases, n) {
			p.Aliases = append(p.Aliases, n)
		}
	}
	m.register(p)
	m.addCategory(p, d)
}

// addCategory files p under d's heading, unless the entry files it already.
func (m *merger) addCategory(p *Project, d description) {
	if d.category == "" || m.listed[d.report] && slices.ContainsFunc(p.Categories, func(c Category) bool { return c.Report == d.report }) {
		return
	}
	c := Category{Report: d.report, En: d.category}
	if corpus.Language(d.category) == "zh" {
		c = Category{Report: d.report, Zh: d.category}
	}
	for _, have := range p.Categories {
		if have.Report == c.Report && (c.En != "" && fold(have.En) == fold(c.En) || c.Zh != "" && fold(have.Zh) == fold(c.Zh)) {
			return
		}
	}
	p.Categories = append(p.Categories, c)
}

func fold(s string) string { return corpus.Fold(s) }

// newID makes an id of a name that no other project has.
func (m *merger) newID(name string) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', corpus.IsHan(r):
			return r
		}
		return '-'
	}, corpus.Fold(name)), "-")
	if base == "" {
		base = "project"
	}
	id := base
	for n := 2; m.ids[id]; n++ {
		id = base + "-" + string(rune('0'+n%10))
		if n > 9 {
			base += "-x"
		}
	}
	m.ids[id] = true
	return id
}

// finish returns the projects by folded name.
func (m *merger) finish() []*Project {
	sort.SliceStable(m.projects, func(i, j int) bool { return fold(m.projects[i].Name) < fold(m.projects[j].Name) })
	return m.projects
}
