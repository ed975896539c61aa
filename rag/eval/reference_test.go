package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waymark-bot/waymark/rag"
)

// reference returns the folder of the reference scorer and the development
// set, or skips the test.
func reference(t *testing.T) (dir string, questions []Question) {
	t.Helper()
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		t.Skip("WAYMARK_SHARED, the folder of the reference material, is not set")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("the reference scorer needs python3")
	}
	dir = filepath.Join(shared, "eval")
	f, err := os.Open(filepath.Join(dir, "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if questions, err = ReadQuestions(f); err != nil {
		t.Fatal(err)
	}
	return dir, questions
}

// python runs a program with dir on its path: a line of JSON in per value, a
// line out.
func python[T any](t *testing.T, dir, program string, in []T) []string {
	t.Helper()
	var stdin, stderr bytes.Buffer
	enc := json.NewEncoder(&stdin)
	for _, v := range in {
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-B", "-c", "import sys, json\nsys.path.insert(0, sys.argv[1])\n"+program, dir)
	cmd.Stdin, cmd.Stderr = &stdin, &stderr
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "ENTITIES=") }), "PYTHONUTF8=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("reference scorer: %v\n%s", err, stderr.String())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(in) {
		t.Fatalf("reference scorer answers %d lines of %d", len(lines), len(in))
	}
	return lines
}

// edgesBefore and edgesAfter stand next to an alternative in made-up answers.
var (
	edgesBefore = []string{"", " ", "1", "0.", "7,", "7, ", "7 ,", ", ", "$", "US$", "(", "x", "**", "- ", "的", "第", "\n", "'", "“", "`", "/", "v", ".", " .", "1.2.", "a-"}
	edgesAfter  = []string{"", " ", "1", ".5", ". 5", ".", ",", ",000", ", 000", ",00", " ,000", "%", "s", "'s", "’s", "sx", "S.", "x", "-x", "*", "**", "个", "。", ")", "\n", "K", "/hour", "+"}
)

// traditional holds a few characters of each kind the reference knows.
var traditional = strings.NewReplacer("亿", "億", "万", "萬", "个", "個", "网", "網", "链", "鏈", "数", "數", "据", "據", "训", "訓", "练", "練", "币", "幣", "团", "團", "资", "資", "类", "類", "学", "學")

