package eval

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"text/tabwriter"

	"github.com/waymark-bot/waymark/rag"
)

// An Asker answers questions: a [rag.Engine].
type Asker interface {
	Ask(ctx context.Context, q rag.Question) (rag.Answer, error)
}

// A Report is the result of a question set.
type Report struct {
	Verdicts []Verdict `json:"verdicts"`
}

// Answers asks every question in order and judges the answers. An error of the asker ends it.
func Answers(ctx context.Context, asker Asker, questions []Question) (Report, error) {
	return Scorer{}.Answers(ctx, asker, questions)
}

// Answers asks every question in order and judges the answers. An error of the asker ends it.
func (s Scorer) Answers(ctx context.Context, asker Asker, questions []Question) (Report, error) {
	var r Report
	for _, q := range questions {
		a, err := asker.Ask(ctx, ask(q))
		if err != nil {
			return r, fmt.Errorf("ask %s: %w", q.ID, err)
		}
		r.Verdicts = append(r.Verdicts, s.Judge(q, a, a.Render()))
	}
	return r, nil
}

// ask turns a line of a set into a question with the talk before it.
func ask(q Question) rag.Question {
	out := rag.Question{ID: q.ID, Text: q.Question}
	for _, t := range q.Turns[:max(0, len(q.Turns)-1)] {
		out.Turns = append(out.Turns, rag.Turn{Question: t})
	}
	return out
}

// A Summary holds the figures of a report, in per cent; -1 where there is no
// such question.
type Summary struct {
	Questions        int                `json:"questions"`
	Score            float64            `json:"score"`
	ByType           map[string]float64 `json:"by_type"`
	RightReportCited float64            `json:"right_report_cited"`
	DeclinedRightly  float64            `json:"declined_rightly"`
	OverRefused      float64            `json:"over_refused"`
	P50              float64            `json:"p50_ms"`
	P95              float64            `json:"p95_ms"`
}

// A share counts hits of a total.
type share struct{ hits, total int }

func (s *share) add(hit bool) {
	s.total++
	if hit {
		s.hits++
	}
}

func (s share) percent() float64 {
	if s.total == 0 {
		return -1
	}
	return round1(100 * float64(s.hits) / float64(s.total))
}

func round1(x float64) float64 { return float64(int(x*10+0.5)) / 10 }

// Summary adds up the verdicts.
func (r Report) Summary() Summary {
	var all, cited, declined, over share
	types := map[string]*share{}
	var ms []float64
	for _, v := range r.Verdicts {
		all.add(v.Pass)
		if types[v.Question.Type] == nil {
			types[v.Question.Type] = &share{}
		}
		types[v.Question.Type].add(v.Pass)
		ms = append(ms, v.Millis)
		switch b := v.Question.Expect.Behaviour; {
		case answering[b]:
			over.add(v.Status != rag.Answered)
			if v.Status == rag.Answered && len(v.Question.Expect.Sources) > 0 {
				cited.add(v.Cited)
			}
		case b != "decline_or_mention":
			declined.add(v.Pass)
		}
	}
	s := Summary{
		Questions: all.total, Score: all.percent(), ByType: map[string]float64{},
		RightReportCited: cited.percent(), DeclinedRightly: declined.percent(), OverRefused: over.percent(),
	}
	for t, sh := range types {
		s.ByType[t] = sh.percent()
	}
	s.P50, s.P95 = quantile(ms, 0.5), quantile(ms, 0.95)
	return s
}

// quantile returns the q-quantile of xs, or 0 of none.
func quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	xs = slices.Clone(xs)
	sort.Float64s(xs)
	return xs[min(len(xs)-1, int(q*float64(len(xs))))]
}

// perCent formats a figure of a [Summary].
func perCent(x float64) string {
	if x < 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", x)
}

// Print writes the table by type, the figures, and what was missed and why.
func (r Report) Print(w io.Writer) error {
	s := r.Summary()
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "type\tpassed\tquestions\n")
	for _, t := range slices.Sorted(maps.Keys(s.ByType)) {
		n := 0
		for _, v := range r.Verdicts {
			if v.Question.Type == t {
				n++
			}
		}
		fmt.Fprintf(tw, "%s\t%s\t%d\n", t, perCent(s.ByType[t]), n)
	}
	fmt.Fprintf(tw, "all\t%s\t%d\n", perCent(s.Score), s.Questions)
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "right report cited %s, declined rightly %s, refused wrongly %s, p50 %.1f ms, p95 %.1f ms\n",
		perCent(s.RightReportCited), perCent(s.DeclinedRightly), perCent(s.OverRefused), s.P50, s.P95)
	for _, v := range r.Verdicts {
		if !v.Pass {
			if _, err := fmt.Fprintf(w, "missed %s (%s) %q: %s\n", v.Question.ID, v.Question.Type, v.Question.Question, v.Why); err != nil {
				return err
			}
		}
	}
	return nil
}
