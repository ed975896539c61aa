package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A votingRoom is a room in which the answers have buttons.
type votingRoom interface {
	room
	presser
	// forget asks for /forget.
	forget() error
}

// A presser presses buttons.
type presser interface {
	// press presses a button below the bot's nth message, counted from 1, as the
	// member who asked or as another one, and returns what only they are told. It may
	// be pressed in vain while the bot is away.
	press(ctx context.Context, n int, label string, other bool) (string, error)
}

func (r *telegramRoom) press(ctx context.Context, n int, label string, other bool) (string, error) {
	u := r.member
	if other {
		u = r.Member("Bob", "en")
	}
	return r.PressButton(ctx, r.Messages(r.chat)[n-1], u, label)
}

func (r *telegramRoom) forget() error {
	r.Say(r.chat, r.member, "/forget")
	return nil
}

func (r *discordRoom) forget() error {
	_, err := r.Slash(r.Server(), r.Member(), "forget", nil)
	return err
}

func (r *discordRoom) press(ctx context.Context, n int, label string, other bool) (string, error) {
	u := r.Member()
	if other {
		u = r.AddUser("bob", false)
	}
	shown, err := r.Press(ctx, r.Answers(r.Server().Channel)[n-1].ID, u, label)
	if shown.Form != nil {
		return shown.Form.Title, err
	}
	return shown.Text, err
}

// TestServeVotes holds that a vote outlives the process that took it, that the next
// one takes votes on what it did not say itself, and that /forget deletes the vote
// of who asks for it.
func TestServeVotes(t *testing.T) {
	for name, r := range map[string]votingRoom{"telegram": newTelegram(t), "discord": newDiscord(t)} {
		t.Run(name, func(t *testing.T) {
			dir := library(t)
			vote := func(k *talk, label string, other bool) {
				t.Helper()
				told, err := r.press(k.ctx, 1, label, other)
				for err != nil && k.ctx.Err() == nil { // the bot may be away yet
					told, err = r.press(k.ctx, 1, label, other)
				}
				wants(t, told, "Thank you")
			}
			p := start(t, r.env(), "serve", "--data", dir)
			k := newTalk(t, r)
			wants(t, k.answer("How tall is the Southern Tower?"), "12 metres")
			vote(k, "👍 Helpful", false)
			p.kill()
			p = start(t, r.env(), "serve", "--data", dir)
			vote(k, "👎 Not helpful", true)
			if diff := cmp.Diff([]string{"up", "down"}, voted(t, dir)); diff != "" {
				t.Error(diff)
			}
			if err := r.forget(); err != nil {
				t.Fatal(err)
			}
			wants(t, k.next(), "votes: 1")
			if diff := cmp.Diff([]string{"down"}, voted(t, dir)); diff != "" {
				t.Error(diff)
			}
			p.kill()
			for _, f := range r.findings() {
				t.Errorf("finding: %s", f)
			}
		})
	}
}

// voted lists the votes that are kept, oldest first.
func voted(t *testing.T, dir string) (votes []string) {
	t.Helper()
	r := command(t, "", nil, "feedback", "--data", dir, "--jsonl")
	for line := range strings.Lines(r.stdout) {
		var v ratingJSON
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.Question != "How tall is the Southern Tower?" || len(v.Passages) == 0 {
			t.Errorf("%s: %v", line, err)
		}
		votes = append(votes, v.Vote)
	}
	if r.code != exitOK {
		t.Errorf("%+v", r)
	}
	return votes
}
