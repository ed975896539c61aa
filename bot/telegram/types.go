package telegram

import (
	"strings"
	"unicode/utf16"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// An update is the library's, with the fields it does not know:
// https://core.telegram.org/bots/api#update
type update struct {
	tgbotapi.Update
	Message       *message  `json:"message"`
	CallbackQuery *callback `json:"callback_query"`
}

// A callback is a button that was pressed:
// https://core.telegram.org/bots/api#callbackquery
type callback struct {
	ID      string         `json:"id"`
	From    *tgbotapi.User `json:"from"`
	Message *message       `json:"message"` // below which the button stands
	Data    string         `json:"data"`
}

// A message is the library's, with the fields it does not know:
// https://core.telegram.org/bots/api#message
type message struct {
	tgbotapi.Message
	Thread         int      `json:"message_thread_id"`
	InTopic        bool     `json:"is_topic_message"`
	Forwarded      bool     `json:"is_automatic_forward"`
	ReplyToMessage *message `json:"reply_to_message"`
}

// text returns what m says and the entities in it: of a photo, its caption.
func (m *message) text() (string, []tgbotapi.MessageEntity) {
	if m.Text != "" {
		return m.Text, m.Entities
	}
	return m.Caption, m.CaptionEntities
}

// wordless reports whether m is something to look at or to listen to, and not
// a note of the platform ("joined", "pinned").
func (m *message) wordless() bool {
	return len(m.Photo) > 0 || m.Sticker != nil || m.Voice != nil || m.Video != nil || m.Audio != nil ||
		m.VideoNote != nil || m.Document != nil || m.Animation != nil || m.Location != nil ||
		m.Contact != nil || m.Poll != nil || m.Dice != nil
}

// topic returns the topic to answer in, 0 for none. Ordinary supergroups carry
// thread ids on replies that no message may be sent to.
func (m *message) topic() int {
	if m.InTopic {
		return m.Thread
	}
	return 0
}

// units is a text that entities cut by UTF-16 offsets.
type units []uint16

func unitsOf(text string) units { return utf16.Encode([]rune(text)) }

// of returns the text an entity covers; offsets outside the text cover less.
func (u units) of(e tgbotapi.MessageEntity) string {
	start := min(max(e.Offset, 0), len(u))
	end := min(max(start, e.Offset+e.Length), len(u))
	return string(utf16.Decode(u[start:end]))
}

// without returns the text with the entities, in order, cut out; a space closes
// each gap.
func (u units) without(entities []tgbotapi.MessageEntity) string {
	out, from := "", 0
	for _, e := range entities {
		start := min(max(e.Offset, from), len(u))
		out += strings.TrimRight(string(utf16.Decode(u[from:start])), " ") + " "
		from = min(max(e.Offset+e.Length, start), len(u))
	}
	rest := string(utf16.Decode(u[from:]))
	if from > 0 {
		rest = strings.TrimLeft(rest, " ")
	}
	return strings.TrimSpace(out + rest)
}
