package bottest

import (
	"fmt"
	"slices"
)

// discordComponentInteraction is a button that was pressed.
const discordComponentInteraction = 3

// A DiscordButton is a button below a message.
type DiscordButton struct{ Label, ID string }

// buttons reads the buttons of a message and holds them against what the
// specification leaves out: https://docs.discord.com/developers/components/reference#button
func (d *Discord) buttons(c *discordCall) []DiscordButton {
	var out []DiscordButton
	rows, _ := c.object()["components"].([]any)
	for _, row := range rows {
		row, _ := row.(discordMap)
		items, _ := row["components"].([]any)
		if kind, _ := row["type"].(float64); kind != 1 || len(items) < 1 || len(items) > 5 {
			d.find("%s: components: want rows (type 1) of 1 to 5 buttons", c.route.name)
		}
		for _, item := range items {
			item, _ := item.(discordMap)
			label, _ := item["label"].(string)
			id, _ := item["custom_id"].(string)
			if kind, _ := item["type"].(float64); kind != 2 || discordLen(label) > 80 || id == "" || discordLen(id) > 100 {
				d.find("%s: button %q with id %q: want type 2, a label up to 80 and an id of 1 to 100", c.route.name, label, id)
			}
			out = append(out, DiscordButton{label, id})
		}
	}
	return out
}

// Press lets a member press a button below a message, and returns the
// interaction's id.
func (d *Discord) Press(at DiscordPlace, user, message, button string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.message(message)
	if m == nil || !slices.ContainsFunc(m.Buttons, func(b DiscordButton) bool { return b.ID == button }) {
		return "", fmt.Errorf("press %q: no such button below the message", button)
	}
	i := &discordInteraction{
		id: d.newID(), token: "interaction-canary-" + d.newID(), kind: discordComponentInteraction, place: at, user: user, sent: d.options.Now(),
	}
	d.interactions[i.token] = i
	i.event = d.interactionObject(i, "", nil)
	i.event["data"] = discordMap{"custom_id": button, "component_type": 2}
	i.event["message"] = d.messageObject(m, true)
	d.dispatch("INTERACTION_CREATE", 0, func(int) discordMap { return i.event })
	d.wake()
	return i.id, nil
}
