package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

const (
	mostPresses   = 64               // handled at a time; more wait, and Telegram keeps what is not polled
	pressWithin   = 10 * time.Second // for all that one press sets off
	longestToast  = 200              // https://core.telegram.org/bots/api#answercallbackquery
	reasonsPerRow = 2
)

// presses are the presses of buttons that are being handled.
type presses struct {
	slots chan struct{}
	tasks sync.WaitGroup
}

func newPresses() *presses { return &presses{slots: make(chan struct{}, mostPresses)} }

// press handles the press of a button, beside the queue: nobody waits for it but
// who pressed. It blocks while too many are under way.
func (a *Adapter) press(ctx context.Context, q *tgbotapi.CallbackQuery) {
	if q.From == nil {
		return
	}
	a.presses.slots <- struct{}{} // every holder ends in time
	a.presses.tasks.Go(func() {
		defer func() {
			<-a.presses.slots
			if p := recover(); p != nil {
				a.logger.ErrorContext(ctx, "panic in a press of a button", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, pressWithin)
		defer cancel()
		a.vote(ctx, q)
	})
}

// vote takes a vote, tells who pressed what became of it, and shows or takes
// away the reasons. A press that is no vote ends its spinner, no more.
func (a *Adapter) vote(ctx context.Context, q *tgbotapi.CallbackQuery) {
	ballot, ok := bot.ParseBallot(q.Data)
	voter, takes := a.config.Handler.(bot.Voter)
	if !ok || !takes {
		a.toast(ctx, q, "")
		return
	}
	said, kept := voter.Vote(ctx, bot.Press{Ballot: ballot, Platform: Name, User: strconv.FormatInt(q.From.ID, 10)})
	a.toast(ctx, q, said)
	if kept {
		a.offer(ctx, q, ballot)
	}
}

// toast answers a press, with words that only who pressed sees. Telegram takes
// the answer for some seconds, so there is no second try.
func (a *Adapter) toast(ctx context.Context, q *tgbotapi.CallbackQuery, text string) {
	params := tgbotapi.Params{"callback_query_id": q.ID}
	if r := []rune(text); len(r) > longestToast {
		text = string(r[:longestToast])
	}
	params.AddNonEmpty("text", text)
	if err := a.try(ctx, pressWithin, "answerCallbackQuery", params, nil); err != nil {
		a.logger.InfoContext(ctx, "press of a button not answered", "error", err)
	}
}

// offer shows the reasons below the thumbs after a thumbs-down, and takes them
// away when one was given. The text of the message stays as it is. An edit that
// fails takes no vote back, and is not worth a second try: edits count among what a
// group may be sent.
func (a *Adapter) offer(ctx context.Context, q *tgbotapi.CallbackQuery, b bot.Ballot) {
	m := q.Message
	if m == nil || m.Chat == nil || m.Date == 0 { // 0: https://core.telegram.org/bots/api#inaccessiblemessage
		return
	}
	shown := m.ReplyMarkup != nil && len(m.ReplyMarkup.InlineKeyboard) > 1
	wanted := b.Choice == bot.Down
	if b.Choice == bot.Up || shown == wanted { // somebody else may be about to give a reason
		return
	}
	params := tgbotapi.Params{
		"chat_id": strconv.FormatInt(m.Chat.ID, 10), "message_id": strconv.Itoa(m.MessageID), "reply_markup": keyboard(b.Event, b.Language, wanted),
	}
	if err := a.try(ctx, pressWithin, "editMessageReplyMarkup", params, nil); err != nil {
		a.logger.InfoContext(ctx, "buttons not changed", "error", err)
	}
}

// keyboard is the inline keyboard below an answer, as JSON; "" where the answer
// is not voted on.
func keyboard(event, language string, reasons bool) string {
	if event == "" || (bot.Ballot{Event: event, Language: language, Choice: bot.Unasked}).Data() == "" {
		return ""
	}
	button := func(c bot.Choice, text string) tgbotapi.InlineKeyboardButton {
		return tgbotapi.NewInlineKeyboardButtonData(text, bot.Ballot{Event: event, Language: language, Choice: c}.Data())
	}
	l := bot.VoteLabelsOf(language)
	rows := [][]tgbotapi.InlineKeyboardButton{{button(bot.Up, l.Up), button(bot.Down, l.Down)}}
	for i, r := range l.Reasons {
		if !reasons {
			break
		}
		if i%reasonsPerRow == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], button(r.Choice, r.Label))
	}
	data, err := json.Marshal(tgbotapi.InlineKeyboardMarkup{InlineKeyboard: rows})
	if err != nil {
		return ""
	}
	return string(data)
}
