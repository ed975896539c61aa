package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/waymark-bot/waymark/bot/bottest"
)

// An outage is something that the gateway does to a running bot, after which
// the bot must be there again.
func TestOutageWhileRunning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outage     func(*bottest.Discord)
		identifies int // in all; 1 means resumed
		timing     func(*Timing)
	}{
		"told to reconnect":          {func(d *bottest.Discord) { d.Reconnect() }, 1, nil},
		"connection dropped":         {func(d *bottest.Discord) { d.DropGateway(false) }, 1, nil},
		"dropped in mid-frame":       {func(d *bottest.Discord) { d.DropGateway(true) }, 1, nil},
		"unknown error":              {func(d *bottest.Discord) { d.CloseGateway(4000) }, 1, nil},
		"session timed out":          {func(d *bottest.Discord) { d.CloseGateway(4009) }, 2, nil},
		"invalid sequence":           {func(d *bottest.Discord) { d.CloseGateway(4007) }, 2, nil},
		"refused resume, 4007":       {func(d *bottest.Discord) { d.RefuseResumesWith(4007); d.ForgetSessions(); d.DropGateway(false) }, 2, nil},
		"refused resume, 4009":       {func(d *bottest.Discord) { d.RefuseResumesWith(4009); d.ForgetSessions(); d.DropGateway(false) }, 2, nil},
		"half-open connection":       {func(d *bottest.Discord) { d.HangGateway() }, 1, func(t *Timing) { t.Silence = 1100 * time.Millisecond }},
		"session invalid":            {func(d *bottest.Discord) { d.Invalidate(false) }, 2, nil},
		"session invalid, resumable": {func(d *bottest.Discord) { d.Invalidate(true) }, 2, nil}, // the library identifies anyway
		"silence after hello on resume": {func(d *bottest.Discord) {
			d.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectHelloOnly})
			d.DropGateway(false)
		}, 1, func(t *Timing) { t.Silence = 1100 * time.Millisecond }},
		"told to reconnect in place of RESUMED": {func(d *bottest.Discord) {
			d.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectReconnect})
			d.DropGateway(false)
		}, 2, func(t *Timing) { t.Open = 500 * time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := run(t, serve(t, bottest.DiscordOptions{Heartbeat: 500 * time.Millisecond}), &parrot{}, func(c *Config) {
				if test.timing != nil {
					test.timing(&c.Timing)
				}
			}).ready()
			b.alive(1)
			before := b.Counts()
			test.outage(b.Discord)
			b.until("a new session or a new connection", func() bool {
				now := b.Counts()
				return b.Connected() && now.Identifies >= test.identifies && (now.Connects > before.Connects || now.Identifies > before.Identifies)
			})
			b.alive(2)
			if now := b.Counts(); now.Identifies != test.identifies {
				t.Errorf("%d identifies, want %d: %+v\nlog:\n%s", now.Identifies, test.identifies, now, b.logs)
			}
		})
	}
}

// What was said while the bot was away is answered once it has resumed, once.
func TestMissedEventsAreReplayed(t *testing.T) {
	t.Parallel()
	b := run(t, serve(t, bottest.DiscordOptions{}), &parrot{}).ready()
	b.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectDrop})
	b.DropGateway(false)
	b.until("the end of the connection", func() bool { return !b.Connected() })
	id := b.Mention(b.Server(), b.Member(), "while you were away")
	b.until("a resume", func() bool { return b.Connected() && b.Counts().Resumes >= 2 })
	b.answers(b.Server(), 1)
	b.Redeliver(id)
	b.alive(2)
	if n := b.Counts().Identifies; n != 1 {
		t.Errorf("%d identifies, want 1", n)
	}
}

// What can happen to the first connections, until one goes well.
func TestOutageAtStart(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string][]bottest.DiscordConnect{
		"never answers the upgrade":  {{Fault: bottest.ConnectSilent}},
		"never says hello":           {{Fault: bottest.ConnectNoHello}},
		"says hello only":            {{Fault: bottest.ConnectHelloOnly}},
		"told to reconnect":          {{Fault: bottest.ConnectReconnect}},
		"session invalid":            {{Fault: bottest.ConnectInvalidOnce}},
		"session invalid, resumable": {{Fault: bottest.ConnectInvalidResumable}},
		"session invalid, again":     {{Fault: bottest.ConnectInvalid}, {Fault: bottest.ConnectInvalid}},
		"dropped":                    {{Fault: bottest.ConnectDrop}, {Fault: bottest.ConnectDrop}},
		"closed":                     {{Fault: bottest.ConnectClose, Code: 4000}, {Fault: bottest.ConnectClose, Code: 4008}},
		"session timed out":          {{Fault: bottest.ConnectClose, Code: 4009}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := serve(t, bottest.DiscordOptions{})
			d.NextConnects(plan...)
			b := run(t, d, &parrot{}, func(c *Config) { c.Timing.Open, c.Timing.Silence = 600*time.Millisecond, 300*time.Millisecond })
			b.ready()
			c := b.Counts()
			// An identify of ours a connection, and after op 9 some of the library's.
			if most := maxLargeWrites*len(plan) + 1; c.Identifies > most {
				t.Errorf("%d identifies, want at most %d", c.Identifies, most)
			}
			stuck := plan[0].Fault == bottest.ConnectReconnect
			if n := b.adapter.Abandoned(); stuck != (n == 1) {
				t.Errorf("%d connects abandoned", n)
			}
		})
	}
}

