package bot

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/waymark-bot/waymark/rag"
)

// feedback keeps answers and votes in memory.
type feedback struct {
	given map[string]Given
	votes []Vote
	err   error // of every call
}

func (f *feedback) Give(_ context.Context, g Given) error {
	if f.err == nil {
		f.given[g.ID] = g
	}
	return f.err
}

func (f *feedback) Vote(_ context.Context, v Vote) error {
	if _, ok := f.given[v.Answer]; !ok && f.err == nil {
		return ErrNoAnswer
	}
	f.votes = append(f.votes, v)
	return f.err
}

func (f *feedback) Ratings(context.Context, time.Time) iter.Seq2[Rating, error] { return nil }

func TestBallotData(t *testing.T) {
	for _, b := range []Ballot{
		{Event: "18446744073709551615", Language: "zh", Choice: Incomplete},
		{Event: "1", Language: "en", Choice: Up},
		{Event: "a:b", Language: "en", Choice: InWords},
	} {
		data := b.Data()
		got, ok := ParseBallot(data)
		if diff := cmp.Diff(b, got); diff != "" || !ok || len(data) > mostBallot {
			t.Errorf("%q, %v: %s", data, ok, diff)
		}
	}
	if data := (Ballot{Event: strings.Repeat("1", 60), Language: "en", Choice: Up}).Data(); data != "" {
		t.Errorf("%q does not fit a button", data)
	}
	for _, data := range []string{"", "vote", "vote:up:en", "vote:up:en:", "vote:sideways:en:1", "news:up:en:1"} {
		if b, ok := ParseBallot(data); ok {
			t.Errorf("%q was taken for %+v", data, b)
		}
	}
}

// TestWhatIsVotedOn holds that answers are voted on, and nothing else is.
func TestWhatIsVotedOn(t *testing.T) {
	ask := Message{Platform: "telegram", ID: "17", Chat: "7", User: "7", Text: "what is it?"}
	for name, test := range map[string]struct {
		change func(*Config)
		m      func(*Message)
		want   string
	}{
		"answer":             {want: "17"},
		"summary":            {m: func(m *Message) { m.Command = CommandProject }, want: "17"},
		"not covered":        {change: func(c *Config) { c.Answerer = said{status: rag.NotCovered} }, want: "17"},
		"help":               {m: func(m *Message) { m.Command = CommandHelp }},
		"reset":              {m: func(m *Message) { m.Command = CommandReset }},
		"error":              {change: func(c *Config) { c.Answerer = said{err: errors.New("gone")} }},
		"event without id":   {m: func(m *Message) { m.ID = "" }},
		"no state":           {change: func(c *Config) { c.Feedback = nil }},
		"switched off":       {change: func(c *Config) { c.NoVotes = true }},
		"state out of order": {change: func(c *Config) { c.Feedback = &feedback{err: errors.New("full")} }},
	} {
		t.Run(name, func(t *testing.T) {
			c, m := Config{Answerer: said{status: rag.Answered}, Feedback: &feedback{given: map[string]Given{}}}, ask
			if test.change != nil {
				test.change(&c)
			}
			if test.m != nil {
				test.m(&m)
			}
			if got := New(c).Handle(t.Context(), m).Ballot; got != test.want {
				t.Errorf("votes go to %q, want %q", got, test.want)
			}
		})
	}
}

// A said answers every question the same way.
type said struct {
	status rag.Status
	err    error
}

func (s said) Ask(_ context.Context, q rag.Question) (rag.Answer, error) {
	return rag.Answer{Question: q.Text, Language: "en", Status: s.status}, s.err
}

