package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// The commands of those who look after the bot.
const (
	CommandStats  = "stats"
	CommandGaps   = "gaps"
	CommandReload = "reload"
	CommandAllow  = "allow"
	CommandDeny   = "deny"
	CommandBudget = "budget"
)

// An Admin is what the commands of owners need beside the rest. What is nil is
// answered with a sentence.
type Admin struct {
	Stats    Statistics // nil: what this program has counted
	Gaps     Gaps       // put together by [Config.Topics]
	Spenders Spenders
	Reload   func(context.Context) (Served, error)
}

// Spenders know who spent most.
type Spenders interface {
	// Spenders returns what the persons that spent most on a day have spent, at
	// most limit of them, the largest first, and not who they are.
	Spenders(ctx context.Context, day time.Time, limit int) ([]Spent, error)
}

// Served is what answers.
type Served struct {
	Generation string // "": the built-in reports
	Reports    int
	Passages   int
	New        bool // it was taken up just now
}

// AdminCommands lists the commands of owners for a platform's menu, or those of
// them that administrators of a group may use there.
func AdminCommands(lang string, ofGroup bool) []CommandInfo {
	all := []CommandInfo{
		{Name: CommandStats, Description: "How questions were answered"},
		{Name: CommandGaps, Description: "What could not be answered"},
		{Name: CommandReload, Description: "Take up new reports now"},
		{Name: CommandAllow, Description: "Answer in this chat, or whom an entry names", Argument: "entry"},
		{Name: CommandDeny, Description: "Do not answer in this chat, or whom an entry names", Argument: "entry"},
		{Name: CommandBudget, Description: "What was spent today, and the limits"},
	}
	if wordingOf(lang).language == "zh" {
		for i, text := range []string{"提问统计", "没有答好的问题", "立即载入新报告", "允许本聊天或某个条目", "禁止本聊天或某个条目", "今天的用量和上限"} {
			all[i].Description = text
		}
	}
	if !ofGroup {
		return all
	}
	return slices.DeleteFunc(all, func(c CommandInfo) bool { return !groupCommand(c.Name) })
}

// isAdminCommand reports whether a command is for those who look after the bot.
func isAdminCommand(command string) bool {
	switch command {
	case CommandStats, CommandGaps, CommandReload, CommandAllow, CommandDeny, CommandBudget:
		return true
	}
	return false
}

// groupCommand reports whether administrators of a group may use a command: what
// it tells and changes stays within the group.
func groupCommand(command string) bool {
	return command == CommandAllow || command == CommandDeny || command == CommandBudget
}

// A role is as what somebody uses a command.
type role string

const (
	roleNone  role = ""
	roleOwner role = "owner"
	roleGroup role = "group administrator"
)

// role returns as what who said m may use its command. Administrators of a group
// that is denied are nobody; of one that is not on the list they may only let it in.
func (b *Bot) role(ctx context.Context, m Message) role {
	if b.access.Owner(m) {
		return roleOwner
	}
	if !groupCommand(m.Command) || !b.access.config.GroupAdmins || m.Private || m.Admin == nil {
		return roleNone
	}
	s := b.access.standing(ctx, m)
	shut := s.deniedByGroup || s.listed && !s.allowed
	if s.denied || shut && m.Command == CommandBudget || !b.access.administers(ctx, m) {
		return roleNone
	}
	return roleGroup
}

// An act is one use of a command by somebody who may.
type act struct {
	m    Message
	role role
	w    accessWording

	entry   *Entry // whom it is about; nil: nobody
	outcome string // constant words for the log
}

// admin runs the command of m if who said it may use it; done is false where
// they may not.
func (b *Bot) admin(ctx context.Context, m Message, w accessWording) (r Reply, done bool, err error) {
	a := &act{m: m, role: b.role(ctx, m), w: w, outcome: "done"}
	if a.role == roleNone {
		if !m.Bare { // a bare one may be meant for another bot
			a.outcome = "refused"
			b.audit(ctx, a, nil)
		}
		return Reply{}, false, nil
	}
	if r, done = b.limit(ctx, m, w); done {
		return r, true, nil
	}
	r, err = b.run(ctx, a)
	if err != nil {
		a.outcome = "failed"
		err = fmt.Errorf("run /%s: %w", m.Command, err)
	}
	b.audit(ctx, a, err)
	return r, true, err
}

func (b *Bot) run(ctx context.Context, a *act) (Reply, error) {
	switch a.m.Command {
	case CommandStats:
		return b.stats(ctx, a)
	case CommandGaps:
		return b.gaps(ctx, a)
	case CommandReload:
		return b.reload(ctx, a)
	case CommandBudget:
		return b.budget(ctx, a)
	case CommandAllow:
		return b.allow(ctx, a)
	case CommandDeny:
		return b.deny(ctx, a)
	}
	return Reply{}, errors.New("no such command")
}

// audit writes the one line about an act. Persons and chats stand there under
// pseudonyms: the same for the same, and for whom a list names.
func (b *Bot) audit(ctx context.Context, a *act, err error) {
	key := b.config.Key
	where := key.pseudonym("chat", a.m.Platform, rootChat(a.m))
	attrs := []any{
		"what", a.m.Command, "who", key.pseudonym("user", a.m.Platform, a.m.User), "as", string(a.role),
		"platform", a.m.Platform, "where", where, "private", a.m.Private, "outcome", a.outcome,
	}
	if a.entry != nil {
		kind := a.entry.Kind
		if kind == EntryGroup {
			kind = EntryChat
			if a.entry.ID == a.m.Server {
				kind = EntryServer
			}
		}
		attrs = append(attrs, "whom", key.pseudonym(string(kind), a.entry.Platform, a.entry.ID), "whom_kind", string(a.entry.Kind))
	}
	level := slog.LevelInfo
	if err != nil {
		level = slog.LevelError
		attrs = append(attrs, "error", err)
	}
	b.logger.Log(ctx, level, "admin act", attrs...)
}
