package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// Write writes a report as one JSON object, which [ReadReport] reads.
func (r Report) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Summary Summary `json:"summary"`
		Report
	}{r.Summary(), r})
	if err != nil {
		return fmt.Errorf("write verdicts: %w", err)
	}
	return nil
}

// ReadReport reads what [Report.Write] wrote.
func ReadReport(r io.Reader) (Report, error) {
	var out Report
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		return out, fmt.Errorf("read verdicts: %w", err)
	}
	for i, v := range out.Verdicts {
		if v.Question.ID == "" {
			return out, fmt.Errorf("read verdicts: verdict %d has no question", i+1)
		}
	}
	if len(out.Verdicts) == 0 {
		return out, fmt.Errorf("read verdicts: there are none")
	}
	return out, nil
}

// A Comparison is what changed between two runs over a question set. Its
// summaries are those of the questions that both runs hold.
type Comparison struct {
	Before  Summary  `json:"before"`
	After   Summary  `json:"after"`
	Better  []Change `json:"better"`  // missed before, passed now
	Worse   []Change `json:"worse"`   // passed before, missed now
	Other   []Change `json:"other"`   // missed both times, for another reason
	Added   []string `json:"added"`   // ids of questions that only the later run holds
	Removed []string `json:"removed"` // and only the earlier one
}

// A Change is one question that two runs answered differently.
type Change struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Question string `json:"question"`
	Before   string `json:"before"` // what was wrong; "" when it passed
	After    string `json:"after"`
}

// Compare sets a run against an earlier one, question by question, in the order of after.
func Compare(before, after Report) Comparison {
	old := map[string]Verdict{}
	for _, v := range before.Verdicts {
		old[v.Question.ID] = v
	}
	c := Comparison{Better: []Change{}, Worse: []Change{}, Other: []Change{}, Added: []string{}, Removed: []string{}}
	var was, is Report
	for _, v := range after.Verdicts {
		o, ok := old[v.Question.ID]
		if !ok {
			c.Added = append(c.Added, v.Question.ID)
			continue
		}
		delete(old, v.Question.ID)
		was.Verdicts, is.Verdicts = append(was.Verdicts, o), append(is.Verdicts, v)
		c.add(o, v)
	}
	for _, v := range before.Verdicts {
		if _, left := old[v.Question.ID]; left {
			c.Removed = append(c.Removed, v.Question.ID)
		}
	}
	c.Before, c.After = was.Summary(), is.Summary()
	return c
}

// add files one question.
func (c *Comparison) add(before, after Verdict) {
	change := Change{after.Question.ID, after.Question.Type, after.Question.Question, before.Why, after.Why}
	switch {
	case after.Pass && !before.Pass:
		c.Better = append(c.Better, change)
	case !after.Pass && before.Pass:
		c.Worse = append(c.Worse, change)
	case before.Why != after.Why:
		c.Other = append(c.Other, change)
	}
}

// Print writes both summaries side by side, and every question that changed.
func (c Comparison) Print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "\tbefore\tafter\n")
	row := func(name, before, after string) { fmt.Fprintf(tw, "%s\t%s\t%s\n", name, before, after) }
	for _, t := range slices.Sorted(maps.Keys(c.After.ByType)) {
		row(t, c.Before.percentOf(t), perCent(c.After.ByType[t]))
	}
	row("all", perCent(c.Before.Score), perCent(c.After.Score))
	row("questions", fmt.Sprint(c.Before.Questions), fmt.Sprint(c.After.Questions))
	row("right report cited", perCent(c.Before.RightReportCited), perCent(c.After.RightReportCited))
	row("declined rightly", perCent(c.Before.DeclinedRightly), perCent(c.After.DeclinedRightly))
	row("refused wrongly", perCent(c.Before.OverRefused), perCent(c.After.OverRefused))
	row("p50", fmt.Sprintf("%.1f ms", c.Before.P50), fmt.Sprintf("%.1f ms", c.After.P50))
	row("p95", fmt.Sprintf("%.1f ms", c.Before.P95), fmt.Sprintf("%.1f ms", c.After.P95))
	if err := tw.Flush(); err != nil {
		return err
	}
	return c.printChanges(w)
}

// percentOf formats the share of a type that the run may not hold.
func (s Summary) percentOf(t string) string {
	if x, ok := s.ByType[t]; ok {
		return perCent(x)
	}
	return perCent(-1)
}

func (c Comparison) printChanges(w io.Writer) error {
	for _, b := range c.Better {
		fmt.Fprintf(w, "better %s (%s) %q: was %s\n", b.ID, b.Type, b.Question, b.Before)
	}
	for _, x := range c.Worse {
		fmt.Fprintf(w, "worse %s (%s) %q: %s\n", x.ID, x.Type, x.Question, x.After)
	}
	for _, o := range c.Other {
		fmt.Fprintf(w, "missed otherwise %s (%s) %q: %s, was %s\n", o.ID, o.Type, o.Question, o.After, o.Before)
	}
	for _, id := range c.Added {
		fmt.Fprintf(w, "added %s\n", id)
	}
	for _, id := range c.Removed {
		fmt.Fprintf(w, "removed %s\n", id)
	}
	_, err := fmt.Fprintf(w, "%d better, %d worse\n", len(c.Better), len(c.Worse))
	return err
}
