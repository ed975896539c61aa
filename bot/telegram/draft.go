package telegram

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/waymark-bot/waymark/bot"
)

// drafts returns what shows an answer in a chat while it is being written, nil
// where nothing can.
//
// In a private chat that is a draft: a preview of 30 s that the message itself
// replaces, https://core.telegram.org/bots/api#sendmessagedraft . A group has
// none, and editing a message there shares the limit of 20 messages a minute
// with every other answer of the group, https://core.telegram.org/bots/faq ;
// it sees "typing" alone.
func (a *Adapter) drafts(ctx context.Context, t target) *bot.Progress {
	if !t.private || a.draftless.Load() {
		return nil
	}
	shown := ""
	return bot.NewProgress(ctx, a.config.Draft, func(ctx context.Context, r bot.Reply) error {
		parts := bot.Split(r, newMarkup(r), mostUnits)
		if len(parts) == 0 || parts[0] == shown { // what has grown is in a later part
			return nil
		}
		params := t.params()
		params["draft_id"] = strconv.Itoa(t.update) // never 0, and the answer's own
		params["text"] = parts[0]
		params["parse_mode"] = "HTML"
		err := a.try(ctx, callTimeout, "sendMessageDraft", params, nil)
		if isUnknownMethod(err) && !a.draftless.Swap(true) {
			a.logger.InfoContext(ctx, "this server has no drafts, answers show when they are complete")
		}
		shown = parts[0]
		return err
	}, a.logger.With("update", t.update))
}

// isUnknownMethod reports whether a server says that it does not know the
// method: one that is older than Bot API 9.3, or another program with its interface.
func isUnknownMethod(err error) bool {
	var e *callError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusBadRequest:
		text := strings.ToLower(e.Text)
		return strings.Contains(text, "method") && (strings.Contains(text, "not found") || strings.Contains(text, "unknown") || strings.Contains(text, "unsupported"))
	}
	return false
}
