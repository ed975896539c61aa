package eval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

func TestReadQuestions(t *testing.T) {
	got, err := ReadQuestions(strings.NewReader(`
{"id": "a", "lang": "en", "type": "lookup-fact", "question": "How high?", "expect": {"must_include": [["46 m", "46 metres"], ["1871"]], "must_not_include": ["47"], "entities": ["tower"], "sources": ["harbour"], "sections": ["Places"], "answerable": true, "behaviour": "correct_premise", "conflict": "height"}}

{"id": "b", "turns": ["the tower", "how high?"], "extra": 1}
{"id": "c", "turns": ["first", "second"], "question": "third"}` + "\r\n"))
	want := []Question{
		{ID: "a", Lang: "en", Type: "lookup-fact", Question: "How high?", Expect: Expect{
			MustInclude: [][]string{{"46 m", "46 metres"}, {"1871"}}, MustNotInclude: []string{"47"}, Entities: []string{"tower"},
			Sources: []string{"harbour"}, Sections: []string{"Places"}, Answerable: true, Behaviour: "correct_premise", Conflict: "height",
		}},
		{ID: "b", Question: "how high?", Turns: []string{"the tower", "how high?"}, Expect: Expect{Behaviour: "answer"}},
		{ID: "c", Question: "third", Turns: []string{"first", "second"}, Expect: Expect{Behaviour: "answer"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, questions (-want +got):\n%s", err, diff)
	}
	if got, err := ReadQuestions(strings.NewReader("\n")); err != nil || len(got) > 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}

func TestReadQuestionsErrors(t *testing.T) {
	good := `{"id": "a", "question": "q"}` + "\n"
	for _, test := range []struct{ in, want string }{
		{good + "{", "line 2: unexpected end of JSON input"},
		{good + "\n\n[]", "line 4"},
		{good + `{"id": 7, "question": "q"}`, "line 2"},
		{good + `{"question": "q"}`, "line 2 has no id or no question"},
		{good + `{"id": "b"}`, "line 2 has no id or no question"},
		{good + `{"id": "b", "turns": []}`, "line 2 has no id or no question"},
		{good + `{"id": "b", "turns": ["x", ""]}`, "line 2 has no id or no question"},
		{good + good, `line 2 repeats the id "a"`},
		{good + `{"id": "b", "question": "` + strings.Repeat("x", 5<<20) + `"}`, "line 2: bufio.Scanner: token too long"},
	} {
		if got, err := ReadQuestions(strings.NewReader(test.in)); err == nil || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%.60q gives %v, want %q", test.in, err, test.want)
		}
	}
	down := errors.New("disk is gone")
	if _, err := ReadQuestions(failingReader{down}); !errors.Is(err, down) {
		t.Errorf("error %v, want %v", err, down)
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// lookup asks for two figures and one of two reports.
var lookup = Question{ID: "height", Type: "lookup-fact", Expect: Expect{
	MustInclude: [][]string{{"46 m", "46 metres"}, {"1871"}}, MustNotInclude: []string{"47"}, Sources: []string{"harbour", "valley"}, Behaviour: "answer",
}}

func cited(status rag.Status, reports ...string) rag.Answer {
	a := rag.Answer{Status: status, Elapsed: 1500 * time.Microsecond}
	for _, r := range reports {
		a.Citations = append(a.Citations, rag.Citation{Report: r})
	}
	return a
}

func TestJudge(t *testing.T) {
	decline := func(behaviour string) Question {
		return Question{Expect: Expect{MustNotInclude: []string{"47"}, Behaviour: behaviour}}
	}
	list := Question{Type: "list-by-category", Expect: Expect{Behaviour: "answer", MustInclude: [][]string{{"one"}, {"two"}, {"three"}, {"four"}, {"five"}}}}
	with := func(q Question, behaviour, kind string) Question {
		q.Expect.Behaviour, q.Type = behaviour, kind
		return q
	}
	right := "It is 46 metres high [1]. It was built in 1871 [2]."
	for _, test := range []struct {
		name string
		q    Question
		a    rag.Answer
		text string
		why  string
	}{
		{"right", lookup, cited(rag.Answered, "elsewhere", "valley"), right, ""},
		{"one missing", lookup, cited(rag.Answered, "valley"), "46 m [1]", "missing 1 of 2: 1871"},
		{"all missing", lookup, cited(rag.Answered, "valley"), "", "missing 2 of 2: 46 m, 1871"},
		{"a mark is no figure", lookup, cited(rag.Answered, "valley"), "46 m [1871]", "missing 1 of 2: 1871"},
		{"a mark parts figures", lookup, cited(rag.Answered, "valley"), "46 m, 18[1]71", "missing 1 of 2: 1871"},
		{"wrong figure", lookup, cited(rag.Answered, "valley"), right + " Or 47.", "must not: 47"},
		{"a mark is no wrong figure", lookup, cited(rag.Answered, "valley"), right + " [47]", ""},
		{"declined", lookup, cited(rag.NotCovered, "valley"), right, "status not_covered"},
		{"not cited", lookup, cited(rag.Answered), right, "no right report cited"},
		{"wrongly cited", lookup, cited(rag.Answered, "elsewhere"), right, "no right report cited"},
		{"no source asked", Question{Expect: Expect{Behaviour: "answer_none"}}, cited(rag.Answered), "None.", ""},
		{"as long as it may be", lookup, cited(rag.Answered, "valley"), right[:24] + "1871 " + strings.Repeat("长", 873), ""},
		{"too long", lookup, cited(rag.Answered, "valley"), right[:24] + "1871 " + strings.Repeat("长", 874), "too long: 901 characters, at most 900"},
		{"a summary may be long", with(lookup, "answer", "project-summary"), cited(rag.Answered, "valley"), right + strings.Repeat(" x", 1200), ""},
		{"not for ever", with(lookup, "answer", "compare"), cited(rag.Answered, "valley"), right + strings.Repeat(" x", 1300), "too long"},
		{"conflict", with(lookup, "answer_with_conflict", ""), cited(rag.Answered, "valley"), right, ""},
		{"most of a list", list, cited(rag.Answered), "one two three four", ""},
		{"too little of a list", list, cited(rag.Answered), "one two three", "missing 2 of 5: four, five"},
		{"all of what is no list", with(list, "answer", "lookup-fact"), cited(rag.Answered), "one two three four", "missing 1 of 5: five"},
		{"nothing to choose from", Question{Expect: Expect{Behaviour: "answer", MustInclude: [][]string{{}, {"one"}}}}, cited(rag.Answered), "one", "missing 1 of 2"},
		{"rightly not covered", decline("decline_no_info"), cited(rag.NotCovered), "Not in the reports.", ""},
		{"rightly off topic", decline("decline_off_topic"), cited(rag.OffTopic), "", ""},
		{"rightly declined", decline("refuse_advice"), cited(rag.Declined), "", ""},
		{"wrongly answered", decline("decline_no_info"), cited(rag.Answered), "It is 46.", "answered what it should decline"},
		{"declined with the wrong figure", decline("decline_no_info"), cited(rag.NotCovered), "Not 47.", "must not: 47"},
		{"may answer", decline("decline_or_mention"), cited(rag.Answered), "It is 46.", ""},
		{"may decline", decline("decline_or_mention"), cited(rag.NotCovered), "", ""},
		{"may not say that", decline("decline_or_mention"), cited(rag.Answered), "47", "must not: 47"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := Judge(test.q, test.a, test.text)
			if v.Pass != (test.why == "") || v.Pass != (v.Why == "") || !strings.HasPrefix(v.Why, test.why) {
				t.Errorf("pass %v because %q, want %q", v.Pass, v.Why, test.why)
			}
			if v.Status != test.a.Status || v.Answer != test.text || v.Millis != 1.5 {
				t.Errorf("verdict %+v", v)
			}
		})
	}
	if !Judge(lookup, cited(rag.NotCovered, "harbour"), "").Cited || Judge(lookup, cited(rag.Answered, "elsewhere"), right).Cited {
		t.Error("Cited does not say whether a right report is cited")
	}
}

// A scripted asker answers by the question's id.
type scripted struct {
	answers map[string]rag.Answer
	asked   []rag.Question
}

func (s *scripted) Ask(_ context.Context, q rag.Question) (rag.Answer, error) {
	s.asked = append(s.asked, q)
	a, ok := s.answers[q.ID]
	if !ok {
		return a, errors.New("the engine is out")
	}
	return a, nil
}

func says(status rag.Status, ms int, text string, reports ...string) rag.Answer {
	a := cited(status, reports...)
	a.Elapsed = time.Duration(ms) * time.Millisecond
	a.Sentences = []rag.Sentence{{Text: text}}
	for i := range reports {
		a.Sentences[0].Cites = append(a.Sentences[0].Cites, i+1)
	}
	return a
}

func TestAnswers(t *testing.T) {
	fact := func(id string) Question {
		return Question{ID: id, Type: "fact", Question: "q " + id, Expect: Expect{Behaviour: "answer", MustInclude: [][]string{{"yes"}}, Sources: []string{"harbour"}}}
	}
	decline := func(id string) Question {
		return Question{ID: id, Type: "unanswerable", Question: "q " + id, Expect: Expect{Behaviour: "decline_no_info"}}
	}
	follow := fact("f3")
	follow.Turns = []string{"first", "second", "q f3"}
	either := decline("o1")
	either.Type, either.Expect.Behaviour = "other", "decline_or_mention"
	s := &scripted{answers: map[string]rag.Answer{
		"f1": says(rag.Answered, 10, "yes", "harbour"),
		"f2": says(rag.Answered, 20, "yes", "valley"),
		"f3": says(rag.NotCovered, 30, "Not in the reports."),
		"d1": says(rag.NotCovered, 40, "Not in the reports."),
		"d2": says(rag.Answered, 500, "yes", "harbour"),
		"o1": says(rag.Answered, 5, "perhaps"),
	}}
	r, err := Answers(t.Context(), s, []Question{fact("f1"), fact("f2"), follow, decline("d1"), decline("d2"), either})
	if err != nil {
		t.Fatal(err)
	}
	asked := []rag.Question{
		{ID: "f1", Text: "q f1"}, {ID: "f2", Text: "q f2"},
		{ID: "f3", Text: "q f3", Turns: []rag.Turn{{Question: "first"}, {Question: "second"}}},
		{ID: "d1", Text: "q d1"}, {ID: "d2", Text: "q d2"}, {ID: "o1", Text: "q o1"},
	}
	if diff := cmp.Diff(asked, s.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	want := Summary{
		Questions: 6, Score: 50, ByType: map[string]float64{"fact": 33.3, "unanswerable": 50, "other": 100},
		RightReportCited: 50, DeclinedRightly: 50, OverRefused: 33.3, P50: 30, P95: 500,
	}
	if diff := cmp.Diff(want, r.Summary()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	var b strings.Builder
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	const table = `type          passed   questions
fact          33.3 %   3
other         100.0 %  1
unanswerable  50.0 %   2
all           50.0 %   6
right report cited 50.0 %, declined rightly 50.0 %, refused wrongly 33.3 %, p50 30.0 ms, p95 500.0 ms
missed f2 (fact) "q f2": no right report cited
missed f3 (fact) "q f3": status not_covered
missed d2 (unanswerable) "q d2": answered what it should decline
`
	if diff := cmp.Diff(table, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestAnswersError(t *testing.T) {
	s := &scripted{answers: map[string]rag.Answer{"a": says(rag.Answered, 1, "yes")}}
	r, err := Answers(t.Context(), s, []Question{{ID: "a"}, {ID: "b"}, {ID: "c"}})
	if err == nil || err.Error() != "ask b: the engine is out" || len(r.Verdicts) != 1 || len(s.asked) != 2 {
		t.Errorf("error %v after %d verdicts and %d questions", err, len(r.Verdicts), len(s.asked))
	}
}

// TestSummaryOfLittle: a figure without questions is none, not zero.
func TestSummaryOfLittle(t *testing.T) {
	want := Summary{Score: -1, ByType: map[string]float64{}, RightReportCited: -1, DeclinedRightly: -1, OverRefused: -1}
	if diff := cmp.Diff(want, Report{}.Summary()); diff != "" {
		t.Errorf("summary of nothing (-want +got):\n%s", diff)
	}
	var b strings.Builder
	if err := (Report{Verdicts: []Verdict{Judge(lookup, cited(rag.Answered), "")}}).Print(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "right report cited 0.0 %, declined rightly -, refused wrongly 0.0 %") {
		t.Errorf("printed\n%s", b.String())
	}
	down := errors.New("pipe is closed")
	if err := (Report{}).Print(failingWriter{down}); !errors.Is(err, down) {
		t.Errorf("print to a closed pipe: %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