// A gateway that answers every identify and resume with op 9 must not get many
// of them, though the library sends one after the other.
func TestNoIdentifyStorm(t *testing.T) {
	t.Parallel()
	const spare = 12
	d := serve(t, bottest.DiscordOptions{})
	d.SetIdentifiesLeft(budgetReserve + spare)
	b := run(t, d, &parrot{}).ready()
	var always []bottest.DiscordConnect
	for range 100 {
		always = append(always, bottest.DiscordConnect{Fault: bottest.ConnectInvalid})
	}
	d.NextConnects(always...)
	d.ForgetSessions()
	d.DropGateway(false)
	if err := b.end(); err == nil || !strings.Contains(err.Error(), "before the token is reset") {
		t.Errorf("Run: %v", err)
	}
	if n := d.Counts().Identifies; n > spare+maxLargeWrites {
		t.Errorf("%d identifies with %d to spare", n, spare)
	}
}

// Close codes that no retry cures end Run, with what to do, and cost one
// identify.
func TestFinalCloseCodes(t *testing.T) {
	t.Parallel()
	for code, advice := range map[int]string{
		4004: "token is refused", 4010: "shard", 4011: "2,500", 4012: "version", 4013: "intents", 4014: "Privileged Gateway Intents",
	} {
		t.Run(strings.Fields(advice)[0], func(t *testing.T) {
			t.Parallel()
			for _, start := range []bool{true, false} {
				b := run(t, serve(t, bottest.DiscordOptions{}), &parrot{})
				if start {
					b.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectClose, Code: code})
				} else {
					b.ready()
				}
				b.Refuse(code)
				err := b.end()
				if err == nil || !strings.Contains(err.Error(), advice) {
					t.Errorf("close code %d, at start %v: %v, want one that says %q", code, start, err, advice)
				}
				if c := b.Counts(); c.Identifies > 1 || c.Connects > 2 {
					t.Errorf("close code %d: %+v", code, c)
				}
			}
		})
	}
}

func TestWrongToken(t *testing.T) {
	t.Parallel()
	b := run(t, serve(t, bottest.DiscordOptions{}), &parrot{}, func(c *Config) { c.Token = "Bot wrong-token-canary" })
	if err := b.end(); err == nil || !strings.Contains(err.Error(), "token is refused") || strings.Contains(err.Error(), "canary") {
		t.Errorf("Run: %v", err)
	}
	if c := b.Counts(); c.Connects != 0 {
		t.Errorf("%+v: connected with a token that REST refuses", c)
	}
}

// The bot stops long before Discord would reset its token.
func TestIdentifyBudget(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{})
	d.SetIdentifiesLeft(budgetReserve + 2)
	b := run(t, d, &parrot{}).ready()
	b.alive(1)
	for n := 2; ; n++ {
		b.ForgetSessions()
		b.DropGateway(false)
		for len(b.ended) == 0 && !(b.Connected() && b.Counts().Identifies >= n) {
			time.Sleep(time.Millisecond) // the end of Run is no event at the server
		}
		if len(b.ended) > 0 {
			break
		}
	}
	if err := b.end(); err == nil || !strings.Contains(err.Error(), "before the token is reset") {
		t.Errorf("Run: %v", err)
	}
	if n := b.Counts().Identifies; n > 4 {
		t.Errorf("%d identifies with 2 to spare", n)
	}
}

func TestIdentifiesKeepTheirDistance(t *testing.T) {
	t.Parallel()
	const distance = 400 * time.Millisecond
	d := serve(t, bottest.DiscordOptions{IdentifyEvery: distance})
	d.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectDrop})
	run(t, d, &parrot{}, func(c *Config) { c.Timing.Identify = distance }).ready()
	times := d.IdentifyTimes()
	if len(times) != 2 || times[1].Sub(times[0]) < distance {
		t.Errorf("identifies at %v, want 2, %v apart", times, distance)
	}
}

// A gateway without acknowledgements is left before the library notices (after
// five heartbeats), and the session is kept.
func TestZombieConnection(t *testing.T) {
	t.Parallel()
	d := serve(t, bottest.DiscordOptions{Heartbeat: 400 * time.Millisecond})
	d.NextConnects(bottest.DiscordConnect{Fault: bottest.ConnectNoAcks})
	b := run(t, d, &parrot{}, func(c *Config) { c.Timing.Silence = 1000 * time.Millisecond }).ready()
	b.until("a resume", func() bool { return b.Connected() && b.Counts().Resumes == 1 })
	b.alive(1)
	if n := b.Counts().Identifies; n != 1 {
		t.Errorf("%d identifies, want 1", n)
	}
}

// A connection that beats stays up, whatever else the gateway says.
func TestHealthyConnectionStaysUp(t *testing.T) {
	t.Parallel()
	b := run(t, serve(t, bottest.DiscordOptions{Heartbeat: time.Second}), &parrot{}, func(c *Config) {
		c.Timing.Silence = 4 * time.Second
	}).ready()
	b.Dispatch("SOMETHING_NEW", map[string]any{"x": 1})
	b.Dispatch("MESSAGE_CREATE", map[string]any{"id": 5})
	b.Dispatch("INTERACTION_CREATE", map[string]any{"id": "1", "type": 99, "data": "?"})
	b.AskHeartbeat()
	b.until("more heartbeats than silence would allow", func() bool { return b.Counts().Heartbeats >= 6 })
	b.alive(1)
	if c := b.Counts(); c.Connects != 1 {
		t.Errorf("%+v, want one connection", c)
	}
}
