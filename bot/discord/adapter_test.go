package discord

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waymark-bot/waymark/bot"
	"github.com/waymark-bot/waymark/bot/bottest"
)

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil { // they wait more than they work
		panic(err)
	}
	goleak.VerifyTestMain(m,
		// Opens that the library has locked in for ever; Adapter.Abandoned counts them.
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"),
	)
}

// spec is Discord's specification, nil where it is absent.
var spec = sync.OnceValue(func() *bottest.DiscordSpec {
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		return nil
	}
	s, err := bottest.LoadDiscordSpec(filepath.Join(dir, "specs", "discord", "openapi.json"))
	if err != nil {
		panic(err)
	}
	return s
})

// quick is Timing for tests.
func quick() Timing {
	return Timing{
		Grace: 5 * time.Second, Open: 2 * time.Second, Silence: 5 * time.Second,
		RetryMin: 5 * time.Millisecond, RetryMax: 50 * time.Millisecond, Identify: time.Millisecond,
		Edit: 10 * time.Millisecond,
	}
}

// serve starts a loopback Discord that lets a channel take many messages.
func serve(t *testing.T, o bottest.DiscordOptions) *bottest.Discord {
	t.Helper()
	o.Spec = spec()
	if o.MessageLimit == 0 {
		o.MessageLimit = 1000
	}
	d, err := bottest.StartDiscord("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// platform is one place on a loopback Discord, where a member asks one way.
type platform struct {
	*bottest.Discord
	adapter *Adapter
	place   bottest.DiscordPlace
	slash   bool
	voters  []string
}

func (p *platform) Adapter() bot.Adapter { return p.adapter }
func (p *platform) Secret() string       { return p.Token() }
func (p *platform) Close()               { _ = p.Discord.Close() }

func (p *platform) Ask(ctx context.Context, text string) error {
	if err := p.WaitCommand(ctx, "ask"); err != nil {
		return err
	}
	if p.slash {
		id, err := p.Slash(p.place, p.Member(), "ask", map[string]string{"question": text})
		if err != nil {
			return err
		}
		return p.WaitResponse(ctx, id) // a member sees "thinking" before typing again
	}
	p.Mention(p.place, p.Member(), text)
	return nil
}

func (p *platform) Said(ctx context.Context, n int) ([]string, error) {
	answers, err := p.WaitAnswers(ctx, p.place.Channel, n)
	var out []string
	for _, m := range answers {
		out = append(out, m.Text())
	}
	return out, err
}

func (p *platform) Shown() (states []string, can bool) {
	for _, f := range p.Fillings(p.place.Channel) {
		states = append(states, f.Text)
	}
	return states, p.slash
}

func (p *platform) Fail(f bottest.Fault, nth int) {
	route := "POST /channels/{channel}/messages"
	if p.slash {
		route = "POST /webhooks/{application}/{token}"
		if nth == 1 {
			route = "PATCH /webhooks/{application}/{token}/messages/{message}"
		}
	}
	fault := bottest.DiscordFault{Route: route, Skip: nth - 1}
	if p.slash && nth > 1 {
		fault.Skip--
	}
	switch f {
	case bottest.RateLimited:
		fault.Status, fault.RetryAfter = 429, 300*time.Millisecond
	case bottest.ServerError:
		fault.Status = 500
	case bottest.Dropped:
		fault.Drop = bottest.DiscordDropBefore
	}
	p.Inject(fault)
}

// byTurns makes platforms whose member asks with slash commands and mentions by
// turns: stopping takes the library a second, and the suite stops often. Both
// ways meet the faults of one send in TestSendFaults.
func byTurns() func() bool {
	made := 0
	return func() bool {
		made++
		return made%2 == 1
	}
}

func setup(slash func() bool) bottest.Setup {
	return func(t *testing.T, h bot.Handler, logger *slog.Logger) bottest.Platform {
		d := serve(t, bottest.DiscordOptions{})
		a, err := New(Config{Token: d.Token(), Endpoint: d.URL(), Handler: h, Logger: logger, Timing: quick()})
		if err != nil {
			t.Fatal(err)
		}
		return &platform{Discord: d, adapter: a, place: d.Server(), slash: slash()}
	}
}

func TestAdapter(t *testing.T) { bottest.TestAdapter(t, setup(byTurns())) }

func TestWriting(t *testing.T) {
	for name, slash := range map[string]bool{"command": true, "mention": false} {
		t.Run(name, func(t *testing.T) { bottest.TestWriting(t, setup(func() bool { return slash })) })
	}
}
