package bottest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// How long an interaction lives:
// https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
const (
	discordAckWithin = 3 * time.Second
	discordTokenLife = 15 * time.Minute
)

// Interaction and response types:
// https://docs.discord.com/developers/interactions/receiving-and-responding
const (
	discordCommandInteraction      = 2
	discordComponentInteraction    = 3
	discordAutocompleteInteraction = 4
	discordModalInteraction        = 5

	discordRespondMessage  = 4
	discordRespondDeferred = 5
	discordRespondChoices  = 8
	discordRespondModal    = 9
)

// A discordInteraction is one slash command, one keystroke in it, one press of a
// button or one form.
type discordInteraction struct {
	id, token string
	kind      int
	place     DiscordPlace
	user      string
	sent      time.Time
	event     discordMap
	acked     bool
	original  string          // id of the message that answers it
	choices   []string        // of an autocomplete, once acked
	shown     DiscordResponse // of a press or a form, once acked
}

// Slash sends a slash command as a member would: it must be registered, with
// the options it requires. It returns the interaction's id.
func (d *Discord) Slash(at DiscordPlace, user, command string, options map[string]string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	declared, err := d.declared(at, command)
	if err != nil {
		return "", err
	}
	given := []any{}
	for _, o := range declared {
		name, _ := o["name"].(string)
		value, ok := options[name]
		if !ok {
			if o["required"] == true {
				return "", fmt.Errorf("slash command /%s: option %s is required", command, name)
			}
			continue
		}
		given = append(given, discordMap{"name": name, "type": o["type"], "value": value})
	}
	if len(given) < len(options) {
		return "", fmt.Errorf("slash command /%s: has no such options as %v", command, options)
	}
	return d.interact(at, user, discordCommandInteraction, command, given).id, nil
}

// SlashText sends a slash command as it is typed in one line: text goes into the
// command's first option.
func (d *Discord) SlashText(at DiscordPlace, user, command, text string) (string, error) {
	d.mu.Lock()
	declared, err := d.declared(at, command)
	d.mu.Unlock()
	if err != nil {
		return "", err
	}
	options := make(map[string]string)
	if text != "" && len(declared) > 0 {
		name, _ := declared[0]["name"].(string)
		options[name] = text
	}
	return d.Slash(at, user, command, options)
}

// acknowledged waits until the bot has responded to an interaction. Discord gives it 3 seconds.
func (d *Discord) acknowledged(ctx context.Context, i *discordInteraction) error {
	ctx, cancel := context.WithTimeout(ctx, discordAckWithin)
	defer cancel()
	return d.Wait(ctx, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return i.acked
	})
}

// Autocomplete types into an option of a slash command and returns the choices
// offered. Discord gives the bot 3 seconds.
func (d *Discord) Autocomplete(ctx context.Context, at DiscordPlace, user, command, option, typed string) ([]string, error) {
	d.mu.Lock()
	if _, err := d.declared(at, command); err != nil {
		d.mu.Unlock()
		return nil, err
	}
	i := d.interact(at, user, discordAutocompleteInteraction, command,
		[]any{discordMap{"name": option, "type": 3, "value": typed, "focused": true}})
	d.mu.Unlock()
	if err := d.acknowledged(ctx, i); err != nil {
		return nil, fmt.Errorf("autocomplete /%s %s: %w", command, option, err)
	}
	return i.choices, nil
}

// WaitResponse waits until a slash command shows a response, if only "thinking".
func (d *Discord) WaitResponse(ctx context.Context, interaction string) error {
	return d.Wait(ctx, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return slices.ContainsFunc(d.world.messages, func(m *DiscordMessage) bool { return m.Interaction == interaction })
	})
}

// WaitCommand waits until a slash command of that name is registered.
func (d *Discord) WaitCommand(ctx context.Context, name string) error {
	return d.Wait(ctx, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, err := d.declared(d.Server(), name)
		return err == nil
	})
}

// Commands returns the names of the commands registered for a guild, "" globally.
func (d *Discord) Commands(guild string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for _, c := range d.commands[guild] {
		names = append(names, c.(discordMap)["name"].(string))
	}
	return names
}

// declared returns the options of a registered command. d.mu is held.
func (d *Discord) declared(at DiscordPlace, command string) ([]discordMap, error) {
	var all []any
	if at.Guild != "" {
		all = append(all, d.commands[at.Guild]...)
	}
	for _, c := range append(all, d.commands[""]...) {
		if c := c.(discordMap); c["name"] == command {
			options, _ := c["options"].([]any)
			var out []discordMap
			for _, o := range options {
				out = append(out, o.(discordMap))
			}
			return out, nil
		}
	}
	return nil, fmt.Errorf("slash command /%s is not registered", command)
}

