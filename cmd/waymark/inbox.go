package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

type inboxCommand struct {
	Limit  int   `placeholder:"20" default:"20" help:"List at most so many of those that were given up."`
	Revive int64 `placeholder:"NUMBER" help:"Have one that was given up tried again."`
	JSON   bool  `name:"json" help:"Print JSON objects: one a platform, then one for each that was given up."`
}

// Help says what is in an inbox.
func (*inboxCommand) Help() string {
	return "The bots put each question into the inbox before they confirm it to its platform, and take it out when it is answered. One that a platform takes no answer to " +
		"for some 25 minutes, or refuses, is given up; it is kept for 7 days, with the reason."
}

// A backlogJSON is a platform's part of the inbox, as `waymark inbox --json` prints it.
type backlogJSON struct {
	Platform string `json:"platform"`
	Waiting  int    `json:"waiting"`
	Working  int    `json:"working"`
	Dead     int    `json:"dead"`
	Oldest   string `json:"oldest,omitempty"` // RFC 3339
}

// A letterJSON is a question that was given up, as `waymark inbox --json` prints it.
type letterJSON struct {
	Number   int64  `json:"number"`
	Platform string `json:"platform"`
	Received string `json:"received"` // RFC 3339
	Failures int    `json:"failures"`
	Error    string `json:"error"`
}

// Run lists what is in the inbox, or revives a letter.
func (c *inboxCommand) Run(ctx context.Context, a *app) error {
	if c.Limit < 1 || c.Revive < 0 {
		return usagef("inbox: --limit %d --revive %d; want 1 or more, and the number of a question that was given up", c.Limit, c.Revive)
	}
	state, err := a.openState(ctx)
	if err != nil {
		return err
	}
	if state == nil {
		return usagef("inbox: no data directory; want --data DIR or WAYMARK_STATE")
	}
	defer a.closeState(state)
	if c.Revive > 0 {
		return a.revive(ctx, state, c.Revive)
	}
	backlogs, err := state.Backlogs(ctx)
	if err != nil {
		return err
	}
	dead, err := state.Dead(ctx, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printInbox(backlogs, dead)
	}
	return a.showInbox(backlogs, dead)
}

func (a *app) revive(ctx context.Context, letters bot.DeadLetters, number int64) error {
	there, err := letters.Revive(ctx, number)
	if err != nil {
		return err
	}
	if !there {
		return hintf(fmt.Errorf("no question with the number %d was given up", number), "`waymark inbox` lists them")
	}
	_, err = fmt.Fprintf(a.stdout, "%d is tried again.\n", number)
	return err
}

// printInbox prints it for programs.
func (a *app) printInbox(backlogs map[string]bot.Backlog, dead []bot.Letter) error {
	for _, platform := range slices.Sorted(maps.Keys(backlogs)) {
		b := backlogs[platform]
		line := backlogJSON{Platform: platform, Waiting: b.Waiting, Working: b.Working, Dead: b.Dead}
		if !b.Oldest.IsZero() {
			line.Oldest = b.Oldest.Format(time.RFC3339)
		}
		if err := printJSON(a.stdout, line); err != nil {
			return err
		}
	}
	for _, l := range dead {
		if err := printJSON(a.stdout, letterJSON{l.Number, l.Platform, l.Received.Format(time.RFC3339), l.Failures, l.Error}); err != nil {
			return err
		}
	}
	return nil
}

// showInbox prints it for a person.
func (a *app) showInbox(backlogs map[string]bot.Backlog, dead []bot.Letter) error {
	if len(backlogs) == 0 {
		_, err := fmt.Fprintln(a.stdout, "No question waits for an answer, and none was given up.")
		return err
	}
	for _, platform := range slices.Sorted(maps.Keys(backlogs)) {
		b := backlogs[platform]
		if _, err := fmt.Fprintf(a.stdout, "%s: %d waiting, %d being answered, %d given up\n", platform, b.Waiting, b.Working, b.Dead); err != nil {
			return err
		}
	}
	for _, l := range dead {
		if _, err := fmt.Fprintf(a.stdout, "%6d  %s  %s  %s\n", l.Number, l.Received.Format(time.DateTime), l.Platform, printable(cmp.Or(l.Error, "no reason given"))); err != nil {
			return err
		}
	}
	return nil
}
