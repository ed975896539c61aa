package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

type gapsCommand struct {
	Days     int  `placeholder:"30" default:"30" help:"Of the last so many days."`
	Examples int  `placeholder:"3" default:"3" help:"Questions to show of each cluster."`
	JSON     bool `name:"json" xor:"form" help:"Print one JSON object a cluster."`
	Set      bool `xor:"form" help:"Print the questions as a set for waymark eval answers, one JSON object a line: what a right answer holds is to be filled in."`
}

// Help says where gaps come from.
func (*gapsCommand) Help() string {
	return "What the bots could not answer, or answered to nobody's liking: questions that were declined or not covered by the reports, and answers that were voted down, " +
		"put together by what they ask about. Questions are kept without who asked them, as long as WAYMARK_KEEP_QUESTIONS says."
}

// mostGaps bounds how many questions are looked at.
const mostGaps = 10_000

// A gapJSON is a cluster of questions, as `waymark gaps --json` prints it.
type gapJSON struct {
	About    string         `json:"about"`
	Count    int            `json:"count"`
	Status   map[string]int `json:"status"`
	Down     int            `json:"voted_down"`
	Examples []string       `json:"examples"`
}

// Run prints what was not answered, the commonest first.
func (c *gapsCommand) Run(ctx context.Context, a *app) error {
	if c.Days < 1 || c.Examples < 0 {
		return usagef("gaps: --days %d --examples %d; want 1 or more days, and 0 or more examples", c.Days, c.Examples)
	}
	state, err := a.openState(ctx)
	if err != nil {
		return err
	}
	if state == nil {
		return usagef("gaps: no data directory; want --data DIR or WAYMARK_STATE")
	}
	defer a.closeState(state)
	gaps, err := state.Gaps(ctx, time.Now().AddDate(0, 0, -c.Days), mostGaps)
	if err != nil {
		return err
	}
	if c.Set {
		return a.printSet(gaps)
	}
	clusters := cluster(gaps, c.Examples)
	if len(clusters) == 0 && !c.JSON {
		_, err = fmt.Fprintf(a.stdout, "Nothing was left unanswered in %s.\n", plural(c.Days, "day"))
		return err
	}
	for _, g := range clusters {
		if c.JSON {
			err = printJSON(a.stdout, g)
		} else {
			_, err = fmt.Fprint(a.stdout, g.String())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// String formats a cluster for a person.
func (g gapJSON) String() string {
	var parts []string
	for _, s := range []string{"not_covered", "declined", "off_topic", "answered"} {
		if n := g.Status[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, n))
		}
	}
	if g.Down > 0 {
		parts = append(parts, plural(g.Down, "vote")+" against")
	}
	text := fmt.Sprintf("%4d  %s (%s)\n", g.Count, printable(g.About), strings.Join(parts, ", "))
	for _, e := range g.Examples {
		text += "        " + printable(e) + "\n"
	}
	return text
}

// cluster puts questions about the same projects together; those about none by what kind of
// question they are. The largest comes first.
func cluster(gaps []bot.Gap, examples int) []gapJSON {
	by := map[string]*gapJSON{}
	for _, g := range gaps {
		about := strings.Join(slices.Sorted(slices.Values(g.Projects)), ", ")
		if about == "" {
			about = "no project: " + cmp.Or(g.Intent, "unknown")
		}
		k := by[about]
		if k == nil {
			k = &gapJSON{About: about, Status: map[string]int{}, Examples: []string{}}
			by[about] = k
		}
		k.Count++
		k.Status[string(g.Status)]++
		k.Down += g.Down
		if g.Question != "" && len(k.Examples) < examples && !slices.Contains(k.Examples, g.Question) {
			k.Examples = append(k.Examples, g.Question)
		}
	}
	out := make([]gapJSON, 0, len(by))
	for _, g := range by {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b gapJSON) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.About, b.About)) })
	return out
}

// printSet prints the questions that are kept in the form of a question set.
func (a *app) printSet(gaps []bot.Gap) error {
	seen := map[string]bool{}
	for _, g := range gaps {
		if g.Question == "" || seen[g.Question] {
			continue
		}
		seen[g.Question] = true
		line := map[string]any{
			"id": fmt.Sprintf("gap-%d", len(seen)), "lang": g.Language, "type": cmp.Or(g.Intent, "fact"), "question": g.Question,
			"expect": map[string]any{"must_include": [][]string{}, "answerable": false, "behaviour": string(g.Status)},
		}
		if err := printJSON(a.stdout, line); err != nil {
			return err
		}
	}
	return nil
}
