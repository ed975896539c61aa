package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
)

// A Chore is something that is done every so often, by one of the programs that
// share the state.
type Chore struct {
	Name  string        // the same in all programs
	Every time.Duration // at least a second
	Run   func(ctx context.Context) error
}

// Chores does them until ctx ends, and returns when none is under way any more.
// In each period of a chore one program runs it once; where it returns an error
// it is tried three times. A chore has a minute. An error says that it could not
// begin; a connection that is lost later is made again.
func (s *Store) Chores(ctx context.Context, all ...Chore) error {
	c := &chores{byName: map[string]Chore{}, logger: s.logger, grace: s.config.Timeout}
	for _, one := range all {
		if _, twice := c.byName[one.Name]; twice || one.Name == "" || one.Every < time.Second {
			return fmt.Errorf("chore %q: want a name of its own and a second or more between", one.Name)
		}
		c.byName[one.Name] = one
	}
	if err := s.engine.chores(ctx, c); err != nil {
		return explain(s.engine, "run chores", err)
	}
	return nil
}

// chores is the one kind of job that River has here.
type chores struct {
	river.WorkerDefaults[chore]
	byName map[string]Chore
	logger *slog.Logger
	grace  time.Duration // of those under way when ctx ends
}

// A chore is the argument of the job.
type chore struct {
	Name string `json:"name"`
}

// Kind implements [river.JobArgs].
func (chore) Kind() string { return "chore" }

// Work implements [river.Worker].
func (c *chores) Work(ctx context.Context, job *river.Job[chore]) error {
	one, ok := c.byName[job.Args.Name]
	if !ok {
		return river.JobCancel(fmt.Errorf("no chore %q here", job.Args.Name))
	}
	if err := one.Run(ctx); err != nil {
		c.logger.WarnContext(ctx, "chore went wrong", "chore", one.Name, "attempt", job.Attempt, "error", err)
		return err
	}
	return nil
}

// tries is how often a chore is tried in its period.
const tries = 3

// periodic makes River insert the job of each chore. All programs do, at each of
// their starts too; by what is unique there is one a period.
func (c *chores) periodic() []*river.PeriodicJob {
	var out []*river.PeriodicJob
	for _, one := range c.byName {
		once := &river.InsertOpts{MaxAttempts: tries, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: one.Every}}
		out = append(out, river.NewPeriodicJob(river.PeriodicInterval(one.Every),
			func() (river.JobArgs, *river.InsertOpts) { return chore{one.Name}, once },
			&river.PeriodicJobOpts{ID: one.Name, RunOnStart: true}))
	}
	return out
}

// longest is the longest period. A job is remembered for so long that it is not
// done again in the same one.
func (c *chores) longest() time.Duration {
	most := time.Duration(0)
	for _, one := range c.byName {
		most = max(most, one.Every)
	}
	return most
}

// runRiver runs a River client with the chores in it until ctx ends.
func runRiver[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], c *chores) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, c)
	client, err := river.NewClient(driver, &river.Config{
		Logger:                      slog.New(quiet{c.logger.Handler(), ctx.Done()}),
		PeriodicJobs:                c.periodic(),
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		Workers:                     workers,
		CompletedJobRetentionPeriod: 2*c.longest() + day,
		SoftStopTimeout:             c.grace,
	})
	if err != nil {
		return err
	}
	// A context that is past its time instead of cancelled never ends River's
	// notifier (v0.47.0).
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	if err := client.Start(running); err != nil {
		return err
	}
	<-client.Stopped()
	return nil
}

// quiet lets through what River says from warnings on, until it is told to end:
// then it complains that what it was about to do was cancelled.
type quiet struct {
	slog.Handler
	ended <-chan struct{} // nil: it is not told
}

// Enabled implements [slog.Handler].
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	select {
	case <-q.ended:
		return false
	default:
		return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
	}
}

// WithAttrs implements [slog.Handler].
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quiet{q.Handler.WithAttrs(attrs), q.ended}
}

// WithGroup implements [slog.Handler].
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name), q.ended} }
