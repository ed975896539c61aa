package telegram

import (
	"context"
	"fmt"
	"testing"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// A presser answers whom it is told of: a command with whether the platform takes
// who sent it for an administrator, a vote with where it was given.
type presser struct{}

func (presser) Handle(ctx context.Context, m bot.Message) bot.Reply { return askAdmin(ctx, m) }

func (presser) Vote(_ context.Context, p bot.Press) (string, bool) {
	return p.Platform + " " + p.Chat + " " + p.User, true
}

// TestPressSaysWhere holds that who presses a button is known as well as who sends a command.
func TestPressSaysWhere(t *testing.T) {
	server := serve(t)
	b := run(t, server, presser{})
	ada, ben := server.Member("Ada", "en"), server.Member("Ben", "en")
	forum := server.Supergroup("Paths", true)
	topic := server.Topic(forum)
	server.Promote(forum, ada)
	where := fmt.Sprintf("%d/%d", forum.ID, topic)
	if err := b.Notify(t.Context(), where, notice("en", 1)); err != nil {
		t.Fatal(err)
	}
	m := b.messages(forum, 1)[0]
	for _, c := range []struct {
		user       bottest.TelegramUser
		data, want string
	}{
		{ada, bot.UnsubscribeData, "true true"},
		{ben, bot.UnsubscribeData, "false true"},
		{ben, bot.Ballot{Event: "77", Language: "en", Choice: bot.Up}.Data(), fmt.Sprintf("telegram %s %d", where, ben.ID)},
	} {
		if told, err := server.PressData(t.Context(), m, c.user, c.data); err != nil || told != c.want {
			t.Errorf("%s: %q, %v, want %q", c.data, told, err, c.want)
		}
	}
	private := server.Private(ben)
	if err := b.Notify(t.Context(), fmt.Sprint(private.ID), notice("en", 1)); err != nil {
		t.Fatal(err)
	}
	if told, err := server.PressData(t.Context(), b.messages(private, 1)[0], ben, bot.UnsubscribeData); err != nil || told != "nobody" {
		t.Errorf("in private: %q, %v", told, err)
	}
}
