package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/corpus"
	"github.com/waymark-bot/waymark/rag"
	"github.com/waymark-bot/waymark/rag/eval"
)

type gapsCommand struct {
	Days     int  `placeholder:"30" default:"30" help:"Of the last so many days."`
	Top      int  `placeholder:"20" default:"20" help:"The largest so many clusters; 0 for all."`
	Examples int  `placeholder:"3" default:"3" help:"Questions to show of each cluster."`
	JSON     bool `name:"json" xor:"form" help:"Print one JSON object a cluster."`
	Set      bool `xor:"form" help:"Print the questions as a set for waymark eval answers, one JSON object a line: what a right answer holds is to be filled in. Those that nothing declines should be answered."`
}

// Help says where gaps come from.
func (*gapsCommand) Help() string {
	return "What the bots could not answer, or answered to nobody's liking: questions that were declined or not covered by the reports, and answers that were voted down, " +
		"put together by what they ask about, in either language. Questions are kept without who asked them, as long as WAYMARK_KEEP_QUESTIONS says."
}

// mostGaps bounds how many questions are looked at.
const mostGaps = 10_000

// A gapJSON is a cluster of questions, as `waymark gaps --json` prints it.
type gapJSON struct {
	About      string             `json:"about"`
	Projects   []string           `json:"projects"`
	Attributes []string           `json:"attributes"`
	Count      int                `json:"count"`
	Status     map[rag.Status]int `json:"status"`
	Down       int                `json:"voted_down"`
	Last       time.Time          `json:"last"`
	Examples   []string           `json:"examples"`
}

// Run prints what was not answered, the commonest first.
func (c *gapsCommand) Run(ctx context.Context, a *app) error {
	if c.Days < 1 || c.Examples < 0 || c.Top < 0 {
		return usagef("gaps: --days %d --examples %d --top %d; want 1 or more days, and 0 or more of the others", c.Days, c.Examples, c.Top)
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
	topics, err := a.topics()
	if err != nil {
		return err
	}
	clusters := bot.ClusterGaps(gaps, topics)
	if c.Set {
		return a.printSet(clusters, topics)
	}
	if c.Top > 0 {
		clusters = clusters[:min(c.Top, len(clusters))]
	}
	if c.JSON {
		return c.printJSON(a, clusters, topics)
	}
	return c.print(a, clusters, topics)
}

// topics compares questions by the words of the data directory. No report is opened
// for that.
func (a *app) topics() (*rag.Topics, error) {
	words := vocabularies{}
	if dir := a.dataDir(); dir != "" {
		var err error
		if words, err = storedVocabularies(dir); err != nil {
			return nil, err
		}
	}
	l, err := words.join()
	if err != nil {
		return nil, err
	}
	glossary, err := l.glossary()
	return rag.NewTopics(l.Vocabulary, glossary), err
}

func (c *gapsCommand) printJSON(a *app, clusters []bot.Cluster, topics *rag.Topics) error {
	for _, k := range clusters {
		err := printJSON(a.stdout, gapJSON{
			About: k.About(topics, "en"), Projects: append([]string{}, k.Projects...), Attributes: append([]string{}, k.Attributes...),
			Count: len(k.Gaps), Status: k.Status, Down: k.Down, Last: k.Last.UTC(), Examples: append([]string{}, k.Examples(c.Examples)...),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// print prints a table: how often, how many votes against, when last, and what about.
func (c *gapsCommand) print(a *app, clusters []bot.Cluster, topics *rag.Topics) error {
	if len(clusters) == 0 {
		_, err := fmt.Fprintf(a.stdout, "Nothing was left unanswered in %s.\n", plural(c.Days, "day"))
		return err
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "COUNT\tDOWN\tLAST\tABOUT")
	for _, k := range clusters {
		about := cmp.Or(k.About(topics, "en"), "(the questions are not kept)")
		fmt.Fprintf(t, "%5d\t%4d\t%s\t%s (%s)\n", len(k.Gaps), k.Down, k.Last.UTC().Format(time.DateOnly), printable(about), statuses(k.Status))
		for _, e := range k.Examples(c.Examples) {
			fmt.Fprintf(t, "\t\t\t  %s\n", printable(e))
		}
	}
	return t.Flush()
}

// statuses is what became of the questions of a cluster: "not_covered 3, answered 1".
func statuses(counts map[rag.Status]int) string {
	var parts []string
	for _, s := range []rag.Status{rag.NotCovered, rag.Declined, rag.OffTopic, rag.Answered} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, n))
		}
	}
	return strings.Join(parts, ", ")
}

// A setLine is a question of a set, with where it comes from.
type setLine struct {
	eval.Question
	Gap struct {
		About string `json:"about"`
		Count int    `json:"count"`
		Down  int    `json:"voted_down"`
	} `json:"gap"`
}

// longIntents are the intents whose answers may be long, by the type of question
// that a set has for them.
var longIntents = map[string]string{"list": "list-by-attribute", "count": "list-by-attribute", "compare": "compare", "summary": "project-summary", "define": "define"}

// printSet prints the questions that are kept in the form of a question set, those of
// the largest cluster first. What was declined is to be declined again; the rest
// waits for an answer.
func (a *app) printSet(clusters []bot.Cluster, topics *rag.Topics) error {
	seen := map[string]bool{}
	for _, k := range clusters {
		for _, g := range k.Gaps {
			question := strings.Join(strings.Fields(g.Question), " ")
			key := corpus.Fold(question)
			if key == "" || seen[key] {
				continue
			}
			seen[key] = true
			sum := sha256.Sum256([]byte(key)) // the same question has the same id in every export
			line := setLine{Question: eval.Question{
				ID: "gap-" + hex.EncodeToString(sum[:6]), Lang: g.Language, Type: cmp.Or(longIntents[g.Intent], "lookup-fact"), Question: question,
				Expect: eval.Expect{
					MustInclude: [][]string{}, MustNotInclude: []string{}, Entities: []string{}, Sources: []string{}, Sections: []string{},
					Answerable: true, Behaviour: "answer",
				},
			}}
			if g.Status == rag.Declined {
				line.Expect.Answerable, line.Expect.Behaviour = false, "decline"
			}
			line.Gap.About, line.Gap.Count, line.Gap.Down = k.About(topics, "en"), len(k.Gaps), k.Down
			if err := printJSON(a.stdout, line); err != nil {
				return err
			}
		}
	}
	return nil
}
