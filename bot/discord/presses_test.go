package discord

import (
	"context"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// A presser answers whom it is told of: a command with whether the platform takes
// who sent it for an administrator, a vote with where it was given.
type presser struct{}

func (presser) Handle(ctx context.Context, m bot.Message) bot.Reply { return askAdmin(ctx, m) }

func (presser) Vote(_ context.Context, p bot.Press) (string, bool) {
	return p.Platform + " " + p.Server + " " + p.Chat + " " + p.User + " " + p.Reason, true
}

// TestPressSaysWhere holds that who presses a button is known as well as who sends a command.
func TestPressSaysWhere(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, presser{}).ready()
	keeper := d.AddUser("keeper", false)
	d.Promote(keeper)
	at := d.Server()
	if err := b.adapter.Notify(t.Context(), at.Channel, notice("en", 1)); err != nil {
		t.Fatal(err)
	}
	below := b.answers(at, 1)[0]
	for user, want := range map[string]string{keeper: "true true", d.Member(): "false true"} {
		if shown, err := d.Press(b.ctx, below.ID, user, bot.UnsubscribeLabel("en")); err != nil || shown.Text != want {
			t.Errorf("unsubscribe: %+v, %v, want %s", shown, err, want)
		}
	}
	r := notice("en", 1)
	r.Ballot = "77"
	for _, body := range answerBodies(r) {
		if err := b.adapter.rest.do(b.ctx, posting(at.Channel, "77", body), nil); err != nil {
			t.Fatal(err)
		}
	}
	voted := b.answers(at, 2)[1]
	who := "discord " + at.Guild + " " + at.Channel + " " + keeper + " "
	if shown, err := d.Press(b.ctx, voted.ID, keeper, "👍 Helpful"); err != nil || shown.Text != who {
		t.Errorf("vote: %+v, %v, want %s", shown, err, who)
	}
	shown, err := d.Press(b.ctx, voted.ID, keeper, "👎 Not helpful")
	if err != nil || shown.Form == nil {
		t.Fatalf("vote: %+v, %v, want a form", shown, err)
	}
	if shown, err = d.Submit(b.ctx, shown.Form, "old"); err != nil || shown.Text != who+"old" {
		t.Errorf("reason: %+v, %v, want %s", shown, err, who+"old")
	}
}
