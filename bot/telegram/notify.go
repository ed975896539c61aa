package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

var _ bot.Notifier = (*Adapter)(nil)

// Notify implements [bot.Notifier]. It may be called whether or not Run is.
func (a *Adapter) Notify(ctx context.Context, chat string, r bot.Reply) error {
	t, err := targetOf(chat)
	if err != nil {
		return err
	}
	parts := bot.Split(r, newMarkup(r), mostUnits)
	for i, part := range parts {
		if i == len(parts)-1 {
			t.keyboard = unsubscribeKeyboard(r.Language)
		}
		switch err := a.sendPart(ctx, t, part); {
		case err == nil:
		case i > 0 || isDoubtful(err): // some of it stands there, or may
			a.logger.ErrorContext(ctx, "notice not delivered to its end", "part", i+1, "parts", len(parts), "error", err)
			return nil
		case a.isUnreachable(t.chat), isNoChat(err):
			return fmt.Errorf("notify: %w", bot.ErrGone)
		default:
			return fmt.Errorf("notify: %w", err)
		}
	}
	return nil
}

func isNoChat(err error) bool {
	var e *callError
	return errors.As(err, &e) && e.says(http.StatusBadRequest, "Bad Request: chat not found")
}

// targetOf is a chat as [bot.Message].Chat names it: its id, and "/" and a topic in it.
func targetOf(chat string) (*target, error) {
	id, topic, within := strings.Cut(chat, "/")
	t := &target{}
	var err error
	if t.chat, err = strconv.ParseInt(id, 10, 64); err != nil {
		return nil, errors.New("notify: that is no chat of Telegram")
	}
	if within {
		if t.topic, err = strconv.Atoi(topic); err != nil {
			return nil, errors.New("notify: that is no topic of Telegram")
		}
	}
	return t, nil
}

// unsubscribeKeyboard is one button below the message:
// https://core.telegram.org/bots/api#inlinekeyboardmarkup
func unsubscribeKeyboard(lang string) string {
	raw, err := json.Marshal(map[string]any{"inline_keyboard": [][]any{{
		map[string]string{"text": bot.UnsubscribeLabel(lang), "callback_data": bot.UnsubscribeData},
	}}})
	if err != nil {
		return ""
	}
	return string(raw)
}

// takePress queues the answer to a button. An error means that it was not taken.
func (a *Adapter) takePress(ctx, sends context.Context, queue *bot.Queue, u update) error {
	m, ok := pressMessage(u)
	if !ok {
		return nil
	}
	a.begin(u.UpdateID)
	err := queue.AddWait(ctx, strings.Split(m.Chat, "/")[0], func(work context.Context) {
		defer a.end(u.UpdateID)
		a.answerPress(sends, u.CallbackQuery.ID, a.config.Handler.Handle(work, m))
	})
	if err != nil {
		a.end(u.UpdateID)
	}
	if errors.Is(err, bot.ErrBusy) {
		return nil // it can be pressed again
	}
	return err
}

// pressMessage reads a button of a digest as the command that it stands for.
func pressMessage(u update) (bot.Message, bool) {
	q := u.CallbackQuery
	if q.Data != bot.UnsubscribeData || q.From == nil || q.Message == nil || q.Message.Chat == nil {
		return bot.Message{}, false
	}
	m := bot.Message{
		Platform: Name, ID: strconv.Itoa(u.UpdateID), Chat: strconv.FormatInt(q.Message.Chat.ID, 10), User: strconv.FormatInt(q.From.ID, 10),
		Private: q.Message.Chat.Type == "private", Locale: q.From.LanguageCode, Command: bot.CommandUnsubscribe,
	}
	if topic := q.Message.topic(); topic != 0 {
		m.Chat += "/" + strconv.Itoa(topic)
	}
	return m, true
}

// mostAnswered is the length of the answer to a button, in characters:
// https://core.telegram.org/bots/api#answercallbackquery
const mostAnswered = 200

// answerPress shows who pressed a button what came of it.
func (a *Adapter) answerPress(ctx context.Context, id string, r bot.Reply) {
	params := tgbotapi.Params{"callback_query_id": id, "show_alert": "true"}
	if parts := bot.Split(r, bot.Plain{}, mostAnswered); len(parts) > 0 {
		params["text"] = parts[0]
	}
	if err := a.try(ctx, callTimeout, "answerCallbackQuery", params, nil); err != nil {
		a.logger.WarnContext(ctx, "button not answered", "error", err)
	}
}
