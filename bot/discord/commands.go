package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// An optionText is what Discord shows beside the option of a command.
type optionText struct{ en, zhCN, zhTW string }

// optionTexts describes the options by their English name.
var optionTexts = map[string]optionText{
	"question": {"What you want to know", "你想知道什么", "你想知道什麼"},
	"name":     {"Name of the project", "项目的名称", "專案的名稱"},
	"entry":    {"Nothing: this channel; server; or an entry like discord:user:7", "不填为本频道；server；或 discord:user:7 这样的条目", "不填為本頻道；server；或 discord:user:7 這樣的項目"},
	"when":     {"daily or weekly, a time, a time zone: weekly 09:00 Europe/Berlin", "daily 或 weekly、时间、时区：daily 09:00 Asia/Shanghai", "daily 或 weekly、時間、時區：daily 09:00 Asia/Taipei"},
}

// taiwanese holds the descriptions of the commands as they are written in Taiwan.
var taiwanese = map[string]string{
	bot.CommandAsk:         "根據報告回答問題，附出處",
	bot.CommandProject:     "查看一個專案的概況",
	bot.CommandSources:     "列出我讀過的報告",
	bot.CommandSubscribe:   "訂閱報告動態",
	bot.CommandUnsubscribe: "取消訂閱",
	bot.CommandReset:       "清空之前的問題",
	bot.CommandForget:      "刪除關於我的一切資料",
	bot.CommandHelp:        "使用說明",
}

// slashCommands are the commands of the bot as Discord registers them; suggest
// says that names can be completed.
func slashCommands(suggest bool) []*discordgo.ApplicationCommand {
	chinese := make(map[string]bot.CommandInfo)
	for _, c := range bot.Commands("zh") {
		chinese[c.Name] = c
	}
	var commands []*discordgo.ApplicationCommand
	for _, c := range bot.Commands("en") {
		command := &discordgo.ApplicationCommand{
			Type:                     discordgo.ChatApplicationCommand,
			Name:                     c.Name,
			Description:              c.Description,
			DescriptionLocalizations: &map[discordgo.Locale]string{},
			Contexts:                 &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM},
		}
		localize(*command.DescriptionLocalizations, chinese[c.Name].Description, taiwanese[c.Name])
		if c.Argument != "" {
			command.Options = []*discordgo.ApplicationCommandOption{option(c.Argument, suggest && c.Name == bot.CommandProject)}
			command.Options[0].Required = !c.Optional
		}
		commands = append(commands, command)
	}
	return commands
}

// localize adds the Chinese texts that there are.
func localize(texts map[discordgo.Locale]string, zhCN, zhTW string) {
	if zhCN != "" {
		texts[discordgo.ChineseCN] = zhCN
	}
	if zhTW != "" {
		texts[discordgo.ChineseTW] = zhTW
	}
}

func option(name string, suggest bool) *discordgo.ApplicationCommandOption {
	text, ok := optionTexts[name]
	if !ok {
		text.en = name
	}
	o := &discordgo.ApplicationCommandOption{
		Type:                     discordgo.ApplicationCommandOptionString,
		Name:                     name,
		Description:              text.en,
		DescriptionLocalizations: make(map[discordgo.Locale]string),
		Required:                 true,
		Autocomplete:             suggest,
	}
	localize(o.DescriptionLocalizations, text.zhCN, text.zhTW)
	return o
}

// register makes the bot's commands the ones that Discord shows. It changes
// nothing where they are that already: Discord allows 200 new ones a day.
func (in *intake) register(ctx context.Context, application string) error {
	_, suggest := in.config.Handler.(bot.Suggester)
	wanted := slashCommands(suggest)
	switch in.config.Menu {
	case MenuOwners:
		wanted = append(wanted, adminCommands(false)...)
	case MenuGroups:
		wanted = append(wanted, adminCommands(true)...)
	}
	route, path := "/applications/{application}/commands", "/applications/"+application+"/commands"
	if in.config.Guild != "" {
		route, path = "/applications/{application}/guilds/{guild}/commands", "/applications/"+application+"/guilds/"+in.config.Guild+"/commands"
	}
	var present []*discordgo.ApplicationCommand
	if err := in.rest.do(ctx, restCall{route: "GET " + route, path: path + "?with_localizations=true", major: in.config.Guild}, &present); err != nil {
		return fmt.Errorf("read slash commands: %w", err)
	}
	if sameCommands(present, wanted) {
		return nil
	}
	if err := in.rest.do(ctx, restCall{route: "PUT " + route, path: path, major: in.config.Guild, body: written(wanted)}, nil); err != nil {
		return fmt.Errorf("register slash commands: %w", err)
	}
	in.logger.InfoContext(ctx, "slash commands registered", "commands", len(wanted))
	return nil
}

// A writtenCommand is a command as Discord takes it: permissions as a number, which it gives back as a string.
type writtenCommand struct {
	*discordgo.ApplicationCommand
	DefaultMemberPermissions *int64 `json:"default_member_permissions,omitempty"`
}

func written(commands []*discordgo.ApplicationCommand) []writtenCommand {
	out := make([]writtenCommand, len(commands))
	for i, c := range commands {
		out[i] = writtenCommand{c, c.DefaultMemberPermissions}
	}
	return out
}

// sameCommands compares commands by what of them is the bot's to say, in any order.
func sameCommands(a, b []*discordgo.ApplicationCommand) bool {
	return len(a) == len(b) && reflect.DeepEqual(shapes(a), shapes(b))
}

// shapes returns what the bot says of each command, by name, in one form:
// Discord adds ids, and leaves out what is false or empty.
func shapes(commands []*discordgo.ApplicationCommand) map[string]string {
	out := make(map[string]string, len(commands))
	for _, c := range commands {
		var options []any
		for _, o := range c.Options {
			options = append(options, []any{o.Type, o.Name, o.Description, o.DescriptionLocalizations, o.Required, o.Autocomplete})
		}
		shape, err := json.Marshal([]any{c.Description, c.DescriptionLocalizations, c.Contexts, c.DefaultMemberPermissions, options})
		if err != nil {
			continue // then it differs, and is registered
		}
		out[c.Name] = string(shape)
	}
	return out
}
