package main

import (
	"strings"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/rag"
)

// whereFlags are the conditions of `waymark projects`; a project meets all of them.
type whereFlags struct {
	Where  []string `sep:"none" placeholder:"ATTRIBUTE=VALUE" help:"Of which a sentence about the attribute holds the value; none for those stated to have none."`
	No     []string `sep:"none" placeholder:"ATTRIBUTE" help:"Stated to have none (yet): --no token is --where token=none."`
	Min    []string `sep:"none" placeholder:"ATTRIBUTE=FIGURE" help:"With at least that figure."`
	Max    []string `sep:"none" placeholder:"ATTRIBUTE=FIGURE" help:"With at most that figure."`
	Since  []string `sep:"none" placeholder:"ATTRIBUTE=DATE" help:"Dated then or later."`
	Before []string `sep:"none" placeholder:"ATTRIBUTE=DATE" help:"Dated then or earlier."`

	MinRaised string `placeholder:"FIGURE" help:"Short for --min raised=FIGURE."`
	MaxRaised string `placeholder:"FIGURE" help:"Short for --max raised=FIGURE."`
}

// none is the value of an attribute that a project is stated not to have.
const none = "none"

// raised is the attribute that --min-raised and --max-raised bound.
const raised = "raised"

// conditions reads the flags.
func (f *whereFlags) conditions() ([]rag.Condition, error) {
	var out []rag.Condition
	for _, flag := range []struct {
		name, example string
		given         []string
		like          rag.Condition
	}{
		{"--where", "investors=NAME or token=none", f.Where, rag.Condition{Op: rag.Is}},
		{"--min", "raised=10M", f.Min, rag.Condition{Op: rag.AtLeast}},
		{"--max", "raised=10M", f.Max, rag.Condition{Op: rag.AtMost}},
		{"--since", "launched=2023-06", f.Since, rag.Condition{Op: rag.Since}},
		{"--before", "launched=2023-06", f.Before, rag.Condition{Op: rag.Until}},
	} {
		for _, text := range flag.given {
			attribute, value, ok := strings.Cut(text, "=")
			attribute, value = strings.TrimSpace(attribute), strings.TrimSpace(value)
			if !ok || attribute == "" || value == "" {
				return nil, usagef("projects: %s %s; want an attribute and a value, for example %s %s", flag.name, text, flag.name, flag.example)
			}
			c := flag.like
			c.Attribute, c.Value = attribute, value
			if c.Op == rag.Is && strings.EqualFold(value, none) {
				c.Op, c.Value = rag.Lacks, ""
			}
			out = append(out, c)
		}
	}
	if f.MinRaised != "" {
		out = append(out, rag.Condition{Attribute: raised, Op: rag.AtLeast, Value: f.MinRaised})
	}
	if f.MaxRaised != "" {
		out = append(out, rag.Condition{Attribute: raised, Op: rag.AtMost, Value: f.MaxRaised})
	}
	for _, attribute := range f.No {
		out = append(out, rag.Condition{Attribute: attribute, Op: rag.Lacks})
	}
	return out, nil
}

// A whereJSON is what `waymark projects` prints with conditions and --json.
type whereJSON struct {
	Conditions []conditionJSON `json:"conditions"`
	Count      int             `json:"count"`
	Projects   []rowJSON       `json:"projects"`
}

type conditionJSON struct {
	Attribute string `json:"attribute"`
	Op        string `json:"op"` // is, over, under, before, after or none
	Value     string `json:"value"`
}

// A rowJSON is a project that meets the conditions, and the sentence that says so
// of the first of them.
type rowJSON struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Report  string `json:"report"`
	Section string `json:"section"`
	Quote   string `json:"quote"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

// where lists the projects that meet the conditions.
func (c *projectsCommand) where(a *app, k *knowledge, conditions []rag.Condition) error {
	answer, err := k.engine.Where(conditions, c.language(a))
	if err != nil {
		return usagef("%v", err)
	}
	if !c.JSON {
		return newTerminal(a.stdout, a.env).reply(bot.ReplyTo(answer))
	}
	out := whereJSON{Conditions: []conditionJSON{}, Projects: rowsToJSON(answer)}
	for _, c := range conditions {
		out.Conditions = append(out.Conditions, conditionJSON{c.Attribute, string(c.Op), c.Value})
	}
	out.Count = len(out.Projects)
	return printJSON(a.stdout, out)
}

// rowsToJSON turns the cited lines of a list into data: each is a project's name
// and, where there is room for it, what is said of it. The names are those of
// the answer's projects, in the same order.
func rowsToJSON(answer rag.Answer) []rowJSON {
	out := []rowJSON{}
	for _, s := range answer.Sentences {
		if s.Heading || len(s.Cites) == 0 || len(out) == len(answer.Projects) {
			continue
		}
		c := answer.Citations[s.Cites[0]-1]
		name := answer.Projects[len(out)]
		text := strings.TrimLeft(strings.TrimPrefix(s.Text, name), ":： ")
		if text == "" {
			text = strings.Join(strings.Fields(c.Quote), " ")
		}
		out = append(out, rowJSON{name, text, c.Report, c.Section, c.Quote, c.Start, c.End})
	}
	return out
}
