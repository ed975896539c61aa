package bottest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

// A TelegramUser is a person or a bot.
type TelegramUser struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	Username  string `json:"username,omitempty"`
	Language  string `json:"language_code,omitempty"`
}

// me is the user as getMe returns it: https://core.telegram.org/bots/api#user
func (u TelegramUser) me(readAll bool) map[string]any {
	return map[string]any{
		"id": u.ID, "is_bot": true, "first_name": u.FirstName, "username": u.Username,
		"can_join_groups": true, "can_read_all_group_messages": readAll, "supports_inline_queries": false,
		"can_connect_to_business": false, "has_main_web_app": false, "has_topics_enabled": false,
	}
}

// A TelegramChat is a private chat, a group, a supergroup or a channel.
type TelegramChat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
	Forum bool   `json:"is_forum,omitempty"`
}

// A TelegramMessage is one message of a chat.
type TelegramMessage struct {
	ID       int
	Chat     int64
	From     TelegramUser
	Date     time.Time
	Edited   time.Time // zero: never
	Text     string    // as a reader sees it
	Raw      string    // as the bot sent it
	Entities []TelegramEntity
	ReplyTo  int
	Thread   int
	InTopic  bool // Thread is a topic of a forum
	Deleted  bool
	Keyboard [][]TelegramButton
	media    string
}

// telegramChat is a chat and what stands in it.
type telegramChat struct {
	info     TelegramChat
	messages []*TelegramMessage
	topics   map[int]bool
	admins   []TelegramUser
	refusal  string            // why the bot cannot send here; "" when it can
	migrated int64             // the supergroup it became
	answered map[int]time.Time // by topic: when the bot sent its last message there
}

func (c *telegramChat) message(id int) *TelegramMessage {
	if i := slices.IndexFunc(c.messages, func(m *TelegramMessage) bool { return m.ID == id && !m.Deleted }); i >= 0 {
		return c.messages[i]
	}
	return nil
}

// json is a message as the Bot API shows it:
// https://core.telegram.org/bots/api#message
func (c *telegramChat) json(m TelegramMessage) map[string]any {
	out := map[string]any{"message_id": m.ID, "date": m.Date.Unix(), "chat": c.info, "from": m.From}
	text, entities := "text", "entities"
	if m.media != "" {
		text, entities = "caption", "caption_entities"
		file := map[string]any{"file_id": "f1", "file_unique_id": "u1", "width": 1, "height": 1, "duration": 1, "type": "regular", "is_animated": false, "is_video": false}
		out[m.media] = file
		if m.media == "photo" {
			out[m.media] = []any{file}
		}
	}
	if m.Text != "" {
		out[text] = m.Text
	}
	if len(m.Entities) > 0 {
		out[entities] = m.Entities
	}
	if len(m.Keyboard) > 0 {
		out["reply_markup"] = map[string]any{"inline_keyboard": m.Keyboard}
	}
	if m.Thread != 0 {
		out["message_thread_id"] = m.Thread
	}
	if m.InTopic {
		out["is_topic_message"] = true
	}
	if r := c.message(m.ReplyTo); r != nil {
		short := *r
		short.ReplyTo = 0
		out["reply_to_message"] = c.json(short)
	}
	return out
}

// Member makes a person with a language such as "en" or "zh-hans".
func (t *Telegram) Member(name, language string) TelegramUser {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nextID++
	return TelegramUser{ID: t.nextID, FirstName: name, Username: strings.ToLower(name) + fmt.Sprint(t.nextID), Language: language}
}

// Private opens the chat of a person and the bot.
func (t *Telegram) Private(u TelegramUser) TelegramChat {
	return t.open(TelegramChat{ID: u.ID, Type: "private"})
}

// Group makes a basic group.
func (t *Telegram) Group(title string) TelegramChat {
	return t.open(TelegramChat{ID: -t.newID(), Type: "group", Title: title})
}

