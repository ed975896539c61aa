package bottest

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// A DiscordDrop says when a request's connection is cut.
type DiscordDrop int

// When a connection is cut.
const (
	DiscordDropNever  DiscordDrop = iota
	DiscordDropBefore             // before the request took effect
	DiscordDropAfter              // after it took effect, in place of the answer
)

// A DiscordFault is something that goes wrong with REST requests. Without a
// status it only delays or drops.
type DiscordFault struct {
	Route string // as [DiscordRequest].Route; "" is every route
	Skip  int    // so many requests are let through first
	Times int    // so many fail; 0 is 1, -1 is all that follow

	Delay  time.Duration
	Drop   DiscordDrop
	Status int    // 2xx lets the request take effect and then answers with Body
	Code   int    // Discord's error code in the body
	Body   string // in place of Discord's JSON

	// With status 429: how long to wait, and for whom. A request that comes
	// again before is a finding. Scope is "user" (the bucket; also ""), "shared" or "global".
	RetryAfter time.Duration
	Scope      string
}

// Inject plans a fault. Several for one request: the first planned one counts.
func (d *Discord) Inject(f DiscordFault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	d.faults.plan = append(d.faults.plan, &f)
}

// ClearFaults forgets the REST faults that have not happened yet.
func (d *Discord) ClearFaults() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults.plan = nil
}

type discordFaults struct {
	plan    []*DiscordFault
	blocked map[string]discordBlock // by bucket; "" is global
	windows map[string]*discordWindow
}

// A discordBlock is how long a bucket must not be used after a 429.
type discordBlock struct{ since, until time.Time }

// discordLate is how long after a 429 a request is taken for one that was
// under way already.
const discordLate = 100 * time.Millisecond

// A discordWindow counts the requests to one bucket.
type discordWindow struct {
	ends time.Time
	used int
}

func (f *discordFaults) start() {
	f.blocked = make(map[string]discordBlock)
	f.windows = make(map[string]*discordWindow)
}

// next returns the fault for a request to route, nil when it goes well. d.mu is held.
func (f *discordFaults) next(route string) *DiscordFault {
	for _, p := range f.plan {
		if p.Route != "" && p.Route != route || p.Times == 0 {
			continue
		}
		if p.Skip > 0 {
			p.Skip--
			continue
		}
		if p.Times > 0 {
			p.Times--
		}
		return p
	}
	return nil
}

// A discordLimit is what the rate-limit headers of an answer say.
type discordLimit struct {
	bucket    string
	limit     int
	remaining int
	resets    time.Duration
	over      bool   // this request is one too many
	scope     string // with over
}

// limit counts a request against its bucket. d.mu is held.
func (d *Discord) limit(bucket string, global bool) discordLimit {
	now := time.Now()
	for _, key := range []string{bucket, ""} {
		b := d.faults.blocked[key]
		if !now.Before(b.until) || key == "" && !global {
			continue
		}
		if now.Sub(b.since) > discordLate {
			d.find("rate limit: %s tried again %v before retry_after was over", bucket, b.until.Sub(now).Round(time.Millisecond))
		}
		return discordLimit{bucket: bucket, limit: 1, resets: b.until.Sub(now), over: true, scope: "user"}
	}
	w := d.faults.windows[bucket]
	if w == nil || now.After(w.ends) {
		w = &discordWindow{ends: now.Add(d.options.MessageWindow)}
		d.faults.windows[bucket] = w
	}
	w.used++
	l := discordLimit{bucket: bucket, limit: d.options.MessageLimit, remaining: d.options.MessageLimit - w.used, resets: w.ends.Sub(now)}
	if l.remaining < 0 {
		l.remaining, l.over, l.scope = 0, true, "user"
	}
	return l
}

// tooMany answers 429 and holds the bucket, or with scope global every
// authenticated route, until wait is over.
func (d *Discord) tooMany(w http.ResponseWriter, l discordLimit, wait time.Duration, body string) {
	d.mu.Lock()
	key := l.bucket
	if l.scope == "global" {
		key = ""
	}
	if b := d.faults.blocked[key]; time.Now().Add(wait).After(b.until) {
		d.faults.blocked[key] = discordBlock{time.Now(), time.Now().Add(wait)}
	}
	d.mu.Unlock()
	h := w.Header()
	h.Set("Retry-After", fmt.Sprint(math.Ceil(wait.Seconds())))
	h.Set("X-RateLimit-Scope", l.scope)
	if l.scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	}
	if body != "" {
		h.Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(body))
		return
	}
	discordJSON(w, http.StatusTooManyRequests, discordMap{
		"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": l.scope == "global",
	})
}

// headers writes l as Discord does:
// https://docs.discord.com/developers/topics/rate-limits#header-format
func (l discordLimit) headers(h http.Header) {
	h.Set("X-RateLimit-Limit", fmt.Sprint(l.limit))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(l.remaining))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(time.Now().Add(l.resets).UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", l.resets.Seconds()))
	h.Set("X-RateLimit-Bucket", strings.Map(discordBucketRune, l.bucket))
}

// discordBucketRune makes a bucket's name opaque, as Discord's are.
func discordBucketRune(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
		return r
	}
	return 'x'
}
