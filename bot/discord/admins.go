package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/waymark-bot/waymark/bot"
)

// mayManage is what an administrator of a server may do: Manage Server, which is
// asked for where somebody adds a bot, or everything.
// https://docs.discord.com/developers/topics/permissions
const mayManage int64 = discordgo.PermissionManageGuild | discordgo.PermissionAdministrator

const (
	rolesFor    = time.Minute     // how long a server's roles are believed
	rolesAgain  = 5 * time.Second // and how long a failure to get them
	mostServers = 1000            // whose roles are remembered
	rolesWithin = 5 * time.Second // somebody waits for the reply
)

// servers are the roles of servers, as Discord last said.
type servers struct {
	mu   sync.Mutex
	byID map[string]serverRoles
}

type serverRoles struct {
	owner  string
	manage []string // roles whose members may manage the server
	err    error
	until  time.Time
}

// An asker is what Discord says of who did something in a server: of an
// interaction's author whether they may manage it; of a message's which roles they
// have, and not what those may do.
type asker struct {
	Manages *bool    `json:"manages,omitempty"`
	Roles   []string `json:"roles,omitempty"`
}

// memberOf is the author of a message; nil outside of a server.
func memberOf(m *discordgo.Message) *asker {
	if m.GuildID == "" || m.Member == nil {
		return nil
	}
	return &asker{Roles: m.Member.Roles}
}

// interactingMember is the author of an interaction; nil outside of a server.
func interactingMember(i *discordgo.Interaction) *asker {
	if i.GuildID == "" || i.Member == nil {
		return nil
	}
	manages := i.Member.Permissions&mayManage != 0
	return &asker{Manages: &manages}
}

// adminOf returns how to find out whether the author of m administers its
// server; nil outside of one.
func (in *intake) adminOf(m bot.Message, by *asker) func(context.Context) (bool, error) {
	switch {
	case by == nil:
		return nil
	case by.Manages != nil:
		return func(context.Context) (bool, error) { return *by.Manages, nil }
	}
	return func(ctx context.Context) (bool, error) {
		s := in.rolesOf(ctx, m.Server)
		return m.User == s.owner || slices.ContainsFunc(by.Roles, func(r string) bool { return slices.Contains(s.manage, r) }), s.err
	}
}

// rolesOf asks for the roles of a server:
// https://docs.discord.com/developers/resources/guild#get-guild
func (in *intake) rolesOf(ctx context.Context, server string) serverRoles {
	in.servers.mu.Lock()
	known, ok := in.servers.byID[server]
	in.servers.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, rolesWithin)
	defer cancel()
	var guild struct {
		Owner string `json:"owner_id"`
		Roles []struct {
			ID          string `json:"id"`
			Permissions int64  `json:"permissions,string"`
		} `json:"roles"`
	}
	err := in.rest.once(ctx, restCall{route: "GET /guilds/{guild}", path: "/guilds/" + server, major: server}, &guild)
	s := serverRoles{owner: guild.Owner, until: time.Now().Add(rolesFor)}
	for _, r := range guild.Roles {
		if r.Permissions&mayManage != 0 && r.ID != server { // that one everybody has
			s.manage = append(s.manage, r.ID)
		}
	}
	if err != nil {
		s = serverRoles{err: fmt.Errorf("ask for roles: %w", err), until: time.Now().Add(rolesAgain)}
	}
	in.servers.mu.Lock()
	defer in.servers.mu.Unlock()
	if in.servers.byID == nil || len(in.servers.byID) >= mostServers {
		in.servers.byID = map[string]serverRoles{}
	}
	in.servers.byID[server] = s
	return s
}

// readCommand reads a command of owners out of a text: their slash commands are
// shown in servers only, and to those only who may manage one.
func readCommand(m *bot.Message) {
	first, rest, _ := strings.Cut(m.Text, " ")
	name, slash := strings.CutPrefix(first, "/")
	if slash && slices.ContainsFunc(bot.AdminCommands("", false), func(c bot.CommandInfo) bool { return c.Name == name }) {
		m.Command, m.Text = name, strings.TrimSpace(rest)
	}
}

// adminTaiwanese holds the descriptions of owners' commands as they are written in Taiwan.
var adminTaiwanese = map[string]string{
	bot.CommandStats:  "提問統計",
	bot.CommandGaps:   "沒有答好的問題",
	bot.CommandReload: "立即載入新報告",
	bot.CommandAllow:  "允許本聊天或某個項目",
	bot.CommandDeny:   "禁止本聊天或某個項目",
	bot.CommandBudget: "今天的用量和上限",
}

// adminCommands are the slash commands of those who look after the bot: in
// servers, for those who may manage one, unless the server says otherwise.
// ofGroup: those only that are for administrators of a server.
func adminCommands(ofGroup bool) []*discordgo.ApplicationCommand {
	chinese := make(map[string]string)
	for _, c := range bot.AdminCommands("zh", false) {
		chinese[c.Name] = c.Description
	}
	var commands []*discordgo.ApplicationCommand
	for _, c := range bot.AdminCommands("en", ofGroup) {
		may := int64(discordgo.PermissionManageGuild)
		command := &discordgo.ApplicationCommand{
			Type:                     discordgo.ChatApplicationCommand,
			Name:                     c.Name,
			Description:              c.Description,
			DescriptionLocalizations: &map[discordgo.Locale]string{},
			Contexts:                 &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
			DefaultMemberPermissions: &may,
		}
		localize(*command.DescriptionLocalizations, chinese[c.Name], adminTaiwanese[c.Name])
		if c.Argument != "" {
			o := option(c.Argument, false)
			o.Required = false
			command.Options = []*discordgo.ApplicationCommandOption{o}
		}
		commands = append(commands, command)
	}
	return commands
}
