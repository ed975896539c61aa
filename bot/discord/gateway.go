package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/waymark-bot/waymark/bot"
)

// A gateway keeps the connection that events come in on.
//
// The library connects, beats and resumes; when it may do so is decided here,
// because left alone it deadlocks, storms or goes silent (discordgo v0.29.0):
//
//   - it reconnects for ever after close codes that are final, and never tells:
//     ShouldReconnectOnError is off, and every Open is ours;
//   - Open reads without a deadline: [patientConn] has one for every read;
//   - op 7 in place of READY locks Open against itself for ever
//     (https://github.com/bwmarrin/discordgo/issues/513): Open runs aside, and
//     one that does not come back is left behind and counted;
//   - it cannot forget a session that Discord no longer knows
//     (https://github.com/bwmarrin/discordgo/issues/544): such a link is
//     dropped, and the next begins anew;
//   - it answers every op 9 with an identify at once: [patientConn] cuts a
//     connection that sends too many.
type gateway struct {
	rest      *restClient
	token     string
	timing    Timing
	logger    *slog.Logger
	monitor   bot.Monitor
	budget    budget
	abandoned atomic.Int64
}

func newGateway(c Config, rest *restClient) *gateway {
	return &gateway{rest: rest, token: c.Token, timing: c.Timing, logger: c.Logger, monitor: c.Monitor}
}

// run keeps a connection until ctx ends (nil), or Discord refuses the bot for
// good. Events are *discordgo.Ready, *discordgo.InteractionCreate and
// *discordgo.MessageCreate; handle must not block.
func (g *gateway) run(ctx context.Context, handle func(event any)) error {
	retry := g.timing.backoff()
	var l *link // nil: the next connect identifies
	defer func() { g.leave(l) }()
	for ctx.Err() == nil {
		began := time.Now()
		var err error
		if l, err = g.connect(ctx, l, handle); err == nil {
			g.logger.InfoContext(ctx, "discord connected")
			g.monitor.Linked(Name, true)
			err = g.hold(ctx, l)
		}
		if ctx.Err() != nil {
			return nil
		}
		g.monitor.Linked(Name, false)
		if final(err) {
			return err
		}
		if time.Since(began) > g.timing.RetryMax {
			retry.Reset()
		}
		pause := retry.NextBackOff()
		g.logger.WarnContext(ctx, "discord connection lost", "error", err, "pause", pause, "resume", l != nil)
		_ = sleep(ctx, pause)
	}
	return nil
}

// What can become of a connection.
var (
	errLost    = errors.New("discord gateway: connection lost")
	errInvalid = errors.New("discord gateway: session invalid (op 9)")
	errSlow    = errors.New("discord gateway: no READY in time")
	errStuck   = errors.New("discord gateway: connect stuck")
)

// connect opens l, or a new link where l is nil. It returns the link to go on
// with: nil when its session is lost.
func (g *gateway) connect(ctx context.Context, l *link, handle func(any)) (*link, error) {
	if l == nil {
		address, err := g.admission(ctx)
		if err != nil {
			return nil, err
		}
		if l, err = g.newLink(ctx, address, handle); err != nil {
			return nil, err
		}
	}
	if l.replaced {
		if _, err := g.allowance(ctx); err != nil {
			return l, err
		}
		l.replaced = false
	}
	err := g.open(ctx, l)
	g.budget.sent(time.Now()) // where nothing was resumed; a moment late does no harm
	if err == nil || l.greeted && !sessionLost(err) {
		return l, err
	}
	g.drop(l)
	return nil, err
}

