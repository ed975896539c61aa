package bottest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Gateway intents: https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	discordIntentGuilds         = 1 << 0
	discordIntentGuildMessages  = 1 << 9
	discordIntentDirectMessages = 1 << 12
	discordIntentMessageContent = 1 << 15

	discordIntentsPrivileged = 1<<1 | 1<<8 | discordIntentMessageContent
	discordIntentsKnown      = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// Gateway opcodes: https://docs.discord.com/developers/topics/opcodes-and-status-codes
const (
	discordOpDispatch   = 0
	discordOpHeartbeat  = 1
	discordOpIdentify   = 2
	discordOpResume     = 6
	discordOpReconnect  = 7
	discordOpInvalid    = 9
	discordOpHello      = 10
	discordOpAck        = 11
	discordMaxFrame     = 4096 // bytes a client may send in one frame, else close 4002
	discordIdentifyADay = 1000
)

type discordGateway struct {
	conns     []*discordConn
	sessions  map[string]*discordSession
	plan      []DiscordConnect // for the connections to come
	refuse    int              // close code for every identify and resume, 0 none
	refusal   int              // close code for a refused resume instead of op 9, 0 none
	left      int              // identifies left of today's
	connects  int
	identifys []time.Time
	resumes   int
	beats     int
}

func (g *discordGateway) start() {
	g.sessions = make(map[string]*discordSession)
	g.left = discordIdentifyADay
}

// A discordSession outlives its connection: what happened meanwhile is replayed
// when it is resumed.
type discordSession struct {
	id      string
	intents int
	seq     int64
	log     []discordEvent
	conn    *discordConn // nil while nobody is connected
	dead    bool         // cannot be resumed
}

type discordEvent struct {
	seq  int64
	kind string
	data any
}

// A discordConn is one connection of the bot to the gateway.
type discordConn struct {
	d       *Discord
	ws      *websocket.Conn
	out     chan func(*websocket.Conn) error // what the writer does next
	stop    chan struct{}                    // closed to end it
	fault   DiscordConnect
	session *discordSession // nil before READY
	packed  bool            // zlib
	hung    bool            // half open: takes everything, says nothing
	invalid bool            // op 9 was sent: may identify again
	closing bool            // a close frame was sent
	ended   bool
}

// serveGateway is one connection from the upgrade to its end.
func (d *Discord) serveGateway(w http.ResponseWriter, r *http.Request) {
	c := &discordConn{d: d, out: make(chan func(*websocket.Conn) error, 1024), stop: make(chan struct{})}
	if !d.admit(c, r) {
		return
	}
	defer d.leave(c)
	if c.fault.Fault == ConnectSilent {
		select {
		case <-c.stop:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler) // ends the connection without a word
	}
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	d.mu.Lock()
	c.ws = ws
	d.mu.Unlock()
	d.running.Go(c.write)
	if c.fault.Fault != ConnectNoHello {
		c.send(discordMap{"op": discordOpHello, "s": nil, "t": nil, "d": discordMap{"heartbeat_interval": d.options.Heartbeat.Milliseconds()}})
	}
	c.read()
}

// admit gives a new connection its fault.
func (d *Discord) admit(c *discordConn, r *http.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	if q := r.URL.Query(); q.Get("v") != "9" && q.Get("v") != "10" || q.Get("encoding") != "json" {
		d.find("gateway: connect with %q, want v=9 or v=10 and encoding=json", r.URL.RawQuery)
	}
	g := &d.gateway
	if len(g.plan) > 0 {
		c.fault, g.plan = g.plan[0], g.plan[1:]
	}
	d.running.Add(1)
	g.connects++
	g.conns = append(g.conns, c)
	d.wake()
	return true
}

// leave forgets a connection that has ended.
func (d *Discord) leave(c *discordConn) {
	defer d.running.Done()
	d.mu.Lock()
	defer d.mu.Unlock()
	c.cut()
	d.gateway.conns = slices.DeleteFunc(d.gateway.conns, func(o *discordConn) bool { return o == c })
	if c.session != nil && c.session.conn == c {
		c.session.conn = nil
	}
	d.wake()
}

// cut ends the connection without a close frame. d.mu is held.
func (c *discordConn) cut() {
	if !c.ended {
		c.ended = true
		close(c.stop)
	}
}

// write is the only writer of the connection. It ends it, too.
func (c *discordConn) write() {
	defer c.ws.UnderlyingConn().Close()
	for {
		select {
		case step := <-c.out:
			if step(c.ws) != nil {
				return
			}
		case <-c.stop:
			return
		}
	}
}

