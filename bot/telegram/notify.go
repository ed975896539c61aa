package telegram

import (
	"context"
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
	switch sent, err := a.sendAll(ctx, t, r, unsubscribeKeyboard(r.Language)); {
	case err == nil:
		return nil
	case sent > 0 || isDoubtful(err): // some of it stands there, or may
		a.logger.ErrorContext(ctx, "notice not delivered to its end", "parts", sent, "error", err)
		return nil
	case a.isUnreachable(t.chat), isNoChat(err):
		return fmt.Errorf("notify: %w", bot.ErrGone)
	default:
		return fmt.Errorf("notify: %w", err)
	}
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
	t.private = t.chat > 0
	if within {
		if t.topic, err = strconv.Atoi(topic); err != nil {
			return nil, errors.New("notify: that is no topic of Telegram")
		}
	}
	return t, nil
}

// unsubscribeKeyboard is one button below the message.
func unsubscribeKeyboard(lang string) string {
	return keyboard([]tgbotapi.InlineKeyboardButton{tgbotapi.NewInlineKeyboardButtonData(bot.UnsubscribeLabel(lang), bot.UnsubscribeData)})
}