// interact makes an interaction and sends it through the gateway. d.mu is held.
func (d *Discord) interact(at DiscordPlace, user string, kind int, command string, options []any) *discordInteraction {
	i := d.begin(at, user, kind)
	i.event = d.interactionObject(i, command, options)
	d.dispatch("INTERACTION_CREATE", 0, func(int) discordMap { return i.event })
	d.wake()
	return i
}

// begin makes an interaction. d.mu is held.
func (d *Discord) begin(at DiscordPlace, user string, kind int) *discordInteraction {
	i := &discordInteraction{
		id: d.newID(), token: "interaction-canary-" + d.newID(), kind: kind, place: at, user: user, sent: d.options.Now(),
	}
	d.interactions[i.token] = i
	return i
}

func (d *Discord) interactionObject(i *discordInteraction, command string, options []any) discordMap {
	o := discordMap{
		"id": i.id, "application_id": d.world.bot, "type": i.kind, "token": i.token, "version": 1,
		"channel_id": i.place.Channel, "channel": d.channelObject(d.world.channels[i.place.Channel]),
		"locale": "en-US", "app_permissions": "2147483647", "entitlements": []any{}, "attachment_size_limit": 10485760,
		"authorizing_integration_owners": discordMap{"0": cmp.Or(i.place.Guild, "0")},
		"data": discordMap{
			"id": d.world.bot, "name": command, "type": 1, "options": options,
		},
	}
	user := d.world.users[i.user].object()
	if i.place.Guild == "" {
		o["user"], o["context"] = user, 1
		return o
	}
	member := d.memberObject(i.user)
	member["user"] = user
	o["guild_id"], o["member"], o["context"], o["guild_locale"] = i.place.Guild, member, 0, "en-US"
	return o
}

// Errors of interactions. Which of them a late acknowledgement or a dead token
// gives is not documented; these are the expected ones.
func discordUnknownInteraction() discordAnswer {
	return discordError(http.StatusNotFound, 10062, "Unknown interaction")
}

func discordUnknownWebhook() discordAnswer {
	return discordError(http.StatusNotFound, 10015, "Unknown Webhook")
}

