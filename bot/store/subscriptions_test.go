package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
)

func wantDue(t *testing.T, s bot.Digests, want ...bot.Subscription) {
	t.Helper()
	got, err := s.Due(t.Context(), 10)
	noError(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSubscriptions(t *testing.T) {
	onEach(t, func(t *testing.T, p place) { // Saturday, 14 March 2026, 15:09 UTC
		s, begin := p.open(t), p.clock.now().Truncate(time.Microsecond)
		daily := bot.Subscription{Platform: "telegram", Chat: "-1", Kind: "news", Language: "zh", Minute: 9 * 60, Zone: "Asia/Shanghai", Person: "-1"}
		weekly := bot.Subscription{Platform: "discord", Chat: "2", Server: "20", Kind: "news", Language: "en", Minute: 8 * 60, Weekly: true, Weekday: time.Monday}
		noError(t, s.Subscribe(t.Context(), weekly))
		daily.Minute = 23 * 60
		noError(t, s.Subscribe(t.Context(), daily))
		daily.Minute = 9 * 60 // another time
		noError(t, s.Subscribe(t.Context(), daily))
		wantDue(t, s)

		p.clock.pass(9*time.Hour + 51*time.Minute) // Sunday, 01:00 UTC: 9:00 there
		daily.Since = begin
		wantDue(t, s, daily)
		noError(t, s.DigestSent(t.Context(), daily))
		noError(t, s.DigestSent(t.Context(), daily)) // another program says so too
		wantDue(t, s)
		daily.Since = p.clock.now()

		p.clock.pass(31 * time.Hour) // Monday, 08:00 UTC
		weekly.Since = begin
		wantDue(t, s, daily, weekly)
		noError(t, s.DigestSent(t.Context(), weekly))
		wantDue(t, s, daily)

		for _, want := range []bool{true, false} {
			if ended, err := s.Unsubscribe(t.Context(), "telegram", "-1", "news"); err != nil || ended != want {
				t.Errorf("ended: %t, %v, want %t", ended, err, want)
			}
		}
		wantDue(t, s)
		daily.Zone = "Nowhere/Town"
		if err := s.Subscribe(t.Context(), daily); err == nil {
			t.Error("a time zone that is none was taken")
		}
	})
}
