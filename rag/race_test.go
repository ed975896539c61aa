//go:build race

package rag_test

// raceEnabled reports that the race detector slows everything down.
const raceEnabled = true
