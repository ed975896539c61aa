package telegram

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestPace holds that no window of Telegram's limits ever gets more than they
// allow, and that one chat does not hold up another.
func TestPace(t *testing.T) {
	for name, limit := range map[string]struct {
		private bool
		windows []window
	}{
		"private": {true, []window{{5, 4 * time.Second}}},
		"group":   {false, []window{{5, 4 * time.Second}, {20, time.Minute}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPace()
				var sent []time.Time
				for range 60 {
					if err := p.wait(t.Context(), 1, limit.private); err != nil {
						t.Fatal(err)
					}
					sent = append(sent, time.Now())
				}
				for _, w := range limit.windows {
					for i := w.most; i < len(sent); i++ {
						if apart := sent[i].Sub(sent[i-w.most]); apart < w.span {
							t.Fatalf("%d messages within %v, want %d within %v", w.most+1, apart, w.most, w.span)
						}
					}
				}
				began := time.Now()
				if err := p.wait(t.Context(), 2, limit.private); err != nil || time.Since(began) > 0 {
					t.Errorf("another chat waited for %v: %v", time.Since(began), err)
				}
			})
		})
	}
}

// TestPaceForgets holds that what is remembered is bounded.
func TestPaceForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace()
		for chat := range int64(20 * mostPaced) {
			if err := p.wait(t.Context(), chat, true); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(p.chats); n > 2*mostPaced {
			t.Errorf("%d chats are remembered", n)
		}
	})
}