var errDiscordConnDone = errors.New("connection done")

// do queues a step of the writer. A client that reads nothing loses its connection.
func (c *discordConn) do(step func(*websocket.Conn) error) {
	select {
	case c.out <- step:
	default:
		c.ws.UnderlyingConn().Close()
	}
}

func (c *discordConn) send(packet discordMap) {
	data, err := json.Marshal(packet)
	if err != nil {
		panic(fmt.Sprintf("marshal gateway packet: %v", err)) // only maps of our own making
	}
	kind := websocket.TextMessage
	if c.packed {
		kind, data = websocket.BinaryMessage, discordPack(data)
	}
	c.do(func(ws *websocket.Conn) error { return ws.WriteMessage(kind, data) })
}

func discordPack(data []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, _ = z.Write(data) // a bytes.Buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// close ends the connection with a close frame. d.mu is held.
func (c *discordConn) close(code int) {
	c.closing = true
	c.do(func(ws *websocket.Conn) error {
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, discordCloseText(code)), time.Now().Add(time.Second))
		select { // a connection that is closed with bytes unread loses its close frame
		case <-c.stop:
		case <-time.After(2 * time.Second):
		}
		return errDiscordConnDone
	})
}

func discordCloseText(code int) string {
	switch code {
	case 4004:
		return "Authentication failed."
	case 4013:
		return "Invalid intent(s)."
	case 4014:
		return "Disallowed intent(s)."
	}
	return fmt.Sprintf("closed with %d", code)
}

// read handles what the client sends until the connection ends.
func (c *discordConn) read() {
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			c.closed(err)
			return
		}
		var packet struct {
			Op   int             `json:"op"`
			Data json.RawMessage `json:"d"`
		}
		if err := json.Unmarshal(data, &packet); err != nil || len(data) > discordMaxFrame {
			c.badFrame(len(data), err)
			continue
		}
		c.handle(packet.Op, packet.Data)
	}
}

// closed notes how the client closed: 1000 and 1001 end the session.
// https://docs.discord.com/developers/events/gateway#disconnecting
func (c *discordConn) closed(err error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) && c.session != nil && !c.ended && !c.closing {
		c.session.dead = true
	}
}

func (c *discordConn) badFrame(bytes int, err error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	c.d.find("gateway: frame of %d bytes: %v", bytes, err)
	c.close(4002)
}

func (c *discordConn) handle(op int, data json.RawMessage) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	defer c.d.wake()
	if c.hung || c.closing || c.ended {
		return
	}
	switch op {
	case discordOpHeartbeat:
		c.d.gateway.beats++
		if c.fault.Fault != ConnectNoAcks {
			c.send(discordMap{"op": discordOpAck, "s": nil, "t": nil, "d": nil})
		}
	case discordOpIdentify:
		c.identify(data)
	case discordOpResume:
		c.resume(data)
	default:
		c.d.find("gateway: unexpected op %d from the bot", op)
	}
}

type discordIdentify struct {
	Token      string `json:"token"`
	Intents    int    `json:"intents"`
	Compress   bool   `json:"compress"`
	Shard      *[2]int
	Properties map[string]string `json:"properties"`
}

// identify answers op 2. d.mu is held.
func (c *discordConn) identify(data json.RawMessage) {
	g := &c.d.gateway
	g.left--
	soon := len(g.identifys) > 0 && time.Since(g.identifys[len(g.identifys)-1]) < c.d.options.IdentifyEvery
	g.identifys = append(g.identifys, time.Now())
	var p discordIdentify
	if err := json.Unmarshal(data, &p); err != nil || len(p.Properties) == 0 {
		c.d.find("gateway: identify without properties, or unreadable: %v", err)
	}
	if code := c.refusal(p); code != 0 {
		c.close(code)
		return
	}
	if c.obeyFault() {
		return
	}
	if soon {
		c.invalidate(false)
		return
	}
	c.invalid = false
	c.packed = p.Compress
	s := &discordSession{id: "session-" + c.d.newID(), intents: p.Intents, conn: c}
	if c.session != nil { // identifying again on the same connection
		c.session.dead, c.session.conn = true, nil
	}
	c.session = s
	g.sessions[s.id] = s
	s.add("READY", discordMap{
		"v": 9, "session_id": s.id, "resume_gateway_url": c.d.gatewayURL(), "user": c.d.world.users[c.d.world.bot].object(),
		"application": discordMap{"id": c.d.world.bot, "flags": 0}, "private_channels": []any{}, "shard": []int{0, 1},
		"guilds":         []any{discordMap{"id": c.d.world.guild, "unavailable": true}},
		"unknown_to_you": discordMap{"x": 1}, // clients ignore what they do not know
	})
	if p.Intents&discordIntentGuilds != 0 {
		s.add("GUILD_CREATE", c.d.guildObject())
	}
}

