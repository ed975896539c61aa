package rag

import "slices"

// News is what a later edition states that an earlier one did not. It is told
// of reports that were added or changed alone: where the same report is read
// better by a newer program, nothing has happened.
type News struct {
	Added, Changed, Removed []EditionReport
	Projects                []NewProject // that the earlier edition did not know
	Facts                   []NewFact    // of projects that it knew
}

// A NewProject is a project that was not described before.
type NewProject struct {
	Name     string
	Citation Citation
}

// A NewFact is a value that was not stated before.
type NewFact struct {
	EditionFact
	Before []Wording // what was stated in its place, none where nothing was
}

// Empty reports whether there is nothing to tell.
func (n News) Empty() bool {
	return len(n.Added)+len(n.Changed)+len(n.Removed)+len(n.Projects)+len(n.Facts) == 0
}

// Compare returns the news of after, in its order.
func Compare(before, after Edition) News {
	n, fresh := compareReports(before.Reports, after.Reports)
	known := map[string]string{} // by any name: the one that before shows
	for _, p := range before.Projects {
		for _, name := range p.Names {
			known[name] = p.Name
		}
	}
	was := map[string]string{} // name in after to name in before
	for _, p := range after.Projects {
		if name, ok := knownAs(p, known); ok {
			was[p.Name] = name
			continue
		}
		for _, c := range p.First {
			if fresh[c.Report] {
				n.Projects = append(n.Projects, NewProject{p.Name, c})
				break
			}
		}
	}
	n.Facts = compareFacts(before.Facts, after.Facts, was, fresh)
	return n
}

// knownAs returns under which name a project was known.
func knownAs(p EditionProject, known map[string]string) (string, bool) {
	for _, name := range p.Names {
		if shown, ok := known[name]; ok {
			return shown, true
		}
	}
	return "", false
}

// compareReports also returns the ids of those that were added or changed.
func compareReports(before, after []EditionReport) (n News, fresh map[string]bool) {
	fresh = map[string]bool{}
	for _, r := range after {
		i := slices.IndexFunc(before, func(o EditionReport) bool { return o.ID == r.ID })
		switch {
		case i < 0:
			n.Added = append(n.Added, r)
		case before[i].Sum != r.Sum:
			n.Changed = append(n.Changed, r)
		default:
			continue
		}
		fresh[r.ID] = true
	}
	for _, r := range before {
		if !slices.ContainsFunc(after, func(o EditionReport) bool { return o.ID == r.ID }) {
			n.Removed = append(n.Removed, r)
		}
	}
	return n, fresh
}

// A matter is what a fact is about.
type matter struct{ project, attribute, round string }

// A statement is what a report states of it.
type statement struct {
	matter
	report string
	value  Wording
}

// compareFacts returns what fresh reports state of projects that were known and
// nobody stated before.
func compareFacts(before, after []EditionFact, was map[string]string, fresh map[string]bool) []NewFact {
	old := map[matter][]EditionFact{}
	for _, f := range before {
		k := matter{f.Project, f.Attribute, f.Round}
		old[k] = append(old[k], f)
	}
	still := map[statement]bool{}
	for _, f := range after {
		still[statement{matter{was[f.Project], f.Attribute, f.Round}, f.Citation.Report, f.Value}] = true
	}
	told := map[matter][]string{}
	var out []NewFact
	for _, f := range after {
		name, known := was[f.Project]
		k := matter{name, f.Attribute, f.Round}
		if !known || !fresh[f.Citation.Report] || slices.Contains(told[k], f.Value.En) || states(old[k], f.Value) {
			continue
		}
		told[k] = append(told[k], f.Value.En)
		gone := func(o EditionFact) bool { return !still[statement{k, o.Citation.Report, o.Value}] }
		out = append(out, NewFact{f, replaced(old[k], f, gone)})
	}
	return out
}

func states(l []EditionFact, value Wording) bool {
	return slices.ContainsFunc(l, func(o EditionFact) bool { return o.Value == value })
}

// replaced returns what f takes the place of: of a report that has changed what
// it no longer states, of a new one what the others state.
func replaced(old []EditionFact, f EditionFact, gone func(EditionFact) bool) []Wording {
	same := slices.ContainsFunc(old, func(o EditionFact) bool { return o.Citation.Report == f.Citation.Report })
	var out []Wording
	for _, o := range old {
		if same && (o.Citation.Report != f.Citation.Report || !gone(o)) || slices.Contains(out, o.Value) {
			continue
		}
		out = append(out, o.Value)
	}
	return out
}
