package bottest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Types of components:
// https://docs.discord.com/developers/components/reference#component-object-component-types
const (
	discordActionRow = 1
	discordButton    = 2
	discordTextInput = 4
)

// Limits of components that the specification does not hold, or holds within
// alternatives that hide which one was meant.
// https://docs.discord.com/developers/components/reference
const (
	discordMostRows    = 5
	discordMostButtons = 5   // a row
	discordLongestID   = 100 // of a custom_id
	discordLongestTag  = 80  // the label of a button
)

// A DiscordButton is a button below a message.
type DiscordButton struct{ ID, Label string }

// A DiscordForm is a modal with one field of text.
type DiscordForm struct {
	ID, Title, Field, Label string

	Required bool
	Longest  int // characters that may be typed
	place    DiscordPlace
	user     string
}

// A DiscordResponse is what only the member sees who pressed a button or sent a
// form: a sentence, or a form to fill in.
type DiscordResponse struct {
	Text string
	Form *DiscordForm
}

// Press lets a member press the button of that label below a message, and
// returns the bot's response, for which Discord waits 3 s.
func (d *Discord) Press(ctx context.Context, message, user, label string) (DiscordResponse, error) {
	d.mu.Lock()
	m := d.message(message)
	if m == nil {
		d.mu.Unlock()
		return DiscordResponse{}, fmt.Errorf("press %q: no message %s", label, message)
	}
	at := slices.IndexFunc(m.Buttons, func(b DiscordButton) bool { return b.Label == label })
	if at < 0 {
		buttons := m.Buttons
		d.mu.Unlock()
		return DiscordResponse{}, fmt.Errorf("message %s has no button %q: %v", message, label, buttons)
	}
	i := d.begin(DiscordPlace{m.Guild, m.Channel}, user, discordComponentInteraction)
	d.announce(i, discordMap{"id": 2, "component_type": discordButton, "custom_id": m.Buttons[at].ID}, d.messageObject(m, true))
	d.mu.Unlock()
	return d.response(ctx, i)
}

// Submit sends a form that [Discord.Press] returned, and returns the bot's response.
func (d *Discord) Submit(ctx context.Context, f *DiscordForm, text string) (DiscordResponse, error) {
	if n := discordLen(text); n > f.Longest || n == 0 && f.Required {
		return DiscordResponse{}, fmt.Errorf("submit form %s: its field does not take %d characters", f.ID, n)
	}
	d.mu.Lock()
	i := d.begin(f.place, f.user, discordModalInteraction)
	d.announce(i, discordMap{"custom_id": f.ID, "components": []any{
		discordMap{"type": discordActionRow, "id": 1, "components": []any{
			discordMap{"type": discordTextInput, "id": 2, "custom_id": f.Field, "value": text},
		}},
	}}, nil)
	d.mu.Unlock()
	return d.response(ctx, i)
}

// announce sends the event of an interaction with what is below a message.
// d.mu is held.
func (d *Discord) announce(i *discordInteraction, data, message discordMap) {
	i.event = d.interactionObject(i, "", nil)
	i.event["data"] = data
	if message != nil {
		i.event["message"] = message
	}
	d.dispatch("INTERACTION_CREATE", 0, func(int) discordMap { return i.event })
	d.wake()
}

// response waits for what an interaction shows to who sent it.
func (d *Discord) response(ctx context.Context, i *discordInteraction) (DiscordResponse, error) {
	if err := d.acknowledged(ctx, i); err != nil {
		return DiscordResponse{}, fmt.Errorf("this interaction failed: %w", err)
	}
	return i.shown, nil
}

