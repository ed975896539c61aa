package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

type feedbackCommand struct {
	Days    int    `placeholder:"30" default:"30" help:"Of the last so many days."`
	Since   string `placeholder:"2026-01-31" help:"From this day (UTC) on, whatever --days says."`
	Down    bool   `xor:"which" help:"Only votes against an answer."`
	Up      bool   `xor:"which" help:"Only votes for an answer."`
	Reasons bool   `help:"Only votes with a reason."`
	Project string `placeholder:"NAME" help:"Only answers about this project."`
	CSV     bool   `name:"csv" xor:"form" help:"Print comma-separated values, for a spreadsheet."`
	JSONL   bool   `name:"jsonl" xor:"form" help:"Print one JSON object a vote."`
}

// Help says what is shown of whom.
func (*feedbackCommand) Help() string {
	return "Lists the votes on answers, the oldest first, with what was asked and how it was answered. It does not say who voted. " +
		"The questions are there as long as WAYMARK_KEEP_QUESTIONS says."
}

// A ratingJSON is one vote, as `waymark feedback --jsonl` prints it.
type ratingJSON struct {
	Time       time.Time `json:"time"`
	Vote       string    `json:"vote"` // up or down
	Reason     string    `json:"reason"`
	Question   string    `json:"question"` // "" where questions are not kept
	Language   string    `json:"language"`
	Status     string    `json:"status"`
	Intent     string    `json:"intent"`
	Attributes []string  `json:"attributes"`
	Projects   []string  `json:"projects"`
	Passages   []string  `json:"passages"`
	Mode       string    `json:"mode"`
	Prompt     string    `json:"prompt"`
	Answered   time.Time `json:"answered"`
	Answer     string    `json:"answer"` // its id
}

// Run prints the votes.
func (c *feedbackCommand) Run(ctx context.Context, a *app) error {
	since, err := c.since(time.Now())
	if err != nil {
		return err
	}
	state, err := a.openState(ctx)
	if err != nil {
		return err
	}
	if state == nil {
		return usagef("feedback: no data directory; want --data DIR or WAYMARK_STATE")
	}
	defer a.closeState(state)
	out := c.writer(a)
	for r, err := range state.Ratings(ctx, since) {
		if err != nil {
			return err
		}
		if !c.wants(r) {
			continue
		}
		if err := out.write(newRatingJSON(r)); err != nil {
			return err
		}
	}
	return out.end()
}

// since returns from when on votes are listed.
func (c *feedbackCommand) since(now time.Time) (time.Time, error) {
	if c.Since != "" {
		at, err := time.Parse(time.DateOnly, c.Since)
		if err != nil {
			return at, usagef("feedback: --since %s; want a day, for example 2026-01-31", printable(c.Since))
		}
		return at, nil
	}
	if c.Days < 1 {
		return now, usagef("feedback: --days %d; want 1 or more days", c.Days)
	}
	return now.AddDate(0, 0, -c.Days), nil
}

// wants reports whether a vote is one of those asked for.
func (c *feedbackCommand) wants(r bot.Rating) bool {
	switch {
	case c.Down && r.Up, c.Up && !r.Up, c.Reasons && r.Reason == "":
		return false
	case c.Project == "":
		return true
	}
	for _, p := range r.Projects {
		if strings.EqualFold(p, c.Project) {
			return true
		}
	}
	return false
}

func newRatingJSON(r bot.Rating) ratingJSON {
	vote := "down"
	if r.Up {
		vote = "up"
	}
	return ratingJSON{
		Time: r.Voted.UTC(), Vote: vote, Reason: r.Reason, Question: r.Question, Language: r.Language, Status: string(r.Status),
		Intent: r.Intent, Attributes: append([]string{}, r.Attributes...), Projects: append([]string{}, r.Projects...),
		Passages: append([]string{}, r.Passages...), Mode: string(r.Mode), Prompt: r.Prompt, Answered: r.At.UTC(), Answer: r.ID,
	}
}

// A ratingWriter prints votes in one form.
type ratingWriter struct {
	write func(ratingJSON) error
	end   func() error
}

func (c *feedbackCommand) writer(a *app) ratingWriter {
	switch {
	case c.CSV:
		w := csv.NewWriter(a.stdout)
		head := w.Write(ratingColumns)
		return ratingWriter{
			func(r ratingJSON) error {
				if head != nil {
					return head
				}
				return w.Write(r.cells())
			},
			func() error { w.Flush(); return w.Error() },
		}
	case c.JSONL:
		return ratingWriter{func(r ratingJSON) error { return printJSON(a.stdout, r) }, func() error { return nil }}
	}
	return c.list(a)
}

// list prints votes for a person, and how many there were.
func (c *feedbackCommand) list(a *app) ratingWriter {
	votes := map[string]int{}
	return ratingWriter{
		func(r ratingJSON) error {
			votes[r.Vote]++
			_, err := fmt.Fprint(a.stdout, r.String())
			return err
		},
		func() error {
			if len(votes) == 0 {
				_, err := fmt.Fprintln(a.stdout, "There are no such votes.")
				return err
			}
			_, err := fmt.Fprintf(a.stdout, "%s: %d up, %d down\n", plural(votes["up"]+votes["down"], "vote"), votes["up"], votes["down"])
			return err
		},
	}
}

// String is a vote for a person to read.
func (r ratingJSON) String() string {
	question := r.Question
	if question == "" {
		question = "(the question is not kept)"
	}
	text := fmt.Sprintf("%s  %-4s  %s\n", r.Time.Format("2006-01-02 15:04"), r.Vote, printable(question))
	about := []string{r.Status, r.Mode}
	if len(r.Projects) > 0 {
		about = append(about, strings.Join(r.Projects, ", "))
	}
	if r.Prompt != "" {
		about = append(about, r.Prompt)
	}
	text += "                        " + printable(strings.Join(about, " · ")) + "\n"
	if r.Reason != "" {
		text += "                        “" + printable(r.Reason) + "”\n"
	}
	return text
}

// ratingColumns are those of the comma-separated form.
var ratingColumns = []string{
	"time", "vote", "reason", "question", "language", "status", "intent", "attributes", "projects", "passages", "mode", "prompt", "answered", "answer",
}

// cells are a vote as a row of ratingColumns.
func (r ratingJSON) cells() []string {
	list := func(s []string) string { return strings.Join(s, "; ") }
	out := []string{
		r.Time.Format(time.RFC3339), r.Vote, r.Reason, r.Question, r.Language, r.Status, r.Intent, list(r.Attributes), list(r.Projects),
		list(r.Passages), r.Mode, r.Prompt, r.Answered.Format(time.RFC3339), r.Answer,
	}
	for i := range out {
		out[i] = harmless(out[i])
	}
	return out
}

// harmless keeps a spreadsheet from taking a cell for a formula, which strangers
// could put into a question or a reason: https://owasp.org/www-community/attacks/CSV_Injection
func harmless(cell string) string {
	if strings.IndexAny(strings.TrimLeft(cell, " \u00a0\u3000"), "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + cell
	}
	return cell
}
