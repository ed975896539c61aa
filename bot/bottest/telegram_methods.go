package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The limits that the specification does not hold.
// https://core.telegram.org/bots/api#sendmessage and #botcommand; the raw size
// and the number of entities: https://github.com/tdlib/telegram-bot-api,
// https://core.telegram.org/api/errors (ENTITIES_TOO_LONG), https://limits.tginfo.me/en
const (
	mostTextUnits   = 4096
	mostRawBytes    = 32768
	mostEntities    = 100
	mostCommands    = 100
	longestCommand  = 32
	longestDescribe = 256
)

// dispatch runs a method.
func (t *Telegram) dispatch(ctx context.Context, method string, form map[string]string) telegramAnswer {
	switch method {
	case "getMe":
		return succeed(t.bot.me(t.options.ReadAll))
	case "getUpdates":
		return t.getUpdates(ctx, form)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.wake()
	if refused := t.overLimit(method, form); refused != nil {
		return *refused
	}
	switch method {
	case "sendMessage":
		return t.sendMessage(form)
	case "editMessageText":
		return t.editMessageText(form)
	case "editMessageReplyMarkup":
		return t.editMessageReplyMarkup(form)
	case "answerCallbackQuery":
		return t.answerCallbackQuery(form)
	case "deleteMessage":
		return t.deleteMessage(form)
	case "sendMessageDraft":
		return t.sendMessageDraft(form)
	case "sendChatAction":
		return t.sendChatAction(form)
	case "setMyCommands":
		return t.setMyCommands(form)
	case "deleteMyCommands":
		delete(t.commands, commandsKey(form))
		return succeed(true)
	case "getChatAdministrators":
		return t.getChatAdministrators(form)
	case "deleteWebhook":
		t.queue.webhook = ""
		return succeed(true)
	case "getWebhookInfo":
		return succeed(map[string]any{"url": t.queue.webhook, "has_custom_certificate": false, "pending_update_count": len(t.queue.updates)})
	case "close", "logOut":
		return succeed(true)
	}
	t.finding("%s: the loopback server does not know this method", method)
	return refuse(404, "Not Found: method not found")
}

// target finds the chat a call is for, or what the server says when it cannot
// be sent to.
func (t *Telegram) target(form map[string]string) (*telegramChat, *telegramAnswer) {
	c := t.chats[chatParam(form)]
	var refused telegramAnswer
	switch {
	case c == nil:
		refused = refuse(400, "Bad Request: chat not found")
	case c.migrated != 0:
		refused = refuse(400, "Bad Request: group chat was upgraded to a supergroup chat")
		refused.migrate = c.migrated
	case c.refusal != "":
		refused = refuse(403, "Forbidden: %s", c.refusal)
	default:
		return c, t.checkThread(c, form)
	}
	return nil, &refused
}

// checkThread refuses a topic that does not exist. The General topic has the id
// 1 and must not be named.
func (t *Telegram) checkThread(c *telegramChat, form map[string]string) *telegramAnswer {
	thread, given := form["message_thread_id"]
	if !given {
		return nil
	}
	if id, _ := strconv.Atoi(thread); !c.topics[id] {
		refused := refuse(400, "Bad Request: message thread not found")
		return &refused
	}
	return nil
}

func (t *Telegram) sendMessage(form map[string]string) telegramAnswer {
	text, entities, refused := t.format(form)
	if refused != nil {
		return *refused
	}
	chat, refused := t.target(form)
	if refused != nil {
		return *refused
	}
	keyboard, refused := t.keyboard("sendMessage", form)
	if refused != nil {
		return *refused
	}
	m := TelegramMessage{Chat: chat.info.ID, From: t.bot, Text: text, Raw: form["text"], Entities: entities, Keyboard: keyboard, Date: time.Now()}
	m.Thread, _ = strconv.Atoi(form["message_thread_id"])
	m.InTopic = m.Thread != 0
	if refused := t.replyTo(chat, form, &m); refused != nil {
		return *refused
	}
	t.checkAlone("sendMessage", form)
	t.store(chat, &m)
	chat.answered[m.Thread] = time.Now()
	return succeed(chat.json(m))
}

// checkAlone notes parameters that say the same thing twice.
func (t *Telegram) checkAlone(method string, form map[string]string) {
	if form["parse_mode"] != "" && form["entities"] != "" {
		t.finding("%s: parse_mode and entities together", method)
	}
}

// format parses the text of a message and holds it against the limits.
func (t *Telegram) format(form map[string]string) (string, []TelegramEntity, *telegramAnswer) {
	text := form["text"]
	if len(text) > mostRawBytes {
		refused := refuse(400, "Bad Request: text is too long")
		return "", nil, &refused
	}
	var entities []TelegramEntity
	var err error
	switch mode := strings.ToLower(form["parse_mode"]); mode {
	case "html":
		text, entities, err = ParseTelegramHTML(text)
	case "":
	default:
		t.finding("sendMessage: parse_mode %s is not used here", mode)
	}
	var refused telegramAnswer
	switch {
	case err != nil:
		refused = refuse(400, "Bad Request: can't parse entities: %s", err)
	case strings.TrimSpace(text) == "":
		refused = refuse(400, "Bad Request: message text is empty")
	case utf16Units(text) > mostTextUnits:
		refused = refuse(400, "Bad Request: message is too long")
	default:
		return text, t.keepEntities(entities), nil
	}
	return "", nil, &refused
}

// keepEntities drops what the server drops in silence, and notes it.
func (t *Telegram) keepEntities(entities []TelegramEntity) []TelegramEntity {
	if len(entities) > mostEntities {
		t.finding("sendMessage: %d entities, those past %d are lost", len(entities), mostEntities)
		entities = entities[:mostEntities]
	}
	var kept []TelegramEntity
	for _, e := range entities {
		if u, err := url.Parse(e.URL); e.Type == "text_link" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			t.finding("sendMessage: the link %q is no link to Telegram", e.URL)
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

// replyTo sets what m replies to.
func (t *Telegram) replyTo(chat *telegramChat, form map[string]string, m *TelegramMessage) *telegramAnswer {
	if form["reply_parameters"] == "" {
		return nil
	}
	var p struct {
		MessageID int  `json:"message_id"`
		Anyway    bool `json:"allow_sending_without_reply"`
	}
	_ = json.Unmarshal([]byte(form["reply_parameters"]), &p)
	switch {
	case chat.message(p.MessageID) != nil:
		m.ReplyTo = p.MessageID
	case !p.Anyway:
		refused := refuse(400, "Bad Request: message to be replied not found")
		return &refused
	}
	return nil
}

// editable returns the message that a form names, which has to be the bot's.
func (t *Telegram) editable(form map[string]string) (*telegramChat, *TelegramMessage, *telegramAnswer) {
	var why telegramAnswer
	chat, refused := t.target(form)
	if refused != nil {
		return nil, nil, refused
	}
	id, _ := strconv.Atoi(form["message_id"])
	switch m := chat.message(id); {
	case m == nil:
		why = refuse(400, "Bad Request: message to edit not found")
	case m.From.ID != t.bot.ID:
		why = refuse(400, "Bad Request: message can't be edited")
	default:
		return chat, m, nil
	}
	return nil, nil, &why
}

func (t *Telegram) editMessageText(form map[string]string) telegramAnswer {
	text, entities, refused := t.format(form)
	if refused != nil {
		return *refused
	}
	chat, m, refused := t.editable(form)
	if refused != nil {
		return *refused
	}
	if m.Text == text && fmt.Sprint(m.Entities) == fmt.Sprint(entities) {
		return refuse(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	keyboard, refused := t.keyboard("editMessageText", form)
	if refused != nil {
		return *refused
	}
	m.Text, m.Raw, m.Entities, m.Keyboard, m.Edited = text, form["text"], entities, keyboard, time.Now()
	return succeed(chat.json(*m))
}

func (t *Telegram) deleteMessage(form map[string]string) telegramAnswer {
	chat, refused := t.target(form)
	if refused != nil {
		return *refused
	}
	id, _ := strconv.Atoi(form["message_id"])
	m := chat.message(id)
	switch {
	case m == nil:
		return refuse(400, "Bad Request: message to delete not found")
	case time.Since(m.Date) > 48*time.Hour:
		return refuse(400, "Bad Request: message can't be deleted")
	}
	m.Deleted = true
	return succeed(true)
}

func (t *Telegram) sendChatAction(form map[string]string) telegramAnswer {
	if _, refused := t.target(form); refused != nil {
		return *refused
	}
	if form["action"] != "typing" {
		t.finding("sendChatAction: action %q is not typing", form["action"])
	}
	return succeed(true)
}

var commandName = regexp.MustCompile(`^[a-z0-9_]+$`)

func (t *Telegram) setMyCommands(form map[string]string) telegramAnswer {
	var commands []struct{ Command, Description string }
	if err := json.Unmarshal([]byte(form["commands"]), &commands); err != nil {
		return refuse(400, "Bad Request: can't parse commands JSON object")
	}
	if len(commands) > mostCommands {
		return refuse(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
	}
	var names []string
	for _, c := range commands {
		if !commandName.MatchString(c.Command) || len(c.Command) > longestCommand {
			return refuse(400, "Bad Request: BOT_COMMAND_INVALID")
		}
		if n := utf16Units(c.Description); n < 1 || n > longestDescribe {
			return refuse(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
		}
		names = append(names, c.Command)
	}
	if scope := commandScope(form); scope.Type == "chat" && t.chats[scope.Chat] == nil {
		return refuse(400, "Bad Request: chat not found")
	}
	t.commands[commandsKey(form)] = names
	return succeed(true)
}

// A telegramScope says who is shown commands:
// https://core.telegram.org/bots/api#botcommandscope
type telegramScope struct {
	Type string `json:"type"`
	Chat int64  `json:"chat_id"`
}

func commandScope(form map[string]string) telegramScope {
	var s telegramScope
	_ = json.Unmarshal([]byte(form["scope"]), &s)
	return s
}

// commandsKey is what commands are kept under: the language alone in the default
// scope.
func commandsKey(form map[string]string) string {
	s := commandScope(form)
	switch s.Type {
	case "", "default":
		return form["language_code"]
	case "chat":
		return strings.TrimSpace(fmt.Sprintf("%s chat %d", form["language_code"], s.Chat))
	}
	return strings.TrimSpace(form["language_code"] + " " + s.Type)
}

// getChatAdministrators lists who was promoted:
// https://core.telegram.org/bots/api#getchatadministrators
func (t *Telegram) getChatAdministrators(form map[string]string) telegramAnswer {
	chat, refused := t.target(form)
	switch {
	case refused != nil:
		return *refused
	case chat.info.Type == "private":
		return refuse(400, "Bad Request: there are no administrators in the private chat")
	}
	out := []any{}
	for _, u := range chat.admins {
		out = append(out, map[string]any{"status": "administrator", "user": u, "is_anonymous": false, "can_be_edited": false})
	}
	return succeed(out)
}

// chatParam returns the chat of a call, 0 when it names none.
func chatParam(form map[string]string) int64 {
	id, _ := strconv.ParseInt(form["chat_id"], 10, 64)
	return id
}
