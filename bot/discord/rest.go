package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/waymark-bot/waymark/bot"
)

// A restClient sends every REST request of the adapter. The library's own
// client is not used: it sleeps through cancelled contexts, keeps a rate-limit
// bucket for every interaction token for ever, locks all edits behind one
// another, and its errors print URLs with tokens in them.
type restClient struct {
	base    string // "https://discord.com/api/v9"
	token   string
	http    *http.Client
	limits  *limits
	logger  *slog.Logger
	monitor bot.Monitor
	attempt time.Duration
	retry   func() backoff.BackOff
}

func newRestClient(base string, c Config) *restClient {
	return &restClient{
		base:    base,
		token:   c.Token,
		limits:  newLimits(),
		logger:  c.Logger,
		monitor: c.Monitor,
		attempt: c.Timing.Attempt,
		retry:   c.Timing.backoff,
		http: &http.Client{
			Transport: &http.Transport{ // its own, so that it can be closed
				Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
				TLSHandshakeTimeout: c.Timing.Attempt, IdleConnTimeout: 90 * time.Second,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // the token goes to one host only
			},
		},
	}
}

// close ends the connections that are kept for the next request.
func (c *restClient) close() { c.http.CloseIdleConnections() }

// backoff returns pauses that double from RetryMin to RetryMax, with jitter.
func (t Timing) backoff() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = t.RetryMin, t.RetryMax, 2
	b.Reset()
	return b
}

// A restCall is one request. Its route is the pattern of its path and stands
// for it in logs and errors, so that no token does.
type restCall struct {
	route string // "POST /channels/{channel}/messages"
	path  string // "/channels/1/messages"
	major string // channel, guild or interaction token: what rate limits go by
	open  bool   // needs no bot token and is bound to no global limit
	body  any    // sent as JSON; nil sends none
}

// do sends call until it is answered for good: it waits out rate limits and
// tries again after server and connection errors, until ctx ends. An answer
// with a status of 4xx is an [*apiError]. out is filled from the answer unless nil.
func (c *restClient) do(ctx context.Context, call restCall, out any) error {
	pause := c.retry()
	for {
		err := c.once(ctx, call, out)
		if err == nil || !temporary(ctx, err) {
			return err
		}
		c.monitor.Retried(Name, isRateLimit(err))
		if isRateLimit(err) {
			continue // the limits know how long
		}
		wait := pause.NextBackOff()
		c.logger.WarnContext(ctx, "discord request failed, trying again", "error", err, "pause", wait)
		if sleep(ctx, wait) != nil {
			return err
		}
	}
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// once sends call a single time, when the limits allow.
func (c *restClient) once(ctx context.Context, call restCall, out any) error {
	if err := c.limits.wait(ctx, call); err != nil {
		return fmt.Errorf("%s: wait for rate limit: %w", call.route, err)
	}
	defer c.limits.done(call)
	ctx, cancel := context.WithTimeout(ctx, c.attempt)
	defer cancel()
	req, err := c.request(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", call.route, withoutURL(err))
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", call.route, withoutURL(err))
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: read answer: %w", call.route, withoutURL(err))
	}
	answer := newAPIError(call.route, res, data)
	c.limits.learn(call, res.Header, answer)
	if res.StatusCode/100 != 2 {
		return answer
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s: decode answer: %w", call.route, err)
	}
	return nil
}

// userAgent is in the form that Discord asks for:
// https://docs.discord.com/developers/reference#user-agent
const userAgent = "DiscordBot (https://github.com/waymark-bot/waymark, 1)"

func (c *restClient) request(ctx context.Context, call restCall) (*http.Request, error) {
	method, _, _ := strings.Cut(call.route, " ")
	var body io.Reader
	if call.body != nil {
		data, err := json.Marshal(call.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+call.path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if !call.open {
		req.Header.Set("Authorization", "Bot "+c.token)
	}
	req.Header.Set("User-Agent", userAgent)
	return req, nil
}

// An apiError is an answer of Discord that is no success. It holds no URL and
// no header.
type apiError struct {
	route      string
	status     int
	code       int           // https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
	message    string        // Discord's, shortened
	retryAfter time.Duration // with status 429
	global     bool          // with status 429: for every route
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("%s: http status %d", e.route, e.status)
	if e.code != 0 {
		text += fmt.Sprintf(", code %d", e.code)
	}
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// newAPIError reads what an answer says of itself. A body that is no JSON (a
// page of the proxy before Discord) leaves only the status and the headers.
func newAPIError(route string, res *http.Response, data []byte) *apiError {
	e := &apiError{route: route, status: res.StatusCode}
	var body struct {
		Code       int     `json:"code"`
		Message    string  `json:"message"`
		RetryAfter float64 `json:"retry_after"` // seconds
		Global     bool    `json:"global"`
	}
	if res.StatusCode/100 != 2 && json.Unmarshal(data, &body) == nil {
		e.code, e.message, e.global = body.Code, shorten(body.Message, 200), body.Global
	}
	if res.StatusCode == http.StatusTooManyRequests {
		e.retryAfter = retryAfter(body.RetryAfter, res.Header)
		e.global = e.global || res.Header.Get("X-RateLimit-Global") != ""
	}
	return e
}

func shorten(text string, runes int) string {
	if r := []rune(text); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return text
}

// codeOf returns Discord's code for err, and its HTTP status; 0 when err is no answer.
func codeOf(err error) (code, status int) {
	var api *apiError
	if errors.As(err, &api) {
		return api.code, api.status
	}
	return 0, 0
}

func isRateLimit(err error) bool {
	_, status := codeOf(err)
	return status == http.StatusTooManyRequests
}

// temporary reports whether the same request may still succeed.
func temporary(ctx context.Context, err error) bool {
	_, status := codeOf(err)
	return ctx.Err() == nil && (status == 0 || status == http.StatusTooManyRequests || status >= 500)
}

// withoutURL takes the URL out of a transport error: it may hold an interaction
// token. What it wraps is kept.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// sleep waits, or returns why ctx ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