// refusal returns the close code for an identify, 0 when it is in order. d.mu is held.
func (c *discordConn) refusal(p discordIdentify) int {
	g := &c.d.gateway
	allowed := 0
	if c.d.options.MessageContent {
		allowed = discordIntentMessageContent
	}
	switch {
	case g.refuse != 0:
		return g.refuse
	case g.left < 0:
		c.d.find("gateway: more than %d identifies a day: Discord would reset the token", discordIdentifyADay)
		return 4004
	case strings.TrimPrefix(p.Token, "Bot ") != c.d.options.Token:
		return 4004
	case c.session != nil && !c.invalid:
		return 4005
	case p.Shard != nil && p.Shard[0] >= p.Shard[1]:
		return 4010
	case p.Intents&^discordIntentsKnown != 0:
		return 4013
	case p.Intents&discordIntentsPrivileged&^allowed != 0:
		return 4014
	}
	return 0
}

// resume answers op 6. d.mu is held.
func (c *discordConn) resume(data json.RawMessage) {
	g := &c.d.gateway
	g.resumes++
	var p struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	if err := json.Unmarshal(data, &p); err != nil {
		c.d.find("gateway: resume unreadable: %v", err)
	}
	if code := c.refusal(discordIdentify{Token: p.Token}); code != 0 {
		c.close(code)
		return
	}
	if c.obeyFault() {
		return
	}
	s := g.sessions[p.SessionID]
	if s == nil || s.dead || p.Seq > s.seq {
		if g.refusal != 0 {
			c.close(g.refusal)
			return
		}
		c.invalidate(false)
		return
	}
	if s.conn != nil {
		s.conn.cut()
	}
	c.session, s.conn = s, c
	for _, e := range s.log {
		if e.seq > p.Seq {
			c.event(e)
		}
	}
	s.add("RESUMED", discordMap{})
}

// obeyFault does what the connection's fault asks for in place of READY or
// RESUMED, and reports whether there was something. d.mu is held.
func (c *discordConn) obeyFault() bool {
	switch c.fault.Fault {
	case ConnectHelloOnly:
	case ConnectReconnect:
		c.send(discordMap{"op": discordOpReconnect, "s": nil, "t": nil, "d": nil})
	case ConnectInvalid, ConnectInvalidOnce:
		c.invalidate(false)
	case ConnectInvalidResumable:
		c.invalidate(true)
	case ConnectDrop:
		c.cut()
	case ConnectClose:
		c.close(c.fault.Code)
	default:
		return false
	}
	if c.fault.Fault == ConnectInvalidOnce || c.fault.Fault == ConnectInvalidResumable {
		c.fault = DiscordConnect{}
	}
	return true
}

// invalidate sends op 9; a session that cannot be resumed is dead. d.mu is held.
func (c *discordConn) invalidate(resumable bool) {
	c.invalid = true
	if c.session != nil && !resumable {
		c.session.dead = true
	}
	c.send(discordMap{"op": discordOpInvalid, "s": nil, "t": nil, "d": resumable})
}

// add puts an event into the session's log and sends it where somebody listens. d.mu is held.
func (s *discordSession) add(kind string, data any) {
	s.seq++
	e := discordEvent{s.seq, kind, data}
	if kind != "READY" && kind != "RESUMED" {
		s.log = append(s.log, e)
	}
	if s.conn != nil && !s.conn.hung {
		s.conn.event(e)
	}
}

func (c *discordConn) event(e discordEvent) {
	c.send(discordMap{"op": discordOpDispatch, "s": e.seq, "t": e.kind, "d": e.data})
}

// dispatch sends an event to every session that asked for intent (0: to all);
// data makes it for a session's intents. d.mu is held.
func (d *Discord) dispatch(kind string, intent int, data func(intents int) discordMap) {
	for _, s := range d.gateway.sessions {
		if !s.dead && s.intents&intent == intent {
			s.add(kind, data(s.intents))
		}
	}
}

func (d *Discord) gatewayURL() string { return "ws" + strings.TrimPrefix(d.url, "http") + "/gateway" }
