package main

import (
	"context"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
	"github.com/waymark-bot/waymark/rag/ragtest"
)

// A commandRoom is Discord with a member who uses the slash command.
type commandRoom struct{ *discordRoom }

func (r commandRoom) ask(ctx context.Context, text string) error {
	if err := r.WaitCommand(ctx, "ask"); err != nil {
		return err
	}
	_, err := r.Slash(r.Server(), r.Member(), "ask", map[string]string{"question": text})
	return err
}

// TestServeShowsAnswers holds, from the model's stream to the chat, that a
// sentence is seen while the next is written, and that an answer whose model
// goes away in the middle ends as one complete message out of the reports.
func TestServeShowsAnswers(t *testing.T) {
	dir := library(t)
	tg, dc := newTelegram(t), commandRoom{newDiscord(t)}
	for name, place := range map[string]struct {
		room
		shown func() []string
		wait  func(context.Context, func() bool) error
	}{
		"telegram": {tg, func() []string { return draftTexts(tg.Drafts(tg.chat)) }, tg.Wait},
		"discord":  {dc, func() []string { return fillingTexts(dc.Fillings(dc.Server().Channel)) }, dc.Wait},
	} {
		t.Run(name, func(t *testing.T) {
			model, err := ragtest.StartModel("127.0.0.1:0", ragtest.ModelOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = model.Close() })
			k := newTalk(t, place.room)
			seen := make(chan time.Duration, 1)
			model.Next(ragtest.Chat, ragtest.Fault{Name: "gone in the middle", Play: func(c *ragtest.Call) {
				text, _ := ragtest.Pretend(c.Request.Prompt)
				c.Stream(ragtest.Stream{Text: text + "\nThe Southern Tower was bui", After: len(text)/8 + 2, Then: func(c *ragtest.Call) {
					begun := time.Now()
					_ = place.wait(k.ctx, func() bool { return len(place.shown()) > 0 })
					seen <- time.Since(begun)
					c.Reset()
				}})
			}})
			p := start(t, append(place.env(), "WAYMARK_MODEL_URL="+model.URL(), "WAYMARK_MODEL=pretend"), "serve", "--data", dir)
			if err := k.ask(k.ctx, "How tall is the Southern Tower?"); err != nil {
				t.Fatal(err)
			}
			const gone = "did not give a usable answer"
			err = place.wait(k.ctx, func() bool {
				said, _ := place.said(k.ctx, 0)
				return slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, gone) })
			})
			said, _ := place.said(k.ctx, 0)
			if err != nil || len(said) != 1 {
				t.Fatalf("said %q, %v", said, err)
			}
			wants(t, said[0], "12 metres", "[1]", "Sources", "Harbour lights", gone)
			shown := place.shown()
			if len(shown) == 0 {
				t.Fatal("nothing was shown before")
			}
			wants(t, shown[0], "12 metres", "[1]", "Sources", "Harbour lights", "Still writing")
			t.Logf("seen %v after the model had written it", <-seen)
			p.signal(syscall.SIGTERM)
			checkStopped(t, p, place.room)
		})
	}
}

func draftTexts(drafts []bottest.TelegramDraft) []string {
	var out []string
	for _, d := range drafts {
		out = append(out, d.Text)
	}
	return out
}

func fillingTexts(fillings []bottest.DiscordFilling) []string {
	var out []string
	for _, f := range fillings {
		out = append(out, f.Text)
	}
	return out
}
