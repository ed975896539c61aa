package bot

import "context"

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
