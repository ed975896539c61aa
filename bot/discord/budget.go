package discord

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Discord allows 1000 identifies in 24 hours; past them it ends all sessions
// and resets the bot's token. The bot stops before that: by Discord's own count,
// which earlier runs and other processes are in, or where there is none by its own.
// https://docs.discord.com/developers/events/gateway#session-start-limit-object
const (
	budgetReserve = 25  // identifies that are left for a person who has found the fault
	budgetOwn     = 500 // that one process takes in a day
	budgetWindow  = 24 * time.Hour
)

// A budget counts identifies.
type budget struct {
	mu    sync.Mutex
	taken []time.Time // of the last day, oldest first
	last  time.Time   // when one was sent at the latest
}

// note counts an identify.
func (b *budget) note(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, now)
}

// used returns how many identifies the last day has seen.
func (b *budget) used(now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.taken) > 0 && now.Sub(b.taken[0]) > budgetWindow {
		b.taken = b.taken[1:]
	}
	return len(b.taken)
}

// next returns when the next identify may be sent.
func (b *budget) next(distance time.Duration) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last.Add(distance)
}

// sent says that an identify has been sent by now.
func (b *budget) sent(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = now
}

// admission asks whether the bot may identify, keeps the distance to the last
// identify, and counts it. It returns the gateway's address.
func (g *gateway) admission(ctx context.Context) (address string, err error) {
	if address, err = g.allowance(ctx); err != nil {
		return "", err
	}
	if err := sleep(ctx, time.Until(g.budget.next(g.timing.Identify))); err != nil {
		return "", err
	}
	g.budget.note(time.Now())
	return address, nil
}

// allowance asks Discord where the gateway is and how many identifies are left.
// Too few are final.
func (g *gateway) allowance(ctx context.Context) (address string, err error) {
	var info discordgo.GatewayBotResponse
	if err := g.rest.once(ctx, restCall{route: "GET /gateway/bot", path: "/gateway/bot"}, &info); err != nil {
		if _, status := codeOf(err); status == http.StatusUnauthorized {
			return "", &finalError{"the bot token is refused (" + err.Error() + "); copy it anew from the developer portal: your application, Bot, Reset Token"}
		}
		return "", err
	}
	limit := info.SessionStartLimit
	if limit.Total > 0 && limit.Remaining <= budgetReserve {
		reset := (time.Duration(limit.ResetAfter) * time.Millisecond).Round(time.Minute)
		return "", &finalError{fmt.Sprintf("%s: only %d of %d connects are left for the next %s; %s", budgetStop, limit.Remaining, limit.Total, reset, budgetAdvice)}
	}
	if used := g.budget.used(time.Now()); limit.Total == 0 && used >= budgetOwn {
		return "", &finalError{fmt.Sprintf("%s: connected anew %d times within a day; %s", budgetStop, used, budgetAdvice)}
	}
	return info.URL, nil
}

const (
	budgetStop   = "stopped before the token is reset"
	budgetAdvice = "find out why the bot keeps reconnecting, then start it again"
)
