package bot

import (
	"context"
	"fmt"
	"time"
)

// A Subscription is a chat's wish for news of the reports. A chat has one of each kind.
type Subscription struct {
	Platform string
	Chat     string
	Server   string // that the chat belongs to; as [Message.Server]
	Person   string // whom a private chat is with; "" for a group
	Kind     string // what it is for: "news", "facts", ...
	Language string // "en" or "zh"
	Minute   int    // of the day, in Zone: 0 to 1439
	Zone     string // a name of the IANA database ("Europe/Berlin") or an offset ("UTC+05:30"); "" means UTC
	Weekly   bool   // on Weekday only; otherwise every day
	Weekday  time.Weekday

	Since   time.Time // when the last one was sent, or the subscription began; Subscribe sets it
	Covered string    // name of the edition that was told of last; one that stands is changed by DigestSent alone
}

// message is one that is said where s is sent to.
func (s Subscription) message() Message {
	return Message{Platform: s.Platform, Chat: s.Chat, Server: s.Server, User: s.Person, Private: s.Person != ""}
}

// Next returns the first time after t at which s is due. On a day without that
// minute (clocks are put forward) it is the one [time.Date] takes for it.
func (s Subscription) Next(t time.Time) (time.Time, error) {
	zone, err := locate(s.Zone)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("time zone of a subscription: %w", err)
	case s.Weekday < time.Sunday || s.Weekday > time.Saturday:
		return time.Time{}, fmt.Errorf("day %d of a subscription, want 0 to 6", s.Weekday)
	case s.Minute < 0 || s.Minute >= 24*60:
		return time.Time{}, fmt.Errorf("minute %d of a subscription, want 0 to 1439", s.Minute)
	}
	t = t.In(zone)
	for day := 0; ; day++ {
		at := time.Date(t.Year(), t.Month(), t.Day()+day, 0, s.Minute, 0, 0, zone)
		if at.After(t) && (!s.Weekly || at.Weekday() == s.Weekday) {
			return at, nil
		}
	}
}

// Subscriptions keep who wants news.
type Subscriptions interface {
	// Subscribe adds s, or changes the chat's subscription of the same kind.
	Subscribe(ctx context.Context, s Subscription) error
	// Unsubscribe ends a chat's subscription of a kind; false: there was none.
	Unsubscribe(ctx context.Context, platform, chat, kind string) (bool, error)
}

// Digests are the news that have to be sent now. Each is sent once, whichever
// program does it: [DigestMarks] say who is at it.
type Digests interface {
	// Due returns the subscriptions that are due, at most limit, the longest
	// overdue first.
	Due(ctx context.Context, limit int) ([]Subscription, error)
	// DigestSent says that s, as Due returned it but for what it covers now, was
	// sent, or had nothing to tell: it is due again at its next time.
	DigestSent(ctx context.Context, s Subscription) error
}

// DigestMarks keep a digest from being sent twice.
type DigestMarks interface {
	// SendingDigest says that the digest of s, as Due returned it, is about to be
	// sent. [PartUnsure]: a program began to and ended without a word.
	// [ErrLost]: another one is at it, or has sent it, or s has ended.
	SendingDigest(ctx context.Context, s Subscription) (MarkState, error)
	// DigestFailed says that the digest of s was not sent. It is due again at
	// once; after too many times at its next time, with what it had to tell.
	DigestFailed(ctx context.Context, s Subscription) error
}

// Editions keep what the reports stated, as long as a subscription was last told of it.
type Editions interface {
	// KeepEdition keeps an edition under its name.
	KeepEdition(ctx context.Context, name string, edition []byte) error
	// Edition returns an edition, nil where there is none of the name.
	Edition(ctx context.Context, name string) ([]byte, error)
}
