package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// run is a report of questions, each with what is wrong with its answer.
func run(whys ...[2]string) Report {
	var r Report
	for _, w := range whys {
		r.Verdicts = append(r.Verdicts, Verdict{
			Question: Question{ID: w[0], Type: "fact", Question: "q " + w[0], Expect: Expect{Behaviour: "answer"}},
			Status:   rag.Answered, Answer: "It is <46> [1].", Pass: w[1] == "", Why: w[1], Millis: 2,
		})
	}
	return r
}

func TestCompare(t *testing.T) {
	before := run([2]string{"a", ""}, [2]string{"b", "too long"}, [2]string{"c", "too long"}, [2]string{"d", "too long"}, [2]string{"e", ""}, [2]string{"gone", ""})
	after := run([2]string{"new", ""}, [2]string{"d", "too long"}, [2]string{"c", "status declined"}, [2]string{"b", ""}, [2]string{"a", "too long"}, [2]string{"e", ""})
	c := Compare(before, after)
	fact := func(id, was, is string) []Change {
		return []Change{{ID: id, Type: "fact", Question: "q " + id, Before: was, After: is}}
	}
	want := Comparison{
		Before: c.Before, After: c.After,
		Better: fact("b", "too long", ""), Worse: fact("a", "", "too long"), Other: fact("c", "too long", "status declined"),
		Added: []string{"new"}, Removed: []string{"gone"},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("comparison (-want +got):\n%s", diff)
	}
	if c.Before.Questions != 5 || c.After.Questions != 5 || c.Before.Score != 40 || c.After.Score != 40 {
		t.Errorf("summaries %+v and %+v, want those of the five questions of both", c.Before, c.After)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	const table = `                    before  after
fact                40.0 %  40.0 %
all                 40.0 %  40.0 %
questions           5       5
right report cited  -       -
declined rightly    -       -
refused wrongly     0.0 %   0.0 %
p50                 2.0 ms  2.0 ms
p95                 2.0 ms  2.0 ms
better b (fact) "q b": was too long
worse a (fact) "q a": too long
missed otherwise c (fact) "q c": status declined, was too long
added new
removed gone
1 better, 1 worse
`
	if diff := cmp.Diff(table, b.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
	down := errors.New("pipe is closed")
	if err := c.Print(failingWriter{down}); !errors.Is(err, down) {
		t.Errorf("print to a closed pipe: %v", err)
	}
}

func TestReportIsReadAsWritten(t *testing.T) {
	r := run([2]string{"a", ""}, [2]string{"b", "too long"})
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	var keys struct {
		Summary  map[string]any
		Verdicts []map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	if keys.Summary["score"] != 50.0 || len(keys.Verdicts) != 2 {
		t.Errorf("written: %s", &b)
	}
	for _, key := range []string{"question", "status", "answer", "pass", "why", "cited", "elapsed_ms"} {
		if _, ok := keys.Verdicts[0][key]; !ok || len(keys.Verdicts[0]) != 7 {
			t.Errorf("a verdict has no %q, or other keys: %v", key, keys.Verdicts[0])
		}
	}
	got, err := ReadReport(&b)
	if diff := cmp.Diff(r, got); err != nil || diff != "" {
		t.Errorf("error %v, read (-want +got):\n%s", err, diff)
	}
	for in, want := range map[string]string{"": "EOF", "[]": "cannot unmarshal array", "{}": "there are none", `{"verdicts": [{}]}`: "verdict 1 has no question"} {
		if _, err := ReadReport(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", in, err, want)
		}
	}
}

// towers are the names of a small catalogue.
type towers []Entity

func (l towers) Entities() []Entity { return l }

func TestWrongRows(t *testing.T) {
	names := towers{
		{"north", []string{"Northern Tower", "Tall Nora", "NT"}},
		{"southern-tower", []string{"Southern Tower"}},
		{"beacon", []string{"River Beacon"}},
		{"bell", []string{"Bell Rock", "雾钟"}},
		{"mole", []string{"Lantern"}},
		{"iron", []string{"Iron"}},
		{"ox", []string{"Ox"}},
	}
	ask := func(kind, question string, x Expect) Question {
		x.Behaviour = "answer"
		return Question{Type: kind, Question: question, Expect: x}
	}
	right := Expect{Entities: []string{"north", "southerntower"}, OptionalEntities: []string{"bell"}}
	for _, test := range []struct {
		name string
		q    Question
		text string
		want []string
	}{
		{"only right ones", ask("list-by-category", "towers?", right), "Northern Tower, Southern Tower, Bell Rock", nil},
		{"a quarter is wrong", ask("list-by-category", "towers?", right), "Tall Nora, Southern Tower, 雾钟; River Beacon", nil},
		{"a third is wrong", ask("list-by-attribute", "towers?", right), "Tall Nora, Southern Tower; River Beacon", []string{"River Beacon"}},
		{"all are wrong", ask("list-by-category", "towers?", right), "River Beacon, Lantern", []string{"River Beacon", "Lantern"}},
		{"no list", ask("lookup-fact", "towers?", right), "River Beacon", nil},
		{"named in the question", ask("list-by-category", "towers beside the river beacon?", right), "Tall Nora, River Beacon", nil},
		{"an everyday word", ask("list-by-category", "towers?", right), "Northern Tower has a lantern of iron for the ox", nil},
		{"too short", ask("list-by-category", "towers?", right), "Ox, Northern Tower", nil},
		{"by what must be included", ask("list-by-category", "towers?", Expect{MustInclude: [][]string{{"RiverBeacon", "beacon"}}}), "River Beacon", nil},
		{"by its first word", ask("list-by-category", "towers?", Expect{Entities: []string{"river"}}), "River Beacon", nil},
		{"names nothing", ask("list-by-category", "towers?", right), "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := (Scorer{Names: names}).wrongRows(test.q, test.text); !slices.Equal(got, test.want) {
				t.Errorf("wrong rows %q, want %q", got, test.want)
			}
		})
	}
	bad := ask("list-by-category", "towers?", right)
	a := says(rag.Answered, 1, "River Beacon")
	if v := (Scorer{Names: names}).Judge(bad, a, a.Render()); v.Why != "wrong rows: River Beacon" || v.Pass {
		t.Errorf("verdict %+v", v)
	}
	if v := Judge(bad, a, a.Render()); !v.Pass {
		t.Errorf("without names: %+v", v)
	}
}
