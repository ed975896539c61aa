package corpus

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// A Vocabulary holds the words by which questions and sentences are
// understood. It is data: vocabulary.yaml says what its parts mean, and a
// file of the same name beside a set of reports adds to it.
type Vocabulary struct {
	Attributes []Attribute `yaml:"attributes"`
	Units      UnitWords   `yaml:"units"`
	Synonyms   [][]string  `yaml:"synonyms"`
	Negations  Words       `yaml:"negations"`
	Withheld   Words       `yaml:"withheld"` // what a sentence says of a value that is kept back
	Lacking    Words       `yaml:"lacking"`
	Persons    Words       `yaml:"persons"` // by which a text speaks to its reader or of its writer
	Urges      Words       `yaml:"urges"`   // by which it urges
	AsPrinted  Words       `yaml:"asPrinted"`
	Tenses     []Cue       `yaml:"tenses"` // words for what is done and for what is planned
	Rounds     []Cue       `yaml:"rounds"`
	Compare    []Cue       `yaml:"compare"`
	Asks       []Cue       `yaml:"asks"`
	Intents    []Cue       `yaml:"intents"`
	Decline    []Cue       `yaml:"decline"`
	Stop       Words       `yaml:"stop"`
	Names      NameWords   `yaml:"names"`
}

// Words are words or phrases in both languages.
type Words struct {
	En []string `yaml:"en"`
	Zh []string `yaml:"zh"`
}

// All returns the words of both languages.
func (w Words) All() []string { return append(append([]string(nil), w.En...), w.Zh...) }

// An Attribute is something that can be stated of a project.
type Attribute struct {
	ID     string    `yaml:"id"`
	Type   ValueType `yaml:"type"`
	Words  `yaml:",inline"`
	Label  Label  `yaml:"label"`
	Unlike bool   `yaml:"unlike"` // its figures are of different things: none is said to be more than another
	Loose  bool   `yaml:"loose"`  // its values are of different things: not said without the sentence
	Apart  Words  `yaml:"apart"`  // those of its words that name things which are not each other
	Asked  Words  `yaml:"asked"`  // further cues of questions, which no sentence need hold
	Vague  Words  `yaml:"vague"`  // those of its words that tell only that something of the kind happened, not what
	Beside string `yaml:"beside"` // id of the attribute in whose lists its values are shown below the rows
	Kin    string `yaml:"kin"`    // id of the attribute whose denial denies this one too
	State  Words  `yaml:"state"`  // cues beside which a sentence states a value
	Unless Words  `yaml:"unless"` // words beside a value that make it another thing

	// Values are the names that an attribute of type Name has for values, each with its other spellings. Where
	// there are none, its values are not read as facts.
	Values [][]string `yaml:"values"`
}

// A Label is what an answer calls something, in both languages.
type Label struct {
	En string `yaml:"en"`
	Zh string `yaml:"zh"`
}

// In returns the label in the language, "zh" or any other for English.
func (l Label) In(language string) string {
	if language == "zh" {
		return l.Zh
	}
	return l.En
}

// UnitWords are the words that scale and name figures.
type UnitWords struct {
	Scales     map[string]float64  `yaml:"scales"`
	Currencies map[string][]string `yaml:"currencies"` // by ISO code or symbol
}

// A Cue is a kind of question or of answer and the phrases that show it.
type Cue struct {
	ID    string    `yaml:"id"`
	Type  ValueType `yaml:"type"`
	Words `yaml:",inline"`
	Label Label `yaml:"label"`
}

// NameWords say where names stand.
type NameWords struct {
	Symbols       []string `yaml:"symbols"`       // beside which a word in capitals is a listed symbol
	Columns       []string `yaml:"columns"`       // table columns that hold them
	Headings      []string `yaml:"headings"`      // headings with X for the name
	Opens         []string `yaml:"opens"`         // what follows a name that opens a description
	Copulas       []string `yaml:"copulas"`       // "is" and its kin: what stands between a name and what it is
	Suffixes      []string `yaml:"suffixes"`      // what does not tell two names apart
	Organisations []string `yaml:"organisations"` // what names of organisations in characters end in
	Firms         []string `yaml:"firms"`         // what they end in in Latin script
	Known         []string `yaml:"known"`         // names in characters that have no such ending
	Notions       []string `yaml:"notions"`       // headings below which notions are explained, not projects
}

// A ValueType says what a statement of an attribute must hold.
type ValueType string

// The value types.
const (
	Amount ValueType = "amount" // money: a figure with a currency
	Number ValueType = "number"
	When   ValueType = "date"
	Person ValueType = "person"
	Name   ValueType = "name"
	Symbol ValueType = "symbol" // a ticker
	Link   ValueType = "url"
	Prose  ValueType = "text"
)

//go:embed vocabulary.yaml
var vocabularyYAML []byte

