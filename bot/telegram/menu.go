package telegram

import (
	"context"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/waymark-bot/waymark/bot"
)

// A Menu says who is shown the commands of those who look after the bot.
type Menu struct {
	Owners      []string // ids of persons, in their private chats with the bot
	GroupAdmins bool     // administrators of groups, those that are for them
}

// mostMenus bounds how many owners get a menu of their own: each takes two calls
// at the start. The commands work for all.
const mostMenus = 20

// setAdminCommands fills the menus of owners and of groups' administrators. A
// menu takes the place of the general one: https://core.telegram.org/bots/api#botcommandscope
func (a *Adapter) setAdminCommands(ctx context.Context) {
	menu := a.config.Menu
	for _, id := range menu.Owners[:min(mostMenus, len(menu.Owners))] {
		if chat, err := strconv.ParseInt(id, 10, 64); err == nil {
			a.setScope(ctx, map[string]any{"type": "chat", "chat_id": chat}, false)
		}
	}
	admins := map[string]any{"type": "all_chat_administrators"}
	switch {
	case menu.GroupAdmins:
		a.setScope(ctx, admins, true)
	case len(menu.Owners) > 0: // they may have had one before
		for _, lang := range menuLanguages() {
			a.scoped(ctx, "deleteMyCommands", admins, lang, nil)
		}
	}
}

func menuLanguages() []string { return []string{"", "zh"} }

// setScope sets the general commands and those for owners or groups.
func (a *Adapter) setScope(ctx context.Context, scope map[string]any, ofGroup bool) {
	for _, lang := range menuLanguages() {
		var menu []map[string]string
		for _, c := range append(bot.Commands(lang), bot.AdminCommands(lang, ofGroup)...) {
			menu = append(menu, map[string]string{"command": c.Name, "description": c.Description})
		}
		a.scoped(ctx, "setMyCommands", scope, lang, menu)
	}
}

// scoped runs one call about a menu. An owner who never wrote to the bot has no
// chat with it, and so no menu.
func (a *Adapter) scoped(ctx context.Context, method string, scope map[string]any, lang string, menu []map[string]string) {
	params := tgbotapi.Params{}
	params.AddNonEmpty("language_code", lang)
	err := params.AddInterface("scope", scope)
	if err == nil && menu != nil {
		err = params.AddInterface("commands", menu)
	}
	if err == nil {
		err = a.try(ctx, callTimeout, method, params, nil)
	}
	if err != nil && ctx.Err() == nil {
		a.logger.InfoContext(ctx, "admin menu not set", "scope", scope["type"], "language", lang, "error", err)
	}
}
