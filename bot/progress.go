package bot

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// partWithin bounds one send of a [Progress]: the complete answer waits for it.
const partWithin = 3 * time.Second

// A Progress shows a reply while it is being written, without ever holding up
// who writes it: it sends the first it is given at once and then, an interval
// after each send, the latest. The first send that fails is the last.
//
// A Progress that nobody has shown anything costs nothing.
type Progress struct {
	interval time.Duration
	send     func(Reply) error
	over     <-chan struct{} // nothing is sent any more
	end      func()          // closes it

	mu      sync.Mutex
	latest  *Reply // not sent yet
	running bool   // there is a goroutine that sends, or waits out the interval
	sending sync.WaitGroup
}

// NewProgress returns a Progress that sends with send, under ctx and within 3 s,
// one call at a time. [Progress.Done] must be called.
func NewProgress(ctx context.Context, interval time.Duration, send func(context.Context, Reply) error, logger *slog.Logger) *Progress {
	over, end := context.WithCancel(ctx)
	return &Progress{
		interval: interval,
		over:     over.Done(),
		end:      end,
		send: func(r Reply) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v", p)
					logger.ErrorContext(ctx, "panic while showing an answer", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				}
			}()
			one, cancel := context.WithTimeout(ctx, partWithin)
			defer cancel()
			if err = send(one, r); err != nil && ctx.Err() == nil {
				logger.InfoContext(ctx, "answer not shown any more while it is written", "error", err)
			}
			return err
		},
	}
}

// Show takes the reply so far. It never blocks, and after Done it does nothing.
func (p *Progress) Show(r Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isOver() {
		return
	}
	p.latest = &r
	if !p.running {
		p.running = true
		p.sending.Go(p.run)
	}
}

// Done ends the showing. It waits for a send under way, so that nothing of the
// reply so far arrives after the complete one. It may be called again.
func (p *Progress) Done() {
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	p.sending.Wait()
}

// run sends what there is, and then what is the latest after each interval,
// until an interval has brought nothing. The interval counts from the end of a
// send: requests that are slow to arrive would close up to each other otherwise.
func (p *Progress) run() {
	for {
		r := p.next()
		if r == nil {
			return
		}
		if p.send(*r) != nil {
			p.end()
		}
		pause := time.NewTimer(p.interval)
		select {
		case <-pause.C:
		case <-p.over:
			pause.Stop()
		}
	}
}

// next takes the latest reply, nil when the goroutine is to end.
func (p *Progress) next() *Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.latest
	p.latest = nil
	if p.isOver() {
		r = nil
	}
	p.running = r != nil
	return r
}

func (p *Progress) isOver() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}
