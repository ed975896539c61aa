package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/waymark-bot/waymark/bot"
)

var (
	_ bot.Inbox = (*Store)(nil)
	_ bot.Work  = (*Store)(nil)
	_ bot.Lease = (*Store)(nil)
)

// InboxLimits bound the inbox and say how often an event is tried.
type InboxLimits struct {
	PerLane  int           // events of one chat that wait or are worked on; 0 means 32
	Total    int           // of all chats; 0 means 10,000
	Lease    time.Duration // what a worker has for a task until it renews; 0 means 30 s
	Failures int           // after so many an event is a dead letter; 0 means 6
	Backoff  time.Duration // after the first failure, twice that after the second, and so on; 0 means 2 s
	Longest  time.Duration // bounds that; 0 means 5 minutes
	Poll     time.Duration // between looks for what other programs put, and what is due; 0 means 250 ms
}

func (l InboxLimits) withDefaults() InboxLimits {
	for _, n := range []struct {
		set     *int
		without int
	}{{&l.PerLane, 32}, {&l.Total, 10_000}, {&l.Failures, 6}} {
		if *n.set <= 0 {
			*n.set = n.without
		}
	}
	for _, d := range []struct {
		set     *time.Duration
		without time.Duration
	}{{&l.Lease, 30 * time.Second}, {&l.Backoff, 2 * time.Second}, {&l.Longest, 5 * time.Minute}, {&l.Poll, 250 * time.Millisecond}} {
		if *d.set <= 0 {
			*d.set = d.without
		}
	}
	return l
}

// backoff is how long an event waits that failed so many times.
func (l InboxLimits) backoff(failures int) time.Duration {
	wait := l.Backoff
	for range failures - 1 {
		if wait >= l.Longest/2 {
			return l.Longest
		}
		wait *= 2
	}
	return min(wait, l.Longest)
}