func TestVote(t *testing.T) {
	f := &feedback{given: map[string]Given{"telegram/17": {}}}
	b := New(Config{Answerer: said{}, Feedback: f})
	for _, test := range []struct {
		press Press
		said  string
		vote  *Vote
	}{
		{Press{Ballot: Ballot{"17", "en", Up}}, "Thank you", &Vote{Up: true}},
		{Press{Ballot: Ballot{"17", "en", Down}}, "what was wrong", &Vote{}},
		{Press{Ballot: Ballot{"17", "zh", Down}}, "哪里不好", &Vote{}},
		{Press{Ballot: Ballot{"17", "zh", Outdated}}, "感谢反馈", &Vote{Reason: "out of date"}},
		{Press{Ballot: Ballot{"17", "en", InWords}, Reason: " the year "}, "Thank you", &Vote{Reason: "the year"}},
		{Press{Ballot: Ballot{"17", "en", Up}, Reason: "of nothing"}, "Thank you", &Vote{Up: true}},
		{Press{Ballot: Ballot{"18", "en", Up}}, "no longer know this answer", nil},
		{Press{Ballot: Ballot{"18", "zh", Wrong}}, "不再保存", nil},
	} {
		f.votes = nil
		test.press.Platform, test.press.User = "telegram", "9"
		text, kept := b.Vote(t.Context(), test.press)
		if !strings.Contains(text, test.said) || kept != (test.vote != nil) {
			t.Errorf("%+v: %q, %v", test.press, text, kept)
		}
		var want []Vote
		if test.vote != nil {
			test.vote.Answer, test.vote.Platform, test.vote.User = "telegram/17", "telegram", "9"
			want = append(want, *test.vote)
		}
		if diff := cmp.Diff(want, f.votes); diff != "" {
			t.Errorf("%+v: %s", test.press, diff)
		}
	}
}

func TestVoteNotKept(t *testing.T) {
	up := Press{Ballot: Ballot{"17", "en", Up}, Platform: "telegram", User: "9"}
	for name, test := range map[string]struct {
		config Config
		said   string
	}{
		"off":      {Config{NoVotes: true, Feedback: &feedback{}}, "not taken"},
		"no state": {Config{}, "not taken"},
		"error":    {Config{Feedback: &feedback{err: errors.New("disk /srv is full")}}, "Something went wrong (ref "},
		"slow":     {Config{Feedback: &feedback{err: context.DeadlineExceeded}}, "Busy right now"},
		"panic":    {Config{Feedback: panics{}}, "Something went wrong (ref "},
	} {
		t.Run(name, func(t *testing.T) {
			text, kept := New(test.config).Vote(t.Context(), up)
			if kept || !strings.Contains(text, test.said) || strings.Contains(text, "srv") {
				t.Errorf("%q, %v", text, kept)
			}
		})
	}
}

// TestVoteOfWhoIsDenied holds that who may not ask may not vote, by their person,
// the chat and the server.
func TestVoteOfWhoIsDenied(t *testing.T) {
	f := &feedback{given: map[string]Given{"discord/17": {}}}
	b := New(Config{Answerer: said{}, Feedback: f, Access: NewAccess(AccessConfig{Deny: []Entry{
		{Kind: EntryUser, Platform: "discord", ID: "7"}, {Kind: EntryChat, Platform: "discord", ID: "8"}, {Kind: EntryServer, Platform: "discord", ID: "9"},
	}})})
	for _, p := range []Press{{User: "7"}, {User: "1", Chat: "8"}, {User: "1", Chat: "2", Server: "9"}, {User: "1", Chat: "2", Server: "3"}} {
		p.Platform, p.Ballot = "discord", Ballot{"17", "en", Up}
		text, kept := b.Vote(t.Context(), p)
		if let := p.Server == "3"; kept != let || strings.Contains(text, "not allowed to take your vote") == let {
			t.Errorf("%+v: %q, %t", p, text, kept)
		}
	}
	if len(f.votes) != 1 {
		t.Errorf("kept %+v", f.votes)
	}
}

type panics struct{ Feedback }

// TestVoteWordsFit holds the words of both languages against the platforms' limits.
func TestVoteWordsFit(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		w := voteWordsOf(lang)
		for _, toast := range []string{w.thanks, w.down, w.unknown, w.off, accessWordingOf(lang).deniedVote} {
			if n := utf8.RuneCountInString(toast); n == 0 || n > 200 {
				t.Errorf("%q has %d characters", toast, n)
			}
		}
		for _, field := range []string{w.labels.Title, w.labels.Field} {
			if n := utf8.RuneCountInString(field); n == 0 || n > 45 {
				t.Errorf("%q has %d characters", field, n)
			}
		}
		seen := map[Choice]bool{}
		for _, r := range w.labels.Reasons {
			if reasons[r.Choice] == "" || r.Label == "" || seen[r.Choice] {
				t.Errorf("%s: reason %+v", lang, r)
			}
			seen[r.Choice] = true
		}
	}
}
