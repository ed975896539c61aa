package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// A TelegramButton is a button below a message.
type TelegramButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// A telegramPress is a button that was pressed.
type telegramPress struct {
	answered bool
	text     string
}

// buttons reads an inline keyboard and holds it against what the specification
// leaves out: https://core.telegram.org/bots/api#inlinekeyboardbutton
func (t *Telegram) buttons(form map[string]string) []TelegramButton {
	if form["reply_markup"] == "" {
		return nil
	}
	var keyboard struct {
		Rows [][]TelegramButton `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(form["reply_markup"]), &keyboard); err != nil {
		t.finding("reply_markup: %v", err)
	}
	out := slices.Concat(keyboard.Rows...)
	for _, b := range out {
		if b.Text == "" || len(b.Data) < 1 || len(b.Data) > 64 {
			t.finding("reply_markup: button %q with data %q: want a text and 1 to 64 bytes", b.Text, b.Data)
		}
	}
	return out
}

// Press lets a person press a button below a message of the bot, and returns
// the id of the press.
func (t *Telegram) Press(m TelegramMessage, u TelegramUser, data string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	chat := t.chats[m.Chat]
	stored := chat.message(m.ID)
	if stored == nil || !slices.ContainsFunc(stored.Buttons, func(b TelegramButton) bool { return b.Data == data }) {
		return "", fmt.Errorf("press %q: no such button below the message", data)
	}
	t.nextID++
	id := fmt.Sprint(t.nextID)
	t.presses[id] = &telegramPress{}
	t.push("callback_query", map[string]any{
		"id": id, "from": u, "message": chat.json(*stored), "chat_instance": "1", "data": data,
	})
	return id, nil
}

// WaitPress waits until a press is answered and returns what the person is shown.
func (t *Telegram) WaitPress(ctx context.Context, id string) (string, error) {
	text := ""
	err := t.Wait(ctx, func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		text = t.presses[id].text
		return t.presses[id].answered
	})
	if err != nil {
		return "", fmt.Errorf("wait for the answer to a button: %w", err)
	}
	return text, nil
}

// mostPressText is in characters: https://core.telegram.org/bots/api#answercallbackquery
const mostPressText = 200

func (t *Telegram) answerCallbackQuery(form map[string]string) telegramAnswer {
	p := t.presses[form["callback_query_id"]]
	if p == nil || p.answered {
		return refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	if n := len([]rune(form["text"])); n > mostPressText {
		return refuse(400, "Bad Request: MESSAGE_TOO_LONG")
	}
	p.answered, p.text = true, form["text"]
	return succeed(true)
}
