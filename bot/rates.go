package bot

import (
	"container/list"
	"time"

	"golang.org/x/time/rate"
)

// A Rate is how often something may be done: N times at once, and again as the
// time Per gives it back bit by bit. The zero value bounds nothing.
type Rate struct {
	N   int
	Per time.Duration
}

func (r Rate) bounds() bool { return r.N > 0 && r.Per > 0 }

// quiet is how long a group is told only once that r is reached.
func (r Rate) quiet() time.Duration { return min(r.Per, 10*time.Minute) }

// buckets hold what is left of a rate, for each of many persons or chats. Who
// has not been seen for the time of the rate has all of it, and is forgotten;
// were there more than most, the one unseen for longest would be forgotten too
// soon. The caller sees to it that one goroutine uses them at a time.
type buckets struct {
	rate  Rate
	most  int
	byKey map[string]*list.Element // of *tokenBucket
	order *list.List               // most recently used first
}

type tokenBucket struct {
	key  string
	left *rate.Limiter
	last time.Time
}

func newBuckets(r Rate, most int) *buckets {
	return &buckets{rate: r, most: most, byKey: map[string]*list.Element{}, order: list.New()}
}

// almost one: what was given back is summed up in floating point.
const almost = 1 - 1e-6

// wait returns how long it takes until key may do it once more; 0: it may now.
func (b *buckets) wait(key string, now time.Time) time.Duration {
	e := b.byKey[key]
	if e == nil || !b.rate.bounds() {
		return 0
	}
	left := e.Value.(*tokenBucket).left
	tokens := left.TokensAt(now)
	if tokens >= almost {
		return 0
	}
	return time.Duration((1 - tokens) / float64(left.Limit()) * float64(time.Second))
}

// spend notes that key has done it.
func (b *buckets) spend(key string, now time.Time) {
	if !b.rate.bounds() {
		return
	}
	e := b.byKey[key]
	if e == nil {
		left := rate.NewLimiter(rate.Limit(float64(b.rate.N)/b.rate.Per.Seconds()), b.rate.N)
		e = b.order.PushFront(&tokenBucket{key: key, left: left})
		b.byKey[key] = e
	}
	b.order.MoveToFront(e)
	own := e.Value.(*tokenBucket)
	own.last = now
	own.left.ReserveN(now, 1)
	b.forget(now)
}

func (b *buckets) forget(now time.Time) {
	for e := b.order.Back(); e != nil; e = b.order.Back() {
		old := e.Value.(*tokenBucket)
		if b.order.Len() <= b.most && now.Sub(old.last) <= b.rate.Per {
			return
		}
		b.order.Remove(e)
		delete(b.byKey, old.key)
	}
}
