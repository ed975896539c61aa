//go:build race

package corpus

// raceEnabled reports that the race detector slows everything down.
const raceEnabled = true
