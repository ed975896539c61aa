package bottest

import (
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// A ConnectFault is what the gateway does to a new connection.
type ConnectFault int

// The faults of a connection, from the first byte on.
const (
	ConnectOK               ConnectFault = iota
	ConnectSilent                        // takes the connection, never answers the upgrade
	ConnectNoHello                       // upgrades, then says nothing
	ConnectHelloOnly                     // says hello, then nothing
	ConnectReconnect                     // op 7 in place of READY or RESUMED
	ConnectInvalid                       // op 9 d=false in place of READY or RESUMED, every time
	ConnectInvalidOnce                   // op 9 d=false the first time
	ConnectInvalidResumable              // op 9 d=true the first time
	ConnectDrop                          // the TCP connection ends in place of READY or RESUMED
	ConnectClose                         // closes with Code in place of READY or RESUMED
	ConnectNoAcks                        // serves, but acknowledges no heartbeat
)

// A DiscordConnect is how one new connection goes.
type DiscordConnect struct {
	Fault ConnectFault
	Code  int // close code of ConnectClose
}

// NextConnects plans the next connections to the gateway, in order; those
// after them go well.
func (d *Discord) NextConnects(plan ...DiscordConnect) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.plan = append(d.gateway.plan, plan...)
}

// Refuse closes every connection with code, and every one to come when it
// identifies or resumes (a token that was reset, an intent switched off).
func (d *Discord) Refuse(code int) {
	d.eachConn(func(c *discordConn) {
		if c.session != nil {
			c.close(code)
		}
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.refuse = code
}

// RefuseResumesWith makes a resume that cannot be end with a close code (4007,
// 4009) in place of op 9. 0 is op 9 again.
func (d *Discord) RefuseResumesWith(code int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.refusal = code
}

// CloseGateway closes the running connections. After 4007, 4009 and the codes
// that end a session it cannot be resumed.
func (d *Discord) CloseGateway(code int) {
	d.eachConn(func(c *discordConn) {
		if c.session == nil {
			return
		}
		if slices.Contains([]int{1000, 1001, 4003, 4004, 4005, 4007, 4009, 4010, 4011, 4012, 4013, 4014}, code) {
			c.session.dead = true
		}
		c.close(code)
	})
}

// Reconnect asks the running connections to reconnect (op 7).
func (d *Discord) Reconnect() {
	d.eachConn(func(c *discordConn) {
		c.send(discordMap{"op": discordOpReconnect, "s": nil, "t": nil, "d": nil})
	})
}

// Invalidate ends the sessions of the running connections (op 9).
func (d *Discord) Invalidate(resumable bool) {
	d.eachConn(func(c *discordConn) { c.invalidate(resumable) })
}

// AskHeartbeat asks for a heartbeat at once (op 1).
func (d *Discord) AskHeartbeat() {
	d.eachConn(func(c *discordConn) { c.send(discordMap{"op": discordOpHeartbeat, "s": nil, "t": nil, "d": nil}) })
}

// DropGateway ends the running TCP connections, in the middle of a frame if asked.
func (d *Discord) DropGateway(midFrame bool) {
	d.eachConn(func(c *discordConn) {
		if !midFrame {
			c.cut()
			return
		}
		c.do(func(ws *websocket.Conn) error {
			_, _ = ws.UnderlyingConn().Write([]byte{0x81, 126, 4, 0, '{', '"'}) // text frame of 1024 bytes, two of them
			return errDiscordConnDone
		})
	})
}

// HangGateway leaves the running connections open and silent: no events, no
// acknowledgements, no end.
func (d *Discord) HangGateway() {
	d.eachConn(func(c *discordConn) { c.hung = true })
}

// ForgetSessions makes every session impossible to resume.
func (d *Discord) ForgetSessions() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.gateway.sessions {
		s.dead = true
	}
}

// Dispatch sends an event of any kind to every session.
func (d *Discord) Dispatch(kind string, data map[string]any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dispatch(kind, 0, func(int) discordMap { return data })
}

// SetIdentifiesLeft sets how many identifies are left of today's 1000.
func (d *Discord) SetIdentifiesLeft(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gateway.left = n
}

// DiscordCounts says how often the bot did what.
type DiscordCounts struct{ Connects, Identifies, Resumes, Heartbeats int }

// Counts returns how often the bot has done what at the gateway.
func (d *Discord) Counts() DiscordCounts {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &d.gateway
	return DiscordCounts{g.connects, len(g.identifys), g.resumes, g.beats}
}

// IdentifyTimes returns when the bot has identified.
func (d *Discord) IdentifyTimes() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.gateway.identifys)
}

// Connected reports whether the bot has a session and is connected.
func (d *Discord) Connected() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.gateway.conns, func(c *discordConn) bool {
		return c.session != nil && c.session.conn == c && !c.hung && !c.ended
	})
}

// eachConn does something to every open connection.
func (d *Discord) eachConn(do func(*discordConn)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.wake()
	for _, c := range d.gateway.conns {
		if c.ws != nil && !c.ended {
			do(c)
		}
	}
}
