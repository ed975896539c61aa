package corpus

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func vocabulary(t testing.TB, text string) *Vocabulary {
	t.Helper()
	v, err := ReadVocabulary([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReadVocabulary(t *testing.T) {
	v := vocabulary(t, `
units:
  scales: {dozen: 12}
  currencies: {GBP: [£, quid]}
attributes:
  - {id: berth, type: number, kin: boats, label: {en: Berths, zh: 泊位}, state: {en: [berth]}, unless: {zh: [码头]}, en: [berth, mooring], zh: [泊位]}
rounds:
  - {id: spring, en: [spring round], label: {en: spring round, zh: 春季轮}}
asks:
  - {type: number, en: [how many]}
`)
	want := &Vocabulary{
		Attributes: []Attribute{{
			ID: "berth", Type: Number, Kin: "boats", Label: Label{"Berths", "泊位"},
			Words: Words{En: []string{"berth", "mooring"}, Zh: []string{"泊位"}},
			State: Words{En: []string{"berth"}}, Unless: Words{Zh: []string{"码头"}},
		}},
		Units:  UnitWords{Scales: map[string]float64{"dozen": 12}, Currencies: map[string][]string{"GBP": {"£", "quid"}}},
		Rounds: []Cue{{ID: "spring", Words: Words{En: []string{"spring round"}}, Label: Label{"spring round", "春季轮"}}},
		Asks:   []Cue{{Type: Number, Words: Words{En: []string{"how many"}}}},
	}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := v.Attributes[0].All(); !slices.Equal(got, []string{"berth", "mooring", "泊位"}) {
		t.Errorf("all words %q", got)
	}
	if l := v.Attributes[0].Label; l.In("zh") != "泊位" || l.In("en") != "Berths" || l.In("") != "Berths" {
		t.Errorf("label %+v", l)
	}
	for _, empty := range []string{"", "\n", "# nothing\n", "{}"} {
		if diff := cmp.Diff(&Vocabulary{}, vocabulary(t, empty)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", empty, diff)
		}
	}
}

func TestReadVocabularyErrors(t *testing.T) {
	for text, want := range map[string]string{
		"attribute: []": `attribute`,
		"attributes: [{id: a, type: amount, word: [x]}]": `word`,
		"attributes: [{id: a, type: money}]":             `attribute "a" has type "money", want one of amount, number`,
		"attributes: [{id: a}]":                          `attribute "a" has type ""`,
		"attributes: [{type: amount}]":                   `attribute ""`,
		"asks: [{type: money, en: [how dear]}]":          `"money", want one of amount, number`,
		"units: {scales: {k: many}}":                     `read vocabulary`,
		"attributes: {":                                  `read vocabulary`,
		"- a":                                            `read vocabulary`,
	} {
		if v, err := ReadVocabulary([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %+v and error %v, want %q", text, v, err, want)
		}
	}
}

// TestJoinHoldsEverything holds that no part of a vocabulary is lost when it is joined to
// another, whatever parts it comes to have.
func TestJoinHoldsEverything(t *testing.T) {
	full, err := DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range reflect.TypeFor[Vocabulary]().NumField() {
		if reflect.ValueOf(*full).Field(i).IsZero() {
			t.Errorf("the default vocabulary has no %s", reflect.TypeFor[Vocabulary]().Field(i).Name)
		}
	}
	for i := range reflect.TypeFor[NameWords]().NumField() {
		if reflect.ValueOf(full.Names).Field(i).IsZero() {
			t.Errorf("the default vocabulary has no names.%s", reflect.TypeFor[NameWords]().Field(i).Name)
		}
	}
	for name, joined := range map[string]*Vocabulary{
		"nothing joined with it": (&Vocabulary{}).Join(full), "it joined with nothing": full.Join(&Vocabulary{}), "it joined with itself": full.Join(full),
	} {
		a, b := full, joined
		if name == "it joined with itself" { // groups of synonyms may stand there twice
			b.Synonyms = full.Synonyms
		}
		// Words that stand twice in a list of the file stand once when they are joined.
		if diff := cmp.Diff(sets(a), sets(b)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// sets writes all lists of v as sets, so that order and repetition do not count.
func sets(v *Vocabulary) map[string][]string {
	out := map[string][]string{}
	var walk func(path string, x reflect.Value)
	walk = func(path string, x reflect.Value) {
		switch x.Kind() {
		case reflect.Struct:
			if id := x.FieldByName("ID"); id.IsValid() {
				path += ":" + id.String()
			}
			if t := x.FieldByName("Type"); t.IsValid() {
				path += "/" + t.String()
			}
			for i := range x.NumField() {
				walk(path+"."+x.Type().Field(i).Name, x.Field(i))
			}
		case reflect.Slice:
			for i := range x.Len() {
				walk(path, x.Index(i))
			}
		case reflect.Map:
			for _, k := range x.MapKeys() {
				walk(path+"."+k.String(), x.MapIndex(k))
			}
		case reflect.String:
			if s := x.String(); s != "" && !slices.Contains(out[path], s) {
				out[path] = append(out[path], s)
			}
		case reflect.Float64:
			out[path] = []string{FormatNumber(x.Float(), "en")}
		}
	}
	walk("", reflect.ValueOf(*v))
	for _, l := range out {
		slices.Sort(l)
	}
	return out
}

func TestJoinVocabularies(t *testing.T) {
	base := vocabulary(t, `
attributes: [{id: berth, type: number, label: {en: Berths, zh: 泊位}, en: [berth], state: {en: [berth]}}]
units: {scales: {dozen: 12}, currencies: {GBP: [£]}}
compare: [{id: over, en: [over]}]
negations: {en: ["no"]}
names: {suffixes: [lines]}
`)
	more := vocabulary(t, `
attributes: [{id: berth, type: number, en: [mooring, berth], state: {zh: [泊位]}}, {id: tide, type: number, en: [tide]}]
units: {scales: {score: 20}, currencies: {GBP: [quid], SEK: [krona]}}
compare: [{id: over, en: [above]}, {id: under, en: [below]}]
negations: {zh: [没有]}
names: {suffixes: [ferries, lines]}
`)
	v := base.Join(more)
	want := vocabulary(t, `
attributes: [{id: berth, type: number, label: {en: Berths, zh: 泊位}, en: [berth, mooring], state: {en: [berth], zh: [泊位]}}, {id: tide, type: number, en: [tide]}]
units: {scales: {dozen: 12, score: 20}, currencies: {GBP: [£, quid], SEK: [krona]}}
compare: [{id: over, en: [over, above]}, {id: under, en: [below]}]
negations: {en: ["no"], zh: [没有]}
names: {suffixes: [lines, ferries]}
`)
	if diff := cmp.Diff(sets(want), sets(v)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(v, v.Join(more)); diff != "" {
		t.Errorf("joining again changes it (-once +twice):\n%s", diff)
	}
	if len(base.Attributes) != 1 || len(base.Attributes[0].En) != 1 || len(base.Compare[0].En) != 1 || len(base.Units.Scales) != 1 || len(base.Units.Currencies["GBP"]) != 1 {
		t.Errorf("joining changes the vocabulary that is joined to: %+v", base)
	}
}

// TestDefaultVocabulary holds what the rest of the program builds on.
func TestDefaultVocabulary(t *testing.T) {
	v, err := DefaultVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, a := range v.Attributes {
		if seen[a.ID] {
			t.Errorf("attribute %s stands there twice", a.ID)
		}
		seen[a.ID] = true
		if (a.Label.En == "") != (a.Label.Zh == "") || len(a.En) == 0 || len(a.Zh) == 0 {
			t.Errorf("attribute %s lacks a label or words in one language", a.ID)
		}
		if a.Kin != "" && !slices.ContainsFunc(v.Attributes, func(o Attribute) bool { return o.ID == a.Kin }) {
			t.Errorf("attribute %s has the unknown kin %q", a.ID, a.Kin)
		}
		for _, w := range slices.Concat(a.All(), a.State.All(), a.Unless.All()) {
			if strings.TrimSpace(w) != w || w == "" {
				t.Errorf("attribute %s has the word %q", a.ID, w)
			}
		}
	}
	for _, c := range v.Rounds {
		if c.Label.En == "" || c.Label.Zh == "" {
			t.Errorf("round %s has no label in one language", c.ID)
		}
	}
	for name, l := range map[string][]Cue{"intents": v.Intents, "decline": v.Decline, "compare": v.Compare} {
		for _, c := range l {
			if c.ID == "" || len(c.En) == 0 || len(c.Zh) == 0 {
				t.Errorf("%s: %q lacks an id or phrases in one language", name, c.ID)
			}
		}
	}
	for w, n := range v.Units.Scales {
		if n < 10 {
			t.Errorf("scale %s is %g", w, n)
		}
	}
}

func FuzzReadVocabulary(f *testing.F) {
	for _, s := range []string{"", "attributes: [{id: a, type: amount, en: [x]}]", "units: {scales: {k: 1e3}}", "synonyms: [[a, b]]", "a: &a [*a]", "attributes: [{id: a, type: [}]", "{{{{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ReadVocabulary([]byte(text))
		if (v == nil) == (err == nil) {
			t.Fatalf("%q gives %v and error %v", text, v, err)
		}
		if v != nil {
			v.Join(v).Join(&Vocabulary{})
		}
	})
}
