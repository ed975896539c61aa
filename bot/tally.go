package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/waymark-bot/waymark/rag"
)

// Stats are how questions were answered in some time.
type Stats struct {
	Questions int
	Status    map[rag.Status]int
	Mode      map[rag.Mode]int // of those answered
	Up, Down  int              // votes given in that time
}

// Add counts n answers of a kind.
func (s *Stats) Add(status rag.Status, mode rag.Mode, n int) {
	if s.Status == nil {
		s.Status, s.Mode = map[rag.Status]int{}, map[rag.Mode]int{}
	}
	s.Questions += n
	s.Status[status] += n
	if status == rag.Answered {
		s.Mode[mode] += n
	}
}

// Statistics know how questions were answered.
type Statistics interface {
	// Stats returns what was since a time.
	Stats(ctx context.Context, since time.Time) (Stats, error)
}

// A Tally counts the answers of one program since its start, for a week, and
// how long the last ones took. It is safe for use by several goroutines, and
// outlives a [Bot].
type Tally struct {
	mu   sync.Mutex
	days map[time.Time]*Stats
	took []time.Duration // the last ones, in a ring
	next int
}

var _ Statistics = (*Tally)(nil)

// lastTimes is how many answers' times are remembered.
const lastTimes = 500

// NewTally returns a tally without anything in it.
func NewTally() *Tally { return &Tally{days: map[time.Time]*Stats{}} }

// add counts an answer. A question without one is not counted.
func (t *Tally) add(o Outcome) {
	if o.Answer == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	day := o.Began.UTC().Truncate(24 * time.Hour)
	if t.days[day] == nil {
		for old := range t.days {
			if day.Sub(old) > 7*24*time.Hour {
				delete(t.days, old)
			}
		}
		t.days[day] = &Stats{}
	}
	t.days[day].Add(o.Answer.Status, o.Answer.Mode, 1)
	if len(t.took) < lastTimes {
		t.took = append(t.took, o.Took)
		return
	}
	t.took[t.next] = o.Took
	t.next = (t.next + 1) % lastTimes
}

// Stats implements [Statistics], by whole days.
func (t *Tally) Stats(_ context.Context, since time.Time) (Stats, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out Stats
	for day, s := range t.days {
		if day.Before(since.UTC().Truncate(24 * time.Hour)) {
			continue
		}
		for status, n := range s.Status {
			if status != rag.Answered {
				out.Add(status, "", n)
			}
		}
		for mode, n := range s.Mode {
			out.Add(rag.Answered, mode, n)
		}
	}
	return out, nil
}

// times returns of how many answers it knows how long they took, the median,
// and what 95 of 100 stayed within.
func (t *Tally) times() (n int, median, most time.Duration) {
	t.mu.Lock()
	sorted := slices.Sorted(slices.Values(t.took))
	t.mu.Unlock()
	if n = len(sorted); n == 0 {
		return 0, 0, 0
	}
	return n, sorted[(n-1)/2], sorted[(n*95-1)/100]
}