// Put implements [bot.Inbox].
func (s *Store) Put(ctx context.Context, e bot.Event) (fresh bool, err error) {
	if e.Platform == "" || e.ID == "" {
		return false, errors.New("put event: it has no platform or no id")
	}
	if e.Received.IsZero() {
		e.Received = s.config.Now()
	}
	full := false
	err = s.change(ctx, "put event", func(ctx context.Context, tx *sql.Tx) error {
		fresh, full = false, false
		number, err := s.insertEvent(ctx, tx, e)
		if err != nil || number == 0 {
			return err
		}
		fresh = true
		if full, err = s.crowded(ctx, tx, laneOf(e)); err != nil || !full {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE inbox SET `+emptied+`, state = 'refused', ended_at = $2 WHERE id = $1`, number, s.now())
		return err
	})
	switch {
	case err != nil:
		return false, err
	case full:
		return true, fmt.Errorf("put event: %w", bot.ErrBusy)
	case fresh:
		s.awake()
	}
	return fresh, nil
}

// emptied are the columns of an event of which nothing stays but that it was.
const emptied = `event = '', lane = '', person = '', payload = '', reply = '', last_error = ''`

// laneOf is how a lane is kept.
func laneOf(e bot.Event) string { return e.Platform + "/" + e.Lane }

// knownAs is how an event is known again after it was answered. It is a hash
// because an id may hold that of a chat.
func knownAs(e bot.Event) string {
	sum := sha256.Sum256([]byte(e.Platform + "/" + e.ID))
	return hex.EncodeToString(sum[:])
}

// insertEvent returns the number of a new event, 0 when it is there already.
func (s *Store) insertEvent(ctx context.Context, tx *sql.Tx, e bot.Event) (number int64, err error) {
	payload := e.Payload
	if payload == nil {
		payload = []byte{}
	}
	err = eachRow(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&number) },
		`INSERT INTO inbox (platform, known, event, lane, person, payload, reply, received_at, state, taken, failures, due_at, last_error, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, 'waiting', 0, 0, 0, '', 0) ON CONFLICT (known) DO NOTHING RETURNING id`,
		e.Platform, knownAs(e), e.ID, laneOf(e), personOf(e.Platform, e.User), payload, e.Received.UnixMicro())
	return number, err
}

// crowded reports whether the events of a lane, or of all, are too many now.
func (s *Store) crowded(ctx context.Context, tx *sql.Tx, lane string) (bool, error) {
	var mine, all int
	err := tx.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM inbox WHERE state IN ('waiting', 'working') AND lane = $1),
		(SELECT count(*) FROM inbox WHERE state IN ('waiting', 'working'))`, lane).Scan(&mine, &all)
	return mine > s.config.Inbox.PerLane || all > s.config.Inbox.Total, err
}

// A looker is who waits for a task of some platforms.
type looker struct {
	turn chan struct{} // whoever looks holds it
	wake chan struct{} // something changed that may give a task
}

// lookerFor returns the looker for some platforms' tasks.
func (s *Store) lookerFor(platforms []string) *looker {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.Join(platforms, " ")
	if s.lookers[name] == nil {
		s.lookers[name] = &looker{make(chan struct{}, 1), make(chan struct{}, 1)}
	}
	return s.lookers[name]
}

// awake lets those that look for a task look again.
func (s *Store) awake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.lookers {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Take implements [bot.Work]. One call for the same platforms looks at a time,
// so that many waiting workers cost no more than one.
func (s *Store) Take(ctx context.Context, platforms ...string) (bot.Task, error) {
	l := s.lookerFor(platforms)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return bot.Task{}, ctx.Err()
	}
	poll := time.NewTicker(s.config.Inbox.Poll)
	defer poll.Stop()
	for {
		if t, ok, err := s.takeNow(ctx, platforms); ok || err != nil {
			return t, err
		}
		select {
		case <-l.wake:
		case <-poll.C:
		case <-ctx.Done():
			return bot.Task{}, ctx.Err()
		}
	}
}

// takeNow takes the next task, if there is one.
func (s *Store) takeNow(ctx context.Context, platforms []string) (t bot.Task, ok bool, err error) {
	err = s.change(ctx, "take task", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.engine.serial(ctx, tx); err != nil {
			return err
		}
		if err := s.bury(ctx, tx); err != nil {
			return err
		}
		ok = false
		return eachRow(ctx, tx, func(rows *sql.Rows) (err error) {
			ok = true
			t, err = scanTask(rows)
			return err
		}, takeQuery(len(platforms)), takeArgs(s.now(), s.config.Inbox.Lease, platforms)...)
	})
	return t, ok && err == nil, err
}

// bury gives up the events whose workers ended without a word too many times.
func (s *Store) bury(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE inbox SET state = 'dead', failures = failures + 1, ended_at = $1,
		last_error = 'its worker ended each time' WHERE state = 'working' AND due_at <= $1 AND failures + 1 >= $2`,
		s.now(), s.config.Inbox.Failures)
	return err
}

// takeQuery takes the oldest event that is due and the first of its lane. Calls
// of it come one after another (engine.serial), but Done and Fail may come
// between: that is why it looks at the state twice.
func takeQuery(platforms int) string {
	only := ""
	if platforms > 0 {
		marks := make([]string, platforms)
		for i := range marks {
			marks[i] = fmt.Sprintf("$%d", i+3)
		}
		only = " AND i.platform IN (" + strings.Join(marks, ", ") + ")"
	}
	return `UPDATE inbox SET failures = CASE WHEN state = 'working' THEN failures + 1 ELSE failures END,
			state = 'working', taken = taken + 1, due_at = $2
		WHERE state IN ('waiting', 'working') AND due_at <= $1 AND id = (
			SELECT i.id FROM inbox i WHERE i.state IN ('waiting', 'working') AND i.due_at <= $1` + only + `
			AND NOT EXISTS (SELECT 1 FROM inbox o WHERE o.lane = i.lane AND o.state IN ('waiting', 'working')
				AND (o.id < i.id OR o.id > i.id AND o.state = 'working' AND o.due_at > $1))
			ORDER BY i.id LIMIT 1)
		RETURNING id, platform, event, lane, person, payload, reply, received_at, taken, failures, due_at`
}

func takeArgs(now int64, lease time.Duration, platforms []string) []any {
	args := []any{now, now + lease.Microseconds()}
	for _, p := range platforms {
		args = append(args, p)
	}
	return args
}

func scanTask(rows *sql.Rows) (bot.Task, error) {
	var t bot.Task
	var person string
	var received, until int64
	err := rows.Scan(&t.Number, &t.Platform, &t.ID, &t.Lane, &person, &t.Payload, &t.Reply, &received, &t.Taken, &t.Failures, &until)
	t.Lane = strings.TrimPrefix(t.Lane, t.Platform+"/")
	t.User = strings.TrimPrefix(person, t.Platform+"/")
	t.Received, t.Until = timeOf(received), timeOf(until)
	if len(t.Reply) == 0 {
		t.Reply = nil
	}
	return t, err
}

// Done implements [bot.Work].
func (s *Store) Done(ctx context.Context, t bot.Task) error {
	// One that was forgotten meanwhile is done already.
	err := s.finish(ctx, "end task", t, `UPDATE inbox SET `+emptied+`, state = 'done', ended_at = $3
		WHERE id = $1 AND taken = $2 AND state IN ('working', 'done')`, s.now())
	if err == nil {
		s.awake()
	}
	return err
}

// mostError bounds what is kept of an error, in characters.
const mostError = 500

// Fail implements [bot.Work].
func (s *Store) Fail(ctx context.Context, t bot.Task, cause error) error {
	defer s.awake()
	if errors.Is(cause, context.Canceled) || errors.Is(cause, bot.ErrStopped) {
		return s.finish(ctx, "give back task", t,
			`UPDATE inbox SET state = 'waiting', due_at = 0 WHERE id = $1 AND taken = $2 AND state = 'working'`)
	}
	failures, said := t.Failures+1, "no reason given"
	if cause != nil {
		said = cut(cause.Error(), mostError)
	}
	if failures >= s.config.Inbox.Failures || errors.Is(cause, bot.ErrFinal) {
		return s.finish(ctx, "give up task", t, `UPDATE inbox SET state = 'dead', failures = $3, last_error = $4, ended_at = $5
			WHERE id = $1 AND taken = $2 AND state = 'working'`, failures, said, s.now())
	}
	due := s.config.Now().Add(s.config.Inbox.backoff(failures)).UnixMicro()
	return s.finish(ctx, "put back task", t, `UPDATE inbox SET state = 'waiting', failures = $3, last_error = $4, due_at = $5
		WHERE id = $1 AND taken = $2 AND state = 'working'`, failures, said, due)
}

// Hold implements [bot.Lease].
func (s *Store) Hold(ctx context.Context, t bot.Task) error {
	return s.finish(ctx, "renew lease", t, `UPDATE inbox SET due_at = $3 WHERE id = $1 AND taken = $2 AND state = 'working'`,
		s.now()+s.config.Inbox.Lease.Microseconds())
}

// finish changes a task that is still t's worker's. Its number and how often it
// was taken are the first two arguments of query.
func (s *Store) finish(ctx context.Context, doing string, t bot.Task, query string, args ...any) error {
	n, err := s.write(ctx, doing, query, append([]any{t.Number, t.Taken}, args...)...)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", doing, bot.ErrLost)
	}
	return err
}
