package main

import (
	"context"
	"errors"
	"time"
)

const (
	leastStop = time.Second
	mostStop  = time.Hour
)

// lastWords is what a stop keeps for what comes after the answers: telling
// people whose answer was cut short, closing what is open.
const lastWords = 6 * time.Second

// grace is what the platforms have of a stop to finish the answers under way.
func (s *settings) grace() time.Duration {
	within := time.Duration(s.StopWithin)
	return max(within-lastWords, within/2)
}

// errStopLate says that the program was told to stop and something did not.
var errStopLate = errors.New("told to stop, and not everything was finished in time")

// stopWithin runs run, and returns at the latest within after ctx has ended.
// What is not finished then ends with the process.
func stopWithin(ctx context.Context, within time.Duration, run func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case err := <-ended:
		return err
	case <-late.C:
		return hintf(errStopLate, "WAYMARK_STOP_WITHIN=%s; what was not answered is answered after the next start", within)
	}
}
