package catalogue

import (
	"slices"
	"strings"

	"github.com/waymark-bot/waymark/corpus"
)

// minMisprint is the least length, in letters, of a name that a heading may misprint:
// shorter names are a letter apart too often.
const minMisprint = 7

// misprinted returns the sections whose heading is a slip away from a name that another
// report describes, and whose text uses that spelling: they describe the same project.
func misprinted(reports []corpus.Report, found []description) []description {
	known := map[string]string{} // name by key
	for _, d := range found {
		for _, n := range d.names {
			known[key(n)] = n
		}
	}
	var out []description
	for i := range reports {
		r := &reports[i]
		for j, s := range r.Sections {
			if len(s.Path) == 0 || hasChildren(r, j) {
				continue
			}
			heading := s.Path[len(s.Path)-1]
			name := misprintOf(heading, known)
			if name == "" || !strings.Contains(r.Text[s.Start:s.End], heading) {
				continue
			}
			d := description{report: r.ID, names: []string{name, heading}, start: s.Start, end: s.End, whole: true, language: r.Language}
			if len(s.Path) > 1 {
				d.category = s.Path[len(s.Path)-2]
			}
			out = append(out, d)
		}
	}
	return out
}

// misprintOf returns the one known name that the heading is a slip away from, or "".
func misprintOf(heading string, known map[string]string) string {
	k := key(heading)
	if len(k) < minMisprint || known[k] != "" || !isName(heading) || strings.ContainsFunc(k, corpus.IsHan) {
		return ""
	}
	var near []string
	for other, name := range known {
		if len(other) >= minMisprint && k[0] == other[0] && distance(k, other, 1) <= 1 {
			near = append(near, name)
		}
	}
	if slices.Sort(near); len(near) != 1 {
		return ""
	}
	return near[0]
}
