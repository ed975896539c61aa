package bottest

import (
	"context"
	"strings"
	"testing"
	"time"
)

// discordButtons is a row of buttons.
func discordButtons(ids ...string) []any {
	var row []any
	for _, id := range ids {
		row = append(row, discordMap{"type": 2, "style": 2, "label": "Button " + id[:1], "custom_id": id})
	}
	return []any{discordMap{"type": 1, "components": row}}
}

// pressed sends a message with a button and presses it; what the bot hears of it
// is returned, with the path to answer it at.
func pressed(t *testing.T, b *discordBot) (event discordMap, path string, response <-chan DiscordResponse) {
	t.Helper()
	body := message("an answer")
	body["components"] = discordButtons("a")
	if status, _ := b.request("POST", "/channels/"+b.Server().Channel+"/messages", body); status != 200 {
		t.Fatalf("status %d", status)
	}
	for event = nil; event == nil || event["content"] != "an answer"; {
		event = b.read().Data
	}
	if row, _ := event["components"].([]any); len(row) != 1 {
		t.Errorf("the message shows %v", event["components"])
	}
	out := make(chan DiscordResponse, 1)
	go func() {
		r, err := b.Press(t.Context(), event["id"].(string), b.Member(), "Button a")
		if err != nil {
			t.Error(err)
		}
		out <- r
	}()
	p := b.read()
	data, _ := p.Data["data"].(discordMap)
	if p.Type != "INTERACTION_CREATE" || p.Data["type"] != 3.0 || data["custom_id"] != "a" || p.Data["message"].(discordMap)["id"] != event["id"] {
		t.Errorf("the bot heard %+v", p)
	}
	return p.Data, "/interactions/" + p.Data["id"].(string) + "/" + p.Data["token"].(string) + "/callback", out
}

func TestDiscordPress(t *testing.T) {
	d := startDiscord(t, DiscordOptions{})
	b := &discordBot{Discord: d, t: t}
	b.begin()
	words := message("only you see this")
	words["flags"] = discordEphemeral
	_, path, response := pressed(t, b)
	if status, _ := b.request("POST", path, discordMap{"type": 4, "data": words}); status != 204 {
		t.Errorf("status %d", status)
	}
	if r := <-response; r.Text != "only you see this" || r.Form != nil {
		t.Errorf("shown %+v", r)
	}
	if status, body := b.request("POST", path, discordMap{"type": 4, "data": words}); status != 400 || body["code"] != 40060.0 {
		t.Errorf("a second response: %d %v", status, body)
	}
	if n := len(d.Answers(d.Server().Channel)); n != 1 {
		t.Errorf("%d messages in the channel, want the answer alone", n)
	}

	_, path, response = pressed(t, b)
	field := discordMap{"type": 4, "custom_id": "why", "style": 2, "label": "Why?", "required": false, "max_length": 10}
	form := discordMap{"custom_id": "form", "title": "Why?", "components": []any{discordMap{"type": 1, "components": []any{field}}}}
	if status, _ := b.request("POST", path, discordMap{"type": 9, "data": form}); status != 204 {
		t.Errorf("status %d", status)
	}
	r := <-response
	if r.Form == nil || r.Form.Title != "Why?" || r.Form.Longest != 10 || r.Form.Required {
		t.Fatalf("shown %+v", r)
	}
	if _, err := d.Submit(t.Context(), r.Form, strings.Repeat("x", 11)); err == nil {
		t.Error("a field took more than it may")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r, err := d.Submit(t.Context(), r.Form, "so"); err != nil || r.Text != "only you see this" {
			t.Errorf("%+v, %v", r, err)
		}
	}()
	p := b.read()
	if data, _ := p.Data["data"].(discordMap); p.Data["type"] != 5.0 || data["custom_id"] != "form" {
		t.Errorf("the bot heard %+v", p)
	}
	path = "/interactions/" + p.Data["id"].(string) + "/" + p.Data["token"].(string) + "/callback"
	if status, _ := b.request("POST", path, discordMap{"type": 4, "data": words}); status != 204 {
		t.Errorf("status %d", status)
	}
	<-done
	if f := d.Findings(); len(f) > 0 {
		t.Errorf("findings %q", f)
	}
}

