package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A listenAddress is where the metrics are served: host and port. A host of its
// own is wanted so that nobody opens them to the world by leaving it out.
type listenAddress string

// UnmarshalText reads an address.
func (l *listenAddress) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	number, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || host == "" {
		return fmt.Errorf("%q: want a host and a port; 127.0.0.1 is for this machine alone, 0.0.0.0 for everybody", text)
	}
	*l = listenAddress(net.JoinHostPort(host, strconv.FormatUint(number, 10)))
	return nil
}

// endpoints are what WAYMARK_LISTEN serves.
func endpoints(m *meters, r *readiness, l *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.InstrumentMetricHandler(m.registry, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(l.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		Registry: m.registry, MaxRequestsInFlight: 4, Timeout: 2 * scrapeWithin,
	})))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ok\n") // the other side has gone
	})
	mux.Handle("GET /readyz", r)
	return mux
}

// listen serves h at the address of the settings until close is called; without
// one it does nothing. It listens when it returns.
func (a *app) listen(ctx context.Context, h http.Handler) (stop func(), err error) {
	address := string(a.settings.Listen)
	if address == "" {
		return func() {}, nil
	}
	socket, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return nil, usagef("%s: listen on %s: %v; want a free address such as 127.0.0.1:9090", a.sources.from("listen"), address, err)
	}
	server := &http.Server{
		Handler: h, ErrorLog: slog.NewLogLogger(a.logger.Handler(), slog.LevelWarn), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 4 * scrapeWithin, IdleTimeout: 2 * time.Minute,
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			a.logger.ErrorContext(ctx, "metrics are served no more", "error", err)
		}
	}()
	a.logger.InfoContext(ctx, "metrics are served", "address", socket.Addr().String())
	return func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(last) != nil {
			_ = server.Close() // those that are left have had their time
		}
		<-ended
	}, nil
}
