package bottest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// The channel types in use:
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
const (
	discordTextChannel   = 0
	discordDirectChannel = 1
	discordThread        = 11
)

// Message flags:
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	discordSuppressEmbeds        = 1 << 2
	discordEphemeral             = 1 << 6
	discordLoading               = 1 << 7
	discordSuppressNotifications = 1 << 12
	discordVoiceMessage          = 1 << 13
	discordComponentsV2          = 1 << 15
)

// A DiscordPlace is where something is said. A channel without a guild is a
// direct one, between one member and the bot.
type DiscordPlace struct{ Guild, Channel string }

// A DiscordMessage is a message as the bot's server holds it.
type DiscordMessage struct {
	ID, Guild, Channel, Author string

	Content     string
	Flags       int
	Reference   string // id of the message that it replies to
	Interaction string // id of the interaction that it answers
	Edits       int
	Buttons     []DiscordButton

	mentions []string // user ids, that of a pinged reply included
	webhook  bool     // sent by a webhook that is no interaction
	sent     time.Time
	nonce    string
}

// Thinking reports whether the message is a deferred response without content yet.
func (m DiscordMessage) Thinking() bool { return m.Flags&discordLoading != 0 }

// Text is the message as a reader sees it; see [DiscordText].
func (m DiscordMessage) Text() string { return DiscordText(m.Content) }

type discordWorld struct {
	bot, guild, channel, thread, member string

	owner, role string          // of the server; the role of those who may manage it
	admins      map[string]bool // members with that role

	users    map[string]discordUser
	channels map[string]discordChannel
	direct   map[string]string // user to channel
	messages []*DiscordMessage
}

type discordUser struct {
	id, name string
	bot      bool
}

type discordChannel struct {
	id, guild, name string
	kind            int
	with            string // the member, in a direct channel
}

type discordMap = map[string]any

// start makes the bot, one member, and one server with a channel and a thread.
func (w *discordWorld) start(d *Discord) {
	w.owner, w.role, w.admins = d.newID(), d.newID(), make(map[string]bool)
	w.users = make(map[string]discordUser)
	w.channels = make(map[string]discordChannel)
	w.direct = make(map[string]string)
	w.bot, w.guild, w.channel, w.thread = d.newID(), d.newID(), d.newID(), d.newID()
	w.users[w.bot] = discordUser{w.bot, "waymark", true}
	w.channels[w.channel] = discordChannel{id: w.channel, guild: w.guild, name: "general", kind: discordTextChannel}
	w.channels[w.thread] = discordChannel{id: w.thread, guild: w.guild, name: "a thread", kind: discordThread}
	w.member = d.newID()
	w.users[w.member] = discordUser{w.member, "member", false}
}

// Bot is the user id of the bot, which is also the id of its application.
func (d *Discord) Bot() string { return d.world.bot }

// Member is the user id of the member who is there from the start.
func (d *Discord) Member() string { return d.world.member }

// Server is the channel of the server.
func (d *Discord) Server() DiscordPlace { return DiscordPlace{d.world.guild, d.world.channel} }

// Thread is a thread in the channel of the server.
func (d *Discord) Thread() DiscordPlace { return DiscordPlace{d.world.guild, d.world.thread} }

// AddUser adds a member, or another bot, and returns its user id.
func (d *Discord) AddUser(name string, bot bool) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.newID()
	d.world.users[id] = discordUser{id, name, bot}
	return id
}

// AddChannel adds a channel to the server.
func (d *Discord) AddChannel(name string) DiscordPlace {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.newID()
	d.world.channels[id] = discordChannel{id: id, guild: d.world.guild, name: name}
	return DiscordPlace{d.world.guild, id}
}

// Direct is the direct channel between user and the bot.
func (d *Discord) Direct(user string) DiscordPlace {
	d.mu.Lock()
	defer d.mu.Unlock()
	return DiscordPlace{Channel: d.directChannel(user)}
}

func (d *Discord) directChannel(user string) string {
	if id, ok := d.world.direct[user]; ok {
		return id
	}
	id := d.newID()
	d.world.channels[id] = discordChannel{id: id, kind: discordDirectChannel, with: user}
	d.world.direct[user] = id
	return id
}

// Messages returns the messages of a channel, oldest first.
func (d *Discord) Messages(channel string) []DiscordMessage {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []DiscordMessage
	for _, m := range d.world.messages {
		if m.Channel == channel {
			out = append(out, *m)
		}
	}
	return out
}

// Answers returns what the bot has said in a channel, oldest first, without
// responses that are still "thinking" and messages that say nothing yet.
func (d *Discord) Answers(channel string) []DiscordMessage {
	return slices.DeleteFunc(d.Messages(channel), func(m DiscordMessage) bool {
		return m.Author != d.world.bot || m.Thinking() || m.Content == bot.Placeholder
	})
}

// WaitAnswers waits for at least n messages of the bot in a channel.
func (d *Discord) WaitAnswers(ctx context.Context, channel string, n int) ([]DiscordMessage, error) {
	var answers []DiscordMessage
	err := d.Wait(ctx, func() bool {
		answers = d.Answers(channel)
		return len(answers) >= n
	})
	if err != nil {
		return answers, fmt.Errorf("%d of %d answers: %w", len(answers), n, err)
	}
	return answers, nil
}

// put stores a message and tells the gateway. d.mu is held.
func (d *Discord) put(m *DiscordMessage) {
	m.ID = d.newID()
	m.sent = d.options.Now()
	m.Guild = d.world.channels[m.Channel].guild
	d.world.messages = append(d.world.messages, m)
	d.tell("MESSAGE_CREATE", m)
	d.wake()
}