// Supergroup makes a supergroup; one with topics when forum is set.
func (t *Telegram) Supergroup(title string, forum bool) TelegramChat {
	return t.open(TelegramChat{ID: -1000000000000 - t.newID(), Type: "supergroup", Title: title, Forum: forum})
}

// Channel makes a channel.
func (t *Telegram) Channel(title string) TelegramChat {
	return t.open(TelegramChat{ID: -1000000000000 - t.newID(), Type: "channel", Title: title})
}

func (t *Telegram) newID() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nextID++
	return t.nextID
}

func (t *Telegram) open(c TelegramChat) TelegramChat {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.chats[c.ID] == nil {
		t.chats[c.ID] = &telegramChat{info: c, topics: make(map[int]bool), answered: make(map[int]time.Time)}
	}
	return t.chats[c.ID].info
}

// Promote makes a member an administrator of a group.
func (t *Telegram) Promote(c TelegramChat, u TelegramUser) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chats[c.ID].admins = append(t.chats[c.ID].admins, u)
}

// Topic opens a topic of a forum and returns its thread id.
func (t *Telegram) Topic(c TelegramChat) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	chat := t.chats[c.ID]
	m := TelegramMessage{Chat: c.ID, From: TelegramUser{ID: 1, FirstName: "Owner"}, Date: time.Now()}
	t.store(chat, &m)
	chat.topics[m.ID] = true
	return m.ID
}

// CloseTopic deletes a topic.
func (t *Telegram) CloseTopic(c TelegramChat, thread int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.chats[c.ID].topics, thread)
}

// Refuse keeps the bot from sending to c, with the reason as the server gives
// it: "bot was blocked by the user", "bot was kicked from the group chat". ""
// lets it send again.
func (t *Telegram) Refuse(c TelegramChat, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chats[c.ID].refusal = reason
}

// Upgrade turns a group into a supergroup, which has another id.
func (t *Telegram) Upgrade(c TelegramChat) TelegramChat {
	to := t.Supergroup(c.Title, false)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chats[c.ID].migrated = to.ID
	return to
}

// A TelegramPost is what a member sends.
type TelegramPost struct {
	Chat    TelegramChat
	From    TelegramUser
	Text    string // the caption, with Media
	ReplyTo int    // message id
	Thread  int    // topic of a forum
	Media   string // "photo", "sticker", "voice", ...; "" for text
	Extra   map[string]any
}

// Say lets a member send text to a chat.
func (t *Telegram) Say(c TelegramChat, u TelegramUser, text string) TelegramMessage {
	return t.Post(TelegramPost{Chat: c, From: u, Text: text})
}

// Reply lets a member reply to a message.
func (t *Telegram) Reply(to TelegramMessage, u TelegramUser, text string) TelegramMessage {
	t.mu.Lock()
	c := t.chats[to.Chat].info
	t.mu.Unlock()
	p := TelegramPost{Chat: c, From: u, Text: text, ReplyTo: to.ID}
	if to.InTopic {
		p.Thread = to.Thread
	}
	return t.Post(p)
}

// Post stores a message and delivers it to the bot as far as privacy mode lets
// the bot see it.
func (t *Telegram) Post(p TelegramPost) TelegramMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	chat := t.chats[p.Chat.ID]
	m := TelegramMessage{
		Chat: p.Chat.ID, From: p.From, Date: time.Now(), Text: p.Text, media: p.Media,
		Entities: findEntities(p.Text), ReplyTo: p.ReplyTo, Thread: p.Thread, InTopic: p.Thread != 0,
	}
	if p.ReplyTo != 0 && p.Thread == 0 && chat.info.Type == "supergroup" {
		m.Thread = p.ReplyTo // replies in plain supergroups carry a thread id too
	}
	t.store(chat, &m)
	body := chat.json(m)
	for key, value := range p.Extra {
		body[key] = value
	}
	switch {
	case chat.info.Type == "channel":
		delete(body, "from")
		body["sender_chat"] = chat.info
		t.push("channel_post", body)
	case t.visible(chat, m):
		t.push("message", body)
	}
	return m
}

