package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Person is one whom the bot is to forget.
type Person struct {
	Platform string
	User     string   // the platform's id
	Private  []string // chats of this person and the bot alone, where their ids are not User
}

// A Forgetter deletes what is known of a person.
type Forgetter interface {
	// Forget deletes everything about p, questions that wait for an answer
	// included, and returns how much there was, by what it was: "sessions",
	// "accounts", "votes", "people", "subscriptions", "inbox". What was nothing is
	// left out.
	Forget(ctx context.Context, p Person) (map[string]int, error)
}

// forget deletes what is known of who asks for it, and says what that was.
func (b *Bot) forget(ctx context.Context, m Message, w wording) (Reply, error) {
	if err := b.sessions.Reset(ctx, b.sessionKey(m)); err != nil {
		return Reply{}, fmt.Errorf("forget session: %w", err)
	}
	if b.config.Forgetter == nil {
		return textReply(w.language, w.reset), nil
	}
	p := Person{Platform: m.Platform, User: m.User}
	if m.Private {
		p.Private = []string{m.Chat}
	}
	gone, err := b.config.Forgetter.Forget(ctx, p)
	if err != nil {
		return Reply{}, fmt.Errorf("forget a person: %w", err)
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(gone)) {
		if name := w.known[what]; name != "" {
			parts = append(parts, fmt.Sprintf("%s: %d", name, gone[what]))
		}
	}
	if len(parts) == 0 {
		return textReply(w.language, w.forgotten), nil
	}
	return textReply(w.language, w.forgotten+" "+fmt.Sprintf(w.deleted, strings.Join(parts, w.comma))), nil
}
