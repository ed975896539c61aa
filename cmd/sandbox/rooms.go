package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// A room is a place where the member and the bot talk.
type room struct {
	name string // "telegram private"
	hint string // how to speak there
	// say says one line as the member. It reports whether the bot is to answer;
	// it waits for a bot that is not there yet, where the platform would.
	say func(ctx context.Context, line string) (answered bool, err error)
	// heard returns what the bot has said there, as a reader sees it; not what it
	// is still writing.
	heard func() []string
	// written returns the states of answers while they were being written.
	written func() []string
	// wait waits until holds, which is asked whenever something happens.
	wait func(ctx context.Context, holds func() bool) error
	buttons
}

// rooms lists the places, the first being where the member starts.
func (s *servers) rooms() []room {
	member := s.telegram.Member("Member", "en")
	group := s.telegram.Supergroup("Sandbox", false)
	return []room{
		telegramRoom(s.telegram, member, s.telegram.Private(member), "telegram private", "write, or use a /command"),
		telegramRoom(s.telegram, member, group, "telegram group", "begin with @bot, or use a /command"),
		discordRoom(s.discord, s.discord.Server(), "discord server", "begin with @bot, or use a /command"),
		discordRoom(s.discord, s.discord.Direct(s.discord.Member()), "discord dm", "write, or use a /command"),
	}
}

// atBot is how a member names the bot here, whatever it is called.
var atBot = regexp.MustCompile(`(^|\s)@bot\b`)

func telegramRoom(t *bottest.Telegram, member bottest.TelegramUser, chat bottest.TelegramChat, name, hint string) room {
	return room{
		name: name, hint: hint, wait: t.Wait, buttons: telegramButtons(t, member, chat),
		say: func(_ context.Context, line string) (bool, error) {
			said := atBot.ReplaceAllString(line, "${1}@"+t.Bot().Username)
			t.Say(chat, member, said)
			return chat.Type == "private" || said != line || strings.HasPrefix(line, "/"), nil
		},
		heard: func() []string {
			var out []string
			for _, m := range t.Messages(chat) {
				out = append(out, telegramText(m))
			}
			return out
		},
		written: func() []string {
			var out []string
			for _, d := range t.Drafts(chat) {
				out = append(out, d.Text)
			}
			return out
		},
	}
}

// unfinished is the notice below an answer that the bot is still writing.
var unfinished = regexp.MustCompile(`(Still writing…|正在撰写……)\s*$`)

// telegramText is a message with the targets of its links, but for those of
// marks, which stand in the source list, too.
func telegramText(m bottest.TelegramMessage) string {
	units := utf16.Encode([]rune(m.Text))
	var out strings.Builder
	at := 0
	for _, e := range m.Entities {
		if end := e.Offset + e.Length; e.URL != "" && e.Offset >= at && end <= len(units) {
			label := string(utf16.Decode(units[e.Offset:end]))
			out.WriteString(string(utf16.Decode(units[at:end])))
			if !mark.MatchString(label) {
				out.WriteString(" <" + e.URL + ">")
			}
			at = end
		}
	}
	out.WriteString(string(utf16.Decode(units[at:])))
	return out.String()
}

// mark is the label of a citation mark.
var mark = regexp.MustCompile(`^\[?\d+\]?$`)

func discordRoom(d *bottest.Discord, at bottest.DiscordPlace, name, hint string) room {
	return room{
		name: name, hint: hint, wait: d.Wait, buttons: discordButtons(d, at),
		say: func(ctx context.Context, line string) (bool, error) { return sayOnDiscord(ctx, d, at, line) },
		heard: func() []string {
			var out []string
			for _, m := range d.Answers(at.Channel) {
				if text := discordText(m.Content); !unfinished.MatchString(text) {
					out = append(out, text)
				}
			}
			return out
		},
		written: func() []string {
			var out []string
			for _, f := range d.Fillings(at.Channel) {
				if unfinished.MatchString(f.Text) {
					out = append(out, f.Text)
				}
			}
			return out
		},
	}
}

// sayOnDiscord says a line once the bot is connected: a /command becomes the
// slash command, @bot a mention.
func sayOnDiscord(ctx context.Context, d *bottest.Discord, at bottest.DiscordPlace, line string) (bool, error) {
	if err := d.Wait(ctx, d.Connected); err != nil {
		return false, fmt.Errorf("the bot is not connected to discord: %w", err)
	}
	if strings.HasPrefix(line, "/") {
		command, text, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
		if err := d.Wait(ctx, func() bool { return len(d.Commands("")) > 0 }); err != nil {
			return false, fmt.Errorf("the bot has registered no slash commands: %w", err)
		}
		_, err := d.SlashText(at, d.Member(), command, strings.TrimSpace(text))
		return err == nil, err
	}
	said := atBot.ReplaceAllString(line, "${1}<@"+d.Bot()+">")
	d.Say(at, d.Member(), said)
	return at.Guild == "" || said != line, nil
}

// discordText is a message with the targets of its links, but for those of marks.
func discordText(content string) string {
	return bottest.RenderDiscord(content, func(label, url string) string {
		if mark.MatchString(label) {
			return label
		}
		return label + " <" + url + ">"
	})
}
