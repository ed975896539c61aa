package bottest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

func (d *Discord) getGateway(*discordCall) discordAnswer {
	return discordAnswer{http.StatusOK, discordMap{"url": d.gatewayURL()}}
}

func (d *Discord) getGatewayBot(*discordCall) discordAnswer {
	return discordAnswer{http.StatusOK, discordMap{"url": d.gatewayURL(), "shards": 1, "session_start_limit": discordMap{
		"total": discordIdentifyADay, "remaining": max(0, d.gateway.left), "reset_after": 14400000, "max_concurrency": 1,
	}}}
}

func (d *Discord) getSelf(*discordCall) discordAnswer {
	o := d.world.users[d.world.bot].object()
	o["mfa_enabled"], o["locale"] = false, "en-US"
	return discordAnswer{http.StatusOK, o}
}

func (d *Discord) openDirect(c *discordCall) discordAnswer {
	user, _ := c.object()["recipient_id"].(string)
	if _, ok := d.world.users[user]; !ok {
		return discordError(http.StatusNotFound, 10013, "Unknown User")
	}
	return discordAnswer{http.StatusOK, d.channelObject(d.world.channels[d.directChannel(user)])}
}

func (d *Discord) getChannel(c *discordCall) discordAnswer {
	channel, ok := d.world.channels[c.PathValue("channel")]
	if !ok {
		return discordError(http.StatusNotFound, 10003, "Unknown Channel")
	}
	return discordAnswer{http.StatusOK, d.channelObject(channel)}
}

// listMessages shows what the bot may see, newest first; with after, of those
// after a message the oldest.
func (d *Discord) listMessages(c *discordCall) discordAnswer {
	limit, err := strconv.Atoi(cmp.Or(c.URL.Query().Get("limit"), "50"))
	if err != nil || limit < 1 || limit > 100 {
		return discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	after, _ := strconv.ParseInt(c.URL.Query().Get("after"), 10, 64)
	intents := 0
	for _, s := range d.gateway.sessions {
		intents |= s.intents
	}
	there := slices.DeleteFunc(slices.Clone(d.world.messages), func(m *DiscordMessage) bool {
		id, _ := strconv.ParseInt(m.ID, 10, 64)
		return m.Channel != c.PathValue("channel") || id <= after
	})
	if after > 0 {
		there = there[:min(limit, len(there))]
	} else {
		there = there[max(0, len(there)-limit):]
	}
	out := []any{}
	for _, m := range slices.Backward(there) {
		out = append(out, d.messageObject(m, d.contentVisible(m, intents)))
	}
	return discordAnswer{http.StatusOK, out}
}

func (d *Discord) createMessage(c *discordCall) discordAnswer {
	channel := c.PathValue("channel")
	if _, ok := d.world.channels[channel]; !ok {
		return discordError(http.StatusNotFound, 10003, "Unknown Channel")
	}
	body := c.object()
	nonce, _ := body["nonce"].(string)
	if same := d.byNonce(channel, nonce); same != nil && body["enforce_nonce"] == true {
		return discordAnswer{http.StatusOK, d.messageObject(same, true)}
	}
	content, refused := d.checkMessage(c, body, discordSuppressEmbeds|discordSuppressNotifications|discordVoiceMessage|discordComponentsV2)
	if refused != nil {
		return *refused
	}
	m := &DiscordMessage{Channel: channel, Author: d.world.bot, Content: content, Flags: discordFlags(body), nonce: nonce}
	m.Buttons, _ = d.buttons(c, body)
	if ref, ok := body["message_reference"].(discordMap); ok {
		id, _ := ref["message_id"].(string)
		switch to := d.message(id); {
		case to != nil && to.Channel == channel:
			m.Reference = id
		case ref["fail_if_not_exists"] != false:
			return discordError(http.StatusBadRequest, 50035, "Invalid Form Body: Unknown message")
		}
	}
	d.put(m)
	return discordAnswer{http.StatusOK, d.messageObject(m, true)}
}

func (d *Discord) byNonce(channel, nonce string) *DiscordMessage {
	for _, m := range d.world.messages {
		if nonce != "" && m.nonce == nonce && m.Channel == channel {
			return m
		}
	}
	return nil
}

func (d *Discord) editMessage(c *discordCall) discordAnswer {
	m := d.message(c.PathValue("message"))
	switch {
	case m == nil || m.Channel != c.PathValue("channel"):
		return discordError(http.StatusNotFound, 10008, "Unknown Message")
	case m.Author != d.world.bot:
		return discordError(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	}
	return d.edit(c, m)
}

// edit changes a message of the bot.
func (d *Discord) edit(c *discordCall, m *DiscordMessage) discordAnswer {
	content, refused := d.checkMessage(c, c.object(), discordSuppressEmbeds|discordComponentsV2)
	if refused != nil {
		return *refused
	}
	if buttons, given := d.buttons(c, c.object()); given {
		m.Buttons = buttons
	}
	m.Content = content
	m.Flags = discordFlags(c.object()) | m.Flags&discordEphemeral
	m.Edits++
	d.tell("MESSAGE_UPDATE", m)
	return discordAnswer{http.StatusOK, d.messageObject(m, true)}
}

func (d *Discord) typing(c *discordCall) discordAnswer {
	if _, ok := d.world.channels[c.PathValue("channel")]; !ok {
		return discordError(http.StatusNotFound, 10003, "Unknown Channel")
	}
	return discordAnswer{http.StatusNoContent, nil}
}
