package bottest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// DiscordToken is the bot token that a loopback Discord takes unless its
// options name another.
const DiscordToken = "MTAwMDAwMDAwMDAwMDAwMDAwMQ.loopback.discord-canary-token"

// DiscordOptions are the rules of one loopback Discord. The zero value is
// Discord's own behaviour.
type DiscordOptions struct {
	Token string       // the bot's; "" is DiscordToken
	Spec  *DiscordSpec // holds every request against Discord's own specification; nil leaves that out

	// Now is the clock of interactions: 3 s to the first response, 15 minutes
	// of token. nil is time.Now.
	Now func() time.Time

	Heartbeat      time.Duration // asked for in hello; 0 is 41.25 s
	IdentifyEvery  time.Duration // an identify sooner after the last gets op 9; 0 allows any
	MessageContent bool          // the privileged intent is switched on in the portal

	// MessageLimit messages in MessageWindow may be sent to one channel; 0 is
	// 5 in 5 s, about what Discord allows.
	MessageLimit  int
	MessageWindow time.Duration
}

func (o DiscordOptions) withDefaults() DiscordOptions {
	if o.Token == "" {
		o.Token = DiscordToken
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 41250 * time.Millisecond // https://docs.discord.com/developers/events/gateway#sending-heartbeats
	}
	if o.MessageLimit == 0 {
		o.MessageLimit = 5
	}
	if o.MessageWindow == 0 {
		o.MessageWindow = 5 * time.Second
	}
	return o
}

// Discord is one loopback Discord: the REST interface and the gateway of one
// bot, a server with a channel and a thread, and members who speak through the
// methods Slash, Say, Mention and so on. It is safe for use by several
// goroutines.
type Discord struct {
	options DiscordOptions
	server  *http.Server
	url     string
	running sync.WaitGroup // the server and every gateway connection

	mu       sync.Mutex
	changed  chan struct{} // closed and renewed whenever something happened
	closed   bool
	findings []string
	requests []DiscordRequest
	lastID   int64

	world   discordWorld
	gateway discordGateway
	faults  discordFaults

	interactions map[string]*discordInteraction // by token
	fillings     []DiscordFilling
	commands     map[string][]any // by guild, "" is global
}

// A DiscordRequest is one REST request as it came in.
type DiscordRequest struct {
	At     time.Time // wall clock
	Route  string    // "POST /channels/{channel}/messages"
	Path   string    // without the /api/vN before it
	Body   string
	Done   bool // it has been answered, or its connection cut
	Status int  // of the answer; 0 when the connection was cut
}

// StartDiscord serves a loopback Discord on addr ("127.0.0.1:0" takes any port)
// until Close.
func StartDiscord(addr string, o DiscordOptions) (*Discord, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for loopback discord: %w", err)
	}
	d := &Discord{
		options:      o.withDefaults(),
		url:          "http://" + listener.Addr().String(),
		changed:      make(chan struct{}),
		interactions: make(map[string]*discordInteraction),
		commands:     make(map[string][]any),
	}
	d.faults.start()
	d.gateway.start()
	d.world.start(d)
	d.server = &http.Server{Handler: d.handler(), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second}
	d.running.Go(func() { _ = d.server.Serve(listener) })
	return d, nil
}

// Close cuts every connection and returns when the server's goroutines have ended.
func (d *Discord) Close() error {
	d.mu.Lock()
	d.closed = true
	for _, c := range d.gateway.conns {
		c.cut()
	}
	d.wake()
	d.mu.Unlock()
	err := d.server.Close()
	d.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// URL is what the adapter's endpoint is set to: "http://127.0.0.1:PORT".
func (d *Discord) URL() string { return d.url }

// Token is the bot token that it takes.
func (d *Discord) Token() string { return d.options.Token }

// Findings lists the rules that requests broke; empty is what tests ask for.
func (d *Discord) Findings() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.findings...)
}

// Requests returns the REST requests so far, oldest first.
func (d *Discord) Requests() []DiscordRequest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]DiscordRequest(nil), d.requests...)
}

// Wait returns when holds does. It is asked again whenever something happened;
// d is not locked meanwhile.
func (d *Discord) Wait(ctx context.Context, holds func() bool) error {
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for loopback discord: %w", ctx.Err())
		}
	}
}

// wake lets every Wait look again. d.mu is held.
func (d *Discord) wake() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// find writes down a broken rule. d.mu is held.
func (d *Discord) find(format string, args ...any) {
	d.findings = append(d.findings, fmt.Sprintf(format, args...))
}

// discordEpoch is the first millisecond of 2015:
// https://docs.discord.com/developers/reference#snowflakes
const discordEpoch = 1420070400000

// newID returns the next snowflake. d.mu is held, or d is not served yet.
func (d *Discord) newID() string {
	id := (d.options.Now().UnixMilli() - discordEpoch) << 22
	d.lastID = max(id, d.lastID+1)
	return fmt.Sprint(d.lastID)
}
