package eval

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/waymark-bot/waymark/rag"
)

// A Finder finds what a model would be shown: a [rag.Engine].
type Finder interface {
	Evidence(ctx context.Context, q rag.Question) ([]rag.Evidence, error)
}

// EvidenceRecall says whether what a model is shown holds what right answers hold.
type EvidenceRecall struct {
	Questions int        `json:"questions"` // that have an answer and say what it must hold
	Found     int        `json:"found"`     // of those, questions with all of it in the evidence
	Recall    float64    `json:"recall"`    // in per cent
	TokensP50 int        `json:"tokens_p50"`
	TokensMax int        `json:"tokens_max"`
	Missed    []Shortage `json:"missed"`
}

// A Shortage is a question whose evidence does not hold all that a right answer does.
type Shortage struct {
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Question string   `json:"question"`
	Missing  []string `json:"missing"`
	Tokens   int      `json:"tokens"`
}

// Evidence looks at the evidence for every answerable question of a set. What a list must
// hold is the list's bar: four rows of five.
func (s Scorer) Evidence(ctx context.Context, f Finder, questions []Question) (EvidenceRecall, error) {
	var out EvidenceRecall
	var sizes []float64
	for _, q := range questions {
		if !answering[q.Expect.Behaviour] || len(q.Expect.MustInclude) == 0 {
			continue
		}
		l, err := f.Evidence(ctx, ask(q))
		if err != nil {
			return out, fmt.Errorf("find evidence for %s: %w", q.ID, err)
		}
		var text strings.Builder
		tokens := 0
		for _, ev := range l {
			text.WriteString(ev.Passage.Section() + "\n" + ev.Text + "\n")
			tokens += ev.Tokens
		}
		sizes = append(sizes, float64(tokens))
		out.TokensMax = max(out.TokensMax, tokens)
		out.Questions++
		missing, ok := missed(q, text.String())
		if ok {
			out.Found++
			continue
		}
		out.Missed = append(out.Missed, Shortage{q.ID, q.Type, q.Question, missing, tokens})
	}
	out.Recall = share{out.Found, out.Questions}.percent()
	out.TokensP50 = int(quantile(sizes, 0.5))
	return out, nil
}

// Print writes the figures and what was missed.
func (r EvidenceRecall) Print(w io.Writer) error {
	fmt.Fprintf(w, "%d questions: evidence holds all that the answer must hold for %d (%s), tokens p50 %d, most %d\n", r.Questions, r.Found, perCent(r.Recall), r.TokensP50, r.TokensMax)
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	slices.SortStableFunc(r.Missed, func(a, b Shortage) int { return strings.Compare(a.Type, b.Type) })
	for _, m := range r.Missed {
		fmt.Fprintf(tw, "missed %s\t%s\t%q: %s\n", m.ID, m.Type, m.Question, strings.Join(m.Missing, ", "))
	}
	return tw.Flush()
}
