package telegram

import (
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

// read turns an update into a message for the bot. It returns false for what
// nobody asked the bot: edits, channel posts, other bots, the talk of a group.
func (a *Adapter) read(u update) (bot.Message, bool) {
	m := u.Message
	if m == nil || m.Chat == nil || m.From == nil || m.Chat.Type == "channel" || fromMachine(m) {
		return bot.Message{}, false
	}
	private := m.Chat.Type == "private"
	out := bot.Message{
		Platform: Name,
		ID:       strconv.Itoa(u.UpdateID),
		Chat:     strconv.FormatInt(m.Chat.ID, 10),
		User:     author(m),
		Private:  private,
		Locale:   m.From.LanguageCode,
	}
	if topic := m.topic(); topic != 0 {
		out.Chat += "/" + strconv.Itoa(topic)
	}
	text, entities := m.text()
	if text == "" {
		out.Command = bot.CommandNoText
		return out, private && m.wordless()
	}
	said := unitsOf(text)
	if command := commandOf(entities); command != nil {
		return a.readCommand(out, said, *command)
	}
	mentions := a.mentions(said, entities)
	if !private && len(mentions) == 0 && !a.repliesToUs(m) {
		return bot.Message{}, false
	}
	out.Text = strings.TrimLeft(said.without(mentions), " \t\n,:;，：；、")
	return out, true
}

// fromMachine reports whether no person wrote m: another bot, a channel's post
// that Telegram copied into its group, a result of an inline bot. Anonymous
// administrators come as a bot too, but on behalf of a chat.
func fromMachine(m *message) bool {
	return m.From.IsBot && m.SenderChat == nil || m.Forwarded || m.ViaBot != nil
}

// author identifies who wrote m: the person, or the chat they speak for.
func author(m *message) string {
	if m.SenderChat != nil {
		return strconv.FormatInt(m.SenderChat.ID, 10)
	}
	return strconv.FormatInt(m.From.ID, 10)
}

// commandOf returns the entity of a command that begins the message.
func commandOf(entities []tgbotapi.MessageEntity) *tgbotapi.MessageEntity {
	for _, e := range entities {
		if e.Type == "bot_command" && e.Offset == 0 {
			return &e
		}
	}
	return nil
}

// readCommand reads "/ask@name question". A command for another bot is not
// ours, and in a group neither is a bare one that we do not have.
func (a *Adapter) readCommand(out bot.Message, said units, e tgbotapi.MessageEntity) (bot.Message, bool) {
	command, name, addressed := strings.Cut(strings.TrimPrefix(said.of(e), "/"), "@")
	out.Command = strings.ToLower(command)
	out.Text = said.without([]tgbotapi.MessageEntity{e})
	switch {
	case addressed:
		return out, strings.EqualFold(name, a.self.UserName)
	case out.Private:
		return out, true
	}
	out.Bare = true
	return out, knownCommand(out.Command)
}

func knownCommand(command string) bool {
	if command == bot.CommandStart {
		return true
	}
	for _, c := range append(bot.Commands(""), bot.AdminCommands("", false)...) {
		if c.Name == command {
			return true
		}
	}
	return false
}

// mentions returns the entities that name exactly this bot.
func (a *Adapter) mentions(said units, entities []tgbotapi.MessageEntity) []tgbotapi.MessageEntity {
	var out []tgbotapi.MessageEntity
	for _, e := range entities {
		named := e.Type == "mention" && strings.EqualFold(said.of(e), "@"+a.self.UserName)
		if named || e.Type == "text_mention" && e.User != nil && e.User.ID == a.self.ID {
			out = append(out, e)
		}
	}
	return out
}

// repliesToUs reports whether m replies to a message of the bot. Every message
// of a topic "replies" to the note that opened it; that is no reply.
func (a *Adapter) repliesToUs(m *message) bool {
	r := m.ReplyToMessage
	return r != nil && r.From != nil && r.From.ID == a.self.ID && (!m.InTopic || r.MessageID != m.Thread)
}