// open opens the link and waits for READY, or for RESUMED after what was missed.
func (g *gateway) open(ctx context.Context, l *link) error {
	l.forgetSignals()
	heard := l.heard.Load()
	switch err := g.dial(ctx, l); {
	case errors.Is(err, discordgo.ErrWSAlreadyOpen):
		return nil // the signal that it was gone came late, of an earlier connection
	case err != nil:
		return err
	}
	// Events are handled in the goroutine that reads them, so the first packet
	// has been by now. One that was no event is op 9: the library does not say,
	// and has identified at once. In answer to a resume that is what is wanted;
	// in answer to an identify it will be refused, too, again and again.
	refused := l.heard.Load() == heard
	if refused && !l.greeted {
		return errInvalid
	}
	timeout := time.NewTimer(g.timing.Open)
	defer timeout.Stop()
	select {
	case identified := <-l.greetings:
		g.greet(ctx, l, identified)
		return nil
	case <-l.gone:
		if refused {
			return errInvalid
		}
		return errLost
	case <-timeout.C:
		return errInvalid
	case <-ctx.Done():
		return ctx.Err()
	}
}

// greet notes a READY (identified) or RESUMED. A READY where a RESUMED was
// meant is a new session, which the library has asked for by itself; before the
// next connect somebody has to look whether it may go on like that.
func (g *gateway) greet(ctx context.Context, l *link, identified bool) {
	if identified && l.greeted {
		l.replaced = true
		g.budget.note(time.Now())
		g.logger.WarnContext(ctx, "discord session replaced", "identifies", g.budget.used(time.Now()))
	}
	l.greeted = true
}

// dial runs Open with a watchdog. An Open that does not even come back once its
// connection is cut has locked itself in and is left behind.
func (g *gateway) dial(ctx context.Context, l *link) error {
	opened := make(chan error, 1)
	go func() { opened <- l.session.Open() }()
	timeout := time.NewTimer(g.timing.Open)
	defer timeout.Stop()
	select {
	case err := <-opened:
		return openError(err)
	case <-timeout.C:
	case <-ctx.Done():
	}
	l.cut()
	select {
	case <-opened:
		return errSlow
	case <-time.After(settle):
		g.abandoned.Add(1)
		l.stuck = true
		g.logger.WarnContext(ctx, "discord connect stuck and left behind", "abandoned", g.abandoned.Load())
		return errStuck
	}
}

// settle is how long the library gets to notice that its connection was cut:
// its Close sleeps for a second.
const settle = 3 * time.Second

// openError makes an error of Open safe to show: it may hold the whole request.
func openError(err error) error {
	if err == nil || errors.Is(err, discordgo.ErrWSAlreadyOpen) {
		return err
	}
	return refusal(fmt.Errorf("open discord gateway: %w", withoutURL(err)))
}

// hold returns when the connection is gone, or ctx has ended.
func (g *gateway) hold(ctx context.Context, l *link) error {
	for {
		select {
		case identified := <-l.greetings:
			g.greet(ctx, l, identified)
		case <-l.gone:
			return errLost
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// leave ends the connection for good, with a close frame that tells Discord so.
func (g *gateway) leave(l *link) {
	if l == nil || l.stuck {
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = l.session.Close()
	}()
	select {
	case <-closed:
	case <-time.After(settle):
		l.cut()
		g.abandoned.Add(1)
	}
	l.dropped.Store(true)
}

// drop ends a link whose session is lost, and waits until the library's
// goroutines have noticed.
func (g *gateway) drop(l *link) {
	l.dropped.Store(true)
	l.cut()
	if !l.stuck {
		g.leave(l)
	}
}

// sessionLost reports whether err says that there is nothing to resume. The
// library can resume only with the Session that it was, so one that is stuck
// is lost, too.
func sessionLost(err error) bool {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return slices.Contains([]int{4003, 4005, 4007, 4009}, closed.Code)
	}
	return errors.Is(err, errInvalid) || errors.Is(err, errStuck)
}

// A finalError ends Run: going on is useless, or costs the token.
type finalError struct{ reason string }

func (e *finalError) Error() string { return "discord: " + e.reason }

// final reports whether err ends Run.
func final(err error) bool {
	var f *finalError
	return errors.As(err, &f)
}
