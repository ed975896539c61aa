package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/bot"
)

func TestPeople(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := p.open(t)
		chat := bot.Entry{Kind: bot.EntryChat, Platform: "telegram", ID: "-100", Allow: true}
		user := bot.Entry{Kind: bot.EntryUser, Platform: "telegram", ID: "7", Allow: true}
		noError(t, s.SetEntry(t.Context(), user))
		noError(t, s.SetEntry(t.Context(), chat))
		user.Allow = false
		noError(t, s.SetEntry(t.Context(), user))
		got, err := s.Entries(t.Context())
		noError(t, err)
		if diff := cmp.Diff([]bot.Entry{chat, user}, got); diff != "" {
			t.Error(diff)
		}
		for _, want := range []bool{true, false} {
			if dropped, err := s.DropEntry(t.Context(), chat); err != nil || dropped != want {
				t.Errorf("dropped: %t, %v, want %t", dropped, err, want)
			}
		}
		if got, err = s.Entries(t.Context()); err != nil || len(got) != 1 || got[0] != user {
			t.Errorf("%+v, %v, want %+v alone", got, err, user)
		}
	})
}
