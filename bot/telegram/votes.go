package telegram

import (
	"context"
	"encoding/json"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

const reasonsPerRow = 2

// vote takes a vote, tells who pressed what became of it, and shows or takes
// away the reasons.
func (a *Adapter) vote(ctx context.Context, u update, b bot.Ballot) {
	q := u.CallbackQuery
	voter, takes := a.config.Handler.(bot.Voter)
	if !takes {
		a.toast(ctx, q, "", false)
		return
	}
	p := bot.Press{Ballot: b, Platform: Name, User: strconv.FormatInt(q.From.ID, 10)}
	if m, ok := pressMessage(u); ok {
		p.Chat = m.Chat
	}
	said, kept := voter.Vote(ctx, p)
	a.toast(ctx, q, said, false)
	if kept {
		a.offer(ctx, q, b)
	}
}

// offer shows the reasons below the thumbs after a thumbs-down, and takes them
// away when one was given. The text of the message stays as it is. An edit that
// fails takes no vote back, and is not worth a second try: edits count among what a
// group may be sent.
func (a *Adapter) offer(ctx context.Context, q *callback, b bot.Ballot) {
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
		"chat_id": strconv.FormatInt(m.Chat.ID, 10), "message_id": strconv.Itoa(m.MessageID), "reply_markup": ballotKeyboard(b.Event, b.Language, wanted),
	}
	if a.pace.wait(ctx, m.Chat.ID, m.Chat.Type == "private") != nil {
		return
	}
	if err := a.try(ctx, pressWithin, "editMessageReplyMarkup", params, nil); err != nil {
		a.logger.InfoContext(ctx, "buttons not changed", "error", err)
	}
}

// ballotKeyboard is the inline keyboard below an answer, as JSON; "" where the
// answer is not voted on.
func ballotKeyboard(event, language string, reasons bool) string {
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
	return keyboard(rows...)
}

// keyboard is an inline keyboard as the Bot API takes it:
// https://core.telegram.org/bots/api#inlinekeyboardmarkup
func keyboard(rows ...[]tgbotapi.InlineKeyboardButton) string {
	data, err := json.Marshal(tgbotapi.InlineKeyboardMarkup{InlineKeyboard: rows})
	if err != nil {
		return ""
	}
	return string(data)
}