// callback takes the first response to an interaction.
func (d *Discord) callback(c *discordCall) discordAnswer {
	i := d.interactions[c.PathValue("token")]
	switch {
	case i == nil || i.id != c.PathValue("interaction"):
		return discordUnknownInteraction()
	case i.acked:
		return discordError(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case d.options.Now().Sub(i.sent) > discordAckWithin:
		return discordUnknownInteraction()
	}
	body := c.object()
	data, _ := body["data"].(discordMap)
	kind, _ := body["type"].(float64)
	switch {
	case i.kind == discordComponentInteraction || i.kind == discordModalInteraction:
		if refused := d.respondPress(c, i, kind, data); refused != nil {
			return *refused
		}
	case kind == discordRespondChoices && i.kind == discordAutocompleteInteraction:
		i.choices = d.choices(c, data)
	case kind == discordRespondDeferred && i.kind == discordCommandInteraction:
		if discordFlags(data)&^discordEphemeral != 0 {
			d.find("%s: flags %d on a deferred response: only EPHEMERAL is allowed", c.route.name, discordFlags(data))
		}
		m := &DiscordMessage{Channel: i.place.Channel, Author: d.world.bot, Flags: discordFlags(data)&discordEphemeral | discordLoading, Interaction: i.id}
		d.put(m)
		i.original = m.ID
	case kind == discordRespondMessage && i.kind == discordCommandInteraction:
		content, refused := d.checkMessage(c, data, discordSuppressEmbeds|discordEphemeral|discordSuppressNotifications|discordComponentsV2)
		if refused != nil {
			return *refused
		}
		m := &DiscordMessage{Channel: i.place.Channel, Author: d.world.bot, Content: content, Flags: discordFlags(data), Interaction: i.id}
		m.Buttons, _ = d.buttons(c, data)
		d.put(m)
		i.original = m.ID
	default:
		d.find("%s: response type %v to interaction type %d", c.route.name, body["type"], i.kind)
		return discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	i.acked = true
	d.wake()
	return discordAnswer{http.StatusNoContent, nil}
}

// choices checks and returns what an autocomplete offers.
func (d *Discord) choices(c *discordCall, data discordMap) []string {
	list, ok := data["choices"].([]any)
	if !ok || len(list) > 25 {
		d.find("%s: choices missing or more than 25: %d", c.route.name, len(list))
	}
	out := []string{}
	for _, choice := range list {
		o, _ := choice.(discordMap)
		name, _ := o["name"].(string)
		value, _ := o["value"].(string)
		if n := discordLen(name); n < 1 || n > 100 || value == "" {
			d.find("%s: choice %q: %q: want names of 1 to 100 and a value", c.route.name, name, value)
		}
		out = append(out, name)
	}
	return out
}

// webhook finds the interaction of a webhook route, or says why there is none.
func (d *Discord) webhook(c *discordCall) (*discordInteraction, *discordAnswer) {
	var refused discordAnswer
	i := d.interactions[c.PathValue("token")]
	switch {
	case i == nil || !i.acked || c.PathValue("application") != d.world.bot:
		refused = discordUnknownWebhook()
	case d.options.Now().Sub(i.sent) > discordTokenLife:
		refused = discordError(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	default:
		return i, nil
	}
	return nil, &refused
}

// webhookMessage finds the message of a webhook route.
func (d *Discord) webhookMessage(c *discordCall) (*discordInteraction, *DiscordMessage, *discordAnswer) {
	i, refused := d.webhook(c)
	if refused != nil {
		return nil, nil, refused
	}
	id := c.PathValue("message")
	if id == "@original" {
		id = i.original
	}
	m := d.message(id)
	if m == nil || m.Interaction != i.id {
		unknown := discordError(http.StatusNotFound, 10008, "Unknown Message")
		return nil, nil, &unknown
	}
	return i, m, nil
}

func (d *Discord) webhookGet(c *discordCall) discordAnswer {
	_, m, refused := d.webhookMessage(c)
	if refused != nil {
		return *refused
	}
	return discordAnswer{http.StatusOK, d.messageObject(m, true)}
}

func (d *Discord) webhookEdit(c *discordCall) discordAnswer {
	i, m, refused := d.webhookMessage(c)
	if refused != nil {
		return *refused
	}
	a := d.edit(c, m)
	if a.status == http.StatusOK && m.ID == i.original {
		d.fillings = append(d.fillings, DiscordFilling{Channel: m.Channel, Interaction: i.id, Text: m.Text(), At: time.Now()})
	}
	return a
}

// A DiscordFilling is what stood in the response to a slash command for a while.
type DiscordFilling struct {
	Channel, Interaction string

	Text string    // as a reader sees it
	At   time.Time // wall clock
}

// Fillings returns what the responses to slash commands in a channel were
// edited to, oldest first.
func (d *Discord) Fillings(channel string) []DiscordFilling {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []DiscordFilling
	for _, f := range d.fillings {
		if f.Channel == channel {
			out = append(out, f)
		}
	}
	return out
}

func (d *Discord) webhookDelete(c *discordCall) discordAnswer {
	_, m, refused := d.webhookMessage(c)
	if refused != nil {
		return *refused
	}
	d.world.messages = slices.DeleteFunc(d.world.messages, func(o *DiscordMessage) bool { return o == m })
	d.wake()
	return discordAnswer{http.StatusNoContent, nil}
}

// webhookSend is a follow-up message; while the original is still deferred,
// the first one takes its place.
func (d *Discord) webhookSend(c *discordCall) discordAnswer {
	i, refused := d.webhook(c)
	if refused != nil {
		return *refused
	}
	content, refused := d.checkMessage(c, c.object(), discordSuppressEmbeds|discordEphemeral|discordSuppressNotifications|discordComponentsV2)
	if refused != nil {
		return *refused
	}
	buttons, _ := d.buttons(c, c.object())
	m := d.message(i.original)
	if m == nil || !m.Thinking() {
		m = &DiscordMessage{Channel: i.place.Channel, Author: d.world.bot, Content: content, Flags: discordFlags(c.object()), Interaction: i.id, Buttons: buttons}
		d.put(m)
	} else {
		m.Buttons = buttons
		m.Content, m.Flags = content, discordFlags(c.object())
		m.Edits++
		d.tell("MESSAGE_UPDATE", m)
	}
	return discordAnswer{http.StatusOK, d.messageObject(m, true)}
}

// RedeliverInteractions sends the event of every slash command once more.
func (d *Discord) RedeliverInteractions() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, i := range d.interactions {
		if i.event != nil {
			d.dispatch("INTERACTION_CREATE", 0, func(int) discordMap { return i.event })
		}
	}
}
