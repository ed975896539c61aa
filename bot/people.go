package bot

import "context"

// An EntryKind says what an [Entry] names.
type EntryKind string

// The kinds of entries.
const (
	EntryChat   EntryKind = "chat"   // a chat, a channel or a thread
	EntryServer EntryKind = "server" // a Discord server
	EntryUser   EntryKind = "user"   // a person
)

// An Entry lets somebody in or keeps somebody out.
type Entry struct {
	Kind     EntryKind
	Platform string
	ID       string // the platform's
	Allow    bool   // false: deny
}

// People are who may ask and who may not, as the owners said in a chat. There
// are few of them: a caller reads them all.
type People interface {
	// Entries returns all, ordered by kind, platform and id.
	Entries(ctx context.Context) ([]Entry, error)
	// SetEntry adds an entry or changes whether it allows.
	SetEntry(ctx context.Context, e Entry) error
	// DropEntry removes one, whatever it says; false: there was none.
	DropEntry(ctx context.Context, e Entry) (bool, error)
}
