package discord

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// A link is one Session of the library: one Discord session, over as many
// connections as it can be resumed on.
type link struct {
	session *discordgo.Session
	conn    atomic.Pointer[patientConn] // the last one dialled
	dropped atomic.Bool                 // its events count no more

	heard     atomic.Int64  // events so far
	greetings chan bool     // READY (true) and RESUMED (false)
	gone      chan struct{} // the connection has ended

	greeted  bool // has had a READY, so that it can be resumed
	replaced bool // the library has identified on its own
	stuck    bool // holds a goroutine that never comes back
}

// intents are what the bot is told of: servers, and messages in them and in
// direct channels. None is privileged.
const intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages

// newLink makes a link to the gateway at address; its connections end with ctx.
func (g *gateway) newLink(ctx context.Context, address string, handle func(any)) (*link, error) {
	session, err := discordgo.New("Bot " + g.token)
	if err != nil {
		return nil, fmt.Errorf("make discord session: %w", err)
	}
	l := &link{session: session, greetings: make(chan bool, 8), gone: make(chan struct{}, 1)}
	session.ShouldReconnectOnError = false
	session.SyncEvents = true // in order; handlers only pass events on
	session.StateEnabled = false
	session.Identify.Intents = intents
	session.Client = &http.Client{Transport: onlyGateway(address)}
	session.Dialer = &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: g.timing.Open / 2, // before the watchdog, which would cut nothing yet
		NetDialContext: func(dial context.Context, network, host string) (net.Conn, error) {
			dial, cancel := context.WithCancel(dial)
			defer context.AfterFunc(ctx, cancel)()
			defer cancel()
			return l.dial(dial, network, host, g.timing.Silence)
		},
	}
	l.listen(handle)
	return l, nil
}

// listen passes the library's events on.
func (l *link) listen(handle func(any)) {
	l.session.AddHandler(func(_ *discordgo.Session, e *discordgo.Ready) {
		l.greet(true)
		l.pass(handle, e)
	})
	l.session.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { l.greet(false) })
	l.session.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) { l.pass(handle, e) })
	l.session.AddHandler(func(_ *discordgo.Session, e *discordgo.MessageCreate) { l.pass(handle, e) })
	l.session.AddHandler(func(*discordgo.Session, *discordgo.Event) { l.heard.Add(1) })
	l.session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case l.gone <- struct{}{}:
		default:
		}
	})
}

func (l *link) pass(handle func(any), event any) {
	if !l.dropped.Load() {
		handle(event)
	}
}

func (l *link) greet(identified bool) {
	select {
	case l.greetings <- identified:
	default:
	}
}

// forgetSignals drops what an earlier connection has left.
func (l *link) forgetSignals() {
	for {
		select {
		case <-l.greetings:
		case <-l.gone:
		default:
			return
		}
	}
}

func (l *link) dial(ctx context.Context, network, host string, silence time.Duration) (net.Conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, network, host)
	if err != nil {
		return nil, err
	}
	c := &patientConn{Conn: raw, silence: silence}
	l.conn.Store(c)
	return c, nil
}

// cut ends the connection without a close frame, so that the session can be
// resumed. What is not connected stays so.
func (l *link) cut() {
	if c := l.conn.Load(); c != nil {
		_ = c.Close()
	}
}

// onlyGateway answers the one request that a Session makes by itself, for the
// gateway's address, and refuses all others: they go through [restClient].
type onlyGateway string

// RoundTrip implements http.RoundTripper.
func (address onlyGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/gateway") {
		return nil, fmt.Errorf("%s request by the library refused", r.Method)
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"url":%q}`, string(address)))),
	}, nil
}

// A patientConn ends when nothing has come for too long, so that no read waits
// for ever: the gateway acknowledges a heartbeat every 41 s. It also ends when
// the library sends more than it has reason to.
type patientConn struct {
	net.Conn
	silence time.Duration

	mu    sync.Mutex
	limit time.Time // set from outside, for the handshake
	large int       // writes longer than a heartbeat
}

// A connection has reason for three large writes (TLS hello, upgrade, identify)
// and one more for each op 9. A library that answers one op 9 after the other
// would use up the day's identifies, and with them the token, within minutes.
const (
	maxLargeWrites = 5
	largeWrite     = 128 // bytes; a heartbeat has under 40, with TLS under 70
)

func (c *patientConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	deadline := time.Now().Add(c.silence)
	if !c.limit.IsZero() && c.limit.Before(deadline) {
		deadline = c.limit
	}
	c.mu.Unlock()
	if err := c.Conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	var timeout net.Error
	if asTimeout(err, &timeout) {
		_ = c.Close() // now, so that no close frame 1000 ends the session
	}
	return n, err
}

func (c *patientConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if len(p) > largeWrite {
		c.large++
	}
	storm := c.large > maxLargeWrites
	c.mu.Unlock()
	if storm {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}

// SetDeadline implements net.Conn; Read keeps within it.
func (c *patientConn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

// SetReadDeadline implements net.Conn; Read keeps within it.
func (c *patientConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = t
	return nil
}
