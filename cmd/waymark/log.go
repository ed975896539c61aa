package main

import (
	"io"
	"log/slog"

	"github.com/lmittmann/tint"
)

// newLogger logs text for a person at a terminal, JSON everywhere else.
func newLogger(w io.Writer, env map[string]string, level logLevel) *slog.Logger {
	if isTerminal(w) {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: slog.Level(level), NoColor: !useColour(w, env), TimeFormat: "15:04:05"}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.Level(level)}))
}
