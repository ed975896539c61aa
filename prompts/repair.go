package prompts

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
)

// A RepairInput is what the repair prompt is made of.
type RepairInput struct {
	AnswerInput
	Faults []Fault
}

// A Fault is a sentence of a completion that its passages do not bear out.
type Fault struct {
	N       int    // the number that its correction comes back under
	Text    string // without marks
	Numbers []int  // the passages it cited
	Why     string
}

//go:embed repair.tmpl
var repairSource string

var repairFile = mustParse("repair", repairSource, answerSource)

// Repair asks for the sentences of a completion of [Answer] that did not hold, put right.
// [ReadRepair] takes the completion apart.
func Repair(in RepairInput) Prompt {
	answer := Answer(in.AnswerInput)
	view := struct {
		System, User string
		Faults       []Fault
	}{System: answer.System, User: answer.User}
	for _, f := range in.Faults {
		view.Faults = append(view.Faults, Fault{N: f.N, Text: line(dropMarks(f.Text)), Numbers: f.Numbers, Why: line(f.Why)})
	}
	return repairFile.fill(view)
}

// ReadRepair returns the corrected sentences of a completion of the repair prompt by their
// numbers, without those that the model dropped.
func ReadRepair(completion string) map[int]string {
	out := map[int]string{}
	for l := range strings.Lines(completion) {
		m := repairLine.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[1])
		if text := strings.TrimSpace(m[2]); err == nil && text != "" && !strings.HasPrefix(strings.ToUpper(text), "DROP") {
			out[n] = text
		}
	}
	return out
}

var repairLine = regexp.MustCompile(`^[\s*#-]*(\d{1,3})\s*[:：.]\**\s*(.*)$`)
