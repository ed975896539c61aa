package telegram

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

const (
	mostPresses  = 64               // handled at a time; more wait, and Telegram keeps what is not polled
	pressWithin  = 10 * time.Second // for all that one press sets off
	longestToast = 200              // characters: https://core.telegram.org/bots/api#answercallbackquery
)

// press handles the press of a button, beside the inbox and the queue: nobody
// waits for it but who pressed, and pressing again does no harm. It blocks while
// too many are under way.
func (a *Adapter) press(ctx context.Context, u update) {
	if u.CallbackQuery.From == nil {
		return
	}
	a.presses <- struct{}{} // every holder ends in time
	a.aside.Go(func() {
		defer func() {
			<-a.presses
			if p := recover(); p != nil {
				a.logger.ErrorContext(ctx, "panic in a press of a button", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pressWithin)
		defer cancel()
		a.pressed(ctx, u)
	})
}

// pressed hands a press to whoever its data is for. One that is nobody's ends
// its spinner, no more.
func (a *Adapter) pressed(ctx context.Context, u update) {
	q := u.CallbackQuery
	if ballot, ok := bot.ParseBallot(q.Data); ok {
		a.vote(ctx, u, ballot)
		return
	}
	m, ok := pressMessage(u)
	if m.Command = bot.PressedCommand(q.Data); !ok || m.Command == "" {
		a.toast(ctx, q, "", false)
		return
	}
	m.Admin = a.adminOf(m)
	text := ""
	if parts := bot.Split(a.config.Handler.Handle(ctx, m), bot.Plain{}, longestToast); len(parts) > 0 {
		text = parts[0]
	}
	a.toast(ctx, q, text, true)
}

// pressMessage says who pressed a button, and where. It returns false where
// Telegram does not say.
func pressMessage(u update) (bot.Message, bool) {
	q := u.CallbackQuery
	if q.Message == nil || q.Message.Chat == nil {
		return bot.Message{}, false
	}
	m := bot.Message{
		Platform: Name, ID: strconv.Itoa(u.UpdateID), Chat: strconv.FormatInt(q.Message.Chat.ID, 10), User: strconv.FormatInt(q.From.ID, 10),
		Private: q.Message.Chat.Type == "private", Locale: q.From.LanguageCode, Interaction: true, Button: true,
	}
	if topic := q.Message.topic(); topic != 0 {
		m.Chat += "/" + strconv.Itoa(topic)
	}
	return m, true
}

// toast answers a press, with words that only who pressed sees; alert: until
// they close them. Telegram takes the answer for some seconds, so there is no
// second try.
func (a *Adapter) toast(ctx context.Context, q *callback, text string, alert bool) {
	params := tgbotapi.Params{"callback_query_id": q.ID}
	if r := []rune(text); len(r) > longestToast {
		text = string(r[:longestToast])
	}
	params.AddNonEmpty("text", text)
	params.AddBool("show_alert", alert)
	if err := a.try(ctx, pressWithin, "answerCallbackQuery", params, nil); err != nil {
		a.logger.InfoContext(ctx, "press of a button not answered", "error", err)
	}
}