// DefaultVocabulary returns the vocabulary that comes with the program.
func DefaultVocabulary() (*Vocabulary, error) { return ReadVocabulary(vocabularyYAML) }

// ReadVocabulary reads a vocabulary file. An unknown key or type is an error
// that names it.
func ReadVocabulary(data []byte) (*Vocabulary, error) {
	var v Vocabulary
	if err := yaml.NewDecoder(strings.NewReader(string(data)), yaml.DisallowUnknownField()).Decode(&v); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read vocabulary: %w", err)
	}
	for _, a := range v.Attributes {
		if a.ID == "" || !a.Type.known() {
			return nil, fmt.Errorf("read vocabulary: attribute %q has type %q, want one of %s", a.ID, a.Type, valueTypes)
		}
	}
	for _, c := range v.Asks {
		if !c.Type.known() {
			return nil, fmt.Errorf("read vocabulary: the asking words %q have type %q, want one of %s", c.All(), c.Type, valueTypes)
		}
	}
	return &v, nil
}

// valueTypes lists the types in an error.
const valueTypes = "amount, number, date, person, name, symbol, url, text"

func (t ValueType) known() bool {
	switch t {
	case Amount, Number, When, Person, Name, Symbol, Link, Prose:
		return true
	}
	return false
}

// Join returns v with w's entries added: words of a known id are joined to it.
func (v *Vocabulary) Join(w *Vocabulary) *Vocabulary {
	out := &Vocabulary{Attributes: append([]Attribute(nil), v.Attributes...)}
	for _, a := range w.Attributes {
		out.Attributes = joinAttribute(out.Attributes, a)
	}
	out.Units = v.Units.join(w.Units)
	out.Synonyms = append(slices.Clone(v.Synonyms), w.Synonyms...)
	out.Negations = v.Negations.join(w.Negations)
	out.Withheld = v.Withheld.join(w.Withheld)
	out.Persons, out.Urges = v.Persons.join(w.Persons), v.Urges.join(w.Urges)
	out.Lacking = v.Lacking.join(w.Lacking)
	out.AsPrinted = v.AsPrinted.join(w.AsPrinted)
	out.Tenses = joinCues(v.Tenses, w.Tenses)
	out.Rounds = joinCues(v.Rounds, w.Rounds)
	out.Compare = joinCues(v.Compare, w.Compare)
	out.Asks = joinCues(v.Asks, w.Asks)
	out.Intents = joinCues(v.Intents, w.Intents)
	out.Decline = joinCues(v.Decline, w.Decline)
	out.Stop = v.Stop.join(w.Stop)
	out.Names = NameWords{
		Symbols:       join(v.Names.Symbols, w.Names.Symbols),
		Columns:       join(v.Names.Columns, w.Names.Columns),
		Headings:      join(v.Names.Headings, w.Names.Headings),
		Opens:         join(v.Names.Opens, w.Names.Opens),
		Copulas:       join(v.Names.Copulas, w.Names.Copulas),
		Suffixes:      join(v.Names.Suffixes, w.Names.Suffixes),
		Organisations: join(v.Names.Organisations, w.Names.Organisations),
		Firms:         join(v.Names.Firms, w.Names.Firms),
		Known:         join(v.Names.Known, w.Names.Known),
		Notions:       join(v.Names.Notions, w.Names.Notions),
	}
	return out
}

func joinAttribute(l []Attribute, a Attribute) []Attribute {
	for i := range l {
		if l[i].ID == a.ID {
			l[i].Words = l[i].Words.join(a.Words)
			l[i].State = l[i].State.join(a.State)
			l[i].Vague = l[i].Vague.join(a.Vague)
			l[i].Asked = l[i].Asked.join(a.Asked)
			l[i].Apart = l[i].Apart.join(a.Apart)
			l[i].Unless = l[i].Unless.join(a.Unless)
			l[i].Values = append(slices.Clone(l[i].Values), a.Values...)
			return l
		}
	}
	return append(l, a)
}

func joinCues(l, more []Cue) []Cue {
	out := append([]Cue(nil), l...)
next:
	for _, c := range more {
		for i := range out {
			if out[i].ID == c.ID && out[i].Type == c.Type {
				out[i].Words = out[i].Words.join(c.Words)
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

func (u UnitWords) join(x UnitWords) UnitWords {
	out := UnitWords{Scales: map[string]float64{}, Currencies: map[string][]string{}}
	maps.Copy(out.Scales, u.Scales)
	maps.Copy(out.Scales, x.Scales)
	maps.Copy(out.Currencies, u.Currencies)
	for k, l := range x.Currencies {
		out.Currencies[k] = join(out.Currencies[k], l)
	}
	return out
}

func (w Words) join(x Words) Words { return Words{En: join(w.En, x.En), Zh: join(w.Zh, x.Zh)} }

// join returns a with what only b holds, so that joining the same file twice
// changes nothing.
func join(a, b []string) []string {
	out := slices.Clone(a)
	for _, w := range b {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