// EditMessage lets a member change the text of a message.
func (t *Telegram) EditMessage(m TelegramMessage, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	chat := t.chats[m.Chat]
	stored := chat.message(m.ID)
	stored.Text, stored.Entities = text, findEntities(text)
	body := chat.json(*stored)
	body["edit_date"] = time.Now().Unix()
	kind := "edited_message"
	if chat.info.Type == "channel" {
		kind = "edited_channel_post"
	}
	t.push(kind, body)
}

// Push delivers any update: kind is its field in
// https://core.telegram.org/bots/api#update. It passes by allowed_updates, as
// updates do that were made before the bot changed it.
func (t *Telegram) Push(kind string, content any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	allowed := t.queue.allowed
	t.queue.allowed = []string{kind}
	t.push(kind, content)
	t.queue.allowed = allowed
}

// Messages returns the messages of the bot in c that are not deleted. One that
// says nothing yet is none; see [Telegram.Placeholders].
func (t *Telegram) Messages(c TelegramChat) []TelegramMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []TelegramMessage
	for _, m := range t.chats[c.ID].messages {
		if m.From.ID == t.bot.ID && !m.Deleted && m.Text != bot.Placeholder {
			out = append(out, *m)
		}
	}
	return out
}

// Placeholders returns how many messages of the bot in all chats say nothing.
func (t *Telegram) Placeholders() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.chats {
		for _, m := range c.messages {
			if m.From.ID == t.bot.ID && !m.Deleted && m.Text == bot.Placeholder {
				n++
			}
		}
	}
	return n
}

// WaitMessages returns the messages of the bot in c once there are n.
func (t *Telegram) WaitMessages(ctx context.Context, c TelegramChat, n int) ([]TelegramMessage, error) {
	err := t.Wait(ctx, func() bool { return len(t.Messages(c)) >= n })
	got := t.Messages(c)
	if err != nil {
		return got, fmt.Errorf("wait for message %d of the bot, %d so far: %w", n, len(got), err)
	}
	return got, nil
}

// store gives m its id and keeps it. Ids count up within a chat. The caller
// holds mu.
func (t *Telegram) store(chat *telegramChat, m *TelegramMessage) {
	m.ID = len(chat.messages) + 2 // 1 is the General topic's
	chat.messages = append(chat.messages, m)
	t.wake()
}

// visible reports whether the bot may see m:
// https://core.telegram.org/bots/features#privacy-mode
func (t *Telegram) visible(chat *telegramChat, m TelegramMessage) bool {
	if t.options.ReadAll || chat.info.Type == "private" {
		return true
	}
	if r := chat.message(m.ReplyTo); r != nil && r.From.ID == t.bot.ID {
		return true
	}
	units := utf16Text(m.Text)
	return slices.ContainsFunc(m.Entities, func(e TelegramEntity) bool {
		text := units.slice(e.Offset, e.Length)
		_, other, addressed := strings.Cut(text, "@")
		switch e.Type {
		case "bot_command":
			return !addressed || strings.EqualFold(other, t.bot.Username)
		case "mention":
			return strings.EqualFold(other, t.bot.Username)
		}
		return false
	})
}

// What the server finds in a member's text by itself.
var telegramTokens = regexp.MustCompile(`(^|[^\w/@])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?|@[A-Za-z0-9_]{3,32})`)

// findEntities finds commands and mentions, with offsets in UTF-16 units.
func findEntities(text string) []TelegramEntity {
	var out []TelegramEntity
	for _, at := range telegramTokens.FindAllStringSubmatchIndex(text, -1) {
		token := text[at[4]:at[5]]
		kind := "mention"
		if token[0] == '/' {
			kind = "bot_command"
		}
		out = append(out, TelegramEntity{Type: kind, Offset: utf16Units(text[:at[4]]), Length: utf16Units(token)})
	}
	return out
}
