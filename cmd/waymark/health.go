package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type healthCommand struct{}

// Help says whom it is for.
func (*healthCommand) Help() string {
	return "Asks the serve that shows itself at WAYMARK_LISTEN, and ends with 1 and what is in the way where it is not ready: for a container without a shell."
}

// healthWithin bounds the question: a check of a container runs every few seconds.
const healthWithin = 5 * time.Second

// Run asks /readyz.
func (*healthCommand) Run(ctx context.Context, a *app) error {
	address := a.settings.Listen.local()
	if address == "" {
		return usagef("health: WAYMARK_LISTEN is not set; want the address of serve, for example WAYMARK_LISTEN=127.0.0.1:9090")
	}
	s, err := askReady(ctx, address)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	if !s.Ready {
		return errors.New("not ready: " + strings.Join(s.Problems, "; "))
	}
	_, err = fmt.Fprintln(a.stdout, "ready")
	return err
}

// local is the address as this machine reaches it: one that means every
// interface is asked on loopback.
func (l listenAddress) local() string {
	host, port, err := net.SplitHostPort(string(l))
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func askReady(ctx context.Context, address string) (standing, error) {
	var s standing
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return s, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and no proxy
	response, err := client.Do(request)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return s, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&s); err != nil {
		return s, errors.New("the answer is not that of a waymark serve")
	}
	return s, nil
}
