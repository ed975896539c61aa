package eval

import (
	"slices"
	"strings"
	"unicode"

	"github.com/waymark-bot/waymark/corpus"
)

// Names are the projects that a list may name: those of a catalogue.
type Names interface {
	// Entities returns all projects, each with its spellings.
	Entities() []Entity
}

// An Entity is a project as a list may name it.
type Entity struct {
	ID    string   // as the reports' projects.yaml or the catalogue has it
	Names []string // all spellings, the shown one first
}

const (
	// strangers is the share of the projects it names that need not belong to a list.
	strangers = 0.25
	// shortName is the most characters of a name that is not looked for: it may be
	// anything.
	shortName = 3
	// maxWrong is how many wrong rows a verdict names.
	maxWrong = 5
)

// isList reports whether a question is answered with a list of projects.
func isList(q Question) bool { return strings.HasPrefix(q.Type, "list-by") }

// wrongRows returns the projects that a list names although they do not belong to
// it, when they are too many of those it names.
func (s Scorer) wrongRows(q Question, text string) []string {
	if s.Names == nil || !isList(q) {
		return nil
	}
	var wrong []string
	named := 0
	for _, e := range s.Names.Entities() {
		if !e.in(text) || e.asked(q.Question) {
			continue
		}
		named++
		if !e.belongs(q.Expect) {
			wrong = append(wrong, e.Names[0])
		}
	}
	if float64(len(wrong)) <= strangers*float64(named) {
		return nil
	}
	return wrong
}

// in reports whether a text names e, as it is printed: in other letters a name may be an
// everyday word.
func (e Entity) in(text string) bool {
	return slices.ContainsFunc(e.Names, func(name string) bool {
		return telling(name) && strings.Contains(text, name) && Found(text, name)
	})
}

// asked reports whether a question names e, in any letters.
func (e Entity) asked(question string) bool {
	return slices.ContainsFunc(e.Names, func(name string) bool { return telling(name) && Found(question, name) })
}

// telling reports whether a name is no symbol and long enough to be nothing else.
func telling(name string) bool {
	if strings.ContainsFunc(name, corpus.IsHan) {
		return len([]rune(name)) > 1
	}
	return len([]rune(name)) > shortName && !strings.HasPrefix(name, "$") && name != strings.ToUpper(name)
}

// belongs reports whether e is one of those that a right answer holds or may hold: a set
// need not spell names as a catalogue does.
func (e Entity) belongs(x Expect) bool {
	for _, id := range slices.Concat(x.Entities, x.OptionalEntities) {
		want := squeeze(id)
		if squeeze(e.ID) == want || slices.ContainsFunc(e.Names, func(name string) bool { return squeeze(name) == want || squeeze(firstWord(name)) == want }) {
			return true
		}
	}
	return slices.ContainsFunc(x.MustInclude, func(alternatives []string) bool {
		return slices.ContainsFunc(alternatives, func(a string) bool {
			return slices.ContainsFunc(e.Names, func(name string) bool { return squeeze(name) == squeeze(a) || Found(name, a) })
		})
	})
}

func firstWord(name string) string {
	if i := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); i > 0 {
		return name[:i]
	}
	return name
}

// squeeze leaves the letters and digits of a name, folded.
func squeeze(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, corpus.Fold(name))
}
