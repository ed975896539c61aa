package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The limits of buttons and of the answers to them that the specification does
// not hold. https://core.telegram.org/bots/api#inlinekeyboardbutton and
// #answercallbackquery; how long an answer is taken is not documented, and
// https://github.com/tdlib/telegram-bot-api refuses it after some seconds; the
// number of buttons: https://limits.tginfo.me/en
const (
	mostButtonData = 64 // bytes
	mostButtons    = 100
	mostToast      = 200 // characters
	toastWithin    = 15 * time.Second
)

// A TelegramButton is one button of an inline keyboard.
type TelegramButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// A telegramPress is a press of a button that the bot was told of.
type telegramPress struct {
	at       time.Time
	answered bool
	text     string
}

// PressButton lets a member press the button of that text below a message of the
// bot, and returns what the bot answers for nobody else to see, once it does.
func (t *Telegram) PressButton(ctx context.Context, m TelegramMessage, u TelegramUser, text string) (string, error) {
	data := ""
	for _, row := range t.Keyboard(m) {
		for _, b := range row {
			if b.Text == text {
				data = b.Data
			}
		}
	}
	if data == "" {
		return "", fmt.Errorf("message %d has no button %q: %v", m.ID, text, t.Keyboard(m))
	}
	return t.PressData(ctx, m, u, data)
}

// PressData is PressButton with any data, as a client that was tampered with sends it.
func (t *Telegram) PressData(ctx context.Context, m TelegramMessage, u TelegramUser, data string) (string, error) {
	t.mu.Lock()
	chat := t.chats[m.Chat]
	id := strconv.FormatInt(u.ID, 10) + "000" + strconv.Itoa(len(t.presses)+1)
	p := &telegramPress{at: time.Now()}
	t.presses[id] = p
	message := map[string]any{"chat": chat.info, "message_id": m.ID, "date": 0} // one that was deleted: InaccessibleMessage
	if now := chat.message(m.ID); now != nil {
		message = chat.json(*now)
	}
	t.push("callback_query", map[string]any{
		"id": id, "from": u, "chat_instance": strconv.FormatInt(chat.info.ID, 10), "data": data, "message": message,
	})
	t.mu.Unlock()
	err := t.Wait(ctx, func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		return p.answered
	})
	if err != nil {
		return "", fmt.Errorf("wait for the answer to the press of %q: %w", data, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return p.text, nil
}

// Keyboard returns the buttons that stand below a message now.
func (t *Telegram) Keyboard(m TelegramMessage) [][]TelegramButton {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.chats[m.Chat].message(m.ID); now != nil {
		return now.Keyboard
	}
	return nil
}

// keyboard reads the inline keyboard of a call and holds it against the limits.
// The caller holds mu.
func (t *Telegram) keyboard(method string, form map[string]string) ([][]TelegramButton, *telegramAnswer) {
	if form["reply_markup"] == "" {
		return nil, nil
	}
	var markup struct {
		Keyboard [][]TelegramButton `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(form["reply_markup"]), &markup); err != nil {
		refused := refuse(400, "Bad Request: object expected as reply markup")
		return nil, &refused
	}
	all := slices.Concat(markup.Keyboard...)
	if len(all) > mostButtons {
		t.finding("%s: %d buttons, limit %d", method, len(all), mostButtons)
	}
	for _, b := range all {
		switch n := len(b.Data); {
		case b.Text == "":
			refused := refuse(400, "Bad Request: can't parse inline keyboard button: Button text must be non-empty")
			return nil, &refused
		case n < 1 || n > mostButtonData:
			t.finding("%s: callback_data of %d bytes, want 1 to %d", method, n, mostButtonData)
			refused := refuse(400, "Bad Request: BUTTON_DATA_INVALID")
			return nil, &refused
		}
	}
	return markup.Keyboard, nil
}

func (t *Telegram) editMessageReplyMarkup(form map[string]string) telegramAnswer {
	keyboard, refused := t.keyboard("editMessageReplyMarkup", form)
	if refused != nil {
		return *refused
	}
	chat, m, refused := t.editable(form)
	if refused != nil {
		return *refused
	}
	if slices.EqualFunc(m.Keyboard, keyboard, slices.Equal[[]TelegramButton]) {
		return refuse(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Keyboard = keyboard
	return succeed(chat.json(*m))
}

func (t *Telegram) answerCallbackQuery(form map[string]string) telegramAnswer {
	p := t.presses[form["callback_query_id"]]
	text := form["text"]
	switch {
	case p == nil || time.Since(p.at) > toastWithin:
		return refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	case len([]rune(text)) > mostToast:
		t.finding("answerCallbackQuery: text of %d characters, limit %d", len([]rune(text)), mostToast)
		return refuse(400, "Bad Request: MESSAGE_TOO_LONG")
	case p.answered:
		t.finding("answerCallbackQuery: query %s is answered twice", form["callback_query_id"])
	}
	p.answered, p.text = true, text
	return succeed(true)
}