// TestDiscordPressFindings holds that a wrong response to a press is noticed.
func TestDiscordPressFindings(t *testing.T) {
	field := discordMap{"type": 4, "custom_id": "why", "style": 2, "label": strings.Repeat("x", 46)}
	for name, test := range map[string]struct {
		body discordMap
		want string
	}{
		"choices":        {discordMap{"type": 8, "data": discordMap{"choices": []any{}}}, "response type 8"},
		"label too long": {discordMap{"type": 9, "data": discordMap{"custom_id": "form", "title": "Why?", "components": []any{discordMap{"type": 1, "components": []any{field}}}}}, "label has 46"},
		"pings":          {discordMap{"type": 4, "data": discordMap{"content": "x", "flags": 64}}, "no allowed_mentions"},
	} {
		t.Run(name, func(t *testing.T) {
			d := startDiscord(t, DiscordOptions{})
			b := &discordBot{Discord: d, t: t}
			b.begin()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			body := message("an answer")
			body["components"] = discordButtons("a")
			_, m := b.request("POST", "/channels/"+d.Server().Channel+"/messages", body)
			go func() { _, _ = d.Press(ctx, m["id"].(string), d.Member(), "Button a") }()
			p := b.read()
			for p.Type != "INTERACTION_CREATE" {
				p = b.read()
			}
			b.request("POST", "/interactions/"+p.Data["id"].(string)+"/"+p.Data["token"].(string)+"/callback", test.body)
			if all := strings.Join(d.Findings(), "\n"); !strings.Contains(all, test.want) {
				t.Errorf("findings %q, want %q", all, test.want)
			}
		})
	}
}

func TestTelegramPress(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	id := jsonText(chat.ID)
	send := func(keyboard string) string {
		return a.call("sendMessage", "chat_id", id, "text", "one", "reply_markup", keyboard).Description
	}
	keyboard := `{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}`
	for _, c := range []struct{ keyboard, want string }{
		{keyboard, ""},
		{`{"inline_keyboard":[[{"text":"Yes","callback_data":"` + strings.Repeat("y", 65) + `"}]]}`, "Bad Request: BUTTON_DATA_INVALID"},
		{`{"inline_keyboard":[[{"text":"","callback_data":"y"}]]}`, "Bad Request: can't parse inline keyboard button"},
		{`yes`, "Bad Request: object expected as reply markup"},
	} {
		if got := send(c.keyboard); !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%.60s: %q, want %q", c.keyboard, got, c.want)
		}
	}
	m := a.server.Messages(chat)[0]
	if _, err := a.server.PressButton(t.Context(), m, ada, "No"); err == nil {
		t.Error("a button was pressed that is not there")
	}
	told := make(chan string, 1)
	go func() {
		text, err := a.server.PressButton(t.Context(), m, ada, "Yes")
		if err != nil {
			t.Error(err)
		}
		told <- text
	}()
	if err := a.server.Wait(t.Context(), func() bool { return len(a.server.Pending()) > 0 }); err != nil {
		t.Fatal(err)
	}
	a.server.mu.Lock()
	query := a.server.queue.updates[0].body["callback_query"].(map[string]any)
	a.server.mu.Unlock()
	answer := func(text string) telegramResult {
		return a.call("answerCallbackQuery", "callback_query_id", query["id"].(string), "text", text)
	}
	if got := answer(strings.Repeat("x", 201)); got.OK {
		t.Error("a toast of 201 characters was taken")
	}
	if got := answer("thanks"); !got.OK || <-told != "thanks" || query["data"] != "y" {
		t.Errorf("%+v, query %v", got, query)
	}
	if got := a.call("answerCallbackQuery", "callback_query_id", "1"); !strings.HasPrefix(got.Description, "Bad Request: query is too old") {
		t.Errorf("an unknown query: %+v", got)
	}
	for _, c := range []struct{ keyboard, want string }{
		{`{"inline_keyboard":[[{"text":"No","callback_data":"n"}]]}`, ""},
		{`{"inline_keyboard":[[{"text":"No","callback_data":"n"}]]}`, "Bad Request: message is not modified"},
	} {
		got := a.call("editMessageReplyMarkup", "chat_id", id, "message_id", jsonText(int64(m.ID)), "reply_markup", c.keyboard)
		if !strings.HasPrefix(got.Description, c.want) || got.OK != (c.want == "") {
			t.Errorf("%+v, want %q", got, c.want)
		}
	}
	if rows := a.server.Keyboard(m); len(rows) != 1 || rows[0][0].Text != "No" {
		t.Errorf("keyboard %v", rows)
	}
	if f := a.server.Findings(); len(f) != 2 {
		t.Errorf("findings %q, want the data and the toast that are too long", f)
	}
}
