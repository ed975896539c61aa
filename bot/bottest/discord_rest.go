package bottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// A discordRoute is one route of the REST interface.
type discordRoute struct {
	name string // method and pattern; what [DiscordRequest].Route says
	open bool   // needs no bot token
	do   func(*discordCall) discordAnswer
}

// A discordCall is one request on its way through the server.
type discordCall struct {
	*http.Request
	route discordRoute
	path  string // without /api/vN
	body  any    // nil when there is none
}

// A discordAnswer is a status with a body; nil has none.
type discordAnswer struct {
	status int
	body   any
}

func discordError(status, code int, message string) discordAnswer {
	return discordAnswer{status, discordMap{"code": code, "message": message}}
}

// object returns the body as a JSON object, empty when it is none.
func (c *discordCall) object() discordMap {
	o, _ := c.body.(discordMap)
	return o
}

// discordRoutes lists what the server serves.
func (d *Discord) discordRoutes() []discordRoute {
	return []discordRoute{
		{"GET /gateway", true, d.getGateway},
		{"GET /gateway/bot", false, d.getGatewayBot},
		{"GET /users/@me", false, d.getSelf},
		{"POST /users/@me/channels", false, d.openDirect},
		{"GET /applications/{application}/commands", false, d.getCommands},
		{"PUT /applications/{application}/commands", false, d.putCommands},
		{"GET /applications/{application}/guilds/{guild}/commands", false, d.getCommands},
		{"PUT /applications/{application}/guilds/{guild}/commands", false, d.putCommands},
		{"GET /guilds/{guild}", false, d.getGuild},
		{"GET /channels/{channel}", false, d.getChannel},
		{"GET /channels/{channel}/messages", false, d.listMessages},
		{"POST /channels/{channel}/messages", false, d.createMessage},
		{"PATCH /channels/{channel}/messages/{message}", false, d.editMessage},
		{"POST /channels/{channel}/typing", false, d.typing},
		{"POST /interactions/{interaction}/{token}/callback", true, d.callback},
		{"GET /webhooks/{application}/{token}/messages/{message}", true, d.webhookGet},
		{"PATCH /webhooks/{application}/{token}/messages/{message}", true, d.webhookEdit},
		{"DELETE /webhooks/{application}/{token}/messages/{message}", true, d.webhookDelete},
		{"POST /webhooks/{application}/{token}", true, d.webhookSend},
	}
}

func (d *Discord) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gateway/", d.serveGateway)
	for _, r := range d.discordRoutes() {
		method, path, _ := strings.Cut(r.name, " ")
		mux.HandleFunc(method+" /api/{version}"+path, func(w http.ResponseWriter, req *http.Request) { d.serve(w, req, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.find("%s %s: no such route", r.Method, r.URL.Path)
		d.mu.Unlock()
		discordJSON(w, http.StatusNotFound, discordMap{"message": "404: Not Found", "code": 0})
	})
	return mux
}

// discordMaxBody is more than any body here may have.
const discordMaxBody = 1 << 20

// serve takes one request past faults, limits and checks to its route.
func (d *Discord) serve(w http.ResponseWriter, r *http.Request, route discordRoute) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, discordMaxBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	call := &discordCall{Request: r, route: route, path: strings.TrimPrefix(r.URL.Path, "/api/"+r.PathValue("version"))}
	out := httptest.NewRecorder()
	done := d.record(call, raw)
	if cut := d.answer(out, call, raw); cut {
		done(0)
		discordReset(w)
	}
	done(out.Code)
	maps.Copy(w.Header(), out.Header())
	w.WriteHeader(out.Code)
	_, _ = w.Write(out.Body.Bytes())
}

// record writes the request down; the returned function adds the status.
func (d *Discord) record(call *discordCall, raw []byte) func(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := len(d.requests)
	d.requests = append(d.requests, DiscordRequest{At: time.Now(), Route: call.route.name, Path: call.path, Body: string(raw)})
	return func(status int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.requests[i].Done, d.requests[i].Status = true, status
		d.wake()
	}
}

// discordReset cuts the connection so that the client sees a reset, and ends the handler.
func discordReset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// answer writes the answer to call, or reports that the connection is to be cut.
func (d *Discord) answer(w http.ResponseWriter, call *discordCall, raw []byte) (cut bool) {
	d.mu.Lock()
	fault := d.faults.next(call.route.name)
	limit := d.limit(discordBucketOf(call), !call.route.open)
	d.mu.Unlock()
	if fault != nil {
		discordDelay(call.Request, fault.Delay)
	}
	limit.headers(w.Header())
	switch {
	case limit.over:
		d.tooMany(w, limit, limit.resets, "")
	case fault != nil && fault.Drop == DiscordDropBefore:
		return true
	case fault != nil && fault.Status == http.StatusTooManyRequests:
		limit.scope = fault.Scope
		if limit.scope == "" {
			limit.scope = "user"
		}
		d.tooMany(w, limit, fault.RetryAfter, fault.Body)
	case fault != nil && fault.Status >= 300:
		discordFail(w, *fault)
	default:
		a := d.act(call, raw)
		if fault != nil && fault.Drop == DiscordDropAfter {
			return true
		}
		if fault != nil && fault.Status != 0 {
			discordFail(w, *fault)
			return false
		}
		discordWrite(w, a)
	}
	return false
}

// discordDelay holds a request back, until its client gives up.
func discordDelay(r *http.Request, delay time.Duration) {
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
	}
}

// discordFail writes the answer of a fault.
func discordFail(w http.ResponseWriter, f DiscordFault) {
	if f.Body != "" {
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		return
	}
	discordJSON(w, f.Status, discordMap{"code": f.Code, "message": http.StatusText(f.Status)})
}

// discordWrite writes an answer; one without a body has no Content-Type either.
func discordWrite(w http.ResponseWriter, a discordAnswer) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	discordJSON(w, a.status, a.body)
}

func discordJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("marshal discord answer: %v", err)) // only maps of our own making
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// discordBucketOf names the rate-limit bucket of a request: the route and its major
// parameter. https://docs.discord.com/developers/topics/rate-limits
func discordBucketOf(call *discordCall) string {
	return call.route.name + " " + call.PathValue("channel") + call.PathValue("guild") + call.PathValue("token")
}

// act checks a request against the rules and runs its route.
func (d *Discord) act(call *discordCall, raw []byte) discordAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v := call.PathValue("version"); v != "v9" && v != "v10" {
		d.find("%s: api version %q", call.route.name, v)
	}
	if !call.route.open && call.Header.Get("Authorization") != "Bot "+d.options.Token {
		return discordError(http.StatusUnauthorized, 0, "401: Unauthorized")
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &call.body); err != nil {
			d.find("%s: body is no JSON: %v", call.route.name, err)
			return discordError(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
		}
	}
	for _, f := range d.options.Spec.check(call, raw) {
		d.find("%s: %s", call.route.name, f)
	}
	return call.route.do(call)
}

// discordIsJSON reports whether a request says that its body is JSON.
func discordIsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// discordBody gives body to a validator that reads it.
func discordBody(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