// tell dispatches a message to the gateway, with the content that each session
// may see. d.mu is held.
func (d *Discord) tell(event string, m *DiscordMessage) {
	intent := discordIntentGuildMessages
	if m.Guild == "" {
		intent = discordIntentDirectMessages
	}
	d.dispatch(event, intent, func(intents int) discordMap {
		o := d.messageObject(m, d.contentVisible(m, intents))
		if m.Guild != "" {
			o["guild_id"] = m.Guild
			member := d.memberObject(m.Author)
			delete(member, "permissions") // only interactions say
			o["member"] = member
		}
		return o
	})
}

// contentVisible reports whether the bot may read m: its own messages, direct
// ones and those that mention it, a pinged reply to a plain message of its
// own included, and all with the message content intent.
// https://docs.discord.com/developers/events/gateway#message-content-intent
func (d *Discord) contentVisible(m *DiscordMessage, intents int) bool {
	return intents&discordIntentMessageContent != 0 || m.Guild == "" || m.Author == d.world.bot || d.mentionsBot(m)
}

func (d *Discord) mentionsBot(m *DiscordMessage) bool {
	if !slices.Contains(m.mentions, d.world.bot) {
		return false
	}
	if slices.Contains(discordMentioned(m.Content), d.world.bot) {
		return true
	}
	to := d.message(m.Reference)
	return to != nil && to.Interaction == ""
}

// message returns the message of that id, nil when there is none. d.mu is held.
func (d *Discord) message(id string) *DiscordMessage {
	for _, m := range d.world.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

var discordMention = regexp.MustCompile(`<@!?(\d+)>`)

func discordMentioned(content string) []string {
	var ids []string
	for _, m := range discordMention.FindAllStringSubmatch(content, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// messageObject is m as Discord's JSON shows it.
func (d *Discord) messageObject(m *DiscordMessage, visible bool) discordMap {
	o := discordMap{
		"id": m.ID, "channel_id": m.Channel, "author": d.world.users[m.Author].object(),
		"type": 0, "content": "", "flags": m.Flags, "timestamp": m.sent.UTC().Format(time.RFC3339Nano), "edited_timestamp": nil,
		"tts": false, "pinned": false, "mention_everyone": false,
		"mentions": d.userObjects(m.mentions), "mention_roles": []any{}, "attachments": []any{}, "embeds": []any{}, "components": m.componentObjects(),
	}
	if visible {
		o["content"] = m.Content
	}
	if m.Edits > 0 {
		o["edited_timestamp"] = m.sent.Add(time.Duration(m.Edits) * time.Second).UTC().Format(time.RFC3339Nano)
	}
	if m.webhook {
		o["webhook_id"] = m.Author
	}
	if m.Interaction != "" {
		o["type"] = 20 // CHAT_INPUT_COMMAND
		o["application_id"] = d.world.bot
		o["webhook_id"] = d.world.bot
	}
	if m.Reference != "" {
		o["type"] = 19 // REPLY
		o["message_reference"] = discordMap{"type": 0, "message_id": m.Reference, "channel_id": m.Channel}
		if to := d.message(m.Reference); to != nil {
			plain := *to
			plain.Reference = ""
			o["referenced_message"] = d.messageObject(&plain, visible)
		}
	}
	return o
}

func (d *Discord) userObjects(ids []string) []any {
	out := []any{}
	for _, id := range ids {
		if u, ok := d.world.users[id]; ok {
			out = append(out, u.object())
		}
	}
	return out
}

func (u discordUser) object() discordMap {
	o := discordMap{
		"id": u.id, "username": u.name, "discriminator": "0", "global_name": nil, "avatar": nil,
		"public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if u.bot {
		o["bot"] = true
	}
	return o
}

// memberObject is a member of the server as an interaction shows it.
func (d *Discord) memberObject(user string) discordMap {
	roles, permissions := []any{}, int64(discordMemberMay)
	if d.world.admins[user] {
		roles, permissions = []any{d.world.role}, discordMemberMay|discordManageServer
	}
	return discordMap{
		"roles": roles, "joined_at": "2024-01-01T00:00:00Z", "deaf": false, "mute": false, "flags": 0, "pending": false,
		"permissions": fmt.Sprint(permissions), "nick": nil, "avatar": nil, "premium_since": nil, "communication_disabled_until": nil,
	}
}

func (d *Discord) channelObject(c discordChannel) discordMap {
	o := discordMap{"id": c.id, "type": c.kind, "flags": 0}
	switch c.kind {
	case discordDirectChannel:
		o["recipients"] = d.userObjects([]string{c.with})
	case discordThread:
		o["thread_metadata"] = discordMap{
			"archived": false, "archive_timestamp": "2024-01-01T00:00:00Z", "auto_archive_duration": 1440, "locked": false,
			"create_timestamp": "2024-01-01T00:00:00Z",
		}
		o["owner_id"], o["parent_id"] = d.world.member, d.world.channel
		o["message_count"], o["member_count"], o["total_message_sent"] = 0, 1, 0
		fallthrough
	default:
		o["guild_id"], o["name"], o["position"] = c.guild, c.name, 0
	}
	return o
}

func (d *Discord) guildObject() discordMap {
	channels := []any{}
	for _, c := range d.world.channels {
		if c.guild != "" && c.kind == discordTextChannel {
			channels = append(channels, d.channelObject(c))
		}
	}
	return discordMap{
		"id": d.world.guild, "name": "Sandbox", "unavailable": false, "member_count": 2, "joined_at": "2024-01-01T00:00:00Z",
		"channels": channels, "threads": []any{}, "members": []any{}, "roles": []any{}, "emojis": []any{}, "preferred_locale": "en-US",
		"owner_id": d.world.member, "large": false,
	}
}
