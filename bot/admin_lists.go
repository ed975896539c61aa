package bot

import (
	"context"
	"errors"
	"strings"
)

// Arguments of /allow beside an entry.
const (
	argServer = "server" // this server
	argOnly   = "only"   // begins the list: only those on it are let in
	argAll    = "all"    // ends it
)

var (
	errPrivateChat = errors.New("a private chat is on no list")
	errNotOwnGroup = errors.New("not the group of its administrator")
)

// whom reads the argument of /allow and /deny.
func (a *act) whom(text string) (Entry, error) {
	text = strings.TrimSpace(text)
	e := Entry{Kind: EntryChat, Platform: a.m.Platform, ID: rootChat(a.m)}
	switch {
	case text == "" && a.m.Private:
		return Entry{}, errPrivateChat
	case text == "":
	case strings.EqualFold(text, argServer) && a.m.Server != "":
		e.Kind, e.ID = EntryServer, a.m.Server
	default:
		var err error
		if e, err = ParseEntry(text); err != nil {
			return Entry{}, err
		}
	}
	if a.role == roleGroup {
		if e.Kind == EntryUser || !e.names(a.m) {
			return Entry{}, errNotOwnGroup
		}
		e.Kind = EntryGroup
	}
	return e, nil
}

// refused is the reply to an argument that names nobody, or nobody of theirs.
func (a *act) refused(err error) (Reply, error) {
	a.outcome = "not understood"
	text := a.w.entryUsage
	switch {
	case errors.Is(err, errPrivateChat):
		text = a.w.private
	case errors.Is(err, errNotOwnGroup):
		a.outcome, text = "refused", a.w.ownGroupOnly
	}
	return a.says(text), nil
}

func (a *act) says(lines ...string) Reply { return textReply(a.w.language, lines...) }

// name is how the reply names e.
func (a *act) name(e Entry) string {
	if e.Platform == a.m.Platform && e.Kind != EntryUser && e.ID == rootChat(a.m) {
		return a.w.here
	}
	if e.Kind == EntryGroup {
		e.Kind = EntryServer
	}
	return e.String()
}

// deny keeps somebody out.
func (b *Bot) deny(ctx context.Context, a *act) (Reply, error) {
	e, err := a.whom(a.m.Text)
	if err != nil {
		return a.refused(err)
	}
	a.entry = &e
	if e.Kind == EntryUser && b.access.Owner(Message{Platform: e.Platform, User: e.ID}) {
		a.outcome = "refused"
		return a.says(say(a.w.ownerStays, a.name(e))), nil
	}
	if err := b.access.set(ctx, e); err != nil {
		return Reply{}, err
	}
	return a.says(say(a.w.deny, a.name(e))), nil
}

// allow lets somebody in.
func (b *Bot) allow(ctx context.Context, a *act) (Reply, error) {
	first, rest, _ := strings.Cut(strings.TrimSpace(a.m.Text), " ")
	only := strings.EqualFold(first, argOnly)
	switch {
	case a.role == roleOwner && strings.EqualFold(first, argAll):
		return b.allowAll(ctx, a)
	case !only:
		rest = a.m.Text
	case a.role != roleOwner:
		return a.refused(errNotOwnGroup)
	}
	e, err := a.whom(rest)
	if err != nil {
		return a.refused(err)
	}
	a.entry = &e
	e.Allow = true
	if a.role == roleGroup {
		return b.allowGroup(ctx, a, e)
	}
	return b.allowEntry(ctx, a, e, only)
}

// allowGroup takes back what administrators of a group said against it, and
// lets it in where there is a list.
func (b *Bot) allowGroup(ctx context.Context, a *act, e Entry) (Reply, error) {
	for _, d := range b.access.denials(ctx, a.m) {
		if d.Kind == EntryGroup {
			if _, err := b.access.drop(ctx, d); err != nil {
				return Reply{}, err
			}
		}
	}
	if err := b.access.set(ctx, e); err != nil {
		return Reply{}, err
	}
	return a.says(say(a.w.allowed, a.name(e))), nil
}

// allowEntry lets in whom an owner names. Where everybody is let in who is not
// denied, a list is begun only when that was said.
func (b *Bot) allowEntry(ctx context.Context, a *act, e Entry, only bool) (Reply, error) {
	if denies(b.access.config.Deny, e) {
		a.outcome = "refused"
		return a.says(say(a.w.configDenies, a.name(e))), nil
	}
	again, err := b.undeny(ctx, e)
	if err != nil {
		return Reply{}, err
	}
	listed := b.access.standing(ctx, a.m).listed
	switch {
	case !listed && !only && again:
		return a.says(say(a.w.allowedAgain, a.name(e))), nil
	case !listed && !only:
		a.outcome = "nothing to do"
		return a.says(say(a.w.openAlready, a.name(e))), nil
	}
	if err := b.access.set(ctx, e); err != nil {
		return Reply{}, err
	}
	if !listed {
		return a.says(say(a.w.onlyNow, a.name(e))), nil
	}
	return a.says(say(a.w.allowed, a.name(e))), nil
}

// undeny removes what denies just whom e names, and reports whether there was any.
func (b *Bot) undeny(ctx context.Context, e Entry) (bool, error) {
	there := false
	for _, d := range b.access.stored(ctx) {
		if d.Allow || !sameAs(d, e) {
			continue
		}
		if _, err := b.access.drop(ctx, d); err != nil {
			return there, err
		}
		there = true
	}
	return there, nil
}

// denies reports whether one of entries is about the same as e.
func denies(entries []Entry, e Entry) bool {
	for _, d := range entries {
		if sameAs(d, e) {
			return true
		}
	}
	return false
}

// sameAs reports whether d, perhaps said by administrators of a group, is about
// the same as e.
func sameAs(d, e Entry) bool {
	return d.Platform == e.Platform && d.ID == e.ID && (d.Kind == e.Kind || d.Kind == EntryGroup && e.Kind != EntryUser)
}

// allowAll ends the list, as far as it was made in chats.
func (b *Bot) allowAll(ctx context.Context, a *act) (Reply, error) {
	for _, e := range b.access.stored(ctx) {
		if !e.Allow || e.Kind == EntryGroup {
			continue
		}
		if _, err := b.access.drop(ctx, e); err != nil {
			return Reply{}, err
		}
	}
	if len(b.access.config.Allow) > 0 {
		return a.says(a.w.listStays), nil
	}
	return a.says(a.w.listEnded), nil
}
