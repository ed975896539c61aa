package bottest

import "net/http"

// Permissions: https://docs.discord.com/developers/topics/permissions
const (
	discordManageServer = 1 << 5
	discordMemberMay    = 1<<10 | 1<<11 | 1<<31 // see channels, send messages, use commands
)

// Promote gives a member the role that may manage the server.
func (d *Discord) Promote(user string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.world.admins[user] = true
}

// Offered reports whether a member of the server is offered a slash command: one
// with default permissions is for those who have them.
func (d *Discord) Offered(user, command string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.commands[""] {
		if o := c.(discordMap); o["name"] == command {
			return o["default_member_permissions"] == nil || d.world.admins[user]
		}
	}
	return false
}

// getGuild shows the server with its roles:
// https://docs.discord.com/developers/resources/guild#get-guild
func (d *Discord) getGuild(c *discordCall) discordAnswer {
	if c.PathValue("guild") != d.world.guild {
		return discordError(http.StatusNotFound, 10004, "Unknown Guild")
	}
	role := func(id, name, permissions string) discordMap {
		return discordMap{"id": id, "name": name, "permissions": permissions, "position": 0, "managed": false, "mentionable": false, "hoist": false, "color": 0, "flags": 0}
	}
	return discordAnswer{http.StatusOK, discordMap{
		"id": d.world.guild, "name": "server", "owner_id": d.world.owner,
		"roles": []any{role(d.world.guild, "@everyone", "2147486720"), role(d.world.role, "keepers", "32")},
	}}
}
