package bottest

import (
	"slices"
	"strings"
)

// Say lets a user write a message. Users it mentions (<@id>) are told so;
// without a mention of the bot its content stays hidden from the bot in a
// server. It returns the message's id.
func (d *Discord) Say(at DiscordPlace, user, text string) string {
	return d.say(DiscordMessage{Channel: at.Channel, Author: user, Content: text, mentions: discordMentioned(text)})
}

// Mention writes a message that begins with a mention of the bot.
func (d *Discord) Mention(at DiscordPlace, user, text string) string {
	return d.Say(at, user, strings.TrimSpace("<@"+d.world.bot+"> "+text))
}

// DM writes to the bot directly.
func (d *Discord) DM(user, text string) string { return d.Say(d.Direct(user), user, text) }

// Reply replies to a message, with or without a ping to its author.
func (d *Discord) Reply(at DiscordPlace, user, to, text string, ping bool) string {
	m := DiscordMessage{Channel: at.Channel, Author: user, Content: text, Reference: to, mentions: discordMentioned(text)}
	d.mu.Lock()
	if o := d.message(to); ping && o != nil {
		m.mentions = append(m.mentions, o.Author)
	}
	d.mu.Unlock()
	return d.say(m)
}

// Webhook lets a webhook of the server, which is no member, write a message.
func (d *Discord) Webhook(at DiscordPlace, text string) string {
	id := d.AddUser("webhook", true)
	return d.say(DiscordMessage{Channel: at.Channel, Author: id, Content: text, mentions: discordMentioned(text), webhook: true})
}

func (d *Discord) say(m DiscordMessage) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.put(&m)
	return m.ID
}

// Edit changes what a member wrote.
func (d *Discord) Edit(id, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.message(id); m != nil {
		m.Content, m.mentions = text, discordMentioned(text)
		m.Edits++
		d.tell("MESSAGE_UPDATE", m)
	}
}

// Redeliver sends the event of a message once more.
func (d *Discord) Redeliver(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.message(id); m != nil {
		d.tell("MESSAGE_CREATE", m)
	}
}

// Remove deletes a message.
func (d *Discord) Remove(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.world.messages = slices.DeleteFunc(d.world.messages, func(m *DiscordMessage) bool { return m.ID == id })
	d.wake()
}
