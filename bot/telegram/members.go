package telegram

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

const (
	adminsFor    = time.Minute     // how long a list of administrators is believed
	adminsAgain  = 5 * time.Second // and how long a failure to get one
	mostAdmins   = 1000            // groups whose list is remembered
	adminTimeout = 5 * time.Second // somebody waits for the reply
)

// admins are the administrators of groups, as Telegram last said.
type admins struct {
	mu     sync.Mutex
	byChat map[int64]adminList
}

type adminList struct {
	ids   map[int64]bool
	err   error
	until time.Time
}

// adminOf returns how to find out whether the author of m administers its group;
// nil in a private chat. Who speaks for the group itself is an administrator who
// does not show their name; who speaks for a channel is somebody.
func (a *Adapter) adminOf(m bot.Message) func(context.Context) (bool, error) {
	if m.Private {
		return nil
	}
	group, _, _ := strings.Cut(m.Chat, "/")
	return func(ctx context.Context) (bool, error) {
		user, err := strconv.ParseInt(m.User, 10, 64)
		if err != nil || user < 0 { // a chat's
			return m.User == group, err
		}
		chat, err := strconv.ParseInt(group, 10, 64)
		if err != nil {
			return false, err
		}
		ids, err := a.adminsOf(ctx, chat)
		return ids[user], err
	}
}

// adminsOf asks for all administrators of a group: whether one person is one,
// Telegram tells only bots that are administrators themselves.
// https://core.telegram.org/bots/api#getchatadministrators
func (a *Adapter) adminsOf(ctx context.Context, chat int64) (map[int64]bool, error) {
	a.admins.mu.Lock()
	known, ok := a.admins.byChat[chat]
	a.admins.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known.ids, known.err
	}
	var members []struct {
		User tgbotapi.User `json:"user"`
	}
	err := a.try(ctx, adminTimeout, "getChatAdministrators", tgbotapi.Params{"chat_id": strconv.FormatInt(chat, 10)}, &members)
	list := adminList{ids: map[int64]bool{}, until: time.Now().Add(adminsFor)}
	for _, m := range members {
		list.ids[m.User.ID] = true
	}
	if err != nil {
		list = adminList{err: fmt.Errorf("ask for administrators: %w", err), until: time.Now().Add(adminsAgain)}
	}
	a.admins.mu.Lock()
	defer a.admins.mu.Unlock()
	if a.admins.byChat == nil || len(a.admins.byChat) >= mostAdmins {
		a.admins.byChat = map[int64]adminList{}
	}
	a.admins.byChat[chat] = list
	return list.ids, list.err
}
