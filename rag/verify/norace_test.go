//go:build !race

package verify

// raceEnabled reports that the race detector slows everything down.
const raceEnabled = false
