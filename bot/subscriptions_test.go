package bot_test

import (
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

func TestSubscriptionNext(t *testing.T) {
	at := func(text string) time.Time {
		out, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		sub         bot.Subscription
		after, want string
	}{
		{bot.Subscription{Minute: 540}, "2026-03-14T08:59:59Z", "2026-03-14T09:00:00Z"},
		{bot.Subscription{Minute: 540}, "2026-03-14T09:00:00Z", "2026-03-15T09:00:00Z"},
		{bot.Subscription{Minute: 0}, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
		{bot.Subscription{Minute: 540, Zone: "Asia/Shanghai"}, "2026-03-14T08:00:00Z", "2026-03-15T01:00:00Z"},
		{bot.Subscription{Minute: 540, Zone: "Europe/Berlin"}, "2026-03-28T12:00:00Z", "2026-03-29T07:00:00Z"}, // clocks are put forward
		{bot.Subscription{Minute: 540, Weekly: true, Weekday: time.Saturday}, "2026-03-14T09:00:00Z", "2026-03-21T09:00:00Z"},
		{bot.Subscription{Minute: 540, Weekly: true, Weekday: time.Sunday}, "2026-03-14T09:00:00Z", "2026-03-15T09:00:00Z"},
	} {
		got, err := c.sub.Next(at(c.after))
		if err != nil || !got.Equal(at(c.want)) {
			t.Errorf("%+v after %s: %s, %v, want %s", c.sub, c.after, got.UTC().Format(time.RFC3339), err, c.want)
		}
	}
	for _, bad := range []bot.Subscription{{Minute: -1}, {Minute: 1440}, {Zone: "Nowhere/Town"}, {Weekly: true, Weekday: 7}} {
		if got, err := bad.Next(at("2026-03-14T09:00:00Z")); err == nil {
			t.Errorf("%+v: %s, want an error", bad, got)
		}
	}
}
