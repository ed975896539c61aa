package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// EntryGroup is a chat or a server as its own administrators said, who may not
// change what the owners say of it.
const EntryGroup EntryKind = "group"

// entryForm is how an id looks: of a chat on Telegram, perhaps with a topic, or
// one of Discord's snowflakes.
var entryForm = map[string]*regexp.Regexp{
	"telegram": regexp.MustCompile(`^-?[0-9]{1,20}(/[0-9]{1,10})?$`),
	"discord":  regexp.MustCompile(`^[0-9]{1,20}$`),
}

// An EntryError is a text that names nobody.
type EntryError struct{ Text string }

func (e *EntryError) Error() string {
	return fmt.Sprintf("%q: want platform:kind:id, like telegram:chat:-100123, discord:server:42 or telegram:user:7", e.Text)
}

// ParseEntry reads "telegram:chat:-100123". The error is an [*EntryError].
func ParseEntry(text string) (Entry, error) {
	parts := strings.Split(strings.TrimSpace(text), ":")
	if len(parts) != 3 {
		return Entry{}, &EntryError{text}
	}
	e := Entry{Platform: strings.ToLower(parts[0]), Kind: EntryKind(strings.ToLower(parts[1])), ID: parts[2]}
	form := entryForm[e.Platform]
	known := e.Kind == EntryChat || e.Kind == EntryUser || e.Kind == EntryServer && e.Platform == "discord"
	if form == nil || !known || !form.MatchString(e.ID) {
		return Entry{}, &EntryError{text}
	}
	return e, nil
}

// String is e as [ParseEntry] reads it.
func (e Entry) String() string { return e.Platform + ":" + string(e.Kind) + ":" + e.ID }

// names reports whether m was said by whom, or where, e names. A chat is also
// every topic in it.
func (e Entry) names(m Message) bool {
	if e.Platform != m.Platform || e.ID == "" {
		return false
	}
	inChat := e.ID == m.Chat || strings.HasPrefix(m.Chat, e.ID+"/")
	switch e.Kind {
	case EntryUser:
		return e.ID == m.User
	case EntryChat:
		return inChat
	case EntryServer:
		return e.ID == m.Server
	case EntryGroup:
		return inChat || e.ID == m.Server
	}
	return false
}

// anyNames reports whether one of entries names m.
func anyNames(entries []Entry, m Message) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.names(m) })
}

// rootChat is the chat of m without the topic.
func rootChat(m Message) string {
	root, _, _ := strings.Cut(m.Chat, "/")
	return root
}