// respondPress takes the first response to a press or a form: words for who sent
// it alone, or a form. d.mu is held.
func (d *Discord) respondPress(c *discordCall, i *discordInteraction, kind float64, data discordMap) *discordAnswer {
	switch {
	case kind == discordRespondModal && i.kind == discordComponentInteraction:
		i.shown.Form = d.form(c, i, data)
		return nil
	case kind != discordRespondMessage:
		d.find("%s: response type %v to interaction type %d", c.route.name, kind, i.kind)
		refused := discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
		return &refused
	}
	content, refused := d.checkMessage(c, data, discordSuppressEmbeds|discordEphemeral|discordSuppressNotifications|discordComponentsV2)
	if refused != nil {
		return refused
	}
	if discordFlags(data)&discordEphemeral == 0 { // the whole channel sees it
		m := &DiscordMessage{Channel: i.place.Channel, Author: d.world.bot, Content: content, Flags: discordFlags(data), Interaction: i.id}
		d.put(m)
		i.original = m.ID
	}
	i.shown.Text = DiscordText(content)
	return nil
}

// form reads a modal.
func (d *Discord) form(c *discordCall, i *discordInteraction, data discordMap) *DiscordForm {
	f := &DiscordForm{ID: discordString(data, "custom_id"), Title: discordString(data, "title"), Longest: 4000, place: i.place, user: i.user}
	rows, _ := data["components"].([]any)
	for _, row := range rows {
		fields, _ := row.(discordMap)["components"].([]any)
		for _, field := range fields {
			o, _ := field.(discordMap)
			f.Field, f.Label = discordString(o, "custom_id"), discordString(o, "label")
			f.Required = o["required"] != false // Discord's default is true
			if n, ok := o["max_length"].(float64); ok {
				f.Longest = int(n)
			}
		}
	}
	for what, length := range map[string][2]int{
		"custom_id": {discordLen(f.ID), discordLongestID}, "title": {discordLen(f.Title), 45},
		"field's custom_id": {discordLen(f.Field), discordLongestID}, "field's label": {discordLen(f.Label), 45},
	} {
		if length[0] < 1 || length[0] > length[1] {
			d.find("%s: the modal's %s has %d characters, want 1 to %d", c.route.name, what, length[0], length[1])
		}
	}
	return f
}

// buttons reads the buttons of a message body and holds them against the limits.
// given is false where the body says nothing of them. d.mu is held.
func (d *Discord) buttons(c *discordCall, body discordMap) (all []DiscordButton, given bool) {
	rows, given := body["components"].([]any)
	if len(rows) > discordMostRows {
		d.find("%s: %d rows of components, limit %d", c.route.name, len(rows), discordMostRows)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		o, _ := row.(discordMap)
		buttons, _ := o["components"].([]any)
		if n := len(buttons); o["type"] != float64(discordActionRow) || n < 1 || n > discordMostButtons {
			d.find("%s: a component of type %v with %d in it, want a row of 1 to %d buttons", c.route.name, o["type"], n, discordMostButtons)
		}
		for _, button := range buttons {
			o, _ := button.(discordMap)
			b := DiscordButton{discordString(o, "custom_id"), discordString(o, "label")}
			switch n := discordLen(b.ID); {
			case o["type"] != float64(discordButton):
				d.find("%s: a component of type %v in a row, want a button", c.route.name, o["type"])
			case n < 1 || n > discordLongestID:
				d.find("%s: custom_id of %d characters, want 1 to %d", c.route.name, n, discordLongestID)
			case seen[b.ID]:
				d.find("%s: custom_id %q is there twice", c.route.name, b.ID)
			case discordLen(b.Label) > discordLongestTag || b.Label == "" && o["emoji"] == nil:
				d.find("%s: button label of %d characters, want 1 to %d", c.route.name, discordLen(b.Label), discordLongestTag)
			}
			seen[b.ID] = true
			all = append(all, b)
		}
	}
	return all, given
}

// componentObjects are the buttons of m as Discord's JSON shows them.
func (m *DiscordMessage) componentObjects() []any {
	if len(m.Buttons) == 0 {
		return []any{}
	}
	var row []any
	for n, b := range m.Buttons {
		row = append(row, discordMap{"type": discordButton, "id": n + 2, "style": 2, "label": b.Label, "custom_id": b.ID})
	}
	return []any{discordMap{"type": discordActionRow, "id": 1, "components": row}}
}

func discordString(o discordMap, key string) string {
	s, _ := o[key].(string)
	return s
}
