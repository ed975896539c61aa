package discord

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

// notice is a reply of n lines.
func notice(lang string, n int) bot.Reply {
	r := bot.Reply{Language: lang}
	for i := range n {
		r.Lines = append(r.Lines, bot.Line{Spans: []bot.Span{{Text: fmt.Sprintf("line %d %s", i, strings.Repeat("x", 90))}}})
	}
	return r
}

func TestNotify(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	p := &parrot{}
	b := run(t, d, p).ready()
	for i, at := range []bottest.DiscordPlace{d.Server(), d.Direct(d.Member())} {
		lang := []string{"en", "zh"}[i]
		for range 2 { // the same, sent again: shown once
			if err := b.adapter.Notify(t.Context(), at.Channel, notice(lang, 30)); err != nil {
				t.Fatal(err)
			}
		}
		said := b.answers(at, 2)
		want := []bottest.DiscordButton{{Label: bot.UnsubscribeLabel(lang), ID: "sub:off"}}
		if len(said) != 2 || len(said[0].Buttons) != 0 || !cmp.Equal(said[1].Buttons, want) {
			t.Fatalf("%+v", said)
		}
		shown, err := d.Press(b.ctx, said[1].ID, d.Member(), want[0].Label)
		if err != nil || !strings.HasPrefix(shown.Text, "heard:") || len(b.answers(at, 2)) != 2 {
			t.Errorf("the button answers %+v, %v", shown, err)
		}
		heard := p.all()[i]
		wantHeard := bot.Message{
			Platform: "discord", ID: heard.ID, Chat: at.Channel, User: d.Member(), Server: at.Guild, Private: at.Guild == "",
			Command: bot.CommandUnsubscribe, Locale: "en-US", Interaction: true, Button: true,
		}
		if diff := cmp.Diff(wantHeard, heard); diff != "" {
			t.Error(diff)
		}
	}
}

func TestNotifyFails(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	b := run(t, d, &parrot{}).ready()
	if err := b.adapter.Notify(t.Context(), "1573370987129339999", notice("en", 1)); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a channel that is not there: %v", err)
	}
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusForbidden})
	if err := b.adapter.Notify(t.Context(), d.Server().Channel, notice("en", 1)); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a channel that refuses: %v", err)
	}
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusBadRequest})
	if err := b.adapter.Notify(t.Context(), d.Server().Channel, notice("en", 1)); err == nil || errors.Is(err, bot.ErrGone) {
		t.Errorf("a message that is refused: %v", err)
	}
	d.Inject(bottest.DiscordFault{Route: "POST /channels/{channel}/messages", Status: http.StatusInternalServerError})
	if err := b.adapter.Notify(t.Context(), d.Server().Channel, notice("en", 1)); err != nil {
		t.Errorf("a moment of weakness: %v", err)
	}
	b.answers(d.Server(), 1)
}