// spellings are other ways to write an alternative, some right, some wrong.
var spellings = []func(string, *rand.Rand) string{
	func(s string, _ *rand.Rand) string { return s },
	func(s string, _ *rand.Rand) string { return strings.ToUpper(s) },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, " ", "") },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, " ", " \n") },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, " ", "-") },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, "-", "–") },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, " ", "\u00a0") },
	func(s string, _ *rand.Rand) string { return strings.ReplaceAll(s, ".", ". ") },
	func(s string, _ *rand.Rand) string { return traditional.Replace(s) },
	func(s string, _ *rand.Rand) string { return groups(s, ",") },
	func(s string, _ *rand.Rand) string { return groups(s, ", ") },
	func(s string, _ *rand.Rand) string { return wide(s) },
	func(s string, r *rand.Rand) string { return insert(s, " ", r) },
	func(s string, r *rand.Rand) string { return insert(s, "**", r) },
	func(s string, r *rand.Rand) string { return insert(s, "`", r) },
	func(s string, r *rand.Rand) string { return insert(s, `\`, r) },
	func(s string, r *rand.Rand) string { return insert(s, ",", r) },
	func(s string, r *rand.Rand) string { return insert(s, "-", r) },
	func(s string, r *rand.Rand) string { return insert(s, "x", r) },
}

// groups writes the digits of s in groups of three.
func groups(s, mark string) string {
	var out []byte
	run := 0
	for i := len(s) - 1; i >= 0; i-- {
		if !digit(rune(s[i])) {
			run = 0
		} else if run++; run > 3 && run%3 == 1 {
			for j := len(mark) - 1; j >= 0; j-- {
				out = append(out, mark[j])
			}
		}
		out = append(out, s[i])
	}
	slices.Reverse(out)
	return string(out)
}

// wide writes the ASCII characters of s at full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F && r != '*' {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// insert puts mark somewhere into s.
func insert(s, mark string, r *rand.Rand) string {
	runes := []rune(s)
	at := r.IntN(len(runes) + 1)
	return string(runes[:at]) + mark + string(runes[at:])
}

// reportLines returns the lines of the reference reports.
func reportLines(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "reports", "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("reference reports: %v, %v", files, err)
	}
	var lines []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if len(line) > 20 && len(line) < 2000 {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// TestFoundAsReference holds Found against the reference matcher: on the
// development set's alternatives in made-up spellings and on the reports' lines.
func TestFoundAsReference(t *testing.T) {
	dir, questions := reference(t)
	random := rand.New(rand.NewPCG(97, 1))
	seen := map[string]bool{}
	var alternatives []string
	for _, q := range questions {
		for _, a := range slices.Concat(append(q.Expect.MustInclude, q.Expect.MustNotInclude)...) {
			if !seen[a] {
				seen[a] = true
				alternatives = append(alternatives, a)
			}
		}
	}
	type pair [2]string // answer, alternative
	var pairs []pair
	for _, a := range alternatives {
		for _, spell := range spellings {
			for range 2 {
				before, after := edgesBefore[random.IntN(len(edgesBefore))], edgesAfter[random.IntN(len(edgesAfter))]
				text := before + spell(strings.TrimSuffix(a, "*"), random) + after
				pairs = append(pairs, pair{"It says " + text + " there", a}, pair{text, a})
			}
		}
	}
	made := len(pairs)
	lines := reportLines(t, dir)
	for range 15000 {
		pairs = append(pairs, pair{lines[random.IntN(len(lines))], alternatives[random.IntN(len(alternatives))]})
	}
	answers := python(t, dir, `
from match import found
for line in sys.stdin:
    print(int(found(*json.loads(line))))
`, pairs)
	var yes [2]int
	wrong := 0
	for i, p := range pairs {
		want := answers[i] == "1"
		if want {
			yes[min(i/made, 1)]++
		}
		if got := Found(p[0], p[1]); got != want {
			if wrong++; wrong <= 20 {
				t.Errorf("Found(%q, %q) is %v, the reference says %v", p[0], p[1], got, want)
			}
		}
	}
	t.Logf("%d of %d made-up pairs and %d of %d report lines found; %d differ", yes[0], made, yes[1], len(pairs)-made, wrong)
	if yes[0] < made/10 || yes[0] > made*9/10 || yes[1] < 10 {
		t.Errorf("%d of %d pairs found: the answers ask nothing", yes, made)
	}
}

// A madeAnswer is an answer in the reference's form.
type madeAnswer struct {
	Status    string         `json:"status"`
	Answer    string         `json:"answer"`
	Citations []madeCitation `json:"citations"`
}

type madeCitation struct {
	Report string `json:"report"`
}

func (a madeAnswer) answer() rag.Answer {
	out := rag.Answer{Status: rag.Status(a.Status)}
	for _, c := range a.Citations {
		out.Citations = append(out.Citations, rag.Citation{Report: c.Report})
	}
	return out
}

// makeAnswers returns answers to q: right ones, and each fault alone and with others.
func makeAnswers(q Question, r *rand.Rand) []madeAnswer {
	var out []madeAnswer
	for range 25 {
		var parts []string
		for _, alternatives := range q.Expect.MustInclude {
			if r.IntN(8) > 0 {
				parts = append(parts, fmt.Sprintf("%s [%d].", strings.TrimSuffix(alternatives[r.IntN(len(alternatives))], "*"), 1+r.IntN(20)))
			}
		}
		if n := len(q.Expect.MustNotInclude); n > 0 && r.IntN(5) == 0 {
			parts = append(parts, q.Expect.MustNotInclude[r.IntN(n)])
		}
		if r.IntN(4) == 0 { // around both limits
			parts = append(parts, strings.Repeat("长 ", []int{300, 440, 460, 1200, 1300}[r.IntN(5)]))
		}
		a := madeAnswer{Status: "answered", Answer: strings.Join(parts, "\n"), Citations: []madeCitation{}}
		if r.IntN(4) == 0 {
			a.Status = []string{"not_covered", "off_topic", "declined"}[r.IntN(3)]
		}
		if n := len(q.Expect.Sources); n > 0 && r.IntN(5) > 0 {
			a.Citations = append(a.Citations, madeCitation{"elsewhere"}, madeCitation{q.Expect.Sources[r.IntN(n)]})
		} else if r.IntN(2) == 0 {
			a.Citations = append(a.Citations, madeCitation{"elsewhere"})
		}
		out = append(out, a)
	}
	return out
}

// TestJudgeAsReference holds Judge against the reference scorer. One thing
// differs on purpose: an answer that its status calls answered but whose words
// decline passes there as declined; here the status decides. No made-up answer
// has such words.
func TestJudgeAsReference(t *testing.T) {
	dir, questions := reference(t)
	raw, err := os.ReadFile(filepath.Join(dir, "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) != len(questions) {
		t.Fatalf("%d questions of %d lines", len(questions), len(lines))
	}
	random := rand.New(rand.NewPCG(97, 2))
	var in [][2]any
	var of []Question
	for i, q := range questions {
		for _, a := range makeAnswers(q, random) {
			in = append(in, [2]any{json.RawMessage(lines[i]), a})
			of = append(of, q)
		}
	}
	passed, wrong := 0, 0
	faults := map[string]int{}
	for i, line := range python(t, dir, `
from score import judge
for line in sys.stdin:
    ok, why, cited = judge(*json.loads(line))
    print(json.dumps([bool(ok), bool(cited), why]))
`, in) {
		var want [3]any
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		a := in[i][1].(madeAnswer)
		v := Judge(of[i], a.answer(), a.Answer)
		if v.Pass {
			passed++
		}
		faults[strings.SplitN(v.Why, " ", 2)[0]]++
		if v.Pass != want[0] || v.Cited != want[1] {
			if wrong++; wrong <= 10 {
				t.Errorf("%s, %s %.200q: pass %v, cited %v (%s); the reference says %v, %v (%s)",
					of[i].ID, a.Status, a.Answer, v.Pass, v.Cited, v.Why, want[0], want[1], want[2])
			}
		}
	}
	t.Logf("%d of %d answers pass; %v; %d differ", passed, len(in), faults, wrong)
	if passed < len(in)/10 || len(faults) < 6 { // "" for those that pass, and five faults
		t.Errorf("%d of %d answers pass, with the faults %v: the answers ask nothing", passed, len(in), faults)
	}
}
