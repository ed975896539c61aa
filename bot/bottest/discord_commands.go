package bottest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func (d *Discord) getCommands(c *discordCall) discordAnswer {
	if c.PathValue("application") != d.world.bot {
		return discordError(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	out := []any{}
	for _, command := range d.commands[c.PathValue("guild")] {
		o := maps.Clone(command.(discordMap))
		if c.URL.Query().Get("with_localizations") != "true" {
			delete(o, "name_localizations")
			delete(o, "description_localizations")
		}
		out = append(out, o)
	}
	return discordAnswer{http.StatusOK, out}
}

// putCommands replaces all commands and gives each what Discord adds.
func (d *Discord) putCommands(c *discordCall) discordAnswer {
	if c.PathValue("application") != d.world.bot {
		return discordError(http.StatusForbidden, 20012, "You are not authorized to perform this action on this application")
	}
	list, ok := c.body.([]any)
	if findings := discordCommandFindings(list); len(findings) > 0 || !ok {
		for _, f := range findings {
			d.find("%s: %s", c.route.name, f)
		}
		return discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	stored := []any{}
	for _, command := range list {
		o := maps.Clone(command.(discordMap))
		o["id"], o["version"], o["application_id"] = d.newID(), d.newID(), d.world.bot
		for key, value := range (discordMap{
			"type": 1, "default_member_permissions": nil, "dm_permission": true, "nsfw": false,
			"integration_types": []any{0}, "contexts": nil, "name_localizations": nil, "description_localizations": nil,
		}) {
			if _, ok := o[key]; !ok {
				o[key] = value
			}
		}
		if n := o["default_member_permissions"]; n != nil { // taken as a number, given back as a string
			o["default_member_permissions"] = fmt.Sprint(n)
		}
		stored = append(stored, o)
	}
	d.commands[c.PathValue("guild")] = stored
	return discordAnswer{http.StatusOK, stored}
}

// discordName is the pattern of command and option names:
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming
var discordName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func discordCommandName(name string) bool {
	return discordName.MatchString(name) && name == strings.ToLower(name)
}

// discordCommandFindings checks what is to be registered, as far as the specification
// leaves it out.
func discordCommandFindings(list []any) []string {
	var findings []string
	var names []string
	for _, entry := range list {
		command, _ := entry.(discordMap)
		name, _ := command["name"].(string)
		if !discordCommandName(name) || slices.Contains(names, name) {
			findings = append(findings, fmt.Sprintf("command name %q is not allowed, or there twice", name))
		}
		names = append(names, name)
		findings = append(findings, discordDescribedFindings(command, "/"+name)...)
		options, _ := command["options"].([]any)
		optional := false
		for _, entry := range options {
			option, _ := entry.(discordMap)
			at := fmt.Sprintf("/%s %v", name, option["name"])
			if n, _ := option["name"].(string); !discordCommandName(n) {
				findings = append(findings, at+": name is not allowed")
			}
			if option["required"] == true && optional {
				findings = append(findings, at+": required after optional")
			}
			optional = optional || option["required"] != true
			findings = append(findings, discordDescribedFindings(option, at)...)
		}
	}
	if len(list) > 100 {
		findings = append(findings, fmt.Sprintf("%d commands, limit 100", len(list)))
	}
	return findings
}

// discordDescribedFindings checks a description and the localized names.
func discordDescribedFindings(o discordMap, at string) []string {
	var findings []string
	if text, _ := o["description"].(string); discordLen(text) < 1 || discordLen(text) > 100 {
		findings = append(findings, at+": description must have 1 to 100 characters")
	}
	names, _ := o["name_localizations"].(discordMap)
	for locale, n := range names {
		if name, _ := n.(string); !discordCommandName(name) {
			findings = append(findings, fmt.Sprintf("%s: name %q for %s is not allowed", at, name, locale))
		}
	}
	return findings
}
