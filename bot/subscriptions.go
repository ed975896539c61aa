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
	Kind     string // what it is for: "news", "facts", ...
	Language string // "en" or "zh"
	Minute   int    // of the day, in Zone: 0 to 1439
	Zone     string // a name of the IANA database ("Europe/Berlin"); "" means UTC
	Weekly   bool   // on Weekday only; otherwise every day
	Weekday  time.Weekday

	Since time.Time // when the last one was sent, or the subscription began; Subscribe sets it
}

// Next returns the first time after t at which s is due. On a day without that
// minute (clocks are put forward) it is the one [time.Date] takes for it.
func (s Subscription) Next(t time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(s.Zone)
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

// Digests are the news that have to be sent now. To send each once, whichever
// program does it: put it into the [Inbox] as an [Event] whose ID names the
// subscription and the day, then say that it was sent. A crash between the two
// puts the same event again, which the inbox knows.
type Digests interface {
	// Due returns the subscriptions that are due, at most limit, the longest
	// overdue first.
	Due(ctx context.Context, limit int) ([]Subscription, error)
	// Sent says that s, as Due returned it, was sent: it is due again at its next time.
	DigestSent(ctx context.Context, s Subscription) error
}
